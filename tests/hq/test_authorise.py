"""HQ's word while a member waits: what it grants it sets aside, once, until the entry comes or the time is over."""

import threading

import pytest
from msgspec import structs
from sqlalchemy import func, select

from app.core.authority import Authority
from hq.authority import home, reservations
from hq.authority.reservations import forget_lapsed
from hq.authority.tables import recall
from hq.faults import NotSigned, Revoked
from hq.members.service import MemberFacts, upsert_members
from hq.service import DeviceSession
from hq.stops.service import lift, stop_it
from hq.stores.devices import DeviceState, set_state
from sync.authority_wire import RESERVATION_MS, AuthorizeRequest
from sync.protocol import PushAnswer
from tests.hq.asking import (
    COUPON,
    GIFT,
    MUG,
    REWARD,
    a_coupon,
    a_member,
    asked,
    asking_program,
    authorize,
    orders,
    reserved,
    said,
)
from tests.hq.leasing import ask, publish
from tests.hq.station import NOW_MS, REF, enrol_station

OTHER = "0000000000002"


@pytest.fixture
def program(hq):
    a_member(hq, balance=120)
    return publish(hq, asking_program())


@pytest.fixture
def two(hq, program):
    return enrol_station(hq, "S1"), enrol_station(hq, "S2")


def pushed(station, first: int = 1) -> list[str]:
    answer = station.push(first)
    assert isinstance(answer, PushAnswer)
    return [result.verdict for result in answer.results]


# --- one order, one word --------------------------------------------------------------------------------------------


def test_a_coupon_is_granted_to_one_order_and_to_no_other(hq, two):
    here, there = two
    coupon = a_coupon(hq)
    yes = authorize(here, asked("r1", COUPON, code_hash=coupon))
    assert (said(yes), yes.until_ms) == (["yes"], NOW_MS + RESERVATION_MS)
    no = authorize(there, asked("r2", COUPON, code_hash=coupon), order_id="o9")
    assert said(no) == ["limit_total_reached"]
    assert reserved(hq) == {f"voucher:{coupon}": 1}


def test_asking_again_gets_the_same_and_reserves_once(hq, clock, two):
    """F55: the answer may have been lost."""
    here, _ = two
    things = (asked("r1", COUPON, code_hash=a_coupon(hq)), asked(GIFT, GIFT), asked("r2", REWARD, points=50))
    first = authorize(here, *things)
    before = reserved(hq)
    clock.set_ms(NOW_MS + 1_000)
    again = authorize(here, *things)
    assert said(first) == ["yes", "yes", "yes"]
    assert (again.words, again.known, again.balance) == (first.words, first.known, first.balance)
    assert reserved(hq) == before and sorted(before.values()) == [1, 1, 50]


def test_what_is_always_given_or_unknown_gets_no_word(hq, station, program):
    publish(hq, asking_program(3, coupons={"offline": "always"}))
    things = (asked("r1", COUPON), asked("r2", GIFT))
    assert [word.name for word in authorize(station, *things, program_version=3).words] == ["r2"]
    assert authorize(station, structs.replace(things[0], rule="x"), program_version=3).words == []
    assert authorize(station, things[1], program_version=9).words == [], "HQ has no such version"


def test_of_two_things_by_one_name_one_counts(hq, station, program):
    assert said(authorize(station, asked(GIFT, GIFT), asked(GIFT, GIFT))) == ["yes"]


# --- what is looked at ----------------------------------------------------------------------------------------------


def test_a_voucher_that_is_used_or_of_somebody_else_or_of_nobody_is_refused(hq, station, program):
    upsert_members(hq, [MemberFacts(OTHER)])
    own, others, twice = a_coupon(hq, owner=REF), a_coupon(hq, owner=OTHER), a_coupon(hq, uses_max=2)
    things = [asked(f"r{n}", COUPON, code_hash=code) for n, code in enumerate([own, others, "f" * 32])]
    assert said(authorize(station, *things)) == ["yes", "not_owner", "stopped"]
    three = [asked(f"t{n}", COUPON, code_hash=twice) for n in range(3)]
    assert said(authorize(station, *three, order_id="o2")) == ["yes", "yes", "limit_total_reached"]


def test_points_are_granted_as_far_as_they_go(hq, two):
    here, there = two
    first = authorize(here, asked("r1", REWARD, points=50))
    assert (said(first), first.balance) == (["yes"], 120)
    second = authorize(there, asked("r2", REWARD, points=50), order_id="o2")
    assert (said(second), second.balance) == (["yes"], 70)
    third = authorize(there, asked("r3", REWARD, points=50), order_id="o3")
    assert said(third) == ["insufficient_points"]
    assert dict(third.words[0].numbers) == {"missing": 30, "wanted": 50}
    nobody = authorize(here, asked("r4", REWARD, points=5), order_id="o4", ref=OTHER)
    assert (said(nobody), nobody.balance) == (["insufficient_points"], None)


