"""What was done is found again: by day, person, offer, kind, amount and text, with the totals of all that match."""

from collections.abc import Callable

from app.review.rows import Filter, Standing, find
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store.review.review import Review
from app.store.store import StationStore
from tests.builders import a_member, a_voucher, an_order, at_till

Read = Callable[[], Review]


def test_an_order_is_one_row_with_what_was_presented(store: StationStore, read: Read) -> None:
    member = identify(store, a_member(store).code)
    voucher = identify(store, a_voucher(store))
    hand_in(store, an_order("A-1"), at_till(member, voucher, cashier="c-1"))
    found = find(read(), Filter())
    (row,) = found.rows
    assert (found.count, found.discount, found.next, found.behind) == (1, row.discount, None, 0)
    assert (row.kind, row.order_id, row.member, row.staff) == ("order", "A-1", "Ada L.", "c-1")
    assert row.offers == ("1.00 off coffee",) and row.refused == () and row.standing is Standing.WAITING
