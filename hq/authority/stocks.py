"""How many of a reward there are to give."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from app.core.limits import stock_key
from app.core.order import AMOUNT_MAX
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.authority import counters
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotPossible
from hq.feed import COUNTED, EVERYWHERE, Change, announce
from hq.home import Hq


@dataclass(frozen=True)
class Stock:
    """Of a reward: how many are left to give, those on lease included, and how many were given. None: not counted."""

    left: int | None = None
    given: int = 0


def set_left(hq: Hq, rule_id: str, left: int, *, actor: Actor = SYSTEM, reason: str = "") -> Stock:
    """Say how many of a reward are left to give now, those on lease included. Raises `NotPossible`."""
    if not 0 <= left <= AMOUNT_MAX:
        raise NotPossible("There can't be so many.")
    return hq.database.write(partial(_set_left, hq, rule_id=rule_id, left=left, actor=actor, reason=reason))


def stocks_of(connection: Connection, rule_ids: Collection[str]) -> dict[str, Stock]:
    """Return the stock of each of these rewards."""
    keys = {rule_id: stock_key(rule_id) for rule_id in rule_ids}
    given, there_were = counters.read(connection, keys.values()), counters.read_stock(connection, rule_ids)
    return {
        rule_id: Stock(there_were[rule_id] - given[key], given[key])
        if rule_id in there_were
        else Stock(None, given[key])
        for rule_id, key in keys.items()
    }


def _set_left(hq: Hq, connection: Connection, *, rule_id: str, left: int, actor: Actor, reason: str) -> Stock:
    program = program_of(hq, connection, newest_version(connection, "program"))
    pair = None if program is None else program.pair(rule_id)
    if pair is None or not pair.rule.has_stock:
        raise NotPossible(f"The newest program has no rule {rule_id} whose stock is counted (`has_stock`).")
    key = stock_key(rule_id)
    given = counters.hold(connection, [key])[key]
    before = stocks_of(connection, [rule_id])[rule_id]
    counters.set_stock(connection, rule_id, given + left)
    announce(connection, [Change(EVERYWHERE, COUNTED, key)])
    record(
        connection,
        actor,
        "reward.stock_set",
        f"reward:{rule_id}",
        now_ms=hq.clock.now_ms(),
        reason=reason,
        before={"left": before.left},
        after={"left": left},
    )
    return Stock(left, given)
