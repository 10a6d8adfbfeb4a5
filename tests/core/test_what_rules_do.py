"""What a rule that applies does to the order, what its outcome tells, and what is to be paid and earned in the end."""

from typing import Any

import pytest

from app.core.decision import decide
from app.core.gift_cards import Tender, TenderKind, TenderOutcome
from app.core.member import Member
from app.core.outcome import Decision, Outcome
from app.core.reasons import Reason, Refusal
from tests.core.facts import (
    amount_off,
    automatic,
    bundle,
    buy_get,
    campaign,
    chosen,
    facts,
    line,
    percent_off,
    program,
    rule,
    shown,
)

Document = dict[str, Any]
TEA, COFFEE = line(1, "green", 1000, 4), line(2, "espresso", 500, 2)
CARD = [{"id": "ten", "name": "Ten", "every": 10, "products": "tea"}]
NO_EFFECT, ALL = (Refusal(Reason.NO_EFFECT),), {"kind": "points_payment", "points": 1, "worth": 1, "step": 1}


def decided(*rules: Document, lines=(TEA, COFFEE), document: Document | None = None, **more: Any) -> Decision:
    return decide(facts(program(campaign("c", *rules), **(document or {})), *lines, **more))


def only(*rules: Document, **more: Any) -> Outcome:
    """Return the outcome of the only rule."""
    (outcome,) = decided(*rules, **more).outcomes
    return outcome


def test_an_outcome_tells_what_a_code_did() -> None:
    made = rule("r", amount_off(150), cost_points=60)
    found = only(made, presented=(shown("r-1", "r"),))
    assert found == Outcome("r", "c", "r-1", 150, ((1, 100), (2, 50)), (), points=60)


def test_an_outcome_tells_what_a_rule_did_by_itself() -> None:
    found = only(automatic("r", percent_off(1000, "coffee")))
    assert found == Outcome("r", "c", None, 50, ((2, 50),), ())


def test_free_units_are_told_with_those_that_lack() -> None:
    found = only(automatic("r", buy_get(2, 1)))
    assert found == Outcome("r", "c", None, 250, ((1, 250),), (), more_free=0)
    lines = (line(1, "green", 1250, 5),)
    assert only(automatic("r", buy_get(2, 1)), lines=lines).more_free == 1
    lines = (line(1, "green", 500, 2),)
    assert only(automatic("r", buy_get(2, 1)), lines=lines) == Outcome(
        "r", "c", None, 0, (), NO_EFFECT, more_free=1
    )


def test_units_of_one_set_serve_no_other_rule() -> None:
    both = [automatic(name, buy_get(2, 1)) for name in "ab"]
    found = decided(*both, lines=(line(1, "green", 1250, 5),)).outcomes
    assert [(each.discount, each.more_free) for each in found] == [(250, 1), (0, 1)]
    found = decided(
        automatic("a", bundle(("tea", 2), amount_off=100, times=1)), automatic("b", buy_get(2, 1))
    ).outcomes
    assert [each.discount for each in found] == [100, 0]
    found = decided(
        automatic("a", bundle(("tea", 1), amount_off=100, times=1)), automatic("b", buy_get(2, 1))
    ).outcomes
    assert [each.discount for each in found] == [100, 250]  # the others keep their worth


@pytest.mark.parametrize(
    ("effect", "units"),
    [
        ({"units": 3}, 3),
        ({}, 1),
        ({"per": {"products": "tea", "units": 1}}, 4),
        ({"per": {"products": "tea", "units": 2}}, 2),
        ({"per": {"products": "tea", "units": 3}, "units": 5}, 5),
        ({"per": {"products": "tea", "units": 4}, "units": 2}, 2),
        ({"per": {"products": "tea", "units": 5}}, 0),
    ],
)
def test_gifts_come_once_or_for_each_so_many_units(effect: Document, units: int) -> None:
    found = only(automatic("r", {"kind": "gift", "sku": "mug", **effect}))
    expected = Outcome("r", "c", None, 0, (), (), gifts=(("mug", units),))
    assert found == (expected if units else expected._replace(gifts=(), refusals=NO_EFFECT))


@pytest.mark.parametrize(
    ("effect", "payable", "credit"),
    [
        ({"amount": 70}, 1500, 70),
        ({"basis_points": 1000}, 1500, 150),
        ({"basis_points": 333}, 1500, 49),  # 49.95
        ({"basis_points": 1000}, 9, 0),
        ({"basis_points": 10_000}, -500, 0),
        ({"basis_points": 10_000}, 1, 1),
    ],
)
def test_money_back_is_of_what_is_paid_rounded_down(effect: Document, payable: int, credit: int) -> None:
    found = only(automatic("r", {"kind": "credit", **effect}), lines=(line(1, "green", payable),))
    expected = Outcome("r", "c", None, 0, (), (), credit=credit)
    assert found == (expected if credit else expected._replace(refusals=NO_EFFECT))


