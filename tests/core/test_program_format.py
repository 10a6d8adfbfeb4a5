"""The published program: what is right is read, and each wrong field is named by its path."""

import copy
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.campaign import Offline, Trigger
from app.core.canonical import canonical, digest
from app.core.effects import AmountOff, PercentOff, Target
from app.core.program import ProgramInvalid
from app.core.program_format import read_program
from tests.core.facts import amount_off, campaign, document, earning, percent_off, rule

LEAF = {"fact": "order.total", "op": "at_least", "value": 1}
RULES = (
    rule("coffee", amount_off(100, "coffee"), priority=3, condition=LEAF),
    rule("all", percent_off(1000, cap=500), trigger="automatic"),
    rule("unit", percent_off(10_000, "tea", "cheapest")),
)
GOOD = document(
    campaign("13", *RULES, audience=["M1"], offline="never"), earning=[earning(condition=dict(LEAF))]
)


def refusal_of(wrong: Any) -> str:
    with pytest.raises(ProgramInvalid) as found:
        read_program(orjson.dumps(wrong))
    return str(found.value)


def test_a_good_program() -> None:
    body = canonical(GOOD)
    program = read_program(body)
    assert (program.version, program.hash, program.currency.code) == (7, digest(body), "USD")
    assert program.product_sets["coffee"] == {"espresso", "filter"}
    only = program.campaigns[0]
    assert (only.audience, only.offline) == (frozenset({"M1"}), Offline.NEVER)
    assert [one.effect for one in only.rules] == [
        AmountOff(Target.PRODUCTS, 100, "coffee"),
        PercentOff(Target.ORDER, 1000, None, 500),
        PercentOff(Target.CHEAPEST, 10_000, "tea"),
    ]
    assert [one.trigger for one in only.rules] == [Trigger.VOUCHER, Trigger.AUTOMATIC, Trigger.VOUCHER]
    assert [one.rule_id for _, one in program.automatic] == ["all"]
    assert only.rules[0].condition is not None and only.rules[1].condition is None
    assert read_program(body) is program


def test_automatic_rules_stand_in_the_order_in_which_they_apply() -> None:
    names = ("b", "a", "first")
    rules = [rule(name, amount_off(1), trigger="automatic", priority=int(name == "first")) for name in names]
    plan = read_program(canonical(document(campaign("c", *rules))))
    assert [one.rule_id for _, one in plan.automatic] == ["first", "a", "b"]


@pytest.mark.parametrize(
    ("place", "value", "path"),
    [
        (["format"], 2, "program.format"), (["program_id"], "", "program.program_id"),
        (["version"], 0, "program.version"),
        (["version"], True, "program.version"), (["version"], "7", "program.version"), (["name"], None, "program.name"),
        (["currency"], "CHF", "program.currency"), (["currency"], 5, "program.currency"),
        (["time_zone"], "Nowhere/City", "program.time_zone"), (["time_zone"], "America", "program.time_zone"),
        (["time_zone"], "../etc/passwd", "program.time_zone"), (["time_zone"], "x" * 300, "program.time_zone"),
        (["expires_ms"], -1, "program.expires_ms"), (["expires_ms"], 1.5, "program.expires_ms"),
        (["product_sets"], [], "program.product_sets"), (["product_sets", "tea"], "green", "program.product_sets.tea"),
        (["product_sets", "tea"], [1], "program.product_sets.tea"), (["earning"], {}, "program.earning"),
        (["earning", 0], 5, "program.earning[0]"), (["earning", 0, "per"], 0, "program.earning[0].per"),
        (["earning", 0, "points_milli"], 0, "program.earning[0].points_milli"),
        (["earning", 0, "mode"], "each", "program.earning[0].mode"), (["earning", 0, "id"], 1, "program.earning[0].id"),
        (["earning", 0, "condition", "op"], "is_not", "program.earning[0].condition.op"),
        (["campaigns"], None, "program.campaigns"), (["campaigns", 0, "id"], None, "program.campaigns[0].id"),
        (["campaigns", 0, "starts_on"], "2017-13-01", "program.campaigns[0].starts_on"),
        (["campaigns", 0, "starts_on"], 20170101, "program.campaigns[0].starts_on"),
        (["campaigns", 0, "ends_on"], "2017-05-31", "program.campaigns[0].ends_on"),
        (["campaigns", 0, "audience"], "M1", "program.campaigns[0].audience"),
        (["campaigns", 0, "audience"], [None], "program.campaigns[0].audience"),
        (["campaigns", 0, "offline"], "maybe", "program.campaigns[0].offline"),
        (["campaigns", 0, "offline"], ["always"], "program.campaigns[0].offline"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(place: list[Any], value: Any, path: str) -> None:
    assert refusal_of(changed(place, value)).startswith(path)


@pytest.mark.parametrize(
    ("place", "value", "path"),
    [
        ([1, "id"], "coffee", "program.campaigns: two rules are called 'coffee'"),
        ([0, "name"], "", "program.campaigns[0].rules[0].name"),
        ([0, "trigger"], "manual", "program.campaigns[0].rules[0].trigger"),
        ([0, "priority"], "1", "program.campaigns[0].rules[0].priority"),
        ([0, "effect"], None, "program.campaigns[0].rules[0].effect"),
        ([0, "effect", "kind"], "gift", "program.campaigns[0].rules[0].effect.kind"),
        ([0, "effect", "target"], "member", "program.campaigns[0].rules[0].effect.target"),
        ([0, "effect", "target"], "order", "program.campaigns[0].rules[0].effect: "),
        ([0, "effect", "amount"], 0, "program.campaigns[0].rules[0].effect.amount"),
        ([0, "effect", "products"], "wine", "program.campaigns[0].rules[0].effect.products"),
        ([0, "effect", "products"], ["tea"], "program.campaigns[0].rules[0].effect.products"),
        ([0, "effect", "products"], None, "program.campaigns[0].rules[0].effect: "),
        ([1, "effect", "basis_points"], 10_001, "program.campaigns[0].rules[1].effect.basis_points"),
        ([1, "effect", "basis_points"], 0, "program.campaigns[0].rules[1].effect.basis_points"),
        ([1, "effect", "cap"], 0, "program.campaigns[0].rules[1].effect.cap"),
        ([0, "condition"], [], "program.campaigns[0].rules[0].condition"),
        (
            [0, "condition"],
            {"all": [LEAF, {"fact": []}]},
            "program.campaigns[0].rules[0].condition.all[1].fact",
        ),
    ],
)
def test_a_wrong_rule_is_named(place: list[Any], value: Any, path: str) -> None:
    assert refusal_of(changed(["campaigns", 0, "rules", *place], value)).startswith(path)


def changed(place: list[Any], value: Any) -> Any:
    """Return the good program with another value at a place."""
    wrong = copy.deepcopy(GOOD)
    inner = wrong
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return wrong


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff", b'"program"', b"[" * 5000])
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(ProgramInvalid):
        read_program(body)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(list(places(GOOD))), json_values)
def test_whatever_stands_in_a_field_is_read_or_refused(place: tuple[Any, ...], value: Any) -> None:
    complaint = complaint_about(changed(list(place), value))
    assert complaint is None or complaint.startswith("program")


def complaint_about(program: Any) -> str | None:
    try:
        read_program(orjson.dumps(program))
    except ProgramInvalid as problem:
        return str(problem)
    return None
