"""Middle column: what can be used now, numbered, and what can't, each with its reason. It scrolls; the others don't."""

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from ui import texts_prompts
from ui.i18n import _
from ui.models.state import OfferRow, State
from ui.widgets.card import Card, clear, column, row
from ui.widgets.label import Label
from ui.widgets.offer import OfferButton, OfferNotNow
from ui.widgets.prompt import Prompt
from ui.widgets.shapes import Sign, SignKind


class OffersColumn(Card):
    """The offers of this order."""

    picked = Signal(int)
    removed = Signal(str)  # a voucher, by the id of its redemption

    def __init__(self) -> None:
        """Build the column."""
        super().__init__(margin=4)
        self._shown: object = None
        inside = QWidget()
        self._list = column(inside, gap=8, margin=12)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        self.body.addWidget(self.area, 1)
        self._nearly = Prompt()
        self._foot = QWidget()
        column(self._foot, margin=12).addWidget(self._nearly)
        self.body.addWidget(self._foot)

    def draw(self, state: State) -> None:
        """Show the offers; the list is made anew only when they have changed."""
        near = state.prompts.next_best
        self._nearly.say(texts_prompts.nearly(near, state.shop.currency) if near else "")
        self._foot.setVisible(near is not None)
        has_order = state.order is not None and state.order.total > 0
        shown = (state.offers, state.shop.currency, has_order, state.member is None)
        if shown == self._shown:
            self._count_down(state.now_ms)
            return
        self._shown = shown
        at, focused = self.area.verticalScrollBar().value(), self._focused_key()
        clear(self._list)
        self._fill(state, has_order=has_order)
        self._count_down(state.now_ms)
        self._list.addStretch(1)
        for before, after in pairwise(self.controls()):
            self.setTabOrder(before, after)
        self.area.verticalScrollBar().setValue(at)
        self._focus(focused)

    def _count_down(self, now_ms: int) -> None:
        for button in self._buttons():
            button.count_down(now_ms)

    def page(self, direction: int) -> None:
        """Turn a page down (1) or up (-1)."""
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.value() + direction * bar.pageStep())

    def _fill(self, state: State, *, has_order: bool) -> None:
        usable = [offer for offer in state.offers if offer.is_usable]
        others = [offer for offer in state.offers if not offer.is_usable]
        if not usable:
            self._list.addWidget(_said(Label("h2"), _none_yet(has_order=has_order, has_others=bool(others))))
        else:
            self._list.addWidget(_heading(SignKind.CHECK, _("Can be used now")))
        for offer in usable:
            self._list.addWidget(self._button(offer, state))
        if others:
            self._list.addSpacing(4)
            self._list.addWidget(_heading(SignKind.CROSS, _("Not now")))
        for offer in others:
            box = OfferNotNow(offer, state.shop.currency)
            box.removed.connect(self.removed)
            self._list.addWidget(box)

    def _button(self, offer: OfferRow, state: State) -> OfferButton:
        button = OfferButton(offer, state.shop.currency)
        button.picked.connect(self.picked)
        button.removed.connect(self.removed)
        return button

    def _focused_key(self) -> int | None:
        return next((button.key for button in self._buttons() if button is self.window().focusWidget()), None)

    def _focus(self, key: int | None) -> None:
        """Keep the focus on the offer that had it, though its button is a new one."""
        for button in self._buttons():
            if key is not None and button.key == key:
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _buttons(self) -> list[OfferButton]:
        items = (self._list.itemAt(place) for place in range(self._list.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if isinstance(widget, OfferButton)]

    def controls(self) -> list[QWidget]:
        """Return the list and its offers, from the first to the last."""
        return [self.area, *self._buttons()]


def _none_yet(*, has_order: bool, has_others: bool) -> str:
    if not has_order:
        return _("Enter the order's amount first")
    return _("No offer fits this order yet") if has_others else _("No offers for this order")


def _heading(kind: SignKind, text: str) -> QWidget:
    heading = QWidget()
    line = row(heading, gap=8)
    line.addWidget(Sign(14, kind, "muted"))
    line.addWidget(_said(Label("body", ink="muted"), text), 1)
    return heading


def _said(label: Label, text: str) -> Label:
    label.say(text)
    return label