def test_money_back_is_of_what_discounts_and_points_leave() -> None:
    back, off = automatic("z", {"kind": "credit", "basis_points": 1000}), automatic("a", amount_off(500))
    for points_as in ("price_reduction", "payment"):
        found = decided(
            off,
            back,
            rule("p", ALL, trigger="choice"),
            presented=(chosen("p-1", "p", points=100),),
            document={"policy": {"points_as": points_as}},
        )
        credits = {outcome.rule_id: outcome.credit for outcome in found.outcomes}
        assert credits == {"p": 0, "a": 0, "z": 90}, points_as


def test_a_percentage_of_the_order_may_be_of_so_many_units_of_each_line() -> None:
    """Teas and coffees at 2.50: half of one of each, of two, and of three teas and both coffees."""
    one = only(automatic("r", percent_off(5000, target="order", units=1)))
    assert one.allocation == ((1, 125), (2, 125))
    two = only(automatic("r", percent_off(5000, target="order", units=2)))
    assert two.allocation == ((1, 250), (2, 250))
    three = only(automatic("r", percent_off(5000, target="order", units=3)))
    assert three.allocation == ((1, 375), (2, 250))
    bottles = (TEA, line(3, "bottle", -300, 3))
    assert (
        only(automatic("r", percent_off(10_000, target="order", units=1)), lines=bottles).refusals
        == NO_EFFECT
    )


def test_the_cheapest_unit_is_found_exactly_however_many_units_there_are() -> None:
    """A unit of the first line is dearer by less than a floating-point number can tell."""
    lines = (line(1, "green", 100_500_000_904, 10**9 + 9), line(2, "espresso", 100_500_000_703, 10**9 + 7))
    found = only(automatic("r", percent_off(10_000, target="cheapest")), lines=lines)
    assert [place for place, _ in found.allocation] == [2]


@pytest.mark.parametrize(("basis", "is_found"), [("line_price", False), ("gross", True), ("net", False)])
def test_products_that_go_by_price_go_by_the_price_that_discounts_are_of(basis: str, is_found: bool) -> None:
    """10.00 without tax are 11.90 with it."""
    found = decided(
        automatic("r", amount_off(100, "dear")),
        lines=(line(1, "green", 1000, tax_ppm=190_000, is_net=True),),
        document={"policy": {"amount_basis": basis}, "product_sets": {"dear": {"unit_price_least": 1100}}},
    )
    assert found.automatic[0].is_approved is is_found


# --- points ------------------------------------------------------------------------------------------------------


def test_points_lower_the_price_of_goods() -> None:
    found = decided(rule("p", ALL, trigger="choice"), presented=(chosen("p-1", "p", points=90),))
    assert found.presented == (Outcome("p", "c", "p-1", 90, ((1, 60), (2, 30)), (), points=90),)
    assert (found.payable, found.due, found.discount, found.points) == (1410, 1410, 90, 14)


def test_points_as_a_payment_leave_the_price_and_lower_what_is_due() -> None:
    found = decided(
        rule("p", ALL, trigger="choice"),
        presented=(chosen("p-1", "p", points=90),),
        document={"policy": {"points_as": "payment"}},
    )
    assert found.presented == (Outcome("p", "c", "p-1", 0, (), (), points=90, paid=90),)
    assert (found.payable, found.due, found.discount, found.points) == (1500, 1410, 0, 14)


@pytest.mark.parametrize(("points_as", "points"), [("price_reduction", 50), ("payment", 110)])
def test_a_price_is_lowered_to_its_floor_and_a_payment_knows_none(points_as: str, points: int) -> None:
    lines = (line(1, "green", 100, floor=50, levy=10),)
    found = decided(
        rule("p", ALL, trigger="choice"),
        presented=(chosen("p-1", "p"),),
        lines=lines,
        document={"policy": {"points_as": points_as}},
    )
    assert (found.presented[0].points, found.due, found.payable) == (
        points,
        110 - points,
        110 if points_as == "payment" else 60,
    )


@pytest.mark.parametrize("points_as", ["price_reduction", "payment"])
def test_two_payments_share_balance_and_order(points_as: str) -> None:
    found = decided(
        rule("p", ALL, trigger="choice"),
        rule("q", ALL, trigger="choice"),
        presented=(chosen("p-1", "p", points=70), chosen("q-1", "q")),
        document={"policy": {"points_as": points_as}},
    )
    assert [outcome.points for outcome in found.presented] == [70, 50]
    assert found.due == 1500 - 120


def test_an_order_that_points_have_paid_takes_no_more() -> None:
    found = decided(
        rule("p", ALL, trigger="choice"),
        rule("q", ALL, trigger="choice"),
        lines=(line(1, "green", 70),),
        presented=(chosen("p-1", "p"), chosen("q-1", "q")),
        document={"policy": {"points_as": "payment"}},
    )
    assert [(each.points, each.refusals) for each in found.presented] == [(70, ()), (0, NO_EFFECT)]


# --- punch cards -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counter", "free", "change"), [(0, 0, 4), (5, 0, 4), (6, 1, -6), (9, 1, -6), (16, 2, -16), (10, 1, -6)]
)
def test_a_card_counts_units_and_frees_those_that_complete_it(counter: int, free: int, change: int) -> None:
    found = only(
        automatic("r", {"kind": "punch_card", "card": "ten"}),
        known={"punches:ten": counter},
        document={"punch_cards": CARD},
    )
    allocation = ((1, 250 * free),) if free else ()
    assert found == Outcome("r", "c", None, 250 * free, allocation, (), counts=(("punches:ten", change),))


