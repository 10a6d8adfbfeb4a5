"""The schema of the published program says what its reader takes, key for key, word for word, bound for bound.

The schema is written by hand. Its descriptions must be, and what goes together is said by the reader in code, from
which nothing could be generated: a generator would be the reader a second time. So the two are held equal instead.
`whole_program` says all there is to say. Each of its values is changed to what is near and to what is far; schema and
reader must then agree, but for the few things that a schema can't say (`ONLY_THE_READER`).

In one thing the schema is stricter: it wants dates written as docs/program.md writes them.
"""

import copy
import re
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, validators

from app.core import (
    authority,
    benefits,
    campaign,
    earning,
    effects,
    expiry,
    gift_cards,
    life,
    milestones,
    order,
    paid_order,
    points_format,
    policy,
    referral,
    schemes_format,
    tiers,
)
from app.core.campaign_format import CALENDAR_PERIODS
from app.core.circumstances import FACTS, GROSS, NET
from app.core.conditions import OPERATORS, PERIODS, ConditionInvalid, Vocabulary, compile_condition
from app.core.effects_format import READERS
from app.core.money import CURRENCIES
from app.core.products import ProductSet
from app.core.program import ProgramInvalid
from app.core.program_format import ROOT_KEYS, read_program
from resources.load import program_schema
from tests.core.facts import leaf
from tests.core.whole_program import CALENDARS, Part, parts, whole_program

Place = tuple[str | int, ...]
SCHEMA = program_schema()
DEFS = SCHEMA["$defs"]
PARTS = list(parts())
GONE = object()
FAR = 10**15

# What only the reader can refuse, since a schema looks at each value without the others.
ONLY_THE_READER = {
    "a name that leads nowhere": r"is not among the program's|no (experiment|punch card|rule) is called"
    r"|which is no campaign|expected some of",
    "a name given twice": r"two (rules|tiers) are called|two campaigns have one id|another one is called|is sold as",
    "values in a wrong order": r"is not above the one before|is before the start|the first below the second"
    r"|expected more than",
    "a step of points that is worth no whole number": "points are not worth",
    "a time zone that there isn't": "is no time zone",
    "a tree that is too deep": "nested too deep",
    "a day or an hour that there isn't": "expected a date such as|expected a time such as",
}
# Besides, days such as 2026-02-30, and 1.0 where 1 is meant: test_wrong_programs.py has one of each.


def refusal(body: Any) -> str:
    """Return the reader's complaint, empty when the program is read."""
    try:
        read_program(orjson.dumps(body))
    except ProgramInvalid as problem:
        return str(problem)
    return ""


def spoken_of(pointer: str) -> Any:
    """Return the part of the schema at a pointer such as `/$defs/rule`."""
    return reduce(lambda inner, key: inner[key], pointer.split("/")[1:], SCHEMA)


@cache
def validator(pointer: str = "") -> Any:
    inner = spoken_of(pointer) if pointer else {**SCHEMA, "$id": "urn:whole"}
    return Draft202012Validator({"$defs": DEFS, "properties": {"it": inner}} if pointer else inner)


def is_valid(value: Any, pointer: str = "") -> bool:
    found: bool = validator(pointer).is_valid({"it": value} if pointer else value)
    return found


# --- documents that say one thing else -----------------------------------------------------------------------------


def places(value: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key), item
        yield from places(item, (*path, key))


def at(body: Any, path: Place) -> Any:
    return reduce(lambda inner, key: inner[key], path, body)


def changed(body: Any, path: Place, value: Any) -> Any:
    """Return the document with another value at a place, or without it."""
    body = inner = copy.copy(body)
    for key in path[:-1]:
        inner[key] = copy.copy(inner[key])
        inner = inner[key]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return body


