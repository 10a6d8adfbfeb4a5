"""Reads a journal on into the derived file: entries first, then HQ's verdicts as they came, each a piece at a time.

How far it came stands in the file with the rows themselves, in one transaction; so whoever is killed in between reads
the same again, or doesn't. What was read is held against the journal each time by the hash of the last entry: a journal
that was put back, or is another's, begins anew.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from sqlite_utils import Database

from app.core.chain import ChainOwner
from app.core.entry import ORDER, read_entry
from app.core.verdicts import Verdict
from app.store.db import DatabaseError
from app.store.faults import ReviewDamaged, StoreDamaged
from app.store.meta import read_meta, write_meta
from app.store.review.file import reading
from app.store.review.fold import AS_ROW, Action, Batch
from app.store.review.schema import ACTION

log = logging.getLogger(__name__)

PIECE = 20  # entries: less than a millisecond of Python's
WORDS = 200  # verdicts
COMBOS_MAX = 10_000  # kept in memory

ENTRIES = "SELECT seq, body, hash, type FROM journal WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?"
VERDICTS = "SELECT rowid, epoch, seq, verdict, codes, received_ms FROM verdict WHERE rowid > ? ORDER BY rowid LIMIT ?"
PUT_ACTION = f"INSERT INTO action ({', '.join(ACTION)}) VALUES ({', '.join('?' * len(ACTION))})"  # noqa: S608 ours
PUT_LATER = """
UPDATE action SET
    last_seq = max(last_seq, ?), redeemed = redeemed + ?, refused = refused + ?, spent = spent + ?, combo = ?
WHERE seq = ?
"""
UNDO = "UPDATE action SET undone = ? WHERE order_id = ? AND kind = 'order'"
PUT_LOOK = """
INSERT INTO look (seq, action, word, flags, at_ms)
VALUES (?1, (SELECT MAX(seq) FROM action WHERE seq <= ?1), ?2, ?3, ?4)
ON CONFLICT (seq) DO UPDATE SET word = excluded.word, flags = excluded.flags, at_ms = excluded.at_ms
"""
# Redemptions have no row of their own: they follow their order.
STANDS = """
UPDATE action SET word = CASE WHEN EXISTS (SELECT 1 FROM look WHERE look.action = action.seq) THEN 2 ELSE 1 END
WHERE seq IN (SELECT (SELECT MAX(seq) FROM action WHERE seq <= value) FROM json_each(?))
"""
FORGET_LOOK = "DELETE FROM look WHERE seq IN (SELECT value FROM json_each(?))"


class Following:
    """How far a derived file has come, and the next piece of it."""

    def __init__(self, own: Database, journal: Database, *, owner: ChainOwner, time_zone: str) -> None:
        """Stand where the file stands; begin anew where it doesn't fit the journal. Raises a `StoreFault`."""
        self._own = own
        self._journal = journal
        self._owner = owner
        self._zone = time_zone
        self._combos: dict[tuple[str, str], int] = {}  # as far as they are known
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
        with _own(), reading(self._own):
            for table in ("action", "combo", "look", "staff"):
                self._own.conn.execute(f"DELETE FROM {table}")  # noqa: S608 ours
            write_meta(self._own, of=self._of, seq=0, hash=b"", word=0)
        self.seq, self._hash, self._word = 0, b"", 0
        self._combos = {}

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
        if len(rows) == PIECE:
            rows = _whole_orders(rows)
        for _, body, *_ in rows:
            batch.add(read_entry(body))
        seq, _, last, _ = rows[-1]
        with _own(), reading(self._own):
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
        for action in batch.actions:
            action.combo = self._combo(action.offers, action.refusals)
        connection.executemany(PUT_ACTION, [AS_ROW(action) for action in batch.actions])
        for each in batch.later:
            self._put_later(each.order, each.presented)
        connection.executemany(UNDO, batch.undone)
        connection.executemany(
            "INSERT OR IGNORE INTO staff (id) VALUES (?)", [(one,) for one in sorted(batch.staff)]
        )

    def _combo(self, offers: list[str], refusals: Sequence[Sequence[str]]) -> int:
        """Return the number of what was given and refused together, which gets one if it is new."""
        key = orjson.dumps(offers).decode(), orjson.dumps(refusals).decode()
        if key not in self._combos:
            connection = self._own.conn
            connection.execute("INSERT OR IGNORE INTO combo (offers, refused) VALUES (?, ?)", key)
            (number,) = connection.execute(
                "SELECT id FROM combo WHERE offers = ? AND refused = ?", key
            ).fetchone()
            if len(self._combos) >= COMBOS_MAX:
                self._combos = {}
            self._combos[key] = number
        return self._combos[key]

    def _put_later(self, order: int, presented: Action) -> None:
        offers, refusals = self._own.conn.execute(
            "SELECT offers, refused FROM combo WHERE id = (SELECT combo FROM action WHERE seq = ?)", (order,)
        ).fetchone()
        combo = self._combo(
            [*orjson.loads(offers), *presented.offers], [*orjson.loads(refusals), *presented.refusals]
        )
        counts = presented.seq, presented.redeemed, presented.refused, presented.spent
        self._own.conn.execute(PUT_LATER, (*counts, combo, order))

    def _verdicts(self) -> bool:
        rows = self._journal.conn.execute(VERDICTS, (self._word, WORDS)).fetchall()
        ours: dict[int, tuple[str, str, int]] = {}  # the newest word on each
        until = self._word
        for rowid, epoch, seq, *word in rows:
            if epoch == self._owner.epoch and seq > self.seq:
                break  # its entry was appended since: it comes first
            until = rowid
            if epoch == self._owner.epoch:
                ours[seq] = word
        if until == self._word:
            return False
        with _own(), reading(self._own):
            self._stand(ours)
            write_meta(self._own, word=until)
        self._word = until
        return True

    def _stand(self, words: Mapping[int, tuple[str, str, int]]) -> None:
        connection = self._own.conn
        posted = [seq for seq, (verdict, *_) in words.items() if verdict == Verdict.POSTED]
        connection.execute(FORGET_LOOK, (orjson.dumps(posted).decode(),))
        for seq, (verdict, codes, at_ms) in words.items():
            if verdict != Verdict.POSTED:
                connection.execute(PUT_LOOK, (seq, verdict, " ".join(orjson.loads(codes)), at_ms))
        connection.execute(STANDS, (orjson.dumps(list(words)).decode(),))


def _whole_orders(rows: list[Any]) -> list[Any]:
    """Leave the last order to the next piece: more of its redemptions may follow."""
    at = max((at for at, row in enumerate(rows) if row[3] == ORDER), default=0)
    return rows[:at] or rows


@contextmanager
def _own() -> Iterator[None]:
    """Tell the derived file's damage from the journal's: also where a row is there twice, or a table isn't."""
    try:
        yield
    except (StoreDamaged, DatabaseError) as problem:
        raise ReviewDamaged(str(problem)) from problem
