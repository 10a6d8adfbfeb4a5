"""What a scanner set to a US keyboard means by the keys it presses, whatever layout the computer has.

A keyboard-wedge scanner presses the physical keys that give its text on a US keyboard. On a Turkish host 31 of the 95
ASCII characters then arrive as others, on a Russian one 74; the keys themselves are the same everywhere.

Codes are those of Linux' evdev (input-event-codes.h), which took the main block over from the PC's scan code set 1:
so X11 and Wayland report them plus 8, Windows as they are, apart from the extended keys.
Limits: macOS tells no scan codes that mean anything, and F13 and the like are no characters.
"""

from typing import Final

US_PLAIN: Final = {
    code: char
    for first, chars in (
        (2, "1234567890-="),
        (16, "qwertyuiop[]"),
        (30, "asdfghjkl;'`"),
        (43, "\\zxcvbnm,./"),
    )
    for code, char in enumerate(chars, start=first)
} | {57: " "}
US_SHIFTED: Final = {
    code: char
    for first, chars in ((2, "!@#$%^&*()_+"), (16, "QWERTYUIOP{}"), (30, 'ASDFGHJKL:"~'), (43, "|ZXCVBNM<>?"))
    for code, char in enumerate(chars, start=first)
} | {57: " "}
KEYPAD: Final = dict(
    zip((55, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 98), "*789-456+1230./", strict=True)
)
"""Some scanners press the keypad's keys for digits; with Num Lock off these are arrows."""

ENTER: Final = frozenset({28, 96})
TAB: Final = 15
BRACKET: Final = 27
GROUP_SEPARATOR: Final = "\x1d"
"""Between the elements of a GS1 code; a scanner presses Ctrl+] for it."""
NEUTRAL: Final = frozenset({29, 42, 54, 56, 58, 69, 70, 97, 100, 125, 126})
"""Control, shift, alt, lock and system keys: a scanner presses them within its text (Caps Lock around it)."""

_X_OFFSET: Final = 8  # X11 keeps the first eight codes for itself, and Wayland followed
_EXTENDED: Final = {0x11C: 96, 0x11D: 97, 0x135: 98, 0x138: 100, 0x15B: 125, 0x15C: 126}
"""Windows: extended keys of set 1 (0x100 added) and the evdev codes that say the same."""


def evdev_code(native: int, *, platform: str) -> int | None:
    """Return the evdev code of a native scan code, None where there is none.

    `platform` is Qt's name of it: "xcb", "wayland", "windows", … "offscreen" counts as X11, since tests use it.
    """
    if platform == "windows":
        return (native if native < 0x100 else _EXTENDED.get(native)) or None
    if platform in ("xcb", "offscreen") or platform.startswith("wayland"):
        return native - _X_OFFSET if native > _X_OFFSET else None
    return None


def has_scan_codes(platform: str) -> bool:
    """Whether keys can be told by their place on this platform; elsewhere only by what the host made of them."""
    return evdev_code(30 + _X_OFFSET, platform=platform) is not None
