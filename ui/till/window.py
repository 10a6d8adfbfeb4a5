"""The till's window: goods on the left, the order in the middle, and on the right what the station says.

Keys: 1 to 8 a good, + and − more and less of the last one, Delete takes that line out, Enter hands over and takes the
money, Esc takes back, F8 undoes the last order, PgUp and PgDn turn the lists.
"""

from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import texts, texts_register
from ui.i18n import _
from ui.theme import current
from ui.till.state import GOODS_MAX, UNITS_MAX, Good, Stage, Sums, TillState
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, clear, column, row, rule
from ui.widgets.label import LEFT, Figure, Label, number
from ui.widgets.room import Scroll

SIZE = (1024, 768)
GOODS_WIDTH, SAID_WIDTH = 250, 330


class Model(Protocol):
    """What the window draws, and whom it tells what somebody did."""

    changed: SignalInstance

    @property
    def state(self) -> TillState: ...  # noqa: D102
    def add(self, key: int) -> None: ...  # noqa: D102
    def more(self, units: int) -> None: ...  # noqa: D102
    def enter(self) -> None: ...  # noqa: D102
    def escape(self) -> None: ...  # noqa: D102
    def undo_last(self) -> None: ...  # noqa: D102


class TillWindow(QWidget):
    """A plain cash register."""

    def __init__(self, model: Model) -> None:
        """Build the window and draw the model's state."""
        super().__init__()
        self._model = model
        self.goods, self.ticket, self.said = GoodsColumn(), TicketColumn(), SaidColumn()
        self.goods.setFixedWidth(current().px(GOODS_WIDTH))
        self.said.setFixedWidth(current().px(SAID_WIDTH))
        layout = row(self, margin=12)
        layout.addWidget(self.goods)
        layout.addWidget(self.ticket, 1)
        layout.addWidget(self.said)
        for key, button in enumerate(self.goods.buttons, start=1):
            button.clicked.connect(lambda _checked=False, key=key: self._model.add(key))
        self.ticket.primary.clicked.connect(model.enter)
        self.ticket.secondary.clicked.connect(model.escape)
        self.goods.undo.clicked.connect(model.undo_last)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # keys come here, until somebody tabs to a button
        self.resize(*SIZE)
        model.changed.connect(self._draw)
        self._draw()
        self.setFocus()

    def _draw(self) -> None:
        state = self._model.state
        self.setWindowTitle(texts_register.window_title(state.store))
        for part in (self.goods, self.ticket, self.said):
            part.draw(state)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key stands for."""
        key = event.key()
        if event.isAutoRepeat():
            return
        if Qt.Key.Key_1 <= key < Qt.Key.Key_1 + GOODS_MAX:
            self._model.add(key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self._model.more(1 if key == Qt.Key.Key_Plus else -1)
        elif key == Qt.Key.Key_Delete:
            self._model.more(-UNITS_MAX)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._model.enter()
        elif key == Qt.Key.Key_Escape:
            self._model.escape()
        elif key == Qt.Key.Key_F8:
            self._model.undo_last()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            for area in (self.ticket.rows_area, self.said.rows_area):
                area.turn(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)


class GoodsColumn(Card):
    """What is on the shelf, a key each, and the way back."""

    def __init__(self) -> None:
        """Make a place for each key."""
        super().__init__(gap=6)
        self._goods: tuple[Good, ...] = ()
        self.buttons = [Button(key=str(key)) for key in range(1, GOODS_MAX + 1)]
        for button in self.buttons:
            self.body.addWidget(button)
        self.body.addStretch(1)
        self.undo = Button(key="F8")
        self.body.addWidget(self.undo)

    def draw(self, state: TillState) -> None:
        """Show what there is."""
        for place, button in enumerate(self.buttons):
            good = state.goods[place] if place < len(state.goods) else None
            button.setVisible(good is not None)
            button.say(f"{good.name} {texts.money(good.amount, state.currency)}" if good else "")
        self.undo.say(_("Undo last"))
        self.undo.setEnabled(state.can_undo)


class TicketColumn(Card):
    """The order: its lines, what it comes to, and what is to be done."""

    def __init__(self) -> None:
        """Build the column."""
        super().__init__(gap=8)
        self._title = Label("h2")
        inside = QWidget()
        self._lines = column(inside, gap=4)
        self.rows_area = Scroll(inside)
        sums = QWidget()
        self._sums = column(sums, gap=2)
        self._due_word, self._due = Label("strong"), Figure("pay")
        self.primary, self.secondary = primary("Enter"), Button(key="Esc")
        self.body.addWidget(self._title)
        self.body.addWidget(_with_room(self.rows_area), 1)
        for widget in (rule(), sums, self._due_word, self._due, self.primary, self.secondary):
            self.body.addWidget(widget)

    def draw(self, state: TillState) -> None:
        """Show the order as it stands."""
        self._title.say(_("Order {number}").format(number=state.number))
        clear(self._lines)
        for line in state.lines:
            _add(self._lines, f"{line.quantity} × {line.name}", texts.money(line.amount, state.currency))
            if line.off:
                _add(self._lines, "", texts.discount(line.off, state.currency))
        if not state.lines:
            _add(self._lines, texts_register.nothing_picked(), "")
        self.rows_area.fit()
        self._draw_sums(state.sums, state)
        self.primary.say(texts_register.primary(state))
        self.primary.setEnabled(state.stage is not Stage.AT_STATION)
        self.secondary.say(texts_register.secondary(state))
        self.secondary.setEnabled(state.stage is not Stage.TO_PAY)

    def _draw_sums(self, sums: Sums, state: TillState) -> None:
        clear(self._sums)
        _add(self._sums, _("Order total"), texts.money(sums.total, state.currency))
        _add(self._sums, _("Discount"), texts.discount(sums.discount, state.currency))
        for kind, amount in sums.tenders:
            _add(self._sums, texts_register.tender(kind), texts.money(amount, state.currency))
        self._due_word.say(_("To pay"))
        self._due.say(texts.money(sums.due, state.currency))


class SaidColumn(Card):
    """What the station says, and what goes on the receipt."""

    def __init__(self) -> None:
        """Build the column."""
        super().__init__(gap=8)
        self._where, self._notice = Label("strong"), Label("body")
        inside = QWidget()
        self._rows = column(inside, gap=4)
        self.rows_area = Scroll(inside)
        self.body.addWidget(self._where)
        self.body.addWidget(self._notice)
        self.body.addWidget(_with_room(self.rows_area), 1)

    def draw(self, state: TillState) -> None:
        """Show the offers while the order is there, and the receipt behind it."""
        self._where.say(texts_register.where(state))
        self._notice.say(state.notice)
        self._notice.setVisible(bool(state.notice))
        clear(self._rows)
        for offer in state.offers:
            _add(self._rows, offer.name, texts.discount(offer.off, state.currency))
        if state.sums.points:
            _add(self._rows, _("Points"), texts.points_gained(state.sums.points))
        if state.receipt:
            self._rows.addWidget(rule())
        for line in state.receipt:
            _add(self._rows, line.text, line.right, role="strong" if line.is_strong else "body")
        self.rows_area.fit()


def _with_room(scroll: Scroll) -> QWidget:
    """Return a place in which a list takes what it needs, and leaves the rest."""
    place = QWidget()
    inside = column(place, gap=0)
    inside.addWidget(scroll, 1)
    inside.addStretch(0)
    return place


def _add(into: QVBoxLayout, text: str, right: str, *, role: str = "body") -> None:
    """Add a line with a figure at its right."""
    line = QWidget()
    sides = row(line, gap=8)
    words, figure = Label(role, align=LEFT), number(role)
    words.say(text)
    figure.say(right)
    sides.addWidget(words, 1)
    sides.addWidget(figure)
    into.addWidget(line)