def far(value: Any) -> Iterator[Any]:
    """Yield what can hardly stand in a value's place."""
    yield None
    match value:
        case bool():
            yield from (1, not value)
        case int():
            yield from (str(value), True, 1.5)
        case str():
            yield from ("", "x" * 81, 5)
        case list():
            yield from ([], {}, [None])
        case dict():
            yield from ({}, [])


def outside(value: Any) -> Iterator[Any]:
    """Yield nothing at all, and what makes the reader tell its bounds, its words or its keys."""
    yield GONE
    match value:
        case bool():
            pass
        case int():
            yield from (-FAR, FAR)
        case str():
            yield "?"
        case dict():
            yield {**value, "colour": 1}


def near(value: Any, complaint: str) -> Iterator[Any]:
    """Yield what the complaint calls right, and what is just beside it."""
    if found := re.search(r": expected (-?\d+) to (\d+), found", complaint):
        least, most = map(int, found.groups())
        yield from (least - 1, least, most, most + 1)
    elif found := re.search(r": expected at least (-?\d+), found", complaint):
        yield from (int(found[1]) - 1, int(found[1]))
    elif found := re.search(r"(?:is not one of|; one of) (.+)$", complaint):
        yield from found[1].split(", ")
    elif found := re.search(r"colour: means nothing here; known are (.+)$", complaint):
        yield from ({**value, key: None} for key in found[1].split(", ") if key not in value)


def assert_agreed(part: Part, body: Any) -> None:
    """Fail when one takes what the other refuses, but for what only the reader can refuse."""
    complaint, is_taken = refusal(body), is_valid(at(body, part.path), part.pointer)
    if is_taken and complaint:
        assert any(re.search(kind, complaint) for kind in ONLY_THE_READER.values()), complaint
    assert is_taken or complaint, f"{part.path}: the reader takes what the schema refuses"


def said_in(part: Part) -> Iterator[tuple[Place, Any]]:
    value = at(part.body, part.path)
    if part.path:
        yield part.path, value
    yield from places(value, part.path)


# --- the schema and the reader -------------------------------------------------------------------------------------


def test_the_schema_is_one_and_takes_its_own_example_and_the_whole_program() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert len(SCHEMA["examples"]) == 1
    for body in (*SCHEMA["examples"], whole_program()):
        assert refusal(body) == ""
        assert [problem.message for problem in validator().iter_errors(body)] == []


def name_of(part: Part) -> str:
    return "/".join(map(str, part.path)) or "root"


@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_bounds_words_and_keys_are_those_of_the_reader(part: Part) -> None:
    for path, value in said_in(part):
        for strange in outside(value):
            if strange is GONE and path == part.path:
                continue  # the root's part goes without it
            body = changed(part.body, path, strange)
            assert_agreed(part, body)
            for beside in near(value, refusal(body)):
                assert_agreed(part, changed(part.body, path, beside))


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS, ids=name_of)
def test_what_the_schema_refuses_the_reader_refuses_at_each_place(part: Part) -> None:
    for path, value in said_in(part):
        for strange in far(value):
            assert_agreed(part, changed(part.body, path, strange))


VALUES = [copy.copy(value) for part in PARTS for _, value in said_in(part)]
PLACES = [(part, place) for part in PARTS for place in said_in(part)]


@settings(max_examples=100)
@given(chosen=st.sampled_from(PLACES), other=st.sampled_from(VALUES), data=st.data())
def test_what_the_schema_refuses_the_reader_refuses_by_chance(chosen: Any, other: Any, data: Any) -> None:
    """A value becomes another one that stands elsewhere in a program, or what can hardly stand anywhere."""
    part, (path, value) = chosen
    strange = data.draw(st.sampled_from([other, *far(value)]))
    assert_agreed(part, changed(part.body, path, strange))


