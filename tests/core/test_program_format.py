"""The published program: what is right is read, and each wrong field is named by its path."""

from datetime import date
from typing import Any

import pytest

from app.core.authority import Offline
from app.core.campaign import Budget, Limit, Limits, Share, Stacking, Trigger
from app.core.canonical import canonical, digest
from app.core.earning import Basis, EarningLimit, EarningMode, EarningRule, Of
from app.core.effects import (
    AmountOff,
    Bundle,
    BuyGet,
    ByUnit,
    Credit,
    Gift,
    Measure,
    Part,
    Per,
    PercentOff,
    PointsPayment,
    PunchCardFree,
    StepsAmount,
    StepsPercent,
    Target,
    UnitPrice,
    Weights,
)
from app.core.experiments import Experiment, Variant
from app.core.life import Life, Stage
from app.core.order import LineKind
from app.core.policy import (
    AmountBasis,
    Codes,
    Multipliers,
    PercentBase,
    PointsAs,
    Policy,
    Remainder,
    RoundAt,
    Rounding,
)
from app.core.products import ALL_GOODS, ProductSet
from app.core.program_format import read_program
from app.core.punch_cards import PunchCard
from tests.core.facts import (
    amount_off,
    automatic,
    bundle,
    buy_get,
    campaign,
    document,
    earning,
    percent_off,
    program,
    rule,
)

LEAF = {"fact": "order.total", "op": "at_least", "value": 1}
RULES = (
    rule("coffee", amount_off(100, "coffee"), priority=3, condition=LEAF),
    rule("all", percent_off(1000, cap=500), trigger="automatic"),
    rule("unit", percent_off(10_000, "tea", "cheapest")),
)
GOOD = document(
    campaign("13", *RULES, audience=["M1"], offline="never"), earning=[earning(condition=dict(LEAF))]
)


def test_a_good_program() -> None:
    body = canonical(GOOD)
    program = read_program(body)
    assert (program.version, program.hash, program.currency.code) == (7, digest(body), "USD")
    assert program.product_sets["coffee"] == ProductSet(frozenset({"espresso", "filter"}))
    assert program.counters == frozenset() and not program.is_stacked
    assert (program.policy, program.life, program.joining) == (Policy(), Life(), None)
    only = program.campaigns[0]
    assert (only.audience, only.offline) == (frozenset({"M1"}), Offline.NEVER)
    assert [one.effect for one in only.rules] == [
        AmountOff(Target.PRODUCTS, 100, "coffee"),
        PercentOff(Target.ORDER, 1000, None, 500),
        PercentOff(Target.CHEAPEST, 10_000, "tea"),
    ]
    assert [one.trigger for one in only.rules] == [Trigger.VOUCHER, Trigger.AUTOMATIC, Trigger.VOUCHER]
    assert [program.rules[place].rule.rule_id for place in program.automatic] == ["all"]
    assert only.rules[0].condition is not None and only.rules[1].condition is None
    assert read_program(body) is program
    assert program.pair("coffee") == (only, only.rules[0])
    assert program.pair("gone") is None


def names_in_turn(*campaigns: Any, **more: Any) -> list[str]:
    return [pair.rule.rule_id for pair in program(*campaigns, **more).rules]


def test_rules_stand_in_the_order_in_which_they_apply_whatever_triggers_them() -> None:
    names = ("b", "a", "first")
    rules = [automatic(name, amount_off(1), priority=int(name == "first")) for name in names]
    assert names_in_turn(campaign("c", *rules)) == ["first", "a", "b"]
    plan = program(campaign("c", *rules, rule("aa", amount_off(1))))
    assert plan.automatic == (0, 1, 3)
    assert plan.rules_by_id == {"first": 0, "a": 1, "aa": 2, "b": 3}


POINTS = {"kind": "points_payment", "points": 1, "worth": 1}
EVERY_PHASE = (
    automatic("credit", {"kind": "credit", "amount": 1}, priority=9),
    rule("points", POINTS, trigger="choice", priority=9),
    automatic("steps", {"kind": "steps_amount", "measure": "amount", "amount": 1, "steps": [[2, 3]]}),
    automatic("gift", {"kind": "gift", "sku": "cup"}, priority=2),
    automatic("order", amount_off(1), priority=3),
    automatic("dear", amount_off(1, "tea"), priority=1),
    automatic("lines", percent_off(1, target="products")),
    automatic("cheap", amount_off(1, target="cheapest")),
    automatic("punch", {"kind": "punch_card", "card": "coffee"}),
    automatic("bundle", bundle(("tea", 1), price=1), priority=-1),
    automatic("get", buy_get(1, 1)),
)
CARDS = {"punch_cards": [{"id": "coffee", "name": "Coffee", "every": 10, "products": "coffee"}]}
IN_TURN = ["get", "punch", "bundle", "dear", "cheap", "lines", "order", "gift", "steps", "points", "credit"]


