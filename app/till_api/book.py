"""The till's orders that aren't recorded yet: what was handed over, how each stands, and whoever waits to hear of it.

Only the memory has them. After a restart the till hands its order in once more, and whatever was recorded by then is
in the journal.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.ids import new_ref
from app.till_api.desk import Handed, Phase, Standing

ORDERS_MAX = 200  # a till works on one, and may have put a few aside


@dataclass(frozen=True, slots=True)
class Kept:
    """An order with its standing. `revision` is another one with each change, also after a restart."""

    order: Handed
    standing: Standing
    revision: str


class Book:
    """Orders by their id, the one that was handed over last behind the others. Any thread may use it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._orders: OrderedDict[str, Kept] = OrderedDict()
        self._era, self._number = new_ref(), 0
        self.changed: Callable[[], None] = lambda: None  # on any thread

    def find(self, order_id: str) -> Kept | None:
        """Return an order, if it is known."""
        with self._lock:
            return self._orders.get(order_id)

    def put(self, order: Handed) -> Kept:
        """Keep an order that the desk is about to take, as one that waits; the oldest makes room."""
        with self._lock:
            kept = Kept(order, Standing(Phase.WAITING), self._next())
            self._orders.pop(order.order_id, None)
            self._orders[order.order_id] = kept
            while len(self._orders) > ORDERS_MAX:
                self._orders.popitem(last=False)
        self.changed()
        return kept

    def put_back(self, order_id: str, before: Kept | None) -> None:
        """Keep what was there before an order that the desk has not taken."""
        with self._lock:
            if before is None:
                self._orders.pop(order_id, None)
            else:
                self._orders[order_id] = before

    def tell(self, order_id: str, standing: Standing | None) -> None:
        """Take how an order stands. None: something of it is in the journal now."""
        with self._lock:
            kept = self._orders.get(order_id)
            if standing is None:
                self._orders.pop(order_id, None)
            elif kept is None or kept.standing == standing:
                return  # nobody's order, or no news: a window tells it each second
            else:
                self._orders[order_id] = replace(kept, standing=standing, revision=self._next())
        self.changed()

    def _next(self) -> str:
        self._number += 1
        return f"{self._era}-{self._number}"
