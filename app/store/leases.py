"""Leases that HQ gave this station, kept in the journal's file: what was taken of them stands there, too."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass

import orjson
from sqlite_utils import Database

OPEN = """
SELECT lease_id, scope, units, from_ms, until_ms, epoch, kid, sig FROM lease
WHERE closed = 0 AND epoch = ? ORDER BY lease_id
"""
OF_SCOPES = """
SELECT lease_id, scope, units, from_ms, until_ms, epoch, kid, sig FROM lease
WHERE closed = 0 AND epoch = ? AND scope IN (SELECT value FROM json_each(?)) ORDER BY lease_id
"""
KEEP = """
INSERT OR IGNORE INTO lease (lease_id, scope, units, from_ms, until_ms, epoch, kid, sig) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A lease as HQ signed it: `units` of a scope for an epoch of this device, from a moment to another (exclusive)."""

    lease_id: str
    scope: str
    units: int
    from_ms: int
    until_ms: int
    epoch: int
    kid: str
    sig: bytes


class Leases:
    """The leases in an open journal file. Those of an earlier epoch, and closed ones, are held for the record only."""

    def __init__(self, database: Database, *, epoch: int) -> None:
        """Show those of an epoch."""
        self._db = database
        self._epoch = epoch

    def open_ones(self) -> list[LeaseRow]:
        """Return the leases that weren't closed, also those that are over."""
        rows = self._db.conn.execute(OPEN, (self._epoch,)).fetchall()
        return [LeaseRow(*row) for row in rows]

    def of_scopes(self, scopes: Collection[str]) -> list[LeaseRow]:
        """Return those of some scopes."""
        listed = orjson.dumps(list(scopes)).decode()
        rows = self._db.conn.execute(OF_SCOPES, (self._epoch, listed)).fetchall()
        return [LeaseRow(*row) for row in rows]

    def keep(self, leases: Sequence[LeaseRow]) -> None:
        """Keep leases whose signature was checked. One that is held or was closed stays as it is. Inside `atomic`."""
        self._db.conn.executemany(KEEP, [astuple(lease) for lease in leases])

    def close(self, lease_id: str) -> None:
        """Use a lease no more. Call it inside the `atomic` in which the entry is appended that says so."""
        self._db.conn.execute("UPDATE lease SET closed = 1 WHERE lease_id = ? AND closed = 0", (lease_id,))
