"""The one question of the station: another member's card was scanned beside an order; does that member take over?"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import texts
from ui.i18n import _
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, centred, column
from ui.widgets.label import CENTER, Label
from ui.widgets.shapes import Sign, SignKind

WIDTH = 640


class SwitchPage(Page):
    """Enter switches, Esc goes back to the member as if nothing had been scanned."""

    stayed = Signal()

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._title = Label("h1", align=CENTER)
        self._before = Label("h2", align=CENTER)
        self._order = Label("h2", align=CENTER)
        self._offers = Label("body", align=CENTER, ink="muted")
        self._switch, self._stay = primary("Enter"), Button(key="Esc")
        self._switch.clicked.connect(self.enter)
        self._stay.clicked.connect(self.stayed)
        card = Card(margin=24)
        card.setFixedWidth(current().with_text(WIDTH))
        card.body.addWidget(Sign(40, SignKind.MARK, "primary"), 0, CENTER)
        for label in (self._title, self._before, self._order, self._offers):
            card.body.addWidget(label)
        card.body.addSpacing(12)
        for button in (self._switch, self._stay):
            card.body.addWidget(button)
        outer = column(self)
        outer.addStretch(1)
        outer.addLayout(centred(card))
        outer.addStretch(1)

    def draw(self, state: State) -> None:
        """Say who would go, who would come, and what goes along."""
        self._title.say(texts.switch_to(state.newcomer))
        self._before.say(texts.at_till_now(state.member))
        total = state.order.total if state.order else 0
        self._order.say(texts.order_goes_along(total, state.shop.currency) if total else "")
        self._order.setVisible(total > 0)
        self._offers.say(_("Offers and vouchers start anew."))
        self._switch.say(_("Yes, switch"))
        self._stay.say(_("No, stay"))

    def controls(self) -> list[QWidget]:
        """Yes, then no."""
        return [self._switch, self._stay]
