"""A scan comes in: every kind of code, known and unknown, and what the journal keeps of a refused one."""

from datetime import date
from pathlib import Path

import pytest

from app.clock import SetClock
from app.core.canonical import digest
from app.core.codes import Level, fold, hash_number, hash_signed, number
from app.core.reasons import Refusal
from app.core.voucher import Presentation
from app.ids import ref_of
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.store.faults import StoreBusy
from app.store.store import StationStore
from tests.builders import (
    DAY_MS,
    NOW_MS,
    a_code,
    a_keyset,
    a_member,
    a_voucher,
    an_empty_store,
    an_order,
    at_till,
    move_replica,
    put_document,
)
from tests.store.through_key import through_key


def member_of(store: StationStore, text: str) -> SeenMember:
    seen = identify(store, text)
    assert isinstance(seen, SeenMember)
    return seen


def voucher_of(store: StationStore, text: str) -> Presentation:
    seen = identify(store, text)
    assert isinstance(seen, Presentation)
    return seen


def reason_of(store: StationStore, text: str) -> str:
    seen = identify(store, text)
    assert isinstance(seen, Refusal)
    return seen.reason.code


def test_a_signed_code_of_a_known_member_brings_their_row(store: StationStore) -> None:
    member = a_member(store, name="Ada L.", balance=420, tier="gold", segments=["b", "a"])
    move_replica(store, included_seq=0, as_of_ms=NOW_MS - 5)
    seen = member_of(store, member.code)
    assert (seen.name, seen.level, seen.pending) == ("Ada L.", Level.SIGNED, 0)
    assert seen.code_hash == hash_signed((1).to_bytes(8, "big"))
    known = seen.member
    assert (known.ref, known.is_known, known.tier, known.balance) == (member.ref, True, "gold", 420)
    assert known.segments == {"a", "b"} and known.as_of_ms == NOW_MS - 5
    assert store.journal.head().seq == 0  # to look is no deed


def test_t17_a_cut_off_station_ends_a_paid_tier_and_points_by_itself(store: StationStore) -> None:
    """HQ said when they end: they hold through that day, and at 00:00 of the next there is what comes after."""
    member = a_member(
        store,
        balance=420,
        tier="plus",
        more={
            "tier_ends_on": "2026-11-30",
            "tier_after": "base",
            "expiring": [["2026-11-30", 400]],
            "attributes": {"country": "DE"},
        },
    )
    known = member_of(store, member.code).member
    days = [date(2026, 11, 30), date(2026, 12, 1)]
    assert [(known.tier_on(day), known.balance_on(day)) for day in days] == [("plus", 420), ("base", 20)]
    assert known.attributes == {"country": "DE"}


def test_a_signed_code_of_a_first_visitor_is_a_member_too(store: StationStore) -> None:
    raw = bytes(range(8))
    seen = member_of(store, a_code(raw))
    assert (seen.member.ref, seen.member.is_known, seen.member.balance) == (ref_of(raw), False, 0)
    assert (seen.name, seen.level) == ("", Level.SIGNED)


def test_a_plain_member_number_is_looked_up_however_it_is_typed(store: StationStore) -> None:
    member = a_member(store)
    folded = fold(member.number)
    for typed in (member.number, member.number.lower(), f" {folded[:4]}-{folded[4:8]} {folded[8:]} "):
        seen = member_of(store, typed)
        assert (seen.member.ref, seen.level, seen.code_hash) == (
            member.ref,
            Level.NUMBER,
            hash_number(folded),
        )


def test_a_voucher_counts_hqs_uses_and_our_own_since(store: StationStore) -> None:
    printed = a_voucher(store, uses_max=9, uses=2)
    first, second = voucher_of(store, printed), voucher_of(store, printed.lower())
    assert first.voucher.uses == second.voucher.uses == 2
    assert first.redemption_id != second.redemption_id and first.level == Level.NUMBER
    answer = hand_in(store, an_order(), at_till(None, first, second))
    assert [outcome.is_approved for outcome in answer.presented] == [True, True]
    assert voucher_of(store, printed).voucher.uses == 4
    move_replica(store, included_seq=answer.seq)  # HQ has seen the order, but no redemption yet
    assert voucher_of(store, printed).voucher.uses == 4
    move_replica(store, included_seq=answer.seq + 1)
    a_voucher(store, uses_max=9, uses=3)  # HQ's count holds one of ours now
    assert voucher_of(store, printed).voucher.uses == 4
    move_replica(store, included_seq=store.journal.head().seq)
    assert voucher_of(store, printed).voucher.uses == 3


def test_a_refused_redemption_is_no_use_of_the_voucher(store: StationStore) -> None:
    printed = a_voucher(store, uses_max=1)
    shown = voucher_of(store, printed)
    hand_in(store, an_order("A-1", ("bread", 300)), at_till(None, shown))
    assert voucher_of(store, printed).voucher.uses == 0


