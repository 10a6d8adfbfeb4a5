"""Reports as pictures: SVG without script and without anything from another host.

Each line has a colour of its own and dashes of its own, so that colour alone never tells them apart; the numbers stand
in the table beside it. The picture is a file, since a page's rules allow no styles that stand in it.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from xml.etree import ElementTree as ET

import pygal
from pygal.style import Style

# The library looks for plug-ins by a way of importing that Python gave up, so that every later import warns of it
# (`find_module`, https://docs.python.org/3/whatsnew/3.10.html). We have no plug-ins. No other library may be imported
# between the two.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__name__ != "PluginImportFixer"]

DASHES = ("", "8,4", "2,4", "10,4,2,4", "5,3", "1,5")
COLOURS = {
    "light": ("#0B5CAD", "#B24A00", "#00724E", "#7B3FA0", "#8A6A00", "#A3195B"),
    "dark": ("#7DB8FF", "#FFB454", "#4FD1A5", "#D2A8FF", "#FFE08A", "#FF9CC2"),
}
TEXTS = {"light": ("#14181F", "#4F5A68"), "dark": ("#F1F4F8", "#B3BDCA")}
GUIDES = {"light": "#C5CCD5", "dark": "#4A5564"}  # seen, and not before what is drawn
FONT = '"Noto Sans", "Segoe UI", "NanumGothic", "Malgun Gothic", sans-serif'
WIDTH, HEIGHT = 920, 340
LABELS_MAX = 8  # along the bottom: more would lie on each other
SLANTED_MAX = 24
BARS_MAX = 40
SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


@dataclass(frozen=True, slots=True)
class Series:
    """A line or a kind of bar: its name, and a value for each place, None where there is none."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is to be drawn. `digits` are those of the values' minor unit; `is_time`: places follow one another."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    digits: int = 0
    is_time: bool = True


def draw(plot: Plot, *, theme: str, number: Callable[[float], str]) -> str:
    """Return a plot as SVG; `number` writes a value as the page's language does."""
    labels = plot.labels if plot.is_time else plot.labels[:BARS_MAX]
    is_slanted = not plot.is_time and LABELS_MAX < len(labels) <= SLANTED_MAX  # each has its name
    kind = pygal.Line if plot.is_time and len(labels) > 1 else pygal.Bar
    chart = kind(
        style=_style(theme),
        js=(),
        width=WIDTH,
        height=HEIGHT,
        explicit_size=True,
        show_dots=len(labels) <= 40,
        dots_size=2.5,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(plot.series),
        show_minor_x_labels=False,
        x_labels_major_every=1 if is_slanted else max(1, -(-len(labels) // LABELS_MAX)),
        x_label_rotation=35 if is_slanted else 0,
        truncate_label=18,
        include_x_axis=True,
        margin=12,
        margin_right=44,  # the last label ends behind the last place
        value_formatter=number,
        no_data_text="–",
        pretty_print=False,
        disable_xml_declaration=True,
    )
    chart.x_labels = list(labels)
    for n, series in enumerate(plot.series):
        values = [_scaled(value, plot.digits) for value in series.values[: len(labels)]]
        dashes = DASHES[n % len(DASHES)]
        stroke = {"width": 2.5, **({"dasharray": dashes} if dashes else {})}
        chart.add(series.name, values, stroke_style=stroke)
    return _plain(chart.render(is_unicode=True), plot.title)


@cache
def _style(theme: str) -> Style:
    text, muted = TEXTS[theme]
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=muted,
        foreground_strong=text,
        foreground_subtle=muted,
        colors=COLOURS[theme],
        font_family=FONT,
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        tooltip_font_size=13,
        no_data_font_size=20,
        opacity=".9",
        stroke_opacity="1",
        stroke_width="2.5",
        stroke_width_hover="2.5",
        guide_stroke_color=GUIDES[theme],
        major_guide_stroke_color=GUIDES[theme],
        guide_stroke_dasharray="2,6",
        major_guide_stroke_dasharray="2,6",
    )


def _scaled(value: int | None, digits: int) -> float | None:
    return None if value is None else float(Decimal(value).scaleb(-digits))


def _plain(drawn: str, title: str) -> str:
    """Return a drawing without scripts and without remarks of the library; its title is what it shows."""
    tree = ET.fromstring(drawn)  # noqa: S314 we drew it ourselves; remarks are left out by reading it
    for parent in list(tree.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}script":
                parent.remove(child)
    for each in tree.findall(f"{{{SVG}}}title"):
        each.text = title
    return ET.tostring(tree, encoding="unicode")


def series_of(names: Sequence[str], rows: Sequence[Sequence[int | None]]) -> tuple[Series, ...]:
    """Return columns of a table as series."""
    return tuple(Series(name, tuple(row[n] for row in rows)) for n, name in enumerate(names))
