"""The presses that an X server tells of, whatever becomes of them: dead keys never arrive in a window as keys.

On a French or German keyboard some keys of a scanner are dead keys. In a text field Qt's input context keeps such a key
and the next one, and gives the field what they make together ("â"): the scan would lack both, and the field would have
one too many. Here each press is noted before that, so that `ui/scan_input.py` can find those that were kept.

Only for X11 with Qt's own input context ("compose", the one without an input method of the desktop): others decide
about a key later and elsewhere. Layout of the event: xcb_key_press_event_t of xcb/xproto.h.
"""

import ctypes
import os
from collections import deque
from typing import Any, Final

from PySide6.QtCore import QAbstractNativeEventFilter

from scanner.keys import evdev_code
from scanner.wedge import Key

XCB_EVENT: Final = b"xcb_generic_event_t"
KEY_PRESS: Final = 2
SENT: Final = 0x80  # a flag in the event's type: another program sent it
SHIFT, CONTROL, MOD1, MOD4, MOD5 = 1, 4, 8, 64, 128  # Shift, Ctrl, Alt, the system key, AltGr
KEYS_MAX: Final = 4_096
OWN_CONTEXT: Final = ("", "compose")


class _KeyPress(ctypes.Structure):
    _fields_ = (
        ("response_type", ctypes.c_uint8),
        ("detail", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("time", ctypes.c_uint32),
        ("windows", ctypes.c_uint32 * 3),
        ("places", ctypes.c_int16 * 4),
        ("state", ctypes.c_uint16),
    )


class NativeKeys(QAbstractNativeEventFilter):
    """Remembers presses until they are asked for: `application.installNativeEventFilter(native_keys)`."""

    def __init__(self) -> None:
        """Start with nothing pressed."""
        super().__init__()
        self._pressed: deque[Key] = deque(maxlen=KEYS_MAX)
        self._asked: Key | None = None

    @staticmethod
    def can_help(platform: str) -> bool:
        """Whether there are such presses on this platform of Qt's, with this input context."""
        return platform == "xcb" and os.environ.get("QT_IM_MODULE", "") in OWN_CONTEXT

    def nativeEventFilter(self, event_type: Any, message: Any) -> tuple[bool, int]:  # noqa: N802 Qt
        """Note a press; keep nothing from anybody."""
        if event_type == XCB_EVENT:
            self.note(int(message))
        return False, 0

    def note(self, address: int) -> None:
        """Note the event that lies there, if it is a press."""
        event = _KeyPress.from_address(address)
        if event.response_type & ~SENT == KEY_PRESS:
            self._pressed.append(
                Key(
                    evdev_code(event.detail, platform="xcb"),
                    event.time,
                    shift=bool(event.state & SHIFT),
                    ctrl=bool(event.state & CONTROL),
                    alt=bool(event.state & MOD1),
                    meta=bool(event.state & MOD4),
                    altgr=bool(event.state & MOD5),
                )
            )

    @property
    def is_waiting(self) -> bool:
        """Whether presses were noted that nobody has asked for."""
        return bool(self._pressed)

    def kept_before(self, key: Key, *, is_asked: bool) -> list[Key]:
        """Return the presses before this one, which has arrived, that have not: they were kept.

        `is_asked` where Qt only asks who wants the key (ShortcutOverride): it comes once more, and counts once.
        """
        if not is_asked and self._asked is not None and _is_same(self._asked, key):
            self._asked = None
            return []
        self._asked = key if is_asked else None
        place = next((n for n, one in enumerate(self._pressed) if _is_same(one, key)), None)
        if place is None:
            return []
        kept = [self._pressed.popleft() for _ in range(place)]
        self._pressed.popleft()
        return kept

    def kept(self) -> list[Key]:
        """Return all presses that have not arrived, once nothing is under way any more."""
        kept = list(self._pressed)
        self._pressed.clear()
        return kept


def _is_same(one: Key, other: Key) -> bool:
    return (one.scan_code, one.time_ms) == (other.scan_code, other.time_ms)
