"""The fifteen cases that other systems get wrong, as far as they are the engine's; each by its number.

What of them belongs to journal and protocol is held in tests/hq and tests/e2e.
"""

import itertools
from dataclasses import replace

import orjson
import pytest

from app.core.canonical import canonical
from app.core.decision import decide
from app.core.expiry import gone_at_ms, is_usable, months_later
from app.core.gift_cards import Tender, TenderKind
from app.core.lots import Account, Debit, Taken, deduct, earned_lot, expire, give_back, reopen
from app.core.lots import debit as take_from_lots
from app.core.outcome import Decision, Facts
from app.core.paid_order import ReturnedUnits, after
from app.core.reasons import Reason
from app.core.records import Attendance, order_differences, order_record, replay_order
from app.core.returning import paid_order, recount
from app.core.returns import give_back as return_units
from app.core.returns import void
from tests.acceptance.shop import (
    ZONE,
    amount,
    campaign,
    chosen,
    day,
    decide_at_both_ends,
    decided,
    earning,
    facts,
    leaf,
    line,
    member,
    moment,
    outcome,
    percent,
    program,
    shown,
    why,
)


def recorded(asked: Facts) -> dict:
    return orjson.loads(canonical(order_record(asked, decide(asked), Attendance("offline"))))


def test_01_two_cut_off_stations_take_one_single_use_code_and_a_retry_is_the_same_record() -> None:
    plan = program(campaign("once", amount(500), trigger="voucher"))
    here = facts(plan, line(2000), presented=(shown("once", uses_max=1),))
    there = replace(here, presented=(replace(here.presented[0], redemption_id="other"),))
    assert [decide_at_both_ends(asked).discount for asked in (here, there)] == [500, 500]
    told = replace(there, presented=(shown("once", uses_max=1, uses=1),))
    assert why(decide_at_both_ends(told), "once") is Reason.LIMIT_TOTAL_REACHED
    assert recorded(here) == recorded(here)
    card = Tender(TenderKind.GIFT_CARD, "G", 500, is_single_use=True)
    assert decided(plan, line(500), tenders=(card,)).due == 0
    assert decided(plan, line(500), tenders=(replace(card, is_used=True),)).due == 500


def test_02_an_entry_is_judged_by_the_version_it_was_made_under() -> None:
    seven = program(campaign("c", percent(1000)), version=7)
    eight = program(campaign("c", percent(2000)), version=8)
    record = recorded(facts(seven, line(10000)))
    assert (record["program_version"], record["discount"]) == (7, 1000)
    assert order_differences(record, replay_order(record, seven)) == []
    assert "discount" in order_differences(record, replay_order(record, eight))


def test_03_a_kill_switch_stops_from_receipt_on_and_changes_nothing_before() -> None:
    plan = program(campaign("c", amount(500), trigger="voucher"))
    before = facts(plan, line(2000), presented=(shown("c"),))
    assert decide_at_both_ends(before).discount == 500
    for stop in ("campaign:c", "rule:c", "code:hash-c", "member:M1", "program"):
        after_it = replace(before, stopped=frozenset({stop}))
        assert why(decide_at_both_ends(after_it), "c") is Reason.STOPPED
    record = recorded(before)
    assert order_differences(record, replay_order(record, plan)) == []


def test_04_an_order_discount_over_awkward_lines_with_a_cap() -> None:
    lines = (
        line(5000, "FLOORED", number=1, floor=4500),
        line(3000, "REDUCED", number=2, is_reduced=True),
        line(0, "FREE", number=3),
        line(-1000, "BOTTLE", number=4),
        line(2000, "PLAIN", number=5),
    )
    capped = program(campaign("c", percent(5000, cap=2500)))
    decision = decided(capped, *lines)
    assert outcome(decision, "c").allocation == (
        (1, 500),
        (2, 1200),
        (5, 800),
    )  # 2500 by 50:30:20, 500 at most
    assert decision.payable == 9000 - 2500
    everything = decided(program(campaign("c", amount(99999))), *lines)
    assert outcome(everything, "c").allocation == ((1, 500), (2, 3000), (5, 2000))
    bottles = (line(300, "PLAIN"), line(-250, "BOTTLE", number=2))
    assert decided(program(campaign("c", amount(200))), *bottles).payable == 0  # never below zero


