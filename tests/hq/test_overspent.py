"""Who took what was no more there: told by effective time, and the same in whatever order entries come."""

from itertools import permutations

import pytest
from sqlalchemy import func, select

from app.core.codes import hash_number
from app.core.member import Member
from app.core.voucher import Voucher
from hq.authority.settling import OVERSPENT
from hq.authority.tables import claim
from hq.journal.desk import list_cases
from hq.journal.store import stored_results
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import POINTS, account
from hq.tables import member, posting
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.leasing import gift_program, publish
from tests.hq.station import NOW_MS, VOUCHER_RULE, a_campaign, a_rule, enrol_station, program_body
from tests.hq.station import voucher as shown

MINUTE_MS = 60_000
EARNED, SPENT = 60, 50
OFF = {"kind": "amount_off", "target": "order", "amount": 300}
REWARDS = a_campaign("rewards", a_rule("r50", "choice", OFF, cost_points=SPENT))


@pytest.fixture
def rewards(hq):
    return publish(hq, program_body(2, campaigns=[REWARDS]))


@pytest.fixture
def three(hq):
    return [enrol_station(hq, store) for store in ("S1", "S2", "S1")]


def earn(station, program, ref, minute):
    """Append an order that earns; a station by itself knows no balance and needs none for it."""
    at_ms = NOW_MS + minute * MINUTE_MS
    station.order(
        f"e{minute}-{ref}", amounts=(("MILK", EARNED * 100),), ref=ref, at_ms=at_ms, program=program
    )


def spend(station, program, ref, minute):
    """Append an order on which the member, of whom the station believes that there is enough, pays with points."""
    station.order(
        f"s{minute}-{ref}",
        member=Member(ref=ref, is_known=True, balance=1_000),
        amounts=(("MILK", 500),),
        at_ms=NOW_MS + minute * MINUTE_MS,
        vouchers=(Voucher(code_hash="", rule_id="r50", uses_max=0, uses=0),),
        program=program,
    )


def flags_of(hq, station, first=1):
    """HQ's newest word on each entry of a station from one on, in their order."""
    with hq.database.reading() as connection:
        found = stored_results(connection, station.owner, first=first, last=len(station.bodies))
    return [sorted(each.codes) for each in found]


def balance_of(hq, name, unit=POINTS):
    with hq.database.reading() as connection:
        of = posting.c.account == name, posting.c.unit == unit
        return connection.execute(
            select(func.coalesce(func.sum(posting.c.amount), 0)).where(*of)
        ).scalar_one()


def test_of_two_who_spend_the_same_points_the_later_is_flagged_whoever_came_first(hq, rewards, three):
    """All orders in which one earning and two spendings of its points can come, and a further earning behind them."""
    told = set()
    stations = [enrol_station(hq, "S1") for _ in range(4)]
    for n, turns in enumerate(permutations(range(4))):
        ref = f"{n:013d}"
        upsert_members(hq, [MemberFacts(ref, home_store="S1")])
        firsts = [len(each.bodies) + 1 for each in stations]
        earn(stations[0], rewards, ref, 0)
        spend(stations[1], rewards, ref, 1)
        spend(stations[2], rewards, ref, 2)
        earn(stations[3], rewards, ref, 3)
        before = balance_of(hq, OVERSPENT)
        for turn in turns:
            stations[turn].push(firsts[turn])
        flags = [flags_of(hq, each, first) for each, first in zip(stations, firsts, strict=True)]
        with hq.database.reading() as connection:
            (kept,) = connection.execute(select(member.c.balance).where(member.c.ref == ref)).scalars()
        assert kept == balance_of(hq, account(ref)) == 2 * EARNED - 2 * SPENT + 4
        told.add((str(flags), balance_of(hq, OVERSPENT) - before))
    # The second has what the first left, and the two points that its order gave: 60 - 50 + 2.
    assert told == {(str([[[]], [[], []], [[], ["OVERSPENT"]], [[]]]), SPENT - 12)}


def test_a_balance_goes_below_zero_and_what_is_beyond_stands_in_an_account_of_its_own(hq, rewards, three):
    ref = "0000000000009"
    upsert_members(hq, [MemberFacts(ref, home_store="S1")])
    earn(three[0], rewards, ref, 0)
    three[0].push()
    for minute, each in enumerate(three[1:], start=1):
        spend(each, rewards, ref, minute)
        each.push()
    assert balance_of(hq, account(ref)) == EARNED - 2 * SPENT + 4
    assert balance_of(hq, OVERSPENT) == 38
    (case,) = list_cases(hq)
    assert (case.flags, case.owner, case.amount, case.unit) == (("OVERSPENT",), "head office", 300, "USD")
    with hq.database.reading() as connection:
        sums = select(posting.c.entry_id).group_by(posting.c.entry_id, posting.c.unit)
        assert not connection.execute(sums.having(func.sum(posting.c.amount) != 0)).all()


