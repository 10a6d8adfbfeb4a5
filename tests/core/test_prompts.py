"""Which offer is nearly there, by what numbers; and that doing what is said gives what was said."""

from typing import Any

import pytest

from app.core.decision import decide
from app.core.member import Member
from app.core.order import Line
from app.core.prompted import JoiningGives, NextBest, Want
from app.core.prompts import FAR, best_choice, joining_gives, next_best
from app.core.quote import choosable, quote
from tests.core.facts import (
    MEMBER,
    SETS,
    amount_off,
    automatic,
    buy_get,
    campaign,
    chosen,
    facts,
    leaf,
    line,
    percent_off,
    program,
    rule,
    shown,
)

ESPRESSO, GREEN = line(1, "espresso", 1_000), line(2, "green", 400)
TYPED = line(1, "", 2_360)
Document = dict[str, Any]


def total(at_least: int) -> Document:
    return leaf("order.total", "at_least", at_least)


def units(at_least: int, products: str = "tea") -> Document:
    return leaf("order.quantity_of", "at_least", at_least, products=products)


def nearest(*rules: Document, lines: tuple[Line, ...] = (ESPRESSO, GREEN), **more: Any) -> NextBest | None:
    """Return the prompt of an order under a campaign each for these rules, the choices among them unpicked."""
    made = program(*(campaign(f"c{place}", each) for place, each in enumerate(rules)))
    asked = facts(made, *lines, **more)
    choices = {rule_id: f"r-{rule_id}" for rule_id in choosable(made)}
    presented = [chosen(redemption_id, rule_id) for rule_id, redemption_id in choices.items()]
    return next_best(asked, quote(asked, choices=choices), presented)


