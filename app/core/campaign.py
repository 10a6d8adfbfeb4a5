"""A campaign: a dated set of rules with effects on orders, for everybody or for an audience."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.core.authority import Offline
from app.core.briefing import Briefing
from app.core.circumstances import Check
from app.core.conditions import facts_of
from app.core.effects import (
    Bundle,
    BuyGet,
    Credit,
    Effect,
    PointsPayment,
    PunchCardFree,
    Target,
    product_sets_of,
)
from app.core.experiments import Experiment
from app.core.paid_order import ReturnSettings


class Trigger(StrEnum):
    """What brings a rule into play."""

    AUTOMATIC = "automatic"  # whenever its condition holds
    VOUCHER = "voucher"  # by a code
    CHOICE = "choice"  # by being picked at the station, without a code


@dataclass(frozen=True, slots=True)
class Stacking:
    """What a campaign goes together with. `not_with` names campaigns and payments, `only_with` campaigns."""

    is_exclusive: bool = False
    is_always: bool = False
    best_of: str = ""
    group: str = ""
    not_with: frozenset[str] = frozenset()
    only_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many, in a period of the calendar, or for ever when the period is empty."""

    at_most: int
    period: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a campaign may be used; None asks nothing."""

    uses: int | None = None
    members: int | None = None
    member_uses: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be given in all: uses, discount and order value (minor units); None asks nothing."""

    uses: int | None = None
    discount: int | None = None
    order_value: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of an experiment: members to whom one of these variants falls get the campaign."""

    experiment: Experiment
    variants: frozenset[str]


# What a clock that is in doubt can't answer. How long ago something was is counted beforehand, by a clock of its own.
TIME_FACTS = {"order.weekday", "order.date", "order.time", "member.birthday", "member.anniversary"}
ENDLESS = "9999"  # a campaign that ends in this year, or after it, has no end


@dataclass(frozen=True, slots=True)
class Rule:
    """One effect and what it depends on. A larger priority comes first."""

    rule_id: str
    name: str
    trigger: Trigger
    priority: int
    effect: Effect
    condition: Check | None
    tree: Any = None  # the condition as published
    is_running: bool = False  # whether it asks what the rules before have left
    cost_points: int = 0  # whole points that the member pays for it
    has_stock: bool = False
    wants: tuple[str | None, ...] = field(
        init=False, compare=False
    )  # product sets without which it does nothing
    is_on_products: bool = field(init=False, compare=False)  # whether it must be said that they are missing
    asks_more: bool = field(init=False, compare=False)  # than most: points, a card, what is left of a reward
    asks_time: bool = field(init=False, compare=False)  # the hour, the day, or a day in the member's year

    def __post_init__(self) -> None:
        """Work out once what every quote asks of every rule."""
        wants = product_sets_of(self.effect)
        is_on_order = self.effect.target is Target.ORDER and wants == (None,)
        object.__setattr__(self, "wants", wants)
        object.__setattr__(self, "is_on_products", bool(wants) and not is_on_order)
        is_for_members = isinstance(self.effect, PointsPayment | PunchCardFree | Credit)
        object.__setattr__(self, "asks_more", self.cost_points > 0 or self.has_stock or is_for_members)
        object.__setattr__(self, "asks_time", not TIME_FACTS.isdisjoint(facts_of(self.tree)))


@dataclass(frozen=True, slots=True)
class Campaign:
    """Moments are local, as ISO texts to the second; both are inclusive. `audience` None = everybody."""

    campaign_id: str
    name: str
    starts_at: str
    ends_at: str
    audience: frozenset[str] | None
    offline: Offline
    rules: tuple[Rule, ...]
    stacking: Stacking = field(default_factory=Stacking)
    limits: Limits | None = None
    budget: Budget | None = None
    share: Share | None = None
    returns: ReturnSettings = field(default_factory=ReturnSettings)
    briefing: Briefing = field(
        default_factory=dict
    )  # what cashiers are told of it, by language; nothing is decided by it
    asks_more: bool = field(init=False, compare=False)  # than its dates: members, limits, a share of them

    @property
    def is_dated(self) -> bool:
        """Whether it ends. That it has started is sure even by a doubtful clock, since effective time never leads."""
        return self.ends_at < ENDLESS

    def __post_init__(self) -> None:
        """Work out once what every quote asks of every campaign."""
        asked = (self.audience, self.limits, self.budget, self.share)
        object.__setattr__(self, "asks_more", any(each is not None for each in asked))


TARGET_PLACE = {target: place for place, target in enumerate(Target)}
UNIT_SETS, ON_PRODUCTS, ON_ORDER, POINTS_PAID, AFTER_ALL = range(5)  # the phases in which rules apply


def phase(effect: Effect) -> int:
    """Return when an effect's turn is: sets of units, products, the order, points paid, what follows payment."""
    match effect:
        case BuyGet() | Bundle() | PunchCardFree():
            return UNIT_SETS
        case PointsPayment():
            return POINTS_PAID
        case Credit():
            return AFTER_ALL
        case _:
            return ON_ORDER if effect.target is Target.ORDER else ON_PRODUCTS


def place_in_order(campaign: Campaign, rule: Rule) -> tuple[int, int, int, str, str, str]:
    """Return the sort key that decides when a rule applies: a total order, nothing left to chance.

    By phase, then priority (higher first), narrower target, start date, ids.
    """
    return (
        phase(rule.effect),
        -rule.priority,
        TARGET_PLACE[rule.effect.target],
        campaign.starts_at,
        campaign.campaign_id,
        rule.rule_id,
    )