def test_a_campaign_gives_as_often_as_it_may_over_all_stations(hq, two):
    words = [said(authorize(each, asked(GIFT, GIFT), order_id=f"o{n}")) for n in range(2) for each in two]
    assert words == [["yes"], ["yes"], ["yes"], ["limit_campaign_reached"]]


def test_a_campaign_counts_once_for_an_order(hq, station, program):
    publish(hq, asking_program(3, coupons={"limits": {"uses": 1}}))
    things = [asked(f"r{n}", COUPON, code_hash=a_coupon(hq)) for n in range(2)]
    assert said(authorize(station, *things, program_version=3)) == ["yes", "yes"]
    assert reserved(hq)["uses:coupons"] == 1


def test_budgets_and_members_and_uses_by_a_member_have_their_limits(hq, two):
    here, there = two
    upsert_members(hq, [MemberFacts(OTHER)])
    limits = {"limits": {"members": 1, "member_uses": [{"at_most": 1, "period": "day"}]}}
    publish(hq, asking_program(3, coupons={"budget": {"discount": 150}}, gifts=limits))
    coupons = [asked(f"r{n}", COUPON, code_hash=a_coupon(hq)) for n in range(2)]
    first = authorize(here, *coupons, program_version=3)
    assert said(first) == ["yes", "budget_exceeded"]
    assert dict(first.words[1].numbers) == {"left": 50}
    gift = asked(GIFT, GIFT)
    assert said(authorize(here, gift, order_id="o2", program_version=3)) == ["yes"]
    assert said(authorize(there, gift, order_id="o3", program_version=3)) == ["limit_per_member_reached"]
    assert said(authorize(there, gift, order_id="o4", ref=OTHER, program_version=3)) == [
        "limit_members_reached"
    ]


def test_a_budget_of_the_value_of_orders_is_reserved_by_all_their_goods(hq, two):
    publish(hq, asking_program(3, coupons={"budget": {"order_value": 1_000}}))
    orders = [
        authorize(
            each,
            asked(f"r{n}", COUPON, code_hash=a_coupon(hq)),
            order_id=f"o{n}",
            program_version=3,
            total=600,
        )
        for n, each in enumerate(two)
    ]
    assert [said(each) for each in orders] == [["yes"], ["budget_exceeded"]]
    assert dict(orders[1].words[0].numbers) == {"left": 400}
    assert orders[0].known == [("order_value:coupons", 0)]
    assert reserved(hq)["order_value:coupons"] == 600


def test_counters_of_what_was_granted_come_along(hq, station, program):
    answer = authorize(station, asked(GIFT, GIFT), asked("r1", MUG))
    assert said(answer) == ["yes", ""], "nobody has counted the mugs"
    assert answer.known == [("uses:gifts", 0)]


def test_what_is_leased_is_neither_granted_nor_refused(hq, two):
    """I7: what stations may give by themselves is as good as given."""
    here, there = two
    (lease,) = ask(there).leases
    assert lease.units == 1
    words = [said(authorize(here, asked(GIFT, GIFT), order_id=f"o{n}")) for n in range(3)]
    assert words == [["yes"], ["yes"], [""]]


@pytest.mark.parametrize("what", ["program", "campaign:gifts", f"rule:{GIFT}", f"member:{REF}"])
def test_what_is_stopped_is_refused(hq, station, program, what):
    stop_it(hq, what)
    assert said(authorize(station, asked(GIFT, GIFT))) == ["stopped"]
    lift(hq, what)
    assert said(authorize(station, asked(GIFT, GIFT))) == ["yes"]


def test_who_may_not_post_may_not_ask(hq, station, program):
    with pytest.raises(Revoked):
        authorize(station, asked(GIFT, GIFT), epoch=2)
    signed = DeviceSession(hq, station.owner.device_id, 2)
    with pytest.raises(NotSigned):
        signed.authorize(
            AuthorizeRequest(epoch=1, order_id="o", member=None, level="", program_version=2, asked=[])
        )
    with hq.database.atomic() as connection:
        set_state(connection, station.owner.device_id, DeviceState.REVOKED)
    with pytest.raises(Revoked):
        authorize(station, asked(GIFT, GIFT))


# --- until the entry comes, or the time is over -----------------------------------------------------------------------


