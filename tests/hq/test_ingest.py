"""The push table of the protocol, row by row, and what each new entry does to HQ's books."""

import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from sqlalchemy import func, select

from app.core.codes import hash_number
from app.core.entry import ORDER, SCAN_DENIED
from app.core.program_format import read_program
from app.ids import new_id
from hq import faults
from hq.journal import judge
from hq.journal.case_tables import case
from hq.journal.held_tables import held_push
from hq.members.service import MemberFacts, upsert_members
from hq.stores.devices import revoke
from hq.tables import journal, member, order_fact, posting, redemption_fact, voucher
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import PushAnswer, PushRefusal, PushRefusalKind, Verdict
from tests.hq.station import EXPIRES_MS, NOW_MS, REF, VOUCHER_RULE, enrol_station, program_body
from tests.hq.station import voucher as shown


def rows(hq, table):
    with hq.database.reading() as connection:
        return connection.execute(select(table)).all()


def count(hq, table):
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def words(answer):
    assert isinstance(answer, PushAnswer)
    return [(result.seq, result.verdict.value, result.codes) for result in answer.results]


def refused(answer, kind):
    assert isinstance(answer, PushRefusal)
    assert answer.kind is kind
    return answer


def test_fresh_entries_are_stored_and_posted(hq, station):
    station.order("o1")
    station.order("o2", ref=None, amounts=(("TEA", 200),))
    answer = station.push()
    assert words(answer) == [(1, "posted", []), (2, "posted", [])]
    assert (answer.acked_seq, answer.acked_hash) == (2, station.head().hash)
    assert answer.hq_incarnation == hq.incarnation
    assert [bytes(row.body) for row in rows(hq, journal)] == station.bodies
    # Seven whole dollars for the member; ten per cent of the tea from campaign 7.
    assert sorted((row.account, row.unit, row.amount) for row in rows(hq, posting)) == [
        ("campaign:7", "USD", -20),
        ("discounts-given", "USD", 20),
        (f"member:{REF}", "points", 7),
        ("points-issued", "points", -7),
    ]


def test_the_same_again_has_no_effect_and_the_same_verdicts(hq, station):
    station.order("o1")
    station.append("later_kind", {})
    first = station.push()
    before = count(hq, posting), count(hq, journal), count(hq, case)
    assert station.push() == first
    assert (count(hq, posting), count(hq, journal), count(hq, case)) == before


def test_overlapping_batches_count_once(hq, station):
    for n in range(6):
        station.order(f"o{n}")
    station.push(1, 4)
    answer = station.push(3, 6)
    assert [result.seq for result in answer.results] == [3, 4, 5, 6]
    assert answer.acked_seq == 6
    assert count(hq, order_fact) == 6


def test_a_shorter_resend_names_the_head_that_hq_holds(station):
    for n in range(3):
        station.order(f"o{n}")
    station.push()
    answer = station.push(1, 2)
    assert (answer.acked_seq, [result.seq for result in answer.results]) == (3, [1, 2])


def test_a_heartbeat_moves_nothing_but_what_is_known_of_the_device(hq, station):
    station.order("o1")
    station.push()
    answer = station.push(2, pull_cursor=41)
    assert (answer.acked_seq, answer.results) == (1, [])


def test_a_heartbeat_beyond_the_head_is_a_gap(station):
    station.order("o1")
    assert refused(station.push(2), PushRefusalKind.GAP).expect == 1


def test_a_gap_names_what_is_missing(hq, station):
    for n in range(4):
        station.order(f"o{n}")
    station.push(1, 1)
    answer = refused(station.push(3, 4), PushRefusalKind.GAP)
    assert (answer.expect, answer.hash) == (2, station.head(1).hash)
    assert count(hq, journal) == 1


@pytest.mark.parametrize("first", [1, 2, 3])
def test_another_history_is_a_fork_wherever_the_batch_begins(hq, station, first):
    station.order("o1")
    twin = station.copy()
    station.order("o2")
    station.push()
    twin.order("other")
    twin.order("o3")
    refused(twin.push(first), PushRefusalKind.FORK)
    assert count(hq, journal) == 2
    assert [row.why for row in rows(hq, held_push)] == ["fork"]
    twin.push(first)
    assert count(hq, held_push) == 1  # kept once, however often it is sent


def test_a_shorter_other_history_is_a_fork_too(station):
    twin = station.copy()
    station.order("o1")
    station.order("o2")
    station.push()
    twin.order("other")
    refused(twin.push(), PushRefusalKind.FORK)
    refused(twin.push(2), PushRefusalKind.FORK)  # as a heartbeat


def test_a_head_signed_by_another_key_stores_nothing(hq, station):
    station.order("o1")
    stranger = station.copy()
    stranger.key = Ed25519PrivateKey.generate()
    refused(stranger.push(), PushRefusalKind.CHAIN)
    assert count(hq, journal) == 0


