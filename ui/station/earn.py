"""Points for an order: who, how much, and what for. The amount has the focus, Enter records."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QWidget

from app.station.earned import EarnedBy
from ui import texts, texts_goods
from ui.i18n import _
from ui.models.earn import EarnAmount, EarnView
from ui.models.state import OrderView, State
from ui.station.member_card import MemberColumn
from ui.station.page import Page
from ui.theme import current
from ui.tokens import ACTION_HEIGHT
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, row
from ui.widgets.field import AmountField, Keypad
from ui.widgets.label import LEFT, Figure, Label, number
from ui.widgets.room import Rows

MEMBER_WIDTH, POINTS_WIDTH = 264, 340


class EarnPage(Page):
    """Three columns: the member, the amount with its keys, the points."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._begun = 0
        self.member = MemberColumn()
        self.member.setFixedWidth(current().px(MEMBER_WIDTH))
        self.field = AmountField()
        self.field.textChanged.connect(self._typed)
        self.field.entered.connect(self.enter)
        self.keypad = Keypad(self.field, Keypad.MONEY, height=ACTION_HEIGHT)
        self.points = _Points()
        self.points.setFixedWidth(current().px(POINTS_WIDTH))
        self.points.record.clicked.connect(self.enter)
        self.points.cancel.clicked.connect(self.left)
        amount = Card(gap=8)
        self._title = Label("h2", align=LEFT)
        for part in (self._title, self.field, self.keypad):
            amount.body.addWidget(part)
        amount.body.addStretch(1)
        columns = row(self)
        columns.addWidget(self.member)
        columns.addWidget(amount, 1)
        columns.addWidget(self.points)

    def draw(self, state: State) -> None:
        """Show who is at the till and what the order earns."""
        view = state.flow if isinstance(state.flow, EarnView) else EarnView()
        self._title.say(_("Order amount"))
        self.field.setAccessibleName(_("Order amount"))
        self.member.draw_member(view.member, state)
        if view.order is not None and view.begun != self._begun:
            self._begun = view.begun
            self._take_over(view.order, state)
        self.points.draw(view, state)

    def _take_over(self, order: OrderView, state: State) -> None:
        """Begin with another order: its amount, or an empty field."""
        handed_over = (
            texts_goods.amount_as_typed(order.total, state.shop.currency) if order.is_from_till else ""
        )
        with QSignalBlocker(self.field):
            self.field.setText(order.typed or handed_over)

    def place_focus(self) -> None:
        """Type the amount at once; over the one that stands there."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def controls(self) -> list[QWidget]:
        """The amount, then what is done with it."""
        return [self.field, self.points.record, self.points.cancel]

    def _typed(self) -> None:
        self.asked.emit(EarnAmount(self.field.text()))


class _Points(Card):
    """What comes, what for, and what is to be paid."""

    def __init__(self) -> None:
        super().__init__(gap=6)
        self._title = Label("body", ink="muted")
        self._figure = Figure(align=LEFT)
        self._none = Label("body", ink="muted")
        self._why = Rows(gap=6)
        self._shown: object = None
        self._pay_title, self._pay = Label("body", ink="muted"), number("amount")
        self.record, self.cancel = primary("Enter"), Button(key="Esc")
        self._lay_out(self._title, self._figure, self._none)
        self.body.addWidget(self._why, 1)
        self._lay_out(self._pay_title, self._pay, self.record, self.cancel)

    def _lay_out(self, *parts: QWidget) -> None:
        for part in parts:
            self.body.addWidget(part)

    def draw(self, view: EarnView, state: State) -> None:
        """Show the points of the order as it stands."""
        order, currency = view.order, state.shop.currency
        points, total = (order.points, order.total) if order else (0, 0)
        self._title.say(_("Points for this order"))
        self._figure.say(texts.points_gained(points))
        self._none.say(texts_goods.why_no_points(has_member=view.member is not None, has_amount=total > 0))
        self._none.setVisible(not view.why)
        self._fill(view.why, state)
        self._pay_title.say(_("To pay"))
        self._pay.say(texts.money(order.payable if order else 0, currency))
        self.record.say(_("One moment …") if state.is_busy else _("Add points"))
        self.record.setEnabled(not state.is_busy)
        self.cancel.say(_("Cancel"))

    def _fill(self, why: tuple[EarnedBy, ...], state: State) -> None:
        shown = (why, state.shop.currency)
        if shown != self._shown:
            self._shown = shown
            self._why.fill([_reason(earned, state) for earned in why])


def _reason(earned: EarnedBy, state: State) -> QWidget:
    box = QWidget()
    line = row(box, gap=12)
    points, words = number("strong"), Label("body")
    points.say(texts.points_gained(earned.points))
    words.say(texts_goods.earned_because(earned, state.shop.currency))
    line.addWidget(points, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(words, 1)
    return box