FIVE_OFF = automatic("five", amount_off(500), condition=total(2_000))
TEA = automatic("tea", amount_off(100, "tea"), condition=units(2))


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([FIVE_OFF], (Want.AMOUNT, 600, 500)),
        ([automatic("more", percent_off(1_000), condition=leaf("order.total", "more_than", 1_599))],
         (Want.AMOUNT, 200, 160)),
        ([automatic("of", amount_off(300), condition=leaf("order.amount_of", "at_least", 1_200, products="coffee"))],
         (Want.AMOUNT_OF, 200, 300)),
        ([TEA], (Want.UNITS, 1, 100)),
        ([automatic("free", buy_get(2, 1), condition=units(1))], None),  # two are missing: only one of them is told of
        ([automatic("third", buy_get(1, 1))], (Want.UNITS, 1, 400)),  # one more would be free
        ([automatic("any", percent_off(1_000), condition=leaf("order.quantity", "at_least", 3))],
         (Want.UNITS, 1, 180)),  # of the cheapest: nobody is talked into the dearest
        ([automatic("either", amount_off(300), condition={"any": [units(2), total(9_000)]})], (Want.UNITS, 1, 300)),
        ([automatic("item", percent_off(1_000), condition=leaf("order.quantity_of", "more_than", 0, products="milk"))],
         (Want.PRODUCT, 1, 140)),
        ([automatic("milk", amount_off(100, "milk"))], None),  # nobody knows what milk costs here
        ([rule("cup", amount_off(290), trigger="choice", cost_points=130)], (Want.POINTS, 10, 290)),
    ],
)  # fmt: skip
def test_what_is_told_of_one_offer(
    rules: list[Document], told: tuple[Want, int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETS, "milk", ["oat"])
    found = nearest(*rules)
    assert (found and (found.want, found.missing, found.worth)) == told


@pytest.mark.parametrize(
    "rules",
    [
        [automatic("far", amount_off(500), condition=total(1_400 * (FAR + 1) + 1))],
        [automatic("two", amount_off(500), condition={"all": [total(2_000), units(2)]})],
        [automatic("day", amount_off(9), condition={"all": [total(2_000), leaf("order.date", "is", "2017-01-01")]})],
        [automatic("tier", amount_off(500), condition=leaf("member.tier", "is", "black"))],
        [automatic("usable", amount_off(500))],
        [automatic("nothing", amount_off(500, "tea"), condition=total(1_401)),
         automatic("all", amount_off(99_999))],
    ],
)  # fmt: skip
def test_nothing_is_told_of_what_nobody_can_change_now_or_gets_anything_by(rules: list[Document]) -> None:
    assert nearest(*rules) is None


def test_the_one_that_gives_most_for_what_is_missing_is_told() -> None:
    near = automatic("near", amount_off(20), condition=total(1_500))  # 20 for 100
    found = nearest(near, FIVE_OFF, TEA)  # 500 for 600, 100 for 400
    assert found is not None and (found.rule_id, found.name) == ("five", "Rule five")
    cheap = automatic("cheap", amount_off(95), condition=total(1_500))  # 95 for 100, and 500 for 600
    found = nearest(cheap, FIVE_OFF)
    assert found is not None and found.rule_id == "cheap", "not the largest, but the most for what is missing"


def test_an_offer_that_would_only_take_anothers_place_is_not_told() -> None:
    """One of two applies: what the better one takes off more is what it is worth."""
    low = campaign("low", automatic("low", amount_off(400)), stacking={"best_of": "g"})
    high = campaign(
        "high", automatic("high", amount_off(500), condition=total(2_000)), stacking={"best_of": "g"}
    )
    less = campaign(
        "less", automatic("less", amount_off(300), condition=total(2_000)), stacking={"best_of": "g"}
    )
    made = facts(program(low, high), ESPRESSO, GREEN)
    found = next_best(made, quote(made))
    assert found is not None and (found.rule_id, found.worth) == ("high", 100)
    made = facts(program(low, less), ESPRESSO, GREEN)
    assert next_best(made, quote(made)) is None


def test_of_a_typed_total_only_what_a_total_can_say_is_told() -> None:
    dear = automatic("dear", amount_off(500), condition=total(3_000))
    found = nearest(dear, TEA, lines=(TYPED,))
    assert found is not None and (found.rule_id, found.missing, found.worth) == ("dear", 640, 500)


def test_points_that_this_order_does_not_earn_come_last() -> None:
    cup = rule("cup", amount_off(1_400), trigger="choice", cost_points=130)
    made = program(campaign("c", cup), campaign("d", FIVE_OFF), earning=[])
    asked = facts(made, ESPRESSO, GREEN)
    found = next_best(asked, quote(asked, choices={"cup": "r-cup"}), [chosen("r-cup", "cup")])
    assert found is not None and found.rule_id == "five"


def test_a_voucher_that_lacks_an_amount_is_told_too() -> None:
    coupon = rule("coupon", amount_off(500), condition=total(2_000))
    asked = facts(program(campaign("c", coupon)), ESPRESSO, GREEN, presented=(shown("v1", "coupon"),))
    found = next_best(asked, quote(asked))
    assert found is not None and (found.want, found.missing) == (Want.AMOUNT, 600)


@pytest.mark.parametrize("missing_tax", [0, 190_000])
@pytest.mark.parametrize("cents", range(1_000, 2_000, 97))
def test_whoever_adds_what_is_missing_gets_what_was_said(cents: int, missing_tax: int) -> None:
    made = program(
        campaign("c", automatic("near", percent_off(1_250), condition=total(2_000))),
        campaign("d", automatic("always", percent_off(300))),
    )
    first = line(1, "espresso", cents, tax_ppm=missing_tax)
    found = next_best(facts(made, first), quote(facts(made, first)))
    assert found is not None and found.missing == 2_000 - cents
    added = line(2, "", found.missing, tax_ppm=missing_tax)
    outcomes = {each.rule_id: each for each in decide(facts(made, first, added)).automatic}
    assert (
        outcomes["near"].discount == 250 and 250 * 97 // 100 <= found.worth <= 250
    )  # the 3 % get less by it
    one_less = line(2, "", found.missing - 1)
    assert not {each.rule_id: each for each in decide(facts(made, first, one_less)).automatic}[
        "near"
    ].discount


# --- joining -----------------------------------------------------------------------------------------------------


NEW = Member("NEW", is_known=False)


def test_joining_gives_members_prices_and_points() -> None:
    made = program(
        campaign(
            "m",
            automatic("members", percent_off(1_000), condition={"not": leaf("member.tier", "is", "black")}),
        )
    )
    now, then = decide(facts(made, ESPRESSO, member=None)), quote(facts(made, ESPRESSO, member=NEW))
    assert joining_gives(now, then) == JoiningGives(off=100, points=9)


def test_joining_that_gives_nothing_is_not_told() -> None:
    made = program(campaign("c", FIVE_OFF), earning=[])
    assert (
        joining_gives(decide(facts(made, ESPRESSO, member=None)), quote(facts(made, ESPRESSO, member=NEW)))
        is None
    )


def test_a_new_member_picks_what_takes_most_off_and_costs_no_points() -> None:
    rules = [
        rule("small", amount_off(100), trigger="choice"),
        rule("large", amount_off(300), trigger="choice"),
        rule("dear", amount_off(500), trigger="choice", cost_points=10),
    ]
    made = program(*(campaign(each["id"], each) for each in rules))
    rich = Member("NEW", is_known=True, balance=50)
    choices = {rule_id: f"r-{rule_id}" for rule_id in choosable(made)}
    best = best_choice(quote(facts(made, ESPRESSO, member=rich), choices=choices))
    assert best is not None and best.rule_id == "large"
    assert best_choice(quote(facts(made, ESPRESSO, member=MEMBER))) is None
