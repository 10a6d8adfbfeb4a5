"""The form of a condition says what the condition says, and its buttons do what they say."""

import pytest
from hypothesis import given

from app.core.conditions import Vocabulary, compile_condition
from app.core.money import CURRENCIES
from hq.builder.member_part import member_part
from hq.builder.tree import TreeWrong, can_show, edited, node_of, read_node, tree_of, walk, with_paths
from tests.hq.builder.trees import CALENDARS, SETS, TREES

EUR, KRW = CURRENCIES["EUR"], CURRENCIES["KRW"]
TOTAL = {"fact": "order.total", "op": "at_least", "value": 3000}
GOLD = {"fact": "member.tier", "op": "is", "value": "gold"}
NEW = {"fact": "order.total", "op": "at_least"}


def sent(root):
    """The fields that a browser sends of a tree."""
    form = {}
    for node in walk(with_paths(root)):
        form[f"{node.path}:kind"] = [node.kind]
        if node.kind == "fact":
            form |= {f"{node.path}:{name}": [text] for name, text in node.typed.said.items()}
            form[f"{node.path}:values"] = list(node.typed.values)
    return form


def pressed(tree, *buttons, currency=EUR):
    root = None if tree is None else node_of(tree, currency)
    for button in buttons:
        root = edited(None if root is None else read_node(sent(root)), button)
    return root


@given(TREES)
def test_a_condition_goes_through_its_form_unchanged(tree):
    compile_condition(tree, Vocabulary(SETS, CALENDARS))  # a program may say so
    for currency in (EUR, KRW):
        root = read_node(sent(node_of(tree, currency)))
        assert tree_of(root, currency) == tree


def test_amounts_are_typed_in_the_currency():
    assert node_of(TOTAL, EUR).typed.said["value"] == "30.00"
    assert node_of(TOTAL, KRW).typed.said["value"] == "3000"
    assert tree_of(node_of({**TOTAL, "op": "one_of", "value": [1, 250]}, EUR), EUR)["value"] == [1, 250]


def test_what_a_form_cannot_show_is_told():
    assert can_show(TOTAL, EUR)
    assert not can_show({"fact": "order.store", "op": "is", "value": " with a blank "}, EUR)
    assert not can_show({"fact": "order.store", "op": "one_of", "value": ["a\nb"]}, EUR)
    assert not can_show({"fact": "order.total", "op": "at_least", "value": 3000, "measured": ""}, EUR)
    assert not can_show({"all": [TOTAL], "any": [GOLD]}, EUR)
    assert not can_show({"fact": "order.moon", "op": "is", "value": "full"}, EUR)


@pytest.mark.parametrize(
    ("before", "button", "after"),
    [
        (None, "add:c:any", {"any": [NEW]}),
        (None, "add:c:fact", NEW),
        (None, "remove:c", None),
        (TOTAL, "add:c:fact", {"all": [TOTAL, NEW]}),
        ({"any": [TOTAL]}, "add:c:all", {"any": [TOTAL, {"all": [NEW]}]}),
        ({"all": [TOTAL, GOLD]}, "remove:c.0", {"all": [GOLD]}),
        ({"all": [TOTAL, GOLD]}, "up:c.1", {"all": [GOLD, TOTAL]}),
        ({"all": [TOTAL, GOLD]}, "down:c.0", {"all": [GOLD, TOTAL]}),
        ({"all": [TOTAL, GOLD]}, "up:c.0", {"all": [TOTAL, GOLD]}),
        ({"all": [TOTAL, GOLD]}, "wrap:c.1:not", {"all": [TOTAL, {"not": GOLD}]}),
        (TOTAL, "wrap:c:any", {"any": [TOTAL]}),
        ({"not": TOTAL}, "unwrap:c", TOTAL),
        ({"all": [{"any": [TOTAL, GOLD]}]}, "unwrap:c.0", {"all": [TOTAL, GOLD]}),
        ({"all": [{"any": [TOTAL]}, GOLD]}, "into:c.1", {"all": [{"any": [TOTAL, GOLD]}]}),
        ({"all": [{"any": [TOTAL, GOLD]}]}, "out:c.0.0", {"all": [{"any": [GOLD]}, TOTAL]}),
        (
            {"not": {"any": [TOTAL, GOLD]}},
            "out:c.0.0",
            {"not": {"any": [TOTAL, GOLD]}},
        ),  # “not” has one place
        ({"all": [TOTAL]}, "remove:c.7", {"all": [TOTAL]}),
        ({"all": [TOTAL]}, "wrap:c.0:moon", {"all": [TOTAL]}),
        ({"all": [TOTAL]}, "", {"all": [TOTAL]}),
    ],
)
def test_buttons_change_the_tree(before, button, after):
    assert _shape(pressed(before, button)) == _shape(None if after is None else _node(after))


def _node(tree):
    return node_of(_filled(tree), EUR)


def _filled(tree):
    if "fact" in tree:
        return {"value": 0, **tree}
    return {
        kind: _filled(inner) if kind == "not" else [_filled(each) for each in inner]
        for kind, inner in tree.items()
    }


def _shape(node):
    if node is None or node.kind != "fact":
        return node and (node.kind, [_shape(each) for each in node.inner])
    return node.typed.fact, node.typed.operator


def test_another_fact_keeps_what_still_means_something():
    root = node_of({"fact": "history.spend", "op": "at_least", "value": 5000, "days": 30}, EUR)
    form = sent(root) | {"c:fact": ["history.amount_of"]}
    node = read_node(form)
    assert (node.typed.said["value"], node.typed.said["days"]) == ("50.00", "30")
    node = read_node(form | {"c:fact": ["order.store"]})
    assert (node.typed.said["value"], node.typed.said["window"], node.typed.operator) == ("", "", "is")


def test_a_value_becomes_the_first_of_a_list_and_back():
    form = sent(node_of(GOLD, EUR))
    node = read_node(form | {"c:op": ["one_of"]})
    assert node.typed.values == ["gold"]
    assert read_node(sent(node) | {"c:op": ["is"]}).typed.said["value"] == "gold"


def test_what_is_missing_is_said_where_it_is_missing():
    root = node_of({"all": [TOTAL, GOLD, {"any": [TOTAL]}]}, EUR)
    root.inner[0].typed.said["value"] = "much"
    root.inner[2].inner.clear()
    with pytest.raises(TreeWrong):
        tree_of(root, EUR)
    assert [bool(node.problem) for node in walk(root)] == [False, True, False, True]


def test_a_form_of_thousands_of_places_is_cut():
    form = {f"c{'.0' * depth}:kind": ["not"] for depth in range(10_000)}
    form |= {f"c.{place}:kind": ["fact"] for place in range(1, 10_000)}
    assert sum(1 for _ in walk(read_node(form))) <= 301


@pytest.mark.parametrize(("tree", "part"), [
    (None, None), (TOTAL, None), (GOLD, GOLD), ({"all": [TOTAL, GOLD]}, GOLD), ({"any": [TOTAL, GOLD]}, None),
    ({"all": [GOLD, {"any": [GOLD, GOLD]}, TOTAL]}, {"all": [GOLD, {"any": [GOLD, GOLD]}]}),
    ({"not": GOLD}, {"not": GOLD}), ({"not": {"all": [GOLD, TOTAL]}}, None),
])  # fmt: skip
def test_what_is_asked_of_members_alone_can_be_counted(tree, part):
    assert member_part(tree) == part