def test_the_schema_says_nothing_that_the_whole_program_does_not_say() -> None:
    """So there is no key in it that the reader doesn't know."""
    found: set[tuple[int, str]] = set()

    def properties(checked: Any, keys: Any, instance: Any, schema: Any) -> Iterator[Any]:
        found.update((id(keys), key) for key in keys if isinstance(instance, dict) and key in instance)
        yield from Draft202012Validator.VALIDATORS["properties"](checked, keys, instance, schema)

    watching: Any = validators.extend(Draft202012Validator, {"properties": properties})
    assert watching(SCHEMA).is_valid(whole_program())
    for name, inner in [("", SCHEMA), *DEFS.items()]:
        if inner.get("additionalProperties") is False and not name.endswith("leaf"):  # leaves: by fact, below
            keys = inner["properties"]
            assert [key for key in keys if (id(keys), key) not in found] == [], name


# --- words -----------------------------------------------------------------------------------------------------------

CALENDAR = [str(period) for period in expiry.CalendarPeriod]
WORDS: dict[str, Iterable[str]] = {
    "/properties/currency": CURRENCIES,
    "/$defs/product_set/properties/kinds/items": order.LineKind,
    "/$defs/leaf/properties/fact": FACTS,
    "/$defs/campaign/properties/offline": authority.Offline,
    "/$defs/campaign/properties/on_return": paid_order.OnReturn,
    "/$defs/rule/properties/trigger": campaign.Trigger,
    "/$defs/limit/properties/period": CALENDAR_PERIODS,
    "/$defs/effect/properties/kind": READERS,
    "/$defs/amount_off/properties/target": effects.Target,
    "/$defs/amount_off/properties/per": effects.Per,
    "/$defs/amount_off/properties/weights": effects.Weights,
    "/$defs/percent_off/properties/target": effects.Target,
    "/$defs/percent_off/properties/base": policy.PercentBase,
    "/$defs/steps_percent/properties/measure": effects.Measure,
    "/$defs/steps_percent/properties/target": set(effects.Target) - {effects.Target.CHEAPEST},
    "/$defs/steps_amount/properties/measure": effects.Measure,
    "/$defs/base_earning/properties/of": earning.Of,
    "/$defs/base_earning/properties/mode": earning.EarningMode,
    "/$defs/base_earning/properties/basis": earning.Basis,
    "/$defs/earning_limit/properties/period": ("order", *CALENDAR_PERIODS),
    "/$defs/policy/properties/percent_base": policy.PercentBase,
    "/$defs/policy/properties/round": policy.Rounding,
    "/$defs/policy/properties/round_at": policy.RoundAt,
    "/$defs/policy/properties/remainder": policy.Remainder,
    "/$defs/policy/properties/amount_basis": policy.AmountBasis,
    "/$defs/policy/properties/points_as": policy.PointsAs,
    "/$defs/policy/properties/codes": policy.Codes,
    "/$defs/policy/properties/multipliers": policy.Multipliers,
    "/$defs/life/properties/stage": life.Stage,
    "/$defs/tier/properties/access": tiers.Access,
    "/$defs/earned_tier/properties/measure": tiers.Measure,
    "/$defs/earned_tier/properties/window": points_format.WindowKind,
    "/$defs/earned_tier/properties/start": tiers.Start,
    "/$defs/earned_tier/properties/valid": tiers.Validity,
    "/$defs/earned_tier/properties/downgrade": tiers.Downgrade,
    "/$defs/expiry/properties/kind": points_format.TermKind,
    "/$defs/expiry/properties/round_up": CALENDAR,
    "/$defs/extension/properties/kind": points_format.TermKind,
    "/$defs/extension/properties/round_up": CALENDAR,
    "/$defs/gift_cards/properties/refund": paid_order.RefundOrder,
    "/$defs/card_kind/properties/use": schemes_format.Use,
    "/$defs/card_kind/properties/when_used": gift_cards.WhenUsed,
    "/$defs/jurisdiction/properties/ends": schemes_format.Ends,
    "/$defs/jurisdiction/properties/rest": schemes_format.LastRest,
    "/$defs/benefit/properties/kind": benefits.BenefitKind,
    "/$defs/milestone/properties/measure": milestones.Measure,
    "/$defs/milestone/properties/repeat": milestones.Repeat,
    "/$defs/challenge/properties/measure": set(milestones.Measure) - {milestones.Measure.MEMBER_DAYS},
    "/$defs/referral/properties/counts": referral.Counts,
}
LEAF_WORDS = {"measured": {"", GROSS, NET}, "period": set(PERIODS)}  # in each leaf that has them


