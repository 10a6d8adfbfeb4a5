"""Colours: every contrast is computed again, and the answers are told apart by every eye."""

from dataclasses import fields
from itertools import combinations

import pytest

from app.core.colors import contrast
from ui.models.state import AnswerWord
from ui.station.answer import COLOURS
from ui.theme import THEMES
from ui.tokens import PAIRS, TYPE, Tokens

DISTANCE_MIN = 20  # CIE76, UX A2.1
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix, vector):
    return tuple(sum(a * b for a, b in zip(line, vector, strict=True)) for line in matrix)


def linear(color: str) -> tuple[float, ...]:
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def lab(color: str, vision: str) -> tuple[float, float, float]:
    seen = tuple(min(max(part, 0), 1) for part in times(VISION[vision], linear(color)))
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (value / white for value, white in zip(times(TO_XYZ, seen), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(first: str, second: str, vision: str) -> float:
    pairs = zip(lab(first, vision), lab(second, vision), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(theme: str, ink: str, ground: str, least: float) -> None:
    tokens = THEMES[theme]
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= least


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#FFFFFF") == 1
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)  # the known near miss


def test_every_token_stands_in_a_pair() -> None:
    named = {token for ink, ground, _ in PAIRS for token in (ink, ground)}
    assert {field.name for field in fields(Tokens)} == named


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", THEMES)
def test_answers_are_told_apart_by_colour(theme: str, vision: str) -> None:
    fills = [getattr(THEMES[theme], COLOURS[word].fill) for word in AnswerWord]
    nearest = min(distance(first, second, vision) for first, second in combinations(fills, 2))
    assert nearest >= DISTANCE_MIN


def test_a_usual_pair_of_green_and_red_would_not_pass() -> None:
    assert distance("#0B6B3A", "#B3261E", "protan") < DISTANCE_MIN


def test_no_type_is_too_small() -> None:
    assert min(style.px for style in TYPE.values()) >= 14
