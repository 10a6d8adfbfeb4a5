"""The demo's window: the largest shop's station after the replay, its clock going on from the last replayed moment.

"Next order" hands in the next order of the data with its lines, as a till would; the clock moves on to that order's
moment. A switch cuts the line to head office. A sheet of member and voucher codes lies in the demo's folder, to be held
before a camera or scanned.
"""

from collections.abc import Iterator, Sequence

from app.clock import ResumedClock
from app.config import load_config
from app.core.order import Line
from app.demo.cards import Cards
from app.demo.folder import DemoFolder
from app.demo.headquarters import HqProcess
from app.demo.journey import WEEKS, Journey, JourneyOrder, Selection, load
from app.demo.line import CutLine
from app.demo.sheet import write_sheet
from app.demo.shelf import free_port, write_shelf
from app.demo.shop import order_lines
from app.terminal import say
from app.window import DemoParts, run_window

SYNC_INTERVAL_S = 10  # so that a visitor sees it happen
SHEET_MEMBERS = 6
SHEET_VOUCHERS = 6


class DemoTill:
    """Hands over the orders of the data that come after the replay, and cuts the line."""

    def __init__(self, orders: Iterator[JourneyOrder], clock: ResumedClock, line: CutLine) -> None:
        """Begin with the first of `orders`."""
        self._orders = orders
        self._clock = clock
        self._line = line
        self._is_cut = False

    def next_order(self) -> tuple[str, tuple[Line, ...]] | None:
        """Hand over the next order: its id and lines; None when the year is over."""
        order = next(self._orders, None)
        if order is None:
            return None
        self._clock.move_on_to(order.at_ms)
        return f"B{order.basket_id}", order_lines(order)

    def set_cut(self, *, is_cut: bool) -> None:
        """Cut the line, or put it back."""
        if is_cut != self._is_cut:
            self._is_cut = is_cut
            (self._line.cut if is_cut else self._line.restore)()


def open_window(journey: Journey, folder: DemoFolder, cards: Cards, *, last_ms: int) -> int:
    """Open the largest shop's window with HQ running, until it is closed. Returns the exit status."""
    shop = journey.largest_shop()
    clock = ResumedClock(last_ms)
    hq = HqProcess(folder.hq, now_ms=last_ms)
    line = CutLine(int(hq.url.rpartition(":")[2]))
    config = load_config(
        store_dir=folder.store(shop),
        state_dir=folder.state,
        hq_dir=folder.hq,
        sync_interval_s=SYNC_INTERVAL_S,
        till_api=str(free_port()),
    )
    later = orders_after(journey, shop, last_ms)
    try:
        _lay_out_sheet(journey, folder, cards, later)
        goods = write_shelf(folder.path, later)
        url = f"http://127.0.0.1:{config.till_port}"
        say(f"A till to go with it: ./tillside till --url {url} --state {folder.state} --goods {goods}")
        till = DemoTill(iter(later), clock, line)
        return run_window(config, clock=clock, demo=DemoParts(till, line.url))
    finally:
        line.cut()
        hq.stop()


def orders_after(journey: Journey, shop: int, last_ms: int) -> list[JourneyOrder]:
    """Return the shop's orders of the data after a moment, up to the end of the year."""
    selection = journey.selection
    rest = load(Selection(stores=selection.stores, first_week=selection.last_week, last_week=WEEKS[-1]))
    return [order for order in rest.orders() if order.store_id == shop and order.at_ms > last_ms]


def _lay_out_sheet(journey: Journey, folder: DemoFolder, cards: Cards, later: Sequence[JourneyOrder]) -> None:
    """Draw the cards of the next customers, and vouchers of campaigns that are live for them."""
    households: dict[int, None] = {}
    for order in later:
        households[order.household_id] = None
        if len(households) == SHEET_MEMBERS:
            break
    live = [
        campaign.campaign_id
        for campaign in journey.campaigns
        if campaign.starts_on <= journey.last_day < campaign.ends_on
    ]
    vouchers = [key for key in sorted(cards.vouchers) if key[0] in live]
    step = max(len(vouchers) // SHEET_VOUCHERS, 1)
    codes = [(f"Household {household}", cards.members[household]) for household in households]
    codes += [
        (f"Coupon {campaign}-{coupon}", cards.vouchers[campaign, coupon])
        for campaign, coupon in vouchers[::step][:SHEET_VOUCHERS]
    ]
    write_sheet(folder.path, codes)
