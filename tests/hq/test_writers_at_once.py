"""Writers who meet: whatever they do at once, HQ ends as if they had come one after the other."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.core.codes import hash_number
from app.core.entry import ORDER
from app.ids import new_id
from hq import db, faults
from hq.campaigns.service import newest_document, publish_program
from hq.feed import last_number
from hq.journal import intake, opening_books
from hq.journal.desk import list_cases
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import account, lock_members
from hq.service import EnrolService
from hq.stores.devices import revoke
from hq.stores.pairing import new_pairing
from hq.stores.service import add_store, stores
from hq.tables import device, feed, journal, member, order_fact, posting, redemption_fact, voucher
from hq.touched import SEGMENTS, follow, touch, waiting
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import PushAnswer, PushRefusal
from tests.databases import on, wait_until_over_or_blocked
from tests.hq.station import (
    REF,
    URL,
    VOUCHER_RULE,
    ZONE,
    enrol_request,
    enrol_station,
    pairing_token,
    program_body,
)
from tests.hq.station import voucher as shown

WAIT_S = 30  # what hangs must show itself


def at_once(*works):
    """Run all at once and return what each returned, or the fault it raised."""
    start = threading.Barrier(len(works))

    def run(work):
        start.wait(WAIT_S)
        try:
            return work()
        except faults.HqFault as fault:
            return fault

    with ThreadPoolExecutor(len(works)) as threads:
        return [done.result(WAIT_S) for done in [threads.submit(run, work) for work in works]]


def count(hq, table):
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def balances(hq):
    with hq.database.reading() as connection:
        return {row.ref: row.balance for row in connection.execute(select(member))}


def posted(hq, ref):
    with hq.database.reading() as connection:
        amounts = select(func.coalesce(func.sum(posting.c.amount), 0)).where(
            posting.c.account == account(ref)
        )
        return connection.execute(amounts).scalar_one()


def codes(answer):
    assert isinstance(answer, PushAnswer), answer
    return [result.codes for result in answer.results]


def meet(monkeypatch, name, module=intake):
    """Let two pushes stand side by side before a function of intake's, the first time that they come there."""
    barrier, real = threading.Barrier(2), getattr(module, name)
    came = threading.local()

    def waiting(*args, **named):
        if not hasattr(came, "once"):
            came.once = True
            barrier.wait(WAIT_S)
        return real(*args, **named)

    monkeypatch.setattr(module, name, waiting)


# --- on both databases ----------------------------------------------------------------------------------------------


def test_pushes_that_overlap_count_every_entry_once(hq, station):
    upsert_members(hq, [MemberFacts(REF)])
    for n in range(30):
        station.order(f"o{n}")
    answers = at_once(*[lambda last=last: station.push(1, last) for last in (10, 20, 30, 30, 15, 30)])
    assert all(isinstance(answer, PushAnswer) for answer in answers)
    assert (count(hq, journal), count(hq, order_fact)) == (30, 30)
    assert balances(hq) == {REF: posted(hq, REF)} == {REF: 30 * 7}


def test_the_same_batch_at_the_same_moment_has_one_effect_and_the_same_answers(hq, station):
    """As after an answer that got lost: the station sends again while HQ still stores what came before."""
    upsert_members(hq, [MemberFacts(REF)])
    for n in range(12):
        station.order(f"o{n}")
    answers = at_once(*[station.push] * 8)
    assert {(answer.acked_seq, answer.acked_hash) for answer in answers} == {(12, station.head().hash)}
    assert all(answer.results == answers[0].results for answer in answers)
    assert codes(answers[0]) == [[]] * 12
    assert (count(hq, journal), count(hq, order_fact)) == (12, 12)
    assert balances(hq) == {REF: posted(hq, REF)} == {REF: 12 * 7}


def test_balances_are_right_whoever_comes_when(hq):
    """Stations with the same members in any order, while head office adds and changes these members."""
    refs = [f"{n:013d}" for n in range(12)]
    stations = [enrol_station(hq, store) for store in ("S1", "S2", "S1", "S2")]
    chance = random.Random(3)
    for station in stations:
        for n in range(40):
            station.order(f"o{n}", ref=chance.choice(refs), amounts=(("MILK", chance.randint(0, 900)),))

    def push_all(station):
        for first in range(1, 41, 8):
            station.push(first, first + 7)

    def add_members():
        for ref in chance.sample(refs, len(refs)):
            upsert_members(hq, [MemberFacts(ref, home_store="S1")])

    at_once(add_members, *[lambda station=station: push_all(station) for station in stations])
    assert count(hq, order_fact) == 160
    assert balances(hq) == {ref: posted(hq, ref) for ref in refs}


