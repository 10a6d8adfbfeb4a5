"""A QR code, painted black on white in whole pixels a module."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import current


class QrView(QWidget):
    """The code of a text; nothing for none. Its quiet zone is a part of it."""

    def __init__(self, side: int) -> None:
        """Make an empty place; a code in it has at most `side` pixels at 100 %."""
        super().__init__()
        self._text = ""
        self._rows: list[list[bool]] = []
        self._side, self._module = current().px(side), 1
        self.hide()

    def show_text(self, text: str) -> None:
        """Show the code of a text. What no code can hold isn't shown."""
        if text != self._text:
            self._text = text
            self._rows = _modules(text) if text else []
            if self._rows:
                self._module = max(1, self._side // len(self._rows))
                self.setFixedSize(self._module * len(self._rows), self._module * len(self._rows))
            self.update()
        self.setVisible(bool(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the modules."""
        painter, module = QPainter(self), self._module
        painter.fillRect(self.rect(), QColor(Qt.GlobalColor.white))
        for y, line in enumerate(self._rows):
            for x, is_dark in enumerate(line):
                if is_dark:
                    painter.fillRect(
                        QRect(x * module, y * module, module, module), QColor(Qt.GlobalColor.black)
                    )


def _modules(text: str) -> list[list[bool]]:
    from scanner.draw import ContentTooLong, qr_modules  # heavy, and imported beside the window by then

    try:
        return [[bool(each) for each in line] for line in qr_modules(text)]
    except ContentTooLong:
        return []
