"""Segments follow what members do and what day it is, and stations hear of it only where something changed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.codes import hash_number
from hq.access.actor import SYSTEM
from hq.campaigns.service import publish_program
from hq.faults import Malformed, NotPossible
from hq.jobs.service import list_jobs, stop_job, work
from hq.members.erasing import erase_member
from hq.members.service import MemberFacts, upsert_members
from hq.segments import bulk, buying, by_hand, refreshing, service
from hq.segments.refreshing import start_of_the_day, until_tomorrow_s
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.databases import on, wait_until_over_or_blocked
from tests.hq.merging import GONE, STAYS, merge
from tests.hq.segments.kept import Listener, keep, make, make_list, who
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, ZONE, a_campaign, a_rule, program_body, voucher
from tests.hq.test_feed import REFS
from tests.hq.undoing import undo

DAY_MS = 86_400_000
WAIT_S = 30  # what hangs must show itself
DORMANT = {"fact": "history.days_since_order", "op": "more_than", "value": 90}
BOUGHT_COFFEE = {
    "fact": "history.quantity_of",
    "op": "at_least",
    "value": 1,
    "products": "coffee",
    "days": 30,
}
USED = {
    "fact": "history.redemptions",
    "op": "at_least",
    "value": 1,
    "campaign": "13",
    "period": "previous_month",
}


@pytest.fixture
def known(hq):
    upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (REF, *REFS[:2])])
    return hq


def _at(*moment):
    return int(datetime(*moment, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


def test_t59_a_purchase_takes_a_dormant_member_out_at_once(known, station) -> None:
    """Dormant is who made no order for 90 days: a purchase at a station ends it as soon as the station has synced."""
    station.order("old", at_ms=NOW_MS - 91 * DAY_MS)
    station.order("late", ref=REFS[0], at_ms=NOW_MS - 90 * DAY_MS)
    station.push()
    make(known, "dormant", DORMANT)
    assert who(known, "dormant") == {REF}  # 90 days are not more than 90, and who never ordered is no sleeper
    stations = Listener(known)
    station.order("new")
    station.push(3)
    keep(known)
    assert who(known, "dormant") == set()
    assert stations.hear() == {REF: []}
    assert service.find_segment(known, "dormant").members == 0


def test_t59_who_bought_something_comes_in(known, station) -> None:
    """Bought coffee within 30 days: the purchase itself puts the member in."""
    station.order("tea", amounts=(("TEA", 400),), ref=REFS[0])
    station.order("coffee", at_ms=NOW_MS - 31 * DAY_MS)
    station.push()
    make(known, "coffee", BOUGHT_COFFEE)
    assert who(known, "coffee") == set()
    stations = Listener(known)
    station.order("again", amounts=(("COFFEE", 500),))
    station.push(3)
    keep(known)
    assert (who(known, "coffee"), stations.hear()) == ({REF}, {REF: ["coffee"]})


def test_t41_who_used_last_months_coupon_is_out_until_the_month_is_over(known, station, clock) -> None:
    """Used on 31 October: in the segment through November, out of it from 1 December; stations follow at a pull."""
    code = hash_number(create_vouchers(known, [NewVoucher(VOUCHER_RULE)])[0])
    clock.set_ms(_at(2017, 11, 1, 0, 30))
    station.order("used", at_ms=_at(2017, 10, 31, 23, 30), vouchers=(voucher(code),))
    station.order("today", ref=REFS[0], at_ms=_at(2017, 11, 1, 0, 10), vouchers=(voucher(code),))
    station.push()
    make(known, "used-last-month", USED)
    assert who(known, "used-last-month") == {REF}
    stations = Listener(known)
    clock.set_ms(_at(2017, 11, 30, 23, 50))
    start_of_the_day(known)
    work(known)
    assert (who(known, "used-last-month"), stations.hear()) == ({REF}, {})
    clock.set_ms(_at(2017, 12, 1, 0, 1))
    assert not service.find_segment(known, "used-last-month").is_current
    start_of_the_day(known)
    work(known)
    assert who(known, "used-last-month") == {REFS[0]}
    assert stations.hear() == {REF: [], REFS[0]: ["used-last-month"]}
    assert service.find_segment(known, "used-last-month").is_current


def test_a_day_is_begun_once_and_only_for_what_follows_the_calendar(known, clock) -> None:
    make(known, "sleepers", DORMANT)
    make(known, "gold", {"fact": "member.tier", "op": "is", "value": "gold"})
    assert start_of_the_day(known) is None
    clock.set_ms(NOW_MS + DAY_MS)
    job = start_of_the_day(known)
    assert job is not None
    assert job.asked["segments"] == ["sleepers"]
    assert start_of_the_day(known) is None
    work(known)
    assert start_of_the_day(known) is None
    assert [each.day for each in service.list_sizes(known, "gold")] == ["2017-11-07", "2017-11-06"]


def test_a_day_is_not_begun_for_segments_that_are_under_way(known, clock) -> None:
    make(known, "sleepers", DORMANT)
    make(known, "used", USED)
    service.refresh_segment(known, SYSTEM, "used")  # of yesterday: it works out nothing of today
    clock.set_ms(NOW_MS + DAY_MS)
    service.refresh_segment(known, SYSTEM, "sleepers")
    assert start_of_the_day(known).asked["segments"] == ["used"]


def test_what_was_never_worked_out_is_begun_with_the_day(known) -> None:
    """A job that was stopped leaves a segment behind, whatever its condition asks."""
    gold = {"fact": "member.tier", "op": "is", "value": "gold"}
    service.create_segment(known, SYSTEM, segment_id="gold", name="gold", kind="dynamic", condition=gold)
    for job in list_jobs(known):
        stop_job(known, SYSTEM, job.job_id)
    assert start_of_the_day(known).asked["segments"] == ["gold"]


def test_the_next_day_is_waited_for_in_the_programs_time_zone(known, clock) -> None:
    clock.set_ms(_at(2017, 11, 30, 23, 59))
    assert until_tomorrow_s(known) == 61


def test_an_order_that_was_voided_was_never_bought(known, station) -> None:
    station.order("o1")
    station.push()
    make(known, "coffee", BOUGHT_COFFEE)
    make(known, "buyers", {"fact": "history.spend", "op": "more_than", "value": 0})
    assert who(known, "coffee") == who(known, "buyers") == {REF}
    undo(station, "o1")
    station.push(2)
    keep(known)
    assert who(known, "coffee") == who(known, "buyers") == set()


def test_amounts_are_after_what_campaigns_and_coupons_took_off(known, station) -> None:
    code = hash_number(create_vouchers(known, [NewVoucher(VOUCHER_RULE)])[0])
    amounts = (("COFFEE", 500), ("TEA", 400))  # 1.00 off the coffee by the coupon, 10 % off the tea by itself
    station.order("o1", amounts=amounts, vouchers=(voucher(code),))
    station.push()
    for products, paid in (("coffee", 400), ("tea", 360)):
        asked = {"fact": "history.amount_of", "products": products, "op": "is", "value": paid}
        make(known, products, asked)
        assert who(known, products) == {REF}
    make(known, "all", {"fact": "history.spend", "op": "is", "value": 760})
    assert who(known, "all") == {REF}


def test_a_product_set_that_means_something_else_now_is_looked_at_anew(known, station) -> None:
    station.order("o1", amounts=(("MILK", 250),))
    station.push()
    make(known, "coffee", BOUGHT_COFFEE)
    assert who(known, "coffee") == set()
    sets = {"coffee": ["COFFEE", "MILK"], "tea": ["TEA"]}
    publish_program(known, program_body(2, product_sets=sets))
    service.refresh_segment(known, SYSTEM, "coffee")
    work(known)
    assert who(known, "coffee") == {REF}


def test_what_happens_under_a_merged_reference_counts_for_the_survivor(two, station) -> None:
    station.order("o1", ref=GONE)
    station.push()
    make(two, "coffee", BOUGHT_COFFEE)
    make_list(two, "friends", GONE)
    assert who(two, "coffee") == who(two, "friends") == {GONE}
    merge(two)
    keep(two)
    assert who(two, "coffee") == who(two, "friends") == {STAYS}
    make(two, "both", {"fact": "history.orders", "op": "is", "value": 2})
    station.order("o2", ref=GONE, amounts=(("TEA", 400),))
    station.push(2)
    keep(two)
    assert who(two, "both") == {STAYS}
    assert [service.find_segment(two, name).members for name in ("coffee", "friends", "both")] == [1, 1, 1]
    undo(station, "o1")
    station.push(3)
    keep(two)
    assert who(two, "coffee") == set()


def test_who_is_erased_is_in_no_segment_any_more(known) -> None:
    make_list(known, "friends", REF, REFS[0])
    erase_member(known, REF)
    assert who(known, "friends") == {REFS[0]}
    assert service.find_segment(known, "friends").members == 1


def test_an_import_neither_loses_nor_invents_what_segments_say(known, station) -> None:
    station.order("o1")
    station.push()
    make(known, "coffee", BOUGHT_COFFEE)
    make_list(known, "friends", REFS[0])
    stations = Listener(known)
    upsert_members(
        known, [MemberFacts(REF, segments=("vip",)), MemberFacts(REFS[0], segments=("coffee", "vip"))]
    )
    assert stations.hear() == {REF: ["coffee", "vip"], REFS[0]: ["friends", "vip"]}
    upsert_members(known, [MemberFacts(REFS[1], segments=("friends",))])
    assert who(known, "friends") == {REFS[0], REFS[1]}
    make_list(known, "vip")  # who had the name before belongs to the list from its beginning
    assert who(known, "vip") == {REF, REFS[0]}
    assert [each.members for each in service.list_sizes(known, "vip")] == [2]
    with pytest.raises(NotPossible, match="are longer than"):
        upsert_members(known, [MemberFacts(REF, segments=("x" * 1_001,))])


def test_a_segment_that_is_taken_away_leaves_no_trace(known, clock) -> None:
    make_list(known, "friends", REF, REFS[0])
    stations = Listener(known)
    service.delete_segment(known, SYSTEM, "friends")
    with pytest.raises(NotPossible, match="being taken away"):
        by_hand.add_members(known, SYSTEM, "friends", [REFS[1]])
    work(known)
    assert stations.hear() == {REF: [], REFS[0]: []}
    assert service.list_segments(known, service.Paging())[0] == []
    assert {job.state for job in list_jobs(known)} == {"done"}
    clock.set_ms(NOW_MS + DAY_MS)
    make_list(known, "friends", REF)
    assert [each.day for each in service.list_sizes(known, "friends")] == ["2017-11-07"]


def test_what_was_to_be_taken_away_goes_on_where_its_job_was_stopped(known) -> None:
    make_list(known, "friends", REF)
    stop_job(known, SYSTEM, service.delete_segment(known, SYSTEM, "friends").job_id)
    work(known)
    assert service.find_segment(known, "friends").members == 1
    start_of_the_day(known)
    start_of_the_day(known)
    assert len(list_jobs(known, kind=refreshing.REMOVE)) == 2
    work(known)
    assert service.list_segments(known, service.Paging())[0] == []


def test_a_preview_counts_without_making_anything(known, station) -> None:
    station.order("o1")
    station.push()
    count = service.count_members(known, {"fact": "history.orders", "op": "at_least", "value": 1})
    assert (count.members, count.of, count.is_estimate) == (1, 3, False)
    assert (
        service.count_members(known, {"not": {"fact": "member.tier", "op": "is", "value": "gold"}}).members
        == 3
    )


def test_a_count_by_a_part_of_very_many_members_is_said_to_be_one(known, monkeypatch) -> None:
    monkeypatch.setattr(service, "COUNTED_EXACTLY", 2)
    monkeypatch.setattr(service, "SAMPLE", 2)
    anybody = {"not": {"fact": "member.tier", "op": "is", "value": "gold"}}
    count = service.count_members(known, anybody)
    assert (count.members, count.of, count.is_estimate) == (3, 3, True)


def test_another_condition_is_behind_until_it_is_worked_out_and_the_same_is_none(known) -> None:
    gold = {"fact": "member.tier", "op": "is", "value": "gold"}
    make(known, "gold", gold)
    assert service.change_segment(known, SYSTEM, "gold", name="Gold", condition=gold).is_current
    assert not service.change_segment(known, SYSTEM, "gold", condition={"not": gold}).is_current
    assert len(list_jobs(known, kind=refreshing.REFRESH)) == 2


def test_there_are_not_endlessly_many_segments_and_words(known, monkeypatch) -> None:
    monkeypatch.setattr(service, "SEGMENTS_MAX", 1)
    make_list(known, "friends")
    with pytest.raises(NotPossible, match="no more fit"):
        make_list(known, "others")
    with pytest.raises(Malformed):
        by_hand.add_members(known, SYSTEM, "friends", [REF] * (by_hand.MEMBERS_AT_ONCE + 1))


def test_what_a_published_campaign_goes_by_is_not_taken_away(known) -> None:
    """Asked for by a rule's condition, one of several or within another, or by what points end by."""
    asks = {"fact": "member.segments", "op": "contains", "value": "friends"}
    of_several = {"fact": "member.segments", "op": "contains_any", "value": ["others", "friends"]}
    make_list(known, "friends")
    off = {"kind": "amount_off", "target": "order", "amount": 100}
    for version, condition in enumerate((asks, {"not": of_several}), start=2):
        rule = a_rule("r", "automatic", off, condition=condition)
        publish_program(known, program_body(version, campaigns=[a_campaign("vip", rule)]), is_meant=True)
        with pytest.raises(NotPossible, match="vip goes by this segment"):
            service.delete_segment(known, SYSTEM, "friends")
    publish_program(known, program_body(4), is_meant=True)
    assert service.delete_segment(known, SYSTEM, "friends").kind == refreshing.REMOVE


