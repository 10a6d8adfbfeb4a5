"""Passwords of head office's people: what one must be like, links to choose one, and trying one too often.

A link holds 160 random bits of which the database knows the hash; it is good once and for a day. Whoever is wrong five
times in a row waits a quarter of an hour, and so do all who try that name, whether anybody has it or not: what is
answered tells nobody which names there are.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.ids import new_number
from hq.access.tables import console_session, password_link, sign_in_miss
from hq.faults import NotHere, NotPossible, TooMany

PASSWORD_MIN, PASSWORD_MAX = 12, 200
DIFFERENT_MIN = 5  # characters: a row of one key is none
TOKEN_LENGTH = 32  # of 5 bits each
MINUTE_MS, DAY_MS = 60_000, 86_400_000
LINK_MS = DAY_MS
MISSES_MAX, LOCKED_MS = 5, 15 * MINUTE_MS


@dataclass(frozen=True)
class Link:
    """A way to choose a password, shown once. `token` goes behind `/console/password?token=`."""

    staff: str
    token: str
    expires_ms: int


def check_new(name: str, password: str) -> None:
    """Raise `NotPossible` where a password is easy to guess."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise NotPossible(f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.")
    if len(set(password)) < DIFFERENT_MIN:
        raise NotPossible(f"A password has at least {DIFFERENT_MIN} different characters.")
    if name.lower() in password.lower():
        raise NotPossible("A password does not hold the name.")


def insert_link(connection: Connection, staff: str, *, by: str, now_ms: int) -> Link:
    """Make a link for somebody; those from before are no longer good."""
    link = Link(staff, new_number(TOKEN_LENGTH), now_ms + LINK_MS)
    gone = (password_link.c.staff == staff) | (password_link.c.expires_ms <= now_ms)
    connection.execute(delete(password_link).where(gone))
    row = {
        "token_hash": hash_of(link.token),
        "staff": staff,
        "created_by": by,
        "created_ms": now_ms,
        "expires_ms": link.expires_ms,
    }
    connection.execute(insert(password_link), row)
    return link


def whose_link(connection: Connection, token: str, *, now_ms: int) -> str:
    """Return whose password a link chooses. Raises `NotHere`."""
    row = connection.execute(
        select(password_link).where(password_link.c.token_hash == hash_of(token))
    ).one_or_none()
    if row is None or row.expires_ms <= now_ms:
        raise NotHere("This link was used, or is too old. Ask for a new one.")
    name: str = row.staff
    return name


def drop_links(connection: Connection, staff: str) -> None:
    """Make somebody's links good for nothing."""
    connection.execute(delete(password_link).where(password_link.c.staff == staff))


def end_sessions(connection: Connection, staff: str, *, but: str = "") -> int:
    """End somebody's sessions, all but the one with this hash; return how many."""
    of = console_session.c.staff == staff, console_session.c.token_hash != but
    return connection.execute(delete(console_session).where(*of)).rowcount


def check_locked(connection: Connection, name: str, *, now_ms: int) -> None:
    """Raise `TooMany` while a name is locked."""
    until = locked_until(connection, [name], now_ms=now_ms).get(name)
    if until is not None:
        minutes = -(-(until - now_ms) // MINUTE_MS)
        raise TooMany(
            "This name was tried too often with a wrong password. Wait a quarter of an hour, or ask for a new link.",
            retry_after_s=minutes * 60,
        )


def count_miss(connection: Connection, name: str, *, now_ms: int) -> bool:
    """Note a wrong password; return whether the name is locked by it."""
    connection.execute(delete(sign_in_miss).where(sign_in_miss.c.last_ms < now_ms - DAY_MS))
    of = sign_in_miss.c.name_hash == hash_of(name)
    row = connection.execute(select(sign_in_miss).where(of)).one_or_none()
    misses = 1 if row is None else row.misses + 1
    is_locked = misses >= MISSES_MAX
    values = {
        "misses": 0 if is_locked else misses,
        "last_ms": now_ms,
        "locked_until_ms": now_ms + LOCKED_MS if is_locked else 0,
    }
    if row is None:
        connection.execute(insert(sign_in_miss), {"name_hash": hash_of(name), **values})
    else:
        connection.execute(update(sign_in_miss).where(of).values(values))
    return is_locked


def forget_misses(connection: Connection, name: str) -> int:
    """Count a name's wrong passwords from none again, and let it in; return whether there were any."""
    return connection.execute(delete(sign_in_miss).where(sign_in_miss.c.name_hash == hash_of(name))).rowcount


def locked_until(connection: Connection, names: list[str], *, now_ms: int) -> dict[str, int]:
    """Return until when those of the names that are locked are so, in UTC milliseconds."""
    by_hash = {hash_of(name): name for name in names}
    found = select(sign_in_miss).where(sign_in_miss.c.locked_until_ms > now_ms)
    rows = connection.execute(found).all()
    return {by_hash[row.name_hash]: row.locked_until_ms for row in rows if row.name_hash in by_hash}


def hash_of(text: str) -> str:
    """Return SHA-256 as hex: of a token, or of a name that might be a password."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
