"""What stations are told of a member beside the columns that always were: what ends, and what conditions ask about.

A station that is cut off ends a paid tier and points by itself at the right midnight. Of attributes only those go out
that the newest program asks about, and that their schema lets stations ask: nobody else need know them.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from hq.benefits.tables import lot, tier_state
from hq.campaigns.store import newest_version, read_document
from hq.members.tables import attribute, member_attribute
from hq.rows import is_among

ENDS_MAX = 24  # days on which points end; later ones are told when those are over
ATTRIBUTES = ("member.attribute", "member.number")

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
    found: dict[str, dict[str, Any]] = {}
    names = {"names": list(refs)}
    for row in connection.execute(TIERS, names):
        found[row.member] = {"tier_ends_on": row.ends_on, "tier_after": row.after}
    for row in connection.execute(ENDS, names):
        ends = found.setdefault(row.member, {}).setdefault("expiring", [])
        if len(ends) < ENDS_MAX:
            ends.append([row.expires_on, int(row.points)])
    if wanted := asked(connection):
        for row in connection.execute(VALUES, names):
            if row.name in wanted:
                value = row.text if row.number is None else int(row.number)
                found.setdefault(row.member, {}).setdefault("attributes", {})[row.name] = value
    return found


def asked(connection: Connection) -> frozenset[str]:
    """Return the attributes that conditions of the newest program ask about."""
    document = read_document(connection, "program", newest_version(connection, "program"))
    return frozenset() if document is None else asked_by(bytes(document.body))


@lru_cache(maxsize=4)
def asked_by(body: bytes) -> frozenset[str]:
    """Return the attributes that a program in its published form asks about."""
    return frozenset(_names(orjson.loads(body)))


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get("fact") in ATTRIBUTES and isinstance(part.get("name"), str):
            yield part["name"]
        for each in part.values():
            yield from _names(each)
    elif isinstance(part, list):
        for each in part:
            yield from _names(each)
