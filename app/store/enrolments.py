"""Boxes with what new members said of themselves, kept in the journal's file until head office has them.

A box is written in the transaction that records its member, and forgotten in the one that takes head office's answer.
"""

from collections.abc import Collection
from dataclasses import dataclass

import orjson
from sqlite_utils import Database

# Those of the entries that are sent first: the others were sent before.
WAITING = """
SELECT member, kid, box FROM enrolment WHERE seq <= ?2 AND (seq >= ?1 OR ?3)
ORDER BY seq < ?1, seq LIMIT ?4
"""


@dataclass(frozen=True, slots=True)
class Box:
    """What somebody said, sealed to the key `kid`, with the member's reference."""

    member: str
    kid: str
    box: bytes


class Enrolments:
    """The boxes in an open journal file."""

    def __init__(self, database: Database) -> None:
        """Read from and write to a database that has been migrated."""
        self._db = database

    def keep(self, boxes: Collection[Box], *, seq: int) -> None:
        """Keep boxes with the number of the entry that names them. Call it inside the `atomic` that appends it."""
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO enrolment (member, seq, kid, box) VALUES (?, ?, ?, ?)",
            [(each.member, seq, each.kid, each.box) for each in boxes],
        )

    def waiting(self, *, from_seq: int, to_seq: int, most: int, with_earlier: bool) -> list[Box]:
        """Return the boxes of the entries `from_seq`…`to_seq`, and behind them those of earlier ones if asked to."""
        rows = self._db.conn.execute(WAITING, (from_seq, to_seq, with_earlier, most)).fetchall()
        return [Box(*row) for row in rows]

    def count(self) -> int:
        """Return how many wait."""
        found: int = self._db.conn.execute("SELECT COUNT(*) FROM enrolment").fetchone()[0]
        return found

    def forget(self, members: Collection[str]) -> None:
        """Let boxes go that head office has. Call it inside `atomic`."""
        if members:
            named = orjson.dumps(sorted(members)).decode()
            self._db.conn.execute(
                "DELETE FROM enrolment WHERE member IN (SELECT value FROM json_each(?))", (named,)
            )
