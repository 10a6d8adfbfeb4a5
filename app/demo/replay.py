"""The replay: every order of the selection in one global order, each through its own shop's station."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.clock import SetClock
from app.demo.folder import DemoFolder
from app.demo.headquarters import Cards
from app.demo.journey import Journey, JourneyOrder
from app.demo.scans import Pictures
from app.demo.shop import DeadPort, Shop
from app.store.keystore import FileKeyStore

PROGRESS_EVERY = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the replay is."""

    orders: int
    orders_total: int
    day: date
    shops_open: int
    shops_cut_off: int
    redeemed: int


class Replay:
    """Opens each shop with its first order of a day and closes it with the last."""

    def __init__(
        self, journey: Journey, folder: DemoFolder, cards: Cards, pictures: Pictures, *, hq_url: str
    ) -> None:
        """Prepare to replay `journey` with stations in `folder` and HQ at `hq_url`."""
        self._journey = journey
        self._folder = folder
        self._cards = cards
        self._pictures = pictures
        self._hq_url = hq_url
        self._dead_port = DeadPort()
        self._key_store = FileKeyStore(folder.state / "keys")
        self._clock = SetClock()
        self._open: dict[int, Shop] = {}
        self._behind: set[int] = set()
        self._redeemed = 0

    def run(self, report: Callable[[Progress], None]) -> None:
        """Replay everything, telling `report` now and then how far it is."""
        left = self._journey.orders_by_shop_day()
        try:
            for number, order in enumerate(self._journey.orders(), start=1):
                self._clock.set_ms(order.at_ms)
                self._serve(order)
                left[order.local_date, order.store_id] -= 1
                if not left[order.local_date, order.store_id]:
                    self._close(order.store_id)
                if number % PROGRESS_EVERY == 0 or number == self._journey.order_count:
                    report(self._progress(number, order.local_date))
            self._catch_up()
        finally:
            self._dead_port.close()

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
            hq_url=self._dead_port.url if is_cut_off else self._hq_url,
        )
        self._open[store_id] = shop
        return shop

    def _close(self, store_id: int) -> None:
        shop = self._open.pop(store_id)
        shop.close()
        (self._behind.discard if shop.is_online else self._behind.add)(store_id)

    def _catch_up(self) -> None:
        """On the last day nobody is cut off: shops whose last orders fell into a cut come back now."""
        for store_id in sorted(self._behind):
            self._open_shop(store_id, self._journey.last_day)
            self._close(store_id)

    def _progress(self, number: int, day: date) -> Progress:
        cut_off = sum(self._journey.is_cut_off(rank, day) for rank in range(len(self._journey.shops)))
        return Progress(number, self._journey.order_count, day, len(self._open), cut_off, self._redeemed)
