"""The till's orders at the station without a window: the newest one waits for the line `{"confirm": true}`.

What was scanned goes with it, as it goes with an order that comes as a line. `{"till": true}` says what is there.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from app.config import Config
from app.core.approvals import Approval
from app.core.prompted import Prompts
from app.core.quote import Quote
from app.station.prompts import prompts
from app.station.redeem import AtTill, NotRecorded, OrderIn, quote_order
from app.station.void import By
from app.store.faults import StoreFault
from app.store.store import StationStore
from app.store.thread import StoreThread
from app.terminal import say
from app.till_api.desk import Handed, Listener, Phase, Standing, Taken, ToUndo
from app.till_parts import open_till_api, start_till_api

if TYPE_CHECKING:
    from app.till_api.server import TillApi

BY_TILL = "The till has given it up."
BY_NEXT = "Another order of the till took its place."
CLEARED = "It was dropped at the station."


def open_till(
    config: Config,
    thread: StoreThread,
    wake: Callable[[], None],
    *,
    at_till: Callable[[], AtTill],
    begin_anew: Callable[[], None],
    by: Callable[[Approval | None], By],
) -> "HeadlessTill":
    """Return the till's desk with its API, which answers from now on, or why it can't is said and it is alone."""
    from app.till_api.server import NotListening

    till = HeadlessTill(thread, wake, at_till=at_till, begin_anew=begin_anew, by=by, register=config.register)
    try:
        till.api = open_till_api(config, thread, till)
    except NotListening as problem:
        say(f"The till's API is not there. {problem}")
    else:
        start_till_api(till.api)
    return till


class HeadlessTill:
    """A `TillDesk` for one order at a time. The API's thread hands it over, the main thread confirms it."""

    def __init__(
        self,
        thread: StoreThread,
        wake: Callable[[], None],
        *,
        at_till: Callable[[], AtTill],
        begin_anew: Callable[[], None],
        by: Callable[[Approval | None], By],
        register: str,
    ) -> None:
        """Ask `at_till` who and what is there, and `by` who works here; `wake` what sends entries.

        `begin_anew` forgets who and what is there: the next order is somebody else's.
        """
        self._thread = thread
        self._wake = wake
        self._at_till = at_till
        self._begin_anew = begin_anew
        self._by = by
        self._register = register
        self._lock = threading.Lock()
        self._order: Handed | None = None
        self._is_confirming = False
        self._listener: Listener | None = None
        self.api: TillApi | None = None

    # --- asked by the API ---------------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """See `TillDesk.listen`."""
        self._listener = listener

    def take(self, order: Handed, then: Callable[[Taken], None]) -> None:
        """See `TillDesk.take`."""
        with self._lock:
            before = self._order
            if self._is_confirming:
                then(Taken.CONFIRMING)
                return
            self._order = order
        if before is not None and before.order_id != order.order_id:
            self._begin_anew()
            self._tell(before.order_id, Standing(Phase.GIVEN_UP, why=BY_NEXT))
        then(Taken.YES)
        self.look()

    def drop(self, order_id: str, then: Callable[[Taken], None]) -> None:
        """See `TillDesk.drop`."""
        with self._lock:
            is_here = self._order is not None and self._order.order_id == order_id
            if is_here and self._is_confirming:
                then(Taken.CONFIRMING)
                return
            self._order = None if is_here else self._order
        if is_here:
            self._begin_anew()
        self._tell(order_id, Standing(Phase.GIVEN_UP, why=BY_TILL))
        then(Taken.YES)

    def approve(self, what: ToUndo, then: Callable[[Approval | None], None]) -> bool:
        """Ask nobody: a manager comes with the line that undoes it."""
        return False

    def undone(self) -> None:
        """See `TillDesk.undone`."""
        self._wake()

    @property
    def by(self) -> By:
        """See `TillDesk.by`."""
        return self._by(None)

    # --- by the station's lines ---------------------------------------------------------------------------------------

    @property
    def order_id(self) -> str:
        """The order that waits, "" where none does."""
        order = self._order
        return "" if order is None else order.order_id

    def look(self) -> None:
        """Tell what the order would get with what is there now."""
        order = self._order
        if order is None:
            return
        order_in, at_till = self._order_in(order), self._at_till()

        def work(store: StationStore) -> tuple[Quote, Prompts]:
            found = quote_order(store, order_in, at_till)
            return found, prompts(store, order_in, at_till, found)

        posted = self._thread.post(work)
        posted.add_done_callback(lambda done: self._quoted(order, at_till, done))

    def _quoted(self, order: Handed, at_till: AtTill, done: "Future[tuple[Quote, Prompts]]") -> None:
        fault = done.exception()
        if isinstance(fault, NotRecorded | StoreFault):
            return  # whoever confirms is told
        is_shown = bool(at_till.member or at_till.presented or at_till.cards)
        phase = Phase.QUOTED if is_shown else Phase.WAITING
        quote, said = done.result()
        standing = Standing(phase, quote, is_member=at_till.member is not None, prompts=said)
        with self._lock:  # else it might be told behind that the order was given up
            if self._order is order and not self._is_confirming:
                self._tell(order.order_id, standing)

    def clear(self) -> None:
        """Let the order go that waits, with what was scanned for it."""
        with self._lock:
            gone, self._order = self._order, None
        if gone is not None:
            self._tell(gone.order_id, Standing(Phase.GIVEN_UP, why=CLEARED))

    def begin(self) -> OrderIn | None:
        """Return the order that is now to be recorded, None where none waits; `end` follows."""
        with self._lock:
            order = self._order
            self._is_confirming = order is not None
        if order is None:
            return None
        self._tell(order.order_id, Standing(Phase.CONFIRMING))
        return self._order_in(order)

    def end(self, *, is_recorded: bool) -> None:
        """Know what came of it."""
        with self._lock:
            order, self._is_confirming = self._order, False
            self._order = None if is_recorded else order
        if order is not None and is_recorded:
            self._tell(order.order_id, None)
        elif order is not None:
            self._tell(order.order_id, Standing(Phase.WAITING))
            self.look()

    def told(self) -> dict[str, str]:
        """Return where the till finds it."""
        return {} if self.api is None else {"till_api": self.api.url, "till_token": str(self.api.token_path)}

    def close(self) -> None:
        """Answer the till no more."""
        if self.api is not None:
            self.api.close()

    def _order_in(self, order: Handed) -> OrderIn:
        return OrderIn(order.order_id, order.lines, order.register or self._register)

    def _tell(self, order_id: str, standing: Standing | None) -> None:
        if self._listener is not None:
            self._listener.tell(order_id, standing)
