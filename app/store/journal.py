"""The journal: append only, hash-chained, signed by the device. What waits for HQ is a view of it, not a second queue.

Numbers are taken inside the transaction that writes the entry, so they have no gaps. Rows are never changed and never
deleted; triggers hold that against our own code, chain and signature against everybody else.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from app.clock import Clock
from app.core.chain import ChainOwner, Head, genesis, next_hash, sign_head
from app.core.entry import BODY_BYTES_MAX, CLOCK_JUMP, Entry, EntryInvalid, read_entry, write_entry
from app.core.trusted_time import Reading
from app.ids import new_id
from app.store.briefings_seen import BriefingsSeen
from app.store.carried import carried_orders
from app.store.faults import JournalBroken
from app.store.listing import Listing
from app.store.names import LAST_LETTER
from app.store.quarantined import Quarantined
from app.store.tally import EACH, listed_between, note_listed
from app.store.timekeeper import TimeKeeper
from app.store.verifying import Reached, Verification, effect_rows


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has its place in the chain."""

    type: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Entries that HQ has not acknowledged: `from_seq`…`head.seq`, following on the hash `prev_hash`."""

    from_seq: int
    prev_hash: bytes
    bodies: tuple[bytes, ...]
    head: Head
    signature: bytes


@dataclass(frozen=True, slots=True)
class WordOfHq:
    """A verdict on one of our entries; without an epoch, of the present one."""

    seq: int
    verdict: str
    codes: tuple[str, ...]
    epoch: int | None = None


class Journal:
    """A device's journal in an open database."""

    def __init__(
        self,
        database: Database,
        *,
        owner: ChainOwner,
        nonce: bytes,
        key: Ed25519PrivateKey,
        clock: Clock,
        time: TimeKeeper | None = None,
    ) -> None:
        """Stand at the head of what the database holds. Only who is given the `time` may append."""
        self._db = database
        self._owner = owner
        self._key = key
        self._clock = clock
        self._time = time
        self._genesis = genesis(owner, nonce)
        self._head: Head | None = None  # as far as it is known
        self._flagged: int | None = None  # as far as it is known
        self._carried: dict[str, int] | None = None  # read when it is asked for
        self._quarantined = Quarantined(database, owner.epoch)
        self.listing = Listing(database, owner.epoch)
        self.briefings_seen = BriefingsSeen(database)

    @property
    def owner(self) -> ChainOwner:
        """Whose journal this is."""
        return self._owner

    def head(self) -> Head:
        """Return where the chain stands. Nobody else writes here, so it is read once and known from then on."""
        if self._head is None:
            row = self._db.conn.execute(
                "SELECT seq, hash FROM journal WHERE epoch = ? ORDER BY seq DESC LIMIT 1",
                (self._owner.epoch,),
            ).fetchone()
            self._head = Head(row[0], row[1]) if row else self._genesis
        return self._head

    def forget_head(self) -> None:
        """Read it anew next time: what was appended has been rolled back."""
        self._head = self._flagged = None
        self._quarantined.forget()

    def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Add entries and return them. Call it inside `atomic`: they are recorded when that block ends, not before.

        A jump of the clock that was found since the last commit stands in an entry of its own before them.
        Raises `EntryInvalid` for one that is too large to be read back.
        """
        assert self._time is not None, "a journal that is only read takes no entries"
        head = self.head()
        entries, rows, effects = [], [], []
        stamp = self._time.stamp()  # one commit, one moment
        jumps = self._time.record()
        if jumps:
            drafts = [*(Draft(CLOCK_JUMP, data) for data in jumps), *drafts]
        for draft in drafts:
            entry = self._entry(draft, head.seq + 1, stamp)
            row, head = self._row(entry, head)
            entries.append(entry)
            rows.append(row)
            effects += effect_rows(entry)
        connection = self._db.conn
        connection.executemany(
            "INSERT INTO journal (epoch, seq, entry_id, type, body, prev, hash, sig, wall_ms, boot, boot_ms, tq)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.executemany(
            "INSERT INTO effect (epoch, seq, kind, ref, delta) VALUES (?, ?, ?, ?, ?)", effects
        )
        if head.seq // EACH > (head.seq - len(rows)) // EACH:
            note_listed(self._db, self._owner.epoch, head.seq)
        self._head = head
        return entries[len(jumps) :]

    def _entry(self, draft: Draft, seq: int, stamp: tuple[Reading, str]) -> Entry:
        reading, quality = stamp
        return Entry(
            device_id=self._owner.device_id,
            epoch=self._owner.epoch,
            seq=seq,
            entry_id=new_id(),
            type=draft.type,
            wall_ms=reading.wall_ms,
            boot=reading.boot.hex(),
            boot_ms=reading.boot_ms,
            quality=quality,
            data=draft.data,
        )

    def _row(self, entry: Entry, previous: Head) -> tuple[tuple[Any, ...], Head]:
        """Return an entry's row, and where the chain stands with it."""
        body = write_entry(entry)
        if len(body) > BODY_BYTES_MAX:
            raise EntryInvalid(f"{len(body)} bytes are more than an entry may have")
        head = Head(entry.seq, next_hash(previous.hash, body))
        row = (
            entry.epoch,
            entry.seq,
            entry.entry_id,
            entry.type,
            body,
            previous.hash,
            head.hash,
            sign_head(self._key, self._owner, head),
            entry.wall_ms,
            bytes.fromhex(entry.boot),
            entry.boot_ms,
            entry.quality,
        )
        return row, head

    def claimed(self, kind: str, ref: str) -> int | None:
        """Return the number of the entry that claims an order or a redemption, or None."""
        row = self._db.conn.execute(
            "SELECT seq FROM effect WHERE kind = ? AND ref = ? AND epoch = ?"
            " AND kind IN ('order', 'redemption')",  # the words of the index on claims, so that SQLite takes it
            (kind, ref, self._owner.epoch),
        ).fetchone()
        return row[0] if row else None

    def carried(self, order_id: str) -> int | None:
        """Return the number of the entry that carries an order of an earlier epoch, or None."""
        if self._carried is None:
            self._carried = carried_orders(self.entries())
        return self._carried.get(order_id)

    def effect_sum(self, kind: str, ref: str, *, after_seq: int) -> int:
        """Sum what entries after `after_seq` do to a balance or counter: the overlay on HQ's figure.

        Those before that HQ has quarantined are in no figure of its, and count as well.
        """
        row = self._db.conn.execute(
            "SELECT COALESCE(SUM(delta), 0) FROM effect WHERE kind = ? AND ref = ? AND epoch = ? AND seq > ?"
            " AND kind NOT IN ('order', 'redemption')",  # the words of the index on figures
            (kind, ref, self._owner.epoch, after_seq),
        ).fetchone()
        aside = self._quarantined.sums(kind, [ref], until_seq=after_seq)
        return int(row[0]) + aside.get(ref, 0)

    def effect_sums(self, kind: str, refs: Collection[str], *, after_seq: int) -> dict[str, int]:
        """Return such sums by reference; of what entries did nothing to there is none."""
        rows = self._db.conn.execute(
            "SELECT ref, SUM(delta) FROM effect WHERE kind = ? AND ref IN (SELECT value FROM json_each(?))"
            " AND epoch = ? AND seq > ? AND kind NOT IN ('order', 'redemption') GROUP BY ref",
            (kind, orjson.dumps(list(refs)).decode(), self._owner.epoch, after_seq),
        )
        aside = self._quarantined.sums(kind, refs, until_seq=after_seq)
        return _added(dict(rows.fetchall()), aside)

    def effects_under(self, kind: str, prefix: str, *, after_seq: int) -> list[tuple[str, int]]:
        """Return reference and sum of all whose references begin alike."""
        rows = self._db.conn.execute(
            "SELECT ref, SUM(delta) FROM effect WHERE kind = ? AND ref >= ? AND ref < ? AND epoch = ? AND seq > ?"
            " AND kind NOT IN ('order', 'redemption') GROUP BY ref",
            (kind, prefix, prefix + LAST_LETTER, self._owner.epoch, after_seq),
        )
        aside = self._quarantined.under(kind, prefix, until_seq=after_seq)
        return sorted(_added(dict(rows.fetchall()), aside).items())

    def numbers_of(self, kind: str, ref: str) -> list[int]:
        """Return the numbers of the entries that do something to a balance or counter, in order."""
        rows = self._db.conn.execute(
            "SELECT seq FROM effect WHERE kind = ? AND ref = ? AND epoch = ?"
            " AND kind NOT IN ('order', 'redemption') ORDER BY seq",
            (kind, ref, self._owner.epoch),
        )
        return [row[0] for row in rows.fetchall()]

    def entry_at(self, seq: int) -> Entry:
        """Return an entry that is known to be there."""
        (body,) = self._db.conn.execute(
            "SELECT body FROM journal WHERE epoch = ? AND seq = ?", (self._owner.epoch, seq)
        ).fetchone()
        return read_entry(body)

    def entries(self, *, from_seq: int = 1) -> Iterator[Entry]:
        """Yield the entries from a number on, in order."""
        for (body,) in self._db.conn.execute(
            "SELECT body FROM journal WHERE epoch = ? AND seq >= ? ORDER BY seq",
            (self._owner.epoch, from_seq),
        ):
            yield read_entry(body)

    def entries_backwards(self, *, down_to_seq: int = 1) -> Iterator[Entry]:
        """Yield the entries from the newest down to a number."""
        for (body,) in self._db.conn.execute(
            "SELECT body FROM journal WHERE epoch = ? AND seq >= ? ORDER BY seq DESC",
            (self._owner.epoch, down_to_seq),
        ):
            yield read_entry(body)

    def hashes(self) -> list[tuple[int, bytes]]:
        """Return number and hash of every entry, in order."""
        rows = self._db.conn.execute(
            "SELECT seq, hash FROM journal WHERE epoch = ? ORDER BY seq", (self._owner.epoch,)
        ).fetchall()
        return [(row[0], row[1]) for row in rows]

    def waiting(self, *, after_seq: int, entries_max: int, bytes_max: int) -> Waiting:
        """Return the next entries to send after `after_seq`, whole, within both limits, at least one if any waits."""
        rows = self._db.conn.execute(
            "SELECT seq, body, hash, sig FROM journal WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
            (self._owner.epoch, after_seq, entries_max),
        ).fetchall()
        size, taken = 0, 0
        for row in rows:
            size += len(row[1])
            if taken and size > bytes_max:
                break
            taken += 1
        rows = rows[:taken]
        before = self.at(after_seq)
        if not rows:
            return Waiting(after_seq + 1, before.hash, (), before, self._signature(before))
        last = rows[-1]
        return Waiting(
            after_seq + 1, before.hash, tuple(row[1] for row in rows), Head(last[0], last[2]), last[3]
        )

    def listed_after(self, seq: int) -> int:
        """Return how many entries that people see come after one: see `LISTED`."""
        return listed_between(self._db, self._owner.epoch, seq, self.head().seq)

    def at(self, seq: int) -> Head:
        """Return the head after entry `seq` (0: before the first). Raises `JournalBroken` when it isn't there."""
        if seq == 0:
            return self._genesis
        row = self._db.conn.execute(
            "SELECT hash FROM journal WHERE epoch = ? AND seq = ?", (self._owner.epoch, seq)
        ).fetchone()
        if row is None:
            raise JournalBroken(first_bad_seq=seq, detail="missing")
        return Head(seq, row[0])

    def _signature(self, head: Head) -> bytes:
        return sign_head(self._key, self._owner, head)

    def append_verdicts(self, words: Sequence[WordOfHq]) -> None:
        """Keep what HQ said of our entries. Call it inside `atomic`."""
        self._flagged = None
        now_ms = self._clock.now_ms()
        self._db.conn.executemany(
            "INSERT INTO verdict (epoch, seq, verdict, codes, received_ms) VALUES (?, ?, ?, ?, ?)",
            [
                (self._owner.epoch, word.seq, word.verdict, orjson.dumps(word.codes).decode(), now_ms)
                for word in words
            ],
        )
        self._quarantined.told((word.seq, word.verdict) for word in words)

    def append_later_word(self, word: WordOfHq) -> bool:
        """Keep a word that changes an earlier one. Call it inside `atomic`. False when there is no such entry here."""
        self._flagged = None
        place = (self._owner.epoch if word.epoch is None else word.epoch, word.seq)
        codes = orjson.dumps(word.codes).decode()
        if not self._db.conn.execute("SELECT 1 FROM journal WHERE epoch = ? AND seq = ?", place).fetchone():
            return False
        newest = self._db.conn.execute(
            "SELECT verdict, codes FROM verdict WHERE epoch = ? AND seq = ? ORDER BY rowid DESC LIMIT 1",
            place,
        ).fetchone()
        if newest != (word.verdict, codes):  # the feed may bring a row again
            self._db.conn.execute(
                "INSERT INTO verdict (epoch, seq, verdict, codes, received_ms) VALUES (?, ?, ?, ?, ?)",
                (*place, word.verdict, codes, self._clock.now_ms()),
            )
            self._quarantined.forget()
        return True

    def verdict_counts(self) -> dict[str, int]:
        """Return how many entries have each verdict; HQ's newest word on an entry counts."""
        rows = self._db.conn.execute(
            "SELECT verdict, COUNT(*) FROM (SELECT verdict, MAX(rowid) FROM verdict WHERE epoch = ? GROUP BY seq)"
            " GROUP BY verdict",
            (self._owner.epoch,),
        )
        return dict(rows.fetchall())

    def flagged_count(self) -> int:
        """Return how many entries HQ wants a person to look at; counted once, and again after HQ's next word."""
        if self._flagged is None:
            row = self._db.conn.execute(
                "SELECT COUNT(*) FROM (SELECT verdict, MAX(rowid) FROM verdict WHERE epoch = ? AND seq IN"
                " (SELECT seq FROM verdict WHERE verdict <> 'posted') GROUP BY seq) WHERE verdict <> 'posted'",
                (self._owner.epoch,),
            ).fetchone()
            self._flagged = int(row[0])
        return self._flagged

    def verify(self, *, after: Head | None = None) -> Head:
        """Hold every entry (or those after a head that was verified) against chain, columns, effects and signature.

        Raises `JournalBroken` with the number of the first entry that doesn't hold.
        """
        if after is None:
            return self.verification().finish().head
        if after == self.head():
            return after
        return self.verification(since=self.reached_at(after)).finish().head

    @property
    def beginning(self) -> Reached:
        """Where a walk along all of it starts."""
        return Reached(self._genesis)

    def reached_at(self, head: Head) -> Reached:
        """Return where a walk stands at a head that was verified."""
        (effect,) = self._db.conn.execute(
            "SELECT COALESCE(MAX(rowid), 0) FROM effect WHERE epoch <= ? AND seq <= ?",
            (self._owner.epoch, head.seq),
        ).fetchone()
        return Reached(head, effect)

    def verification(self, *, since: Reached | None = None) -> Verification:
        """Return a walk from the start, or from what was verified before, to the end."""
        return Verification(
            self._db, owner=self._owner, key=self._key.public_key(), since=since or self.beginning
        )


def _added(sums: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    """Return sums by reference with others added."""
    for ref, delta in more.items():
        sums[ref] = sums.get(ref, 0) + delta
    return sums
