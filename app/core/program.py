"""A program version: campaigns, earning rules and product sets, immutable once published.

The published form is canonical JSON, whose SHA-256 is the version's hash: everyone who holds a version holds the same
bytes. Reading and checking that form is program_format's job.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.core.authority import AuthorityPolicy, Offline
from app.core.campaign import Campaign, Rule
from app.core.card_policy import CardPolicy
from app.core.circumstances import Check
from app.core.conditions import counters_of
from app.core.consents import ConsentText
from app.core.earning import EarningRule
from app.core.effects import PunchCardFree
from app.core.expiry import ExpiryRule
from app.core.index import RuleIndex
from app.core.life import Life
from app.core.money import Currency
from app.core.policy import Policy
from app.core.products import ProductSets
from app.core.reversal_rules import ReversalPolicy
from app.core.schemes_format import Schemes
from app.core.tiers import Tier
from app.core.voucher import Presentation

PAST = ("history.", "event.")  # what keys of counters of what members did before begin with


class ProgramInvalid(ValueError):
    """A program that can't be used. The message names the place, what is wrong and what would be right."""


class Pair(NamedTuple):
    """A rule and the campaign it belongs to."""

    campaign: Campaign
    rule: Rule


class Candidate(NamedTuple):
    """A rule that is in play, by itself or because something was presented for it; `place` is its turn."""

    place: int
    campaign: Campaign
    rule: Rule
    presentation: Presentation | None = None


@dataclass(frozen=True)
class Program:
    """A version as the engine uses it. `rules` holds all of its rules in the order in which they apply.

    `rules_by_id` and `automatic` are places in it. `counters` are the keys of what conditions and limits ask the caller
    to have counted, `signals` the names of what conditions ask of the world.
    """

    program_id: str
    version: int
    hash: str
    name: str
    currency: Currency
    time_zone: str
    expires_ms: int
    product_sets: ProductSets
    earning: tuple[EarningRule, ...]
    campaigns: tuple[Campaign, ...]
    rules: tuple[Pair, ...]
    rules_by_id: Mapping[str, int]
    automatic: tuple[int, ...]
    index: RuleIndex
    policy: Policy = field(default_factory=Policy)
    life: Life = field(default_factory=Life)
    segments: Mapping[str, Check] = field(default_factory=dict)
    joining: Check | None = None
    schemes: Schemes = field(default_factory=Schemes)
    tiers: tuple[Tier, ...] = ()  # lowest first
    expiry: Mapping[str, ExpiryRule] = field(default_factory=dict)  # by point currency
    counters: frozenset[str] = frozenset()
    counters_beside: frozenset[str] = frozenset()  # those that segments and rules of earning ask for
    signals: frozenset[str] = frozenset()
    is_stacked: bool = False  # whether any campaign says anything about others
    authority: AuthorityPolicy = field(default_factory=AuthorityPolicy)
    reversals: ReversalPolicy = field(default_factory=ReversalPolicy)
    cards: CardPolicy = field(default_factory=CardPolicy)  # of gift cards, what stations may do alone
    consents: tuple[ConsentText, ...] = ()  # what new members are asked
    asks_authority: bool = field(init=False, compare=False)  # whether any campaign is not for giving at will
    counted_campaigns: frozenset[str] = field(init=False, compare=False)  # those with limits or budgets
    counts_campaigns: bool = field(
        init=False, compare=False
    )  # whether there are any, or rewards with a stock, or punch cards
    punch_cards_of: Mapping[str, frozenset[str]] = field(
        init=False, compare=False
    )  # by campaign that has some
    history: frozenset[str] = field(init=False, compare=False)  # the counters of what members did before
    history_of: Mapping[str, frozenset[str]] = field(init=False, compare=False)  # by campaign that asks
    candidates: tuple[Candidate, ...] = field(init=False, compare=False)  # the rules, each by itself

    def __post_init__(self) -> None:
        """Make the rules ready to be played."""
        ready = tuple(Candidate(place, *pair) for place, pair in enumerate(self.rules))
        object.__setattr__(self, "candidates", ready)
        asks = any(campaign.offline is not Offline.ALWAYS for campaign in self.campaigns)
        object.__setattr__(self, "asks_authority", asks)
        counted = (each.campaign_id for each in self.campaigns if each.limits or each.budget)
        object.__setattr__(self, "counted_campaigns", frozenset(counted))
        has_stock = any(pair.rule.has_stock for pair in self.rules)
        cards = {each.campaign_id: frozenset(_cards_of(each)) for each in self.campaigns}
        cards = {name: found for name, found in cards.items() if found}
        object.__setattr__(self, "punch_cards_of", cards)
        object.__setattr__(self, "history", frozenset(key for key in self.counters if key.startswith(PAST)))
        past = (
            {each.campaign_id: frozenset(_asked_by(each)) for each in self.campaigns} if self.history else {}
        )
        object.__setattr__(self, "history_of", {name: keys for name, keys in past.items() if keys})
        counts = bool(self.counted_campaigns or cards) or has_stock
        object.__setattr__(self, "counts_campaigns", counts)

    def pair(self, rule_id: str) -> Pair | None:
        """Return a rule with its campaign; None for one that this version doesn't hold."""
        place = self.rules_by_id.get(rule_id)
        return None if place is None else self.rules[place]


def _asked_by(campaign: Campaign) -> Iterator[str]:
    """Yield the counters that the conditions of a campaign's rules ask for."""
    for rule in campaign.rules:
        yield from counters_of(rule.tree)


def _cards_of(campaign: Campaign) -> Iterator[str]:
    """Yield the punch cards whose free units a campaign's rules give."""
    for rule in campaign.rules:
        if isinstance(rule.effect, PunchCardFree):
            yield rule.effect.card.card_id
