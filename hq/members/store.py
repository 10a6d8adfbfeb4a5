"""Members in the database, and the form in which stations get them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, func, select

from hq.db import NAMES_AT_ONCE
from hq.rows import is_among
from hq.tables import member, member_scope, posting

ACTIVE = "active"
POINTS = "points"
COLUMNS = (
    "ref",
    "number_hash",
    "name",
    "tier",
    "segments",
    "balance",
    "state",
    "codes_from_ms",
)  # as stations get them

MEMBERS = select(member).where(is_among(member.c.ref))
WHOLE_HELD = MEMBERS.order_by(member.c.ref).with_for_update()
HELD_MEMBERS = select(member.c.ref).where(is_among(member.c.ref)).order_by(member.c.ref).with_for_update()
WITHDRAWN = select(member.c.ref, member.c.codes_from_ms).where(
    is_among(member.c.ref), member.c.codes_from_ms > 0
)
SCOPES = select(member_scope).where(is_among(member_scope.c.member))
POSTED = (
    select(posting.c.account, func.sum(posting.c.amount))
    .where(is_among(posting.c.account), posting.c.unit == POINTS)
    .group_by(posting.c.account)
)
MONEY = (
    select(posting.c.unit, func.sum(posting.c.amount))
    .where(posting.c.account == bindparam("of"))
    .group_by(posting.c.unit)
    .order_by(posting.c.unit)
)


def account(ref: str) -> str:
    """Return the name of a member's account in the ledger."""
    return f"member:{ref}"


def wallet(ref: str) -> str:
    """Return the name of a member's wallet in the ledger."""
    return f"wallet:{ref}"


def facts(row: Any) -> list[Any]:
    """Return a member's COLUMNS, with segments as a list."""
    return [orjson.loads(row.segments) if name == "segments" else getattr(row, name) for name in COLUMNS]


def read_members(
    connection: Connection, refs: Sequence[str], *, for_update: bool = False
) -> dict[str, dict[str, Any]]:
    """Return the members with these references, by reference; unknown ones are left out. Hold them if asked to."""
    refs = sorted(set(refs)) if for_update else refs
    found: dict[str, dict[str, Any]] = {}
    for some in parts_of(refs, NAMES_AT_ONCE):
        for row in connection.execute(WHOLE_HELD if for_update else MEMBERS, {"names": some}):
            found[row.ref] = dict(zip(COLUMNS, facts(row), strict=True))
    return found


def members_of_store(connection: Connection, store: str) -> Iterator[Any]:
    """Yield the members whom a store's stations hold, without having them all in memory."""
    statement = (
        select(member)
        .join(member_scope, member_scope.c.member == member.c.ref)
        .where(member_scope.c.store == store)
    )
    yield from connection.execute(statement.execution_options(yield_per=NAMES_AT_ONCE))


def codes_withdrawn(connection: Connection, refs: Sequence[str]) -> dict[str, int]:
    """Return from when on (UTC ms) codes of these members are good, for those who had some withdrawn."""
    found: dict[str, int] = {}
    for some in parts_of(refs, NAMES_AT_ONCE):
        found.update((row.ref, row.codes_from_ms) for row in connection.execute(WITHDRAWN, {"names": some}))
    return found


def lock_members(connection: Connection, refs: Iterable[str]) -> set[str]:
    """Hold the rows of these members until the commit and return those that exist.

    In sorted order, so that two writers never wait for each other; SQLite's only writer holds everything anyway.
    Members who don't exist have no row to hold: whoever must know that they stay away holds `Whole.MEMBERS` too.
    """
    known: set[str] = set()
    for some in parts_of(sorted(set(refs)), NAMES_AT_ONCE):
        known.update(connection.execute(HELD_MEMBERS, {"names": some}).scalars())
    return known


def read_scopes(connection: Connection, refs: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return for each of these members the stores whose stations hold them, with the last visit (UTC ms) there."""
    scopes: dict[str, dict[str, int]] = {}
    for some in parts_of(sorted(set(refs)), NAMES_AT_ONCE):
        for row in connection.execute(SCOPES, {"names": some}):
            scopes.setdefault(row.member, {})[row.store] = row.last_visit_ms
    return scopes


def points_posted(connection: Connection, refs: Iterable[str]) -> dict[str, int]:
    """Return what the ledger holds for these members: entries may have come before the member did."""
    by_account = {account(ref): ref for ref in refs}
    posted: dict[str, int] = {}
    for some in parts_of(sorted(by_account), NAMES_AT_ONCE):
        for name, amount in connection.execute(POSTED, {"names": some}):
            posted[by_account[name]] = int(amount)
    return posted


def money_of(connection: Connection, ref: str) -> dict[str, int]:
    """Return what a wallet holds, in minor units by currency; of a currency with nothing it says nothing."""
    found = connection.execute(MONEY, {"of": wallet(ref)})
    return {unit: int(amount) for unit, amount in found if amount}


def parts_of(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Cut a sequence into parts of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
