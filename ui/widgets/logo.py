"""The shop's logo, on white: it was drawn for paper, and what is dark in it would vanish on a dark screen."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.colors import WHITE
from ui.theme import current

RADIUS, MARGIN = 6, 4
WIDTH_MAX = 4  # times its height


class Logo(QWidget):
    """A picture of fixed height, as wide as it comes."""

    def __init__(self, height: int) -> None:
        """Make an empty place, `height` pixels high at 100 %."""
        super().__init__()
        self._height = current().px(height)
        self._png = b""
        self._image = QImage()
        self.setFixedHeight(self._height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_png(self, png: bytes) -> None:
        """Show a picture; what can't be drawn takes no room."""
        if png != self._png:
            self._png = png
            self._image = QImage.fromData(png) if png else QImage()
            self.setFixedWidth(self._width())
            self.update()
        self.setVisible(not self._image.isNull())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be seen."""
        return self._image.isNull()

    def sizeHint(self) -> QSize:
        """Return its size."""
        return QSize(self._width(), self._height)

    def _width(self) -> int:
        if self._image.isNull():
            return 0
        inner = self._height - 2 * MARGIN
        wide = inner * self._image.width() / self._image.height()
        return round(min(wide, inner * WIDTH_MAX)) + 2 * MARGIN

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint white, and the picture as large as it fits."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(WHITE))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        inner = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        size = self._image.size().scaled(inner.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        area = QRectF(0, 0, size.width(), size.height())
        area.moveCenter(inner.center())
        painter.drawImage(area, self._image)
