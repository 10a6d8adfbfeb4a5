"""Limits and budgets of a campaign, judged by counters that the caller hands in.

How often a campaign was used, by how many members, and what it has given so far are facts of the whole chain: somebody
counts them (HQ; a lease or a floor limit when a station is cut off) and hands the numbers in. A counter that nobody
knows refuses, because guessing it would spend what may not be there.
"""

from collections.abc import Mapping

from app.core.campaign import Budget, Campaign, Limits
from app.core.reasons import Reason, Refusal
from app.core.stock import Stock

Known = Mapping[str, int]
NOT_KNOWN = Refusal(Reason.ONLINE_ONLY)


def uses_key(campaign_id: str) -> str:
    """Return the key of how often a campaign was used in all."""
    return f"uses:{campaign_id}"


def members_key(campaign_id: str) -> str:
    """Return the key of how many different members used it."""
    return f"members:{campaign_id}"


def counted_key(campaign_id: str) -> str:
    """Return the key that is 1 when this member is among those counted, else 0."""
    return f"member_counted:{campaign_id}"


def member_uses_key(campaign_id: str, period: str) -> str:
    """Return the key of how often this member used it, in the running period if there is one."""
    return f"member_uses:{campaign_id}/{period}" if period else f"member_uses:{campaign_id}"


def discount_key(campaign_id: str) -> str:
    """Return the key of what it has given, in minor units."""
    return f"discount:{campaign_id}"


def order_value_key(campaign_id: str) -> str:
    """Return the key of the value of the orders it was used on, in minor units."""
    return f"order_value:{campaign_id}"


def of_campaign(campaign_id: str) -> set[str]:
    """Return the keys that the whole chain's limits and budgets of a campaign could ask for."""
    makers = (uses_key, members_key, discount_key, order_value_key)
    return {key(campaign_id) for key in makers}


def stock_key(rule_id: str) -> str:
    """Return the key of how many of a reward are left here."""
    return f"stock:{rule_id}"


def elsewhere_key(rule_id: str) -> str:
    """Return the key of how many of a reward are left in other places, as far as it is known."""
    return f"stock_elsewhere:{rule_id}"


def keys_of(campaign: Campaign) -> set[str]:
    """Return the counters that a campaign's limits and budget ask for."""
    name, limits, budget = campaign.campaign_id, campaign.limits, campaign.budget
    keys = {stock_key(rule.rule_id) for rule in campaign.rules if rule.has_stock}
    if limits is not None:
        keys |= {member_uses_key(name, limit.period) for limit in limits.member_uses}
        keys |= {uses_key(name)} if limits.uses is not None else set()
        keys |= {members_key(name), counted_key(name)} if limits.members is not None else set()
    if budget is not None:
        keys |= {key for key, _ in _budgets(budget, name)}
    return keys


def refused_by_limits(limits: Limits, campaign_id: str, known: Known, *, has_member: bool) -> list[Refusal]:
    """Return why one more use isn't possible."""
    found: list[Refusal] = []
    if limits.uses is not None:
        found += _reached(known, uses_key(campaign_id), limits.uses, Refusal(Reason.LIMIT_CAMPAIGN_REACHED))
    if not has_member and (limits.member_uses or limits.members is not None):
        return [*found, Refusal(Reason.MEMBER_NEEDED)]
    for limit in limits.member_uses:
        key = member_uses_key(campaign_id, limit.period)
        found += _reached(known, key, limit.at_most, Refusal(Reason.LIMIT_PER_MEMBER_REACHED))
    if limits.members is not None:
        found += _refused_by_members(limits.members, campaign_id, known)
    return found


def _refused_by_members(members: int, campaign_id: str, known: Known) -> list[Refusal]:
    """The first so many members: one who was counted before takes no second place."""
    counted = known.get(counted_key(campaign_id))
    if counted is None:
        return [NOT_KNOWN]
    reached = Refusal(Reason.LIMIT_MEMBERS_REACHED, {"wanted": members})
    return [] if counted else _reached(known, members_key(campaign_id), members, reached)


def _reached(known: Known, key: str, at_most: int, refusal: Refusal) -> list[Refusal]:
    counted = known.get(key)
    if counted is None:
        return [NOT_KNOWN]
    return [refusal] if counted >= at_most else []


def refused_by_spent(budget: Budget, campaign_id: str, known: Known) -> list[Refusal]:
    """Return why nothing more can be given, before anything is tried: a budget is used up, or nobody knows."""
    found: list[Refusal] = []
    for key, most in _budgets(budget, campaign_id):
        used = known.get(key)
        if used is None:
            found.append(NOT_KNOWN)
        elif used >= most:
            found.append(Refusal(Reason.BUDGET_EXHAUSTED))
    return found


def refused_by_budget(
    budget: Budget, campaign_id: str, known: Known, *, discount: int, given: int, order_value: int
) -> list[Refusal]:
    """Return why so much (minor units) can't be given. What would exceed a budget is refused, not cut.

    `given` is what the campaign has given in this order before.
    """
    more = {discount_key(campaign_id): discount, order_value_key(campaign_id): order_value}
    used = {discount_key(campaign_id): given}
    return [
        Refusal(Reason.BUDGET_EXCEEDED, {"left": left})
        for key, most in _budgets(budget, campaign_id)
        if (left := most - known[key] - used.get(key, 0)) < more.get(key, 1)
    ]


def _budgets(budget: Budget, campaign_id: str) -> list[tuple[str, int]]:
    """Return the counter of each budget there is, and how high it may go."""
    budgets = (
        (uses_key(campaign_id), budget.uses),
        (discount_key(campaign_id), budget.discount),
        (order_value_key(campaign_id), budget.order_value),
    )
    return [(key, most) for key, most in budgets if most is not None]


def stock_of(rule_id: str, known: Known, *, used: int) -> Stock | None:
    """Return how many of a reward are left, `used` of them going to this order already; None when nobody knows."""
    here = known.get(stock_key(rule_id))
    return None if here is None else Stock(here - used, known.get(elsewhere_key(rule_id)))
