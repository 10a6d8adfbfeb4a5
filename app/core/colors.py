"""Contrast of colours, and a brand's colour made fit to be read: the same sums for stations, head office and tests."""

import re
from collections.abc import Iterable

TEXT_CONTRAST_MIN = 4.5  # WCAG 2.x, 1.4.3
SHAPE_CONTRAST_MIN = 3.0  # WCAG 2.x, 1.4.11
COLOR = re.compile(r"#[0-9A-F]{6}")
WHITE, BLACK = "#FFFFFF", "#000000"
STEPS = 255  # from a colour to white or black: the smallest change that a screen can show


def luminance(color: str) -> float:
    """Return the relative luminance of `#RRGGBB`, 0…1 (WCAG 2.x)."""
    parts = (part / 255 for part in _parts(color))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours, 1…21 (WCAG 2.x)."""
    darker, lighter = sorted((luminance(a), luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


def corrected(color: str, grounds: Iterable[str]) -> str:
    """Return a colour that is seen on all of the grounds as a shape: the same, or no more changed than that takes.

    The grounds are all light or all dark, as those of a theme are; it gets darker on the one and lighter on the other.
    """
    grounds = tuple(grounds)
    end = BLACK if luminance(grounds[0]) > 0.5 else WHITE
    tried = (_mixed(color, end, step) for step in range(STEPS + 1))
    return next(each for each in tried if all(contrast(each, on) >= SHAPE_CONTRAST_MIN for on in grounds))


def ink_on(color: str) -> str:
    """Return what is written on a colour: white where that can be read, else black. One of the two always can."""
    return WHITE if contrast(WHITE, color) >= TEXT_CONTRAST_MIN else BLACK


def _mixed(color: str, other: str, step: int) -> str:
    parts = zip(_parts(color), _parts(other), strict=True)
    return "#" + "".join(f"{round(own + (end - own) * step / STEPS):02X}" for own, end in parts)


def _parts(color: str) -> tuple[int, ...]:
    return tuple(int(color[place : place + 2], 16) for place in (1, 3, 5))