def test_a_changed_body_breaks_the_chain(hq, station):
    station.order("o1")
    station.order("o2")
    good = station.request()
    changed = [good.entries[0].replace(b'"o1"', b'"oX"'), good.entries[1]]
    refused(station.session.push(replace(good, entries=changed)), PushRefusalKind.CHAIN)
    assert count(hq, journal) == 0


def test_a_chain_from_another_beginning_is_refused(station):
    station.base = station.base.__class__(0, bytes(32))
    station.order("o1")
    refused(station.push(), PushRefusalKind.CHAIN)


def test_a_revoked_device_is_refused_and_its_entries_kept(hq, station):
    station.order("o1")
    revoke(hq, station.owner.device_id)
    refused(station.push(), PushRefusalKind.EPOCH_REVOKED)
    assert (count(hq, journal), [row.why for row in rows(hq, held_push)]) == (0, ["epoch_revoked"])


def test_another_epoch_is_refused(station):
    station.order("o1")
    refused(station.push(epoch=2), PushRefusalKind.EPOCH_REVOKED)


@pytest.mark.parametrize(
    "changes", [{"from_seq": 0}, {"prev_hash": b"short"}, {"from_seq": 2}, {"entries": [b""] * 3}]
)
def test_what_contradicts_itself_is_malformed(station, changes):
    station.order("o1")
    with pytest.raises(faults.Malformed):
        station.push(**changes)


def test_too_many_bytes_are_refused(station):
    for n in range(5):
        station.append("big", {"x": "y" * 250_000, "n": n})
    with pytest.raises(faults.TooLarge):
        station.push()


def test_an_unknown_type_is_kept_and_the_rest_posted(hq, station):
    station.append("raffle", {"anything": 1})
    station.order("o1")
    answer = station.push()
    assert words(answer) == [(1, "quarantined", ["UNKNOWN_TYPE"]), (2, "posted", [])]
    assert answer.results[0].case == "C-1"
    assert [(row.case_id, row.seq, row.store, row.state) for row in rows(hq, case)] == [
        ("C-1", 1, "S1", "open")
    ]


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"[]", b'{"device": 1}', b"9" * 1000, b'{"a":' * 2000])
def test_bytes_that_are_no_entry_are_kept(hq, station, body):
    station.bodies.append(body)
    station.order("o1")
    assert words(station.push()) == [(1, "quarantined", ["UNPARSABLE"]), (2, "posted", [])]
    assert rows(hq, journal)[0].body == body


def test_an_entry_of_another_place_is_kept_but_not_posted(station):
    station.order("o1")
    station.bodies.append(station.bodies[0])
    assert words(station.push())[1] == (2, "quarantined", ["UNPARSABLE"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("member", {"ref": 7}),
        ("member", "someone"),
        ("lines", None),
        ("t_eff", 2**53 - 1),
        ("points", "7"),
        ("order_id", "x" * 5000),
        ("program_version", -1),
        ("campaigns", [{}]),
        ("presented", [None]),
    ],
)
def test_an_order_that_is_none_is_kept(hq, station, name, value):
    record = station.order("o1")[0]
    station.bodies.clear()
    station.append(ORDER, {**record, name: value})
    assert words(station.push()) == [(1, "quarantined", ["UNPARSABLE"])]
    assert (count(hq, posting), count(hq, order_fact)) == (0, 0)


@pytest.mark.loud("HQ's code fails on an entry, and the log says so")
def test_a_poison_entry_does_not_hold_up_the_others(hq, station, monkeypatch):
    real = judge.replay_order

    def fragile(record, program):
        if record["order_id"] == "poison":
            raise ZeroDivisionError
        return real(record, program)

    monkeypatch.setattr(judge, "replay_order", fragile)
    for order_id in ("o1", "poison", "o2"):
        station.order(order_id)
    assert [verdict for _, verdict, _ in words(station.push())] == ["posted", "quarantined", "posted"]
    assert count(hq, order_fact) == 2


def test_an_entry_id_is_taken_once(hq, station):
    taken = new_id()
    record = station.order("o1")[0]
    station.bodies.clear()
    station.append(ORDER, record, entry_id=taken)
    station.append(ORDER, record, entry_id=taken)
    assert words(station.push()) == [(1, "posted", []), (2, "quarantined", ["ENTRY_ID_TAKEN"])]
    other = enrol_station(hq, "S1")
    other.append(ORDER, record, entry_id=taken)
    assert words(other.push()) == [(1, "quarantined", ["ENTRY_ID_TAKEN"])]
    assert count(hq, order_fact) == 1


