"""Synthetic key events for windows off screen, as the platform would deliver them: to the window, with scan codes."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from scanner.keys import US_PLAIN, US_SHIFTED
from scanner.wedge import Key

X_OFFSET = 8
SPECIAL = {
    28: Qt.Key.Key_Return,
    15: Qt.Key.Key_Tab,
    14: Qt.Key.Key_Backspace,
    42: Qt.Key.Key_Shift,
    62: Qt.Key.Key_F4,
}


def event_of(key: Key, kind: QEvent.Type = QEvent.Type.KeyPress) -> QKeyEvent:
    modifiers = Qt.KeyboardModifier.NoModifier
    for is_down, modifier in (
        (key.shift, Qt.KeyboardModifier.ShiftModifier),
        (key.ctrl, Qt.KeyboardModifier.ControlModifier),
        (key.alt, Qt.KeyboardModifier.AltModifier),
    ):
        if is_down:
            modifiers |= modifier
    code = key.scan_code or 0
    char = (US_SHIFTED if key.shift else US_PLAIN).get(code, "\0")
    qt_key = SPECIAL.get(code) or Qt.Key(ord(char.upper()))
    native = code + X_OFFSET if code else 0
    event = QKeyEvent(kind, qt_key, modifiers, native, 0, 0, key.text, key.is_repeat, 1)
    event.setTimestamp(key.time_ms)
    return event


def send(window: QWidget, keys: Iterable[Key]) -> None:
    """Press and release each key, asking first whether it is wanted, as Qt does before it looks for shortcuts."""
    handle = window.windowHandle()
    assert handle is not None
    for key in keys:
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = event_of(key, kind)
            if kind == QEvent.Type.ShortcutOverride:
                event.ignore()
            QApplication.sendEvent(handle, event)
