"""Holds a journal's entries against chain, columns, effects and signature, a piece at a time.

Each piece is a few reads that end by themselves, so that whoever verifies beside the work never holds anything up. It
works on any connection, also on one beside the station that goes on appending.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from app.core.chain import HASH_SIZE, ChainOwner, Head, head_is_signed, next_hash
from app.core.entry import Entry, read_entry
from app.store.carried import effects_with_carried
from app.store.faults import JournalBroken

PIECE = 100  # entries: two milliseconds
EffectRow = tuple[int, int, str, str, int]  # epoch, seq, kind, ref, delta


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a journal holds: the head there, and the row of the last effect up to it (0: before the first)."""

    head: Head
    effect: int = 0


NOTHING = Reached(Head(0, bytes(HASH_SIZE)))  # of no journal


class Verification:
    """A walk along the journal of a device, from what was verified before to where it ends."""

    def __init__(
        self, database: Database, *, owner: ChainOwner, key: Ed25519PublicKey, since: Reached
    ) -> None:
        """Start behind `since`, which is taken on trust."""
        self._db = database
        self._owner = owner
        self._key = key
        self._effect = since.effect
        self.reached = since

    def finish(self) -> Reached:
        """Go on to the end. Raises `JournalBroken` with the number of the first entry that doesn't hold."""
        while self.step():
            pass
        return self.reached

    def step(self) -> bool:
        """Verify the next entries; False when there were none. Raises `JournalBroken`."""
        rows = self._db.conn.execute(
            "SELECT epoch, seq, entry_id, type, wall_ms, boot, boot_ms, tq, body, prev, hash, sig"
            " FROM journal WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
            (self._owner.epoch, self.reached.head.seq, PIECE),
        ).fetchall()
        if not rows:
            self._find_stray(before_seq=self.reached.head.seq + 1)
            return False
        try:
            head = self._hold(rows)
        except JournalBroken as problem:
            self._find_stray(before_seq=problem.first_bad_seq)
            raise
        if not head_is_signed(self._key, self._owner, head, rows[-1][-1]):
            raise JournalBroken(
                first_bad_seq=self._first_unsigned(rows), detail="the signature isn't this device's"
            )
        self.reached = Reached(head, self._effect)
        return True

    def _hold(self, rows: Sequence[Sequence[Any]]) -> Head:
        """Hold entries and their effects against each other; return where the chain stands then."""
        head = self.reached.head
        effects = self._db.conn.execute(
            "SELECT epoch, seq, kind, ref, delta, rowid FROM effect WHERE rowid > ? ORDER BY rowid",
            (self._effect,),
        )
        try:
            pending = self._next_effect(effects)
            for row in rows:
                entry = checked_entry(head, row)
                found = []
                while pending is not None and pending[1] == entry.seq:
                    found.append(pending[:5])
                    self._effect = pending[5]
                    pending = self._next_effect(effects)
                if found != _derived_effects(entry):
                    raise JournalBroken(first_bad_seq=entry.seq, detail="its effects differ from its body")
                head = Head(entry.seq, row[-2])
        finally:
            effects.close()  # one that is left half-read would hold what it has seen
        return head

    def _next_effect(self, effects: Any) -> Any:
        """Return the next effect of this journal; those of an earlier epoch lie before them."""
        for row in effects:
            if row[0] == self._owner.epoch:
                return row
        return None

    def _find_stray(self, *, before_seq: int) -> None:
        """Raise `JournalBroken` if behind the last effect that was read is one of an earlier entry, or of none.

        One statement, so that an entry that is appended meanwhile is seen with its effects or not at all.
        """
        epoch = self._owner.epoch
        (seq,) = self._db.conn.execute(
            "SELECT MIN(seq) FROM effect WHERE epoch = ?1 AND rowid > ?2 AND"
            " (seq < ?3 OR seq > (SELECT COALESCE(MAX(seq), 0) FROM journal WHERE epoch = ?1))",
            (epoch, self._effect, before_seq),
        ).fetchone()
        if seq is not None:
            raise JournalBroken(first_bad_seq=max(seq, 1), detail="an effect without its entry")

    def _first_unsigned(self, rows: Sequence[Sequence[Any]]) -> int:
        """Return the first of some entries whose signature isn't ours, once the last one has turned out not to be."""
        for row in rows:
            seq, found, signature = row[1], row[-2], row[-1]
            if not head_is_signed(self._key, self._owner, Head(seq, found), signature):
                return int(seq)
        raise AssertionError("the last signature did not hold, so one of them can't")


def effect_rows(entry: Entry) -> list[EffectRow]:
    """Return the rows that say what an entry does."""
    epoch, seq = entry.epoch, entry.seq
    return [(epoch, seq, *effect) for effect in effects_with_carried(entry)]


def _derived_effects(entry: Entry) -> list[EffectRow]:
    """Return the effects that a stored body asks for, which may have been written by anybody."""
    try:
        return effect_rows(entry)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as problem:
        raise JournalBroken(first_bad_seq=entry.seq, detail=f"not a record: {problem!r}") from problem


def checked_entry(previous: Head, row: Sequence[Any]) -> Entry:
    """Return the entry of a stored row if it follows from the one before and its columns copy its body."""
    *copies, body, prev, found_hash, _ = row
    seq = row[1]
    if seq != previous.seq + 1:
        raise JournalBroken(first_bad_seq=previous.seq + 1, detail="missing")
    if prev != previous.hash or next_hash(previous.hash, body) != found_hash:
        raise JournalBroken(first_bad_seq=seq, detail="it does not follow from the one before")
    try:
        entry = read_entry(body)
        facts = [entry.epoch, entry.seq, entry.entry_id, entry.type, entry.wall_ms]
        facts += [bytes.fromhex(entry.boot), entry.boot_ms, entry.quality]
    except ValueError as problem:
        raise JournalBroken(first_bad_seq=seq, detail=str(problem)) from problem
    if copies != facts:
        raise JournalBroken(first_bad_seq=seq, detail="a column differs from its body")
    return entry
