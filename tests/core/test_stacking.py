"""What campaigns say about each other: alone, the best of a group, so many of a group, not with, only with."""

from typing import Any

import pytest

from app.core.decision import decide
from app.core.gift_cards import Tender, TenderKind
from app.core.outcome import Outcome
from app.core.reasons import Reason, Refusal
from tests.core.facts import (
    amount_off,
    automatic,
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
TEA = line(1, "green", 1000)


def offer(
    name: str, amount: int = 100, *, priority: int = 0, trigger: str = "automatic", **stacking: Any
) -> Document:
    """Return a campaign with one rule of the same name."""
    made = rule(name, amount_off(amount), priority=priority, trigger=trigger)
    return campaign(name, made, stacking=stacking)


def told(
    *campaigns: Document, policy: Document | None = None, lines=(TEA,), **more: Any
) -> dict[str, list[Refusal]]:
    """Return the refusals of each rule, by its name."""
    changed = {"policy": policy} if policy else {}
    decided = decide(facts(program(*campaigns, **changed), *lines, **more))
    return {outcome.rule_id: list(outcome.refusals) for outcome in decided.outcomes}


def excluded(name: str) -> list[Refusal]:
    return [Refusal(Reason.EXCLUDED_BY_EXCLUSIVE, {"other": f"Campaign {name}"})]


def not_best(name: str) -> list[Refusal]:
    return [Refusal(Reason.NOT_BEST, {"other": f"Campaign {name}"})]


def apart(name: str, other: str) -> list[Refusal]:
    names = [
        each if each in ("till", "points", "gift_card") else f"Campaign {each}" for each in (name, other)
    ]
    return [Refusal(Reason.NOT_COMBINABLE, {"name": names[0], "other": names[1]})]


# --- alone -------------------------------------------------------------------------------------------------------


def test_the_exclusive_one_stands_alone_beside_those_that_always_do() -> None:
    found = told(
        offer("a", exclusive=True),
        offer("b", priority=9),
        offer("c", always=True),
        offer("d", exclusive=True),
    )
    assert found == {"a": [], "b": excluded("a"), "c": [], "d": excluded("a")}


@pytest.mark.parametrize(
    ("priorities", "alone"),
    [((1, 2), "b"), ((2, 1), "a"), ((0, 0), "a"), ((-1, 0), "b")],
)
def test_of_two_exclusive_ones_the_higher_priority_stands(priorities: tuple[int, int], alone: str) -> None:
    one, other = (offer(name, priority=at, exclusive=True) for name, at in zip("ab", priorities, strict=True))
    left = "b" if alone == "a" else "a"
    assert told(one, other) == {alone: [], left: excluded(alone)}


def test_priority_decides_who_stands_alone_also_where_the_others_turn_comes_first() -> None:
    """Offers on products apply before offers on the order."""
    on_tea = campaign("a", automatic("a", percent_off(1000, "tea")), stacking={"exclusive": True})
    assert told(on_tea, offer("b", priority=1, exclusive=True)) == {"a": excluded("b"), "b": []}
    assert told(on_tea, offer("b", priority=0, exclusive=True)) == {"a": [], "b": excluded("a")}


def test_an_exclusive_one_that_does_not_apply_excludes_nobody() -> None:
    off = campaign("a", automatic("a", percent_off(1000, "coffee")), stacking={"exclusive": True})
    found = told(off, offer("b"), offer("c", exclusive=True))
    assert found["a"] == [Refusal(Reason.REQUIRED_ITEM_MISSING), *excluded("c")]
    assert (found["b"], found["c"]) == (excluded("c"), [])


def test_one_that_nothing_is_left_for_excludes_nobody() -> None:
    found = told(offer("a", exclusive=True), offer("b", 1000, always=True, priority=9), offer("c", 50))
    assert found == {
        "a": [Refusal(Reason.NO_EFFECT)],
        "b": [],
        "c": [Refusal(Reason.NO_EFFECT)],
    }


def test_all_rules_of_the_exclusive_campaign_apply() -> None:
    rules = [automatic("a1", amount_off(100)), automatic("a2", amount_off(50))]
    found = told(campaign("a", *rules, stacking={"exclusive": True}), offer("b"))
    assert found == {"a1": [], "a2": [], "b": excluded("a")}


# --- the best of a group -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "best"),
    [((100, 99), "a"), ((99, 100), "b"), ((100, 100), "a"), ((900, 800), "a"), ((1, 900), "b")],
)
def test_of_a_group_the_one_applies_that_saves_most_of_equal_ones_the_earlier(amounts, best: str) -> None:
    one, other = (offer(name, amount, best_of="g") for name, amount in zip("ab", amounts, strict=True))
    left = "b" if best == "a" else "a"
    assert told(one, other, offer("z", 10)) == {best: [], left: not_best(best), "z": []}