def test_a_token_makes_one_device(hq):
    token = pairing_token(new_pairing(hq, store_id="S1", url=URL).text)
    requests = [enrol_request(token, Ed25519PrivateKey.generate()) for _ in range(6)]
    answers = at_once(*[lambda request=request: EnrolService(hq).enrol(request) for request in requests])
    assert sum(answer is not None for answer in answers) == 1
    assert count(hq, device) == 1


def test_versions_of_the_program_only_rise(hq):
    works = [
        lambda version=version: publish_program(hq, program_body(version)) for version in (2, 2, 2, 3, 3)
    ]
    answers = at_once(*works)
    done = [answer.version for answer in answers if not isinstance(answer, faults.HqFault)]
    assert sorted(set(done)) == sorted(done)
    assert 3 in done
    assert all(
        isinstance(answer, faults.NotPossible) for answer in answers if isinstance(answer, faults.HqFault)
    )
    assert newest_document(hq, "program").version == 3


def test_a_store_is_added_once_and_never_in_another_money_than_the_program(hq):
    def add(currency):
        add_store(hq, store_id="S9", name="Nine", time_zone=ZONE, currency=currency)

    euros = program_body(2, currency="EUR")
    answers = at_once(lambda: add("USD"), lambda: add("USD"), lambda: publish_program(hq, euros))
    assert [store.store_id for store in stores(hq)] == ["S1", "S2", "S9"]
    assert sum(isinstance(answer, faults.NotPossible) for answer in answers) == 2


def test_a_text_with_the_character_nul_is_kept_and_holds_up_nothing(hq, station):
    record = station.order("o1")[0]
    for name, value in (("order_id", "a\x00b"), ("member", {"ref": "a\x00b"}), ("currency", "\x00")):
        station.append(ORDER, {**record, name: value})
    station.append("redeem", {"redemption_id": "\x00", "code_hash": "\x00", "order_id": "\x00"})
    station.append("a\x00b", {})
    station.order("o2")
    answer = station.push(sw="1\x00")
    assert codes(answer) == [
        [],
        ["UNPARSABLE"],
        ["UNPARSABLE"],
        ["UNPARSABLE"],
        ["UNPARSABLE"],
        ["UNKNOWN_TYPE"],
        [],
    ]


def test_tries_are_counted(hq):
    tries = []

    def give_way(_connection):
        tries.append(1)
        raise db.GaveWay("again")

    with pytest.raises(faults.Busy):
        hq.database.write(give_way)
    assert len(tries) == db.TRIES_MAX


def test_what_can_never_succeed_is_no_reason_to_ask_again(hq):
    twice = [MemberFacts(f"{n:013d}", number="M9X2XQH70B3D") for n in range(2)]
    with pytest.raises(faults.NotPossible, match="same number"):
        upsert_members(hq, twice)
    with pytest.raises(IntegrityError):
        hq.database.write(lambda connection: connection.execute(device.insert(), {"device_id": "D"}))


# --- side by side, as only PostgreSQL lets them -----------------------------------------------------------------------


@on("postgresql")
@pytest.mark.parametrize("place", ["insert_entries", "insert_facts"])
def test_an_id_brought_by_two_at_once_is_posted_once(hq, monkeypatch, place):
    """Of entries, and of redemptions: both pushes looked before the other had written."""
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    pair = [enrol_station(hq, "S1"), enrol_station(hq, "S1")]
    order, redemption = pair[0].copy().order("o1", vouchers=(shown(hash_number(number)),))
    taken = new_id()
    for each in pair:
        is_about_entries = place == "insert_entries"
        each.bodies.clear()
        each.append(ORDER, order, entry_id=taken if is_about_entries else None)
        each.append(
            "redeem", redemption if not is_about_entries else {**redemption, "redemption_id": new_id()}
        )
    meet(monkeypatch, "lock_uses", opening_books)
    answers = at_once(*[each.push for each in pair])
    quarantined = sorted(sum("ENTRY_ID_TAKEN" in code for code in codes(answer)) for answer in answers)
    assert quarantined == [0, 1]
    assert count(hq, journal) == 4
    expected = (1, 2) if place == "insert_entries" else (2, 1)
    assert (count(hq, order_fact), count(hq, redemption_fact)) == expected


@on("postgresql")
def test_uses_of_a_voucher_are_counted_one_after_the_other(hq, monkeypatch):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    pair = [enrol_station(hq, "S1"), enrol_station(hq, "S2")]
    for each in pair:
        each.order("o1", ref=None, vouchers=(shown(hash_number(number), uses_max=1),))
    meet(monkeypatch, "lock_uses", opening_books)
    at_once(*[each.push for each in pair])
    (twice,) = list_cases(hq)  # of the one that is later by device, whichever was counted first
    assert (twice.flags, twice.device) == (("COUPON_TWICE",), max(each.owner.device_id for each in pair))
    with hq.database.reading() as connection:
        assert connection.execute(select(voucher.c.uses)).scalar_one() == 2


