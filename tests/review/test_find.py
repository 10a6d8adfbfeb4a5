"""What was done is found again: by day, person, offer, kind, amount and text, with the totals of all that match."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from app.core.reversal_kinds import Kind
from app.review import rows
from app.review.rows import NOT_POSSIBLE, REDEEMED, Choice, Filter, Standing, choices, find
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store.journal import WordOfHq
from app.store.review.review import Review
from app.store.store import StationStore
from tests.builders import NOW_MS, a_member, a_voucher, an_order, at_till
from tests.station.test_void import MINUTE_MS, UNIT, Till

Read = Callable[[StationStore], Review]
TODAY = date(2026, 1, 5)


def orders_of(review: Review, **wanted: Any) -> list[str]:
    return [f"{row.kind} {row.order_id}" for row in find(review, Filter(**wanted)).rows]


def test_an_order_is_one_row_with_what_was_presented(store: StationStore, read: Read) -> None:
    member: Any = identify(store, a_member(store).code)
    voucher: Any = identify(store, a_voucher(store))
    hand_in(store, an_order("A-1"), at_till(member, voucher, cashier="c-1"))
    found = find(read(store), Filter())
    (row,) = found.rows
    assert (found.count, found.discount, found.next, found.behind) == (1, 100, None, 0)
    assert (row.kind, row.order_id, row.member, row.staff, row.at_ms) == (
        "order", "A-1", "Ada L.", "c-1", NOW_MS
    )  # fmt: skip
    assert (row.total, row.discount, row.offers, row.refused) == (499, 100, ("1.00 off coffee",), ())
    assert row.standing is Standing.WAITING and row.undone is None


def test_each_filter_finds_its_own(till: Till, read: Read) -> None:
    with_offers = till.buys(cashier=till.ben)
    refused = till.buys(cashier=till.cem)  # the voucher is used up, and the cake's points are there once more
    till.machine.go_on(13 * 60 * MINUTE_MS)  # past midnight
    plain = till.buys(presented=False)
    till.undo(plain, (1, UNIT), cashier=till.eva)
    name = "f" * 32
    till.machine.go_on(11 * MINUTE_MS)
    till.undo(with_offers, name=name, cashier=till.cem, approval=till.approved(name))
    review, tomorrow = read(till.store), TODAY + timedelta(days=1)
    assert orders_of(review) == [
        f"void {with_offers}", f"return {plain}", f"order {plain}", f"order {refused}", f"order {with_offers}"
    ]  # fmt: skip
    assert orders_of(review, since=tomorrow) == [f"void {with_offers}", f"return {plain}", f"order {plain}"]
    assert orders_of(review, until=TODAY) == [f"order {refused}", f"order {with_offers}"]
    assert orders_of(review, staff=till.ben) == [f"order {with_offers}"]
    assert orders_of(review, kinds=("return",)) == [f"return {plain}"]
    assert orders_of(review, kinds=(NOT_POSSIBLE,)) == [f"order {refused}"]
    assert orders_of(review, kinds=(REDEEMED,), until=TODAY) == [f"order {refused}", f"order {with_offers}"]
    assert orders_of(review, has_override=True) == [f"void {with_offers}"]
    assert orders_of(review, amount_min=1, amount_max=2_000, member=till.ada.ref, until=TODAY) == [
        f"order {refused}", f"order {with_offers}"
    ]  # fmt: skip
    assert orders_of(review, offer="coffee-1") == [
        f"void {with_offers}", f"order {refused}", f"order {with_offers}"
    ]  # fmt: skip
    by_order = {row.order_id: row for row in find(review, Filter(kinds=("order",))).rows}
    assert by_order[with_offers].undone is Kind.VOID and by_order[plain].undone is Kind.RETURN
    assert by_order[refused].refused == ("limit_total_reached",)
    names = choices(review)
    assert Choice(till.ben, "Ben") in names.staff and Choice("coffee-1", "1.00 off coffee") in names.offers


@pytest.mark.parametrize("text", ["A-1", "a-", "1.00 OFF", "ada"])
def test_a_text_finds_order_offer_and_member(till: Till, read: Read, text: str) -> None:
    till.buys()
    assert orders_of(read(till.store), text=text) == ["order A-1"]
    assert orders_of(read(till.store), text="nobody") == []


def test_how_head_office_stands_follows_its_newest_word(store: StationStore, read: Read) -> None:
    voucher: Any = identify(store, a_voucher(store))
    hand_in(store, an_order("A-1"), at_till(None, voucher))  # 1, and its redemption 2
    hand_in(store, an_order("A-2"), at_till(None))
    hand_in(store, an_order("A-3"), at_till(None))
    with store.atomic():
        store.set_acked_seq(3)
        store.journal.append_verdicts(
            [WordOfHq(1, "posted", ()), WordOfHq(2, "posted_flagged", ("COUPON_TWICE",))]
        )
    review = read(store)
    by = {standing: orders_of(review, standing=standing) for standing in Standing}
    assert by == {
        Standing.LOOK: ["order A-1"],
        Standing.SENT: ["order A-2"],
        Standing.WAITING: ["order A-3"],
        Standing.POSTED: [],
    }
    assert find(review, Filter(standing=Standing.LOOK)).rows[0].flags == ("COUPON_TWICE",)
    with store.atomic():
        store.journal.append_later_word(WordOfHq(2, "posted", ()))
    assert orders_of(read(store), standing=Standing.POSTED) == ["order A-1"]


def test_pages_follow_each_other_without_a_gap(
    store: StationStore, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 4)
    for number in range(6):
        hand_in(store, an_order(f"A-{number}"), at_till(None))
    review = read(store)
    first = find(review, Filter())
    assert first.next is not None
    second = find(review, Filter(), after=first.next)
    assert (first.count, second.count, len(first.rows), len(second.rows)) == (6, 6, 4, 2)
    assert [row.seq for row in (*first.rows, *second.rows)] == list(range(6, 0, -1))
    assert second.next is None


def test_of_an_erased_member_nothing_is_left_but_a_reference(till: Till, read: Read) -> None:
    till.buys()
    assert find(read(till.store), Filter()).rows[0].member == "Ada L."
    with till.store.replica_atomic():
        till.store.replica.delete_row("member", till.ada.ref)
    review = read(till.store)
    assert find(review, Filter()).rows[0].member == "" and orders_of(review, text="Ada") == []
    everything = [
        str(row)
        for (table,) in review.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        for row in review.rows(f"SELECT * FROM {table}")  # noqa: S608 ours
    ]
    assert everything and not any("Ada" in row or till.code in row for row in everything)


def test_without_rules_or_names_rows_are_there_all_the_same(till: Till, read: Read) -> None:
    till.buys()
    with till.store.replica_atomic():
        till.store.replica.drop_document("program")
    review = read(till.store)
    (row,) = find(review, Filter()).rows
    assert "coffee-1" in row.offers
