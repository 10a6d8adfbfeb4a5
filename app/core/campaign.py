"""A campaign: a dated set of rules with effects on orders, for everybody or for an audience."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.conditions import Check
from app.core.effects import Effect, Target


class Trigger(StrEnum):
    """What brings a rule into play."""

    AUTOMATIC = "automatic"  # whenever its condition holds
    VOUCHER = "voucher"  # by a code
    CHOICE = "choice"  # by being picked at the station, without a code


class Offline(StrEnum):
    """What an offer needs when nobody answers. Leases and floor limits will join these two."""

    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rule:
    """One effect and what it depends on. A larger priority comes first."""

    rule_id: str
    name: str
    trigger: Trigger
    priority: int
    effect: Effect
    condition: Check | None
    cost_points: int = 0  # whole points that the member pays for it


@dataclass(frozen=True, slots=True)
class Campaign:
    """Dates are inclusive, on the store's calendar. `audience` holds member references; None = everybody."""

    campaign_id: str
    name: str
    starts_on: date
    ends_on: date
    audience: frozenset[str] | None
    offline: Offline
    rules: tuple[Rule, ...]


TARGET_PLACE = {target: place for place, target in enumerate(Target)}


def place_in_order(campaign: Campaign, rule: Rule) -> tuple[bool, int, int, date, str, str]:
    """Return the sort key that decides when a rule applies: a total order, nothing left to chance.

    Item effects before order effects, then priority (higher first), narrower target, start date, ids.
    """
    target = rule.effect.target
    return (
        target is Target.ORDER,
        -rule.priority,
        TARGET_PLACE[target],
        campaign.starts_on,
        campaign.campaign_id,
        rule.rule_id,
    )
