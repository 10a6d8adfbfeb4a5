"""The figures as a picture: of each policy what it refuses and what it gives too much, as bars. Text stays text."""

from collections.abc import Sequence
from html import escape

from tests.sim.policies.figures import REFUSED_PERCENT_MAX, Figures

WIDTH, ROW, TOP, LEFT, PANEL, GAP = 760, 44, 74, 120, 250, 60
BAR, SMALL = 22, 13
INK, GREY, LINE = "#1f2933", "#52606d", "#cbd2d9"
REFUSED, OVERSPENT, LIMIT = "#2f6f9f", "#b4552d", "#1f2933"
FONT = "font-family='system-ui, sans-serif'"


def drawn(found: Sequence[Figures]) -> str:
    """Return an SVG document."""
    height = TOP + ROW * len(found) + 34
    refused = [each.refused_percent for each in found]
    overspent = [each.overspent_percent for each in found]
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' "
        f"height='{height}' role='img' aria-labelledby='title description' {FONT}>",
        "<title id='title'>Five policies for shops that are cut off</title>",
        f"<desc id='description'>{escape(described(found))}</desc>",
        f"<rect width='{WIDTH}' height='{height}' fill='#ffffff'/>",
        *_panel(LEFT, "Rightful redemptions refused", refused, REFUSED),
        *_panel(LEFT + PANEL + GAP, "Given too much, of all that was given", overspent, OVERSPENT),
        *(_text(LEFT - 12, _middle(place), each.policy, anchor="end") for place, each in enumerate(found)),
        *_limit(refused, rows=len(found)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def described(found: Sequence[Figures]) -> str:
    """Say the picture in words."""
    return "; ".join(
        f"{each.policy}: {each.refused_percent:.2f} % of rightful redemptions refused, "
        f"{each.overspent_percent:.2f} % of all that was given was too much"
        for each in found
    )


def _panel(left: int, title: str, values: Sequence[float], color: str) -> list[str]:
    parts = [_text(left, TOP - 34, title, size=15, weight="600")]
    scale = _scale(values)
    for place, value in enumerate(values):
        y = _middle(place) - BAR / 2
        width = max(value * scale, 1 if value else 0)
        parts.append(f"<rect x='{left}' y='{y:.0f}' width='{width:.1f}' height='{BAR}' fill='{color}'/>")
        parts.append(_text(left + width + 6, _middle(place), f"{value:.2f} %"))
    bottom = TOP + ROW * len(values)
    parts.append(f"<path d='M{left} {TOP - 14}V{bottom}' stroke='{LINE}' fill='none'/>")
    return parts


def _limit(values: Sequence[float], *, rows: int) -> list[str]:
    """Mark what leases with floor limits may refuse at most."""
    x, bottom = LEFT + REFUSED_PERCENT_MAX * _scale(values), TOP + ROW * rows
    return [
        f"<path d='M{x:.1f} {TOP - 14}V{bottom}' stroke='{LIMIT}' stroke-dasharray='3 3' fill='none'/>",
        _text(x, bottom + 18, f"{REFUSED_PERCENT_MAX:.0f} %", color=GREY, anchor="middle"),
    ]


def _scale(values: Sequence[float]) -> float:
    return (PANEL - 70) / max(*values, REFUSED_PERCENT_MAX)


def _middle(place: int) -> float:
    return TOP + ROW * place + ROW / 2 - 8


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = SMALL,
    color: str = INK,
    anchor: str = "start",
    weight: str = "400",
) -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{color}' text-anchor='{anchor}' "
        f"font-weight='{weight}' dominant-baseline='middle'>{escape(words)}</text>"
    )
