"""The customer in the scheme, as a station knows them when it decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Member:
    """The facts about a member that a decision may read.

    `is_known` is false for a member whom the replica does not hold (a first visit), until head office says what they
    have: then only the signed code speaks for them, and balance, tier and segments are empty. `balance` and `debt`
    (owed from returns) are whole points. `attributes` are what the shop wants to know of its members, texts or whole
    numbers by name.
    """

    ref: str
    is_known: bool
    tier: str = ""
    segments: frozenset[str] = frozenset()
    balance: int = 0
    as_of_ms: int = 0
    attributes: Mapping[str, str | int] = field(default_factory=dict, hash=False)
    consents: frozenset[str] = frozenset()
    birthday: date | None = None
    joined_on: date | None = None
    debt: int = 0
    tier_ends_on: date | None = None  # the last day of a tier that is paid for or runs out
    tier_after: str = ""
    expiring: tuple[tuple[date, int], ...] = ()  # points of the balance by their last day

    def tier_on(self, day: date) -> str:
        """Return the tier that counts on a day, as far as is known: the tier itself through its last day."""
        is_over = self.tier_ends_on is not None and day > self.tier_ends_on
        return self.tier_after if is_over else self.tier

    def balance_on(self, day: date) -> int:
        """Return the points that can be spent on a day: without those whose last day is over."""
        if not self.expiring:
            return self.balance
        return self.balance - sum(points for ends_on, points in self.expiring if day > ends_on)