def test_phases_come_before_priority_and_priority_before_narrowness() -> None:
    assert names_in_turn(campaign("c", *EVERY_PHASE), **CARDS) == IN_TURN


def test_of_equal_rules_the_earlier_start_then_the_ids_decide() -> None:
    one = amount_off(1)
    assert names_in_turn(
        campaign("b", rule("x", one)),
        campaign("a", rule("z", one), rule("y", one)),
        campaign("c", rule("w", one), starts_on="2017-05-31T23:59:59"),
    ) == ["w", "y", "z", "x"]


def test_a_stated_order_comes_first_and_leaves_points_and_what_follows_payment_at_the_end() -> None:
    stated = ["credit", "points", "order", "get"]
    found = names_in_turn(campaign("c", *EVERY_PHASE), order_of_application=stated, **CARDS)
    rest = [name for name in IN_TURN if name not in stated]
    assert found == ["order", "get", *rest, "points", "credit"]


SET_SPELT_OUT = {
    "skus": ["a"],
    "categories": ["b"],
    "brands": ["c"],
    "not_skus": ["d"],
    "not_categories": ["e"],
    "attributes": {"season": ["new", "old"], "colour": ["red"]},
    "unit_price_least": 0,
    "unit_price_most": 500,
    "not_reduced": True,
    "kinds": ["goods", "delivery"],
}


def test_product_sets_are_lists_of_skus_or_objects() -> None:
    sets = program(product_sets={"all": {}, "list": ["a"], "long": SET_SPELT_OUT}).product_sets
    assert sets["all"] == ALL_GOODS
    assert sets["list"] == ProductSet(skus=frozenset({"a"}))
    assert sets["long"] == ProductSet(
        skus=frozenset({"a"}),
        categories=frozenset({"b"}),
        brands=frozenset({"c"}),
        not_skus=frozenset({"d"}),
        not_categories=frozenset({"e"}),
        attributes=(("colour", frozenset({"red"})), ("season", frozenset({"new", "old"}))),
        unit_price_least=0,
        unit_price_most=500,
        not_reduced=True,
        kinds=frozenset({LineKind.GOODS, LineKind.DELIVERY}),
    )


STEPS = {"steps": [[0, 1], [20, 0], [30, 10_000]], "measure": "quantity"}
PAY = {"kind": "points_payment", "points": 100, "worth": 50}
PUNCH_CARD = PunchCard("coffee", "Coffee", 10, "coffee")


