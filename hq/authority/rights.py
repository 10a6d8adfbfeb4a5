"""What is left of a scope: its limit less what was given, what is leased and not yet told, and what is reserved.

That is invariant I7: what was given and what stations may still give by themselves never exceed the limit. It holds
because each of these changes only in a transaction that holds the scope's counter.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from app.core.limits import discount_key, members_key, order_value_key, stock_key, uses_key
from app.core.program import Program
from hq.authority import counters
from hq.authority.tables import lease, reservation

OPEN, CLOSED, OVER, WRITTEN_OFF = "open", "closed", "over", "written_off"
UNTOLD = (
    "untold"  # closed, with more used than entries have told: so much of it is out, and can't be given again
)
OUT = (OPEN, UNTOLD)
KEPT_BACK = 10  # a tenth of every limit is never leased: it is for those who ask


def limits_of(
    connection: Connection, program: Program, scopes: Iterable[str] | None = None
) -> dict[str, int]:
    """Return the limit of each scope that a program bounds, or of these scopes only."""
    found: dict[str, int] = {}
    rules = []
    for campaign in program.campaigns:
        name, limits, budget = campaign.campaign_id, campaign.limits, campaign.budget
        uses = [each.uses for each in (limits, budget) if each is not None and each.uses is not None]
        if uses:
            found[uses_key(name)] = min(uses)
        if limits is not None and limits.members is not None:
            found[members_key(name)] = limits.members
        if budget is not None and budget.discount is not None:
            found[discount_key(name)] = budget.discount
        if budget is not None and budget.order_value is not None:
            found[order_value_key(name)] = budget.order_value
        rules += [rule.rule_id for rule in campaign.rules if rule.has_stock]
    if rules:
        found |= {stock_key(rule): n for rule, n in counters.read_stock(connection, rules).items()}
    wanted = found if scopes is None else set(scopes)
    return {scope: limit for scope, limit in found.items() if scope in wanted}


def outstanding(connection: Connection, scopes: Iterable[str]) -> dict[str, int]:
    """Return what stations may still give by leases, as far as HQ knows: ended ones count until that is certain."""
    statement = (
        select(lease.c.scope, func.sum(lease.c.units - lease.c.used))
        .where(lease.c.scope.in_(sorted(set(scopes))), lease.c.state.in_(OUT), lease.c.used < lease.c.units)
        .group_by(lease.c.scope)
    )
    return {scope: int(units) for scope, units in connection.execute(statement)}


def reserved(connection: Connection, scopes: Iterable[str], *, now_ms: int) -> dict[str, int]:
    """Return what was promised on line and has neither come as an entry nor lapsed."""
    statement = (
        select(reservation.c.scope, func.sum(reservation.c.units))
        .where(reservation.c.scope.in_(sorted(set(scopes))), reservation.c.until_ms > now_ms)
        .group_by(reservation.c.scope)
    )
    return {scope: int(units) for scope, units in connection.execute(statement)}


def free(
    connection: Connection, limits: Mapping[str, int], given: Mapping[str, int], *, now_ms: int
) -> dict[str, int]:
    """Return what is left of each scope (below zero where too much was given). The caller holds their counters."""
    leased = outstanding(connection, limits)
    promised = reserved(connection, limits, now_ms=now_ms)
    return {
        scope: limit - given[scope] - leased.get(scope, 0) - promised.get(scope, 0)
        for scope, limit in limits.items()
    }


def leasable(limit: int, left: int) -> int:
    """Return how much of what is left may be leased: the last tenth of a limit may not, in whole units.

    Of less than ten nothing is kept back: a single reward may lie with one station, and HQ has then none to promise.
    """
    return max(0, left - limit // KEPT_BACK)