def pushed_while_it_stands(hq, monkeypatch, station, name, work):
    """Let a push stand behind intake's function `name` until `work` is done or waits for it; return its answer."""
    inside, go_on, real = threading.Event(), threading.Event(), getattr(intake, name)

    def standing(*args, **named):
        found = real(*args, **named)
        if not inside.is_set():
            inside.set()
            assert go_on.wait(WAIT_S)
        return found

    monkeypatch.setattr(intake, name, standing)
    with ThreadPoolExecutor(2) as threads:
        pushed = threads.submit(station.push)
        assert inside.wait(WAIT_S)
        other = threads.submit(work)
        wait_until_over_or_blocked(hq, other)
        go_on.set()
        other.result(WAIT_S)
        return pushed.result(WAIT_S)


@on("postgresql")
def test_a_member_added_while_an_order_of_theirs_is_posted_has_its_points(hq, station, monkeypatch):
    """The member's row isn't there to be held: the push would see no member, the import no posting."""
    station.order("o1")
    answer = pushed_while_it_stands(
        hq, monkeypatch, station, "read_scopes", lambda: upsert_members(hq, [MemberFacts(REF)])
    )
    assert codes(answer) == [[]]
    assert balances(hq) == {REF: 7}


@on("postgresql")
def test_a_store_that_a_member_is_new_to_hears_of_what_another_posts_meanwhile(hq, station, monkeypatch):
    """The other store must see that this one holds the member now, or its change would never come here."""
    upsert_members(hq, [MemberFacts(REF, home_store="S2")])
    station.order("o1")
    other = enrol_station(hq, "S2")
    other.order("o1")
    pushed_while_it_stands(hq, monkeypatch, station, "note_visits", other.push)
    with hq.database.reading() as connection:
        newest = last_number(connection)
        numbers = (
            connection.execute(select(feed.c.n).where(feed.c.k == REF).order_by(feed.c.n)).scalars().all()
        )
    assert numbers == [newest - 1, newest]  # the later push moved the rows of both stores


def looks_after(hq, time: str) -> None:
    """Have connections look for a deadlock once they have waited for so long."""
    engine = hq.database.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET deadlock_timeout = '{time}'"))
    engine.dispose()


@on("postgresql")
def test_a_push_that_gives_way_in_a_deadlock_is_done_again(hq, station, monkeypatch):
    """Somebody else holds the rows in another order than we do; PostgreSQL ends the one that waited first."""
    first, second = "0000000000001", "0000000000002"
    upsert_members(hq, [MemberFacts(first), MemberFacts(second)])
    station.order("o1", ref=first)
    station.order("o2", ref=second)
    tries, real = [], intake.lock_members
    monkeypatch.setattr(intake, "lock_members", lambda *args: (tries.append(1), real(*args))[1])
    looks_after(hq, "4s")  # long enough for a busy machine to have both wait for each other by then
    with ThreadPoolExecutor(1) as threads:
        with hq.database.atomic() as connection:
            connection.execute(text("SET LOCAL deadlock_timeout = '1h'"))  # so it is the push that gives way
            lock_members(connection, [second])
            pushed = threads.submit(station.push)
            wait_until_over_or_blocked(hq, pushed)
            lock_members(connection, [first])
        assert codes(pushed.result(WAIT_S)) == [[], []]
    assert len(tries) == 2
    assert balances(hq) == {first: 7, second: 7}


@on("postgresql")
def test_who_looks_at_touched_members_holds_nothing_while_a_push_has_them(hq):
    """A push holds members, then writes down that they were touched: a reader who held that first would deadlock."""
    upsert_members(hq, [MemberFacts(REF)])
    looked = []
    with ThreadPoolExecutor(1) as threads:
        with hq.database.atomic() as connection:
            lock_members(connection, [REF])
            reader = threads.submit(follow, hq, SEGMENTS, lambda _hq, _connection, refs: looked.extend(refs))
            wait_until_over_or_blocked(hq, reader)
            connection.execute(text("SET LOCAL lock_timeout = 1"))  # ms: nothing is to be waited for
            touch(connection, [REF])
        assert reader.result(WAIT_S) == 1
    assert looked == [REF]
    assert waiting(hq, SEGMENTS) == 0


@on("postgresql")
def test_a_device_that_is_shut_out_while_it_pushes_posts_nothing_more(hq, station):
    station.order("o1")
    with ThreadPoolExecutor(1) as threads:
        with hq.database.atomic() as connection:
            connection.execute(device.update().values(state="revoked"))
            pushed = threads.submit(station.push)
            wait_until_over_or_blocked(hq, pushed)
        assert isinstance(pushed.result(WAIT_S), PushRefusal)
    assert count(hq, journal) == 0
    with pytest.raises(faults.NotHere):
        revoke(hq, "D0")
