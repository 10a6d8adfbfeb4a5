"""Redemptions handed in through the store's thread as a window does it, and how long each answer took."""

import random
import time
from collections.abc import Callable
from dataclasses import replace

from app.core.order import Line
from app.core.voucher import Presentation
from app.ids import new_id
from app.station.answer import AnswerKind
from app.station.identify import identify
from app.station.redeem import AtTill, OrderIn, hand_in
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import a_voucher

PAUSE_S = 0.003  # between two at most: they must come at any moment of what the store does else


class Till:
    """A till that hands in one order after the other, each with a voucher."""

    WARM_UP, IDLE = 50, 450

    def __init__(self, thread: StoreThread) -> None:
        """Scan the voucher once; each order presents it under an id of its own."""
        self._thread = thread
        self._chance = random.Random(1)
        shown = thread.call(lambda store: identify(store, a_voucher(store)))
        assert isinstance(shown, Presentation), shown
        self._shown = shown
        self._lines = (Line(1, "coffee", 1, 499), *(Line(at, f"product-{at}", 1, 250) for at in range(2, 11)))
        self.took: list[float] = []

    def redeem_for(self, goes_on: Callable[[], bool]) -> list[float]:
        """Hand orders in as long as it goes on; return the milliseconds of these."""
        first = len(self.took)
        while goes_on():
            time.sleep(self._chance.random() * PAUSE_S)
            self._redeem()
        return self.took[first:]

    def _redeem(self) -> None:
        order = OrderIn(f"order-{len(self.took):08}", self._lines)
        at_till = AtTill(None, (replace(self._shown, redemption_id=new_id()),), "online", "c-1")

        def work(store: StationStore) -> AnswerKind:
            return hand_in(store, order, at_till).kind

        began = time.perf_counter()
        kind = self._thread.call(work)
        self.took.append((time.perf_counter() - began) * 1000)
        assert kind is AnswerKind.APPROVED, kind
