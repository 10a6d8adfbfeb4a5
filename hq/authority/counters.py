"""What was given in all, scope by scope: counters that move in the transaction that posts an entry.

A counter's row is what whoever changes the rights of its scope holds: so what was given, leased and reserved belong
together, and of two who would give the last of something one sees what the other did.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.limits import keys_of, stock_key
from app.core.program import Program
from hq.authority.tables import campaign_counter, member_use, stock
from hq.db import NAMES_AT_ONCE
from hq.members.store import parts_of
from hq.rows import add_to, is_among, upsert

COLUMNS = ("key", "n")  # as stations get them
STOCK, BY_MEMBER = "stock:", "member_"

COUNTERS = select(campaign_counter).where(is_among(campaign_counter.c.key))
HELD = COUNTERS.order_by(campaign_counter.c.key).with_for_update()
STOCKS = select(stock).where(is_among(stock.c.rule))
USES = select(member_use).where(is_among(member_use.c.member))
KEY: Any = bindparam("key")
MAKE = {
    "sqlite": sqlite.insert(campaign_counter).values(key=KEY, n=0).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(campaign_counter).values(key=KEY, n=0).on_conflict_do_nothing(),
}


def hold(connection: Connection, scopes: Iterable[str]) -> dict[str, int]:
    """Hold the counters of these scopes until the commit, in sorted order, and return them; new ones begin at 0.

    After members, and before the numbers of cases and of the feed: see `take_in`.
    """
    wanted = sorted(set(scopes))
    found = _read(connection, wanted, HELD)
    missing = [scope for scope in wanted if scope not in found]
    if missing:
        connection.execute(MAKE[connection.dialect.name], [{"key": scope} for scope in missing])
        found = _read(connection, wanted, HELD)
    return found


def read(connection: Connection, scopes: Iterable[str]) -> dict[str, int]:
    """Return the counters of these scopes as they stand; 0 where nothing was counted yet."""
    wanted = sorted(set(scopes))
    return dict.fromkeys(wanted, 0) | _read(connection, wanted, COUNTERS)


def count(connection: Connection, more: dict[str, int]) -> None:
    """Add to counters that this transaction holds."""
    add_to(connection, campaign_counter.c.n, more)


def read_stock(connection: Connection, rules: Iterable[str]) -> dict[str, int]:
    """Return how many of these rewards there were to give in all; those that nobody counted are left out."""
    found: dict[str, int] = {}
    for some in parts_of(sorted(set(rules)), NAMES_AT_ONCE):
        found.update((row.rule, row.n) for row in connection.execute(STOCKS, {"names": some}))
    return found


def begin_counters(connection: Connection, program: Program) -> list[str]:
    """Begin the counters that a new version asks stations for: one that nobody has begun is one that nobody knows."""
    asked: set[str] = set()
    for campaign in program.campaigns:
        if campaign.campaign_id in program.counted_campaigns:
            asked |= {key for key in keys_of(campaign) if not key.startswith((STOCK, BY_MEMBER))}
    return sorted(hold(connection, asked))


def set_stock(connection: Connection, rule_id: str, n: int) -> None:
    """Say how many of a reward there were to give in all. The caller holds its counter."""
    upsert(connection, stock, [{"rule": rule_id, "n": n}], changes=("n",))


def facts_of(connection: Connection, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return counters as stations get them; of a stock what is left of it, and nothing where nobody counted it."""
    counted = read(connection, keys)
    stocks = read_stock(connection, [key.removeprefix(STOCK) for key in keys if key.startswith(STOCK)])
    for rule_id, n in stocks.items():
        key = stock_key(rule_id)
        counted[key] = n - counted[key]
    return {
        key: {"key": key, "n": counted[key]}
        for key in keys
        if not key.startswith(STOCK) or key.removeprefix(STOCK) in stocks
    }


def all_facts(connection: Connection) -> list[list[Any]]:
    """Return all counters, as COLUMNS."""
    keys = set(connection.execute(select(campaign_counter.c.key)).scalars())
    keys |= {stock_key(rule) for rule in connection.execute(select(stock.c.rule)).scalars()}
    told = facts_of(connection, sorted(keys))
    return [[fact[name] for name in COLUMNS] for fact in told.values()]


# --- by member -------------------------------------------------------------------------------------------------------


def uses_of(connection: Connection, refs: Sequence[str]) -> dict[str, dict[str, dict[str, int]]]:
    """Return how often members used campaigns with limits: {member: {campaign: {day: times}}}."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for some in parts_of(refs, NAMES_AT_ONCE):
        for row in connection.execute(USES, {"names": some}):
            found.setdefault(row.member, {}).setdefault(row.campaign, {})[row.day] = row.n
    return found


def note_uses(connection: Connection, uses: dict[tuple[str, str, str], int]) -> None:
    """Count uses by (member, campaign, day); whoever calls holds the counters of the campaigns."""
    refs = sorted({member for member, _, _ in uses})
    known = uses_of(connection, refs)
    rows = [
        {
            "member": member,
            "campaign": campaign,
            "day": day,
            "n": more + known.get(member, {}).get(campaign, {}).get(day, 0),
        }
        for (member, campaign, day), more in sorted(uses.items())
    ]
    upsert(connection, member_use, rows, changes=("n",))


def _read(connection: Connection, keys: Sequence[str], statement: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in parts_of(keys, NAMES_AT_ONCE):
        found.update((row.key, row.n) for row in connection.execute(statement, {"names": some}))
    return found
