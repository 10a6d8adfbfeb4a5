"""Right column: first the amount with its keys, then what is to be paid; each face has one primary action."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.i18n import _
from ui.models.state import OrderView, State
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, column
from ui.widgets.field import AmountField, Keypad
from ui.widgets.label import LEFT, Label
from ui.widgets.room import Faces
from ui.widgets.totals import Totals


class OrderColumn(Card):
    """The order. `begin` opens the amount field when there is no amount yet."""

    amount_typed = Signal(str)
    amount_taken = Signal()
    totals_shown = Signal()  # because Enter took the amount
    confirmed = Signal()
    cancelled = Signal()
    removed = Signal(str)  # a gift card

    def __init__(self) -> None:
        """Build both faces."""
        super().__init__(gap=8)
        self._order: OrderView | None = None
        self._is_busy = self._is_picked = False
        self.field = AmountField()
        self.keypad = Keypad(self.field)
        self._amount_title = Label("body", ink="muted", align=LEFT)
        self.totals = Totals()
        self.amount_button = Button(key="F6")
        self.primary = primary("Enter")
        self.cancel = Button(key="Esc")
        self._faces = Faces()
        self._faces.addWidget(_face(self._amount_title, self.field, self.keypad))
        self._faces.addWidget(_face(self.totals, self.amount_button))
        self.body.addWidget(self._faces, 1)
        self.body.addWidget(self.primary)
        self.body.addWidget(self.cancel)
        self._connect()

    def _connect(self) -> None:
        self.field.textChanged.connect(self._typed)
        self.field.entered.connect(self.enter)
        self.amount_button.clicked.connect(self.edit)
        self.primary.clicked.connect(self.enter)
        self.cancel.clicked.connect(self.cancelled)
        self.totals.removed.connect(self.removed)

    @property
    def is_editing(self) -> bool:
        """Whether the amount is being typed."""
        return self._faces.currentIndex() == 0

    def draw(self, state: State) -> None:
        """Show the order as it stands."""
        order = state.order
        is_other = (order and order.order_id) != (self._order and self._order.order_id)
        is_typed_over = (
            self.is_editing
            and order is not None
            and not order.is_from_till
            and self._order is not None
            and self._order.is_from_till
        )
        is_handed_over = (
            order is not None and order.is_from_till and (self._order is None or not self._order.is_from_till)
        )
        self._order = order
        if (is_other and not is_typed_over) or is_handed_over:
            self._take_over(order)
            if self._has_amount() and self.isVisible():
                self.amount_taken.emit()
        if order is not None:
            self.totals.draw(order, state.shop.currency)
        self._say(state)

    def _take_over(self, order: OrderView | None) -> None:
        """Start with another order: its amount, or an empty field."""
        with QSignalBlocker(self.field):
            self.field.setText(order.typed if order and not order.is_from_till else "")
        self._turn(is_editing=not self._has_amount())

    def _say(self, state: State) -> None:
        self._amount_title.say(_("Order amount"))
        self.field.setAccessibleName(_("Order amount (F6)"))
        self.amount_button.say(_("Change amount"))
        self.cancel.say(_("Cancel"))
        self._is_busy = state.is_busy
        cards = state.order.cards if state.order else ()
        self._is_picked = any(offer.is_picked for offer in state.offers) or any(
            row.amount or row.is_to_ask for row in cards
        )
        self._word()

    def _word(self) -> None:
        """Name the primary action after what Enter does now."""
        if self._is_busy:
            word = _("One moment …")
        elif self.is_editing:
            word = _("Take amount")
        elif self._is_picked:
            word = _("Redeem")
        else:
            word = _("Points only") if self._order and self._order.points else _("Finish")
        self.primary.say(word)
        self.primary.setEnabled(not self._is_busy)

    def _has_amount(self) -> bool:
        return self._order is not None and self._order.total > 0

    def begin(self) -> bool:
        """Open the amount field if there is no amount yet; False when there is one."""
        self._take_over(self._order)
        if self._has_amount():
            return False
        self.edit()
        return True

    def edit(self) -> None:
        """Go (back) to the amount."""
        self._turn(is_editing=True)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def enter(self) -> None:
        """Take the amount, or confirm. Without an amount there is nothing to take: the model says why."""
        if self.is_editing and self._has_amount():
            self._turn(is_editing=False)
            self.amount_taken.emit()
            self.totals_shown.emit()
        else:
            self.confirmed.emit()

    def escape(self) -> bool:
        """Leave the amount field if there is an amount."""
        if not self.is_editing or not self._has_amount():
            return False
        self.enter()
        return True

    def _turn(self, *, is_editing: bool) -> None:
        self._faces.setCurrentIndex(0 if is_editing else 1)
        self._word()

    def _typed(self) -> None:
        self.amount_typed.emit(self.field.text())


def _face(*parts: QWidget) -> QWidget:
    face = QWidget()
    layout: QVBoxLayout = column(face, gap=8)
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    return face