@pytest.mark.parametrize(
    ("effect", "read"),
    [
        (amount_off(1), AmountOff(Target.ORDER, 1)),
        (amount_off(7, "tea", "order"), AmountOff(Target.ORDER, 7, "tea")),
        (amount_off(7, "tea", "cheapest"), AmountOff(Target.CHEAPEST, 7, "tea")),
        (
            amount_off(7, target="products", per="line", units=3, weights="quantity", times=2),
            AmountOff(Target.PRODUCTS, 7, None, Per.LINE, 3, Weights.QUANTITY, 2),
        ),
        (amount_off(7, "tea", per="unit"), AmountOff(Target.PRODUCTS, 7, "tea", Per.UNIT)),
        (percent_off(1), PercentOff(Target.ORDER, 1)),
        (
            percent_off(10_000, "tea", cap=5, units=1, base="initial"),
            PercentOff(Target.PRODUCTS, 10_000, "tea", 5, 1, PercentBase.INITIAL),
        ),
        ({"kind": "unit_price", "amount": 0}, UnitPrice(0)),
        ({"kind": "unit_price", "amount": 5, "products": "tea", "units": 2}, UnitPrice(5, "tea", 2)),
        (
            {"kind": "steps_percent", "basis_points": 0, **STEPS},
            StepsPercent(Measure.QUANTITY, 0, ((0, 1), (20, 0), (30, 10_000))),
        ),
        (
            {"kind": "steps_percent", "basis_points": 5, **STEPS, "products": "tea", "target": "order"},
            StepsPercent(Measure.QUANTITY, 5, ((0, 1), (20, 0), (30, 10_000)), "tea", Target.ORDER),
        ),
        (
            {"kind": "steps_amount", "amount": 5, "measure": "amount", "steps": [[-1, 0]], "products": "tea"},
            StepsAmount(Measure.AMOUNT, 5, ((-1, 0),), "tea"),
        ),
        ({"kind": "by_unit", "first": 0, "further": 5}, ByUnit(0, 5)),
        ({"kind": "by_unit", "first": 1, "further": 0, "products": "tea", "units": 4}, ByUnit(1, 0, "tea", 4)),
        (buy_get(2, 1), BuyGet("tea", "tea", 2, 1, 10_000, None, is_dearest_free=False)),
        (
            buy_get(1, 2, "tea", "coffee", basis_points=5000, times=1, dearest=True),
            BuyGet("tea", "coffee", 1, 2, 5000, 1, is_dearest_free=True),
        ),
        (bundle(("tea", 1), ("coffee", 2), price=0), Bundle((Part("tea", 1), Part("coffee", 2)), price=0)),
        (bundle(("tea", 1), amount_off=9, times=2), Bundle((Part("tea", 1),), amount_off=9, times=2)),
        (
            bundle(("tea", 1), basis_points=10_000, products="coffee", units=3),
            Bundle((Part("tea", 1),), basis_points=10_000, products="coffee", units=3),
        ),
        ({"kind": "gift", "sku": "cup"}, Gift("cup", 1)),
        (
            {"kind": "gift", "sku": "cup", "units": 2, "per": {"products": "tea", "units": 3}},
            Gift("cup", 2, Part("tea", 3)),
        ),
        ({"kind": "credit", "basis_points": 10_000}, Credit(10_000, 0)),
        ({"kind": "credit", "amount": 1}, Credit(0, 1)),
        (PAY, PointsPayment(100, 50, 100)),
        (
            {**PAY, "step": 2, "least": 10, "share_max": 5000},
            PointsPayment(100, 50, 2, 10, 5000),
        ),
        ({"kind": "punch_card", "card": "coffee"}, PunchCardFree(PUNCH_CARD)),
    ],
)  # fmt: skip
def test_each_kind_of_effect(effect, read) -> None:
    plan = program(campaign("c", rule("r", effect)), **CARDS)
    assert plan.rules[0].rule.effect == read


def test_a_step_of_points_is_worth_what_it_buys() -> None:
    assert PointsPayment(100, 50, 2).step_worth == 1
    assert PointsPayment(100, 50, 300).step_worth == 150


FULL = campaign(
    "13",
    rule("r", amount_off(1), trigger="choice", cost_points=80, has_stock=True),
    starts_on="2017-06-01T09:30:00",
    ends_on="2017-06-01T09:30",
    stacking={"best_of": "b", "group": "g", "not_with": ["12", "till", "points"], "only_with": ["12"]},
    limits={"uses": 9, "members": 0, "member_uses": [{"at_most": 1}, {"at_most": 3, "period": "quarter"}]},
    budget={"uses": 1, "discount": 2, "order_value": 3},
    experiment={"id": "try", "variants": ["b"]},
)
EXPERIMENT = {
    "id": "try",
    "name": "Try",
    "variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 3}],
}


def test_a_campaign_with_all_there_is_to_say() -> None:
    other = campaign("12", rule("s", amount_off(1)), stacking={"exclusive": True}, budget={}, limits={})
    plan = program(FULL, other, experiments=[EXPERIMENT])
    full, plain = plan.campaigns
    assert plan.is_stacked
    assert (full.starts_at, full.ends_at) == ("2017-06-01T09:30:00", "2017-06-01T09:30:00")
    assert (plain.starts_at, plain.ends_at) == ("2017-06-01T00:00:00", "2017-06-30T23:59:59")
    assert (full.rules[0].trigger, full.rules[0].cost_points, full.rules[0].has_stock) == (
        Trigger.CHOICE,
        80,
        True,
    )
    assert full.stacking == Stacking(
        best_of="b", group="g", not_with=frozenset({"12", "till", "points"}), only_with=frozenset({"12"})
    )
    assert plain.stacking == Stacking(is_exclusive=True)
    assert full.limits == Limits(9, 0, (Limit(1), Limit(3, "quarter")))
    assert full.budget == Budget(1, 2, 3)
    assert (plain.limits, plain.budget, plain.share) == (Limits(), Budget(), None)
    variants = (Variant("a", 1), Variant("b", 3))
    assert full.share == Share(Experiment("try", "Try", variants), frozenset({"b"}))
    assert plan.counters == {
        "stock:r", "uses:13", "members:13", "member_counted:13", "member_uses:13", "member_uses:13/quarter",
        "discount:13", "order_value:13",
    }  # fmt: skip


