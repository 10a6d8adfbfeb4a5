"""A gift card: what is on it on the left; on the right what is done with it, with an amount where it takes one."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.core.money import Currency
from ui import texts, texts_card
from ui.i18n import _
from ui.keys import is_with_ctrl
from ui.models.card_view import (
    AllOfIt,
    CardAmount,
    Doing,
    FindCard,
    GiftCardView,
    PrintCard,
    PutOn,
)
from ui.models.cards import CardFace
from ui.models.state import PillKind, State
from ui.station.member_card import OLD_S
from ui.station.page import Page
from ui.theme import current
from ui.tokens import ACTION_HEIGHT
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, row
from ui.widgets.field import AmountField, Field, Keypad
from ui.widgets.label import LEFT, Figure, Label, Title
from ui.widgets.totals import Place

CARD_SHARE, AMOUNT_SHARE, WORK_WIDTH = 8, 9, 300
Key = Qt.Key


class GiftCardPage(Page):
    """Enter does what the right column says, F6 puts something on the card, F7 lets it pay all it can."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._view = GiftCardView()
        self._begun = -1
        self.card = _CardColumn()
        self.number = Field()
        self.number.entered.connect(self._find)
        self.field = AmountField()
        self.field.textChanged.connect(self._typed)
        self.field.entered.connect(self.enter)
        self.keypad = Keypad(self.field, Keypad.MONEY, height=ACTION_HEIGHT)
        self._title = Label("h2", align=LEFT)
        self._amount = Card(gap=8)
        for part in (self._title, self.number, self.field, self.keypad):
            self._amount.body.addWidget(part)
        self._amount.body.addStretch(1)
        self.work = _Work()
        self.work.setFixedWidth(current().px(WORK_WIDTH))
        self._connect()
        columns = row(self)
        columns.addWidget(self.card, CARD_SHARE)
        columns.addWidget(self._amount, AMOUNT_SHARE)
        columns.addWidget(self.work)

    def _connect(self) -> None:
        self.work.do.clicked.connect(self.enter)
        self.work.back.clicked.connect(self.left)
        self.work.all_of_it.clicked.connect(lambda: self.asked.emit(AllOfIt()))
        self.work.put_on.clicked.connect(lambda: self.asked.emit(PutOn()))
        self.work.print.clicked.connect(lambda: self.asked.emit(PrintCard()))

    def draw(self, state: State) -> None:
        """Show the card and what can be done with it."""
        if not isinstance(state.flow, GiftCardView):
            return  # it is being left
        view = self._view = state.flow
        self.card.draw(view.card, state)
        has_amount, has_number = view.doing is not Doing.LOOK, view.card is None
        self._title.say(texts_card.how_much(view.doing) if has_amount else _("Number of the card"))
        self._amount.setVisible(has_amount or has_number)
        self.number.setVisible(has_number)
        self.number.setAccessibleName(_("Number of the card"))
        self.field.setAccessibleName(texts_card.how_much(view.doing) or _("Amount"))
        self.field.setVisible(has_amount)
        self.keypad.setVisible(has_amount)
        self.work.draw(view, state)
        if view.begun != self._begun:
            self._begun = view.begun
            self._begin(view)

    def _begin(self, view: GiftCardView) -> None:
        """Begin with another panel: its amount, or an empty number."""
        with QSignalBlocker(self.field):
            self.field.setText(view.first)
        if view.card is None:
            self.number.clear()
        self.place_focus()

    def place_focus(self) -> None:
        """Type the number at once, or the amount over the one that stands there."""
        if self._view.card is None:
            self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._view.doing is Doing.LOOK:
            super().place_focus()
        else:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self.field.selectAll()

    def enter(self) -> None:
        """Look the number up that was typed, or do what the page is for."""
        if self._view.card is None and self.number.text().strip():
            self._find(self.number.text())
        else:
            super().enter()

    def controls(self) -> list[QWidget]:
        """Number or amount, then what is done with it."""
        return [self.number, self.field, *self.work.controls()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the page's own keys; the others are the window's."""
        key = Key(event.key())
        if key == Key.Key_F6:
            self.asked.emit(PutOn())
        elif key == Key.Key_F7:
            self.asked.emit(AllOfIt())
        elif is_with_ctrl(event, Key.Key_P) and self._view.can_print:
            self.asked.emit(PrintCard())
        else:
            super().keyPressEvent(event)

    def _find(self, text: str) -> None:
        if text.strip():
            self.asked.emit(FindCard(text.strip()))
        else:
            super().enter()

    def _typed(self) -> None:
        self.asked.emit(CardAmount(self.field.text()))


class _CardColumn(Card):
    """What is on the card, until when, and how old that is."""

    def __init__(self) -> None:
        super().__init__(gap=4)
        self._name = Title("h1", lines_max=3)
        self._unit, self._balance = Label("body", ink="muted"), Figure(align=LEFT)
        self._ends, self._stands = Label("body"), Label("body")
        self._age = Label("body", ink="muted")
        self.body.addWidget(self._name)
        self.body.addSpacing(12)
        for label in (self._unit, self._balance):
            self.body.addWidget(label)
        self.body.addSpacing(12)
        for label in (self._stands, self._ends, self._age):
            self.body.addWidget(label)
        self.body.addStretch(1)

    def draw(self, card: CardFace | None, state: State) -> None:
        """Show a card, or that there is none yet."""
        self._name.say(_("Gift card") if card is None else texts_card.ending_in(card.ends_with))
        has_balance = card is not None and not card.is_new
        for label in (self._unit, self._balance, self._ends):
            label.setVisible(has_balance)
        self._unit.say(_("Balance"))
        if card is None:
            self._stands.say(texts_card.asked_first())
            self._age.setVisible(False)
            return
        self._balance.say(texts.money(card.balance, state.shop.currency))
        self._stands.say(texts_card.standing(card, state.shop.currency))
        self._ends.say(texts_card.usable_until(card.ends_on))
        is_cut = state.pill.kind in (PillKind.OFFLINE, PillKind.STALE)
        self._age.say(texts_card.age(card, state.now_ms))
        self._age.setVisible(is_cut or state.now_ms - card.as_of_ms > OLD_S * 1_000)


class _Work(Card):
    """What the amount comes to, and what can be done."""

    def __init__(self) -> None:
        super().__init__(gap=8)
        self._first, self._second = (Place(Label("body", ink="muted"), Figure()) for _place in range(2))
        self.all_of_it, self.put_on = Button(key="F7"), Button(key="F6")
        self.print, self.do, self.back = Button(key="Ctrl+P"), primary("Enter"), Button(key="Esc")
        self.body.addWidget(self._first)
        self.body.addWidget(self._second)
        self.body.addStretch(1)
        for button in self.controls():
            self.body.addWidget(button)

    def draw(self, view: GiftCardView, state: State) -> None:
        """Show what the amount as it stands comes to."""
        self._draw_figures(view, state.shop.currency)
        self.all_of_it.say(_("All it can"))
        self.all_of_it.setVisible(view.doing is Doing.PAY)
        self.put_on.say(_("Top up"))
        self.put_on.setVisible(view.can_top_up)
        self.print.say(_("Print"))
        self.print.setVisible(view.can_top_up and state.prints)
        self.do.say(_("One moment …") if state.is_busy else texts_card.do_it(view.doing, view.card))
        self.do.setEnabled(not state.is_busy)
        self.back.say(_("Back"))

    def _draw_figures(self, view: GiftCardView, currency: Currency) -> None:
        amount, card = view.amount or 0, view.card
        balance = card.balance if card is not None else 0
        is_pay = view.doing is Doing.PAY
        has_amount = view.doing is not Doing.LOOK
        self._first.setVisible(is_pay and view.due is not None)
        self._second.setVisible(has_amount)
        self._first.say(_("Left to pay"), texts.money(max((view.due or 0) - amount, 0), currency))
        if is_pay:
            self._second.say(_("Stays on the card"), texts.money(max(balance - amount, 0), currency))
        else:
            self._second.say(_("On the card then"), texts.money(balance + amount, currency))

    def controls(self) -> list[QWidget]:
        """The buttons, from the top."""
        return [self.do, self.all_of_it, self.put_on, self.print, self.back]
