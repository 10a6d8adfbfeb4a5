"""Whether a mouse was used where keys must do."""

from PySide6.QtCore import QEvent, QObject


class MouseWatch(QObject):
    """Counts what a mouse does anywhere in the application."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        self.count += event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease)
        return False
