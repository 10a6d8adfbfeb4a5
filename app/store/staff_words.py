"""What managers have changed about the staff at this station, over what head office says, until it has heard of it.

The newest word on each person is kept in the journal's file, in the transaction that appends its entry. It counts
until head office's figures include that entry; from then on its row stands alone, whatever it made of the entry. If it
has set the entry aside, since it can't read it, the word counts on until it says something else of that person.
"""

from dataclasses import dataclass, replace

from sqlite_utils import Database

from app.core.staff_change import EmergencyPin
from app.core.verdicts import Verdict
from app.store.people import StaffRow, pin_name
from app.store.replica import Replica


@dataclass(frozen=True, slots=True)
class StaffWord:
    """What a manager said of somebody, when (UTC ms), and in which entry. Without a PIN: they are suspended."""

    seq: int
    at_ms: int
    pin: EmergencyPin | None
    over: str  # which PIN head office's row had then


class StaffWords:
    """The words in an open journal file. One thread writes them, so they are read once."""

    def __init__(self, database: Database, *, epoch: int) -> None:
        """Read from and write to a database that has been migrated."""
        self._db = database
        self._epoch = epoch
        self._known: dict[str, StaffWord] | None = None

    def keep(self, row: StaffRow, *, seq: int, at_ms: int, pin: EmergencyPin | None) -> None:
        """Keep a word with the number of its entry. Call it inside the `atomic` that appends that.

        `row` is head office's.
        """
        self._known = None
        said = ("", "") if pin is None else (pin.pin_hash, pin.pepper)
        self._db.conn.execute(
            "INSERT OR REPLACE INTO staff_word (staff_id, epoch, seq, at_ms, pin_hash, pepper, over)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.staff_id, self._epoch, seq, at_ms, *said, pin_name(row)),
        )

    def over(self, row: StaffRow, replica: Replica) -> StaffWord | None:
        """Return the word that counts over head office's row, if any does."""
        word = self._all().get(row.staff_id)
        if word is None:
            return None
        position = replica.position()
        is_included = position is not None and word.seq <= position.included_seq
        if is_included and not (word.over == pin_name(row) and self._is_set_aside(word.seq)):
            return None
        return word

    def _all(self) -> dict[str, StaffWord]:
        if self._known is None:
            rows = self._db.conn.execute(
                "SELECT staff_id, seq, at_ms, pin_hash, pepper, over FROM staff_word WHERE epoch = ?",
                (self._epoch,),
            ).fetchall()
            self._known = {
                staff_id: StaffWord(seq, at_ms, EmergencyPin(pin_hash, pepper) if pin_hash else None, over)
                for staff_id, seq, at_ms, pin_hash, pepper, over in rows
            }
        return self._known

    def _is_set_aside(self, seq: int) -> bool:
        found = self._db.conn.execute(
            "SELECT verdict FROM verdict WHERE epoch = ? AND seq = ? ORDER BY rowid DESC LIMIT 1",
            (self._epoch, seq),
        ).fetchone()
        return found is not None and found[0] == Verdict.QUARANTINED


class PeopleHere:
    """Who works in the store: as head office says, with what was changed here since."""

    def __init__(self, replica: Replica, words: StaffWords) -> None:
        """Lay `words` over the rows of `replica`."""
        self._replica = replica
        self._words = words

    def find(self, staff_id: str) -> StaffRow | None:
        """Find somebody who may sign in."""
        row = self._replica.people.find(staff_id)
        return None if row is None else self._changed(row)

    def all(self) -> list[StaffRow]:
        """Return everybody who may sign in, by name."""
        return [found for row in self._replica.people.all() if (found := self._changed(row)) is not None]

    def told(self) -> list[tuple[StaffRow, StaffWord | None]]:
        """Return everybody as head office says, by name, with the word that counts over it."""
        return [(row, self._words.over(row, self._replica)) for row in self._replica.people.all()]

    def is_sign_in_needed(self) -> bool:
        """Tell whether this store asks that somebody has signed in before anything is redeemed."""
        return self._replica.people.is_sign_in_needed()

    def _changed(self, row: StaffRow) -> StaffRow | None:
        word = self._words.over(row, self._replica)
        return row if word is None else changed(row, word)


def changed(row: StaffRow, word: StaffWord) -> StaffRow | None:
    """Return somebody as a manager's word has them; None where they are suspended."""
    return None if word.pin is None else replace(row, pin_hash=word.pin.pin_hash, pepper=word.pin.pepper)