def test_groups_choose_each_for_itself() -> None:
    found = told(
        offer("a", 10, best_of="g"),
        offer("b", 20, best_of="g"),
        offer("c", 5, best_of="h"),
        offer("d", 1, best_of="h"),
    )
    assert found == {"a": not_best("b"), "b": [], "c": [], "d": not_best("c")}


def test_what_a_campaign_saves_is_what_all_of_its_rules_save() -> None:
    two = campaign(
        "a", automatic("a1", amount_off(60)), automatic("a2", amount_off(60)), stacking={"best_of": "g"}
    )
    assert told(two, offer("b", 119, best_of="g")) == {"a1": [], "a2": [], "b": not_best("a")}
    assert told(two, offer("b", 121, best_of="g")) == {"a1": not_best("b"), "a2": not_best("b"), "b": []}


def test_money_for_the_wallet_counts_as_saved() -> None:
    credit = campaign("a", automatic("a", {"kind": "credit", "amount": 101}), stacking={"best_of": "g"})
    assert told(credit, offer("b", 100, best_of="g")) == {"a": [], "b": not_best("a")}
    assert told(credit, offer("b", 102, best_of="g")) == {"a": not_best("b"), "b": []}


def test_a_gift_applies_too_when_nothing_else_of_its_group_does() -> None:
    gift = campaign("a", automatic("a", {"kind": "gift", "sku": "mug"}), stacking={"best_of": "g"})
    other = campaign("b", automatic("b", percent_off(1000, "coffee")), stacking={"best_of": "g"})
    found = told(gift, other)
    assert found["a"] == [] and found["b"] == [Refusal(Reason.REQUIRED_ITEM_MISSING)]


def test_the_best_is_chosen_among_those_that_may_apply() -> None:
    """The best one does not go with x, which applies before; so the second best applies."""
    x = offer("x", 1, priority=9)
    found = told(x, offer("a", 10, best_of="g"), offer("b", 20, best_of="g", not_with=["x"]))
    assert found == {"x": [], "a": [], "b": apart("b", "x")}


# --- so many of a group ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 3])
def test_at_most_so_many_of_a_group_apply(most: int) -> None:
    offers = [offer(name, group="g") for name in "abc"]
    full = [Refusal(Reason.GROUP_LIMIT, {"wanted": most})]
    found = told(*offers, offer("d"), offer("e", group="other"), policy={"group_limits": {"g": most}})
    assert found == {name: [] if place < most else full for place, name in enumerate("abc")} | {
        "d": [],
        "e": [],
    }


def test_rules_of_one_campaign_are_one_of_a_group() -> None:
    two = campaign(
        "a", automatic("a1", amount_off(60)), automatic("a2", amount_off(60)), stacking={"group": "g"}
    )
    found = told(two, offer("b", group="g"), policy={"group_limits": {"g": 1}})
    assert found == {"a1": [], "a2": [], "b": [Refusal(Reason.GROUP_LIMIT, {"wanted": 1})]}


# --- not with, only with -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("of_a", "of_b"), [(["b"], []), ([], ["a"]), (["b"], ["a"]), (["points", "b"], [])])
def test_not_with_holds_both_ways_and_the_first_stays(of_a: list[str], of_b: list[str]) -> None:
    found = told(offer("a", not_with=of_a), offer("b", not_with=of_b), offer("c"))
    assert found == {"a": [], "b": apart("b", "a"), "c": []}


def test_a_campaign_does_not_exclude_itself() -> None:
    two = campaign(
        "a", automatic("a1", amount_off(60)), automatic("a2", amount_off(60)), stacking={"not_with": ["a"]}
    )
    assert told(two) == {"a1": [], "a2": []}


def test_each_campaign_that_it_does_not_go_with_is_named() -> None:
    found = told(offer("a"), offer("b"), offer("c", not_with=["a", "b"]))
    assert found == {"a": [], "b": [], "c": apart("c", "a") + apart("c", "b")} or found["c"] == apart(
        "c", "a"
    )


@pytest.mark.parametrize(("is_reduced", "refused"), [(True, True), (False, False)])
def test_not_with_the_tills_own_reductions(is_reduced: bool, refused: bool) -> None:
    lines = (line(1, "green", 1000), line(2, "soap", 500, is_reduced=is_reduced))
    found = told(offer("a", not_with=["till"]), offer("b"), lines=lines)
    assert found == {"a": apart("a", "till") if refused else [], "b": []}


