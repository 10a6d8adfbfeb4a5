"""What may be chosen in the rule builder: what program and head office hold, by name, and the words of the lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hq.builder import words
from hq.builder.leaf import operators_of
from hq.campaigns.sentences import WEEKDAYS, Speech

Choice = tuple[str, str]  # the value, and what people call it


@dataclass(frozen=True)
class Picks:
    """Choices by what they name. An empty list leaves a field to be typed."""

    speech: Speech
    products: Sequence[Choice] = ()
    campaigns: Sequence[Choice] = ()
    stores: Sequence[Choice] = ()
    tiers: Sequence[Choice] = ()
    segments: Sequence[Choice] = ()
    consents: Sequence[Choice] = ()
    calendars: Sequence[Choice] = ()
    punch_cards: Sequence[Choice] = ()
    facts: Any = field(default_factory=words.facts_by_section)
    windows: Any = tuple(words.WINDOWS.items())
    measured: Any = tuple(words.MEASURED.items())
    group_names: Any = field(default_factory=lambda: words.GROUPS)

    def operators_of(self, fact: str) -> list[Choice]:
        """Return the operators that fit a fact."""
        return [(operator, words.OPERATORS[operator]) for operator in operators_of(fact)]

    def values_of(self, fact: str, operator: str) -> Sequence[Choice]:
        """Return the values to choose from, none where the value is typed."""
        if operator == "in_calendar":
            return self.calendars
        if fact == "order.weekday" and operator in ("is", "one_of"):
            return [(str(place), self.speech.gettext(name)) for place, name in enumerate(WEEKDAYS, start=1)]
        return {
            "order.store": self.stores,
            "member.tier": self.tiers,
            "member.segments": self.segments,
            "member.consents": self.consents,
        }.get(fact, ())
