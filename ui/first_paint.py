"""Calls once, when a window has been painted for the first time: what can wait for that must not compete with it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

_PAINTS: Final = frozenset({QEvent.Type.UpdateRequest, QEvent.Type.Expose})
AT_LATEST_MS: Final = (
    2_000  # a window that starts minimised may never be painted, and its station works all the same
)


class FirstPaint(QObject):
    """Waits for the first paint of a window that is shown."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        """Call `then` once."""
        super().__init__(window)
        self._then: Callable[[], None] | None = then
        window.windowHandle().installEventFilter(self)
        QTimer.singleShot(AT_LATEST_MS, self, self._call)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        """Look on; the window paints all that is due within this event."""
        if event.type() in _PAINTS:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._call)
        return False

    def _call(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()