def test_a_card_that_nobody_knows_counts_nothing() -> None:
    found = only(automatic("r", {"kind": "punch_card", "card": "ten"}), document={"punch_cards": CARD})
    assert found.refusals == (Refusal(Reason.FACTS_MISSING),)


def test_a_free_unit_of_a_card_keeps_its_floor_and_serves_no_other_offer() -> None:
    card, three = automatic("r", {"kind": "punch_card", "card": "ten"}), automatic("s", buy_get(3, 1))
    more = {"known": {"punches:ten": 9}, "document": {"punch_cards": CARD}}
    lines = (line(1, "green", 1000, 4, floor=900),)
    assert [each.discount for each in decided(card, lines=lines, **more).outcomes] == [100]
    by_rule = {each.rule_id: each for each in decided(card, three, **more).outcomes}
    assert (by_rule["r"].discount, by_rule["s"].discount) in {(250, 0), (0, 250)}


# --- what is paid in the end -------------------------------------------------------------------------------------

GIFT_CARD, WALLET = (
    Tender(kind, ref, 400) for kind, ref in ((TenderKind.GIFT_CARD, "g"), (TenderKind.WALLET, "w"))
)


def test_gift_cards_and_wallets_pay_what_is_due() -> None:
    found = decided(automatic("r", amount_off(1000)), tenders=(GIFT_CARD, WALLET))
    assert found.tenders == (
        TenderOutcome("g", TenderKind.GIFT_CARD, 400, 0),
        TenderOutcome("w", TenderKind.WALLET, 100, 300),
    )
    assert (found.total, found.discount, found.payable, found.due, found.points) == (1500, 1000, 500, 0, 5)


def test_points_as_a_payment_pay_before_gift_cards() -> None:
    found = decided(
        rule("p", ALL, trigger="choice"),
        lines=(line(1, "green", 300),),
        presented=(chosen("p-1", "p", points=100),),
        tenders=(GIFT_CARD,),
        document={"policy": {"points_as": "payment"}},
    )
    assert [(each.amount, each.left) for each in found.tenders] == [(200, 200)]
    assert found.due == 0


def test_a_card_that_may_not_pay_stands_behind_those_that_do() -> None:
    plan = program(campaign("c", automatic("r", amount_off(1000)), stacking={"not_with": ["gift_card"]}))
    found = decide(facts(plan, TEA, COFFEE, tenders=(GIFT_CARD, WALLET)))
    names = {"name": "gift_card", "other": "Campaign c"}
    assert found.tenders == (
        TenderOutcome("w", TenderKind.WALLET, 400, 0),
        TenderOutcome("g", TenderKind.GIFT_CARD, 0, 400, (Refusal(Reason.NOT_COMBINABLE, names),)),
    )
    assert found.due == 100


def test_a_wallet_of_somebody_else_does_not_pay() -> None:
    tender = Tender(TenderKind.WALLET, "w", 400, owner="M2")
    assert decided(tenders=(tender,)).due == 1500
    assert decided(tenders=(tender,), member=Member("M2", is_known=True)).due == 1100
    assert decided(tenders=(tender,), member=None).due == 1500


def test_an_order_that_pays_out_is_due_to_the_member() -> None:
    found = decided(lines=(line(1, "green", -300),), tenders=(GIFT_CARD,))
    assert (found.payable, found.due, found.tenders[0].amount) == (-300, -300, 0)


@pytest.mark.parametrize(
    ("stopped", "points"),
    [((), 15), (("program",), 0), (("member:M1",), 0), (("member:M2",), 15), (("campaign:c",), 15)],
)
def test_what_is_switched_off_earns_nothing(stopped: tuple[str, ...], points: int) -> None:
    found = decided(stopped=frozenset(stopped))
    assert (found.points, sum(part.points for part in found.earned)) == (points, points)


@pytest.mark.parametrize(
    ("life", "points"),
    [
        ({"stage": "live"}, 15),
        ({"stage": "closing"}, 0),
        ({"stage": "live", "earn_until": "2017-06-14"}, 0),
        ({"stage": "live", "earn_until": "2017-06-15"}, 15),
        ({"stage": "pilot", "pilot_stores": ["S1"]}, 15),
        ({"stage": "pilot", "pilot_stores": ["S2"]}, 0),
    ],
)
def test_points_are_earned_while_the_program_lets_them(life: Document, points: int) -> None:
    assert decided(document={"life": life}).points == points


def test_only_the_ordinary_points_count_as_points() -> None:
    stars = {"id": "s", "points_milli": 2000, "per": 100, "mode": "full_unit", "points": "stars"}
    base = {"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}
    found = decided(document={"earning": [base, stars]})
    assert found.points == 15
    assert sorted((part.currency, part.points) for part in found.earned) == [("points", 15), ("stars", 30)]