@pytest.mark.parametrize("priority", [-9, 9])
def test_not_with_points_holds_for_whoever_comes_second(priority: int) -> None:
    """Points pay in a phase of their own, after all discounts."""
    paying = campaign(
        "p",
        rule(
            "p",
            {"kind": "points_payment", "points": 1, "worth": 1, "step": 1},
            trigger="choice",
            priority=priority,
        ),
    )
    found = told(offer("a", not_with=["points"]), paying, presented=(chosen("p-1", "p"),))
    assert found == {"a": [], "p": apart("p", "a")}
    assert told(offer("a"), paying, presented=(chosen("p-1", "p"),)) == {"a": [], "p": []}


@pytest.mark.parametrize(("not_with", "refusals"), [(["points"], apart("z", "points")), ([], [])])
def test_money_back_comes_after_points_and_may_not_go_with_them(not_with, refusals: list[Refusal]) -> None:
    back = campaign("z", automatic("z", {"kind": "credit", "amount": 10}), stacking={"not_with": not_with})
    paying = campaign(
        "p", rule("p", {"kind": "points_payment", "points": 1, "worth": 1, "step": 1}, trigger="choice")
    )
    assert told(back, paying, presented=(chosen("p-1", "p"),)) == {"p": [], "z": refusals}
    assert told(back, paying) == {"z": []}


@pytest.mark.parametrize(("kind", "stops"), [(TenderKind.GIFT_CARD, True), (TenderKind.WALLET, False)])
def test_not_with_gift_cards_keeps_them_from_paying(kind: TenderKind, stops: bool) -> None:
    tender = Tender(kind, "T1", 500)
    decided = decide(facts(program(offer("a", not_with=["gift_card"])), TEA, tenders=(tender,)))
    outcome = decided.tenders[0]
    assert (outcome.amount, list(outcome.refusals)) == ((0, apart("gift_card", "a")) if stops else (500, []))
    assert decided.due == 900 - outcome.amount


def test_only_with_falls_when_the_other_does_not_apply() -> None:
    together = [Refusal(Reason.ONLY_TOGETHER, {"other": "Campaign b"})]
    missing = campaign("b", automatic("b", percent_off(1000, "coffee")))
    assert told(offer("a", only_with=["b"]), missing)["a"] == together
    assert told(offer("a", only_with=["b"]), offer("b")) == {"a": [], "b": []}
    found = told(
        offer("a", only_with=["b"]),
        offer("b", only_with=["c"]),
        campaign("c", automatic("c", percent_off(1000, "coffee"))),
    )
    assert found["a"] == together
    assert found["b"] == [Refusal(Reason.ONLY_TOGETHER, {"other": "Campaign c"})]


def test_what_fell_takes_nothing_from_those_that_stay() -> None:
    plan = program(
        offer("a", 600, priority=9, only_with=["c"]),
        offer("b", 600),
        campaign("c", automatic("c", percent_off(1000, "coffee"))),
    )
    decided = decide(facts(plan, TEA))
    by_rule: dict[str, Outcome] = {outcome.rule_id: outcome for outcome in decided.outcomes}
    assert (by_rule["b"].discount, decided.payable) == (600, 400)


# --- codes that go together --------------------------------------------------------------------------------------


@pytest.mark.parametrize("codes", ["each", "all_or_none"])
def test_codes_may_stand_and_fall_together(codes: str) -> None:
    good, bad = offer("a", trigger="voucher"), offer("b", trigger="voucher")
    presented = (shown("a-1", "a"), shown("b-1", "b", owner="M2"))
    found = told(good, bad, offer("c"), policy={"codes": codes}, presented=presented)
    fallen = [] if codes == "each" else [Refusal(Reason.STACK_INVALID)]
    assert found == {"a": fallen, "b": [Refusal(Reason.NOT_OWNER)], "c": []}
    both = (shown("a-1", "a"), shown("b-1", "b"))
    assert told(good, bad, policy={"codes": codes}, presented=both) == {"a": [], "b": []}


def test_a_code_of_no_rule_fells_the_others_too_where_they_go_together() -> None:
    presented = (shown("a-1", "a"), shown("x-1", "x"))
    for codes, fallen in (("each", []), ("all_or_none", [Refusal(Reason.STACK_INVALID)])):
        found = told(offer("a", trigger="voucher"), policy={"codes": codes}, presented=presented)
        assert found == {"a": fallen, "x": [Refusal(Reason.OFFER_UNKNOWN)]}