@pytest.mark.parametrize("said", [{"always": True}, {"best_of": "b"}, {"group": "g"}, {"not_with": ["till"]}])
def test_one_word_about_others_makes_a_program_stacked(said) -> None:
    assert program(campaign("c", stacking=said)).is_stacked
    assert not program(campaign("c", stacking={})).is_stacked


def test_a_condition_that_asks_what_is_left_is_known_by_it() -> None:
    running = {"any": [LEAF, {"not": {"fact": "order.running_total", "op": "is", "value": 1}}]}
    of_set = {"fact": "order.running_amount_of", "op": "is", "value": 1, "products": "tea"}
    rules = (
        rule("a", amount_off(1), condition=running),
        rule("b", amount_off(1), condition=of_set),
        rule("c", amount_off(1), condition=LEAF),
        rule("d", amount_off(1)),
    )
    assert [one.is_running for one in program(campaign("c", *rules)).campaigns[0].rules] == [
        True,
        True,
        False,
        False,
    ]


def test_a_policy_with_no_default_left() -> None:
    plan = program(
        policy={
            "percent_base": "initial", "round": "price", "round_at": "unit", "remainder": "last",
            "amount_basis": "net", "points_as": "payment", "codes": "all_or_none", "multipliers": "product",
            "group_limits": {"g": 2, "h": 0},
        },
        life={"stage": "pilot", "pilot_stores": ["S1"], "earn_until": "2017-12-31", "spend_until": "2018-01-31"},
    )  # fmt: skip
    assert plan.policy == Policy(
        PercentBase.INITIAL,
        Rounding.PRICE,
        RoundAt.UNIT,
        Remainder.LAST,
        AmountBasis.NET,
        PointsAs.PAYMENT,
        Codes.ALL_OR_NONE,
        Multipliers.PRODUCT,
        {"g": 2, "h": 0},
    )
    assert plan.life == Life(Stage.PILOT, frozenset({"S1"}), date(2017, 12, 31), date(2018, 1, 31))


BONUS = {"id": "bonus", "of": "order", "points_milli": 10**9, "limits": [{"points": 5, "period": "order"}]}
DOUBLE = {"id": "double", "kind": "multiplier", "factor_milli": 2000, "products": "tea"}
JOINED = {"id": "joined", "event": "joined", "points_milli": 50_000, "limits": [{"times": 1}]}


def test_each_kind_of_earning() -> None:
    by_unit = earning(
        1500, 2, "pro_rata", id="unit", of="unit", products="tea", points="stars", basis="initial"
    )
    plan = program(earning=[earning(), by_unit, BONUS, DOUBLE, JOINED])
    tea = plan.product_sets["tea"]
    full, pro_rata = EarningMode.FULL_UNIT, EarningMode.PRO_RATA
    assert plan.earning == (
        EarningRule("base", 1000, 100, full, None),
        EarningRule("unit", 1500, 2, pro_rata, None, Of.UNIT, 0, tea, Basis.INITIAL, "stars"),
        EarningRule("bonus", 10**9, 1, full, None, Of.ORDER, limits=(EarningLimit(5, None, "order"),)),
        EarningRule("double", 0, 1, full, None, factor_milli=2000, products=tea),
        EarningRule("joined", 50_000, 1, full, None, event="joined", limits=(EarningLimit(None, 1, ""),)),
    )
    assert plan.counters == {"earned_times:joined"}


def test_segments_joining_and_calendars() -> None:
    regular = {"fact": "history.orders", "op": "at_least", "value": 5, "days": 90}
    plan = program(
        segments={"regulars": regular},
        joining={"fact": "history.spend", "op": "more_than", "value": 1},
        calendars={"holidays": ["2017-12-25"], "none": []},
    )
    assert set(plan.segments) == {"regulars"} and plan.joining is not None
    assert plan.counters == {"history.orders/90d", "history.spend"}
