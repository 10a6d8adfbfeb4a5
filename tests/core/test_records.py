"""Records: what was decided is written and read back whole; what is no record raises RecordInvalid and nothing else."""

import copy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.canonical import canonical
from app.core.codes import Level
from app.core.decision import decide
from app.core.facts_record import RecordInvalid, read_facts
from app.core.order import AMOUNT_MAX, LINES_MAX, local_date
from app.core.outcome import Facts
from app.core.records import (
    Attendance,
    order_differences,
    order_record,
    redemption_differences,
    redemption_record,
    replay_order,
)
from app.core.voucher import Presentation
from tests.core.facts import (
    MEMBER,
    NOON,
    amount_off,
    campaign,
    line,
    order,
    percent_off,
    program,
    rule,
    shown,
)
from tests.core.test_program_complaints import json_values, places

PLAN = program(
    campaign("13", rule("auto", percent_off(1000), trigger="automatic"), rule("v", amount_off(100)))
)
VOUCHER = shown("id1", "v", ends_on=local_date(NOON, "UTC"), owner="M1", uses_max=2, uses=1).voucher
SHOWN = Presentation("id1", VOUCHER, Level.NUMBER)  # as a scan gives it
FACTS = Facts(
    PLAN, order(line(1, "soap", 500, floor=50), line(2, "green", 200)), MEMBER, (SHOWN, shown("id2", "gone"))
)
ATTENDANCE = Attendance("offline", "c7", Level.SIGNED, "ab" * 16)
DECISION = decide(FACTS)
GOOD = orjson.loads(canonical(order_record(FACTS, DECISION, ATTENDANCE)))


def test_a_record_holds_all_that_was_decided_on() -> None:
    assert read_facts(GOOD, PLAN) == FACTS
    assert replay_order(GOOD, PLAN) == DECISION
    assert order_differences(GOOD, DECISION) == []


def test_the_shape_of_an_order_record() -> None:
    assert (GOOD["order_id"], GOOD["store"], GOOD["link"], GOOD["cashier"]) == ("o-1", "S1", "offline", "c7")
    assert GOOD["member"]["level"] == "A2" and GOOD["member"]["segments"] == ["early"]
    assert GOOD["lines"] == [
        {"line": 1, "sku": "soap", "qty": 1, "amount": 500, "floor": 50},
        {"line": 2, "sku": "green", "qty": 1, "amount": 200},
    ]
    assert (GOOD["program_version"], GOOD["program_hash"]) == (7, PLAN.hash)
    assert GOOD["campaigns"] == [
        {"rule": "auto", "campaign": "13", "discount": 70, "allocation": [[1, 50], [2, 20]]}
    ]
    assert (GOOD["total"], GOOD["discount"], GOOD["points"]) == (700, 170, 5)


def redemption(place: int) -> dict[str, Any]:
    record = redemption_record(FACTS, DECISION.presented[place], FACTS.presented[place], ATTENDANCE)
    return dict(orjson.loads(canonical(record)))


def test_a_redemption_and_a_refusal() -> None:
    given_, refused = redemption(0), redemption(1)
    assert (given_["discount"], given_["reasons"], given_["level"]) == (100, [], "A1")
    assert refused["reasons"] == [{"code": "offer_unknown", "numbers": {}}]
    assert redemption_differences(given_, DECISION) == redemption_differences(refused, DECISION) == []


@pytest.mark.parametrize("key", ["total", "discount", "points", "campaigns"])
def test_a_changed_figure_of_an_order_is_named(key: str) -> None:
    changed = {**GOOD, key: [] if key == "campaigns" else GOOD[key] + 1}
    assert order_differences(changed, replay_order(changed, PLAN)) == [key]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rule", "w"),
        ("campaign", "14"),
        ("discount", 99),
        ("allocation", []),
        ("reasons", [1]),
        ("redemption_id", "id9"),
    ],
)
def test_a_changed_figure_of_a_redemption_is_named(key: str, value: Any) -> None:
    assert redemption_differences({**redemption(0), key: value}, DECISION) == [key]


def test_a_changed_fact_changes_the_decision() -> None:
    changed = copy.deepcopy(GOOD)
    changed["lines"][0]["amount"] += 1000
    assert order_differences(changed, replay_order(changed, PLAN)) == [
        "campaigns",
        "total",
        "discount",
        "points",
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tz", "Nowhere"), ("tz", "America"), ("tz", "../x"), ("tz", ""), ("tz", "\0"), ("tz", "x" * 300), ("tz", None),
        ("t_eff", 2**62), ("t_eff", -(2**62)), ("t_eff", 1.5), ("t_eff", True),
        ("lines", None), ("lines", [None]), ("lines", "abc"), ("lines", {"a": 1}), ("lines", [[1]]),
        ("lines", [{"line": 1, "sku": "a", "qty": 1, "amount": AMOUNT_MAX + 1}]),
        ("lines", [{"line": 1, "sku": "a", "qty": 1, "amount": -AMOUNT_MAX - 1}]),
        ("lines", [{"line": 1, "sku": "a", "qty": 1, "amount": 1}] * (LINES_MAX + 1)),
        ("member", 5), ("member", {}), ("member", {**GOOD["member"], "segments": [[]]}),
        ("presented", None), ("presented", [{**GOOD["presented"][0], "ends_on": "2017-02-30"}]),
        ("presented", [{**GOOD["presented"][0], "ends_on": 5}]), ("presented", [{**GOOD["presented"][0], "uses": "1"}]),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(key: str, value: Any) -> None:
    with pytest.raises(RecordInvalid):
        replay_order({**GOOD, key: value}, PLAN)


@pytest.mark.parametrize(
    "key", ["order_id", "store", "register", "t_eff", "tz", "currency", "member", "lines", "presented"]
)
def test_a_missing_field_is_refused(key: str) -> None:
    with pytest.raises(RecordInvalid):
        replay_order({name: value for name, value in GOOD.items() if name != key}, PLAN)


@given(st.sampled_from(list(places(GOOD))), json_values)
def test_whatever_stands_in_a_field_is_replayed_or_refused(place: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(GOOD)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        decided = replay_order(changed, PLAN)
    except RecordInvalid:
        return
    order_differences(changed, decided)


@given(json_values)
def test_whatever_comes_as_a_record_is_refused(value: Any) -> None:
    with pytest.raises(RecordInvalid):
        replay_order(value, PLAN)
