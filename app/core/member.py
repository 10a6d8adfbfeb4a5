"""The customer in the scheme, as a station knows them when it decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """The facts about a member that a decision may read.

    `is_known` is false for a member whom the replica does not hold (a first visit while cut off): then only the
    signed code speaks for them and balance, tier and segments are empty. `balance` is in whole points.
    """

    ref: str
    is_known: bool
    tier: str = ""
    segments: frozenset[str] = frozenset()
    balance: int = 0
    as_of_ms: int = 0
