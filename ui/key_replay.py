"""Gives a window a key that was held back, as Qt would have given it at once.

A key from the system first asks whoever has the focus if it wants it for itself (ShortcutOverride), then looks for a
shortcut, and only then is a key press. Qt does the middle part before any event filter sees a press, and offers no way
to do it later; so shortcuts are looked up here.
Limits: QShortcut and QAction below the window, single keys; menu mnemonics (Alt and a letter) are never held back.
"""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QWidget


def replay(window: QWindow, event: QKeyEvent) -> None:
    """Give `window` a key event that it should have had a moment ago."""
    is_press = event.type() == QEvent.Type.KeyPress
    if is_press and not _is_wanted_as_key(window, event) and _run_shortcut(event):
        return
    QApplication.sendEvent(window, event)


def _is_wanted_as_key(window: QWindow, event: QKeyEvent) -> bool:
    """Ask whoever has the focus, as a text field wants its letters and Ctrl+C for itself."""
    question = QKeyEvent(
        QEvent.Type.ShortcutOverride,
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
    question.setTimestamp(event.timestamp())
    question.ignore()
    QApplication.sendEvent(window, question)
    return question.isAccepted()


def _run_shortcut(event: QKeyEvent) -> bool:
    wanted = _sequences(event)
    top = QApplication.activeWindow()
    if top is None:
        return False
    for shortcut in _shortcuts(top):
        if shortcut.key() in wanted:
            shortcut.activated.emit()
            return True
    for action in top.findChildren(QAction):
        if action.isEnabled() and any(sequence in wanted for sequence in action.shortcuts()):
            action.trigger()
            return True
    return False


def _sequences(event: QKeyEvent) -> list[QKeySequence]:
    """Return what a shortcut for this key may be called: "?" is also written Shift+?, and the keypad's 1 is a 1."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    spellings = {modifiers, modifiers & ~Qt.KeyboardModifier.ShiftModifier} if event.text() else {modifiers}
    return [QKeySequence(QKeyCombination(spelling, Qt.Key(event.key()))) for spelling in spellings]


def _shortcuts(top: QWidget) -> Iterator[QShortcut]:
    focused = QApplication.focusWidget()
    for shortcut in top.findChildren(QShortcut):
        owner = shortcut.parent()
        if shortcut.isEnabled() and isinstance(owner, QWidget) and owner.isEnabled() and owner.isVisible():
            match shortcut.context():
                case Qt.ShortcutContext.WidgetShortcut:
                    is_meant = owner is focused
                case Qt.ShortcutContext.WidgetWithChildrenShortcut:
                    is_meant = focused is not None and (owner is focused or owner.isAncestorOf(focused))
                case _:
                    is_meant = True
            if is_meant:
                yield shortcut
