"""Which device holds what members own, by home leases: see home.py."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from app.core.authority import points_scope, voucher_scope
from hq.authority.tables import home_lead, recall
from hq.db import NAMES_AT_ONCE
from hq.members.store import parts_of
from hq.tables import member, voucher

POINTS, VOUCHER_OF = points_scope(""), voucher_scope("")


def holders_of_points(connection: Connection, refs: Sequence[str]) -> dict[str, str]:
    """Return which device holds these members' points; those that nobody holds are left out."""
    if not _any_lead(connection):
        return {}
    found: dict[str, str] = {}
    for some in parts_of(refs, NAMES_AT_ONCE):
        rows = connection.execute(
            select(member.c.ref, home_lead.c.device)
            .join(home_lead, home_lead.c.store == member.c.home_store)
            .where(member.c.ref.in_(some))
        )
        found.update((row.ref, row.device) for row in rows)
    called = called_back(connection, map(points_scope, found))
    return {ref: device for ref, device in found.items() if points_scope(ref) not in called}


def holders_of_vouchers(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Return which device holds these vouchers; those that nobody holds are left out."""
    if not _any_lead(connection):
        return {}
    found: dict[str, str] = {}
    for some in parts_of(hashes, NAMES_AT_ONCE):
        rows = connection.execute(
            select(voucher.c.code_hash, home_lead.c.device)
            .join(member, member.c.ref == voucher.c.owner)
            .join(home_lead, home_lead.c.store == member.c.home_store)
            .where(voucher.c.code_hash.in_(some))
        )
        found.update((row.code_hash, row.device) for row in rows)
    called = called_back(connection, map(voucher_scope, found))
    return {code: device for code, device in found.items() if voucher_scope(code) not in called}


def holder_of(connection: Connection, scope: str) -> str | None:
    """Return which device may spend of a scope by itself, or may have done so since it was called back."""
    called = connection.execute(select(recall).where(recall.c.scope == scope)).one_or_none()
    if called is not None:
        return None if called.confirmed_ms is not None else str(called.device)
    if scope.startswith(POINTS):
        return holders_of_points(connection, [scope.removeprefix(POINTS)]).get(scope.removeprefix(POINTS))
    name = scope.removeprefix(VOUCHER_OF)
    return holders_of_vouchers(connection, [name]).get(name)


def called_back(connection: Connection, scopes: Iterable[str]) -> set[str]:
    """Return those of these scopes whose home lease was called back."""
    found: set[str] = set()
    for some in parts_of(list(scopes), NAMES_AT_ONCE):
        found.update(connection.execute(select(recall.c.scope).where(recall.c.scope.in_(some))).scalars())
    return found


def _any_lead(connection: Connection) -> bool:
    return connection.execute(select(home_lead.c.store).limit(1)).first() is not None
