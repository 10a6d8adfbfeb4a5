"""What speaks against one rule, by itself and all together, with the numbers that people are told."""

from datetime import date
from typing import Any

import pytest

from app.core.authority import NEEDS_NONE
from app.core.decision import decide
from app.core.experiments import variant_of
from app.core.member import Member
from app.core.outcome import Decision, Facts
from app.core.reasons import Reason, Refusal
from app.core.voucher import Presentation
from tests.core.facts import (
    MEMBER,
    NOON,
    amount_off,
    automatic,
    campaign,
    chosen,
    facts,
    line,
    moment,
    order,
    percent_off,
    program,
    reasons,
    rule,
    shown,
)

TEA = line(1, "green", 1000)
Document = dict[str, Any]


def member(**changed: Any) -> Member:
    return Member(**{"ref": "M1", "is_known": True, "balance": 100, "as_of_ms": 1, **changed})


def refusals(
    *rules: Document,
    presented: tuple[Presentation, ...] = (),
    member: Member | None = MEMBER,
    at: str = "2017-06-15 12:00",
    document: Document | None = None,
    **more: Any,
) -> list[list[Refusal]]:
    """Return the refusals of each rule of a campaign, the presented ones first."""
    changed = {key: more.pop(key) for key in ("known", "stopped") if key in more}
    plan = program(campaign("c", *rules, **more), **(document or {}))
    asked = Facts(plan, order(TEA, at_ms=moment(at)), member, presented, **changed)
    return [list(outcome.refusals) for outcome in decide(asked).outcomes]


OFF = automatic("r", amount_off(100))


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        ("2017-05-31 23:59:59", Refusal(Reason.NOT_STARTED, {"starts_on": "2017-06-01"})),
        ("2017-06-01 00:00:00", None),
        ("2017-06-30 23:59:59", None),
        ("2017-07-01 00:00:00", Refusal(Reason.EXPIRED, {"ends_on": "2017-06-30"})),
    ],
)
def test_a_campaign_runs_from_its_first_second_to_its_last(at: str, refusal: Refusal | None) -> None:
    assert refusals(OFF, at=at) == [[refusal] if refusal else []]
    assert refusals(OFF, at=at, audience=["M1"]) == [[refusal] if refusal else []]
    assert refusals(OFF, at=at, stopped=frozenset({"rule:x"})) == [[refusal] if refusal else []]


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        ("2017-06-01 08:29:59", Refusal(Reason.NOT_STARTED, {"starts_on": "2017-06-01 08:30:00"})),
        ("2017-06-01 08:30:00", None),
        ("2017-06-02 20:15:30", None),
        ("2017-06-02 20:15:31", Refusal(Reason.EXPIRED, {"ends_on": "2017-06-02 20:15:30"})),
    ],
)
def test_moments_are_shown_as_people_read_them(at: str, refusal: Refusal | None) -> None:
    bounds = {"starts_on": "2017-06-01T08:30:00", "ends_on": "2017-06-02T20:15:30"}
    assert refusals(OFF, at=at, **bounds) == [[refusal] if refusal else []]


@pytest.mark.parametrize(
    ("stopped", "is_stopped"),
    [
        ("program", True),
        ("member:M1", True),
        ("campaign:c", True),
        ("rule:r", True),
        ("code:h-r", True),
        ("member:M2", False),
        ("campaign:r", False),
        ("rule:c", False),
        ("code:r", False),
    ],
)
def test_what_is_switched_off_gives_nothing(stopped: str, is_stopped: bool) -> None:
    found = refusals(rule("r", amount_off(100)), presented=(shown("r-1", "r"),), stopped=frozenset({stopped}))
    assert found == [[Refusal(Reason.STOPPED)] if is_stopped else []]


def test_switching_one_of_several_off_is_enough() -> None:
    stopped = frozenset({"campaign:x", "rule:r", "member:M2"})
    assert refusals(OFF, automatic("s", amount_off(50)), stopped=stopped) == [[Refusal(Reason.STOPPED)], []]


@pytest.mark.parametrize(("later", "is_over"), [(-1, False), (0, True), (1, True)])
def test_a_program_ends_in_the_millisecond_it_names(later: int, is_over: bool) -> None:
    plan = program(campaign("c", OFF), expires_ms=NOON)
    decided = decide(Facts(plan, order(TEA, at_ms=NOON + later), MEMBER))
    assert reasons(decided.automatic[0]) == ([Reason.PROGRAM_EXPIRED] if is_over else [])


def test_without_lines_an_order_is_needed() -> None:
    plan = program(campaign("c", OFF, automatic("s", percent_off(1000, "tea"))))
    told = {each.rule_id: each.refusals for each in decide(facts(plan)).automatic}
    assert told == {"r": (Refusal(Reason.ORDER_NEEDED),), "s": (Refusal(Reason.ORDER_NEEDED),)}


