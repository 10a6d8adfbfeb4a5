"""A program version: campaigns, earning rules and product sets, immutable once published.

The published form is canonical JSON, whose SHA-256 is the version's hash: everyone who holds a version holds the same
bytes. Reading and checking that form is program_format's job.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.campaign import Campaign, Rule
from app.core.earning import EarningRule
from app.core.money import Currency


class ProgramInvalid(ValueError):
    """A program that can't be used. The message names the place, what is wrong and what would be right."""


@dataclass(frozen=True)
class Program:
    """A version as the engine uses it. `automatic` holds its automatic rules in the order in which they apply."""

    program_id: str
    version: int
    hash: str
    name: str
    currency: Currency
    time_zone: str
    expires_ms: int
    product_sets: Mapping[str, frozenset[str]]
    earning: tuple[EarningRule, ...]
    campaigns: tuple[Campaign, ...]
    rules_by_id: Mapping[str, tuple[Campaign, Rule]]
    automatic: tuple[tuple[Campaign, Rule], ...]
