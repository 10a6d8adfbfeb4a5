"""A manager is to approve something: exactly what, why, and by whom. It comes over the page that asked."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.core.approvals import Why
from ui import texts
from ui.i18n import _
from ui.models.approving import ApprovalView, Because
from ui.models.state import State
from ui.station.pin_page import PinPage
from ui.theme import current
from ui.tokens import GAP_S
from ui.why_texts import why as why_text
from ui.widgets.button import Button
from ui.widgets.card import Card, clear, column, row
from ui.widgets.label import LEFT, Figure, Label
from ui.widgets.room import Scroll
from ui.widgets.tile import PLAIN, PRIMARY

Key = Qt.Key
PAD_WIDTH = 344
COLUMNS = 2
STEPS = {Key.Key_Up: -1, Key.Key_Down: 1}


class ApprovalPage(PinPage):
    """Up and down pick a reason, left and right a manager; the PIN and Enter approve, Esc goes back without."""

    left = Signal()

    def __init__(self) -> None:
        """Build the page."""
        super().__init__(columns=COLUMNS)
        self._view = ApprovalView()
        self._title, self._what = Label("h1"), Label("h2")
        self._detail = Label("body", ink="muted")
        self._amount = Figure("number", align=LEFT)
        self._why, self._by, self._left = Label("strong"), Label("strong"), Label("body", ink="muted")
        self._back = Button(key="Esc")
        self._back.clicked.connect(self.left)
        self.reasons: dict[Why, Button] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(current().px(GAP_S))
        for place in range(COLUMNS):
            self._grid.setColumnStretch(place, 1)
        inside = QWidget()
        self._parts = parts = column(inside, gap=8)
        for label in (self._what, self._detail, self._amount, self._why):
            parts.addWidget(label)
        parts.addLayout(self._grid)
        parts.addWidget(self._by)
        parts.addWidget(self.tiles)
        parts.addStretch(1)
        self._scroll = Scroll(inside)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        asked = Card(gap=8)
        asked.body.addWidget(self._title)
        asked.body.addWidget(self._scroll, 1)
        asked.body.addWidget(self._left)
        asked.body.addWidget(self._back)
        pad = self.pad_card()
        pad.setFixedWidth(current().px(PAD_WIDTH))
        layout = row(self)
        layout.addWidget(asked, 1)
        layout.addWidget(pad)

    def draw(self, state: State) -> None:
        """Show what is asked, the reasons, the managers, and how long it stays."""
        view = state.flow
        if not isinstance(view, ApprovalView):
            return  # it is being left
        is_other = view.request != self._view.request
        before, self._view = self._view, view
        request = view.request
        self._title.say(_("A manager has to approve this"))
        self._what.say(request.what)
        self._detail.say(" · ".join(part for part in (request.detail, _for(state.cashier)) if part))
        self._detail.setVisible(bool(self._detail.whole))
        self._amount.say("" if request.amount is None else texts.money(request.amount, state.shop.currency))
        self._amount.setVisible(request.amount is not None)
        self._why.say(_("Why?"))
        self._by.say(_("Who approves?"))
        if is_other or not self.reasons:
            self._fill(request.reasons)
        for why, button in self.reasons.items():
            button.set_look(PRIMARY if why is view.why else PLAIN)
            word = why_text(why)
            button.setAccessibleName(_("{name}, chosen").format(name=word) if why is view.why else word)
        left_s = max(0, -(-(view.until_ms - state.now_ms) // 1000))
        self._left.say(_("Waits for {duration} more.").format(duration=texts.duration(left_s)))
        self._back.say(_("Back without approval"))
        self.draw_pin(view.pin, state, _("Approve"))
        if is_other or before.pin.people != view.pin.people:
            self._parts.activate()
            self._scroll.fit()
        if view.why is not before.why and view.why in self.reasons:
            self._scroll.ensureWidgetVisible(self.reasons[view.why])

    def may_give(self) -> bool:
        """Whether there is a reason, too."""
        return super().may_give() and self._view.why is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick a reason by up and down; all else as on every page with a PIN."""
        step = STEPS.get(Qt.Key(event.key()))
        reasons = self._view.request.reasons
        if step is None or not reasons:
            super().keyPressEvent(event)
            return
        place = reasons.index(self._view.why) + step if self._view.why in reasons else (0 if step > 0 else -1)
        self._pick(reasons[place % len(reasons)])

    def turn(self, direction: int) -> None:
        """Turn a page of what is asked."""
        self._scroll.turn(direction)

    def controls(self) -> list[QWidget]:
        """The reasons, the managers, then the buttons."""
        return [*self.reasons.values(), *self.tiles.controls(), self._back, self.give]

    def _fill(self, reasons: tuple[Why, ...]) -> None:
        clear(self._grid)
        self.reasons = {}
        for place, why in enumerate(reasons):
            button = Button()
            button.say(why_text(why))
            button.clicked.connect(lambda _=False, why=why: self._pick(why))
            self._grid.addWidget(button, *divmod(place, COLUMNS))
            self.reasons[why] = button

    def _pick(self, why: Why) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.asked.emit(Because(why))


def _for(cashier: str) -> str:
    return _("Asked by {name}.").format(name=cashier) if cashier else ""
