"""A published program that is wrong: each wrong field is named by its path, whatever stands in it."""

import copy
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.program import ProgramInvalid
from app.core.program_format import read_program
from tests.core.facts import amount_off, bundle, buy_get, campaign, document, percent_off, rule
from tests.core.test_program_format import BONUS, CARDS, DOUBLE, EXPERIMENT, GOOD, LEAF, PAY, STEPS


def refusal_of(wrong: Any) -> str:
    with pytest.raises(ProgramInvalid) as found:
        read_program(orjson.dumps(wrong))
    return str(found.value)


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
        (["campaigns", 0, "starts_on"], "2017-06-01T09:00:00+02:00", "program.campaigns[0].starts_on"),
        (["campaigns", 0, "ends_on"], "2017-06-30T25:00", "program.campaigns[0].ends_on"),
        (["campaigns", 0, "stackable"], True, "program.campaigns[0].stackable"),
        (["colour"], "red", "program.colour"), (["version"], 1.0, "program.version"),
        (["name"], "x" * 81, "program.name"), (["earning", 0, "colour"], "red", "program.earning[0].colour"),
        (["product_sets", "tea"], {"sku": ["green"]}, "program.product_sets.tea.sku"),
        (["product_sets", "tea"], {"unit_price_least": -1}, "program.product_sets.tea.unit_price_least"),
        (["product_sets", "tea"], {"kinds": ["food"]}, "program.product_sets.tea.kinds"),
        (["product_sets", "tea"], {"attributes": ["new"]}, "program.product_sets.tea.attributes"),
        (["product_sets", "tea"], {"attributes": {"new": 1}}, "program.product_sets.tea.attributes.new"),
        (["product_sets", "tea"], {"not_reduced": "yes"}, "program.product_sets.tea.not_reduced"),
        (["calendars"], {"holidays": ["2017-02-29"]}, "program.calendars.holidays"),
        (["calendars"], {"holidays": "2017-02-28"}, "program.calendars.holidays"),
        (["policy"], {"rounding": "price"}, "program.policy.rounding"),
        (["policy"], {"round": "cents"}, "program.policy.round"),
        (["policy"], {"group_limits": {"g": -1}}, "program.policy.group_limits.g"),
        (["life"], {}, "program.life.stage"), (["life"], {"stage": "gone"}, "program.life.stage"),
        (["life"], {"stage": "live", "until": 1}, "program.life.until"),
        (["life"], {"stage": "live", "spend_until": "2017-02-30"}, "program.life.spend_until"),
        (["joining"], {"fact": "x"}, "program.joining.fact"), (["segments"], [], "program.segments"),
        (["segments"], {"s": dict(LEAF)}, "program.segments.s: order.total says nothing about a member"),
        (
            ["segments"],
            {"s": {"not": {"fact": "member.segments", "op": "contains", "value": "t"}}},
            "program.segments.s: member.segments",
        ),
        (["order_of_application"], ["coffee", "gone"], "program.order_of_application: no rule is called 'gone'"),
        (["order_of_application"], "coffee", "program.order_of_application"),
        (["campaigns", 0, "stacking"], {"exclusive": True, "always": True}, "program.campaigns[0].stacking: "),
        (["campaigns", 0, "stacking"], {"exclusive": 1}, "program.campaigns[0].stacking.exclusive"),
        (["campaigns", 0, "stacking"], {"best": "b"}, "program.campaigns[0].stacking.best"),
        (["campaigns", 0, "stacking"], {"group": ""}, "program.campaigns[0].stacking.group"),
        (["campaigns", 0, "stacking"], {"not_with": ["14"]}, "program.campaigns: '13' names '14'"),
        (["campaigns", 0, "stacking"], {"only_with": ["14"]}, "program.campaigns: '13' names '14'"),
        (["campaigns", 0, "limits"], {"uses": -1}, "program.campaigns[0].limits.uses"),
        (["campaigns", 0, "limits"], {"member_uses": [{}]}, "program.campaigns[0].limits.member_uses[0].at_most"),
        (
            ["campaigns", 0, "limits"],
            {"member_uses": [{"at_most": 1, "period": "previous_month"}]},
            "program.campaigns[0].limits.member_uses[0].period",
        ),
        (["campaigns", 0, "budget"], {"discount": -1}, "program.campaigns[0].budget.discount"),
        (["campaigns", 0, "budget"], {"money": 1}, "program.campaigns[0].budget.money"),
        (["campaigns", 0, "experiment"], {"id": "e", "variants": ["a"]}, "program.campaigns[0].experiment.id"),
        (["earning", 0, "of"], "line", "program.earning[0].of"),
        (["earning", 0, "products"], "wine", "program.earning[0].products"),
        (["earning", 0, "basis"], "net", "program.earning[0].basis"),
        (["earning", 0, "points"], "", "program.earning[0].points"),
        (["earning", 0, "points_milli"], 10**6 + 1, "program.earning[0].points_milli"),
        (["earning", 0, "limits"], [{}], "program.earning[0].limits[0]: expected one of"),
        (["earning", 0, "limits"], [{"points": 1, "times": 1}], "program.earning[0].limits[0]: expected one of"),
        (["earning", 0, "limits"], [{"times": 1, "period": "order"}], "program.earning[0].limits[0].period"),
        (["earning", 0, "limits"], [{"points": 1, "period": "hour"}], "program.earning[0].limits[0].period"),
        (["earning", 0, "limits"], [{"points": -1}], "program.earning[0].limits[0].points"),
        (["earning", 0], {**DOUBLE, "factor_milli": 0}, "program.earning[0].factor_milli"),
        (["earning", 0], {**DOUBLE, "factor_milli": 10**5 + 1}, "program.earning[0].factor_milli"),
        (["earning", 0], {**DOUBLE, "per": 1}, "program.earning[0].per"),
        (["earning", 0], {**DOUBLE, "products": "wine"}, "program.earning[0].products"),
        (["earning", 0], {**BONUS, "points_milli": 10**9 + 1}, "program.earning[0].points_milli"),
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
        ([0, "effect", "kind"], "magic", "program.campaigns[0].rules[0].effect.kind"),
        ([0, "effect", "target"], "member", "program.campaigns[0].rules[0].effect.target"),
        ([0, "effect", "amount"], 0, "program.campaigns[0].rules[0].effect.amount"),
        ([0, "effect", "products"], "wine", "program.campaigns[0].rules[0].effect.products"),
        ([0, "effect", "products"], ["tea"], "program.campaigns[0].rules[0].effect.products"),
        ([1, "effect", "basis_points"], 10_001, "program.campaigns[0].rules[1].effect.basis_points"),
        ([1, "effect", "basis_points"], 0, "program.campaigns[0].rules[1].effect.basis_points"),
        ([1, "effect", "cap"], 0, "program.campaigns[0].rules[1].effect.cap"),
        ([0, "condition"], [], "program.campaigns[0].rules[0].condition"),
        ([0, "colour"], "red", "program.campaigns[0].rules[0].colour"),
        ([0, "has_stock"], 1, "program.campaigns[0].rules[0].has_stock"),
        ([0, "cost_points"], 0, "program.campaigns[0].rules[0].cost_points"),
        ([1, "cost_points"], 80, "program.campaigns[0].rules[1].cost_points: nobody pays"),
        ([1, "effect"], PAY, "program.campaigns[0].rules[1].trigger: nobody pays"),
        (
            [0, "condition"],
            {"all": [LEAF, {"fact": []}]},
            "program.campaigns[0].rules[0].condition.all[1].fact",
        ),
    ],
)
def test_a_wrong_rule_is_named(place: list[Any], value: Any, path: str) -> None:
    assert refusal_of(changed(["campaigns", 0, "rules", *place], value)).startswith(path)


