"""Lists of a journal's entries for people to look through: from the newest on, a page at a time, never all at once."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

import orjson
from sqlite_utils import Database

from app.core.entry import Entry, read_entry
from app.core.overlay import CLOSE_CLAIM
from app.store.names import LAST_LETTER

NEWEST = """
SELECT body FROM journal WHERE epoch = ? AND seq > ? AND seq < ? AND type IN (SELECT value FROM json_each(?))
ORDER BY seq DESC LIMIT ?
"""
TO_LOOK_AT = """
SELECT seq, verdict, codes FROM (
    SELECT seq, verdict, codes, MAX(rowid) FROM verdict
    WHERE epoch = ? AND seq < ? AND seq IN (SELECT seq FROM verdict WHERE verdict <> 'posted') GROUP BY seq
) WHERE verdict <> 'posted' ORDER BY seq DESC LIMIT ?
"""
ENTRIES_AT_ONCE, MOMENTS_AT_ONCE = 10, 100  # half a millisecond of Python's
BETWEEN = "SELECT body FROM journal WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq"
MOMENTS = """
SELECT seq, type, json_extract(CAST(body AS TEXT), '$.data.t_eff') FROM journal
WHERE epoch = ? AND seq >= ? ORDER BY seq {direction}
"""
# Days that were closed; the words of the index on claims, so that SQLite takes it.
CLOSES = """
SELECT substr(ref, ?), seq FROM effect
WHERE kind = 'redemption' AND ref >= ? AND ref < ? AND epoch = ? AND kind IN ('order', 'redemption') ORDER BY seq
"""
HANDED = "SELECT seq, at_ms, staff FROM handed WHERE epoch = ? ORDER BY seq DESC"


@dataclass(frozen=True, slots=True)
class Handed:
    """An entry that somebody handed to the manager: its number, when (UTC ms), and who, "" for nobody who signed in."""

    seq: int
    at_ms: int
    staff: str


class Listing:
    """The entries of one epoch of an open journal."""

    def __init__(
        self, database: Database, epoch: int, *, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Read when asked. Of much, `give_way` is called now and then: what can wait lets others work."""
        self._db = database
        self._epoch = epoch
        self._give_way = give_way

    def newest(self, types: Collection[str], *, above_seq: int, below_seq: int, rows_max: int) -> list[Entry]:
        """Return entries of some types between two numbers (both exclusive), the newest first."""
        listed = orjson.dumps(list(types)).decode()
        rows = self._db.conn.execute(NEWEST, (self._epoch, above_seq, below_seq, listed, rows_max)).fetchall()
        return [read_entry(body) for (body,) in rows]

    def to_look_at(self, *, below_seq: int, rows_max: int) -> list[tuple[int, str, tuple[str, ...]]]:
        """Return number, verdict and flags of what HQ wants a person to look at; its newest word on each counts."""
        rows = self._db.conn.execute(TO_LOOK_AT, (self._epoch, below_seq, rows_max)).fetchall()
        return [(seq, verdict, tuple(orjson.loads(codes))) for seq, verdict, codes in rows]

    def between(self, first_seq: int, last_seq: int) -> Iterator[Entry]:
        """Yield the entries `first_seq`…`last_seq`, in order."""
        rows = self._db.conn.execute(BETWEEN, (self._epoch, first_seq, last_seq))
        for n, (body,) in enumerate(rows):
            if n % ENTRIES_AT_ONCE == 0:
                self._give_way()
            yield read_entry(body)

    def moments(
        self, *, from_seq: int = 1, is_backwards: bool = False
    ) -> Iterator[tuple[int, str, int | None]]:
        """Yield number, type and effective time (None where it has none) of entries, without reading them whole."""
        direction = "DESC" if is_backwards else "ASC"
        rows = self._db.conn.execute(MOMENTS.format(direction=direction), (self._epoch, from_seq))
        for n, row in enumerate(rows):
            if n % MOMENTS_AT_ONCE == 0:
                self._give_way()
            yield row

    def at(self, seq: int) -> Entry:
        """Return an entry that is known to be there."""
        (found,) = self.between(seq, seq)
        return found

    def last_seq(self) -> int:
        """Return the number of the newest entry, 0 where there is none."""
        row = self._db.conn.execute("SELECT MAX(seq) FROM journal WHERE epoch = ?", (self._epoch,)).fetchone()
        return int(row[0] or 0)

    def closes(self) -> dict[date, int]:
        """Return the days that were closed, in the order in which they were, with the numbers of their entries."""
        rows = self._db.conn.execute(
            CLOSES, (len(CLOSE_CLAIM) + 1, CLOSE_CLAIM, CLOSE_CLAIM + LAST_LETTER, self._epoch)
        )
        return {date.fromisoformat(day): seq for day, seq in rows.fetchall()}

    def hand(self, what: Handed) -> None:
        """Keep that an entry was handed to the manager; what is kept of it stays. Call it inside `atomic`."""
        row = (self._epoch, what.seq, what.at_ms, what.staff)
        self._db.conn.execute(
            "INSERT OR IGNORE INTO handed (epoch, seq, at_ms, staff) VALUES (?, ?, ?, ?)", row
        )

    def handed(self) -> list[Handed]:
        """Return what was handed to the manager, the newest entry first."""
        return [Handed(*row) for row in self._db.conn.execute(HANDED, (self._epoch,)).fetchall()]
