"""What the station says of its day: counts, what waits in orders, and which order's voucher was refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core import codes
from app.core.reasons import Reason
from app.ids import new_ref
from app.station.enrol import as_typed, enrol
from app.station.identify import identify
from app.station.redeem import hand_in
from app.station.today import ACTIONS_SHOWN, todays_work
from app.store.store import StationStore
from tests.builders import DAY_MS, NOW_MS, a_store, a_voucher, an_order, at_till


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StationStore]:
    store = a_store(tmp_path / "store")
    yield store
    store.close()


def sell(store: StationStore, order_id: str, sku: str, *codes: str) -> None:
    presented = [identify(store, code) for code in codes]
    hand_in(store, an_order(order_id, (sku, 499)), at_till(None, *presented))


def test_an_order_whose_voucher_was_refused_says_why(store: StationStore) -> None:
    voucher, used = a_voucher(store), a_voucher(store, seed=2, uses_max=1)
    sell(store, "A-1", "coffee", used)
    sell(store, "A-2", "bread", voucher)
    sell(store, "A-3", "coffee", voucher, used)  # one of the two was given
    sell(store, "A-4", "coffee", used)
    sell(store, "A-5", "coffee")
    work = todays_work(store)
    assert [action.refusal and action.refusal.reason for action in work.actions] == [
        None, Reason.LIMIT_TOTAL_REACHED, None, Reason.REQUIRED_ITEM_MISSING, None,
    ]  # fmt: skip
    assert (work.orders, work.redemptions) == (5, 2)


def test_what_waits_is_counted_in_orders_however_long_ago_they_were(store: StationStore) -> None:
    voucher = a_voucher(store)
    for number in range(ACTIONS_SHOWN + 2):
        sell(store, f"A-{number}", "coffee", voucher)
    assert todays_work(store).waiting == ACTIONS_SHOWN + 2
    store.clock.set_ms(NOW_MS + 2 * DAY_MS)
    assert (todays_work(store).orders, todays_work(store).waiting) == (0, ACTIONS_SHOWN + 2)
    with store.atomic():
        store.set_acked_seq(4)  # two orders with a redemption each
    assert todays_work(store).waiting == ACTIONS_SHOWN


def test_what_was_read_before_is_gone_on_from_and_comes_to_the_same(store: StationStore) -> None:
    voucher, used = a_voucher(store), a_voucher(store, seed=2, uses_max=1)
    work = None
    for number in range(3 * ACTIONS_SHOWN):
        sell(store, f"A-{number}", "coffee" if number % 3 else "bread", *([voucher], [used], [])[number % 3])
        if number == ACTIONS_SHOWN:
            store.clock.set_ms(NOW_MS + DAY_MS)
        if number % 4:
            work = todays_work(store, work)
            assert work == todays_work(store), number
    assert todays_work(store, work) == todays_work(store, todays_work(store, work)) == work
    assert work is not None and 0 < work.orders < 3 * ACTIONS_SHOWN
    store.clock.set_ms(NOW_MS)
    assert todays_work(store, work) == todays_work(store)


def test_who_joined_today_is_counted_and_stands_among_no_orders(store: StationStore) -> None:
    def join(seed: int) -> None:
        enrol(store, as_typed(new_ref(), number=codes.number("M", f"{seed:010d}")), link="offline")

    join(1)
    store.clock.set_ms(NOW_MS + DAY_MS)
    sell(store, "A-1", "coffee")
    join(2)
    before = todays_work(store)
    join(3)
    assert (before.members, before.orders, len(before.actions)) == (1, 1, 1)
    assert todays_work(store, before) == todays_work(store)
    assert todays_work(store).members == 2
