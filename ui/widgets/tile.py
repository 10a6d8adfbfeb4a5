"""What every control looks like: a rounded tile with an edge, a fill and a focus ring that is never left out.

Tiles hold labels as children, so that text wraps, is measured and is read out like all other text.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.theme import current
from ui.tokens import FOCUS_GAP, FOCUS_WIDTH, RADIUS_CONTROL, TARGET_MIN


@dataclass(frozen=True, slots=True)
class Look:
    """The tokens of a tile; an empty fill or edge means none."""

    fill: str = "surface"
    ink: str = "text"
    edge: str = "line"
    edge_width: float = 2
    is_dashed: bool = False


PLAIN = Look()
PRIMARY = Look(fill="primary", ink="on_primary", edge="primary")
OFF = Look(fill="surface2", ink="disabled", edge="surface2")


def paint_tile(painter: QPainter, area: QRectF, look: Look, *, has_focus: bool = False) -> None:
    """Paint a tile into `area`: ring and gap lie inside, so that nothing moves when the focus comes."""
    theme = current()
    radius = theme.px(RADIUS_CONTROL)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if has_focus:
        _round(painter, area, radius, fill="surface", edge="focus", width=FOCUS_WIDTH)
        inset = FOCUS_WIDTH + FOCUS_GAP
        area = area.adjusted(inset, inset, -inset, -inset)
        radius -= inset
    _round(painter, area, radius, look.fill, look.edge, look.edge_width, is_dashed=look.is_dashed)


def _round(
    painter: QPainter,
    area: QRectF,
    radius: float,
    fill: str,
    edge: str,
    width: float,
    *,
    is_dashed: bool = False,
) -> None:
    theme = current()
    half = width / 2
    pen = QPen(theme.color(edge), width) if edge else QPen(Qt.PenStyle.NoPen)
    if is_dashed:
        pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.setBrush(theme.color(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area.adjusted(half, half, -half, -half), radius - half, radius - half)


class Tile(QAbstractButton):
    """A control. Space or a tap presses it; Enter is left to the window, whose one primary action it is."""

    def __init__(self, look: Look = PLAIN, parent: QWidget | None = None) -> None:
        """Make an empty tile."""
        super().__init__(parent)
        self._look = look
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumSize(TARGET_MIN, TARGET_MIN)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)

    @property
    def look(self) -> Look:
        """How it is painted now."""
        return self._look if self.isEnabled() else OFF

    def set_look(self, look: Look) -> None:
        """Paint it otherwise from now on."""
        if look != self._look:
            self._look = look
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tile; its labels paint themselves."""
        painter = QPainter(self)
        paint_tile(painter, QRectF(self.rect()), self._hovered(self.look), has_focus=self.hasFocus())

    def _hovered(self, look: Look) -> Look:
        """Return the look under a finger or a mouse: a heavier edge, which no other state has."""
        if not self.isEnabled() or not (self.isDown() or self.underMouse()):
            return look
        edge = "on_primary" if look.fill == "primary" else look.ink
        return Look(look.fill, look.ink, edge, look.edge_width, look.is_dashed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Enter and digits to the window."""
        if event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Go back to how it was."""
        self.update()
        super().leaveEvent(event)
