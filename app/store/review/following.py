"""Reads a journal on into the derived file: entries first, then HQ's verdicts as they came, each a piece at a time.

How far it came stands in the file with the rows themselves, in one transaction; so whoever is killed in between reads
the same again, or doesn't. What was read is held against the journal each time by the hash of the last entry: a journal
that was put back, or is another's, begins anew.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlite_utils import Database

from app.core.chain import ChainOwner
from app.core.entry import read_entry
from app.core.verdicts import Verdict
from app.store.db import DatabaseError, atomic
from app.store.faults import StoreDamaged
from app.store.meta import read_meta, write_meta
from app.store.review.file import ReviewDamaged
from app.store.review.fold import AS_ROW, Batch, Later
from app.store.review.schema import ACTION, OFFER

log = logging.getLogger(__name__)

PIECE = 50  # entries: a millisecond or two of Python's
WORDS = 200  # verdicts

ENTRIES = "SELECT seq, body, hash FROM journal WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?"
VERDICTS = "SELECT rowid, epoch, seq, verdict, codes, received_ms FROM verdict WHERE rowid > ? ORDER BY rowid LIMIT ?"
PUT_ACTION = f"INSERT INTO action ({', '.join(ACTION)}) VALUES ({', '.join('?' * len(ACTION))})"  # noqa: S608 ours
PUT_OFFER = f"INSERT INTO offer ({', '.join(OFFER)}) VALUES ({', '.join('?' * len(OFFER))})"  # noqa: S608 ours
PUT_LATER = """
UPDATE action SET last_seq = max(last_seq, ?), redeemed = redeemed + ?, refused = refused + ?, spent = spent + ?
WHERE seq = ?
"""
UNDO = "UPDATE action SET undone = ? WHERE order_id = ? AND kind = 'order' AND undone <> 'void'"
PUT_LOOK = """
INSERT INTO look (seq, action, word, flags, at_ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (seq) DO UPDATE SET word = excluded.word, flags = excluded.flags, at_ms = excluded.at_ms
"""
STANDS = """
UPDATE action SET word = CASE WHEN EXISTS (SELECT 1 FROM look WHERE action = ?1) THEN 2 ELSE 1 END WHERE seq = ?1
"""


class Following:
    """How far a derived file has come, and the next piece of it."""

    def __init__(self, own: Database, journal: Database, *, owner: ChainOwner, time_zone: str) -> None:
        """Stand where the file stands; begin anew where it doesn't fit the journal. Raises a `StoreFault`."""
        self._own = own
        self._journal = journal
        self._owner = owner
        self._zone = time_zone
        self.seq = 0
        self._hash = b""
        self._word = 0
        self._of = orjson.dumps([owner.device_id, owner.epoch, time_zone]).decode()
        with _own():
            if read_meta(own, "of") == self._of:
                self.seq, self._hash = int(read_meta(own, "seq")), read_meta(own, "hash")
                self._word = int(read_meta(own, "word"))
            else:
                self._begin()

    def _begin(self) -> None:
        """Forget what was read. Raises a `StoreFault`."""
        with _own(), atomic(self._own):
            for table in ("action", "offer", "look", "seen"):
                self._own.conn.execute(f"DELETE FROM {table}")  # noqa: S608 ours
            write_meta(self._own, of=self._of, seq=0, hash=b"", word=0)
        self.seq, self._hash, self._word = 0, b"", 0

    def step(self) -> bool:
        """Read the next piece; False when there was none. Raises a `StoreFault`."""
        if not self._fits():
            log.info("the journal is another than was read for the pages: it is read anew")
            self._begin()
        return self._entries() or self._verdicts()

    @property
    def behind(self) -> int:
        """How many entries were not read yet."""
        head = self._journal.conn.execute(
            "SELECT COALESCE(MAX(seq), 0) FROM journal WHERE epoch = ?", (self._owner.epoch,)
        ).fetchone()
        return max(int(head[0]) - self.seq, 0)

    def _fits(self) -> bool:
        """Tell whether the journal is the one that was read so far."""
        found = self._journal.conn.execute(
            "SELECT (SELECT hash FROM journal WHERE epoch = ? AND seq = ?), (SELECT MAX(rowid) FROM verdict)",
            (self._owner.epoch, self.seq),
        ).fetchone()
        return (self.seq == 0 or found[0] == self._hash) and (found[1] or 0) >= self._word

    def _entries(self) -> bool:
        rows = self._journal.conn.execute(ENTRIES, (self._owner.epoch, self.seq, PIECE)).fetchall()
        if not rows:
            return False
        batch = Batch(self._zone, self._find_order)
        for _, body, _ in rows:
            batch.add(read_entry(body))
        seq, _, last = rows[-1]
        with _own(), atomic(self._own):
            self._put(batch)
            write_meta(self._own, seq=seq, hash=last)
        self.seq, self._hash = seq, last
        return True

    def _find_order(self, order_id: str) -> int | None:
        with _own():
            row = self._own.conn.execute(
                "SELECT seq FROM action WHERE order_id = ? AND order_id <> '' AND kind = 'order'", (order_id,)
            ).fetchone()
        return row[0] if row else None

    def _put(self, batch: Batch) -> None:
        connection = self._own.conn
        connection.executemany(PUT_ACTION, [AS_ROW(action) for action in batch.actions])
        connection.executemany(PUT_OFFER, batch.offers)
        connection.executemany(PUT_LATER, [_later(each) for each in batch.later])
        connection.executemany(UNDO, batch.undone)
        connection.executemany("INSERT OR IGNORE INTO seen (what, id) VALUES (?, ?)", sorted(batch.seen))

    def _verdicts(self) -> bool:
        rows = self._journal.conn.execute(VERDICTS, (self._word, WORDS)).fetchall()
        ours, until = [], self._word
        for rowid, epoch, *word in rows:
            if epoch == self._owner.epoch and word[0] > self.seq:
                break  # its entry was appended since: it comes first
            until = rowid
            if epoch == self._owner.epoch:
                ours.append(word)
        if until == self._word:
            return False
        with _own(), atomic(self._own):
            for seq, verdict, codes, at_ms in ours:
                self._stand(seq, verdict, codes, at_ms)
            write_meta(self._own, word=until)
        self._word = until
        return True

    def _stand(self, seq: int, verdict: str, codes: str, at_ms: int) -> None:
        connection = self._own.conn
        # Redemptions have no row of their own: they follow their order.
        (action,) = connection.execute("SELECT MAX(seq) FROM action WHERE seq <= ?", (seq,)).fetchone()
        if verdict == Verdict.POSTED:
            connection.execute("DELETE FROM look WHERE seq = ?", (seq,))
        else:
            connection.execute(PUT_LOOK, (seq, action, verdict, " ".join(orjson.loads(codes)), at_ms))
        connection.execute(STANDS, (action,))


@contextmanager
def _own() -> Iterator[None]:
    """Tell the derived file's damage from the journal's: also where a row is there twice, or a table isn't."""
    try:
        yield
    except (StoreDamaged, DatabaseError) as problem:
        raise ReviewDamaged(str(problem)) from problem


def _later(each: Later) -> tuple[Any, ...]:
    return each.seq, each.redeemed, 1 - each.redeemed, each.spent, each.order
