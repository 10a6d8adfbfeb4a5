"""The console's colours can be told apart: every pair of text and ground, in both themes, from the sheet itself."""

import re

import pytest

from app.core.colors import SHAPE_CONTRAST_MIN, TEXT_CONTRAST_MIN, contrast
from hq.console.render import static_file

TEXTS = [
    *[(ink, ground) for ink in ("text", "muted", "primary") for ground in ("bg", "surface", "surface2")],
    *[(f"on-{name}-soft", f"{name}-soft") for name in ("ok", "warn", "stop", "queued", "primary")],
    ("on-primary", "primary"),
    ("on-stop", "stop"),
]
SHAPES = [(edge, ground) for edge in ("line", "focus") for ground in ("bg", "surface")]
CHARTS = [(f"chart{n}", "surface") for n in range(1, 7)]


def themes():
    """Return the tokens of each theme: the dark ones stand in the sheet twice."""
    sheet = static_file("console.css").decode("utf-8")
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", sheet)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block)) for block in blocks]
    return [tokens for tokens in found if "bg" in tokens]


def whole(color):
    return color.upper() if len(color) == 7 else "#" + "".join(2 * part for part in color[1:]).upper()


def test_the_dark_theme_is_the_same_asked_for_or_not() -> None:
    light, dark, chosen = themes()
    assert dark == chosen
    assert set(light) == set(dark)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_and_edges_can_be_seen(theme) -> None:
    tokens = {name: whole(color) for name, color in themes()[theme].items()}
    low = {
        pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2)
        for pairs, least in ((TEXTS, TEXT_CONTRAST_MIN), (SHAPES + CHARTS, SHAPE_CONTRAST_MIN))
        for pair in pairs
        if contrast(tokens[pair[0]], tokens[pair[1]]) < least
    }
    assert low == {}


def test_no_colour_stands_outside_the_tokens() -> None:
    sheet = static_file("console.css").decode("utf-8")
    rest = re.sub(r":root[^{]*\{[^}]*\}", "", sheet)
    assert [each for each in re.findall(r"#[0-9a-fA-F]{3,8}\b", rest) if each not in ("#000", "#fff")] == []