def test_05_everything_off_over_mixed_tax_rates_leaves_nothing() -> None:
    lines = (
        line(999, "A", number=1, tax_ppm=1999_00, is_net=True),
        line(1011, "B", number=2, tax_ppm=70_000),
        line(333, "C", number=3, tax_ppm=190_000, is_net=True),
    )
    decision = decided(program(campaign("c", percent(10000))), *lines)
    assert (decision.payable, decision.tax) == (0, 0)


THREE_FOR_TWO = {"kind": "buy_get", "buy": "chosen", "get": "chosen", "buy_units": 2, "get_units": 1}


def test_06_a_three_for_two_comes_back_unit_by_unit() -> None:
    asked = facts(program(campaign("c", THREE_FOR_TWO), earning=[earning()]), line(3000, "A", 3))
    decision = decide_at_both_ends(asked)
    assert (decision.payable, decision.points) == (2000, 20)
    paid, refunds, points = paid_order(asked, decision), [], []
    for _ in range(3):
        back = return_units(paid, [ReturnedUnits(1, 1000)], recount=recount(asked, paid))
        refunds.append(back.amount)
        points.append(dict(back.earned)["points"])
        paid = after(paid, back)
    assert refunds == [667, 666, 667]
    assert (sum(refunds), sum(points)) == (2000, -20)


def test_07_a_return_breaks_a_threshold_after_the_points_were_spent_elsewhere() -> None:
    bonus = {
        "id": "bonus",
        "of": "order",
        "points_milli": 500_000,
        "condition": leaf("order.total", "at_least", 10000),
    }
    asked = facts(program(earning=[earning(), bonus]), line(9000, "A"), line(2000, "B", number=2))
    decision = decide_at_both_ends(asked)
    assert decision.points == 110 + 500
    paid = paid_order(asked, decision)
    back = return_units(paid, [ReturnedUnits(2, 1000)], recount=recount(asked, paid))
    owed = -dict(back.earned)["points"]
    assert (back.amount, owed) == (2000, 20 + 500)
    spent_elsewhere = Account(lots=())
    taken = deduct(spent_elsewhere, owed, day=day("2026-06-20"))
    assert taken.account.debt == 520
    reward = campaign("mug", {"kind": "gift", "sku": "MUG"}, trigger="choice", rule={"cost_points": 1})
    indebted = decided(
        program(reward), line(100), member=member(balance=10, debt=520), presented=(chosen("mug"),)
    )
    assert why(indebted, "mug") is Reason.DEBT


def test_08_points_come_back_to_a_lot_that_has_expired_and_late_entries_find_theirs() -> None:
    rule = program(expiry={"points": {"kind": "date", "day": "2026-06-30"}}).expiry["points"]
    lots = (earned_lot("a", 100, earned_on=day("2026-01-01"), rule=rule),)
    spent: Debit = take_from_lots(lots, 60, day=day("2026-06-29"))
    gone = expire(spent.lots, day=day("2026-07-01"))
    back = give_back(gone.lots, spent.taken, 60, day=day("2026-07-10"), renewed_id="a-again")
    renewed = next(lot for lot in back.lots if lot.lot_id == "a-again")
    assert (renewed.left, renewed.expires_on) == (60, day("2026-08-09"))
    late = reopen(gone.lots, day=day("2026-06-30"))  # a sale of the last day, synced three days later
    assert take_from_lots(late, 40, day=day("2026-06-30")).taken == (Taken("a", 40),)


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-08-31", 6, "2027-02-28")],
)
def test_09_month_ends_and_leap_days(start: str, months: int, last: str) -> None:
    assert months_later(day(start), months) == day(last)


def test_09_hours_that_are_missing_or_come_twice() -> None:
    early = leaf("order.time", "between", ["02:00", "03:00"])
    plan = program(campaign("c", amount(100), rule={"condition": early}))
    spring = moment("2026-03-29 01:59:59")
    seconds = [decide_at_both_ends(at_ms(plan, spring + 1000 * second)) for second in (0, 1)]
    assert [why(found, "c") for found in seconds] == [Reason.OUTSIDE_HOURS, Reason.OUTSIDE_HOURS]
    autumn = moment("2026-10-25 02:30:00")  # the first of two
    twice = [decide_at_both_ends(at_ms(plan, autumn + hour * 3_600_000)) for hour in (0, 1)]
    assert [why(found, "c") for found in twice] == [None, None]
    last = day("2026-10-24")
    assert not is_usable(last, at_ms=gone_at_ms(last, ZONE), time_zone=ZONE)
    assert is_usable(last, at_ms=gone_at_ms(last, ZONE) - 1, time_zone=ZONE)


