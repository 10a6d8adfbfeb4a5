"""What comes from the shop's till: an order comes to the window from any screen, and may be taken back."""

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from app.core.order import Line
from app.station.identify import SeenMember
from ui import texts_till
from ui.models.flows import CLOSED, Flows
from ui.models.outside import Training
from ui.models.quotes import Quotes
from ui.models.quoting import Quoted
from ui.models.state import Screen, State
from ui.models.till import TillOrder, Visit, new_visit


class Word(Enum):
    """What the window says to an order of the till."""

    YES = auto()
    LATER = auto()  # something is being recorded, or an answer could not be read yet
    CONFIRMING = auto()  # this very order is being recorded
    NOT_READY = auto()


class TillPart:
    """A part of `StationModel`. What waits behind a page that is up is shown when that is left."""

    _state: State
    _quotes: Quotes
    _flows: Flows
    _visit: Visit | None
    _newcomer: SeenMember | None
    _was_ready: bool
    training: Training | None

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        @property
        def is_locked(self) -> bool: ...  # noqa: D102
        def _show(self, **changes: Any) -> None: ...
        def _begin(self, visit: Visit) -> None: ...
        def _ask(self, visit: Visit, newcomer: SeenMember) -> None: ...
        def _go_idle(self) -> None: ...
        def _open_visit(self) -> Visit | None: ...

    @property
    def quoted(self) -> Quoted | None:
        """The newest quote, None while it is on its way."""
        return self._quotes.newest

    def till_order(self, order_id: str, lines: tuple[Line, ...], register: str = "") -> None:
        """Take an order that the shop's till hands over. Another one than before is somebody else's."""
        order = TillOrder(order_id, lines, is_from_till=True, register=register)
        visit = self._open_visit()
        is_next = visit is not None and visit.order.is_from_till and visit.order.order_id != order_id
        newcomer = None if is_next else self._newcomer
        visit = replace(new_visit() if visit is None or is_next else visit, order=order)
        if self.is_locked:
            self._visit = visit  # it is shown once somebody has signed in
            self._flows.till_turned()
        elif self._flows.current is not None:
            self._visit = visit
            if not self._flows.till_turned():
                self._show(notice=texts_till.waits_behind())
        elif newcomer is None:
            self._begin(visit)
        else:
            self._ask(visit, newcomer)

    def hand_over(self, order_id: str, lines: tuple[Line, ...], register: str) -> Word:
        """Take an order as `till_order` does, where that can be done now."""
        if not self._was_ready or self._state.screen in CLOSED or self.is_behind_training:
            return Word.NOT_READY
        if self._state.is_busy and self._is_at_till(order_id):
            return Word.CONFIRMING
        if self._state.is_busy or (self._state.screen is Screen.ANSWER and self._state.is_new):
            return Word.LATER
        self.till_order(order_id, lines, register)
        return Word.YES

    @property
    def is_behind_training(self) -> bool:
        """Whether somebody trains at this window: nobody sees what is real."""
        return self.training is not None and self.training.is_on

    def take_back(self, order_id: str) -> Word:
        """Let an order of the till go, with whatever was shown for it."""
        if not self._is_at_till(order_id):
            return Word.YES
        if self._state.is_busy:
            return Word.CONFIRMING
        if self._state.screen in (Screen.MEMBER, Screen.SWITCH):
            self._newcomer = None
            self._go_idle()
        else:
            self._visit = None  # it waited behind a page, or behind an answer by which nothing was recorded
            self._flows.till_turned()
        self._show(notice=texts_till.taken_back())
        return Word.YES

    def _is_at_till(self, order_id: str) -> bool:
        return (
            self._visit is not None
            and self._visit.order.is_from_till
            and self._visit.order.order_id == order_id
        )
