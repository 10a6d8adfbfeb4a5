"""What there is to undo: orders, each with what undoing it does, or the lines of one whose goods come back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from app.core.reasons import Refusal
from app.core.reversal_kinds import Kind
from ui import texts, texts_undo
from ui.models.state import State
from ui.models.undo import ChooseOrder, TurnGoods, UndoView
from ui.models.undoing import GoodsRow, UndoRow
from ui.theme import current
from ui.tokens import ACTION_HEIGHT, TARGET_MIN
from ui.widgets.button import Button
from ui.widgets.card import clear, column, row
from ui.widgets.label import RIGHT, Elided, Label, number
from ui.widgets.offer import KeyCap
from ui.widgets.tile import PLAIN, PRIMARY, Tile

DIGITS = 9


class UndoRows(QScrollArea):
    """The list. It is made anew only when it has changed, and stays where it was turned to."""

    asked = Signal(object)

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        inside = QWidget()
        self._list = column(inside, gap=8, margin=4)
        self._shown: object = None
        self.tiles: list[QWidget] = []
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    def draw(self, view: UndoView, state: State) -> None:
        """Show the orders, or the lines of the one that was chosen."""
        shown = (view.rows, view.chosen, view.kind, view.goods, view.line, state.shop.currency)
        if shown == self._shown:
            return
        self._shown = shown
        at = self.verticalScrollBar().value()
        clear(self._list)
        self.tiles = []
        if view.kind is Kind.RETURN:
            for place, goods in enumerate(view.goods):
                self._add_goods(goods, place, is_chosen=goods.line == view.line)
        else:
            for place, order in enumerate(view.rows):
                self._add_order(order, place, state, is_chosen=order.order_id == view.chosen)
        self._list.addStretch(1)
        self.verticalScrollBar().setValue(at)

    def turn(self, direction: int) -> None:
        """Turn a page down (1) or up (-1)."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + direction * bar.pageStep())

    def show_line(self, place: int) -> None:
        """Bring a row into view."""
        if 0 <= place < len(self.tiles):
            self.ensureWidgetVisible(self.tiles[place])

    def _add_order(self, order: UndoRow, place: int, state: State, *, is_chosen: bool) -> None:
        tile = _OrderTile(order, place, state, is_chosen=is_chosen)
        tile.clicked.connect(lambda: self.asked.emit(ChooseOrder(order.order_id)))
        self.tiles.append(tile)
        self._list.addWidget(tile)

    def _add_goods(self, goods: GoodsRow, place: int, *, is_chosen: bool) -> None:
        tile = _GoodsTile(goods, place, is_chosen=is_chosen)
        tile.clicked.connect(lambda: self.asked.emit(TurnGoods(goods.line)))
        less = _step("−", texts_undo.less(goods))
        more = _step("+", texts_undo.more(goods))
        less.clicked.connect(lambda: self.asked.emit(TurnGoods(goods.line, -1)))
        more.clicked.connect(lambda: self.asked.emit(TurnGoods(goods.line, 1)))
        box = QWidget()
        line = row(box, gap=8)
        line.addWidget(tile, 1)
        line.addWidget(less)
        line.addWidget(more)
        self.tiles.append(tile)
        self._list.addWidget(box)


class _Row(Tile):
    """A row that a digit or a finger picks."""

    def __init__(self, place: int, *, is_chosen: bool) -> None:
        super().__init__(PRIMARY if is_chosen else PLAIN)
        self.setCheckable(True)
        self.setChecked(is_chosen)
        self._is_chosen = is_chosen
        self.clicked.connect(lambda: self.setChecked(self._is_chosen))
        self.setMinimumHeight(current().px(ACTION_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._line = row(self, gap=10, margin=8)
        self._line.addWidget(KeyCap(place + 1 if place < DIGITS else None))

    def _seal(self, *spoken: str) -> None:
        self.setAccessibleName(", ".join(part for part in spoken if part))
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class _OrderTile(_Row):
    """An order: when, whose, how much; below it what undoing does, or why it can't be undone."""

    def __init__(self, order: UndoRow, place: int, state: State, *, is_chosen: bool) -> None:
        super().__init__(place, is_chosen=is_chosen)
        ink, currency = self.look.ink, state.shop.currency
        when = texts_undo.when(order, state.time_zone, state.now_ms)
        whose, total = texts_undo.whose(order), texts.money(order.total, currency)
        if isinstance(order.found, Refusal):
            below = texts.title_and_hint(texts.because(order.found, currency))[0]
        else:
            below = texts_undo.in_short(order.found, currency)
        upper = row(gap=10)
        time, name, amount = number("body", ink=ink), Elided("strong", ink=ink), number("strong", ink=ink)
        for label, said in ((time, when), (name, whose), (amount, total)):
            label.say(said)
        upper.addWidget(time)
        upper.addWidget(name, 1)
        upper.addWidget(amount)
        effect = Label("small", ink=ink)
        effect.say(below)
        words = column(gap=2)
        words.addLayout(upper)
        words.addWidget(effect)
        self._line.addLayout(words, 1)
        self._seal(when, whose, total, below)


class _GoodsTile(_Row):
    """A line of the order: what, and how much of it comes back."""

    def __init__(self, goods: GoodsRow, place: int, *, is_chosen: bool) -> None:
        super().__init__(place, is_chosen=is_chosen)
        ink = self.look.ink
        name, left = Elided("strong", ink=ink), Label("body", ink=ink, align=RIGHT, wraps=False)
        name.say(texts_undo.goods_name(goods))
        left.say(texts_undo.goods_left(goods))
        self._line.addWidget(name, 1)
        self._line.addWidget(left)
        self._seal(name.whole, left.whole)


def _step(sign: str, name: str) -> Button:
    button = Button(role="h2", height=TARGET_MIN)
    button.say(sign)
    button.setAccessibleName(name)
    button.setFixedWidth(current().px(ACTION_HEIGHT))
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
