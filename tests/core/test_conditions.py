"""Conditions: each operator at its edge, the tree, the explanation, and complaints that name their place."""

import pytest

from app.core.conditions import DEPTH_MAX, Circumstances, ConditionInvalid, compile_condition
from app.core.member import Member
from app.core.order import Order
from app.core.reasons import Reason, Refusal
from tests.core.facts import MEMBER, line, order

SETS = {"coffee": frozenset({"espresso", "filter"})}
LINES = (
    line(1, "espresso", 900, 2),
    line(2, "soap", 2100, 1),
    line(3, "filter", 100, 1),
    line(4, "pledge", -100, 1),
)
ORDER = order(*LINES)  # 30.00, five things; 10.00 and three things of coffee; a Thursday at noon


def refusals(tree, seen: Order = ORDER, member: Member | None = MEMBER) -> tuple[Refusal, ...]:
    return compile_condition(tree, product_sets=SETS)(Circumstances(seen, member, SETS))


def holds(fact: str, op: str, value, **more) -> bool:
    return not refusals({"fact": fact, "op": op, "value": value, **more})


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        ("at_least", True, True, False),
        ("more_than", True, False, False),
        ("at_most", False, True, True),
        ("less_than", False, False, True),
        ("is", False, True, False),
    ],
)
def test_number_operators_at_their_edge(op: str, below: bool, at: bool, above: bool) -> None:
    """The total is 30.00: against 29.99, 30.00 and 30.01."""
    assert [holds("order.total", op, value) for value in (2999, 3000, 3001)] == [below, at, above]
    assert [holds("order.quantity", op, value) for value in (4, 5, 6)] == [below, at, above]
    coffee = {"products": "coffee"}
    assert [holds("order.amount_of", op, value, **coffee) for value in (999, 1000, 1001)] == [
        below,
        at,
        above,
    ]
    assert [holds("order.quantity_of", op, value, **coffee) for value in (2, 3, 4)] == [below, at, above]


@pytest.mark.parametrize(
    ("fact", "op", "good", "bad"),
    [
        ("order.total", "one_of", [1, 3000], [2999, 3001]),
        ("order.store", "is", "S1", "S2"),
        ("order.store", "one_of", ["S2", "S1"], ["S2"]),
        ("order.store", "between", ["S0", "S2"], ["S0", "S1"]),
        ("order.weekday", "is", 4, 5),
        ("order.date", "is", "2017-06-15", "2017-06-16"),
        ("order.date", "one_of", ["2017-06-15"], ["2017-06-14", "2017-06-16"]),
        (
            "order.date",
            "between",
            ["2017-06-01", "2017-06-15"],
            ["2017-06-16", "2017-06-30"],
        ),  # the last day is in
        ("order.date", "between", ["2017-06-15", "2017-06-15"], ["2017-06-14", "2017-06-14"]),
        ("order.time", "between", ["12:00", "12:01"], ["11:00", "12:00"]),  # the last minute is not
        ("order.time", "between", ["12:00:00", "24:00"], ["12:00:01", "13:00"]),
        ("member.tier", "is", "gold", "silver"),
        ("member.segments", "contains", "early", "late"),
    ],
)
def test_other_operators(fact: str, op: str, good, bad) -> None:
    assert holds(fact, op, good) and not holds(fact, op, bad)


def test_without_a_member_there_is_no_tier_and_no_segment() -> None:
    for fact, op in (("member.tier", "is"), ("member.segments", "contains")):
        found = refusals({"fact": fact, "op": op, "value": "gold"}, member=None)
        assert [refusal.reason for refusal in found] == [Reason.NOT_IN_SEGMENT]


@pytest.mark.parametrize(
    ("tree", "numbers"),
    [
        (
            {"fact": "order.total", "op": "at_least", "value": 3640},
            {"wanted": 3640, "found": 3000, "missing": 640},
        ),
        (
            {"fact": "order.total", "op": "more_than", "value": 3000},
            {"wanted": 3001, "found": 3000, "missing": 1},
        ),
        ({"fact": "order.quantity", "op": "at_least", "value": 7}, {"wanted": 7, "found": 5, "missing": 2}),
    ],
)
def test_the_explanation_says_what_is_missing(tree, numbers) -> None:
    assert [refusal.numbers for refusal in refusals(tree)] == [numbers]


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [
        ({"fact": "order.total", "op": "at_most", "value": 5}, Reason.ORDER_DOES_NOT_FIT),
        ({"fact": "order.weekday", "op": "is", "value": 7}, Reason.OUTSIDE_HOURS),
        ({"fact": "order.weekday", "op": "at_least", "value": 6}, Reason.OUTSIDE_HOURS),
        ({"fact": "order.store", "op": "is", "value": "S9"}, Reason.WRONG_STORE),
        (
            {"fact": "order.quantity_of", "op": "at_least", "value": 9, "products": "coffee"},
            Reason.MIN_QTY_NOT_MET,
        ),
        (
            {"fact": "order.amount_of", "op": "at_least", "value": 9999, "products": "coffee"},
            Reason.MIN_TOTAL_NOT_MET,
        ),
    ],
)
def test_each_fact_has_its_reason(leaf, reason: Reason) -> None:
    assert [refusal.reason for refusal in refusals(leaf)] == [reason]


