"""Validation rules: a tree of all / any / not over facts, compiled once to a predicate that explains itself.

A rule is data, `{"all": [{"fact": "order.total", "op": "at_least", "value": 3000}, …]}`, and says the same on
station and HQ. Evaluating yields, for each leaf that failed, the refusal with what was wanted, found and is missing.
"At least" is inclusive and "more than" is exclusive: two operators. The total a condition reads is the initial one
unless it asks for the running one, so that a discount never breaks its own condition.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from operator import eq, ge, gt, le, lt
from typing import Any

from app.core.circumstances import FACTS, GROSS, NET, Ask, Check, Circumstances, Fact, Value
from app.core.experiments import Experiment
from app.core.order import MILLI
from app.core.products import ProductSets
from app.core.punch_cards import PunchCard
from app.core.reasons import Reason, Refusal

DEPTH_MAX = 8  # deeper trees are not understood by people either
DAYS_MAX = 3_660  # ten years: what no counter keeps can't be asked
PERIODS = ("day", "week", "month", "quarter", "year", "previous_month")
UNKNOWN = {Reason.LINES_NEEDED, Reason.FACTS_MISSING, Reason.ATTRIBUTE_MISSING, Reason.MEMBER_NEEDED}


class ConditionInvalid(ValueError):
    """A tree that can't be compiled. The message names the place, what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a program's rules may name. Compiling conditions adds what they ask for to `counters` and `signals`."""

    product_sets: ProductSets
    calendars: Mapping[str, frozenset[str]] = field(default_factory=dict)
    experiments: Mapping[str, Experiment] = field(default_factory=dict)
    punch_cards: Mapping[str, PunchCard] = field(default_factory=dict)
    counters: set[str] = field(default_factory=set)
    signals: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Node:
    """A compiled part of a tree, and the refusal to give where it holds but must not."""

    check: Check
    opposite: Refusal


Explain = Callable[[Any], tuple[Refusal, ...]]  # what was found: what is said of it

# The operators of each kind of fact, on the value found and the value wanted. Of hours, `between` leaves out the end;
# of dates, the last day is in.
NUMBERS: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": ge,
    "more_than": gt,
    "at_most": le,
    "less_than": lt,
    "is": eq,
    "one_of": lambda found, wanted: found in wanted,
    "every": lambda found, wanted: found % wanted == 0,
}
OPERATORS: dict[str, dict[str, Callable[[Any, Any], bool]]] = {
    "number": NUMBERS,
    "quantity": NUMBERS,
    "text": {
        "is": eq,
        "one_of": lambda found, wanted: found in wanted,
    },
    "date": {
        "is": eq,
        "one_of": lambda found, wanted: found in wanted,
        "between": lambda found, wanted: wanted[0] <= found <= wanted[1],
        "in_calendar": lambda found, wanted: found in wanted,
    },
    "time": {"between": lambda found, wanted: wanted[0] <= found < wanted[1]},
    "set": {
        "contains": lambda found, wanted: wanted in found,
        "contains_any": lambda found, wanted: not found.isdisjoint(wanted),
    },
    "day": {"within_days": le},
}
LIST_OPERATORS = {"one_of", "between", "contains_any"}
SHAPES = {  # dates and times compare as texts, which holds only when all are written alike
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), "a date such as 2026-12-31"),
    "time": (re.compile(r"\d\d:\d\d(:\d\d)?"), "a time such as 09:30"),
}


def compile_condition(tree: Any, vocabulary: Vocabulary, *, path: str = "condition") -> Check:
    """Return the predicate for a tree. Raises `ConditionInvalid`, naming the place by `path`."""
    return _compile(tree, vocabulary, path, 0).check


def facts_of(tree: Any) -> Iterator[str]:
    """Yield the names of the facts that a tree which compiles asks for; None stands for no tree."""
    return (leaf["fact"] for leaf in leaves(tree))


def leaves(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield what a tree which compiles asks, question by question; None stands for no tree."""
    if tree and "fact" in tree:
        yield tree
        return
    for key, inner in (tree or {}).items():
        for item in [inner] if key == "not" else inner:
            yield from leaves(item)


