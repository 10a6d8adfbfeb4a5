"""How much of their budgets campaigns have used, as the counters stand that every posted entry moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hq.authority import counters
from hq.campaigns.rows import CampaignRow
from hq.home import Hq

BOUNDS = ("discount", "order_value", "uses")  # the first that has a bound is the one that a list shows


@dataclass(frozen=True)
class BudgetUse:
    """What was used of one bound: `used` and `most` in minor units, or in times where the bound is on uses."""

    bound: str
    used: int
    most: int

    @property
    def percent(self) -> int:
        """Return how much of it is used, at most all of it."""
        return min(100, self.used * 100 // self.most) if self.most > 0 else 100


def budgets_of(hq: Hq, campaigns: Iterable[CampaignRow]) -> dict[str, list[BudgetUse]]:
    """Return what was used of the budgets that campaigns have, by campaign; those without one are left out."""
    bounds = {row.campaign_id: _bounds(row.body) for row in campaigns}
    keys = [f"{bound}:{campaign_id}" for campaign_id, found in bounds.items() for bound in found]
    if not keys:
        return {}
    with hq.database.reading() as connection:
        used = counters.read(connection, keys)
    return {
        campaign_id: [BudgetUse(bound, used[f"{bound}:{campaign_id}"], most) for bound, most in found.items()]
        for campaign_id, found in bounds.items()
        if found
    }


def _bounds(body: Mapping[str, Any]) -> dict[str, int]:
    """Return the bounds that a draft's budget names, which may be anything."""
    budget = body.get("budget")
    if not isinstance(budget, Mapping):
        return {}
    return {bound: budget[bound] for bound in BOUNDS if isinstance(budget.get(bound), int)}
