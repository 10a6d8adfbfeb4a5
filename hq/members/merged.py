"""Members who were merged: their reference, card and number are aliases now, which lead to the survivor's account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from hq.db import NAMES_AT_ONCE
from hq.members.store import parts_of
from hq.members.tables import merged_account
from hq.rows import is_among

COLUMNS = ("ref", "survivor", "number_hash", "codes_from_ms")  # as stations get them
TOLD = [merged_account.c[name] for name in COLUMNS]
ALIASES = select(*TOLD).where(is_among(merged_account.c.ref))
OF_SURVIVORS = select(*TOLD).where(is_among(merged_account.c.survivor)).order_by(merged_account.c.ref)
OF_NUMBERS = select(*TOLD).where(is_among(merged_account.c.number_hash))


def read_aliases(connection: Connection, refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return those of the references that are aliases, as stations get them."""
    rows = _rows(connection, ALIASES, refs)
    return {row.ref: dict(zip(COLUMNS, row, strict=True)) for row in rows}


def all_aliases(connection: Connection) -> Iterator[list[Any]]:
    """Yield every alias, as COLUMNS."""
    for row in connection.execute(select(*TOLD)):
        yield list(row)


def survivors(connection: Connection, refs: Iterable[str]) -> dict[str, str]:
    """Return to whom the aliases among these references lead."""
    return {row.ref: row.survivor for row in _rows(connection, ALIASES, list(refs))}


def survivor_of(connection: Connection, ref: str) -> str:
    """Return to whom a reference leads: itself, unless it is an alias."""
    return survivors(connection, [ref]).get(ref, ref)


def aliases_of(connection: Connection, refs: Iterable[str]) -> dict[str, list[str]]:
    """Return the aliases of each of these survivors."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows(connection, OF_SURVIVORS, list(refs)):
        found[row.survivor].append(row.ref)
    return found


def refs_of(connection: Connection, ref: str) -> list[str]:
    """Return all references under which entries name a member: their own, and their aliases."""
    return [ref, *aliases_of(connection, [ref])[ref]]


def survivors_of_numbers(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """Return to whom printed numbers lead that were those of merged members, by hash."""
    return {row.number_hash: row.survivor for row in _rows(connection, OF_NUMBERS, list(hashes))}


def no_member(connection: Connection, ref: str) -> str:
    """Return the sentence for a reference that no member has: of an alias it says whose it is."""
    survivor = survivor_of(connection, ref)
    return f"There is no member {ref}." if survivor == ref else f"Member {ref} was merged into {survivor}."


def _rows(connection: Connection, statement: Any, names: Sequence[str]) -> Iterator[Any]:
    for some in parts_of(sorted(set(names)), NAMES_AT_ONCE):
        yield from connection.execute(statement, {"names": some})
