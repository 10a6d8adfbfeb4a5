"""Keeps a key from acting on what nobody can have looked at yet.

An Enter that was meant for one screen must not be taken for the next one's, and nothing may be recorded that was never
to be seen. So whatever is new has to be painted first and then to stay for a moment, before a key acts on it.
"""

from PySide6.QtCore import QObject, QTimer, Signal

READ_MS = 700  # an answer: Enter pressed twice comes within this, and nobody has read an answer sooner
LOOK_MS = (
    250  # anything else: two presses meant as one come within 200 ms, deliberate ones 300 ms apart or more
)


class Guard(QObject):
    """Counts from the paint of what is new to the moment from which a key may act on it."""

    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        """Begin with nothing new."""
        super().__init__(parent)
        self._is_unpainted = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.ended)

    def begin(self, wait_ms: int) -> None:
        """Something new is to be painted; keys wait so long after that."""
        self._is_unpainted = True
        self._timer.stop()
        self._timer.setInterval(wait_ms)

    def painted(self) -> None:
        """Count from now on, if this was the first paint of it."""
        if self._is_unpainted:
            self._is_unpainted = False
            self._timer.start()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._is_unpainted = False
        self._timer.stop()
