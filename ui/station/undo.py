"""Undoing: the last orders on the left, what undoing the chosen one does on the right. Enter does it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.reasons import Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from ui import texts, texts_undo
from ui.i18n import _
from ui.models.state import State
from ui.models.undo import ChooseOrder, ReturnGoods, Say, TurnGoods, UndoView
from ui.models.which_order import FindOrder
from ui.station.page import Page
from ui.station.undo_rows import UndoRows
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, clear, column, row
from ui.widgets.field import Field
from ui.widgets.label import Label
from ui.widgets.room import Scroll
from ui.widgets.tile import PLAIN, PRIMARY

Key = Qt.Key
EFFECT_WIDTH = 400
FIND_WIDTH = 120
REASON_STEPS = {Key.Key_Up: -1, Key.Key_Down: 1}
UNIT_STEPS = {
    Key.Key_Plus: 1, Key.Key_Equal: 1, Key.Key_Right: 1, Key.Key_Minus: -1, Key.Key_Left: -1
}  # fmt: skip


class UndoPage(Page):
    """Digits choose, up and down say why, + and − how much comes back; Esc goes back."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._view = UndoView()
        self._title, self._empty = Label("h2"), Label("body", ink="muted")
        self.rows = UndoRows()
        self.rows.asked.connect(self._ask)
        self.field, self._find = Field(), Button(key="F6")
        self.field.entered.connect(self._named)
        self._find.setMinimumWidth(current().with_text(FIND_WIDTH))
        self._find.clicked.connect(self._find_typed)
        self.effect = _Effect()
        self.effect.setFixedWidth(current().px(EFFECT_WIDTH))
        self.effect.do.clicked.connect(self.enter)
        self.effect.goods.clicked.connect(lambda: self._ask(ReturnGoods()))
        self.effect.back.clicked.connect(self.left)
        self.effect.said.connect(self._say)
        listed = Card(gap=8)
        by_number = row(gap=8)
        by_number.addWidget(self.field, 1)
        by_number.addWidget(self._find)
        for part in (self._title, self._empty):
            listed.body.addWidget(part)
        listed.body.addWidget(self.rows, 1)
        listed.body.addLayout(by_number)
        line = row(self)
        line.addWidget(listed, 1)
        line.addWidget(self.effect)

    def draw(self, state: State) -> None:
        """Show what there is to undo, and what the chosen one comes to."""
        if not isinstance(state.flow, UndoView):
            return  # it is being left
        view = self._view = state.flow
        is_return = view.kind is Kind.RETURN
        self._title.say(_("What comes back?") if is_return else _("Undo which order?"))
        is_empty = view.is_read and not (view.goods if is_return else view.rows)
        self._empty.say(_("There is nothing to undo."))
        self._empty.setVisible(is_empty)
        self.rows.draw(view, state)
        self.field.setAccessibleName(_("Order number"))
        self.field.setPlaceholderText(_("Order number"))
        self._find.say(_("Find"))
        for part in (self.field, self._find):
            part.setVisible(not is_return)
        self.effect.draw(view, state)

    def controls(self) -> list[QWidget]:
        """The list, the number, then why and what to do."""
        return [*self.rows.tiles, self.field, self._find, *self.effect.controls()]

    def turn(self, direction: int) -> None:
        """Turn the list, and what undoing does."""
        self.rows.turn(direction)
        self.effect.turn(direction)

    def place_focus(self) -> None:
        """Digits go to the list. A number that was typed before is forgotten."""
        self.field.clear()
        super().place_focus()

    def escape(self) -> bool:
        """Go back from the number to the list."""
        was_there = self.field.hasFocus()
        if was_there:
            self.place_focus()
        return was_there

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, say why and how much; the other keys are the window's."""
        key = Qt.Key(event.key())
        view = self._view
        if Key.Key_1 <= key <= Key.Key_9:
            self._choose(key - Key.Key_1)
        elif key in REASON_STEPS and view.reasons:
            place = view.reasons.index(view.reason) if view.reason is not None else -1
            step = REASON_STEPS[key] if view.reason is not None or REASON_STEPS[key] > 0 else 0
            self._say(view.reasons[(place + step) % len(view.reasons)])
        elif key in UNIT_STEPS and view.kind is Kind.RETURN:
            self._ask(TurnGoods(view.line, UNIT_STEPS[key]))
        elif key == Key.Key_F6 and self.field.isVisible():
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif key == Key.Key_F7:
            self._ask(ReturnGoods())
        else:
            super().keyPressEvent(event)

    def _choose(self, place: int) -> None:
        if self._view.kind is Kind.RETURN:
            if place < len(self._view.goods):
                self._ask(TurnGoods(self._view.goods[place].line))
        elif place < len(self._view.rows):
            self._ask(ChooseOrder(self._view.rows[place].order_id))
        self.rows.show_line(place)

    def _named(self, number: str) -> None:
        if number:
            self.field.clear()
            self._ask(FindOrder(number))
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _find_typed(self) -> None:
        """Find what was typed; before that let it be typed."""
        if number := self.field.text().strip():
            self._named(number)
        else:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, reason: ReversalReason) -> None:
        self._ask(Say(reason))

    def _ask(self, intent: object) -> None:
        """Ask, and have the keys again: what had the focus may be gone after it."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.asked.emit(intent)


class _Effect(Card):
    """What undoing does, why it is done, and the buttons that do it."""

    said = Signal(object)  # a reason

    def __init__(self) -> None:
        super().__init__(gap=8)
        self._title, self._said = Label("h2"), Label("body")
        self._why = Label("strong")
        self.reasons: dict[ReversalReason, Button] = {}
        self._shown: object = None
        self.do, self.goods, self.back = primary("Enter"), Button(key="F7"), Button(key="Esc")
        inside = QWidget()
        self._parts = column(inside, gap=8)
        self._list = column(gap=8)
        for part in (self._said, self._why):
            self._parts.addWidget(part)
        self._parts.addLayout(self._list)
        self._parts.addStretch(1)
        self._scroll = Scroll(inside)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.body.addWidget(self._title)
        self.body.addWidget(self._scroll, 1)
        for button in (self.do, self.goods, self.back):
            self.body.addWidget(button)

    def draw(self, view: UndoView, state: State) -> None:
        """Show what the chosen order's undoing comes to."""
        is_return = view.kind is Kind.RETURN
        self._title.say(_("Taking goods back") if is_return else _("Undoing the whole order"))
        told = _told(view, state)
        self._said.say("\n".join(told))
        self._why.say(_("Why?"))
        self._why.setVisible(bool(view.reasons))
        self._draw_reasons(view)
        doing = _("Take back") if is_return else _("Undo")
        self.do.say(_("One moment …") if state.is_busy else doing)
        self.do.setEnabled(not state.is_busy)
        self.goods.say(_("Only some goods come back"))
        self.goods.setVisible(not is_return and view.row is not None)
        self.back.say(_("Back"))
        shown = (told, view.reasons, view.reason)
        if shown != self._shown:
            self._shown = shown
            self._parts.activate()
            self._scroll.fit()
            if view.reason in self.reasons:
                self._scroll.ensureWidgetVisible(self.reasons[view.reason])

    def turn(self, direction: int) -> None:
        """Turn a page."""
        self._scroll.turn(direction)

    def controls(self) -> list[QWidget]:
        """The reasons, then the buttons."""
        return [*self.reasons.values(), self.do, self.goods, self.back]

    def _draw_reasons(self, view: UndoView) -> None:
        if tuple(self.reasons) != view.reasons:
            clear(self._list)
            self.reasons = {}
            for reason in view.reasons:
                button = self.reasons[reason] = Button()
                button.say(texts_undo.reason(reason))
                button.clicked.connect(lambda _=False, reason=reason: self.said.emit(reason))
                self._list.addWidget(button)
                button.show()  # at once: Qt would by the next event, and they lay on each other for a frame
        for reason, button in self.reasons.items():
            word = texts_undo.reason(reason)
            button.set_look(PRIMARY if reason is view.reason else PLAIN)
            button.setAccessibleName(_("{name}, chosen").format(name=word) if reason is view.reason else word)


def _told(view: UndoView, state: State) -> tuple[str, ...]:
    """Return what undoing comes to, or what is missing for it."""
    if isinstance(view.effect, Refusal):
        return (texts.because(view.effect, state.shop.currency),)
    if view.effect is not None:
        return texts_undo.in_full(view.effect, state.shop.currency)
    if view.row is None:
        return (_("Pick an order by its digit, scan its receipt, or type its number."),)
    if any(goods.picked_milli for goods in view.goods):
        return (_("One moment …"),)
    return (_("Pick a line by its digit. Then press + for each unit that comes back."),)