@pytest.mark.parametrize(
    ("effect", "key"),
    [
        (amount_off(0), "amount"), (amount_off(10**11 + 1), "amount"), (amount_off(1, units=0), "units"),
        (amount_off(1, "tea", units=10**6 + 1), "units"), (amount_off(1, per="line"), "per"),
        (amount_off(1, "tea", "cheapest", per="unit"), "per"), (amount_off(1, "tea", per="each"), "per"),
        (amount_off(1, weights="size"), "weights"), (amount_off(1, times=0), "times"), (amount_off(1, cap=1), "cap"),
        (percent_off(1, cap=0), "cap"), (percent_off(1, base="net"), "base"), (percent_off(1, times=1), "times"),
        ({"kind": "unit_price", "amount": -1}, "amount"),
        ({"kind": "unit_price", "amount": 1, "target": "order"}, "target"),
        ({"kind": "steps_percent", "basis_points": -1, **STEPS}, "basis_points"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "measure": "size"}, "measure"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "target": "cheapest"}, "target"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": []}, "steps"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": [[n, 1] for n in range(51)]}, "steps"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": [[1, 10_001]]}, "steps[0]"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": [[1, -1]]}, "steps[0]"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": [[1, 1, 1]]}, "steps[0]"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": [[1, True]]}, "steps[0]"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": [[1, 5], [1, 6]]}, "steps[1]"),
        ({"kind": "steps_percent", "basis_points": 0, **STEPS, "steps": [[1, 5], 7]}, "steps[1]"),
        ({"kind": "steps_amount", "amount": 0, **STEPS, "target": "order"}, "target"),
        ({"kind": "by_unit", "first": -1, "further": 0}, "first"), ({"kind": "by_unit", "first": 0}, "further"),
        (buy_get(0, 1), "buy_units"), (buy_get(1, 0), "get_units"), (buy_get(1, 1, "wine"), "buy"),
        (buy_get(1, 1, "tea", "wine"), "get"), (buy_get(1, 1, basis_points=0), "basis_points"),
        (buy_get(1, 1, times=0), "times"), (buy_get(1, 1, dearest="yes"), "dearest"),
        (bundle(price=1), "parts"), (bundle(("wine", 1), price=1), "parts[0].products"),
        (bundle(("tea", 0), price=1), "parts[0].units"), (bundle(("tea", 1), price=-1), "price"),
        (bundle(("tea", 1), amount_off=0), "amount_off"), (bundle(("tea", 1), basis_points=10_001), "basis_points"),
        (bundle(("tea", 1), price=1, units=2), "units: belongs"), (bundle(("tea", 1), price=1, size=2), "size"),
        ({"kind": "gift", "sku": ""}, "sku"), ({"kind": "gift", "sku": "c", "units": 0}, "units"),
        ({"kind": "gift", "sku": "c", "per": {"products": "tea"}}, "per.units"),
        ({"kind": "credit", "amount": 0}, "amount"), ({"kind": "credit", "basis_points": 10_001}, "basis_points"),
        ({**PAY, "points": 0}, "points"), ({**PAY, "worth": 0}, "worth"), ({**PAY, "step": 0}, "step"),
        ({**PAY, "step": 3}, "step: 3 points are not worth"), ({**PAY, "least": -1}, "least"),
        ({**PAY, "share_max": 0}, "share_max"), ({**PAY, "share_max": 10_001}, "share_max"),
        ({"kind": "punch_card", "card": "tea"}, "card"),
    ],
)  # fmt: skip
def test_a_wrong_effect_is_named(effect, key: str) -> None:
    wrong = document(campaign("c", rule("r", effect, trigger="choice")), **CARDS)
    assert refusal_of(wrong).startswith(f"program.campaigns[0].rules[0].effect.{key}")


@pytest.mark.parametrize(
    "effect",
    [
        bundle(("tea", 1)),
        bundle(("tea", 1), price=1, amount_off=1),
        {"kind": "credit"},
        {"kind": "credit", "amount": 1, "basis_points": 1},
    ],
)
def test_one_of_several_words_is_expected(effect) -> None:
    complaint = refusal_of(document(campaign("c", rule("r", effect))))
    assert complaint.startswith("program.campaigns[0].rules[0].effect: expected one of")


def test_names_are_given_once() -> None:
    assert (
        refusal_of(document(campaign("c"), campaign("c"))) == "program.campaigns: two campaigns have one id"
    )
    paid = rule("r", PAY, cost_points=5)
    assert "cost_points: points are the payment already" in refusal_of(document(campaign("c", paid)))
    none = {"id": "try", "variants": []}
    for wrong in (none, {**none, "variants": ["c"]}):
        body = document(campaign("c", experiment=wrong), experiments=[EXPERIMENT])
        assert refusal_of(body).startswith("program.campaigns[0].experiment.variants: expected some of a, b")


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
