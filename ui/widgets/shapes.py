"""Signs and shapes, painted and not written: no font needs to have them, and they stay sharp at every size.

A shape is drawn on a square of 100 units. The five answers differ in outline, not only in what is inside, so that
they are told apart without colour (UX A2.3).
"""

import math
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.models.state import AnswerWord
from ui.theme import current

UNITS = 100.0


class SignKind(Enum):
    """Small signs beside a word."""

    CHECK = "check"
    CIRCLE = "circle"  # an empty circle: can be picked
    ARROW = "arrow"
    DOTS = "dots"
    BROKEN = "broken"
    MARK = "mark"
    BRAND = "brand"
    STAR = "star"
    CROSS = "cross"
    LOCK = "lock"


def _pen(color: QColor, width: float = 9) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _lines(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    return path


def _polygon(corners: int, radius: float, turn: float, inner: float = 0) -> QPolygonF:
    """Return a regular polygon around the middle; with `inner`, a star."""
    count = corners * 2 if inner else corners
    return QPolygonF([
        QPointF(
            50 + (inner if inner and place % 2 else radius) * math.cos(turn + place * math.tau / count),
            50 + (inner if inner and place % 2 else radius) * math.sin(turn + place * math.tau / count),
        )
        for place in range(count)
    ])  # fmt: skip


def paint_sign(painter: QPainter, kind: SignKind, ink: QColor) -> None:
    """Paint a small sign in units of 100."""
    painter.setPen(_pen(ink, 11))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match kind:
        case SignKind.CHECK:
            painter.drawPath(_lines((16, 54), (40, 78), (86, 26)))
        case SignKind.CIRCLE:
            painter.drawEllipse(QRectF(8, 8, 84, 84))
        case SignKind.ARROW:
            painter.drawPath(_lines((50, 90), (50, 14)))
            painter.drawPath(_lines((22, 40), (50, 12), (78, 40)))
        case SignKind.CROSS:
            painter.drawPath(_lines((20, 20), (80, 80)))
            painter.drawPath(_lines((80, 20), (20, 80)))
        case SignKind.LOCK:
            painter.drawRect(QRectF(16, 46, 68, 44))
            painter.drawArc(QRectF(30, 10, 40, 70), 0, 180 * 16)
        case SignKind.BROKEN:
            painter.drawPath(_lines((6, 50), (30, 50)))
            painter.drawPath(_lines((70, 50), (94, 50)))
            painter.drawPath(_lines((38, 78), (62, 22)))
        case SignKind.MARK:
            painter.drawPath(_lines((50, 12), (50, 58)))
            painter.drawPoint(QPointF(50, 88))
        case _:
            _paint_filled(painter, kind, ink)


def _paint_filled(painter: QPainter, kind: SignKind, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    match kind:
        case SignKind.DOTS:
            for x in (20, 50, 80):
                painter.drawEllipse(QPointF(x, 50), 9, 9)
        case SignKind.STAR:
            painter.drawPolygon(_polygon(5, 50, -math.pi / 2, inner=21))
        case _:  # the brand: a slip of paper with its torn corner, standing beside a till
            painter.drawRoundedRect(QRectF(4, 10, 24, 80), 8, 8)
            painter.drawPolygon(QPolygonF([
                QPointF(40, 10), QPointF(96, 10), QPointF(96, 74), QPointF(80, 90), QPointF(40, 90)
            ]))  # fmt: skip


def paint_answer(painter: QPainter, word: AnswerWord, ink: QColor) -> None:
    """Paint the shape of an answer in units of 100."""
    painter.setPen(_pen(ink, 7))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match word:
        case AnswerWord.APPROVED:
            painter.drawEllipse(QRectF(4, 4, 92, 92))
            painter.drawPath(_lines((28, 52), (44, 68), (73, 34)))
        case AnswerWord.QUEUED:
            painter.drawRoundedRect(QRectF(4, 4, 92, 92), 18, 18)
            painter.drawPath(_lines((16, 54), (29, 67), (53, 36)))
            painter.drawPath(_lines((60, 38), (74, 24), (88, 38)))
            dashed = _pen(ink, 7)
            dashed.setCapStyle(Qt.PenCapStyle.FlatCap)
            dashed.setDashPattern([1.5, 1.1])
            painter.setPen(dashed)
            painter.drawPath(_lines((74, 27), (74, 80)))
        case AnswerWord.LOOK:
            painter.drawPolygon(QPolygonF([QPointF(50, 8), QPointF(96, 90), QPointF(4, 90)]))
            painter.drawPath(_lines((50, 38), (50, 62)))
            painter.drawPoint(QPointF(50, 76))
        case AnswerWord.NOT_POSSIBLE:
            painter.drawPolygon(_polygon(8, 48, math.pi / 8))
            painter.drawPath(_lines((34, 34), (66, 66)))
            painter.drawPath(_lines((66, 34), (34, 66)))
        case AnswerWord.UNKNOWN:
            painter.drawEllipse(QRectF(4, 4, 92, 92))
            hook = QPainterPath(QPointF(36, 40))
            hook.cubicTo(QPointF(36, 20), QPointF(66, 20), QPointF(66, 40))
            hook.cubicTo(QPointF(66, 52), QPointF(50, 50), QPointF(50, 63))
            painter.drawPath(hook)
            painter.drawPoint(QPointF(50, 77))


class _Painted(QWidget):
    """A square of fixed size, painted in units of 100."""

    def __init__(self, size: int) -> None:
        super().__init__()
        side = current().px(size)
        self.setFixedSize(QSize(side, side))

    def _begin(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / UNITS, self.height() / UNITS)
        return painter


class Sign(_Painted):
    """A small sign."""

    def __init__(self, size: int, kind: SignKind = SignKind.DOTS, ink: str = "text") -> None:
        """Make a sign of `size` pixels."""
        super().__init__(size)
        self._kind, self._ink = kind, ink

    def show_sign(self, kind: SignKind, ink: str) -> None:
        """Show another sign."""
        if (kind, ink) != (self._kind, self._ink):
            self._kind, self._ink = kind, ink
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign."""
        paint_sign(self._begin(), self._kind, current().color(self._ink))


class AnswerShape(_Painted):
    """The shape of an answer."""

    def __init__(self, size: int = 128) -> None:
        """Make a shape of `size` pixels."""
        super().__init__(size)
        self._word, self._ink = AnswerWord.APPROVED, "on_ok"

    def show_answer(self, word: AnswerWord, ink: str) -> None:
        """Show the shape of another answer."""
        self._word, self._ink = word, ink
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shape."""
        paint_answer(self._begin(), self._word, current().color(self._ink))
