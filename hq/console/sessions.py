"""Signing in to the console, and who a browser's cookie belongs to.

The cookie holds 160 random bits of which the database knows the hash. A session ends by itself: half a day after it was
last used, a week after it began.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.ids import new_number
from hq.access.actor import SYSTEM, Actor, of_person
from hq.access.ceilings import read_ceilings
from hq.access.scopes import Role
from hq.access.tables import console_session
from hq.audit.service import record
from hq.clock import clock_of_people
from hq.faults import NotSignedIn
from hq.home import Hq
from hq.staff.passwords import check_locked, count_miss, end_sessions, forget_misses
from hq.staff.passwords import hash_of as _hash
from hq.staff.service import is_password
from hq.tables import staff

COOKIE = "tillside"
TOKEN_LENGTH = 32  # of 5 bits each
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
IDLE_MS, WHOLE_MS = 12 * HOUR_MS, 7 * 24 * HOUR_MS
# Of nobody: a name that isn't there takes as long as a wrong password.
NO_HASH = "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"


@dataclass(frozen=True)
class Session:
    """Somebody at a browser. `csrf` stands in every form that changes something."""

    token_hash: str
    actor: Actor
    csrf: str


def sign_in(hq: Hq, name: str, password: str) -> str:
    """Begin a session and return its token.

    Raises `NotSignedIn`, which doesn't say what was wrong, and `TooMany` while the name is locked.
    """
    name, now_ms = name.replace("\x00", "").strip(), clock_of_people(hq.clock).now_ms()
    with hq.database.reading() as connection:
        check_locked(connection, name, now_ms=now_ms)
        row = connection.execute(select(staff).where(staff.c.name == name)).one_or_none()
    is_right = is_password((row and row.password_hash) or NO_HASH, password)
    if row is None or not is_right or row.state != "active":
        hq.database.write(lambda connection: _miss(hq, connection, name, row is not None, now_ms))
        raise NotSignedIn("Name or password is not right.")
    token = new_number(TOKEN_LENGTH)
    new = {
        "token_hash": _hash(token),
        "staff": name,
        "csrf": new_number(TOKEN_LENGTH),
        "created_ms": now_ms,
        "seen_ms": now_ms,
        "expires_ms": now_ms + WHOLE_MS,
    }
    with hq.database.atomic() as connection:
        connection.execute(delete(console_session).where(console_session.c.expires_ms < now_ms))
        connection.execute(update(staff).where(staff.c.name == name).values(signed_in_ms=now_ms))
        forget_misses(connection, name)
        connection.execute(insert(console_session), new)
        who = of_person(name, Role(row.role))
        record(connection, who, "staff.signed_in", f"staff:{name}", now_ms=hq.clock.now_ms())
    return token


@dataclass(frozen=True)
class SessionSeen:
    """A browser that somebody is signed in at: since when, and when it was last used, to the minute (UTC ms)."""

    token_hash: str
    created_ms: int
    seen_ms: int


def list_sessions(hq: Hq, name: str) -> list[SessionSeen]:
    """Return somebody's sessions that still last, the last used first."""
    now_ms = clock_of_people(hq.clock).now_ms()
    own = select(console_session).where(
        console_session.c.staff == name, console_session.c.expires_ms > now_ms
    )
    with hq.database.reading() as connection:
        rows = connection.execute(own.order_by(console_session.c.seen_ms.desc())).all()
    lasting = [row for row in rows if now_ms < row.seen_ms + IDLE_MS]
    return [SessionSeen(row.token_hash, row.created_ms, row.seen_ms) for row in lasting]


def end_other_sessions(hq: Hq, session: Session) -> None:
    """Sign somebody out everywhere but here."""
    with hq.database.atomic() as connection:
        if end_sessions(connection, session.actor.name, but=session.token_hash):
            about, now_ms = f"staff:{session.actor.name}", hq.clock.now_ms()
            record(connection, session.actor, "staff.signed_out_elsewhere", about, now_ms=now_ms)


def sign_out(hq: Hq, session: Session) -> None:
    """End a session."""
    gone = delete(console_session).where(console_session.c.token_hash == session.token_hash)
    hq.database.write(lambda connection: connection.execute(gone))


def session_of(hq: Hq, token: str) -> Session | None:
    """Return whose session a cookie is, while it lasts."""
    now_ms, token_hash = clock_of_people(hq.clock).now_ms(), _hash(token)
    with hq.database.reading() as connection:
        found = connection.execute(
            select(console_session, staff.c.role, staff.c.state, staff.c.ceilings)
            .join(staff, staff.c.name == console_session.c.staff)
            .where(console_session.c.token_hash == token_hash)
        ).one_or_none()
    if found is None or found.state != "active" or now_ms >= min(found.expires_ms, found.seen_ms + IDLE_MS):
        return None
    if found.seen_ms // MINUTE_MS != now_ms // MINUTE_MS:
        hq.database.write(lambda connection: _seen(connection, token_hash, now_ms))
    actor = of_person(found.staff, Role(found.role), read_ceilings(found.ceilings))
    return Session(token_hash, actor, found.csrf)


def _miss(hq: Hq, connection: Connection, name: str, is_known: bool, now_ms: int) -> None:
    """Count a wrong password; of a name that somebody has, the audit says when it was locked."""
    if count_miss(connection, name, now_ms=now_ms) and is_known:
        record(connection, SYSTEM, "staff.locked", f"staff:{name}", now_ms=hq.clock.now_ms())


def _seen(connection: Connection, token_hash: str, now_ms: int) -> None:
    connection.execute(
        update(console_session).where(console_session.c.token_hash == token_hash).values(seen_ms=now_ms)
    )