def counters_of(tree: Any) -> Iterator[str]:
    """Yield the keys of the counters that a tree which compiles asks for; None stands for no tree."""
    for leaf in leaves(tree):
        fact = FACTS[leaf["fact"]]
        subject = _read_subject(leaf, fact, "") or leaf.get("products", "")
        if key := _counter_key(leaf, fact, subject, ""):
            yield key


def _compile(tree: Any, vocabulary: Vocabulary, path: str, depth: int) -> _Node:
    if depth > DEPTH_MAX:
        raise ConditionInvalid(f"{path}: nested too deep; at most {DEPTH_MAX} levels")
    if not isinstance(tree, dict):
        raise ConditionInvalid(f'{path}: expected an object such as {{"all": […]}} or {{"fact": …}}')
    if "fact" in tree:
        return _compile_leaf(tree, vocabulary, path)
    if len(tree) != 1 or next(iter(tree)) not in ("all", "any", "not"):
        raise ConditionInvalid(f"{path}: expected one of all, any, not, or a fact; found {sorted(tree)}")
    kind, inner = next(iter(tree.items()))
    if kind == "not":
        return _negated(_compile(inner, vocabulary, f"{path}.not", depth + 1))
    if not isinstance(inner, list) or not inner:
        raise ConditionInvalid(f"{path}.{kind}: expected a list with at least one condition")
    nodes = [_compile(item, vocabulary, f"{path}.{kind}[{i}]", depth + 1) for i, item in enumerate(inner)]
    checks = [node.check for node in nodes]
    return _Node(_all_of(checks) if kind == "all" else _any_of(checks), nodes[0].opposite)


# --- leaves ------------------------------------------------------------------------------------------------------


def _compile_leaf(leaf: dict[str, Any], vocabulary: Vocabulary, path: str) -> _Node:
    name, operator = leaf["fact"], leaf.get("op")
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        raise ConditionInvalid(f"{path}.fact: {name!r} is no fact; one of {', '.join(sorted(FACTS))}")
    operators = OPERATORS[fact.kind]
    if not isinstance(operator, str) or operator not in operators:
        raise ConditionInvalid(
            f"{path}.op: {operator!r} does not fit a {fact.kind}; one of {', '.join(operators)}"
        )
    allowed = {"fact", "op", "value"} | fact.keys
    if extra := leaf.keys() - allowed:
        raise ConditionInvalid(f"{path}: {sorted(extra)} mean nothing here; allowed are {sorted(allowed)}")
    ask = _read_ask(leaf, fact, vocabulary, path)
    if ask.key:
        vocabulary.counters.add(ask.key)
    if name == "signal":
        vocabulary.signals.add(ask.name)
    wanted = _read_wanted(leaf.get("value"), fact, operator, vocabulary, path=f"{path}.value")
    return _Node(_leaf(fact, ask, operator=operator, wanted=wanted), _opposite(fact, ask))


def _read_ask(leaf: dict[str, Any], fact: Fact, vocabulary: Vocabulary, path: str) -> Ask:
    products, measured = leaf.get("products", ""), leaf.get("measured", "")
    if "products" in fact.keys and (not isinstance(products, str) or products not in vocabulary.product_sets):
        raise ConditionInvalid(f"{path}.products: {products!r} is not among the program's product sets")
    if measured not in ("", GROSS, NET):
        raise ConditionInvalid(f"{path}.measured: {measured!r} is not one of {GROSS}, {NET}")
    subject = _read_subject(leaf, fact, path) or products
    return Ask(products, measured, subject, _counter_key(leaf, fact, subject, path))


def _read_subject(leaf: dict[str, Any], fact: Fact, path: str) -> str:
    for key in ("name", "campaign"):
        if key in fact.keys:
            found = leaf.get(key)
            if not isinstance(found, str) or not found or "/" in found:
                raise ConditionInvalid(f"{path}.{key}: expected a text without a slash")
            return found
    return ""