def at_ms(plan, milliseconds: int) -> Facts:
    asked = facts(plan, line(1000))
    return replace(asked, order=replace(asked.order, at_ms=milliseconds))


def test_10_a_discount_does_not_undo_its_own_condition_and_only_who_asks_sees_what_is_left() -> None:
    initial = campaign("initial", amount(1000), rule={"condition": leaf("order.total", "at_least", 5000)})
    first = campaign("first", amount(1000), rule={"priority": 9})
    running = campaign(
        "running", amount(100), rule={"condition": leaf("order.running_total", "at_least", 5000)}
    )
    assert decided(program(initial), line(5000)).payable == 4000
    assert decided(program(first, initial), line(5000)).payable == 3000
    decision = decided(program(first, running), line(5000))
    assert (why(decision, "running"), decision.payable) == (Reason.MIN_TOTAL_NOT_MET, 4000)
    assert decided(program(first, running), line(6000)).payable == 4900


def test_11_the_order_of_scans_and_lines_changes_nothing() -> None:
    plan = program(
        campaign("a", percent(1000), trigger="voucher"),
        campaign("b", amount(777), trigger="voucher", rule={"priority": 3}),
        campaign("c", percent(5000, target="cheapest"), trigger="voucher"),
    )
    lines = (line(3333, "A"), line(1111, "B", 2, number=2), line(1111, "SOAP", 2, number=3))
    found = set()
    for codes in itertools.permutations("abc"):
        for listed in itertools.permutations(lines):
            decision = decide_at_both_ends(facts(plan, *listed, presented=tuple(map(shown, codes))))
            found.add((decision.payable, *(outcome(decision, code).allocation for code in "abc")))
    assert len(found) == 1


def test_12_units_are_used_once_over_several_offers_and_lines() -> None:
    first = campaign("first", {**THREE_FOR_TWO, "times": 1}, rule={"priority": 2})
    second = campaign("second", {**THREE_FOR_TWO, "buy_units": 1}, rule={"priority": 1})
    two_lines = (line(2000, "A", 2), line(3000, "A", 3, number=2))
    decision = decided(program(first, second), *two_lines)  # five units at 10.00
    assert (outcome(decision, "first").discount, outcome(decision, "second").discount) == (1000, 1000)
    four = decided(program(first, second), line(2000, "A", 2), line(2000, "A", 2, number=2))
    assert why(four, "second") is Reason.NO_EFFECT
    assert outcome(four, "second").more_free == 1  # one more is free


def test_13_a_clock_wound_back_does_not_revive_what_has_ended() -> None:
    """The engine goes by the moment handed in; whoever hands it in takes the latest known to have passed."""
    plan = program(campaign("c", amount(100), ends_on="2026-06-14"))
    assert why(decided(plan, line(1000), at="2026-06-15 00:00:00"), "c") is Reason.EXPIRED
    assert not is_usable(
        day("2026-06-14"),
        at_ms=moment("2026-06-14 12:00"),
        time_zone=ZONE,
        seen_ms=moment("2026-06-15 00:00"),
    )


def test_14_a_retry_decides_the_same_to_the_byte() -> None:
    plan = program(
        campaign("c", percent(3333)), campaign("v", amount(100), trigger="voucher"), earning=[earning()]
    )
    asked = facts(plan, line(1999, "A"), line(1, "B", number=2), presented=(shown("v"),))
    first, again = recorded(asked), recorded(asked)
    assert canonical(first) == canonical(again)


def test_15_a_record_stands_by_itself_whatever_became_of_the_member() -> None:
    condition = leaf("member.tier", "is", "gold")
    plan = program(campaign("c", percent(1000), rule={"condition": condition}), earning=[earning()])
    record = recorded(facts(plan, line(1000), member=member(tier="gold", birthday=day("1990-01-01"))))
    decision: Decision = replay_order(
        record, plan
    )  # merged or erased meanwhile: the replay needs no member table
    assert order_differences(record, decision) == []
    assert record["member"]["ref"] == "M1"


