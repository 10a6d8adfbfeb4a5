"""What stations are told of a member beside the columns that always were: what ends, and what conditions ask about.

A station that is cut off ends a paid tier and points by itself at the right midnight. Of attributes only those go out
that the newest program asks about, and that their schema lets stations ask: nobody else need know them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from app.core.history import OF_SETS, read_key
from hq.benefits.asking import Asks, asks
from hq.benefits.history import Sums, history_of
from hq.benefits.tables import lot, tier_state
from hq.members.tables import attribute, member_attribute
from hq.rows import is_among
from hq.touched_table import TOLD, waiting_among

ENDS_MAX = 24  # days on which points end; later ones are told when those are over

TIERS = select(tier_state).where(is_among(tier_state.c.member), tier_state.c.ends_on.is_not(None))
ENDS = (
    select(lot.c.member, lot.c.expires_on, func.sum(lot.c.left).label("points"))
    .where(is_among(lot.c.member), lot.c.left > 0, lot.c.expires_on.is_not(None))
    .group_by(lot.c.member, lot.c.expires_on)
    .order_by(lot.c.member, lot.c.expires_on)
)
VALUES = (
    select(member_attribute)
    .join(attribute, attribute.c.name == member_attribute.c.name)
    .where(is_among(member_attribute.c.member), attribute.c.at_stations == 1)
)


def more_of(connection: Connection, refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what there is to tell of these members, by reference: nothing of most."""
    return _more_of(connection, refs, asks(connection))


def _more_of(connection: Connection, refs: Sequence[str], asked: Asks) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    names = {"names": list(refs)}
    for row in connection.execute(TIERS, names):
        found[row.member] = {"tier_ends_on": row.ends_on, "tier_after": row.after}
    for row in connection.execute(ENDS, names):
        ends = found.setdefault(row.member, {}).setdefault("expiring", [])
        if len(ends) < ENDS_MAX:
            ends.append([row.expires_on, int(row.points)])
    if wanted := asked.attributes:
        for row in connection.execute(VALUES, names):
            if row.name in wanted:
                value = row.text if row.number is None else int(row.number)
                found.setdefault(row.member, {}).setdefault("attributes", {})[row.name] = value
    return found


def all_of(connection: Connection, refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the same with what conditions ask of what they did before: of everybody, if anything is asked."""
    asked = asks(connection)
    found = _more_of(connection, refs, asked)
    if asked.history:
        done = history_of(connection, refs, asked.history, by_hand=asked.by_hand)
        unknown = _not_looked_at(connection, refs, asked)
        for ref in refs:
            told = _days_of(done[ref])
            if ref in unknown:
                told = {key: days for key, days in told.items() if read_key(key).figure not in OF_SETS}
            found.setdefault(ref, {})["history"] = told
    return found


def known_before(
    connection: Connection, ref: str, keys: Collection[str], *, at_ms: int, today: date
) -> dict[str, int]:
    """Return those of some counters of a member that can be known, as they were before an order of a moment (UTC)."""
    asked = asks(connection)
    names = set() if _not_looked_at(connection, [ref], asked) else set(asked.set_names)
    sought = {
        each.key: each for each in map(read_key, keys) if each.figure not in OF_SETS or each.about in names
    }
    done = history_of(connection, [ref], sought, until_ms=at_ms)[ref]
    found = {key: each.found(done[key], today) for key, each in sought.items()}
    return {key: n for key, n in found.items() if n is not None}


def _not_looked_at(connection: Connection, refs: Sequence[str], asked: Asks) -> set[str]:
    """Return the members of whom nobody has worked out yet what their orders held of the product sets asked about."""
    return waiting_among(connection, refs, TOLD) if asked.sets else set()


def _days_of(sums_of: Mapping[str, Sums]) -> dict[str, list[list[int]]]:
    return {key: [[day.toordinal(), sums[day]] for day in sorted(sums)] for key, sums in sums_of.items()}
