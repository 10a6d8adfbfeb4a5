"""Entries of HQ's own in the ledger: expiry, adjustments, money on new cards, what a merge or an erasure moves.

What stations did has its moment and store in the facts beside the journal; of these the moment stands in `own_entry`,
so that reports and the ledger's pages know when and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from app.ids import new_id
from hq.journal.postings import Posting, is_balanced
from hq.ledger.tables import own_entry
from hq.reports.due import note_due
from hq.rows import insert_rows, insert_tuples
from hq.tables import posting

COLUMNS = ("entry_id", "n", "account", "unit", "amount")
ABOUT_MAX = 200


class OwnKind(StrEnum):
    """Why HQ posts something by itself."""

    ADJUSTED = "adjusted"  # points or money of a wallet, given or taken by hand
    CASE = "case"  # points given or taken for an exception
    CARDS = "cards"  # gift cards made with money on them, or money moved on one by hand
    ERASED = "erased"  # what the account of somebody who was erased had held
    EXPIRED = "expired"
    ISSUED = "issued"  # points for something else than an order
    MERGED = "merged"
    OVERSPENT = "overspent"  # what was taken beyond what there was


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One entry: balanced postings of one kind and moment, of a store and a member where there are any."""

    kind: OwnKind
    postings: Sequence[Posting]
    at_ms: int
    store: str = ""
    member: str = ""
    about: str = ""


def post_own(
    connection: Connection,
    postings: Sequence[Posting],
    *,
    kind: OwnKind,
    at_ms: int,
    store: str = "",
    member: str = "",
    about: str = "",
) -> str:
    """Post one entry and return its id; nothing is written where there is nothing to post.

    Whoever calls moves the balances kept beside the ledger (`move_balances`), as far as accounts of members or cards
    are among the postings.
    """
    return post_many(connection, [OwnEntry(kind, postings, at_ms, store, member, about)])[0]


def post_many(connection: Connection, entries: Sequence[OwnEntry]) -> list[str]:
    """Post entries and return their ids, in the order given."""
    named = [(new_id(), entry) for entry in entries]
    some = [(entry_id, entry) for entry_id, entry in named if entry.postings]
    for _, entry in some:
        assert is_balanced(entry.postings), "the amounts of an entry sum to zero for each unit"
    insert_tuples(
        connection,
        posting,
        COLUMNS,
        [
            (entry_id, n, made.account, made.unit, made.amount)
            for entry_id, entry in some
            for n, made in enumerate(entry.postings)
        ],
    )
    note_own(connection, some)
    return [entry_id for entry_id, _ in named]


def note_own(connection: Connection, named: Sequence[tuple[str, OwnEntry]]) -> None:
    """Note when and why entries were posted whose rows in `posting` somebody else writes."""
    insert_rows(
        connection,
        own_entry,
        [
            {
                "entry_id": entry_id,
                "kind": entry.kind.value,
                "at_ms": entry.at_ms,
                "store": entry.store,
                "member": entry.member,
                "about": entry.about[:ABOUT_MAX],
            }
            for entry_id, entry in named
        ],
    )
    moments: dict[str, list[int]] = {}
    for _, entry in named:
        moments.setdefault(entry.store, []).append(entry.at_ms)
    note_due(connection, moments)