def test_an_offer_that_is_never_given_offline_is_refused_here() -> None:
    assert refusals(OFF, offline="never") == [[Refusal(Reason.ONLINE_ONLY)]]


@pytest.mark.parametrize(
    ("ref", "refusal"),
    [("M1", None), ("M2", None), ("M3", Reason.NOT_IN_SEGMENT), (None, Reason.MEMBER_NEEDED)],
)
def test_an_audience_is_for_its_members(ref: str | None, refusal: Reason | None) -> None:
    asked = None if ref is None else member(ref=ref)
    assert refusals(OFF, audience=["M1", "M2"], member=asked) == [[Refusal(refusal)] if refusal else []]


def test_a_variant_of_an_experiment_is_for_those_who_got_it() -> None:
    experiment = {
        "id": "e",
        "name": "Try",
        "variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}],
    }
    document = {"experiments": [experiment]}
    read = (
        program(campaign("c", OFF, experiment={"id": "e", "variants": ["a"]}), **document).campaigns[0].share
    )
    refs = [f"M{number}" for number in range(20)]
    variants = {ref: variant_of(read.experiment, ref) for ref in refs}
    assert set(variants.values()) == {"a", "b"}
    for ref, variant in variants.items():
        for wanted in ("a", "b"):
            share = {"id": "e", "variants": [wanted]}
            found = refusals(OFF, member=member(ref=ref), experiment=share, document=document)
            assert found == [[] if variant == wanted else [Refusal(Reason.OTHER_VARIANT)]]
    found = refusals(OFF, member=None, experiment={"id": "e", "variants": ["a", "b"]}, document=document)
    assert found == [[Refusal(Reason.MEMBER_NEEDED)]]
    other = next(ref for ref in refs if variants[ref] == "b")
    share = {"id": "e", "variants": ["a"]}
    found = refusals(OFF, member=member(ref=other), experiment=share, document=document, offline="never")
    assert found == [
        [Refusal(Reason.OTHER_VARIANT)]
    ]  # head office is not asked for what would be refused anyway


# --- the code ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("voucher", "refusal"),
    [
        ({"ends_on": date(2017, 6, 14)}, Refusal(Reason.EXPIRED, {"ends_on": "2017-06-14"})),
        ({"ends_on": date(2017, 6, 15)}, None),
        ({"uses_max": 2, "uses": 1}, None),
        ({"uses_max": 2, "uses": 2}, Refusal(Reason.LIMIT_TOTAL_REACHED)),
        ({"uses_max": 2, "uses": 3}, Refusal(Reason.LIMIT_TOTAL_REACHED)),
        ({"uses_max": 0, "uses": 3}, None),
        ({"owner": "M1"}, None),
        ({"owner": "M2"}, Refusal(Reason.NOT_OWNER)),
    ],
)
def test_a_code_has_an_owner_an_end_and_so_many_uses(voucher: Document, refusal: Refusal | None) -> None:
    found = refusals(rule("r", amount_off(100)), presented=(shown("r-1", "r", **voucher),))
    assert found == [[refusal] if refusal else []]


def test_a_code_with_an_owner_needs_the_member() -> None:
    found = refusals(rule("r", amount_off(100)), presented=(shown("r-1", "r", owner="M1"),), member=None)
    assert found == [[Refusal(Reason.MEMBER_NEEDED)]]


def test_each_showing_of_a_code_in_an_order_is_a_use() -> None:
    presented = tuple(shown(f"r-{number}", "r", uses_max=4, uses=1) for number in range(5))
    found = refusals(rule("r", amount_off(100)), presented=presented)
    assert found == [[], [], [], [Refusal(Reason.LIMIT_TOTAL_REACHED)], [Refusal(Reason.LIMIT_TOTAL_REACHED)]]


