"""Head office's own people: who may sign in at the console, with which role and under which ceilings.

Nobody gives more than they have, nobody changes their own rights, and one administrator always stays. Whoever leaves
keeps their row, since the audit names them; their name is not given again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from hq.access.actor import SYSTEM, Actor, Ceilings
from hq.access.ceilings import ceilings_said, is_within, read_ceilings, write_ceilings
from hq.access.scopes import SCOPES_OF, Role
from hq.audit.service import record
from hq.clock import clock_of_people
from hq.db import Whole, hold_whole
from hq.faults import ChangedMeanwhile, Forbidden, NotHere, NotPossible
from hq.home import Hq
from hq.staff.passwords import (
    Link,
    check_new,
    drop_links,
    end_sessions,
    forget_misses,
    insert_link,
    locked_until,
    whose_link,
)
from hq.staff.service import hash_password, is_password
from hq.stores.service import read_store
from hq.tables import staff

NAME_MAX = 60
ACTIVE, REMOVED = "active", "removed"
NO_PASSWORD = ""  # nobody signs in with it: one is chosen by a link first
LISTED_MAX = 500


@dataclass(frozen=True)
class OfficePerson:
    """Somebody of head office. Times are UTC milliseconds, 0 where it never happened."""

    name: str
    role: Role
    ceilings: Ceilings = field(default_factory=Ceilings)
    state: str = ACTIVE
    has_password: bool = False
    version: int = 1
    created_ms: int = 0
    signed_in_ms: int = 0
    locked_until_ms: int = 0


def list_office(hq: Hq, *, every: bool = False) -> list[OfficePerson]:
    """Return head office's people by name; with `every` those who left too."""
    statement = select(staff).order_by(staff.c.name).limit(LISTED_MAX)
    if not every:
        statement = statement.where(staff.c.state == ACTIVE)
    with hq.database.reading() as connection:
        rows = connection.execute(statement).all()
        locked = locked_until(connection, [row.name for row in rows], now_ms=_now_ms(hq))
    return [_person(row, locked.get(row.name, 0)) for row in rows]


def find_office_person(hq: Hq, name: str) -> OfficePerson:
    """Return somebody of head office. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = _find(connection, name)
        locked = locked_until(connection, [name], now_ms=_now_ms(hq))
    return _person(row, locked.get(name, 0))


def add_office_person(
    hq: Hq, actor: Actor, *, name: str, role: Role, ceilings: Ceilings | None = None
) -> Link:
    """Let somebody work at head office, and return the link by which they choose a password.

    Raises `NotPossible`, `Forbidden`.
    """
    now_ms, name, ceilings = hq.clock.now_ms(), " ".join(name.split()), ceilings or Ceilings()
    _check_name(name)
    _check_given(actor, role, ceilings)
    with _changing(hq) as connection:
        _check_stores(connection, ceilings)
        if connection.execute(select(staff.c.name).where(func.lower(staff.c.name) == name.lower())).first():
            raise NotPossible(f"There is, or was, somebody called {name}. Names are not given twice.")
        row = {
            "name": name,
            "role": role.value,
            "password_hash": NO_PASSWORD,
            "created_ms": now_ms,
            "state": ACTIVE,
            "ceilings": write_ceilings(ceilings),
        }
        connection.execute(insert(staff), row)
        link = insert_link(connection, name, by=actor.name, now_ms=_now_ms(hq))
        after = {"role": role.value, **ceilings_said(ceilings)}
        record(connection, actor, "staff.added", f"staff:{name}", now_ms=now_ms, after=after)
    return link


def change_office_person(
    hq: Hq,
    actor: Actor,
    name: str,
    *,
    role: Role | None = None,
    ceilings: Ceilings | None = None,
    version: int | None = None,
) -> OfficePerson:
    """Give somebody another role or other ceilings, which count from their next click on.

    Raises `NotHere`, `NotPossible`, `Forbidden`, and `ChangedMeanwhile` where `version` is not the one that stands.
    """
    now_ms = hq.clock.now_ms()
    with _changing(hq) as connection:
        before = _person(_find(connection, name), 0)
        if version is not None and version != before.version:
            raise ChangedMeanwhile("Somebody else changed this person meanwhile. Look again, then change it.")
        new_role, new_ceilings = role or before.role, before.ceilings if ceilings is None else ceilings
        _check_other(actor, name)
        _check_given(actor, before.role, before.ceilings)  # nobody lowers one who stands above them
        _check_given(actor, new_role, new_ceilings)
        _check_stores(connection, new_ceilings)
        if before.role is Role.ADMIN and new_role is not Role.ADMIN:
            _check_admin_stays(connection, name)
        values = {"role": new_role.value, "ceilings": write_ceilings(new_ceilings)}
        _update(connection, name, **values)
        said = [
            {"role": each.value, **ceilings_said(of)}
            for each, of in ((before.role, before.ceilings), (new_role, new_ceilings))
        ]
        record(
            connection, actor, "staff.changed", f"staff:{name}", now_ms=now_ms, before=said[0], after=said[1]
        )
    return find_office_person(hq, name)


def remove_office_person(hq: Hq, actor: Actor, name: str, *, reason: str = "") -> None:
    """Let somebody in no more: their sessions end at once. Raises `NotHere`, `NotPossible`, `Forbidden`."""
    now_ms = hq.clock.now_ms()
    with _changing(hq) as connection:
        found = _person(_find(connection, name), 0)
        _check_other(actor, name)
        _check_given(actor, found.role, found.ceilings)
        if found.role is Role.ADMIN:
            _check_admin_stays(connection, name)
        _update(connection, name, state=REMOVED, password_hash=NO_PASSWORD)
        end_sessions(connection, name)
        drop_links(connection, name)
        forget_misses(connection, name)
        record(connection, actor, "staff.removed", f"staff:{name}", now_ms=now_ms, reason=reason)


def give_link(hq: Hq, actor: Actor, name: str) -> Link:
    """Make a link by which somebody chooses a password; it lets a locked name in again. Raises `NotHere`, `Forbidden`.

    Their password stays good until they have chosen another.
    """
    now_ms = hq.clock.now_ms()
    with _changing(hq) as connection:
        found = _person(_find(connection, name), 0)
        if actor.name != name:
            _check_given(actor, found.role, found.ceilings)  # whoever has the link can be them
        link = insert_link(connection, name, by=actor.name, now_ms=_now_ms(hq))
        forget_misses(connection, name)
        record(connection, actor, "staff.link_given", f"staff:{name}", now_ms=now_ms)
    return link


def unlock(hq: Hq, actor: Actor, name: str) -> OfficePerson:
    """Let a name be tried again whose password was wrong too often. Raises `NotHere`."""
    with _changing(hq) as connection:
        _find(connection, name)
        if forget_misses(connection, name):
            record(connection, actor, "staff.unlocked", f"staff:{name}", now_ms=hq.clock.now_ms())
    return find_office_person(hq, name)


def name_of_link(hq: Hq, token: str) -> str:
    """Return who chooses a password by a link. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return whose_link(connection, token, now_ms=_now_ms(hq))