def test_everything_returned_gives_back_everything() -> None:
    """Void: money to where it came from, points spent and earned undone."""
    reward = campaign("r", amount(300), trigger="choice", rule={"cost_points": 50})
    plan = program(campaign("c", percent(1500)), reward, earning=[earning()])
    card = Tender(TenderKind.GIFT_CARD, "G", 700)
    asked = facts(
        plan, line(1999, "A", 2), line(777, "B", number=2), presented=(chosen("r"),), tenders=(card,)
    )
    decision = decide_at_both_ends(asked)
    back = void(paid_order(asked, decision))
    assert back.amount == decision.payable
    assert [(tender.ref, tender.amount) for tender in back.tenders] == [("G", 700)]
    assert back.till == decision.due
    assert dict(back.earned) == {"points": -decision.points}
    assert [
        sum(points for _, points in redemption.points) for redemption in back.redemptions if redemption.points
    ] == [50]


def test_points_that_paid_like_money_come_back_as_points_and_earn_nothing() -> None:
    effect = {"kind": "points_payment", "points": 100, "worth": 100}
    plan = program(
        campaign("p", effect, trigger="choice"), earning=[earning()], policy={"points_as": "payment"}
    )
    asked = facts(plan, line(2000, "A", 2), presented=(chosen("p", points=800),))
    decision = decide_at_both_ends(asked)
    assert (decision.payable, decision.due, decision.points) == (2000, 1200, 12)
    paid = paid_order(asked, decision)
    half = return_units(paid, [ReturnedUnits(1, 1000)], recount=recount(asked, paid))
    assert (half.amount, half.till, dict(half.earned)) == (1000, 600, {"points": -6})
    assert half.redemptions[0].points == (("points", 400),)
    rest = return_units(after(paid, half), [ReturnedUnits(1, 1000)], recount=recount(asked, paid))
    assert (half.till + rest.till, rest.redemptions[0].points) == (1200, (("points", 400),))


def test_voiding_an_order_that_a_card_paid_in_part_gives_the_card_back_only_what_it_paid() -> None:
    asked = facts(program(), line(3000), tenders=(Tender(TenderKind.GIFT_CARD, "G", 5000),))
    decision = decide_at_both_ends(asked)
    back = void(paid_order(asked, decision))
    assert (back.amount, back.till, [tender.amount for tender in back.tenders]) == (3000, 0, [3000])


@pytest.mark.parametrize("basis", ["line_price", "gross", "net"])
def test_what_comes_back_is_what_was_paid_in_every_price_basis(basis: str) -> None:
    lines = (
        line(11517, "A", tax_ppm=200_000),
        line(1001, "B", 3, number=2, tax_ppm=70_000, is_net=True),
    )
    effect = {"kind": "percent_off", "target": "products", "products": "phone", "basis_points": 1000}
    asked = facts(program(campaign("c", effect), policy={"amount_basis": basis}), *lines)
    decision = decide_at_both_ends(asked)
    assert void(paid_order(asked, decision)).amount == decision.payable


def test_money_back_and_counters_of_cards_go_with_what_is_returned() -> None:
    cards = [{"id": "coffee", "name": "Every 10th free", "every": 10, "products": "chosen"}]
    plan = program(
        campaign("credit", {"kind": "credit", "basis_points": 1000}),
        campaign("card", {"kind": "punch_card", "card": "coffee"}),
        punch_cards=cards,
    )
    asked = facts(plan, line(3000, "A", 3), known={"punches:coffee": 1})
    paid = paid_order(asked, decide_at_both_ends(asked))
    assert dict(paid.earned) == {"wallet": 300, "punches:coffee": 3}
    taken_back = []
    for _ in range(3):
        back = return_units(paid, [ReturnedUnits(1, 1000)], recount=recount(asked, paid))
        taken_back.append(dict(back.earned))
        paid = after(paid, back)
    assert taken_back == [{"wallet": -100}, {"wallet": -100}, {"wallet": -100, "punches:coffee": -3}]
