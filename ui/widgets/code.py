"""A code to be scanned from the screen: black on white in every theme, in whole pixels a module."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class CodeView(QWidget):
    """Shows a picture of a code as it is: scaled it would be read less well."""

    def __init__(self) -> None:
        """Begin without a code."""
        super().__init__()
        self._picture = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_code(self, png: bytes, name: str) -> None:
        """Show a picture; `name` is what it is called when it is read out."""
        self._picture = QImage.fromData(png) if png else QImage()
        self.setAccessibleName(name)
        self.setVisible(not self._picture.isNull())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Be as large as the picture."""
        return self._picture.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it on white, its own quiet zone around it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        painter.drawImage(0, 0, self._picture)
