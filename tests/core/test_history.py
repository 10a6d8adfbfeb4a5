"""What was done before, counted as a program asks: by windows of days and of the calendar, in the store's zone."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.decision import decide
from app.core.earning import Earned
from app.core.history import History, PastEvent, PastOrder, counted, past_order
from app.core.member import Member
from app.core.order import Order
from app.core.outcome import Facts, Outcome
from app.core.program import Program
from app.core.reasons import Reason, Refusal
from tests.core.facts import (
    MEMBER,
    amount_off,
    automatic,
    campaign,
    earning,
    facts,
    leaf,
    line,
    moment,
    order,
    percent_off,
    program,
    rule,
    shown,
)

ALWAYS = {"starts_on": "2016-01-01", "ends_on": "2018-12-31"}
LONG = moment("2019-01-01 00:00")


def at(text: str, *lines: Any, zone: str = "America/New_York") -> Order:
    return order(*(lines or (line(1, "soap", 1000),)), at_ms=moment(text, zone), zone=zone)


def asking(*leaves: dict[str, Any]) -> Program:
    """Return a program whose conditions ask for what these leaves ask for."""
    rules = (automatic(f"r{i}", amount_off(1), condition=each) for i, each in enumerate(leaves))
    return program(campaign("c", *rules, **ALWAYS), expires_ms=LONG)


def of_history(fact: str, **more: Any) -> dict[str, Any]:
    return leaf(fact, "at_least", 1, **more)


def count(program_: Program, orders: Iterable[Order], today: str, **more: Any) -> dict[str, int]:
    past = [PastOrder(each, "M1") for each in orders]
    return counted(program_, past, member="M1", today=date.fromisoformat(today), **more)


# --- windows ---------------------------------------------------------------------------------------------------------


def test_t08_a_thousand_within_a_year_in_one_country() -> None:
    """From 1000.00 in the last 365 days, in the UK: a cent less, another country, and a purchase 366 days ago fail."""
    condition = {
        "all": [
            leaf("history.spend", "at_least", 100_000, days=365),
            leaf("member.attribute", "is", "GB", name="country"),
        ]
    }
    plan = program(campaign("uk", rule("r", amount_off(1), condition=condition)))

    def refused(country: str, *bought: tuple[str, int]) -> list[Refusal]:
        past = [at(day, line(1, "soap", cents)) for day, cents in bought]
        known = count(plan, past, "2017-06-15")
        member = Member("M1", is_known=True, attributes={"country": country})
        asked = facts(plan, line(1, "soap", 100), presented=(shown("a", "r"),), member=member, known=known)
        return list(decide(asked).presented[0].refusals)

    year_ago, day_more = "2016-06-15 09:00", "2016-06-14 23:59"
    assert refused("GB", (year_ago, 60_000), ("2017-06-14 09:00", 40_000)) == []
    assert refused("GB", (year_ago, 60_000), ("2017-06-14 09:00", 39_999)) == [
        Refusal(Reason.SPEND_NOT_MET, {"wanted": 100_000, "found": 99_999, "missing": 1})
    ]
    assert [each.reason for each in refused("DE", (year_ago, 100_000))] == [Reason.ATTRIBUTE_DOES_NOT_FIT]
    assert [each.reason for each in refused("GB", (day_more, 100_000))] == [Reason.SPEND_NOT_MET]


def test_t41_who_used_last_months_coupon_is_left_out_for_one_month() -> None:
    """Used on 31 March: in until the month ends, out in April, in again on 1 May."""
    none_last_month = leaf("history.redemptions", "at_most", 0, campaign="back", period="previous_month")
    plan = program(
        campaign("back", rule("coupon", amount_off(100)), **ALWAYS),
        campaign("spring", automatic("off", amount_off(50), condition=none_last_month), **ALWAYS),
        expires_ms=LONG,
    )
    coupon = Facts(plan, at("2017-03-31 23:30"), MEMBER, (shown("a", "coupon"),))
    past = [past_order(coupon, decide(coupon))]
    assert past[0].given, "the coupon was used"
    found = {}
    for day in ("2017-03-31", "2017-04-01", "2017-04-30", "2017-05-01"):
        known = counted(plan, past, member=MEMBER.ref, today=date.fromisoformat(day))
        decided = decide(Facts(plan, at(f"{day} 12:00"), MEMBER, known=known))
        found[day] = decided.automatic[0].is_approved
    assert found == {"2017-03-31": True, "2017-04-01": False, "2017-04-30": False, "2017-05-01": True}


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("day", "2017-06-15", "2017-06-15"),
        ("week", "2017-06-12", "2017-06-18"),  # 15 June is a Thursday
        ("month", "2017-06-01", "2017-06-30"),
        ("quarter", "2017-04-01", "2017-06-30"),
        ("year", "2017-01-01", "2017-12-31"),
        ("previous_month", "2017-05-01", "2017-05-31"),
    ],
)
def test_a_period_counts_from_its_first_day_to_its_last(period: str, first: str, last: str) -> None:
    plan = asking(of_history("history.orders", period=period))
    before, after = (date.fromisoformat(day) + timedelta(days=step) for day, step in ((first, -1), (last, 1)))
    found = []
    for day in (before, first, last, after):
        counts = count(plan, [at(f"{day} 12:00")], "2017-06-15")
        found.append(counts[f"history.orders/{period}"])
    assert found == [0, 1, 1, 0]


def test_in_january_the_month_before_is_december() -> None:
    plan = asking(of_history("history.spend", period="previous_month"))
    past = [at("2016-12-31 23:59"), at("2017-01-01 00:00")]
    assert count(plan, past, "2017-01-31") == {"history.spend/previous_month": 1000}


def test_days_are_the_stores_own() -> None:
    """Half past eleven on 31 March in New York is April in UTC, and in Auckland it has been for long."""
    plan = asking(of_history("history.orders", period="month"))
    late, early = at("2017-03-31 23:30"), at("2017-04-01 00:30", zone="Pacific/Auckland")
    assert early.at_ms < late.at_ms
    assert count(plan, [early, late], "2017-04-01") == {"history.orders/month": 1}
    assert count(plan, [early, late], "2017-03-31") == {"history.orders/month": 1}


def test_a_store_whose_clock_is_a_day_behind_finds_its_own_day_and_month() -> None:
    """It is 1 July in Auckland already when New York sells on 30 June."""
    plan = asking(*(of_history("history.orders", **window) for window in ({"period": "month"}, {"days": 1})))
    past = [at("2017-06-29 12:00"), at("2017-07-01 09:00", zone="Pacific/Auckland")]
    assert count(plan, past, "2017-06-30") == {"history.orders/month": 1, "history.orders/1d": 1}
    last = asking(of_history("history.days_since_order"))
    assert count(last, past, "2017-06-30") == {"history.days_since_order": 0}


def test_without_a_window_all_that_was_counts() -> None:
    plan = asking(of_history("history.orders"), of_history("history.spend"))
    past = [at("2011-01-01 12:00"), at("2017-06-15 12:00")]
    assert count(plan, past, "2017-06-15") == {"history.orders": 2, "history.spend": 2000}


def naive(past: list[tuple[date, int]], window: str, today: date) -> int:
    """Add up, day by day, what a window holds, from words rather than arithmetic on days."""
    total = 0
    for day, amount in past:
        if window.endswith("d"):
            holds = any(day == today - timedelta(days=back) for back in range(int(window[:-1]) + 1))
        elif window == "previous_month":
            month = today.year * 12 + today.month - 1
            holds = day.year * 12 + day.month == month
        else:
            parts = {
                "day": lambda d: d,
                "week": lambda d: d.isocalendar()[:2],
                "month": lambda d: (d.year, d.month),
                "quarter": lambda d: (d.year, (d.month + 2) // 3),
                "year": lambda d: d.year,
            }
            holds = parts[window](day) == parts[window](today)
        total += amount if holds else 0
    return total


WINDOWS = ("1d", "30d", "365d", "day", "week", "month", "quarter", "year", "previous_month")
ALL_WINDOWS = asking(
    *(
        of_history("history.spend", **({"days": int(w[:-1])} if w.endswith("d") else {"period": w}))
        for w in WINDOWS
    )
)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=1, max_size=20))
def test_letting_go_of_what_is_old_changes_no_sum(steps: list[tuple[int, int]]) -> None:
    """Each order is asked for before it is added, as it is when orders are decided one after the other."""
    history, day, past = History(ALL_WINDOWS), date(2016, 11, 20), []
    for days, cents in steps:
        day += timedelta(days=days)
        known = history.known("M1", day)
        assert known == {f"history.spend/{w}": naive(past, w, day) for w in WINDOWS}
        history.add(PastOrder(at(f"{day} 12:00", line(1, "soap", cents)), "M1"))
        past.append((day, cents))


def test_what_no_window_reaches_is_let_go() -> None:
    history = History(ALL_WINDOWS)
    for days in range(0, 1_000, 5):
        day = date(2016, 1, 1) + timedelta(days=days)
        history.add(PastOrder(at(f"{day} 12:00"), "M1"))
    kept = {key: len(sums) for key, sums in history._members["M1"].sums.items()}
    assert kept["history.spend/365d"] <= 75
    assert max(count for key, count in kept.items() if key != "history.spend/365d") <= 8


# --- what is counted -------------------------------------------------------------------------------------------------


def test_spend_is_what_goods_were_sold_for() -> None:
    """Less every discount; without delivery and gift cards; of a product set, its own lines alone."""
    plan = asking(
        of_history("history.spend"),
        of_history("history.amount_of", products="coffee"),
        of_history("history.quantity_of", products="coffee"),
    )
    lines = (
        line(1, "espresso", 500, 2),
        line(2, "filter", 300, 0, milli=999),
        line(3, "soap", 1000),
        line(4, "post", 490, kind="delivery"),
    )
    off = Outcome("r", "c", None, 120, ((1, 70), (3, 50)), ())
    more = Outcome("s", "c", None, 30, ((1, 30),), ())
    past = [PastOrder(at("2017-06-01 12:00", *lines), "M1", given=(off, more))] * 2
    found = counted(plan, past, member="M1", today=date(2017, 6, 2))
    assert found == {
        "history.spend": 2 * 1650,
        "history.amount_of:coffee": 2 * 700,
        "history.quantity_of:coffee": 5,  # 5.998: what isn't a whole unit is none
    }


def test_net_lines_are_spent_in_the_price_that_discounts_are_meant_in() -> None:
    asks = campaign("c", automatic("r", amount_off(1), condition=of_history("history.spend")))
    plan = program(asks, policy={"amount_basis": "gross"})
    taxed = line(1, "soap", 1000, tax_ppm=200_000, is_net=True)
    assert count(plan, [at("2017-06-01 12:00", taxed)], "2017-06-02") == {"history.spend": 1200}


def test_another_members_orders_are_not_ones_own() -> None:
    plan = asking(of_history("history.orders"))
    past = [PastOrder(at("2017-06-01 12:00"), who) for who in ("M2", None, "M1")]
    assert counted(plan, past, member="M1", today=date(2017, 6, 2)) == {"history.orders": 1}
    assert counted(plan, past, member=None, today=date(2017, 6, 2)) == {"history.orders": 0}


def test_the_days_since_the_last_order_are_not_known_before_the_first() -> None:
    plan = asking(of_history("history.days_since_order"))
    past = [at("2017-06-01 12:00"), at("2017-06-10 23:59")]
    assert count(plan, past, "2017-06-15") == {"history.days_since_order": 5}
    assert count(plan, [], "2017-06-15") == {}


def test_events_count_by_name_and_are_unknown_unless_somebody_keeps_them() -> None:
    plan = asking(of_history("event.count", name="review", days=30))
    days = (date(2017, 5, 15), date(2017, 5, 16), date(2017, 6, 15))
    events = [PastEvent("review", "M1", day) for day in days]
    others = [PastEvent("visit", "M1", days[2]), PastEvent("review", "M2", days[2])]
    found = counted(plan, [], [*events, *others], member="M1", today=date(2017, 6, 15))
    assert found == {"event.count:review/30d": 2}
    assert counted(plan, [], member="M1", today=date(2017, 6, 15)) == {}


LIMITED = campaign(
    "sale",
    automatic("one", amount_off(100)),
    automatic("two", percent_off(1000)),
    limits={"uses": 9, "members": 9, "member_uses": [{"at_most": 9}, {"at_most": 9, "period": "week"}]},
    budget={"discount": 9_999, "order_value": 9_999_999},
)


def test_two_rules_of_a_campaign_on_one_order_are_one_use() -> None:
    plan = program(LIMITED)
    history = History(plan)
    for day, member in (("2017-06-05", MEMBER), ("2017-06-14", MEMBER), ("2017-06-14", None)):
        sold = at(f"{day} 12:00", line(1, "soap", 1000), line(2, "post", 400, kind="delivery"))
        decided_on = Facts(plan, sold, member, known=history.known(member and member.ref, sold.local.date()))
        history.add(PastOrder(sold, member and member.ref, given=_both()))
        assert {outcome.rule_id for outcome in decide(decided_on).outcomes} == {"one", "two"}
    assert history.known("M1", date(2017, 6, 15)) == {
        "uses:sale": 3,
        "members:sale": 1,
        "member_counted:sale": 1,
        "member_uses:sale": 2,
        "member_uses:sale/week": 1,
        "discount:sale": 3 * 190,
        "order_value:sale": 3 * 1000,
    }
    assert history.known("M2", date(2017, 6, 15))["member_counted:sale"] == 0


def _both() -> tuple[Outcome, ...]:
    one = Outcome("one", "sale", None, 100, ((1, 100),), ())
    return (one, one._replace(rule_id="two", discount=90, allocation=((1, 90),)))


def test_stock_goes_down_with_each_reward_and_is_unknown_where_nobody_counted_it() -> None:
    plan = program(campaign("c", automatic("mug", amount_off(1), has_stock=True)))
    given_out = [PastOrder(at("2017-06-01 12:00"), "M1", given=(Outcome("mug", "c", None, 1, (), ()),))]
    today = date(2017, 6, 2)
    assert counted(plan, given_out, member="M1", today=today, stock={"mug": 5, "cup": 9}) == {"stock:mug": 4}
    assert counted(plan, given_out, member="M1", today=today) == {}


def test_points_and_times_count_towards_the_limits_of_earning() -> None:
    limits = [{"points": 100, "period": "month"}, {"times": 3, "period": "day"}, {"points": 9}]
    plan = program(earning=[earning(limits=limits)])
    past = [
        PastOrder(at(f"{day} 12:00"), "M1", earned=(Earned("base", 10), Earned("other", 7)))
        for day in ("2017-05-31", "2017-06-01", "2017-06-01")
    ]
    assert counted(plan, past, member="M1", today=date(2017, 6, 1)) == {
        "earned:base/month": 20,
        "earned_times:base/day": 2,
        "earned:base": 30,
    }


def test_punch_cards_go_up_and_down_by_what_orders_changed() -> None:
    card = {"id": "ten", "name": "Every 3rd free", "every": 3, "products": "coffee"}
    plan = program(
        campaign("c", automatic("free", {"kind": "punch_card", "card": "ten"})), punch_cards=[card]
    )
    history, free = History(plan), []
    for _ in range(4):
        known = history.known("M1", date(2017, 6, 15))
        asked = facts(plan, line(1, "espresso", 300, 2), known=known)
        decision = decide(asked)
        free.append(decision.discount)
        history.add(past_order(asked, decision))
    assert free == [0, 150, 150, 0]  # units 3 and 6 of 8
    assert history.known("M1", date(2017, 6, 15)) == {"punches:ten": 2}


def test_an_order_keeps_what_applied_and_not_what_was_refused() -> None:
    plan = program(
        campaign("c", rule("yes", amount_off(100)), rule("no", amount_off(100, "coffee"))),
        campaign("d", automatic("never", amount_off(1, "tea"))),
    )
    asked = facts(plan, line(1, "soap", 500), presented=(shown("a", "yes"), shown("b", "no")))
    past = past_order(asked, decide(asked), beside=["gone"])
    assert [outcome.rule_id for outcome in past.given] == ["yes"]
    assert (past.member, past.beside, past.earned) == ("M1", {"gone"}, (Earned("base", 4),))


def test_uses_of_campaigns_that_the_program_does_not_hold_count_as_redemptions() -> None:
    plan = asking(of_history("history.redemptions", campaign="gone"))
    past = [PastOrder(at("2017-06-01 12:00"), "M1", beside=frozenset({"gone", "else"}))]
    assert counted(plan, past, member="M1", today=date(2017, 6, 2)) == {"history.redemptions:gone": 1}


def test_every_counter_that_limits_ask_for_is_known_before_anything_happened() -> None:
    plan = program(LIMITED, earning=[earning(limits=[{"points": 5, "period": "quarter"}])])
    assert History(plan).known("M1", date(2017, 6, 1)) == dict.fromkeys(plan.counters, 0)
    assert len(plan.counters) == 8
