"""The newest quote of what is at the till: older ones that still come home don't count, and this one is recorded."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from PySide6.QtCore import QObject, Signal

from app.core.asking import NOTHING_HEARD, Asking, Heard
from app.core.prompted import NO_PROMPTS, Prompts
from app.station.answer import OrderAnswer
from app.station.staff import SignedIn
from app.store.store import StationStore
from ui.models.outside import HeadOffice
from ui.models.quoting import Quoted, hand_in_as_shown, prompts_of, quote_visit, to_ask_as_shown
from ui.models.till import Visit
from ui.tasks import Failed, Tasks


class Quotes(QObject):
    """Asks for quotes, one visit after the other."""

    came = Signal(object)  # a Quoted
    prompted = Signal(object)  # what there is to say beside the quote that came last: a Prompts
    failed = Signal(object)  # what went wrong

    def __init__(
        self, tasks: Tasks, *, register: str, who: Callable[[], SignedIn | None], parent: QObject
    ) -> None:
        """Begin with none. `who` says who is at the till."""
        self._who = who
        super().__init__(parent)
        self._tasks = tasks
        self.register = register
        self._number = 0
        self.newest: Quoted | None = None  # None: none was asked for, it is on its way, or it failed
        self.is_awaited = False
        self.head_office: HeadOffice | None = None  # whom to ask before an order is recorded

    def ask(self, visit: Visit, *, link: str) -> None:
        """Ask for the quote of a visit; from now on no other counts."""
        self.drop()
        visit = self._by_whom(visit)
        self.is_awaited = True
        number = self._number
        self._tasks.on_store(
            lambda store: quote_visit(store, visit, register=self.register, link=link),
            then=lambda found: self._came(number, found),
            failed=lambda problem: self._failed(number, problem),
        )

    def drop(self) -> None:
        """Let none count any more."""
        self._number += 1
        self.newest, self.is_awaited = None, False

    def record(
        self, shown: Quoted, *, link: str, then: Callable[[OrderAnswer], None], failed: Failed
    ) -> None:
        """Record an order as it was quoted. Head office is asked first where only its word can give something."""
        office, register, since = self.head_office, self.register, monotonic()
        shown = replace(shown, visit=self._by_whom(shown.visit))

        def hand_in(heard: Heard) -> None:
            self._tasks.on_store(
                lambda store: hand_in_as_shown(store, shown, register=register, link=link, heard=heard),
                then=then,
                failed=failed,
            )

        def ask(asking: Asking | None) -> None:
            if office is None or asking is None:
                hand_in(NOTHING_HEARD)
            else:
                self._tasks.on_net(lambda: office.ask(asking, since=since), then=hand_in, failed=failed)

        if office is None:
            hand_in(NOTHING_HEARD)
        else:
            self._tasks.on_store(
                lambda store: to_ask_as_shown(store, shown, register=register, link=link),
                then=ask,
                failed=failed,
            )

    def _by_whom(self, visit: Visit) -> Visit:
        """Return a visit with who is at the till now: the quote and the record name them."""
        who = self._who()
        return replace(visit, cashier=who.staff_id if who else "")

    def _came(self, number: int, found: Quoted) -> None:
        if number == self._number:
            self.newest, self.is_awaited = found, False
            self.came.emit(found)
            self._ask_prompts(number, found)

    def _ask_prompts(self, number: int, found: Quoted) -> None:
        """Ask what there is to say beside a quote; the quote itself never waits for that."""

        def ask(store: StationStore) -> Prompts:
            is_wanted = number == self._number  # else another quote waits behind this
            return prompts_of(store, found, register=self.register) if is_wanted else NO_PROMPTS

        self._tasks.on_store(
            ask,
            then=lambda said: self._prompted(number, said),
            failed=lambda problem: self._prompted(number, NO_PROMPTS),
        )

    def _prompted(self, number: int, said: Prompts) -> None:
        if number == self._number:
            self.prompted.emit(said)

    def _failed(self, number: int, problem: BaseException) -> None:
        if number == self._number:
            self.is_awaited = False
            self.failed.emit(problem)
