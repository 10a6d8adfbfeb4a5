"""Acceptance examples of members, tiers, expiry and time: T06-T08 T10 T11 T13 T17-T22 T24."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decision import refused_joining
from app.core.expiry import months_later
from app.core.joining import Applicant, Purchase, attributes_of, counted
from app.core.lots import earned_lot
from app.core.quote import choosable, quote
from app.core.reasons import Reason, Refusal
from tests.acceptance.shop import (
    amount,
    campaign,
    chosen,
    day,
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

TODAY = "2026-06-15"


def joining(condition, applicant: Applicant) -> tuple[Refusal, ...]:
    plan = program(joining=condition)
    known = counted(applicant, plan.counters, on_day=day(TODAY))
    who = member(ref="", attributes=attributes_of(applicant))
    return refused_joining(plan, who, store="S1", at_ms=moment(f"{TODAY} 12:00"), known=known)


def test_t06_only_in_germany() -> None:
    condition = leaf("member.attribute", "is", "DE", name="country")
    assert joining(condition, Applicant(country="DE")) == ()
    (refusal,) = joining(condition, Applicant(country="AT"))
    assert refusal.reason is Reason.ATTRIBUTE_DOES_NOT_FIT
    assert refusal.numbers == {"name": "country", "found": "AT"}
    (refusal,) = joining(condition, Applicant())
    assert (refusal.reason, refusal.numbers) == (Reason.ATTRIBUTE_MISSING, {"name": "country"})


@pytest.mark.parametrize(
    ("op", "spent", "missing"),
    [("more_than", 200000, 1), ("more_than", 200001, 0), ("at_least", 199999, 1), ("at_least", 200000, 0)],
)
def test_t07_who_has_spent_enough(op: str, spent: int, missing: int) -> None:
    refusals = joining(leaf("history.spend", op, 200000), Applicant(purchases=(Purchase(day(TODAY), spent),)))
    assert [refusal.numbers["missing"] for refusal in refusals] == ([missing] if missing else [])


def test_t08_a_thousand_in_a_year_and_british() -> None:
    condition = {
        "all": [
            leaf("history.spend", "at_least", 100000, days=365),
            leaf("member.attribute", "is", "GB", name="country"),
        ]
    }

    def refusals(country: str, spent: int, days_ago: int = 0):
        bought = Purchase(day(TODAY) - timedelta(days=days_ago), spent)
        return joining(condition, Applicant(country=country, purchases=(bought,)))

    assert refusals("GB", 100000) == ()
    (refusal,) = refusals("GB", 99999)
    assert (refusal.reason, refusal.numbers["missing"]) == (Reason.SPEND_NOT_MET, 1)
    (refusal,) = refusals("DE", 100000)
    assert refusal.reason is Reason.ATTRIBUTE_DOES_NOT_FIT
    assert refusals("GB", 100000, days_ago=365) == ()
    assert [refusal.reason for refusal in refusals("GB", 100000, days_ago=366)] == [Reason.SPEND_NOT_MET]


def test_t10_the_catalogue_shows_what_a_tier_may_have_and_why_not_the_rest() -> None:
    rewards = [
        campaign(
            f"reward-{number:02}",
            {"kind": "gift", "sku": f"GIFT-{number}"},
            trigger="choice",
            rule={"cost_points": 10}
            | ({"condition": leaf("member.tier", "is", "VIP")} if number >= 3 else {}),
        )
        for number in range(20)
    ]
    plan = program(*rewards)
    usable = {}
    for tier in ("base", "VIP"):
        asked = facts(plan, line(1000), member=member(tier=tier))
        choices = {rule_id: f"red-{rule_id}" for rule_id in choosable(plan)}
        offers = quote(asked, choices=choices).offers
        usable[tier] = [offer.is_usable for offer in offers].count(True)
        assert {offer.refusals[0].reason for offer in offers if not offer.is_usable} <= {Reason.WRONG_TIER}
        assert len(offers) == 20
    assert usable == {"base": 3, "VIP": 20}


SAMPLE = {"starts_on": "2026-01-01", "trigger": "choice"}


def test_t11_one_reward_has_a_product_for_each_tier() -> None:
    plan = program(
        campaign(
            "sample", {"kind": "gift", "sku": "SMALL"}, rule={"condition": leaf("member.tier", "is", "base")}
        ),
        campaign(
            "full", {"kind": "gift", "sku": "LARGE"}, rule={"condition": leaf("member.tier", "is", "VIP")}
        ),
    )

    def given_to(who) -> list[str]:
        decision = decided(plan, line(1000), member=who)
        return [sku for found in decision.outcomes for sku, _ in found.gifts]

    assert given_to(member(tier="base")) == ["SMALL"]
    assert given_to(member(tier="VIP")) == ["LARGE"]
    over = member(tier="VIP", tier_ends_on=day("2026-06-14"), tier_after="base")
    assert given_to(over) == ["SMALL"]


TERMS = {
    "points": {
        "kind": "months",
        "months": 12,
        "extended": [{"tiers": ["vip"], "kind": "months", "months": 24}],
    }
}


@pytest.mark.parametrize(("tier", "ends_on"), [("base", "2027-01-15"), ("vip", "2028-01-15")])
def test_t13_points_of_a_higher_tier_live_longer(tier: str, ends_on: str) -> None:
    tiers = [
        {"id": "base", "name": "Base", "access": "base"},
        {"id": "vip", "name": "VIP", "access": "paid"},
    ]
    rule = program(expiry=TERMS, tiers=tiers).expiry["points"]
    lot = earned_lot("l", 10, earned_on=day("2026-01-15"), rule=rule, tier=tier)
    assert lot.expires_on == day(ends_on)  # stands on the lot: a later downgrade doesn't shorten it


@pytest.mark.parametrize(
    ("at", "reason"), [("2026-06-30 23:59:59", None), ("2026-07-01 00:00:00", Reason.WRONG_TIER)]
)
def test_t17_a_paid_tier_lasts_through_its_last_paid_day(at: str, reason: Reason | None) -> None:
    plan = program(campaign("c", percent(1000), rule={"condition": leaf("member.tier", "is", "plus")}))
    who = member(tier="plus", tier_ends_on=day("2026-06-30"), tier_after="free")
    assert why(decided(plan, line(1000), at=at, member=who), "c") is reason


QUARTERS = {"points": {"kind": "months", "months": 24, "round_up": "quarter"}}


@pytest.mark.parametrize(
    ("earned_on", "ends_on"),
    [
        ("2019-01-01", "2021-03-31"),
        ("2019-03-31", "2021-03-31"),
        ("2019-04-01", "2021-06-30"),
        ("2019-06-30", "2021-06-30"),
        ("2019-07-01", "2021-09-30"),
        ("2019-09-30", "2021-09-30"),
        ("2019-10-01", "2021-12-31"),
        ("2019-12-31", "2021-12-31"),
        ("2020-02-29", "2022-03-31"),
    ],
)
def test_t18_two_years_to_the_end_of_the_quarter(earned_on: str, ends_on: str) -> None:
    assert program(expiry=QUARTERS).expiry["points"].last_day(day(earned_on)) == day(ends_on)


@given(st.dates(date(2000, 1, 1), date(2080, 12, 31)))
def test_t18_never_shorter_than_two_years_and_never_three_months_longer(earned_on: date) -> None:
    last = program(expiry=QUARTERS).expiry["points"].last_day(earned_on)
    assert last is not None
    assert months_later(earned_on, 24) <= last < months_later(earned_on, 27)


def spending(at: str, ends_on: str) -> Reason | None:
    reward = campaign("mug", {"kind": "gift", "sku": "MUG"}, trigger="choice", rule={"cost_points": 100})
    who = member(balance=150, expiring=((day(ends_on), 100),))
    return why(decided(program(reward), line(1000), at=at, member=who, presented=(chosen("mug"),)), "mug")


def test_t18_and_t19_points_are_spendable_through_their_last_second() -> None:
    assert spending("2026-06-30 23:59:59", "2026-06-30") is None
    assert spending("2026-07-01 00:00:00", "2026-06-30") is Reason.INSUFFICIENT_POINTS


@pytest.mark.parametrize(
    ("at", "points", "reason"),
    [("2026-12-31 23:59:59", 10, None), ("2027-01-01 00:00:00", 0, Reason.PROGRAM_ENDED)],
)
def test_t21_after_the_end_nothing_is_earned_or_claimed(at: str, points: int, reason: Reason | None) -> None:
    life = {"stage": "live", "earn_until": "2026-12-31", "spend_until": "2026-12-31"}
    reward = campaign("mug", {"kind": "gift", "sku": "MUG"}, trigger="choice", ends_on="2030-12-31")
    decision = decided(
        program(reward, earning=[earning()], life=life), line(1000), at=at, presented=(chosen("mug"),)
    )
    assert (decision.points, why(decision, "mug")) == (points, reason)


HOURS = {"all": [leaf("order.weekday", "is", 2), leaf("order.time", "between", ["14:00", "17:00"])]}


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-06-16 13:59:59", False),
        ("2026-06-16 14:00:00", True),
        ("2026-06-16 16:59:59", True),
        ("2026-06-16 17:00:00", False),
        ("2026-06-17 14:00:00", False),
        ("2026-03-31 14:00:00", True),  # the Tuesday after the clocks went forward
        ("2026-10-27 16:59:59", True),  # and after they went back
    ],
)
def test_t22_redeem_on_tuesday_afternoons_only(at: str, is_open: bool) -> None:
    plan = program(campaign("c", amount(100), trigger="voucher", rule={"condition": HOURS}))
    decision = decided(plan, line(1000), at=at, presented=(shown("c"),))
    assert why(decision, "c") is (None if is_open else Reason.OUTSIDE_HOURS)


@pytest.mark.parametrize(
    ("born", "within", "on_day", "holds"),
    [
        ("1990-06-15", 0, "2026-06-15", True),
        ("1990-06-15", 0, "2026-06-16", False),
        ("1990-06-15", 3, "2026-06-18", True),
        ("1990-06-15", 3, "2026-06-19", False),
        ("1990-01-01", 2, "2026-12-30", True),
        ("1992-02-29", 0, "2026-02-28", True),
        ("1992-02-29", 0, "2026-03-01", False),
        ("1992-02-29", 0, "2028-02-29", True),
        ("1992-02-29", 0, "2028-02-28", False),
    ],
)
def test_t24_a_birthday_offer(born: str, within: int, on_day: str, holds: bool) -> None:
    condition = leaf("member.birthday", "within_days", within)
    plan = program(campaign("c", amount(100), rule={"condition": condition}, ends_on="2030-12-31"))
    decision = decided(plan, line(1000), at=f"{on_day} 12:00:00", member=member(birthday=day(born)))
    assert why(decision, "c") is (None if holds else Reason.NOT_THE_DAY)


def test_t24_holidays_and_the_day_of_joining() -> None:
    holiday = leaf("order.date", "in_calendar", "holidays-de")
    joined = leaf("member.anniversary", "within_days", 0)
    plan = program(
        campaign("holiday", amount(100), rule={"condition": holiday}),
        campaign("joined", amount(100), rule={"condition": joined}),
        calendars={"holidays-de": ["2026-10-03", "2026-12-25"]},
    )
    who = member(joined_on=day("2020-10-03"))
    found = decided(plan, line(1000), at="2026-10-03 12:00:00", member=who)
    assert (why(found, "holiday"), why(found, "joined")) == (None, None)
    found = decided(plan, line(1000), at="2026-10-04 12:00:00", member=who)
    assert (why(found, "holiday"), why(found, "joined")) == (Reason.OUTSIDE_HOURS, Reason.NOT_THE_DAY)
    assert outcome(decided(plan, line(1000)), "joined").refusals[0].numbers == {"name": "joined_on"}
