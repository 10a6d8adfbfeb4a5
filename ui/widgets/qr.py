"""A QR code, painted black on white in whole pixels a module, as large as there is room for."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import current

SIDE_MIN = 120


class QrView(QWidget):
    """The code of a text; nothing for none. Its quiet zone is a part of it."""

    def __init__(self, side: int) -> None:
        """Make an empty place of `side` pixels at 100 %."""
        super().__init__()
        self._text = ""
        self._rows: list[list[bool]] = []
        self._side = current().px(side)
        self.setMinimumSize(SIDE_MIN, SIDE_MIN)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        """Show the code of a text. What no code can hold isn't shown."""
        if text != self._text:
            self._text = text
            self._rows = _modules(text) if text else []
            self.update()
        self.setVisible(bool(self._rows))

    def sizeHint(self) -> QSize:
        """Ask for a square."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the modules."""
        if not self._rows:
            return
        count = len(self._rows)
        module = max(1, min(self.width(), self.height(), self._side) // count)
        side = module * count
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter = QPainter(self)
        painter.fillRect(left, top, side, side, QColor(Qt.GlobalColor.white))
        for y, line in enumerate(self._rows):
            for x, is_dark in enumerate(line):
                if is_dark:
                    area = QRect(left + x * module, top + y * module, module, module)
                    painter.fillRect(area, QColor(Qt.GlobalColor.black))


def _modules(text: str) -> list[list[bool]]:
    from scanner.draw import ContentTooLong, qr_modules  # heavy, and imported beside the window by then

    try:
        return [[bool(each) for each in line] for line in qr_modules(text)]
    except ContentTooLong:
        return []
