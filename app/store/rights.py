"""What the replica says of who may spend what by itself, and of how much was used in the whole chain."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import orjson
from sqlite_utils import Database

UsesByDay = Mapping[str, Mapping[str, int]]  # of a member: campaign, local day (ISO 8601), uses


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of HQ's (app/core/limits.py), and our last entry in it where that is ahead of the position."""

    n: int
    included_seq: int


class Rights:
    """Rights in an open replica. What HQ did not say is None."""

    def __init__(self, database: Database) -> None:
        """Read from a replica that is open."""
        self._db = database

    def holder_of_points(self, ref: str) -> str | None:
        """Return the device that may spend a member's points by itself."""
        row = self._db.conn.execute("SELECT holder FROM member WHERE ref = ?", (ref,)).fetchone()
        return row[0] if row else None

    def holder_of_voucher(self, code_hash: str) -> str | None:
        """Return the device that may take in a voucher by itself."""
        row = self._db.conn.execute("SELECT holder FROM voucher WHERE code_hash = ?", (code_hash,)).fetchone()
        return row[0] if row else None

    def uses_of_member(self, ref: str) -> UsesByDay | None:
        """Return how often a member used campaigns with limits."""
        row = self._db.conn.execute("SELECT uses FROM member WHERE ref = ?", (ref,)).fetchone()
        if row is None or row[0] is None:
            return None
        found: UsesByDay = orjson.loads(row[0])
        return found

    def punches_of_member(self, ref: str) -> Mapping[str, int] | None:
        """Return a member's counters of punch cards, by card; those that were never counted are left out."""
        row = self._db.conn.execute("SELECT punches FROM member WHERE ref = ?", (ref,)).fetchone()
        if row is None or row[0] is None:
            return None
        found: Mapping[str, int] = orjson.loads(row[0])
        return found

    def history_of_member(self, ref: str) -> Mapping[str, list[tuple[int, int]]] | None:
        """Return what HQ told of what a member did: by a counter's key, days (1: 0001-01-01) with their sums."""
        row = self._db.conn.execute("SELECT more FROM member WHERE ref = ?", (ref,)).fetchone()
        if row is None:
            return None
        more = {} if row[0] is None else orjson.loads(row[0])
        found: Mapping[str, list[tuple[int, int]]] = more.get("history", {})
        return found

    def counters(self, keys: Collection[str]) -> dict[str, Counter]:
        """Return those of some counters that HQ has told."""
        rows = self._db.conn.execute(
            "SELECT key, n, included_seq FROM counter WHERE key IN (SELECT value FROM json_each(?))",
            (orjson.dumps(list(keys)).decode(),),
        )
        return {key: Counter(n, included_seq) for key, n, included_seq in rows.fetchall()}
