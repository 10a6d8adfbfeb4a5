"""What a manager should look at, by each rule; what was seen stays seen, until head office says something else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.entry import CLOCK_JUMP, ORDER, OVERRIDE, PIN_LOCK, RETURN, SCAN_DENIED, VOID
from app.core.reasons import Reason
from app.review.exceptions import ExceptionRow, What, count_unseen, exceptions
from app.station.noted import About, note, plain
from app.station.queue import hand_to_manager
from app.store.journal import Draft, WordOfHq
from app.store.review.review import Review
from app.store.review.thread import place_of
from app.store.store import StationStore
from tests.builders import NOW_MS
from tests.station.test_void import Till

MINUTE_MS, DAY_MS, TODAY = 60_000, 86_400_000, date(2026, 1, 5)


@pytest.fixture
def look(store: StationStore, read: Callable[[StationStore], Review]) -> Callable[..., list[ExceptionRow]]:
    return lambda **more: list(exceptions(read(store), today=TODAY, **more))


def record(store: StationStore, kind: str, at_ms: int = NOW_MS, **data: Any) -> int:
    with store.atomic():
        (entry,) = store.journal.append([Draft(kind, {"store": "s-1", "t_eff": at_ms, **data})])
    return entry.seq


def order(store: StationStore, n: int, ref: str | None = None, at_ms: int = NOW_MS) -> int:
    member = None if ref is None else {"ref": ref}
    parts = {"total": 500, "discount": 0, "points": 5, "campaigns": [], "presented": [], "lines": []}
    parts |= {
        "register": "1",
        "cashier": "c-1",
        "link": "offline",
        "tz": "America/New_York",
        "currency": "USD",
    }
    return record(store, ORDER, at_ms, order_id=f"A-{n}", member=member, **parts, program_version=1)


def denied(store: StationStore, at_ms: int, reason: Reason = Reason.UNKNOWN_CODE) -> int:
    return record(store, SCAN_DENIED, at_ms, reason=reason.code, code_hash="0" * 32)


def says(store: StationStore, seq: int, verdict: str, *codes: str) -> None:
    with store.atomic():
        store.journal.append_later_word(WordOfHq(seq, verdict, codes))


def test_voids_returns_and_overrides_are_told(tmp_path: Path) -> None:
    till = Till(tmp_path / "store")
    first, second = till.buys(cashier=till.ben), till.buys(cashier=till.ben, presented=False)
    till.undo(first, name="a", cashier=till.cem, approval=till.approved("a"))
    till.undo(second, (1, 1000), cashier=till.ben)
    said = {"cashier": "", "what": "pin_lock", "staff": till.ben, "approver": till.eva}
    record(till.store, OVERRIDE, approval={"id": "f" * 32, "why": "pin_forgotten"}, **said)
    review = Review(place_of(till.store))
    while review.step():
        pass
    rows = {row.what: row for row in exceptions(review, today=TODAY)}
    assert rows.keys() == {What.VOID, What.RETURN, What.OVERRIDE}
    void = rows[What.VOID]
    assert (void.kind, void.staff, void.approver, void.detail) == (VOID, till.cem, till.eva, "wrong_offer")
    assert (
        void.kinds == {What.VOID, What.OVERRIDE} and void.value == 1050
    )  # what came back, not what had been off
    assert rows[What.RETURN].kinds == {What.RETURN} and rows[What.RETURN].kind == RETURN
    assert rows[What.RETURN].value > 0  # though nothing had been off
    ended = rows[What.OVERRIDE]
    assert (ended.approver, ended.detail) == (till.eva, "pin_forgotten")
    assert (ended.staff, ended.whom) == ("", till.ben), "it was done to him, not by him"
    review.close()
    till.store.close()


def test_codes_turned_away_in_a_row_are_one_exception(store: StationStore, look) -> None:
    for minute in (0, 1, 2, 3):
        denied(store, NOW_MS + minute * MINUTE_MS)
    denied(store, NOW_MS + 4 * MINUTE_MS, Reason.CODE_IS_PRODUCT)  # goods that came too near to the scanner
    assert look() == []
    fifth = denied(store, NOW_MS + 5 * MINUTE_MS)
    denied(store, NOW_MS + 6 * MINUTE_MS)
    denied(store, NOW_MS + 17 * MINUTE_MS)  # another time
    (row,) = look()
    assert (row.what, row.seq, row.count) == (What.LOOKUPS, fifth, 6)


def test_a_member_who_comes_more_often_than_usual_is_told(store: StationStore, look) -> None:
    for n in range(3):
        order(store, n, "0000000000001")
        order(store, 10 + n)  # of nobody
    order(store, 20, "0000000000001", NOW_MS + DAY_MS)
    assert look() == []
    fourth = order(store, 30, "0000000000001")
    (row,) = look()
    assert (row.what, row.seq, row.count, row.member_ref) == (What.OFTEN, fourth, 4, "0000000000001")
    fifth = order(store, 31, "0000000000001")
    assert [(row.seq, row.count) for row in look()] == [(fifth, 5)], (
        "one row a day, or others are not seen for it"
    )
    came_back = {
        "earned": [],
        "backs": [],
        "tenders": [],
        "uses": [],
        "stock": [],
        "leases": [],
        "points": -5,
        "points_back": 0,
    }
    for n in (30, 31):
        of = {
            "order_id": f"A-{n}",
            "member": "0000000000001",
            "amount": 500,
            "day": "2026-01-05",
            "cashier": "",
        }
        record(store, VOID, reversal_id=f"v-{n}", tz="America/New_York", **of, **came_back)
    assert [row.what for row in look()] == [What.VOID, What.VOID]


def test_what_head_office_doubts_is_told_and_told_anew_when_it_says_more(store: StationStore, look) -> None:
    seq = order(store, 1)
    says(store, seq, "posted")
    assert look() == []
    says(store, seq, "posted_flagged", "RULE_STALE")
    (row,) = look()
    assert (row.what, row.seq, row.flags, row.is_seen) == (What.FLAGGED, seq, ("RULE_STALE",), False)
    note(store, About(row.seq, row.name), "by\tme", staff="m-1")
    (row,) = look()
    assert (row.is_seen, row.note, row.seen_by, row.seen_ms) == (True, "by me", "m-1", NOW_MS)
    says(store, seq, "posted_flagged", "RULE_STALE", "CLOCK_SUSPECT")
    (row,) = look()
    assert (row.what, row.is_seen) == (What.FLAGGED, False)
    says(store, seq, "posted_flagged", "RULE_STALE", "OVERSPENT")
    (row,) = look()
    assert (row.what, row.is_seen) == (What.OVER_LIMIT, False)
    says(store, seq, "posted")
    assert look() == []


def test_clocks_pins_and_what_was_handed_over_are_told(store: StationStore, look) -> None:
    record(store, CLOCK_JUMP, from_ms=NOW_MS, to_ms=NOW_MS - 5 * MINUTE_MS)
    locked = record(store, PIN_LOCK, staff="s-9", locks=1, wait_s=60)
    says(store, locked, "posted_flagged", "PIN_LOCKED")  # which is no news
    handed = order(store, 1)
    hand_to_manager(store, handed, staff="c-2")
    rows = {row.what: row for row in look()}
    assert rows.keys() == {What.CLOCK, What.PIN_LOCK, What.HANDED}
    assert rows[What.CLOCK].moved_ms == -5 * MINUTE_MS and rows[What.PIN_LOCK].staff == "s-9"
    assert (rows[What.HANDED].seq, rows[What.HANDED].staff) == (handed, "c-2")


def test_what_is_new_is_counted_until_somebody_saw_it(store: StationStore, look, read) -> None:
    first = record(store, PIN_LOCK, NOW_MS - 40 * DAY_MS, staff="s-9", locks=1, wait_s=60)
    record(store, PIN_LOCK, staff="s-9", locks=1, wait_s=60)
    (row,) = look()  # the other one is too old
    assert row.seq != first and count_unseen(read(store), today=TODAY) == 1
    note(store, About(row.seq, row.name), "", staff="")
    assert count_unseen(read(store), today=TODAY) == 0
    assert [each.seq for each in look(days=60)] == [row.seq, first]


def test_a_note_is_one_line_of_what_can_be_printed() -> None:
    assert plain(" =cmd|'/c'!A1\r\n<b>\x1b[31mred\u202e ") == "=cmd|'/c'!A1 <b> [31mred"
    assert len(plain("x" * 500)) == 200
