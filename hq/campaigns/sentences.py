"""Conditions in plain words: one sentence for a whole tree, and one for each question in it.

"the order's total is at least 30.00 EUR and (the member's tier is gold or …)". Console, stations and portal may all
speak by it, so it asks for a `Speech` and for nothing else. What no program may say is told as unreadable.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any

from hq.console.texts import N_

Tree = Mapping[str, Any]
UNREADABLE = N_("something that can't be read yet")
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
MONEY_FACTS = frozenset(
    {
        "order.total",
        "order.amount_of",
        "order.running_total",
        "order.running_amount_of",
        "history.spend",
        "history.amount_of",
    }
)
ABOUT = {  # what each fact is, as the beginning of a sentence
    "order.total": N_("the order's total"),
    "order.amount_of": N_("the amount of {products} in the order"),
    "order.running_total": N_("what is left of the order's total when this rule's turn comes"),
    "order.running_amount_of": N_("what is left of the amount of {products} when this rule's turn comes"),
    "order.quantity": N_("the number of units in the order"),
    "order.quantity_of": N_("the number of units of {products} in the order"),
    "order.store": N_("the store"),
    "order.register": N_("the register"),
    "order.channel": N_("the channel"),
    "order.partner": N_("the partner"),
    "order.weekday": N_("the weekday"),
    "order.date": N_("the date"),
    "order.time": N_("the time of day"),
    "order.nth": N_("the number of this order among the member's orders"),
    "member.tier": N_("the member's tier"),
    "member.attribute": N_("the member's “{name}”"),
    "member.number": N_("the member's “{name}”"),
    "history.spend": N_("what the member has spent"),
    "history.orders": N_("the number of the member's orders"),
    "history.redemptions": N_("the number of times that the member used {campaign}"),
    "history.amount_of": N_("what the member has spent on {products}"),
    "history.quantity_of": N_("the number of units of {products} that the member has bought"),
    "history.days_since_order": N_("the number of days since the member's last order"),
    "event.count": N_("the number of the member's “{name}” events"),
    "signal": N_("the signal “{name}”"),
}
COMPARED = {
    "at_least": N_("{fact} is at least {value}"),
    "more_than": N_("{fact} is more than {value}"),
    "at_most": N_("{fact} is at most {value}"),
    "less_than": N_("{fact} is less than {value}"),
    "is": N_("{fact} is {value}"),
    "one_of": N_("{fact} is one of {value}"),
    "every": N_("{fact} is a multiple of {value}"),
    "between": N_("{fact} is from {first} to {last}"),
    "in_calendar": N_("{fact} is in the calendar {value}"),
}
WHOLE = {  # facts that read better by a sentence of their own
    ("order.time", "between"): N_("the time is from {first} until before {last}"),
    ("member.segments", "contains"): N_("the member is in the segment {value}"),
    ("member.segments", "contains_any"): N_("the member is in one of the segments {value}"),
    ("member.consents", "contains"): N_("the member has agreed to {value}"),
    ("member.consents", "contains_any"): N_("the member has agreed to one of {value}"),
    ("member.birthday", "within_days"): N_("the member's birthday is no more than {value} days away"),
    ("member.anniversary", "within_days"): N_(
        "the day of the member's joining is no more than {value} days away"
    ),
}
TODAY = {
    "member.birthday": N_("it is the member's birthday"),
    "member.anniversary": N_("it is the anniversary of the member's joining"),
}
ANY_OF = {
    "order.quantity": N_("there is something in the order"),
    "order.quantity_of": N_("the order has {products} in it"),
    "history.quantity_of": N_("the member has ever bought {products}"),
}
PERIODS = {
    "day": N_("{fact} today"),
    "week": N_("{fact} this week"),
    "month": N_("{fact} this month"),
    "quarter": N_("{fact} this quarter"),
    "year": N_("{fact} this year"),
    "previous_month": N_("{fact} last month"),
}
MEASURED = {"gross": N_("{fact} (with tax)"), "net": N_("{fact} (without tax)")}


@dataclass(frozen=True)
class Speech:
    """How to speak: the language's catalogue, how amounts, numbers and days are written, and what ids are called.

    `names` holds names by what they name: stores, tiers, campaigns and so on; an id without a name stands for itself.
    """

    translations: NullTranslations
    money: Callable[[int], str]
    number: Callable[[int], str]
    day: Callable[[str], str]
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def gettext(self, sentence: str) -> str:
        """Return a sentence in the language."""
        return self.translations.gettext(sentence)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the sentence for so many in the language."""
        return self.translations.ngettext(one, many, count)

    def name(self, kind: str, key: str) -> str:
        """Return what people call something."""
        return self.names.get(kind, {}).get(key, key)

    def either(self, values: Sequence[str]) -> str:
        """Return `a, b or c`."""
        if len(values) < 2:
            return "".join(values)
        return self.gettext("{first} or {last}").format(first=", ".join(values[:-1]), last=values[-1])


