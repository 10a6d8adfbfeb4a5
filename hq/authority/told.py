"""Members and vouchers as stations get them: with who holds them by a home lease, and members' counters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from hq.authority.counters import uses_of
from hq.authority.holding import holders_of_points, holders_of_vouchers
from hq.authority.punches import punches_of
from hq.benefits.telling import all_of
from hq.db import NAMES_AT_ONCE
from hq.members import store as members
from hq.vouchers import store as vouchers

MEMBER_COLUMNS = (*members.COLUMNS, "holder", "uses", "more", "punches")
VOUCHER_COLUMNS = (*vouchers.COLUMNS, "holder")

Holders = Callable[[Connection, Sequence[str]], dict[str, str]]


def read_members(connection: Connection, refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the members with these references, by reference; unknown ones are left out."""
    found = members.read_members(connection, refs)
    holders, uses = holders_of_points(connection, list(found)), uses_of(connection, list(found))
    more, punches = all_of(connection, list(found)), punches_of(connection, list(found))
    return {
        ref: facts
        | {
            "holder": holders.get(ref),
            "uses": uses.get(ref, {}),
            "more": more.get(ref),
            "punches": punches.get(ref, {}),
        }
        for ref, facts in found.items()
    }


def read_vouchers(connection: Connection, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the vouchers with these code hashes, by hash; unknown ones and withdrawn ones are left out."""
    every = vouchers.read_vouchers(connection, hashes)
    found = {code: facts for code, facts in every.items() if facts["state"] != vouchers.VOID}
    holders = holders_of_vouchers(connection, list(found))
    return {code: facts | {"holder": holders.get(code)} for code, facts in found.items()}


def members_of_store(connection: Connection, store: str) -> Iterator[list[Any]]:
    """Yield the members whom a store's stations hold, as MEMBER_COLUMNS."""
    rows = map(members.facts, members.members_of_store(connection, store))
    for some in _parts(rows):
        refs = [row[0] for row in some]
        holders, uses = holders_of_points(connection, refs), uses_of(connection, refs)
        more, punches = all_of(connection, refs), punches_of(connection, refs)
        for row in some:
            ref = row[0]
            yield [*row, holders.get(ref), uses.get(ref, {}), more.get(ref), punches.get(ref, {})]


def all_vouchers(connection: Connection) -> Iterator[list[Any]]:
    """Yield every voucher, as VOUCHER_COLUMNS."""
    for some in _parts(map(vouchers.facts, vouchers.all_vouchers(connection))):
        holders = holders_of_vouchers(connection, [row[0] for row in some])
        for row in some:
            yield [*row, holders.get(row[0])]


def _parts(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    going = iter(rows)
    while some := list(islice(going, NAMES_AT_ONCE)):
        yield some
