"""The end of a day: every entry in one close and none in two, figures that are the journal's, and the same for ever."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.approvals import Approval, Why
from app.core.canonical import canonical
from app.core.day_figures import DayFigures, Shift
from app.core.day_sum import sum_up
from app.core.entry import DAY_CLOSE, ENROL, SCAN_DENIED, VOID
from app.core.order import Line
from app.core.reasons import Reason, Refusal
from app.station.approval import ApprovalOver
from app.station.day_close import (
    CloseBy,
    ClosedDay,
    DayChanged,
    Days,
    OpenDay,
    Queue,
    look_at_days,
    read_close,
    record_close,
)
from app.station.gift_card import CardShown, SeenGiftCard
from app.station.identify import identify
from app.station.redeem import AtTill, OrderIn, hand_in
from app.station.staff import approve, change_mode, sign_in, sign_out
from app.station.today import todays_work
from app.station.top_up import CardChange, record_change
from app.station.void import By, Reversed
from app.store.journal import Draft
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from tests.builders import NOW_MS, PIN, a_gift_card, a_store, an_order, at_till, move_replica
from tests.clocks import Machine
from tests.station.test_void import Till as UndoTill

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
MONDAY, ZONE = date(2026, 1, 5), "America/New_York"


class Till(UndoTill):
    """A station with Ben and Cem at it, and their manager Eva, that closes its days."""

    def days(self, today: date = MONDAY, day: date | None = None) -> Days:
        return look_at_days(self.store.journal.listing, time_zone=ZONE, today=today, day=day)

    def open(self, today: date = MONDAY, day: date | None = None) -> OpenDay:
        found = self.days(today, day).open
        assert found is not None
        return found

    def signed(self, found: OpenDay, who: str = "") -> Approval:
        approval = approve(
            lambda work: work(self.store), who or self.eva, PIN, action=found.action, why=Why.DAY_CHECKED
        )
        assert isinstance(approval, Approval)
        return approval

    def close(self, found: OpenDay) -> ClosedDay:
        closed = record_close(self.store, found, CloseBy(self.ben, self.signed(found)))
        assert isinstance(closed, ClosedDay)
        return closed

    def sell(self, order_id: str, amount: int = 500) -> None:
        hand_in(self.store, an_order(order_id, ("coffee", amount)), at_till(cashier=self.ben))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def a_busy_day(till: Till) -> None:
    """Everything that a station records, by Ben, with a void that Eva lets Cem do."""
    run = lambda work: work(till.store)  # noqa: E731
    change_mode(till.store, "training", staff_id="")
    change_mode(till.store, "live", staff_id="")
    ben = sign_in(run, till.ben, PIN)
    assert not isinstance(ben, Refusal)
    voided = till.buys(cashier=till.ben)
    for name in "ab":
        approval = till.approved(name)
        till.undo(voided, name=name, cashier=till.cem, approval=approval)
    kept = till.buys(Line(1, "coffee", 2, 1000), Line(2, "tea", 1, 500), cashier=till.ben, presented=False)
    till.undo(kept, (1, 1000), cashier=till.ben)
    till.sell("plain")
    card = identify(till.store, a_gift_card(till.store))
    assert isinstance(card, SeenGiftCard)
    record_change(till.store, CardChange("C-1", card.ref, 2_000), By(till.ben))
    pays = AtTill(None, (), "offline", till.ben, cards=(CardShown(card.ref, None),))
    hand_in(till.store, OrderIn("by-card", (Line(1, "tea", 1, 1_000),)), pays)
    hand_in(till.store, OrderIn("by-card-2", (Line(1, "tea", 1, 700),)), pays)
    assert isinstance(till.undo("by-card-2", cashier=till.ben), Reversed)
    with till.store.atomic():
        joined = {"store": "s-1", "t_eff": NOW_MS, "member": "0000000000009", "number_hash": "0" * 32}
        till.store.journal.append([Draft(ENROL, joined)])
    identify(till.store, "V0000000000017")  # nobody's
    till.machine.set_wall(NOW_MS + 5 * HOUR_MS)
    till.sell("late")
    till.machine.set_wall(NOW_MS)
    sign_out(till.store, ben)


def by_hand(entries: list[dict[str, Any]]) -> dict[str, int]:
    """Sum a journal up a second time, from its bodies alone."""
    of = lambda *types: [each["data"] for each in entries if each["type"] in types]  # noqa: E731
    backs = [back for data in of("void", "return") for back in data["backs"]]
    orders = of("order")
    return {
        "orders": len(orders),
        "redemptions": len(of("redeem")),
        "total": sum(data["total"] for data in orders),
        "value_given": sum(data["discount"] for data in orders),
        "value_back": sum(back["discount"] for back in backs),
        "points_earned": sum(data["points"] for data in orders),
        "points_spent": sum(data["points"] for data in of("redeem")),
        "points_undone": -sum(data["points"] for data in of("void", "return")),
        "points_back": sum(data["points_back"] for data in of("void", "return")),
        "gift_cards_paid": sum(paid["amount"] for data in orders for paid in data.get("paid", ())),
        "gift_cards_put_on": sum(data["amount"] for data in of("gift_card")),
        "given_back": sum(data["amount"] for data in of("void", "return")),
        "gift_cards_back": sum(each[2] for data in of("void", "return") for each in data["tenders"]),
        "voids": len(of("void")),
        "returns": len(of("return")),
        "new_members": len(of("enrol")),
        "denied": len(of("scan_denied")),
        "clock_jumps": len(of("clock_jump")),
        "overridden": sum("approver" in each["data"] for each in entries),
    }


def bodies(store: StationStore, first: int = 1, last: int = 1 << 62) -> list[dict[str, Any]]:
    rows = store._db.conn.execute(
        "SELECT body FROM journal WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last)
    )
    return [json.loads(body) for (body,) in rows]


def test_a_days_figures_are_the_journals(till: Till) -> None:
    a_busy_day(till)
    found = till.open()
    figures = found.figures
    told = by_hand(bodies(till.store))
    assert {name: getattr(figures, name) for name in told} == told
    assert {name for name, number in told.items() if not number} == set()  # the day has some of everything
    assert (found.from_seq, found.until_seq, found.late) == (1, till.store.journal.head().seq, 0)
    # Parts come to the whole, and to what the idle page says.
    assert sum(hour.orders for hour in figures.by_hour) == sum(each.orders for each in figures.by_staff) == 6
    assert sum(each.value for each in figures.by_offer) == figures.value_given
    assert sum(each.value_back for each in figures.by_offer) == figures.value_back
    work = todays_work(till.store)
    assert (work.orders, work.redemptions, work.value_given) == (6, figures.redemptions, figures.value_net)


def test_every_override_stands_in_the_days_figures(till: Till) -> None:
    a_busy_day(till)
    (override,) = till.open().figures.overrides
    assert (override.type, override.cashier, override.approver, override.why) == (
        VOID, till.cem, till.eva, "wrong_offer",
    )  # fmt: skip
    assert override.value == 450  # 1.00, 3.00, and a tenth of the tea
    assert till.open().figures.shifts == (Shift(till.ben, NOW_MS, NOW_MS),)


def test_averages_are_of_orders_with_and_without_a_reward(till: Till) -> None:
    till.sell("B-1", 500)
    till.sell("B-2", 501)
    assert (till.open().figures.average_with, till.open().figures.average_without) == (None, 501)
    till.buys(presented=True)
    figures = till.open().figures
    assert (figures.orders_with, figures.average_without) == (1, 501)
    assert figures.average_with == 1500 - figures.value_given


def test_a_close_reads_the_same_for_ever_and_can_be_made_again_from_the_journal(till: Till) -> None:
    a_busy_day(till)
    found = till.open()
    closed = till.close(found)
    assert (closed.cashier, closed.approver, closed.why) == (till.ben, till.eva, "day_checked")
    assert closed.figures == found.figures and closed.names["cake"] == "3.00 for points"
    assert closed.queue == Queue(waiting=11, to_look_at=0)
    till.machine.go_on(DAY_MS)
    a_busy_day_after = till.store.journal.head().seq
    till.store.reopen()
    till.store.journal.verify()
    listing = till.store.journal.listing
    assert read_close(listing.at(closed.seq)) == closed and closed.seq == a_busy_day_after
    again = sum_up(listing.between(closed.from_seq, closed.until_seq))
    assert canonical(again.record()) == canonical(listing.at(closed.seq).data["figures"])


def test_a_day_is_closed_once_and_what_follows_is_in_the_next(till: Till) -> None:
    till.sell("B-1")
    found = till.open()
    closed = till.close(found)
    assert record_close(till.store, found, CloseBy(till.ben)) == closed  # Enter twice, or a try after a fault
    till.sell("B-2")
    days = till.days()
    assert (days.open, days.last, days.since) == (None, closed, 1)
    other = OpenDay(MONDAY, 1, closed.seq + 1, 0, None, None, 0, DayFigures())
    refused = record_close(till.store, other, CloseBy(till.ben))
    assert isinstance(refused, Refusal) and refused.reason is Reason.DAY_CLOSED
    till.machine.go_on(DAY_MS)
    till.sell("B-3")
    tuesday = till.open(MONDAY + timedelta(days=1))
    assert (tuesday.day, tuesday.from_seq, tuesday.before) == (date(2026, 1, 6), 2, closed.seq)
    assert (tuesday.late, tuesday.figures.orders, tuesday.figures.overridden) == (1, 2, 0)
    second = till.close(tuesday)
    assert [entry.type for entry in till.store.journal.listing.between(1, 99)] == [
        "order", DAY_CLOSE, "order", "order", DAY_CLOSE,
    ]  # fmt: skip
    assert (closed.until_seq + 1, second.from_seq, second.until_seq) == (2, 2, 4)


def test_days_that_nobody_closed_wait_and_are_closed_one_by_one_or_together(till: Till) -> None:
    till.close(till.open())  # of nothing
    for n in range(3):
        till.machine.go_on(DAY_MS)
        till.sell(f"B-{n}")
    thursday = date(2026, 1, 8)
    found = till.open(thursday)
    assert found.days == (date(2026, 1, 6), date(2026, 1, 7), thursday)
    assert (found.day, found.figures.orders) == (date(2026, 1, 6), 1)
    both = till.open(thursday, day=date(2026, 1, 7))
    assert (both.from_seq, both.until_seq, both.figures.orders) == (1, 3, 2)
    till.close(both)
    with pytest.raises(DayChanged):
        record_close(till.store, found, CloseBy(till.ben))
    assert till.open(thursday).figures.orders == 1


def test_a_station_that_never_closed_a_day_begins_with_its_last(till: Till) -> None:
    till.sell("B-1")
    till.machine.go_on(DAY_MS)
    till.sell("B-2")
    assert till.open(date(2026, 1, 6)).from_seq == 2
    assert till.open(date(2026, 1, 7)).day == date(2026, 1, 6)  # and in the morning with the day before
    assert till.open(date(2026, 1, 6), day=MONDAY).until_seq == 1


def test_the_hour_that_comes_twice_is_one_and_days_end_at_the_stores_midnight(till: Till) -> None:
    """1 November 2026 has 25 hours in New York: these are 23:00, 0:00, 1:00, 1:00 once more, 23:00 and 0:00."""
    for hour in (3, 4, 5, 6, 28, 29):
        moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=hour)
        till.machine.go_on(int(moment.timestamp() * 1000) - till.machine.really_ms)
        with till.store.atomic():
            till.store.time.anchor(till.store.time.reading(), till.machine.really_ms)
        till.sell(f"B-{hour}")
    till.close(till.open(date(2026, 10, 31)))
    found = till.open(date(2026, 11, 2))
    assert (found.day, found.figures.orders) == (date(2026, 11, 1), 4)
    hours = {n: hour.orders for n, hour in enumerate(found.figures.by_hour) if hour.orders}
    assert hours == {0: 1, 1: 2, 23: 1}


def test_a_clock_that_was_in_another_year_keeps_no_day_from_being_closed(till: Till) -> None:
    with till.store.atomic():
        far = {
            "store": "s-1",
            "reason": "unknown_code",
            "code_hash": "0" * 32,
            "t_eff": NOW_MS + 900 * DAY_MS,
        }
        till.store.journal.append([Draft(SCAN_DENIED, far)])
    till.sell("B-1")
    found = till.open()
    assert (found.day, found.until_seq, found.figures.denied) == (MONDAY, 2, 0 if found.from_seq == 2 else 1)
    till.close(found)
    assert till.days().open is None


def test_a_close_is_signed_off_by_a_manager_for_what_was_seen(till: Till) -> None:
    till.sell("B-1")
    found = till.open()
    refused = record_close(till.store, found, CloseBy(till.ben))
    assert isinstance(refused, Refusal) and refused.reason is Reason.APPROVAL_NEEDED
    approval = till.signed(found)
    till.sell("B-2")
    with pytest.raises(ApprovalOver):
        record_close(till.store, till.open(), CloseBy(till.ben, approval))
    assert isinstance(record_close(till.store, found, CloseBy(till.ben, approval)), ClosedDay)
    assert till.days().since == 1


def test_where_no_manager_works_a_day_is_closed_without_one(tmp_path: Path) -> None:
    store = a_store(tmp_path / "store", keys_in=MemoryKeyStore(), clock=Machine(NOW_MS))
    move_replica(store, included_seq=0)
    found = look_at_days(store.journal.listing, time_zone=ZONE, today=MONDAY).open
    assert found is not None and isinstance(record_close(store, found, CloseBy()), ClosedDay)
    store.close()