# --- points and stock --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balance", "debt", "refusal"),
    [
        (60, 0, None),
        (59, 0, Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": 60, "found": 59, "missing": 1})),
        (0, 0, Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": 60, "found": 0, "missing": 60})),
        (60, 1, Refusal(Reason.DEBT, {"missing": 1})),
        (0, 7, Refusal(Reason.DEBT, {"missing": 7})),
    ],
)
def test_a_reward_costs_points_and_nothing_may_be_owed(
    balance: int, debt: int, refusal: Refusal | None
) -> None:
    reward = rule("r", amount_off(100), trigger="choice", cost_points=60)
    found = refusals(reward, presented=(chosen("r-1", "r"),), member=member(balance=balance, debt=debt))
    assert found == [[refusal] if refusal else []]


def test_two_rewards_share_one_balance() -> None:
    rules = [rule(name, amount_off(100), trigger="choice", cost_points=60) for name in ("r", "s")]
    presented = (chosen("r-1", "r"), chosen("s-1", "s"))
    missing = Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": 60, "found": 59, "missing": 1})
    assert refusals(*rules, presented=presented, member=member(balance=119)) == [[], [missing]]
    assert refusals(*rules, presented=presented, member=member(balance=120)) == [[], []]


def test_points_whose_last_day_is_over_buy_nothing() -> None:
    reward = rule("r", amount_off(100), trigger="choice", cost_points=60)
    asked = member(balance=100, expiring=((date(2017, 6, 14), 41), (date(2017, 6, 15), 9)))
    found = refusals(reward, presented=(chosen("r-1", "r"),), member=asked)
    assert found == [[Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": 60, "found": 59, "missing": 1})]]


@pytest.mark.parametrize(
    "effect",
    [
        {"kind": "points_payment", "points": 1, "worth": 1, "step": 1},
        {"kind": "credit", "amount": 100},
        {"kind": "punch_card", "card": "ten"},
    ],
)
def test_points_wallets_and_cards_need_a_member(effect: Document) -> None:
    document = {"punch_cards": [{"id": "ten", "name": "Ten", "every": 10, "products": "tea"}]}
    asked = rule("r", effect, trigger="choice")
    found = refusals(asked, presented=(chosen("r-1", "r"),), member=None, document=document)
    assert found == [[Refusal(Reason.MEMBER_NEEDED)]]
    known = {"punches:ten": 9}
    owing = member(debt=5)
    found = refusals(asked, presented=(chosen("r-1", "r"),), member=owing, document=document, known=known)
    blocks = effect["kind"] == "points_payment"
    assert found == [[Refusal(Reason.DEBT, {"missing": 5})] if blocks else []]


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        ({}, Reason.ONLINE_ONLY),
        ({"stock:r": 1}, None),
        ({"stock:r": 0}, Reason.ONLINE_ONLY),
        ({"stock:r": 0, "stock_elsewhere:r": 0}, Reason.OUT_OF_STOCK),
        ({"stock:r": 0, "stock_elsewhere:r": 1}, Reason.ONLINE_ONLY),
    ],
)
def test_a_reward_is_handed_out_from_the_stock_here(known: dict[str, int], refusal: Reason | None) -> None:
    reward = rule("r", amount_off(100), trigger="voucher", has_stock=True)
    found = refusals(reward, presented=(shown("r-1", "r"),), known=known)
    assert found == [[Refusal(refusal)] if refusal else []]


def test_each_reward_of_an_order_leaves_one_less() -> None:
    reward = rule("r", amount_off(100), has_stock=True)
    presented = tuple(shown(f"r-{number}", "r") for number in range(4))
    known = {"stock:r": 3, "stock_elsewhere:r": 0}
    assert refusals(reward, presented=presented, known=known) == [[], [], [], [Refusal(Reason.OUT_OF_STOCK)]]


# --- products and the order of reasons ---------------------------------------------------------------------------


def test_an_effect_without_its_products_says_so() -> None:
    coffee, tea = automatic("r", percent_off(1000, "coffee")), automatic("s", percent_off(1000, "tea"))
    assert refusals(coffee, tea) == [[Refusal(Reason.REQUIRED_ITEM_MISSING)], []]


def test_all_reasons_are_told_the_most_important_first() -> None:
    reward = rule("r", percent_off(1000, "coffee"), cost_points=500, has_stock=True)
    presented = (shown("r-1", "r", owner="M2", ends_on=date(2017, 6, 1), uses_max=1, uses=1),)
    found = refusals(
        reward,
        presented=presented,
        at="2017-07-15 12:00",
        audience=["M3"],
        stopped=frozenset({"rule:r"}),
        known={"stock:r": 0, "stock_elsewhere:r": 0, "uses:c": 5},
        limits={"uses": 5},
    )
    told = [refusal.reason for refusal in found[0]]
    assert sorted(told, key=list(Reason).index) == told
    assert set(told) == {
        Reason.NOT_OWNER,
        Reason.STOPPED,
        Reason.EXPIRED,
        Reason.NOT_IN_SEGMENT,
        Reason.REQUIRED_ITEM_MISSING,
        Reason.LIMIT_CAMPAIGN_REACHED,
        Reason.LIMIT_TOTAL_REACHED,
        Reason.OUT_OF_STOCK,
        Reason.INSUFFICIENT_POINTS,
    }


def test_a_refused_rule_is_named_and_gives_nothing() -> None:
    plan = program(
        campaign("c", rule("r", amount_off(100))), campaign("d", OFF | {"id": "s"}, offline="never")
    )
    decided: Decision = decide(facts(plan, TEA, presented=(shown("r-1", "r", owner="M2"),)))
    presented, by_itself = decided.presented[0], decided.automatic[0]
    assert presented[:5] == ("r", "c", "r-1", 0, ())
    assert by_itself[:5] == ("s", "d", None, 0, ())
    assert presented[6:] == by_itself[6:] == (0, 0, (), 0, 0, (), NEEDS_NONE, 0, ())