def test_a_redemption_is_posted_once_under_its_id(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    records = station.order("o1", vouchers=(shown(hash_number(number)),))
    station.append("redeem", records[1])
    assert [codes for _, _, codes in words(station.push())] == [[], [], ["ENTRY_ID_TAKEN"]]
    station.append("redeem", records[1])
    assert words(station.push(4)) == [(4, "quarantined", ["ENTRY_ID_TAKEN"])]
    assert count(hq, redemption_fact) == 1


@pytest.mark.parametrize(("name", "value"), [("points", 700), ("discount", 1), ("total", 1), ("store", "S2")])
def test_a_tampered_order_is_posted_and_flagged(hq, station, name, value):
    record = station.order("o1")[0]
    station.bodies.clear()
    station.append(ORDER, {**record, name: value})
    assert words(station.push()) == [(1, "posted_flagged", ["REPLAY_DIFFERS"])]
    assert name in rows(hq, case)[0].detail
    assert count(hq, order_fact) == 1


def test_a_redemption_is_compared_with_its_order_across_batches(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    station.order("o1", vouchers=(shown(hash_number(number)),))
    station.push(1, 1)
    assert words(station.push(2)) == [(2, "posted", [])]
    facts = rows(hq, redemption_fact)
    assert [(row.campaign, row.outcome, row.discount) for row in facts] == [("13", "redeemed", 100)]


def test_a_tampered_redemption_is_flagged(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    record = station.order("o1", vouchers=(shown(hash_number(number)),))[1]
    station.bodies.pop()
    station.append("redeem", {**record, "discount": 500})
    assert words(station.push())[1] == (2, "posted_flagged", ["REPLAY_DIFFERS"])


def test_a_redemption_without_its_order_or_its_voucher_is_flagged(hq, station):
    record = station.order("o1", vouchers=(shown("f" * 32),))[1]
    station.bodies.clear()
    station.append("redeem", record)
    assert words(station.push()) == [(1, "posted_flagged", ["REPLAY_DIFFERS"])]
    detail = rows(hq, case)[0].detail
    assert "no order o1" in detail
    assert "no voucher" in detail


def test_a_refusal_is_a_fact_with_its_reason(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    station.order("o1", amounts=(("MILK", 100),), vouchers=(shown(hash_number(number)),))
    assert [verdict for _, verdict, _ in words(station.push())] == ["posted", "posted"]
    (fact,) = rows(hq, redemption_fact)
    assert (fact.outcome, fact.reason, fact.discount) == ("refused", "required_item_missing", 0)


def test_a_voucher_used_too_often_is_posted_and_flagged(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    other = enrol_station(hq, "S2")
    for minute, each in enumerate((station, other)):
        at_ms = NOW_MS + minute * 60_000
        each.order("o1", vouchers=(shown(hash_number(number), uses_max=1),), at_ms=at_ms)
    assert [codes for _, _, codes in words(station.push())] == [[], []]
    assert words(other.push())[1] == (2, "posted_flagged", ["COUPON_TWICE"])
    assert rows(hq, voucher)[0].uses == 2


def test_what_was_given_after_the_rules_expired_is_flagged(station):
    # An honest station's core refuses then, so this one decides by rules that it changed to last.
    lasting = read_program(program_body(expires_ms=EXPIRES_MS * 2))
    record = station.order("o1", amounts=(("TEA", 200),), at_ms=EXPIRES_MS, program=lasting)[0]
    station.bodies.clear()
    published = read_program(program_body())
    station.append(ORDER, {**record, "program_hash": published.hash})
    ((_, verdict, codes),) = words(station.push())
    assert verdict == "posted_flagged"
    assert set(codes) == {"REPLAY_DIFFERS", "RULE_STALE"}


def test_earning_after_the_rules_expired_needs_nobodys_look(station):
    station.order("o1", amounts=(("TEA", 200),), at_ms=EXPIRES_MS)
    assert words(station.push()) == [(1, "posted", [])]


def test_an_entry_under_unknown_rules_is_kept(hq, station):
    station.order("o1", program=read_program(program_body(version=9)))
    station.order("o2", program=read_program(program_body(name="Another of the same number")))
    assert [codes for _, _, codes in words(station.push())] == [["UNKNOWN_PROGRAM"], ["UNKNOWN_PROGRAM"]]
    assert count(hq, order_fact) == 0


def test_a_denied_scan_is_posted(station):
    station.append(SCAN_DENIED, {"store": "S1", "reason": "code_forged", "code_hash": None, "t_eff": 1})
    assert words(station.push()) == [(1, "posted", [])]


def test_points_of_a_member_who_comes_later_are_there(hq, station):
    station.order("o1")
    station.push()
    assert count(hq, member) == 0
    upsert_members(hq, [MemberFacts(REF, name="Ann B.")])
    assert rows(hq, member)[0].balance == 7
    station.order("o2")
    station.push(2)
    assert rows(hq, member)[0].balance == 14


def test_the_same_batch_twice_at_once_has_one_effect(hq, station):
    for n in range(50):
        station.order(f"o{n}")
    request = station.request()
    start = threading.Barrier(2)
    answers = []

    def push():
        start.wait()
        answers.append(station.session.push(request))

    threads = [threading.Thread(target=push) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0] == answers[1]
    assert all(result.verdict is Verdict.POSTED for result in answers[0].results)
    assert count(hq, order_fact) == 50


def test_no_device_no_push(hq, station):
    station.order("o1")
    from hq.service import DeviceSession

    with pytest.raises(faults.UnknownDevice):
        DeviceSession(hq, "D0000000000000").push(station.request())
