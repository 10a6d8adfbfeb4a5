"""The policies, each a program as head office would publish it: the same offers, and another word for `offline`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core import authority
from app.core.authority import NOTHING
from app.core.canonical import canonical
from app.demo.journey import VoucherKey
from app.demo.program import CURRENCY, TIME_ZONE, rule_id
from tests.sim.policies.year import Year

REWARD, REWARD_POINTS = "off", 200  # of which each is worth a cent
COUPON_CENTS = 100
STALE_HOURS = 96  # lines fail for four days; a program that says nothing has 72
LEVEL = "A2"  # everybody shows a signed card
FLOOR = authority.FLOORS[LEVEL]
FLOORS = {  # no other level is given anything, so that the bound is that of what is shown here
    level: {"value": floor.value, "times": floor.times}
    for level, floor in {"A1": NOTHING, LEVEL: FLOOR, "A3": NOTHING}.items()
}
GOOD_FOR_MS = 800 * 86_400_000


@dataclass(frozen=True)
class Terms:
    """What is the same in all policies: what a reward costs, in points and so in cents, and how old facts may be."""

    reward: int = REWARD_POINTS
    stale_hours: int = STALE_HOURS


@dataclass(frozen=True)
class Policy:
    """What stations may give by themselves. With `has_homes` each member's shop holds what they own."""

    name: str
    offline: str
    has_homes: bool

    @property
    def has_floors(self) -> bool:
        """Whether anything may be given by floor limits."""
        return self.offline == "floor"

    @property
    def is_bounded(self) -> bool:
        """Whether it can be said beforehand how much may be given too much."""
        return self.offline != "always"


POLICIES = (
    Policy("refuse all", "never", has_homes=False),
    Policy("naive replica", "always", has_homes=False),
    Policy("floor", "floor", has_homes=False),
    Policy("lease", "lease", has_homes=True),
    Policy("lease + floor", "floor", has_homes=True),
)
OURS = POLICIES[-1]


def program_of(year: Year, policy: Policy, refs: Mapping[int, str], terms: Terms, *, now_ms: int) -> bytes:
    """Return what is published: the coupons of the data that these households showed, and a reward for points."""
    keys = sorted(coupon_keys(year))
    sets = {f"products-{place}": year.journey.coupons[key] for place, key in enumerate(keys)}
    places = {key: place for place, key in enumerate(keys)}
    reward = {
        "id": REWARD,
        "name": "Off for points",
        "trigger": "choice",
        "priority": 0,
        "cost_points": terms.reward,
        "effect": {"kind": "amount_off", "target": "order", "amount": terms.reward},
    }
    dates = {"starts_on": "2016-12-01", "ends_on": "2018-12-31"}
    campaigns: list[dict[str, Any]] = [
        {"id": "rewards", "name": "Rewards", **dates, "audience": None, "rules": [reward]}
    ]
    for campaign in year.journey.campaigns:
        rules = [_rule(key, place) for key, place in places.items() if key[0] == campaign.campaign_id]
        showing = {each for each, key in year.coupons if key[0] == campaign.campaign_id}
        audience = sorted(refs[each] for each in showing | campaign.households & refs.keys())
        if rules and audience:
            campaigns.append(
                {
                    "id": str(campaign.campaign_id),
                    "name": f"Campaign {campaign.campaign_id}",
                    "starts_on": campaign.starts_on.isoformat(),
                    "ends_on": campaign.ends_on.isoformat(),
                    "audience": audience,
                    "rules": rules,
                }
            )
    return canonical(
        {
            "format": 1,
            "program_id": "policies",
            "version": 1,
            "name": policy.name,
            "currency": CURRENCY,
            "time_zone": TIME_ZONE,
            "expires_ms": now_ms + GOOD_FOR_MS,
            "product_sets": {name: [str(each) for each in products] for name, products in sets.items()},
            "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "authority": {
                "floors": {level: each | {"stale_hours": terms.stale_hours} for level, each in FLOORS.items()}
            },
            "campaigns": [each | {"offline": policy.offline} for each in campaigns],
        }
    )


def coupon_keys(year: Year) -> set[VoucherKey]:
    """Return the coupons that somebody shows."""
    return {key for _, key in year.coupons}


def _rule(key: VoucherKey, place: int) -> dict[str, Any]:
    return {
        "id": rule_id(key),
        "name": f"1.00 off (coupon {key[1]})",
        "trigger": "voucher",
        "priority": -place,
        "effect": {
            "kind": "amount_off",
            "target": "products",
            "amount": COUPON_CENTS,
            "products": f"products-{place}",
        },
    }