def _counter_key(leaf: dict[str, Any], fact: Fact, subject: str, path: str) -> str:
    """Return the key of the counter a leaf asks for: `history.spend/365d`, `event.count:review/month`."""
    name: str = leaf["fact"]
    if not name.startswith(("history.", "event.")):
        return "history.orders" if name == "order.nth" else ""
    days, period = leaf.get("days"), leaf.get("period")
    if days is not None and period is not None:
        raise ConditionInvalid(f"{path}: either days or period, not both")
    if days is not None and (type(days) is not int or not 1 <= days <= DAYS_MAX):
        raise ConditionInvalid(f"{path}.days: expected 1 to {DAYS_MAX}")
    if period is not None and period not in PERIODS:
        raise ConditionInvalid(f"{path}.period: {period!r} is not one of {', '.join(PERIODS)}")
    about = f":{subject}" if subject else ""
    window = f"/{days}d" if days is not None else f"/{period}" if period is not None else ""
    return f"{name}{about}{window}"


def _read_wanted(wanted: Any, fact: Fact, operator: str, vocabulary: Vocabulary, *, path: str) -> Any:
    if operator == "in_calendar":
        if not isinstance(wanted, str) or wanted not in vocabulary.calendars:
            raise ConditionInvalid(f"{path}: {wanted!r} is not among the program's calendars")
        return vocabulary.calendars[wanted]
    _check_value(wanted, kind=fact.kind, operator=operator, path=path)
    if operator == "contains_any":
        return frozenset(wanted)
    if fact.kind == "quantity" and operator != "every":
        return [value * MILLI for value in wanted] if isinstance(wanted, list) else wanted * MILLI
    return wanted * MILLI if fact.kind == "quantity" else wanted


def _check_value(wanted: Any, *, kind: str, operator: str, path: str) -> None:
    scalar = int if kind in ("number", "quantity", "day") else str
    values = wanted if operator in LIST_OPERATORS else [wanted]
    if not isinstance(values, list) or any(type(value) is not scalar for value in values):
        expected = "a list of " if operator in LIST_OPERATORS else "a "
        raise ConditionInvalid(f"{path}: expected {expected}{'whole number' if scalar is int else 'text'}")
    shape, example = SHAPES.get(kind, (None, ""))
    if shape is not None and not all(shape.fullmatch(value) and _is_there(value) for value in values):
        raise ConditionInvalid(f"{path}: expected {example}")
    if operator == "every" and wanted < 1:
        raise ConditionInvalid(f"{path}: expected at least 1")
    is_span = operator != "between" or (
        len(values) == 2 and (values[0] < values[1] or (kind == "date" and values[0] == values[1]))
    )
    if not is_span:
        raise ConditionInvalid(f"{path}: expected two values, the first below the second")


def _is_there(value: str) -> bool:
    """Tell whether a calendar has this day, or a clock this time; 24:00 is the end of the day."""
    try:
        date.fromisoformat(value) if "-" in value else time.fromisoformat(value)
    except ValueError:
        return value in ("24:00", "24:00:00")
    return True


def _leaf(fact: Fact, ask: Ask, *, operator: str, wanted: Any) -> Check:
    holds, read, expected = OPERATORS[fact.kind][operator], fact.read, PYTHON_TYPE[fact.kind]
    needs_lines, needs_member, is_day = fact.needs_lines, fact.needs_member, fact.kind == "day"
    among = frozenset(wanted) if operator == "one_of" else wanted  # looked into at once, not walked through
    explain = _explanation(fact, ask, operator=operator, wanted=wanted)

    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        if needs_lines and not seen.has_lines:
            return LINES_NEEDED
        if needs_member and seen.member is None:
            return MEMBER_NEEDED
        read_value = read(seen, ask)
        if type(read_value) is not expected:
            return (_unreadable(read_value, ask),)
        found: Any = read_value
        if is_day:
            found = days_from_anniversary(found, seen.day)
        if holds(found, among):
            return ()
        return explain(found)

    return check


LINES_NEEDED, MEMBER_NEEDED = (Refusal(Reason.LINES_NEEDED),), (Refusal(Reason.MEMBER_NEEDED),)
PYTHON_TYPE = {
    "number": int,
    "quantity": int,
    "text": str,
    "date": str,
    "time": str,
    "set": frozenset,
    "day": date,
}


