"""Who of head office may look after a member's matters: whoever works there, may change members, and sees this one."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from hq.access.ceilings import read_ceilings
from hq.access.scopes import SCOPES_OF, Role, Scope
from hq.faults import NotPossible
from hq.members.store import read_scopes
from hq.members.tables import matter
from hq.staff.office import ACTIVE, LISTED_MAX
from hq.tables import member_scope, staff


def owners_for(connection: Connection, ref: str) -> list[str]:
    """Return the names of all who may look after a member's matters."""
    stores = set(read_scopes(connection, [ref]).get(ref, {}))
    return [row.name for row in _people(connection) if _may(row, stores)]


def list_owners(connection: Connection) -> list[str]:
    """Return the names of all who may look after some member's matters."""
    return [row.name for row in _people(connection) if _writes(row)]


def is_nobodys(connection: Connection) -> ColumnElement[bool]:
    """Return the condition that a matter has no owner, or one who can't look after it any more."""
    by_stores: dict[frozenset[str], list[str]] = defaultdict(list)
    for row in _people(connection):
        if _writes(row):
            by_stores[read_ceilings(row.ceilings).stores].append(row.name)
    unseen = [
        and_(matter.c.owner.in_(names), ~exists().where(_holds(stores)))
        for stores, names in by_stores.items()
        if stores
    ]
    return or_(matter.c.owner.not_in([name for names in by_stores.values() for name in names]), *unseen)


def check_owner(connection: Connection, name: str, ref: str) -> None:
    """Raise `NotPossible` for somebody who can't look after a member's matters; nobody may, with an empty name."""
    if not name:
        return
    row = connection.execute(select(staff).where(staff.c.name == name, staff.c.state == ACTIVE)).one_or_none()
    if row is None:
        raise NotPossible(f"There is nobody called {name} at head office.")
    if not _may(row, set(read_scopes(connection, [ref]).get(ref, {}))):
        raise NotPossible(f"{name} may not change this member, and so can't look after the matter.")


def _people(connection: Connection) -> list[Row[Any]]:
    working = select(staff).where(staff.c.state == ACTIVE).order_by(staff.c.name).limit(LISTED_MAX)
    return list(connection.execute(working))


def _may(row: Row[Any], stores: set[str]) -> bool:
    own = read_ceilings(row.ceilings).stores
    return _writes(row) and (not own or bool(own & stores))


def _writes(row: Row[Any]) -> bool:
    return Scope.MEMBERS_WRITE in SCOPES_OF[Role(row.role)]


def _holds(stores: frozenset[str]) -> ColumnElement[bool]:
    return and_(member_scope.c.store.in_(sorted(stores)), member_scope.c.member == matter.c.member)