@pytest.mark.parametrize("by", ["head office's word", "a right of its own", "refused after all"])
def test_the_entry_settles_it_by_whatever_right_it_was_given(hq, two, program, by):
    """F55: the answer was lost, and the station decided by itself: counted once, and nothing stays reserved."""
    here, there = two
    coupon = a_coupon(hq)
    thing = asked("r1", COUPON, code_hash=coupon)
    (word,) = authorize(here, thing).words
    rights = {
        "head office's word": Authority("A2", granted={"r1": word.reservation}),
        "a right of its own": Authority("A2", NOW_MS),
        "refused after all": None,
    }
    orders(here, program, code_hash=coupon, authority=rights[by])
    assert pushed(here) == ["posted", "posted"]
    assert reserved(hq) == {}
    left = {"refused after all": ["yes"]}.get(by, ["limit_total_reached"])
    assert said(authorize(there, asked("r2", COUPON, code_hash=coupon), order_id="o2")) == left


def test_an_order_settles_what_applied_by_itself_and_what_it_did_not_use(hq, station, program):
    coupon = a_coupon(hq)
    authorize(station, asked(GIFT, GIFT), asked("r1", COUPON, code_hash=coupon))
    orders(station, program, code_hash=coupon, authority=Authority(granted={"r1": "x", GIFT: "y"}))
    assert pushed(station) == ["posted", "posted"]
    assert reserved(hq) == {}


def test_between_an_order_and_its_redemption_the_coupon_stays_reserved(hq, station, program):
    coupon = a_coupon(hq)
    authorize(station, asked(GIFT, GIFT), asked("r1", COUPON, code_hash=coupon))
    orders(station, program, code_hash=coupon, authority=Authority(granted={"r1": "x"}))
    station.push(1, 1)
    assert reserved(hq) == {f"voucher:{coupon}": 1}
    station.push(2, 2)
    assert reserved(hq) == {}


def test_another_order_settles_nothing(hq, two, program):
    here, there = two
    authorize(here, asked(GIFT, GIFT))
    orders(here, program, order_id="o2", redemption_id="r2")
    orders(there, program, order_id="o1", redemption_id="r1")
    pushed(here), pushed(there)
    assert reserved(hq) == {"uses:gifts": 1}


def test_a_question_that_comes_after_the_order_reserves_nothing(hq, station, program):
    coupon = a_coupon(hq)
    orders(station, program, code_hash=coupon, authority=Authority("A2", NOW_MS))
    pushed(station)
    assert authorize(station, asked("r1", COUPON, code_hash=coupon)).words == []
    assert reserved(hq) == {}


def test_without_an_entry_it_lapses(hq, clock, two):
    """F56: granted, then the cashier cancels and the station dies."""
    here, there = two
    coupon = a_coupon(hq)
    authorize(here, asked("r1", COUPON, code_hash=coupon), asked("r2", REWARD, points=100), asked(GIFT, GIFT))
    clock.set_ms(NOW_MS + RESERVATION_MS - 1)
    things = (asked("r3", COUPON, code_hash=coupon), asked("r4", REWARD, points=100))
    assert said(authorize(there, *things, order_id="o2")) == ["limit_total_reached", "insufficient_points"]
    clock.set_ms(NOW_MS + RESERVATION_MS)
    assert said(authorize(there, *things, order_id="o2")) == ["yes", "yes"]
    assert said(authorize(here, asked("r1", COUPON, code_hash=coupon))) == ["limit_total_reached"]


def test_what_lapsed_is_forgotten_some_time(hq, clock, station, program):
    authorize(station, asked(GIFT, GIFT))
    for now_ms, left in ((RESERVATION_MS, {"uses:gifts": 1}), (2 * RESERVATION_MS, {})):
        with hq.database.atomic() as connection:
            forget_lapsed(connection, now_ms=NOW_MS + now_ms)
        assert reserved(hq) == left


# --- at the same moment -----------------------------------------------------------------------------------------------


def at_once(*works) -> list:
    """Do works side by side and return what came of each."""
    found = [None] * len(works)
    together = threading.Barrier(len(works))

    def run(place: int) -> None:
        together.wait(10)
        found[place] = works[place]()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_question_twice_at_the_same_moment_reserves_once(hq, station, program):
    """F57: a double click; a request that the network sent twice."""
    things = (asked("r1", COUPON, code_hash=a_coupon(hq)), asked("r2", REWARD, points=50), asked(GIFT, GIFT))
    both = at_once(*[lambda: authorize(station, *things)] * 2)
    assert [said(each) for each in both] == [["yes"] * 3] * 2
    assert both[0].words == both[1].words
    assert sorted(reserved(hq).values()) == [1, 1, 50]