def choose_password(hq: Hq, token: str, password: str) -> str:
    """Set a password by a link, which is used up, and end that person's sessions; return their name.

    Raises `NotHere`, `NotPossible`.
    """
    check_new(name_of_link(hq, token), password)
    hashed, now_ms = hash_password(password), hq.clock.now_ms()
    with _changing(hq) as connection:
        name = whose_link(connection, token, now_ms=_now_ms(hq))
        row = _find(connection, name)
        _set_password(connection, name, hashed)
        end_sessions(connection, name)
        actor = Actor(name, Role(row.role), SCOPES_OF[Role(row.role)])
        record(connection, actor, "staff.password_chosen", f"staff:{name}", now_ms=now_ms)
    return name


def change_password(hq: Hq, actor: Actor, *, old: str, new: str, session: str) -> None:
    """Change one's own password; sessions at other browsers end. Raises `NotPossible`, `Forbidden`."""
    check_new(actor.name, new)
    with hq.database.reading() as connection:
        held = _find(connection, actor.name).password_hash
    if not is_password(held, old):
        raise Forbidden("The present password is not right.")
    hashed, now_ms = hash_password(new), hq.clock.now_ms()
    with _changing(hq) as connection:
        _set_password(connection, actor.name, hashed)
        end_sessions(connection, actor.name, but=session)
        record(connection, actor, "staff.password_changed", f"staff:{actor.name}", now_ms=now_ms)


@contextmanager
def _changing(hq: Hq) -> Iterator[Connection]:
    """Open a transaction in which nobody else adds, changes or removes anybody of head office."""
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.OFFICE)
        yield connection


def _now_ms(hq: Hq) -> int:
    """Return the time by which links and locks end: a demo's clock follows its stations through a year."""
    return clock_of_people(hq.clock).now_ms()


def _check_name(name: str) -> None:
    if not name or len(name) > NAME_MAX or not name.isprintable() or set(name) & set(":/\\?#%"):
        raise NotPossible(f"A name has 1 to {NAME_MAX} characters, and none of : / \\ ? # %.")
    if name.lower() == SYSTEM.name:
        raise NotPossible("By this name head office itself is meant.")


def _check_other(actor: Actor, name: str) -> None:
    if actor.name == name:
        raise Forbidden("Nobody changes their own rights. Somebody else must do this.")


def _check_given(actor: Actor, role: Role, ceilings: Ceilings) -> None:
    if missing := sorted(SCOPES_OF[role] - actor.scopes):
        raise Forbidden(f"{actor.name} has no right {missing[0].value}, so nobody gets or loses it by them.")
    if not is_within(ceilings, actor.ceilings):
        raise Forbidden(f"These ceilings are above those of {actor.name}.")


def _check_stores(connection: Connection, ceilings: Ceilings) -> None:
    for store_id in sorted(ceilings.stores):
        if read_store(connection, store_id) is None:
            raise NotPossible(f"There is no store {store_id}.")


def _check_admin_stays(connection: Connection, name: str) -> None:
    others = staff.c.role == Role.ADMIN.value, staff.c.state == ACTIVE, staff.c.name != name
    if not connection.execute(select(func.count()).select_from(staff).where(*others)).scalar_one():
        raise NotPossible("This is the last administrator. Make somebody else one first.")


def _set_password(connection: Connection, name: str, hashed: str) -> None:
    _update(connection, name, password_hash=hashed)
    drop_links(connection, name)
    forget_misses(connection, name)


def _update(connection: Connection, name: str, **values: Any) -> None:
    changed = update(staff).where(staff.c.name == name).values(version=staff.c.version + 1, **values)
    connection.execute(changed)


def _find(connection: Connection, name: str) -> Row[Any]:
    row = None
    if "\x00" not in name and len(name) <= NAME_MAX:
        of = staff.c.name == name, staff.c.state == ACTIVE
        row = connection.execute(select(staff).where(*of)).one_or_none()
    if row is None:
        raise NotHere("There is nobody of this name at head office.")
    return row


def _person(row: Row[Any], locked_until_ms: int) -> OfficePerson:
    return OfficePerson(
        row.name,
        Role(row.role),
        read_ceilings(row.ceilings),
        row.state,
        bool(row.password_hash),
        row.version,
        row.created_ms,
        row.signed_in_ms,
        locked_until_ms,
    )
