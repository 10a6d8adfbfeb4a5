"""An offer as it stands: one that can be used is a numbered button, one that can't says why in a dashed box."""

from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from app.core.money import Currency
from ui import texts
from ui.models.state import OfferRow
from ui.theme import current
from ui.tokens import ACTION_HEIGHT, GAP_M, TARGET_MIN
from ui.widgets.beside import Beside
from ui.widgets.card import column, row
from ui.widgets.label import CENTER, Label, number
from ui.widgets.shapes import Sign, SignKind
from ui.widgets.tile import Look, Tile, paint_tile

USABLE = Look("ok_soft", "on_ok_soft", "on_ok_soft")
PICKED = Look("ok", "on_ok", "ok")
SPARE = 0.9  # of a key's side its text needs no more
NOT_NOW = Look("surface", "muted", "line", edge_width=1.5, is_dashed=True)


class KeyCap(Label):
    """The key that does it, drawn as a key."""

    SIDE = 36

    def __init__(self, key: int | str | None, *, role: str = "h2", width: int = SIDE) -> None:
        """Show a key, or an empty place of the same width."""
        super().__init__(role, align=CENTER, wraps=False)
        self.setFixedSize(_beside_text(width), _beside_text(self.SIDE))
        self.say("" if key is None else str(key))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the key under its number."""
        if self.text():
            painter = QPainter(self)
            look = Look(fill="surface", ink="text", edge="line", edge_width=1.5)
            paint_tile(painter, QRectF(self.rect()), look)
            painter.end()
        super().paintEvent(event)


def _beside_text(side: int) -> int:
    """Return the side of a key as large as larger text needs: less than the text grows, since it has room to spare."""
    return max(current().px(side), current().with_text(side * SPARE))


class Remove(Tile):
    """The cross that takes a voucher or gift card out of the order again. The keyboard has a key for it."""

    def __init__(self, name: str, key: str, ink: str, removed: SignalInstance) -> None:
        """Make a cross called `name`; `removed` is told the key of what goes."""
        super().__init__(Look(fill="", ink=ink, edge=""))
        self.setFixedSize(current().px(TARGET_MIN), current().px(TARGET_MIN))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        sign = Sign(14, SignKind.CROSS, ink)
        sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row(self, gap=0).addWidget(sign, 0, CENTER)
        self.clicked.connect(lambda: removed.emit(key))


class OfferButton(Tile):
    """An offer that can be used now."""

    picked = Signal(int)
    removed = Signal(str)

    def __init__(self, offer: OfferRow, currency: Currency) -> None:
        """Draw an offer."""
        super().__init__(PICKED if offer.is_picked else USABLE)
        self.setCheckable(True)
        self.setChecked(offer.is_picked)
        self.setMinimumHeight(current().px(ACTION_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(texts.offer_name(offer, currency))
        self._offer, self._key = offer, offer.key
        self._ends = Label("small", ink=self.look.ink)
        self._lay_out(offer, currency)
        self.clicked.connect(self._pick)

    @property
    def key(self) -> int | None:
        """The digit that picks it."""
        return self._key

    def count_down(self, now_ms: int) -> None:
        """Show how long it can still be had."""
        self._ends.say(texts.ends(self._offer.left_s(now_ms)))
        self._ends.setVisible(bool(self._ends.whole))

    def _lay_out(self, offer: OfferRow, currency: Currency) -> None:
        ink = self.look.ink
        layout = row(self, gap=10, margin=10)
        name = QWidget()
        words = column(name, gap=0)
        words.addWidget(_said(Label("h2", ink=ink), offer.name))
        if offer.is_voucher:
            words.addWidget(_said(Label("small", ink=ink), texts.scanned_voucher()))
        if offer.is_to_ask:
            words.addWidget(_said(Label("small", ink=ink), texts.asked_on_confirming()))
        if offer.cost_points:
            words.addWidget(_said(Label("small", ink=ink), texts.points_cost(offer.cost_points)))
        words.addWidget(self._ends)
        layout.addWidget(_cross(offer, ink, self.removed) if offer.is_voucher else KeyCap(offer.key))
        if offer.is_to_ask:
            layout.addWidget(name, 1)
        else:
            off = _said(number("h2", ink=ink), texts.discount(offer.discount, currency))
            share = partial(_leaves_room, off)
            layout.addWidget(Beside(name, off, fits=share), 1)
        layout.addWidget(Sign(26, SignKind.CHECK if offer.is_picked else SignKind.CIRCLE, ink))
        parts = (part for part in self.findChildren(QWidget) if not isinstance(part, Remove))
        for child in parts:
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _pick(self) -> None:
        self.setChecked(self.look is PICKED)  # the mark follows the state, not the finger
        if self._key is not None:
            self.picked.emit(self._key)


class OfferNotNow(QFrame):
    """An offer that can't be used now, and why. A voucher can be taken out of the order."""

    removed = Signal(str)

    def __init__(self, offer: OfferRow, currency: Currency) -> None:
        """Draw an offer with every reason, the one that counts first."""
        super().__init__()
        sides = row(self, margin=GAP_M)
        layout = column(gap=2)
        sides.addLayout(layout, 1)
        layout.addWidget(_said(Label("strong", ink="muted"), offer.name))
        for place, refusal in enumerate(offer.refusals):
            reason = Label("body" if place == 0 else "small", ink="muted" if place else "text")
            layout.addWidget(_said(reason, texts.because(refusal, currency)))
        if offer.is_voucher:
            sides.addWidget(_cross(offer, "muted", self.removed))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dashed box."""
        paint_tile(QPainter(self), QRectF(self.rect()), NOT_NOW)


def _cross(offer: OfferRow, ink: str, removed: SignalInstance) -> Remove:
    return Remove(texts.remove_voucher(offer), offer.redemption_id, ink, removed)


def _leaves_room(off: Label, width: int) -> bool:
    """Return whether what an offer takes off leaves its name most of the line."""
    return off.sizeHint().width() * 5 <= width * 2


def _said(label: Label, text: str) -> Label:
    label.say(text)
    return label
