"""Which device holds what members own, by home leases: see home.py."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from app.core.authority import points_scope, voucher_scope
from hq.authority.tables import home_lead, recall
from hq.db import NAMES_AT_ONCE
from hq.members.merged import aliases_of, refs_of, survivor_of
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
    called = _with_recalls(connection, found)
    return {ref: device for ref, device in found.items() if ref not in called}


def _with_recalls(connection: Connection, refs: Iterable[str]) -> set[str]:
    """Return those of whose points, or of an alias's, a home lease was called back: they are one account now."""
    refs = list(refs)
    whose = {points_scope(ref): ref for ref in refs}
    for survivor, aliases in aliases_of(connection, refs).items():
        whose |= {points_scope(alias): survivor for alias in aliases}
    return {whose[scope] for scope in called_back(connection, whose)}


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


def who_may_spend(connection: Connection, scope: str) -> set[str]:
    """Return the devices that may spend of a scope by themselves.

    There is one at most, but for points of members who were merged: whoever held one of the accounts may hold it until
    they have read of the merging.
    """
    if not scope.startswith(POINTS):
        holder = holder_of(connection, scope)
        return {holder} if holder else set()
    ref = survivor_of(connection, scope.removeprefix(POINTS))
    scopes = list(map(points_scope, refs_of(connection, ref)))
    called = connection.execute(select(recall).where(recall.c.scope.in_(scopes))).all()
    if called:
        return {row.device for row in called if row.confirmed_ms is None}
    return set(holders_of_points(connection, [ref]).values())


def called_back(connection: Connection, scopes: Iterable[str]) -> set[str]:
    """Return those of these scopes whose home lease was called back."""
    found: set[str] = set()
    for some in parts_of(list(scopes), NAMES_AT_ONCE):
        found.update(connection.execute(select(recall.c.scope).where(recall.c.scope.in_(some))).scalars())
    return found


def _any_lead(connection: Connection) -> bool:
    return connection.execute(select(home_lead.c.store).limit(1)).first() is not None
