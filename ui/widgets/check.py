"""A sentence to agree to: a box in front of it that is ticked or not. Space or a tap turns it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.i18n import _
from ui.theme import current
from ui.tokens import GAP_M
from ui.widgets.card import row
from ui.widgets.label import Label
from ui.widgets.shapes import Sign, SignKind
from ui.widgets.tile import Look, Tile, paint_tile

BOX = 28
OPEN, TICKED = Look(fill="surface"), Look(fill="primary", ink="on_primary", edge="primary")


class Check(Tile):
    """Begins without a tick."""

    def __init__(self, text: str) -> None:
        """Show a sentence."""
        super().__init__()
        self._box = _Box()
        self._text = Label("body")
        self._text.say(text)
        self._text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        line = row(self, gap=12, margin=GAP_M)
        line.addWidget(self._box)
        line.addWidget(self._text, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.tick(is_ticked=False)

    def tick(self, *, is_ticked: bool) -> None:
        """Tick it or not."""
        self._box.tick(is_ticked=is_ticked)
        said = _("Agreed: {text}") if is_ticked else _("Not agreed: {text}")
        self.setAccessibleName(said.format(text=self._text.whole))


class _Box(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._look = OPEN
        self.setFixedSize(current().px(BOX), current().px(BOX))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._sign = Sign(18, SignKind.CHECK, "on_primary")
        row(self, gap=0, margin=5).addWidget(self._sign)

    def tick(self, *, is_ticked: bool) -> None:
        self._look = TICKED if is_ticked else OPEN
        self._sign.setVisible(is_ticked)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_tile(QPainter(self), QRectF(self.rect()), self._look)