def test_who_is_listed_by_a_reference_that_was_merged_is_the_survivor(two) -> None:
    merge(two)
    assert make_list(two, "friends", GONE).moved == 1
    assert who(two, "friends") == {STAYS}


def test_what_takes_several_steps_is_worked_out_to_its_end(known, station, monkeypatch) -> None:
    monkeypatch.setattr(refreshing, "MEMBERS_A_STEP", 2)
    monkeypatch.setattr(buying, "ORDERS_AT_ONCE", 1)
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    refs = (REF, *REFS[:2])
    for ref in refs:
        station.order(f"old-{ref}", ref=ref, at_ms=NOW_MS - 91 * DAY_MS)
    station.push()
    stations = Listener(known)
    make(known, "dormant", DORMANT)
    make(known, "coffee", {**BOUGHT_COFFEE, "days": 100})
    assert who(known, "dormant") == who(known, "coffee") == set(refs)
    assert stations.hear(limit=1) == {ref: ["coffee", "dormant"] for ref in refs}


@on("postgresql")
def test_nothing_stale_is_written_over_what_changed_while_a_segment_was_worked_out(
    known, monkeypatch
) -> None:
    """Who was looked at before a change of theirs, and is written down behind it, would stay where they aren't."""
    gold = {"fact": "member.tier", "op": "is", "value": "gold"}
    upsert_members(known, [MemberFacts(REF, tier="gold", home_store="S1")])
    keep(known)
    service.create_segment(known, SYSTEM, segment_id="gold", name="gold", kind="dynamic", condition=gold)
    looked, go_on, real = threading.Event(), threading.Event(), bulk.move

    def standing(*args, **named):
        looked.set()
        assert go_on.wait(WAIT_S)
        real(*args, **named)

    monkeypatch.setattr(bulk, "move", standing)
    with ThreadPoolExecutor(2) as threads:
        worked = threads.submit(work, known)
        assert looked.wait(WAIT_S)
        upsert_members(known, [MemberFacts(REF, home_store="S1")])
        kept = threads.submit(keep, known)
        wait_until_over_or_blocked(known, kept)
        go_on.set()
        worked.result(WAIT_S)
        kept.result(WAIT_S)
    assert who(known, "gold") == set()
