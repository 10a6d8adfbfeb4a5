"""Validation rules: a tree of all / any / not over facts, compiled once to a predicate that explains itself.

A rule is data, `{"all": [{"fact": "order.total", "op": "at_least", "value": 3000}, …]}`, and says the same on
station and HQ. Evaluating yields, for each leaf that failed, the refusal with what was wanted, found and is missing.
"At least" is inclusive and "more than" is exclusive: two operators. The total a condition reads is the initial one,
so that a discount never breaks its own condition.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from app.core.member import Member
from app.core.order import Order
from app.core.reasons import Reason, Refusal

DEPTH_MAX = 8  # deeper trees are not understood by people either


class ConditionInvalid(ValueError):
    """A tree that can't be compiled. The message names the place, what is wrong and what would be right."""


@dataclass(frozen=True)
class Circumstances:
    """What conditions look at: the order, the member if there is one, and the product sets of the program.

    What many conditions of a program ask is worked out once.
    """

    order: Order
    member: Member | None
    product_sets: Mapping[str, frozenset[str]]

    @cached_property
    def total(self) -> int:
        """The order's initial goods total in minor units."""
        return self.order.total

    @cached_property
    def has_lines(self) -> bool:
        """Whether the order came with its products."""
        return self.order.has_lines

    @cached_property
    def local(self) -> datetime:
        """The order's time on the store's clock."""
        return self.order.local


