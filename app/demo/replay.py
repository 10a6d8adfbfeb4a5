"""The replay: every order in one global order, each through its own shop's station.

A large replay is shared out: each part takes its own shops, in a process of its own (`parts`), and all of them go
through the year together, week by week.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from app.clock import SetClock
from app.demo.cards import Cards
from app.demo.folder import DemoFolder
from app.demo.journey import Journey, JourneyOrder
from app.demo.scans import Pictures
from app.demo.shop import AT_THE_END, DAILY, DeadPort, Sending, Shop
from app.store.keystore import FileKeyStore
from sync.line import Line

PROGRESS_EVERY = 500
DAYS_APART_MAX = 7  # how far one part may be ahead of another


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is."""

    orders: int
    day: date
    shops_open: int
    redeemed: int


class Replay:
    """Opens each shop with its first order of a day and closes it with the last."""

    def __init__(
        self,
        journey: Journey,
        folder: DemoFolder,
        cards: Cards,
        pictures: Pictures,
        *,
        hq_url: str,
        shops: Collection[int],
        sending: Sending = DAILY,
        is_passing: bool = False,
    ) -> None:
        """Prepare to replay the orders of `shops` with stations in `folder` and HQ at `hq_url`.

        Stations that are `is_passing` are thrown away afterwards.
        """
        self._journey = journey
        self._folder = folder
        self._cards = cards
        self._pictures = pictures
        self._shops = frozenset(shops)
        self._sending = sending
        self._is_passing = is_passing
        self._dead_port = DeadPort()
        self._line, self._cut_line = Line(hq_url), Line(self._dead_port.url)
        self._key_store = FileKeyStore(folder.state / "keys")
        self._clock = SetClock()
        self._open: dict[int, Shop] = {}
        self._behind: set[int] = set()
        self._redeemed = 0

    def run(
        self, report: Callable[[Progress], None], *, wait_for_others: Callable[[], object] = lambda: None
    ) -> None:
        """Replay everything, telling `report` now and then how far it is. `wait_for_others` is called between weeks."""
        self._wait_for_others = wait_for_others
        left = self._orders_by_shop_day()
        number, week, day = 0, 0, self._journey.first_day
        try:
            for number, order in enumerate(self._journey.orders(self._shops), start=1):
                week = self._keep_pace(week, order.local_date)
                day = order.local_date
                if self._is_passing and (self._journey.last_day - day).days < DAYS_APART_MAX:
                    self._sending = AT_THE_END
                self._clock.set_ms(order.at_ms)
                self._serve(order)
                left[day, order.store_id] -= 1
                if not left[day, order.store_id]:
                    self._close(order.store_id)
                if number % PROGRESS_EVERY == 0:
                    report(self._progress(number, day))
            self._keep_pace(week, self._journey.last_day)
            self._catch_up()
            report(self._progress(number, day))
        finally:
            self._line.close()
            self._cut_line.close()
            self._dead_port.close()

    def _orders_by_shop_day(self) -> Counter[tuple[date, int]]:
        every = self._journey.orders_by_shop_day()
        return Counter({key: count for key, count in every.items() if key[1] in self._shops})

    def _keep_pace(self, week: int, day: date) -> int:
        """Wait at the end of each week, also of one in which these shops sold nothing. Returns the week of `day`."""
        now = (day - self._journey.first_day).days // DAYS_APART_MAX
        for _ in range(week, now):
            self._wait_for_others()
        return now

    def _serve(self, order: JourneyOrder) -> None:
        shop = self._open.get(order.store_id) or self._open_shop(order.store_id, order.local_date)
        scan = self._pictures.member(order.household_id, self._cards.members[order.household_id])
        vouchers = [self._pictures.voucher(self._cards.vouchers[key]) for key in order.presented]
        answer = shop.serve(order, member_scan=scan, voucher_scans=vouchers)
        self._redeemed += sum(outcome.is_approved for outcome in answer.presented)

    def _open_shop(self, store_id: int, day: date) -> Shop:
        is_cut_off = self._journey.is_cut_off(self._journey.rank(store_id), day)
        shop = Shop(
            self._folder.store(store_id),
            key_store=self._key_store,
            clock=self._clock,
            line=self._cut_line if is_cut_off else self._line,
            sending=self._sending,
            is_passing=self._is_passing,
        )
        self._open[store_id] = shop
        return shop

    def _close(self, store_id: int) -> None:
        shop = self._open.pop(store_id)
        shop.close()
        (self._behind.add if shop.is_behind else self._behind.discard)(store_id)

    def _catch_up(self) -> None:
        """Send what still waits, all at one moment: parts are apart, and HQ would find the clocks of some wrong.

        On the last day nobody is cut off.
        """
        self._clock.set_ms(self._journey.last_ms)
        self._sending = DAILY
        for store_id in sorted(self._behind):
            self._open_shop(store_id, self._journey.last_day)
            self._close(store_id)

    def _progress(self, orders: int, day: date) -> Progress:
        return Progress(orders, day, len(self._open), self._redeemed)