def words_said(value: Any, pointer: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield each list of words in the schema that says what one may write; conditions of the schema's own don't."""
    if isinstance(value, dict) and "enum" in value:
        yield pointer, set(value["enum"]) - {None}
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("if", "then", "else", "allOf", "anyOf", "oneOf", "examples"):
                yield from words_said(inner, f"{pointer}/{key}")


def test_words_are_those_of_the_code() -> None:
    said = dict(words_said(SCHEMA))
    for pointer in [pointer for pointer in said if pointer.endswith("_test/properties/op")]:
        del said[pointer]  # looked at below, fact by fact
    for pointer in [pointer for pointer in said if "leaf/" in pointer and not pointer.endswith("/fact")]:
        assert said.pop(pointer) == LEAF_WORDS[pointer.rsplit("/", 1)[1]]
    assert said == {pointer: {str(word) for word in words} for pointer, words in WORDS.items()}
    assert SCHEMA["properties"].keys() == set(ROOT_KEYS)


# --- facts -----------------------------------------------------------------------------------------------------------


def leaf_of(fact: str) -> Any:
    """Return the schema of the leaves that ask for a fact."""
    (found,) = (
        branch["then"]["$ref"]
        for branch in DEFS["leaf"]["allOf"]
        if Draft202012Validator(branch["if"]).is_valid({"fact": fact})
    )
    return spoken_of(found.removeprefix("#"))


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_has_the_operators_and_keys_of_the_code(name: str) -> None:
    said, fact = leaf_of(name), FACTS[name]
    operators = spoken_of(said["$ref"].removeprefix("#"))["properties"]["op"]["enum"]
    assert operators == list(OPERATORS[fact.kind])
    assert said["properties"].keys() == {"fact", "op", "value"} | fact.keys
    assert set(said.get("required", ())) == fact.keys - {"measured", "days", "period"}


KINDS = (
    "order.nth",
    "order.quantity",
    "order.store",
    "order.date",
    "order.time",
    "member.consents",
    "member.birthday",
)
WANTED = (0, 1, -1, "a", "2017-01-01", "09:00", [], [1], [1, 2], ["a"], ["2017-01-01", "2017-01-02"],
          ["09:00", "10:00:30"], ["09:00", "10:00", "11:00"], ["9:00", "10:00"], None, True, "holidays")  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_an_operator_wants_the_same_values_in_schema_and_reader(name: str) -> None:
    assert {FACTS[one].kind for one in KINDS} == OPERATORS.keys()
    vocabulary = Vocabulary({"tea": ProductSet()}, {"holidays": frozenset(CALENDARS["holidays"])})
    for operator in OPERATORS[FACTS[name].kind]:
        for wanted in WANTED if name != "order.nth" else [one for one in WANTED if one != []]:  # see below
            tree = leaf(name, operator, wanted)
            try:
                compile_condition(tree, vocabulary)
            except ConditionInvalid as problem:
                by_schema = "among the program's calendars" in str(problem) or "first below" in str(problem)
                assert by_schema or not is_valid(tree, "/$defs/leaf"), tree
            else:
                assert is_valid(tree, "/$defs/leaf"), tree


def test_which_order_may_be_asked_by_an_empty_list() -> None:
    tree = leaf("order.nth", "one_of", [])
    assert is_valid(tree, "/$defs/leaf")
    compile_condition(tree, Vocabulary({}))
