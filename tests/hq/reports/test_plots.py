"""Pictures of reports: without script, without another host, each line with dashes of its own, as light as can be."""

import re
from xml.etree import ElementTree as ET

import pytest

from hq.reports.plots import COLOURS, DASHES, Plot, draw, series_of

LABELS = tuple(f"2017-11-{n:02d}" for n in range(1, 31))
PLOT = Plot(
    "Order value", LABELS, series_of(["Value", "Discount & more"], [[n * 100, n] for n in range(30)]), 2
)


PLOTS = [
    PLOT,
    Plot("Nothing", (), ()),
    Plot("One", ("a",), series_of(["x"], [[1]])),
    Plot("Stores", ("S1", "S2"), series_of(["x"], [[None], [5]]), is_time=False),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("plot", PLOTS)
def test_a_picture_needs_nothing_else_and_runs_nothing(plot, theme):
    text = draw(plot, theme=theme, number=str)
    tree = ET.fromstring(text)  # noqa: S314 ours
    assert not [each for each in tree.iter() if each.tag.endswith("script")]
    assert "<!--" not in text
    assert set(re.findall(r'"(https?://[^"]+)"', text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "url(" not in text.replace("url(#", "")
    assert "@import" not in text
    assert len(text) < 100_000


def test_lines_differ_in_colour_and_in_dashes():
    text = draw(PLOT, theme="dark", number=str)
    assert COLOURS["dark"][0] in text
    assert COLOURS["dark"][1] in text
    assert f"stroke-dasharray:{DASHES[1]}" in text.replace(" ", "")


def test_the_title_says_what_is_shown():
    assert "<title>Order value</title>" in draw(PLOT, theme="light", number=str)