Value = int | str | frozenset[str]
Check = Callable[[Circumstances], "tuple[Refusal, ...]"]  # empty: the condition holds


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact by name: how to read it, its kind (number, text, set) and the reason to give when it fails."""

    read: Callable[[Circumstances, str], Value]
    kind: str
    reason: Reason
    needs_products: bool = False
    needs_lines: bool = False  # can't be known of an order of which only the total is known


def _amount_of(seen: Circumstances, products: str) -> int:
    wanted = seen.product_sets[products]
    return sum(line.amount for line in seen.order.lines if line.sku in wanted)


def _quantity_of(seen: Circumstances, products: str) -> int:
    wanted = seen.product_sets[products]
    return sum(line.quantity for line in seen.order.lines if line.sku in wanted)


FACTS: dict[str, Fact] = {
    "order.total": Fact(lambda seen, _: seen.total, "number", Reason.MIN_TOTAL_NOT_MET),
    "order.quantity": Fact(
        lambda seen, _: sum(line.quantity for line in seen.order.lines),
        "number",
        Reason.MIN_QTY_NOT_MET,
        needs_lines=True,
    ),
    "order.amount_of": Fact(
        _amount_of, "number", Reason.MIN_TOTAL_NOT_MET, needs_products=True, needs_lines=True
    ),
    "order.quantity_of": Fact(
        _quantity_of, "number", Reason.MIN_QTY_NOT_MET, needs_products=True, needs_lines=True
    ),
    "order.store": Fact(lambda seen, _: seen.order.store, "text", Reason.WRONG_STORE),
    "order.weekday": Fact(lambda seen, _: seen.local.isoweekday(), "number", Reason.OUTSIDE_HOURS),
    "order.date": Fact(lambda seen, _: seen.local.date().isoformat(), "date", Reason.OUTSIDE_HOURS),
    "order.time": Fact(lambda seen, _: seen.local.strftime("%H:%M:%S"), "time", Reason.OUTSIDE_HOURS),
    "member.tier": Fact(
        lambda seen, _: seen.member.tier if seen.member else "", "text", Reason.NOT_IN_SEGMENT
    ),
    "member.segments": Fact(
        lambda seen, _: seen.member.segments if seen.member else frozenset(), "set", Reason.NOT_IN_SEGMENT
    ),
}

# The operators of each kind of fact, on the value found and the value wanted. Of hours, `between` leaves out the end;
# of dates, the last day is in.
OPERATORS: dict[str, dict[str, Callable[[Any, Any], bool]]] = {
    "number": {
        "at_least": lambda found, wanted: found >= wanted,
        "more_than": lambda found, wanted: found > wanted,
        "at_most": lambda found, wanted: found <= wanted,
        "less_than": lambda found, wanted: found < wanted,
        "is": lambda found, wanted: found == wanted,
        "one_of": lambda found, wanted: found in wanted,
    },
    "text": {
        "is": lambda found, wanted: found == wanted,
        "one_of": lambda found, wanted: found in wanted,
        "between": lambda found, wanted: wanted[0] <= found < wanted[1],
    },
    "date": {
        "is": lambda found, wanted: found == wanted,
        "one_of": lambda found, wanted: found in wanted,
        "between": lambda found, wanted: wanted[0] <= found <= wanted[1],
    },
    "time": {"between": lambda found, wanted: wanted[0] <= found < wanted[1]},
    "set": {"contains": lambda found, wanted: wanted in found},
}
LIST_OPERATORS = {"one_of", "between"}
LEAF_KEYS = {"fact", "op", "value"}
SHAPES = {  # dates and times compare as texts, which holds only when all are written alike
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), "a date such as 2026-12-31"),
    "time": (re.compile(r"\d\d:\d\d(:\d\d)?"), "a time such as 09:30"),
}


def compile_condition(
    tree: Any, *, product_sets: Mapping[str, frozenset[str]], path: str = "condition"
) -> Check:
    """Return the predicate for a tree. Raises `ConditionInvalid`, naming the place by `path`."""
    return _compile(tree, product_sets, path, 0)


def _compile(tree: Any, product_sets: Mapping[str, frozenset[str]], path: str, depth: int) -> Check:
    if depth > DEPTH_MAX:
        raise ConditionInvalid(f"{path}: nested too deep; at most {DEPTH_MAX} levels")
    if not isinstance(tree, dict):
        raise ConditionInvalid(f'{path}: expected an object such as {{"all": […]}} or {{"fact": …}}')
    if "fact" in tree:
        return _compile_leaf(tree, product_sets, path)
    if len(tree) != 1 or next(iter(tree)) not in ("all", "any", "not"):
        raise ConditionInvalid(f"{path}: expected one of all, any, not, or a fact; found {sorted(tree)}")
    kind, inner = next(iter(tree.items()))
    if kind == "not":
        return _negated(_compile(inner, product_sets, f"{path}.not", depth + 1))
    if not isinstance(inner, list) or not inner:
        raise ConditionInvalid(f"{path}.{kind}: expected a list with at least one condition")
    checks = [_compile(item, product_sets, f"{path}.{kind}[{i}]", depth + 1) for i, item in enumerate(inner)]
    return _all_of(checks) if kind == "all" else _any_of(checks)


def _compile_leaf(leaf: dict[str, Any], product_sets: Mapping[str, frozenset[str]], path: str) -> Check:
    name, operator, products = leaf["fact"], leaf.get("op"), leaf.get("products", "")
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        raise ConditionInvalid(f"{path}.fact: {name!r} is no fact; one of {', '.join(sorted(FACTS))}")
    operators = OPERATORS[fact.kind]
    if not isinstance(operator, str) or operator not in operators:
        raise ConditionInvalid(
            f"{path}.op: {operator!r} does not fit a {fact.kind}; one of {', '.join(operators)}"
        )
    allowed = LEAF_KEYS | {"products"} if fact.needs_products else LEAF_KEYS
    if extra := leaf.keys() - allowed:
        raise ConditionInvalid(f"{path}: {sorted(extra)} mean nothing here; allowed are {sorted(allowed)}")
    if fact.needs_products and (not isinstance(products, str) or products not in product_sets):
        raise ConditionInvalid(f"{path}.products: {products!r} is not among the program's product sets")
    wanted = leaf.get("value")
    _check_value(wanted, kind=fact.kind, operator=operator, path=f"{path}.value")
    return _leaf(fact, operator=operator, wanted=wanted, products=products)


def _check_value(wanted: Any, *, kind: str, operator: str, path: str) -> None:
    scalar = int if kind == "number" else str
    values = wanted if operator in LIST_OPERATORS else [wanted]
    if not isinstance(values, list) or not values or any(type(value) is not scalar for value in values):
        expected = "a list of " if operator in LIST_OPERATORS else "a "
        raise ConditionInvalid(f"{path}: expected {expected}{'whole number' if scalar is int else 'text'}")
    shape, example = SHAPES.get(kind, (None, ""))
    if shape is not None and not all(shape.fullmatch(value) for value in values):
        raise ConditionInvalid(f"{path}: expected {example}")
    is_span = operator != "between" or (
        len(values) == 2 and (values[0] < values[1] or (kind == "date" and values[0] == values[1]))
    )
    if not is_span:
        raise ConditionInvalid(f"{path}: expected two values, the first below the second")


def _leaf(fact: Fact, *, operator: str, wanted: Any, products: str) -> Check:
    holds = OPERATORS[fact.kind][operator]

    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        if fact.needs_lines and not seen.has_lines:
            return (Refusal(Reason.LINES_NEEDED),)
        found = fact.read(seen, products)
        if holds(found, wanted):
            return ()
        return (_explain(fact, operator=operator, wanted=wanted, found=found),)

    return check


def _explain(fact: Fact, *, operator: str, wanted: Any, found: Value) -> Refusal:
    if fact.needs_products and found == 0:
        return Refusal(Reason.REQUIRED_ITEM_MISSING)
    if fact.kind == "number" and operator in ("at_least", "more_than") and isinstance(found, int):
        beyond = 1 if operator == "more_than" else 0
        return Refusal(
            fact.reason, {"wanted": wanted + beyond, "found": found, "missing": wanted + beyond - found}
        )
    if fact.kind == "number" and fact.reason is not Reason.OUTSIDE_HOURS:
        # Too much instead of too little: there is nothing to add, so no "missing" can be told.
        return Refusal(Reason.ORDER_DOES_NOT_FIT)
    return Refusal(fact.reason)


def _all_of(checks: list[Check]) -> Check:
    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        return tuple(refusal for inner in checks for refusal in inner(seen))

    return check


def _any_of(checks: list[Check]) -> Check:
    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        refusals: list[Refusal] = []
        for inner in checks:
            found = inner(seen)
            if not found:
                return ()
            refusals.extend(found)
        return tuple(refusals)

    return check


def _negated(inner: Check) -> Check:
    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        refusals = inner(seen)
        if not refusals:
            return (Refusal(Reason.ORDER_DOES_NOT_FIT),)
        # What can't be known isn't thereby false.
        return tuple(refusal for refusal in refusals if refusal.reason is Reason.LINES_NEEDED)

    return check
