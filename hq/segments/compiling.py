"""Conditions as SQL: the same trees as in programs, with the same answer for every member at once.

A tree holds, or it does not, or it can't be known, as in app/core/conditions.py: what can't be known does not hold, and
is not thereby false under `not`. So each part becomes two questions, whether it holds and whether that can't be known.
A test asks both engines about random trees and members.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, false, not_, or_, true

from app.core.canonical import INTEGER_MAX
from app.core.conditions import ConditionInvalid, Vocabulary, compile_condition, leaves
from app.core.history import (
    AMOUNT_OF,
    DAYS_SINCE_ORDER,
    EVENTS,
    ORDERS,
    QUANTITY_OF,
    REDEMPTIONS,
    SPEND,
    Window,
)
from app.core.order import MILLI
from app.core.products import ProductSets
from app.core.program_format import MEMBER_FACTS
from hq.faults import Malformed
from hq.segments.calendar import HALF_YEAR, Today
from hq.segments.sources import Sources, any_span
from hq.tables import member

Tree = Mapping[str, Any]
LEAVES_MAX = 60  # of one condition: more nobody reads
TEXT_MAX = 300
JSON_MAX = 20_000
WITH_THE_DAY = frozenset({DAYS_SINCE_ORDER, "member.birthday", "member.anniversary"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a tree: when it holds, and when that can't be known. Neither is ever null, and never both true."""

    holds: ColumnElement[bool]
    unknown: ColumnElement[bool]


def check_condition(tree: Any, product_sets: ProductSets) -> None:
    """Raise `Malformed` unless this is a condition about members that segments can be made of."""
    if tree is None:
        raise Malformed("A dynamic segment needs a condition.")
    _check_values(tree)
    try:
        compile_condition(tree, Vocabulary(product_sets))
    except ConditionInvalid as problem:
        raise Malformed(f"This is no condition: {problem}.") from problem
    asked = list(leaves(tree))
    if len(asked) > LEAVES_MAX:
        raise Malformed(f"A condition asks at most {LEAVES_MAX} questions.")
    for leaf in asked:
        fact = leaf["fact"]
        if not fact.startswith(MEMBER_FACTS):
            raise Malformed(
                f"{fact} is about an order. A segment asks about members, their history and their events."
            )
        if fact == "member.segments":
            raise Malformed("A segment can't be made of segments. Write out what the other one asks.")
        if fact == DAYS_SINCE_ORDER and leaf["op"] == "every":
            raise Malformed("A segment can't ask for every so many days since the last order.")


def follows_the_calendar(tree: Tree) -> bool:
    """Tell whether members come and go with the days alone."""
    return any(leaf["fact"] in WITH_THE_DAY or "days" in leaf or "period" in leaf for leaf in leaves(tree))


def product_sets_of(tree: Tree) -> set[str]:
    """Return the product sets that a condition asks about."""
    return {leaf["products"] for leaf in leaves(tree) if "products" in leaf}


def compile_to_sql(tree: Tree, sources: Sources, today: Today) -> ColumnElement[bool]:
    """Return the expression that holds for those whom a checked tree holds for; what it reads is asked of `sources`."""
    return _compile(tree, sources, today).holds


def _check_values(tree: Any) -> None:
    """Refuse what a database can't keep or compare: it may be anything, so it is looked at before it is understood."""
    try:
        text = json.dumps(tree, ensure_ascii=False)
        text.encode("utf-8")
    except (ValueError, RecursionError) as problem:
        raise Malformed("This is no condition.") from problem
    if len(text) > JSON_MAX:
        raise Malformed(f"A condition has at most {JSON_MAX} characters.")
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and ("\x00" in value or len(value) > TEXT_MAX):
            raise Malformed(f"A text in a condition has at most {TEXT_MAX} characters and no null character.")
        elif isinstance(value, int) and abs(value) > INTEGER_MAX:
            raise Malformed(f"A number in a condition is at most {INTEGER_MAX}.")


def _compile(tree: Tree, sources: Sources, today: Today) -> Part:
    if "fact" in tree:
        return _leaf(tree, sources, today)
    kind, inner = next(iter(tree.items()))
    if kind == "not":
        part = _compile(inner, sources, today)
        return Part(and_(not_(part.holds), not_(part.unknown)), part.unknown)
    parts = [_compile(each, sources, today) for each in inner]
    unknown = or_(*(part.unknown for part in parts))
    if kind == "all":
        return Part(and_(*(part.holds for part in parts)), unknown)
    holds = or_(*(part.holds for part in parts))
    return Part(holds, and_(not_(holds), unknown))


def _leaf(leaf: Tree, sources: Sources, today: Today) -> Part:
    return READERS[leaf["fact"]](leaf, sources, today)


# --- facts -------------------------------------------------------------------------------------------------------


def _known(holds: ColumnElement[bool]) -> Part:
    return Part(holds, false())


