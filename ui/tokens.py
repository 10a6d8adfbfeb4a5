"""Colours, type and space as data: the only place where a colour or a size of the station is written down.

Every pair that is drawn together stands in PAIRS with the contrast it must reach (WCAG 2.x: text 4.5, shapes 3),
and a test computes them all again, by the sums that correct a brand's colour too (`app/core/colors.py`).
"""

from dataclasses import dataclass, replace

from app.core.colors import SHAPE_CONTRAST_MIN, TEXT_CONTRAST_MIN


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of a theme as `#RRGGBB`. `on_x` is what is written on `x`."""

    bg: str
    text: str
    surface: str
    surface2: str
    muted: str
    disabled: str
    line: str
    primary: str
    on_primary: str
    focus: str
    ok: str
    on_ok: str
    warn: str
    on_warn: str
    warn_edge: str
    stop: str
    on_stop: str
    queued: str
    on_queued: str
    ok_soft: str
    on_ok_soft: str
    warn_soft: str
    on_warn_soft: str
    stop_soft: str
    on_stop_soft: str
    queued_soft: str
    on_queued_soft: str
    chart1: str
    chart2: str
    chart3: str
    chart4: str
    chart5: str
    chart6: str

    def wearing(self, worn: tuple[str, str] | None) -> "Tokens":
        """Return the same with a brand's colour and what is written on it; None leaves both as they are."""
        return self if worn is None else replace(self, primary=worn[0], on_primary=worn[1])


LIGHT = Tokens(
    bg="#F6F7F9", text="#14181F", surface="#FFFFFF", surface2="#EBEEF2",
    muted="#4F5A68", disabled="#5D6875", line="#788391",
    primary="#0B5CAD", on_primary="#FFFFFF", focus="#B24A00",
    ok="#00724E", on_ok="#FFFFFF",
    warn="#FFC233", on_warn="#241A00", warn_edge="#7A5A00",
    stop="#8E0B16", on_stop="#FFFFFF",
    queued="#3B46B0", on_queued="#FFFFFF",
    ok_soft="#DDF3E5", on_ok_soft="#0A5530",
    warn_soft="#FFF1CC", on_warn_soft="#5C4300",
    stop_soft="#FBE2E0", on_stop_soft="#8E1B15",
    queued_soft="#E3E6FB", on_queued_soft="#1F2A80",
    chart1="#0B5CAD", chart2="#B24A00", chart3="#00724E", chart4="#7B3FA0", chart5="#8A6A00", chart6="#A3195B",
)  # fmt: skip

DARK = Tokens(
    bg="#0F1319", text="#F1F4F8", surface="#181E26", surface2="#232B36",
    muted="#B3BDCA", disabled="#97A3B1", line="#7D8998",
    primary="#7DB8FF", on_primary="#06203D", focus="#FFB454",
    ok="#4FD1A5", on_ok="#03210F",
    warn="#FFD54D", on_warn="#241A00", warn_edge="#FFD54D",
    stop="#FF6B6B", on_stop="#3B0502",
    queued="#8FA8FF", on_queued="#0A1240",
    ok_soft="#123524", on_ok_soft="#9BE5BE",
    warn_soft="#3A2D08", on_warn_soft="#FFDD8A",
    stop_soft="#431714", on_stop_soft="#FFB8B1",
    queued_soft="#1C2350", on_queued_soft="#C9D3FF",
    chart1="#7DB8FF", chart2="#FFB454", chart3="#4FD1A5", chart4="#D2A8FF", chart5="#FFE08A", chart6="#FF9CC2",
)  # fmt: skip

# What is drawn, what it is drawn on, and the contrast that it takes.
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, TEXT_CONTRAST_MIN) for ink in ("text", "muted") for ground in ("bg", "surface", "surface2")),
    ("disabled", "surface2", TEXT_CONTRAST_MIN),
    *(
        (f"on_{fill}", fill, TEXT_CONTRAST_MIN)
        for fill in (
            "primary", "ok", "warn", "stop", "queued", "ok_soft", "warn_soft", "stop_soft", "queued_soft"
        )
    ),
    *(("line", ground, SHAPE_CONTRAST_MIN) for ground in ("bg", "surface", "surface2")),
    *(("focus", ground, SHAPE_CONTRAST_MIN) for ground in ("bg", "surface", "surface2", "ok_soft")),
    *((fill, "surface", SHAPE_CONTRAST_MIN) for fill in ("primary", "ok", "stop", "queued", "warn_edge")),
    *((fill, "bg", SHAPE_CONTRAST_MIN) for fill in ("primary", "ok", "stop", "queued", "warn_edge")),
    ("stop", "surface2", SHAPE_CONTRAST_MIN),  # the edge of the answer "unknown code"
    ("on_ok_soft", "surface", SHAPE_CONTRAST_MIN),  # the edge of an offer that can be used
    *((f"chart{series}", "surface", TEXT_CONTRAST_MIN) for series in range(1, 7)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """A role of text: pixels at 100 % and weight."""

    px: int
    weight: int


TYPE = {
    "answer": TypeStyle(72, 700),
    "pay": TypeStyle(48, 700),
    "number": TypeStyle(40, 700),
    "h1": TypeStyle(28, 700),
    "amount": TypeStyle(24, 700),
    "h2": TypeStyle(20, 600),
    "button": TypeStyle(18, 600),
    "primary": TypeStyle(24, 700),
    "body": TypeStyle(16, 400),
    "strong": TypeStyle(16, 600),
    "small": TypeStyle(14, 400),
    "key": TypeStyle(14, 600),
}

GAP_S, GAP_M, GAP_L, GAP_XL = 8, 12, 16, 24
RADIUS_CONTROL, RADIUS_CARD = 10, 12
TARGET_MIN = 48  # Material; WCAG 2.5.8 asks 24, 2.5.5 asks 44
ACTION_HEIGHT, PRIMARY_HEIGHT = 64, 80
FOCUS_WIDTH, FOCUS_GAP = 3, 2
