"""What the camera sees, in the frame where a card is held; without a camera, a sign of what to do."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from scanner.outline import Outline
from ui.theme import current
from ui.tokens import RADIUS_CARD

OUTLINE = 4
CORNER = 34  # length of a bracket's arm
HEIGHT_MIN = 72


class CameraView(QWidget):
    """A viewfinder. Without a picture it shows a code between the brackets, as an invitation."""

    def __init__(self, *, is_whole: bool = False) -> None:
        """Make an empty viewfinder. `is_whole`: the picture is shown to its edges, with room left beside it."""
        super().__init__()
        self._frame: QImage | None = None
        self._is_whole = is_whole
        self._outline: Outline = ()
        self.setMinimumHeight(current().px(HEIGHT_MIN))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Take what there is."""
        return QSize(current().px(320), current().px(240))

    def set_frame(self, frame: QImage | None) -> None:
        """Show a picture of the camera; None when there is none any more."""
        self._frame = frame
        self.update()

    def set_outline(self, outline: Outline) -> None:
        """Draw a line around what was found; places in this view."""
        if outline != self._outline:
            self._outline = outline
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint picture and brackets."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        if self._frame is None:
            self._paint_invitation(painter, area)
        elif self._is_whole:
            self._paint_whole(painter, area, self._frame)
        else:
            self._paint_frame(painter, area, self._frame)
        if self._outline:
            painter.setPen(QPen(current().color("focus"), current().px(OUTLINE), j=Qt.PenJoinStyle.RoundJoin))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolygon([QPointF(*place) for place in self._outline])

    def _paint_whole(self, painter: QPainter, area: QRectF, frame: QImage) -> None:
        """Fit the picture in, as `scanner.outline` reckons with."""
        scale = min(area.width() / frame.width(), area.height() / frame.height())
        shown = QRectF(0, 0, frame.width() * scale, frame.height() * scale)
        shown.moveCenter(area.center())
        painter.drawImage(shown, frame, QRectF(frame.rect()))

    def _paint_frame(self, painter: QPainter, area: QRectF, frame: QImage) -> None:
        """Fill the area with the middle of the picture."""
        scale = max(area.width() / frame.width(), area.height() / frame.height())
        shown = QRectF(0, 0, area.width() / scale, area.height() / scale)
        shown.moveCenter(QRectF(frame.rect()).center())
        path = QPainterPath()
        path.addRoundedRect(area, current().px(RADIUS_CARD), current().px(RADIUS_CARD))
        painter.setClipPath(path)
        painter.drawImage(area, frame, shown)

    def _paint_invitation(self, painter: QPainter, area: QRectF) -> None:
        theme = current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("surface2"))
        painter.drawRoundedRect(area, theme.px(RADIUS_CARD), theme.px(RADIUS_CARD))
        side = min(area.height() - theme.px(48), theme.px(200))
        frame = QRectF(0, 0, side * 1.5, side)
        frame.moveCenter(area.center())
        painter.setPen(QPen(theme.color("primary"), theme.px(5), c=Qt.PenCapStyle.RoundCap))
        painter.drawPath(_brackets(frame, min(theme.px(CORNER), side / 3)))
        _paint_bars(painter, frame.adjusted(side * 0.3, side * 0.26, -side * 0.3, -side * 0.26))


def _brackets(frame: QRectF, arm: float) -> QPainterPath:
    path = QPainterPath()
    for corner, across, down in (
        (frame.topLeft(), 1, 1), (frame.topRight(), -1, 1), (frame.bottomRight(), -1, -1), (frame.bottomLeft(), 1, -1),
    ):  # fmt: skip
        path.moveTo(corner + QPointF(arm * across, 0))
        path.lineTo(corner)
        path.lineTo(corner + QPointF(0, arm * down))
    return path


def _paint_bars(painter: QPainter, area: QRectF) -> None:
    """Paint the bars of a code that stands for no number."""
    widths = (2, 1, 1, 3, 1, 2, 3, 1, 2, 1, 1, 2)
    step = area.width() / (sum(widths) * 2 - widths[-1])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(current().color("text"))
    left = area.left()
    for width in widths:
        painter.drawRect(QRectF(left, area.top(), width * step, area.height()))
        left += 2 * width * step
