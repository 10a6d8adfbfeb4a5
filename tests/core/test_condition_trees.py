"""Condition trees: all, any and not, what each failed leaf says, and complaints that name their place."""

import pytest

from app.core.conditions import DAYS_MAX, DEPTH_MAX, ConditionInvalid, Vocabulary, compile_condition, facts_of
from app.core.reasons import Reason
from tests.core.facts import leaf
from tests.core.test_conditions import HOLIDAYS, SETS, reasons, refusals

YES, NO = (leaf("order.total", "at_least", value) for value in (1, 9999))
UNKNOWN = leaf("history.orders", "at_least", 1)


@pytest.mark.parametrize(
    ("tree", "is_met"),
    [
        ({"all": [YES, YES]}, True), ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True), ({"any": [NO, NO]}, False),
        ({"not": NO}, True), ({"not": YES}, False), ({"not": {"not": YES}}, True),
        ({"any": [{"all": [YES, NO]}, {"all": [YES, {"not": NO}]}]}, True),
        ({"all": [{"any": [NO, {"not": YES}]}, YES]}, False),
        ({"any": [UNKNOWN, YES]}, True), ({"any": [UNKNOWN, NO]}, False), ({"all": [UNKNOWN, YES]}, False),
        ({"not": {"any": [NO, UNKNOWN]}}, False),  # what isn't known isn't thereby false
    ],
)  # fmt: skip
def test_trees(tree, is_met: bool) -> None:
    assert (not refusals(tree)) is is_met


def test_every_failed_leaf_explains_itself() -> None:
    shop = leaf("order.store", "is", "S9")
    found = reasons({"all": [NO, YES, {"any": [shop, NO]}]})
    assert found == [Reason.MIN_TOTAL_NOT_MET, Reason.WRONG_STORE, Reason.MIN_TOTAL_NOT_MET]
    assert reasons({"not": YES}) == [Reason.ORDER_DOES_NOT_FIT]
    assert reasons({"not": {"all": [leaf("order.store", "is", "S1"), YES]}}) == [Reason.WRONG_STORE]
    assert reasons({"not": {"any": [NO, UNKNOWN]}}) == [Reason.FACTS_MISSING]


def test_the_facts_of_a_tree() -> None:
    tree = {"all": [YES, {"any": [{"not": UNKNOWN}, leaf("order.store", "is", "S1")]}]}
    assert list(facts_of(tree)) == ["order.total", "history.orders", "order.store"]


LEAF = leaf("order.total", "is", 1)
SPAN = {"fact": "order.time", "op": "between"}
SPENT = leaf("history.spend", "at_least", 1)
COFFEE = leaf("order.amount_of", "is", 1, products="coffee")
CALENDAR = {"fact": "order.date", "op": "in_calendar"}


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ([], "condition: "), (None, "condition: "), ({}, "condition: "), ({"all": [YES], "any": [NO]}, "condition: "),
        ({"none": [YES]}, "condition: "), ({"all": []}, "condition.all: "), ({"any": YES}, "condition.any: "),
        ({"all": [YES, 5]}, "condition.all[1]: "), ({"not": {"any": [[]]}}, "condition.not.any[0]: "),
        ({**LEAF, "fact": "order.size"}, "condition.fact: "), ({**LEAF, "fact": ["order.total"]}, "condition.fact: "),
        ({**LEAF, "fact": None}, "condition.fact: "), ({**LEAF, "op": "contains"}, "condition.op: "),
        ({**LEAF, "op": ["is"]}, "condition.op: "), ({"fact": "order.total", "value": 1}, "condition.op: "),
        ({**LEAF, "values": 1}, "condition: ['values']"), ({**LEAF, "products": "coffee"}, "condition: ['products']"),
        ({**LEAF, "days": 3}, "condition: ['days']"), ({**LEAF, "measured": "both"}, "condition.measured: "),
        ({**LEAF, "value": "1"}, "condition.value: "), ({**LEAF, "value": True}, "condition.value: "),
        ({**LEAF, "value": 1.0}, "condition.value: "), ({**LEAF, "value": None}, "condition.value: "),
        ({**LEAF, "op": "one_of"}, "condition.value: "),
        ({**LEAF, "op": "one_of", "value": ["1"]}, "condition.value: "),
        ({**LEAF, "op": "every", "value": 0}, "condition.value: "),
        ({"fact": "order.store", "op": "is", "value": 1}, "condition.value: "),
        ({"fact": "order.store", "op": "between", "value": ["S0", "S2"]}, "condition.op: "),  # texts have no order
        ({**SPAN, "value": ["09:00"]}, "condition.value: "),
        ({**SPAN, "value": ["18:00", "09:00"]}, "condition.value: "),
        ({**SPAN, "value": ["09:00", "09:00"]}, "condition.value: "),
        ({**SPAN, "value": ["9:00", "9:30"]}, "condition.value: "),
        ({"fact": "order.date", "op": "is", "value": "2017-6-1"}, "condition.value: "),
        ({"fact": "order.date", "op": "between", "value": ["2017-06-02", "2017-06-01"]}, "condition.value: "),
        ({**CALENDAR, "value": "easter"}, "condition.value: "), ({**CALENDAR, "value": []}, "condition.value: "),
        ({**COFFEE, "products": None}, "condition.products: "),
        ({**COFFEE, "products": "wine"}, "condition.products: "),
        ({**COFFEE, "products": ["coffee"]}, "condition.products: "),
        ({**SPENT, "days": 0}, "condition.days: "), ({**SPENT, "days": DAYS_MAX + 1}, "condition.days: "),
        ({**SPENT, "days": True}, "condition.days: "), ({**SPENT, "period": "decade"}, "condition.period: "),
        ({**SPENT, "days": 1, "period": "day"}, "condition: either"), ({**SPENT, "name": "x"}, "condition: ['name']"),
        (leaf("history.days_since_order", "is", 1, days=3), "condition: ['days']"),
        (leaf("event.count", "is", 1), "condition.name: "), (leaf("event.count", "is", 1, name=""), "condition.name: "),
        (leaf("history.redemptions", "is", 1), "condition.campaign: "), (leaf("signal", "is", "x"), "condition.name: "),
        (leaf("member.attribute", "is", "x"), "condition.name: "), (leaf("member.birthday", "is", 3), "condition.op: "),
        (leaf("member.birthday", "within_days", "3"), "condition.value: "),
        (leaf("member.segments", "contains_any", "x"), "condition.value: "),
    ],
)  # fmt: skip
def test_a_complaint_names_its_place(tree, place: str) -> None:
    with pytest.raises(ConditionInvalid) as found:
        compile_condition(tree, Vocabulary(SETS, HOLIDAYS))
    assert str(found.value).startswith(place)


@pytest.mark.parametrize("days", [1, DAYS_MAX])
def test_windows_reach_from_a_day_to_ten_years(days: int) -> None:
    assert reasons({**SPENT, "days": days}, known={f"history.spend/{days}d": 1}) == []


def test_trees_are_as_deep_as_people_can_follow() -> None:
    tree = YES
    for _ in range(DEPTH_MAX):
        tree = {"not": tree}
    assert not refusals(tree)
    with pytest.raises(ConditionInvalid, match=r"condition(\.not)+: nested too deep"):
        compile_condition({"not": tree}, Vocabulary(SETS))