def _if_there(value: ColumnElement[Any], holds: ColumnElement[bool]) -> Part:
    return Part(and_(value.is_not(None), holds), value.is_(None))


Comparison = Callable[[ColumnElement[Any], Any], ColumnElement[bool]]
COMPARISONS: dict[str, Comparison] = {
    "at_least": ge,
    "more_than": gt,
    "at_most": le,
    "less_than": lt,
    "is": eq,
    "one_of": lambda value, wanted: value.in_(wanted),
    "every": lambda value, wanted: value % wanted == 0,
}


def _compared(value: ColumnElement[Any], leaf: Tree) -> ColumnElement[bool]:
    """Compare a text or a number as the operators of conditions do."""
    return COMPARISONS[leaf["op"]](value, leaf["value"])


def _window(leaf: Tree) -> Window:
    return Window(days=leaf.get("days") or 0, period=leaf.get("period") or "")


def _tier(leaf: Tree, _: Sources, __: Today) -> Part:
    return _known(_compared(member.c.tier, leaf))


def _attribute(leaf: Tree, sources: Sources, _: Today) -> Part:
    kind = "text" if leaf["fact"] == "member.attribute" else "number"
    value = sources.attribute(leaf["name"], kind)
    return _if_there(value, _compared(value, leaf))


def _consents(leaf: Tree, sources: Sources, _: Today) -> Part:
    wanted = leaf["value"] if leaf["op"] == "contains_any" else [leaf["value"]]
    return _known(or_(false(), *(sources.has_agreed(what) for what in sorted(set(wanted)))))


def _birthday(leaf: Tree, sources: Sources, today: Today) -> Part:
    return _if_there(sources.birthday(), sources.birthday().in_(today.birthdays_within(leaf["value"])))


def _anniversary(leaf: Tree, sources: Sources, today: Today) -> Part:
    joined, days = sources.joined_ms(), leaf["value"]
    near = true() if days >= HALF_YEAR else any_span(joined, today.anniversaries_within(days))
    return _if_there(joined, near)


def _orders(leaf: Tree, sources: Sources, today: Today) -> Part:
    return _known(_compared(sources.orders(today.span(_window(leaf))), leaf))


def _spend(leaf: Tree, sources: Sources, today: Today) -> Part:
    return _known(_compared(sources.spend(today.span(_window(leaf))), leaf))


def _uses(leaf: Tree, sources: Sources, today: Today) -> Part:
    return _known(_compared(sources.uses(leaf["campaign"], today.span(_window(leaf))), leaf))


def _events(leaf: Tree, sources: Sources, today: Today) -> Part:
    return _known(_compared(sources.events(leaf["name"], today.span(_window(leaf))), leaf))


def _amount_of(leaf: Tree, sources: Sources, today: Today) -> Part:
    return _known(_compared(sources.bought(leaf["products"], "amount", today.span(_window(leaf))), leaf))


def _quantity_of(leaf: Tree, sources: Sources, today: Today) -> Part:
    thousandths = sources.bought(leaf["products"], "quantity_milli", today.span(_window(leaf)))
    units = cast(thousandths.op("/")(MILLI), BigInteger)
    return _known(_compared(units, leaf))


def _days_since_order(leaf: Tree, sources: Sources, today: Today) -> Part:
    """Compare with the beginnings of days instead of counting them: a day in a year has 23 hours, another one 25."""
    last_ms, wanted = sources.last_order_ms(), leaf["value"]

    def at_least(days: int) -> ColumnElement[bool]:
        return true() if days <= 0 else last_ms < today.days_ago_ms(days - 1)

    def exactly(days: int) -> ColumnElement[bool]:
        return false() if days < 0 else and_(at_least(days), not_(at_least(days + 1)))

    holds: dict[str, Callable[[], ColumnElement[bool]]] = {
        "at_least": lambda: at_least(wanted),
        "more_than": lambda: at_least(wanted + 1),
        "at_most": lambda: not_(at_least(wanted + 1)),
        "less_than": lambda: not_(at_least(wanted)),
        "is": lambda: exactly(wanted),
        "one_of": lambda: or_(false(), *map(exactly, wanted)),
    }
    return _if_there(last_ms, holds[leaf["op"]]())


Reader = Callable[[Tree, Sources, Today], Part]
READERS: dict[str, Reader] = {
    "member.tier": _tier,
    "member.attribute": _attribute,
    "member.number": _attribute,
    "member.consents": _consents,
    "member.birthday": _birthday,
    "member.anniversary": _anniversary,
    ORDERS: _orders,
    SPEND: _spend,
    REDEMPTIONS: _uses,
    AMOUNT_OF: _amount_of,
    QUANTITY_OF: _quantity_of,
    DAYS_SINCE_ORDER: _days_since_order,
    EVENTS: _events,
}