def condition_sentence(tree: Any, speech: Speech) -> str:
    """Return one sentence for a tree, without a full stop; empty where there is no tree."""
    if tree is None:
        return ""
    try:
        return _say(tree, speech, is_inner=False)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return speech.gettext(UNREADABLE)


def _say(tree: Tree, speech: Speech, *, is_inner: bool) -> str:
    if "fact" in tree:
        return _say_leaf(tree, speech)
    ((kind, inner),) = tree.items()
    if kind == "not":
        return speech.gettext("it is not so that {it}").format(it=_say(inner, speech, is_inner=True))
    together = speech.gettext(JOINED[kind])
    parts = [_say(item, speech, is_inner=True) for item in inner]
    said = parts[0]
    for part in parts[1:]:
        said = together.format(first=said, second=part)
    return f"({said})" if is_inner and len(parts) > 1 else said


JOINED = {"all": N_("{first} and {second}"), "any": N_("{first} or {second}")}


def _say_leaf(leaf: Tree, speech: Speech) -> str:
    fact, operator, value = leaf["fact"], leaf["op"], leaf["value"]
    named = _named(leaf, speech)
    if operator == "within_days" and value == 0:
        return speech.gettext(TODAY[fact])
    if operator == "more_than" and value == 0 and fact in ANY_OF:
        return _with_window(leaf, speech.gettext(ANY_OF[fact]).format(**named), speech)
    if (fact, operator) in WHOLE:
        return speech.gettext(WHOLE[fact, operator]).format(**_values(fact, operator, value, speech))
    about = speech.gettext(ABOUT[fact]).format(**named)
    if leaf.get("measured"):
        about = speech.gettext(MEASURED[leaf["measured"]]).format(fact=about)
    about = _with_window(leaf, about, speech)
    return speech.gettext(COMPARED[operator]).format(fact=about, **_values(fact, operator, value, speech))


def _named(leaf: Tree, speech: Speech) -> dict[str, str]:
    """Return what a fact is about beside its value."""
    return {
        "products": speech.name("product_sets", str(leaf.get("products", ""))),
        "campaign": speech.name("campaigns", str(leaf.get("campaign", ""))),
        "name": str(leaf.get("name", "")),
    }


def _with_window(leaf: Tree, about: str, speech: Speech) -> str:
    days, period = leaf.get("days"), leaf.get("period")
    if days is not None:
        said = speech.ngettext("{fact} in the last {days} day", "{fact} in the last {days} days", days)
        return said.format(fact=about, days=speech.number(days))
    return about if period is None else speech.gettext(PERIODS[period]).format(fact=about)


def _values(fact: str, operator: str, value: Any, speech: Speech) -> dict[str, str]:
    if operator == "between":
        first, last = (value_words(fact, each, speech) for each in value)
        return {"first": first, "last": last}
    if isinstance(value, list):
        return {"value": speech.either([value_words(fact, each, speech) for each in value])}
    return {"value": str(value) if operator == "in_calendar" else value_words(fact, value, speech)}


def value_words(fact: str, value: Any, speech: Speech) -> str:
    """Return a value of a fact as people write it: an amount, a weekday, a store's name."""
    if fact == "order.weekday":
        return speech.gettext(WEEKDAYS[value - 1]) if 1 <= value <= len(WEEKDAYS) else str(value)
    if fact in MONEY_FACTS:
        return speech.money(value)
    if fact in NAMED_VALUES:
        return speech.name(NAMED_VALUES[fact], value)
    if fact == "order.date":
        return speech.day(value)
    return speech.number(value) if isinstance(value, int) else str(value)


NAMED_VALUES = {"order.store": "stores", "member.tier": "tiers", "member.segments": "segments"}
