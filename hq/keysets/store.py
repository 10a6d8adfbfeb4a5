"""Rows of HQ's public keys, and of who holds a card by which."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from app.core.keyset import KeyState, PublicKey
from hq.keys import number_of
from hq.rows import upsert
from hq.tables import card, key

COLUMNS = [key.c[name] for name in ("kid", "use", "public", "nbf_ms", "retired_ms", "state")]
GOOD = select(key.c.kid).where(key.c.state == KeyState.GOOD)
GOOD_FOR = GOOD.where(key.c.use == bindparam("for_use"))  # built once: it is asked with each answer


def all_keys(connection: Connection) -> list[PublicKey]:
    """Return all keys there ever were, by use, the oldest first."""
    found = [PublicKey(**row) for row in connection.execute(select(*COLUMNS)).mappings()]
    return sorted(found, key=lambda each: (each.use, number_of(each.kid)))


def good_kids(connection: Connection) -> list[str]:
    """Return the ids of the keys that HQ can't do without."""
    return list(connection.execute(GOOD).scalars())


def current_kid(connection: Connection, use: str) -> str:
    """Return the id of the key that signs now: the newest good one of its use.

    It is asked for anew with each signature, since another process may have changed the keys.
    """
    kids: list[str] = list(connection.execute(GOOD_FOR, {"for_use": use}).scalars())
    return max(kids, key=number_of)


def insert_key(connection: Connection, new: PublicKey) -> None:
    """Add a key."""
    connection.execute(insert(key), asdict(new))


def put_keys(connection: Connection, keys: Sequence[PublicKey]) -> None:
    """Let the keys be as a set of them says."""
    upsert(connection, key, [asdict(each) for each in keys], changes=("retired_ms", "state"))


def set_state(connection: Connection, kid: str, state: KeyState, *, retired_ms: int | None) -> None:
    """Change what a key's signature is worth."""
    connection.execute(update(key).where(key.c.kid == kid).values(state=state.value, retired_ms=retired_ms))


def note_cards(
    connection: Connection, kid: str, members: Sequence[str], *, issued_ms: int, expires_ms: int
) -> None:
    """Note that these members were given codes by this key."""
    rows = [{"kid": kid, "member": ref, "issued_ms": issued_ms, "expires_ms": expires_ms} for ref in members]
    upsert(connection, card, rows, changes=("issued_ms", "expires_ms"))


def cards_by_key(connection: Connection) -> dict[str, int]:
    """Return how many members were given codes by each key."""
    statement = select(card.c.kid, func.count()).group_by(card.c.kid)
    return {row[0]: row[1] for row in connection.execute(statement)}


def members_without_card(connection: Connection, kid: str, *, now_ms: int) -> list[str]:
    """Return the members whose codes by this key would still be good, and who have none by another that is good."""
    newer = card.alias()
    has_good = exists().where(
        newer.c.member == card.c.member,
        newer.c.kid != kid,
        newer.c.kid.in_(GOOD),
        newer.c.expires_ms > now_ms,
    )
    statement = select(card.c.member).where(card.c.kid == kid, card.c.expires_ms > now_ms, ~has_good)
    return list(connection.execute(statement.order_by(card.c.member)).scalars())