def test_a_voucher_used_twice_is_flagged_at_the_later_use_and_its_case_is_the_stores(hq):
    for turns in permutations(range(3)):
        (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
        stations = [enrol_station(hq, "S2") for _ in range(3)]
        for minute, each in enumerate(stations):
            code = shown(hash_number(number), uses_max=1)
            each.order("o1", ref=None, vouchers=(code,), at_ms=NOW_MS + minute * MINUTE_MS)
        before = balance_of(hq, OVERSPENT, "USD")
        for turn in turns:
            stations[turn].push()
        assert [flags_of(hq, each)[1] for each in stations] == [[], ["COUPON_TWICE"], ["COUPON_TWICE"]]
        assert balance_of(hq, OVERSPENT, "USD") - before == 200
        mine = {each.owner.device_id for each in stations}
        cases = [case for case in list_cases(hq) if case.device in mine]
        assert sorted(case.device for case in cases) == sorted(each.owner.device_id for each in stations[1:])
        assert {case.owner for case in cases} == {"S2"}


def test_a_limit_that_was_exceeded_is_flagged_at_the_last_uses_and_named(hq):
    program = publish(hq, gift_program(uses=2, offline="always"))
    stations = [enrol_station(hq, "S1") for _ in range(3)]
    for minute, each in enumerate(stations):
        each.order(
            "o1",
            amounts=(("TEA", 500),),
            at_ms=NOW_MS + minute * MINUTE_MS,
            program=program,
            known={"uses:gifts": 0},
        )
    for turn in (2, 0, 1):
        stations[turn].push()
    assert [flags_of(hq, each) for each in stations] == [[[]], [[]], [["OVERSPENT"]]]
    (case,) = list_cases(hq)
    assert "uses:gifts" in case.detail
    assert balance_of(hq, OVERSPENT, "USD") == 100


def test_a_place_among_the_first_members_is_theirs_who_came_first_in_time_in_whatever_order_shops_come_back(
    hq,
):
    """Ada at five and at ten, in two shops that are cut off; Ben at seven in a third. There is one place: Ada's."""
    told = set()
    for n, turns in enumerate(permutations(range(3))):
        first_members = {"id": f"g{n}", "limits": {"members": 1}}
        program = publish(hq, gift_program(version=n + 2, offline="always", **first_members))
        ada, ben = f"{n:012d}A", f"{n:012d}B"
        upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (ada, ben)])
        stations = [enrol_station(hq, "S1") for _ in range(3)]
        for each, ref, minute in zip(stations, (ada, ada, ben), (10, 5, 7), strict=True):
            known = {f"members:g{n}": 0, f"member_counted:g{n}": 0}
            at_ms = NOW_MS + minute * MINUTE_MS
            each.order(f"o{n}", ref=ref, amounts=(("TEA", 500),), at_ms=at_ms, program=program, known=known)
        before = balance_of(hq, OVERSPENT, "USD")
        for turn in turns:
            stations[turn].push()
        flags = [flags_of(hq, each) for each in stations]
        told.add((str(flags), balance_of(hq, OVERSPENT, "USD") - before))
        with hq.database.reading() as connection:
            claims = connection.execute(
                select(claim.c.t_eff).where(claim.c.scope == f"members:g{n}")
            ).scalars()
            assert sorted(claims) == [NOW_MS + 5 * MINUTE_MS, NOW_MS + 7 * MINUTE_MS]
    assert told == {(str([[[]], [[]], [["OVERSPENT"]]]), 100)}


@pytest.mark.parametrize(
    ("period", "minutes", "too_many"), [("", (0, 3000), 1), ("day", (0, 5), 1), ("day", (0, 3000), 0)]
)
def test_who_uses_once_more_than_each_may_in_a_shop_that_is_cut_off_is_flagged(hq, period, minutes, too_many):
    once = {"at_most": 1} | ({"period": period} if period else {})
    program = publish(hq, gift_program(offline="always", limits={"member_uses": [once]}))
    upsert_members(hq, [MemberFacts("0000000000009", home_store="S1")])
    stations = [enrol_station(hq, store) for store in ("S1", "S2")]
    key = f"member_uses:gifts/{period}" if period else "member_uses:gifts"
    for each, minute in zip(stations, minutes, strict=True):
        at_ms = NOW_MS + minute * MINUTE_MS
        each.order(
            "o1", ref="0000000000009", amounts=(("TEA", 500),), at_ms=at_ms, program=program, known={key: 0}
        )
    for each in reversed(stations):
        each.push()
    assert [flags_of(hq, each) for each in stations] == [[[]], [["OVERSPENT"] * too_many]]
    assert balance_of(hq, OVERSPENT, "USD") == 100 * too_many


def test_a_word_that_moved_reaches_the_station_and_its_case_tells_of_it(hq, rewards, three):
    ref = "0000000000008"
    upsert_members(hq, [MemberFacts(ref, home_store="S1")])
    spend(three[1], rewards, ref, 2)
    three[1].push()
    assert flags_of(hq, three[1])[1] == ["OVERSPENT"]
    earn(three[0], rewards, ref, 1)
    three[0].push()
    assert flags_of(hq, three[1])[1] == []
    assert list_cases(hq) == []
    (closed,) = list_cases(hq, state="closed")
    assert [(event.what, event.who) for event in closed.events] == [("closed", "HQ")]
    assert balance_of(hq, OVERSPENT) == 0
    page = three[1].session.changes(cursor=0, set_id=hq.set_id)
    (word,) = [row.v for row in page.rows if row.t == "verdict"]
    assert (word["verdict"], word["codes"]) == ("posted", [])


def test_of_somebody_whom_hq_has_lost_it_knows_no_visits_and_looks_all_the_same(hq, rewards, three):
    """A restored HQ hears first of what they earned later: it must not take an earlier spender for the last to come."""
    ref = "0000000000077"
    earn(three[0], rewards, ref, 9)
    three[0].push()
    spend(three[1], rewards, ref, 1)
    three[1].push()
    assert flags_of(hq, three[1]) == [[], ["OVERSPENT"]]
    assert balance_of(hq, OVERSPENT) == SPENT
