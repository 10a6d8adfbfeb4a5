"""Acceptance examples of what happens between orders: T05 T19 T20 T52."""

from datetime import timedelta

import pytest

from app.core.expiry import is_usable
from app.core.gift_cards import GiftCard, GiftCardInvalid, close, issue, jurisdiction_of, pay, tender_of
from app.core.lots import earned_lot, extend
from app.core.milestones import Achieved, Measure, grants_of
from app.core.reasons import Reason
from tests.acceptance.shop import ZONE, day, moment, program

GIVES = [{"kind": "badge", "badge": "regular"}]
MARKS = (("member_days", 365), ("orders", 10), ("revenue", 100_000), ("points", 5000), ("event", 3))
TODAY = day("2026-06-15")


def achieved(measure: str, value: int) -> Achieved:
    return Achieved(
        joined_on=TODAY - timedelta(days=value) if measure == "member_days" else None,
        counts={Measure(measure): value},
        events={"review_written": value},
    )


@pytest.mark.parametrize(("measure", "at"), MARKS)
def test_t05_each_milestone_is_granted_once_at_its_value_and_not_before(measure: str, at: int) -> None:
    said = {"id": "mark", "name": "Mark", "measure": measure, "at": at, "gives": GIVES}
    said |= {"event": "review_written"} if measure == "event" else {}
    plan = program(badges=[{"id": "regular", "name": "Regular"}], milestones=[said])
    milestone = plan.schemes.milestones["mark"]

    def grants(value: int, granted: int):
        return grants_of(milestone, achieved(measure, value), member="M1", granted=granted, on_day=TODAY)

    assert grants(at - 1, 0) == ()
    at_a, at_b = grants(at, 0), grants(at, 0)  # two cut-off stations see it reached
    assert len(at_a) == 1
    assert at_a[0].grant_id == at_b[0].grant_id  # so HQ takes it in once
    assert grants(at + 1, 1) == ()


def test_t19_a_fixed_day_holds_to_its_end_and_a_clock_wound_back_revives_nothing() -> None:
    rule = program(expiry={"points": {"kind": "date", "day": "2026-12-31"}}).expiry["points"]
    last = rule.last_day(day("2026-03-01"))
    evening, midnight = moment("2026-12-31 23:59:59"), moment("2027-01-01 00:00:00")
    assert is_usable(last, at_ms=evening, time_zone=ZONE)
    assert not is_usable(last, at_ms=midnight, time_zone=ZONE)
    assert not is_usable(last, at_ms=evening, time_zone=ZONE, seen_ms=midnight)


def test_t20_activity_keeps_the_whole_balance_alive() -> None:
    rule = program(expiry={"points": {"kind": "rolling", "days": 30}}).expiry["points"]
    lots = tuple(
        earned_lot(lot_id, 10, earned_on=day(on_day), rule=rule)
        for lot_id, on_day in (("a", "2026-03-01"), ("b", "2026-03-05"))
    )
    assert lots[0].expires_on == day("2026-03-31")
    after = extend(lots, day=day("2026-03-20"))
    assert {lot.expires_on for lot in after} == {day("2026-04-19")}
    assert {lot.expires_on for lot in extend(lots, day=day("2026-04-05"))} == {lot.expires_on for lot in lots}


def test_t52_in_maine_a_card_never_ends_and_closing_pays_the_rest_out() -> None:
    maine, elsewhere = jurisdiction_of("US-ME"), jurisdiction_of("DE")
    bought = day("2016-06-15")
    with pytest.raises(GiftCardInvalid, match="may not expire"):
        issue(GiftCard("G", day("2026-06-15")), amount=5000, on_day=bought, law=maine)
    card, filled = issue(GiftCard("G"), amount=5000, on_day=bought, law=maine)
    tender = tender_of(card, [filled])
    assert pay([tender], 2000, TODAY)[0].amount == 2000  # ten years on
    assert [(entry.kind, entry.amount) for entry in close(card, tender, on_day=TODAY)] == [
        ("paid_out", -5000)
    ]
    ending, filled = issue(GiftCard("H", day("2026-06-14")), amount=5000, on_day=bought, law=elsewhere)
    refused = pay([tender_of(ending, [filled])], 2000, TODAY)[0]
    assert (refused.amount, refused.refusals[0].reason) == (0, Reason.WALLET_EXPIRED)
    assert pay([tender_of(ending, [filled])], 2000, day("2026-06-14"))[0].amount == 2000