def test_of_a_product_that_is_not_there_the_product_is_missing() -> None:
    for fact in ("order.amount_of", "order.quantity_of"):
        leaf = {"fact": fact, "op": "at_least", "value": 1, "products": "coffee"}
        assert [refusal.reason for refusal in refusals(leaf, order(line(1, "soap", 5)))] == [
            Reason.REQUIRED_ITEM_MISSING
        ]


@pytest.mark.parametrize("fact", ["order.amount_of", "order.quantity_of", "order.quantity"])
def test_what_an_order_without_lines_cannot_tell_neither_holds_nor_fails(fact: str) -> None:
    products = {} if fact == "order.quantity" else {"products": "coffee"}
    leaf = {"fact": fact, "op": "at_most", "value": 0, **products}
    for tree in (leaf, {"not": leaf}, {"not": {"not": leaf}}, {"all": [leaf]}, {"any": [leaf]}):
        assert [refusal.reason for refusal in refusals(tree, order(line(1, "", 500)))] == [
            Reason.LINES_NEEDED
        ]


YES, NO = ({"fact": "order.total", "op": "at_least", "value": value} for value in (1, 9999))


@pytest.mark.parametrize(
    ("tree", "is_met"),
    [
        ({"all": [YES, YES]}, True), ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True), ({"any": [NO, NO]}, False),
        ({"not": NO}, True), ({"not": YES}, False), ({"not": {"not": YES}}, True),
        ({"any": [{"all": [YES, NO]}, {"all": [YES, {"not": NO}]}]}, True),
        ({"all": [{"any": [NO, {"not": YES}]}, YES]}, False),
    ],
)  # fmt: skip
def test_trees(tree, is_met: bool) -> None:
    assert (not refusals(tree)) is is_met


def test_every_failed_leaf_explains_itself() -> None:
    shop = {"fact": "order.store", "op": "is", "value": "S9"}
    found = [refusal.reason for refusal in refusals({"all": [NO, YES, {"any": [shop, NO]}]})]
    assert found == [Reason.MIN_TOTAL_NOT_MET, Reason.WRONG_STORE, Reason.MIN_TOTAL_NOT_MET]
    assert [refusal.reason for refusal in refusals({"not": YES})] == [Reason.ORDER_DOES_NOT_FIT]


LEAF = {"fact": "order.total", "op": "is", "value": 1}
SPAN = {"fact": "order.time", "op": "between"}


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
        ({**LEAF, "value": "1"}, "condition.value: "), ({**LEAF, "value": True}, "condition.value: "),
        ({**LEAF, "value": 1.0}, "condition.value: "), ({**LEAF, "value": None}, "condition.value: "),
        ({**LEAF, "op": "one_of"}, "condition.value: "), ({**LEAF, "op": "one_of", "value": []}, "condition.value: "),
        ({"fact": "order.store", "op": "is", "value": 1}, "condition.value: "),
        ({**SPAN, "value": ["09:00"]}, "condition.value: "),
        ({**SPAN, "value": ["18:00", "09:00"]}, "condition.value: "),
        ({**SPAN, "value": ["09:00", "09:00"]}, "condition.value: "),
        ({**SPAN, "value": ["9:00", "9:30"]}, "condition.value: "),
        ({"fact": "order.date", "op": "is", "value": "2017-6-1"}, "condition.value: "),
        ({"fact": "order.date", "op": "between", "value": ["2017-06-02", "2017-06-01"]}, "condition.value: "),
        ({"fact": "order.amount_of", "op": "is", "value": 1}, "condition.products: "),
        ({"fact": "order.amount_of", "op": "is", "value": 1, "products": "wine"}, "condition.products: "),
        ({"fact": "order.amount_of", "op": "is", "value": 1, "products": ["coffee"]}, "condition.products: "),
    ],
)  # fmt: skip
def test_a_complaint_names_its_place(tree, place: str) -> None:
    with pytest.raises(ConditionInvalid) as found:
        compile_condition(tree, product_sets=SETS)
    assert str(found.value).startswith(place)


def test_trees_are_as_deep_as_people_can_follow() -> None:
    tree = YES
    for _ in range(DEPTH_MAX):
        tree = {"not": tree}
    assert not refusals(tree)
    with pytest.raises(ConditionInvalid, match=r"condition(\.not)+: nested too deep"):
        compile_condition({"not": tree}, product_sets=SETS)