STRANGERS = {
    "no code of ours": ("EAN 4006381333931", "unknown_code"),
    "a member number nobody has": (number("M", "7777777777"), "unknown_code"),
    "a voucher number nobody has": (number("V", "7777777777777"), "unknown_code"),
    "a wrong check character": (number("M", "0000000001")[:-1] + "0", "unknown_code"),
    "nothing": ("   ", "code_unreadable"),
    "far too long": ("x" * 10_000, "code_unreadable"),
    "no Base45": ("L2:äöü", "code_unreadable"),
    "another key": (a_code(bytes(8), signed_with=5), "code_forged"),
    "a key to come": (a_code(bytes(8), key_id=b"t9"), "code_too_new"),
    "an unknown key id": (a_code(bytes(8), key_id=b"x9"), "code_forged"),
    "expired": (a_code(bytes(8), expires_ms=NOW_MS), "code_expired"),
    "not yet valid": (a_code(bytes(8), issued_ms=NOW_MS + 1000), "code_not_yet_valid"),
    "a lone surrogate": ("\udcff" * 3, "unknown_code"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_refused_scan_is_journalled_by_its_hash_only(
    tmp_path: Path, store: StationStore, name: str
) -> None:
    text, reason = STRANGERS[name]
    assert reason_of(store, text) == reason
    (entry,) = store.journal.entries()
    assert entry.type == "scan_denied"
    assert entry.data == {
        "store": "s-1",
        "reason": reason,
        "code_hash": digest(text.encode("utf-8", "surrogatepass"))[:32],
        "t_eff": NOW_MS,
    }
    with through_key(tmp_path / "store" / "journal.db") as connection:
        ((body,),) = connection.execute("SELECT body FROM journal").fetchall()
    assert not text.strip() or text.encode("utf-8", "surrogatepass") not in body


def test_a_pin_in_the_wrong_field_is_no_hash_that_could_be_guessed(store: StationStore) -> None:
    for text in ("284615", " 7392", "015112345678"):
        assert reason_of(store, text) == "unknown_code"
    kept = {entry.data["code_hash"] for entry in store.journal.entries()}
    assert len(kept) == 1 and digest(b"284615")[:32] not in kept


def test_a_code_ends_to_the_second(store: StationStore, clock: SetClock) -> None:
    starts_ms, ends_ms = NOW_MS + 1000, NOW_MS + DAY_MS
    code = a_code(bytes(8), issued_ms=starts_ms, expires_ms=ends_ms)
    clock.set_ms(starts_ms - 1)
    assert reason_of(store, code) == "code_not_yet_valid"
    for moment in (starts_ms, ends_ms - 1):
        clock.set_ms(moment)
        member_of(store, code)
    clock.set_ms(ends_ms)
    assert reason_of(store, code) == "code_expired"


def test_a_retired_key_holds_for_codes_issued_before(store: StationStore) -> None:
    put_document(store, "keyset", a_keyset(retired_ms=NOW_MS - DAY_MS // 2), version=2)
    member_of(store, a_code(bytes(8), issued_ms=NOW_MS - DAY_MS))
    assert reason_of(store, a_code(bytes(8), issued_ms=NOW_MS - 1000)) == "code_forged"


def test_a_revoked_key_holds_for_no_code(store: StationStore) -> None:
    put_document(store, "keyset", a_keyset(state="revoked"), version=2)
    for issued_ms in (1000, NOW_MS - DAY_MS):
        assert reason_of(store, a_code(bytes(8), issued_ms=issued_ms)) == "code_withdrawn"


def test_a_key_for_documents_signs_no_member_codes(store: StationStore) -> None:
    assert reason_of(store, a_code(bytes(8), key_id=b"h1", signed_with=3)) == "code_forged"


def test_without_keys_no_code_is_believed(tmp_path: Path) -> None:
    store = an_empty_store(tmp_path / "empty")
    assert reason_of(store, a_code(bytes(8))) == "code_too_new"
    store.close()


def test_pending_points_are_shown_until_hq_has_them(store: StationStore) -> None:
    member, other = a_member(store, balance=100), a_member(store, seed=2)
    seen = member_of(store, member.code)
    first = hand_in(store, an_order("A-1"), at_till(seen))
    second = hand_in(store, an_order("A-2", ("bread", 1200)), at_till(seen))
    assert (first.points, second.points) == (4, 12)
    for code in (member.code, member.number):
        seen = member_of(store, code)
        assert (seen.pending, seen.member.balance) == (16, 100)  # shown beside the balance, not in it
    assert member_of(store, other.code).pending == 0
    move_replica(store, included_seq=first.seq)
    assert member_of(store, member.code).pending == 12
    move_replica(store, included_seq=second.seq)
    assert member_of(store, member.code).pending == 0


def test_a_first_visitors_points_are_pending_too(store: StationStore) -> None:
    code = a_code(bytes(range(8)))
    hand_in(store, an_order(), at_till(member_of(store, code)))
    assert member_of(store, code).pending == 4


def test_a_refusal_that_cannot_be_recorded_is_a_fault(tmp_path: Path, store: StationStore) -> None:
    store._db.execute("PRAGMA busy_timeout = 0")
    with through_key(tmp_path / "store" / "journal.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            identify(store, "nonsense")
        other.execute("ROLLBACK")
    assert store.journal.head().seq == 0
