"""A question of a condition as fields of a form, and back: which fields a fact has, which operators fit its kind."""

from dataclasses import dataclass, field
from typing import Any

from app.core.circumstances import FACTS
from app.core.conditions import LIST_OPERATORS, OPERATORS, PERIODS
from app.core.money import Currency
from hq.builder.typed import TypedWrong, minor_text, to_minor, to_whole
from hq.campaigns.sentences import MONEY_FACTS
from hq.console.texts import N_

# `was` is the fact for which the other fields were shown; `window` is days, a period, or nothing.
FIELDS = ("fact", "was", "op", "value", "to", "products", "measured", "name", "campaign", "window", "days")
FIRST_FACT = "order.total"
TEXT_KEYS = ("products", "measured", "name", "campaign")
WINDOW_DAYS = "days"


@dataclass
class Typed:
    """What stands in the fields of a question: single ones by name, and the values of a list."""

    said: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    values: list[str] = field(default_factory=list)

    @property
    def fact(self) -> str:
        """The fact that is asked for."""
        return self.said["fact"]

    @property
    def operator(self) -> str:
        """The operator."""
        return self.said["op"]

    @property
    def kind(self) -> str:
        """The fact's kind: number, quantity, text, date, time, set or day; empty for no fact."""
        return FACTS[self.fact].kind if self.fact in FACTS else ""

    @property
    def keys(self) -> frozenset[str]:
        """What the fact asks for beside a value."""
        return FACTS[self.fact].keys if self.fact in FACTS else frozenset()

    @property
    def shape(self) -> str:
        """How the value is typed: money, whole, date, time or text."""
        if self.fact in MONEY_FACTS and self.operator != "every":
            return "money"
        return {"number": "whole", "quantity": "whole", "day": "whole"}.get(self.kind, "text") if (
            self.kind not in ("date", "time") or self.operator == "in_calendar"
        ) else self.kind  # fmt: skip

    @property
    def takes(self) -> str:
        """How many values there are: one, two or list."""
        if self.operator == "between":
            return "two"
        return "list" if self.operator in LIST_OPERATORS else "one"


def fresh() -> Typed:
    """Return a question that nobody has filled in."""
    typed = Typed()
    typed.said |= {"fact": FIRST_FACT, "was": FIRST_FACT, "op": "at_least"}
    return typed


def operators_of(fact: str) -> tuple[str, ...]:
    """Return the operators that fit a fact."""
    return tuple(OPERATORS[FACTS[fact].kind]) if fact in FACTS else ()


def settled(typed: Typed) -> Typed:
    """Return a question whose fields fit its fact: what was typed for another fact goes where it means nothing."""
    said, was = typed.said, typed.said["was"]
    if typed.fact not in FACTS:
        said["fact"] = FIRST_FACT
    is_other = bool(was) and was != typed.fact
    old_kind = FACTS[was].kind if was in FACTS else ""
    if is_other and (old_kind != typed.kind or (was in MONEY_FACTS) != (typed.fact in MONEY_FACTS)):
        said["value"] = said["to"] = ""
        typed.values = []
    if typed.operator not in operators_of(typed.fact):
        said["op"] = operators_of(typed.fact)[0]
    if typed.takes == "list" and not typed.values and said["value"]:
        typed.values = [said["value"]]
    if typed.takes != "list" and not said["value"] and typed.values:
        said["value"] = typed.values[0]
    for key in TEXT_KEYS:
        if key not in typed.keys:
            said[key] = ""
    if "days" not in typed.keys:
        said["window"] = said["days"] = ""
    said["was"] = typed.fact
    return typed


def typed_of(leaf: dict[str, Any] | Any, currency: Currency) -> Typed:
    """Return the fields of a leaf that compiles."""
    typed = Typed()
    typed.said |= {"fact": leaf["fact"], "was": leaf["fact"], "op": leaf["op"]}
    typed.said |= {key: leaf.get(key) or "" for key in TEXT_KEYS}
    if leaf.get("days") is not None:
        typed.said |= {"window": WINDOW_DAYS, "days": str(leaf["days"])}
    elif leaf.get("period") is not None:
        typed.said["window"] = leaf["period"]
    values = leaf["value"] if typed.takes != "one" else [leaf["value"]]
    texts = [minor_text(each, currency) if typed.shape == "money" else str(each) for each in values]
    if typed.takes == "list":
        typed.values = texts
    else:
        typed.said["value"] = texts[0]
        typed.said["to"] = texts[1] if typed.takes == "two" else ""
    return typed


def leaf_of(typed: Typed, currency: Currency) -> dict[str, Any]:
    """Return a question as the program writes it. Raises `TypedWrong`, saying what is missing or can't be read."""
    leaf: dict[str, Any] = {"fact": typed.fact, "op": typed.operator, "value": _value(typed, currency)}
    for key in TEXT_KEYS:
        if typed.said[key]:
            leaf[key] = typed.said[key]
        elif key in typed.keys and key != "measured":
            raise TypedWrong(MISSING[key])
    window = typed.said["window"]
    if window == WINDOW_DAYS:
        leaf["days"] = to_whole(typed.said["days"])
    elif window in PERIODS:
        leaf["period"] = window
    return leaf


MISSING = {
    "products": N_("Choose the products."),
    "name": N_("Type a name here."),
    "campaign": N_("Choose the campaign."),
}


def _value(typed: Typed, currency: Currency) -> Any:
    if typed.takes == "list":
        if not typed.values:
            raise TypedWrong(N_("Choose or type at least one value."))
        return [_one(typed, text, currency) for text in typed.values]
    first = _one(typed, typed.said["value"], currency)
    return first if typed.takes == "one" else [first, _one(typed, typed.said["to"], currency)]


def _one(typed: Typed, text: str, currency: Currency) -> Any:
    if text == "":
        raise TypedWrong(N_("A value is missing here."))
    if typed.shape == "money":
        return to_minor(text, currency, may_be_below_0=True)  # what somebody spent less what came back may be
    return to_whole(text) if typed.shape == "whole" else text