def test_of_many_who_ask_at_the_same_moment_as_many_get_it_as_may(hq, two):
    coupon = a_coupon(hq)

    def asking(number: int):
        things = (asked(f"r{number}", COUPON, code_hash=coupon), asked(GIFT, GIFT))
        return said(authorize(two[number % 2], *things, order_id=f"o{number}"))

    words = at_once(*[lambda number=number: asking(number) for number in range(6)])
    assert sum(word[0] == "yes" for word in words) == 1
    assert sum(word[1] == "yes" for word in words) == 3


# --- what another device may spend by itself --------------------------------------------------------------------------


def test_what_another_device_holds_at_home_is_called_back_and_then_granted(hq, clock, two):
    """Neither yes nor no until that device has read that it holds it no more; its own questions are answered."""
    here, there = two
    ask(here)  # the first of its store to ask for leases leads it
    own = a_coupon(hq, owner=REF)
    things = (asked("r1", COUPON, code_hash=own), asked("r2", REWARD, points=50))
    assert said(authorize(here, *things)) == ["yes", "yes"]
    clock.set_ms(NOW_MS + RESERVATION_MS)
    away = authorize(there, *things, order_id="o2")
    assert (said(away), away.balance) == (["", ""], 120)
    assert said(authorize(there, *things, order_id="o2")) == ["", ""], "asking again does not call back again"
    page = here.session.changes(cursor=0, set_id=hq.set_id)
    pushed = here.push(1, 0, pull_cursor=page.next)
    assert isinstance(pushed, PushAnswer)
    assert said(authorize(there, *things, order_id="o2")) == ["yes", "yes"]


def test_for_one_station_only_so_many_home_leases_are_called_back(hq, two, monkeypatch):
    monkeypatch.setattr(home, "RECALLS_MAX", 2)
    here, there = two
    ask(here)
    own = [a_coupon(hq, owner=REF) for _ in range(5)]
    for n, code in enumerate(own):
        words = said(authorize(there, asked(f"r{n}", COUPON, code_hash=code), order_id=f"o{n}"))
        assert words == [""], "it goes by its own rights"
    with hq.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(recall)).scalar_one() == 2
    third = enrol_station(hq, "S2")
    authorize(third, asked("r9", COUPON, code_hash=own[4]), order_id="o9")
    with hq.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(recall)).scalar_one() == 3


def test_a_station_with_older_rules_gets_no_more_than_the_newest_allow(hq, two):
    a, b = two
    limits = {"uses": 1, "member_uses": [{"at_most": 1}]}
    publish(hq, asking_program(3, gifts={"limits": limits}))
    assert said(authorize(a, asked(GIFT, GIFT), order_id="o1")) == ["yes"]
    assert said(authorize(b, asked(GIFT, GIFT), order_id="o2", ref=OTHER)) == ["limit_campaign_reached"]
    publish(hq, asking_program(4, gifts={"limits": limits | {"uses": 10}}))
    assert said(authorize(b, asked(GIFT, GIFT), order_id="o2")) == ["limit_per_member_reached"]
    publish(hq, asking_program(5, gifts={"limits": None}))
    words = [said(authorize(b, asked(GIFT, GIFT), order_id=f"p{n}", ref=None)) for n in range(3)]
    assert words == [["yes"], ["yes"], ["limit_campaign_reached"]], "an earlier bound where there is none"


def test_a_station_that_asks_without_end_leaves_the_rest_to_others(hq, clock, two):
    a, b = two
    publish(hq, asking_program(3, gifts={"limits": {"uses": 100}}))
    got = [said(authorize(a, asked(GIFT, GIFT), order_id=f"o{n}", ref=None)) for n in range(30)]
    assert got == [["yes"]] * 20 + [[""]] * 10, "no no: it goes by its own rights"
    assert said(authorize(a, asked(GIFT, GIFT), order_id="o1", ref=None)) == ["yes"]
    assert said(authorize(b, asked(GIFT, GIFT), order_id="o1", ref=None)) == ["yes"]
    clock.set_ms(NOW_MS + RESERVATION_MS)
    assert said(authorize(a, asked(GIFT, GIFT), order_id="o31", ref=None)) == ["yes"]


def test_a_station_can_reserve_only_so_many_vouchers_at_once(hq, two, monkeypatch):
    monkeypatch.setattr(reservations, "RESERVED_MAX", 2)
    a, b = two
    codes = [a_coupon(hq) for _ in range(3)]
    got = [
        said(authorize(a, asked(f"r{n}", COUPON, code_hash=code), order_id=f"o{n}"))
        for n, code in enumerate(codes)
    ]
    assert got == [["yes"], ["yes"], [""]]
    assert said(authorize(b, asked("r9", COUPON, code_hash=codes[2]))) == ["yes"]