def _unreadable(found: Value, ask: Ask) -> Refusal:
    """Return why a fact says nothing. An attribute may be a text or a number; one of the wrong type is missing."""
    return found if isinstance(found, Refusal) else Refusal(Reason.ATTRIBUTE_MISSING, {"name": ask.name})


def days_from_anniversary(since: date, today: date) -> int:
    """Return how many days the nearest anniversary is away; 29 February counts on the 28th in other years."""
    return min(
        abs(today - _in_year(since, year)) for year in (today.year - 1, today.year, today.year + 1)
    ) // timedelta(days=1)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


# --- explanations ------------------------------------------------------------------------------------------------


def _explanation(fact: Fact, ask: Ask, *, operator: str, wanted: Any) -> Explain:
    """Return what is said when the leaf fails on what was found. Most say the same each time."""
    reason = fact.too_little
    if fact.kind == "quantity" and operator == "more_than" and wanted == 0:
        return _always(Refusal(Reason.REQUIRED_ITEM_MISSING))
    if reason is Reason.NOT_NTH_ORDER:
        shown = next(iter(wanted), 0) if isinstance(wanted, list) else wanted
        return lambda found: (Refusal(reason, {"wanted": shown, "found": _shown(found)}),)
    if reason is Reason.ATTRIBUTE_DOES_NOT_FIT:
        return lambda found: (Refusal(reason, {"name": ask.name, "found": _shown(found)}),)
    if reason is Reason.CONSENT_MISSING:
        names = ", ".join(sorted(wanted)) if isinstance(wanted, frozenset) else wanted
        return _always(Refusal(reason, {"name": names}))
    if fact.kind in ("number", "quantity") and reason is not fact.unfit:
        if operator not in ("at_least", "more_than"):
            # Too much instead of too little: there is nothing to add, so no "missing" can be told.
            return _always(Refusal(fact.unfit))
        return _short_of(fact, operator=operator, wanted=wanted)
    return _always(Refusal(reason))


def _always(refusal: Refusal) -> Explain:
    said = (refusal,)
    return lambda _: said


def _short_of(fact: Fact, *, operator: str, wanted: int) -> Explain:
    """Say wanted, found and missing; of quantities in whole units, so that what is missing is enough."""
    step = MILLI if fact.kind == "quantity" else 1
    needed = wanted // step + (1 if operator == "more_than" else 0)
    reason = fact.too_little

    def explain(found: int) -> tuple[Refusal, ...]:
        has = found // step
        return (Refusal(reason, {"wanted": needed, "found": has, "missing": needed - has}),)

    return explain


def _shown(found: Value) -> int | str:
    return found if isinstance(found, int | str) else str(found)


def _opposite(fact: Fact, ask: Ask) -> Refusal:
    """Return what is said where a fact should not hold but does."""
    if fact.unfit is Reason.ATTRIBUTE_DOES_NOT_FIT:
        return Refusal(Reason.HISTORY_DOES_NOT_FIT)
    if fact.unfit is Reason.NOT_NTH_ORDER:
        return Refusal(Reason.HISTORY_DOES_NOT_FIT)
    return Refusal(fact.unfit)


# --- inner nodes -------------------------------------------------------------------------------------------------


def _all_of(checks: list[Check]) -> Check:
    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        refusals: tuple[Refusal, ...] = ()
        for inner in checks:
            refusals += inner(seen)
        return refusals

    return check


def _any_of(checks: list[Check]) -> Check:
    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        refusals: tuple[Refusal, ...] = ()
        for inner in checks:
            found = inner(seen)
            if not found:
                return ()
            refusals += found
        return refusals

    return check


def _negated(inner: _Node) -> _Node:
    def check(seen: Circumstances) -> tuple[Refusal, ...]:
        refusals = inner.check(seen)
        if not refusals:
            return (inner.opposite,)
        # What can't be known isn't thereby false.
        return tuple(refusal for refusal in refusals if refusal.reason in UNKNOWN)

    return _Node(check, inner.opposite)
