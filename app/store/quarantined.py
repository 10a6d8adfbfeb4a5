"""What those of our entries did that HQ has quarantined: its figures are without it, whatever number they include.

Until a person has such an entry posted, what it took stays taken here: a coupon is not whole again because HQ could not
read where it went. They are few, so their effects are read once and kept in memory; HQ's next word on one moves it.
"""

from collections import defaultdict
from collections.abc import Iterable

from sqlite_utils import Database

from app.core.entry import read_entry
from app.core.overlay import (
    CARD_ALONE,
    CARD_DAY,
    FLOOR_USE,
    LEASE_USE,
    ORDER_CLAIM,
    REDEMPTION_CLAIM,
    SPENDS,
    SPENT,
)
from app.core.verdicts import Verdict
from app.store.carried import effects_with_carried

# Of these HQ tells no figure. Claims and leases count for good, floor limits and caps until HQ has heard of an entry.
NO_FIGURES = frozenset(
    {ORDER_CLAIM, REDEMPTION_CLAIM, LEASE_USE, FLOOR_USE, SPENDS, SPENT, CARD_ALONE, CARD_DAY}
)

Deltas = dict[str, dict[int, int]]  # by reference and number


class Quarantined:
    """The quarantined entries of one epoch of an open journal."""

    def __init__(self, database: Database, epoch: int) -> None:
        """Read them when they are asked for."""
        self._db = database
        self._epoch = epoch
        self._found: dict[str, Deltas] | None = None  # by kind
        self._numbers: set[int] = set()

    def forget(self) -> None:
        """Read them anew next time."""
        self._found = None

    def told(self, words: Iterable[tuple[int, str]]) -> None:
        """Take note of HQ's word on entries, by number: the newest counts."""
        if self._found is None:
            return
        for seq, verdict in words:
            if verdict == Verdict.QUARANTINED:
                self._add(self._found, seq)
            elif seq in self._numbers:  # rare: a person has decided
                self._found = None
                return

    def sums(self, kind: str, refs: Iterable[str], *, until_seq: int) -> dict[str, int]:
        """Return by reference what entries up to a number did; of what they did nothing to there is none."""
        of_kind = self._all().get(kind)
        if of_kind is None:
            return {}
        return {
            ref: sum(deltas)
            for ref in refs
            if (deltas := [delta for seq, delta in of_kind.get(ref, {}).items() if seq <= until_seq])
        }

    def under(self, kind: str, prefix: str, *, until_seq: int) -> dict[str, int]:
        """Return the same of all whose references begin alike."""
        alike = [ref for ref in self._all().get(kind, {}) if ref.startswith(prefix)]
        return self.sums(kind, alike, until_seq=until_seq)

    def _all(self) -> dict[str, Deltas]:
        if self._found is None:
            self._numbers = set()
            found: dict[str, Deltas] = {}
            rows = self._db.conn.execute(
                "SELECT seq FROM (SELECT seq, verdict, MAX(rowid) FROM verdict WHERE epoch = ?1 AND seq IN"
                " (SELECT seq FROM verdict WHERE verdict <> 'posted' AND verdict = ?2) GROUP BY seq)"
                " WHERE verdict = ?2",
                (self._epoch, Verdict.QUARANTINED.value),
            ).fetchall()
            for (seq,) in rows:
                self._add(found, seq)
            self._found = found
        return self._found

    def _add(self, found: dict[str, Deltas], seq: int) -> None:
        if seq in self._numbers:
            return
        self._numbers.add(seq)
        row = self._db.conn.execute(
            "SELECT body FROM journal WHERE epoch = ? AND seq = ?", (self._epoch, seq)
        ).fetchone()
        for kind, ref, delta in effects_with_carried(read_entry(row[0])):
            if kind not in NO_FIGURES:
                deltas = found.setdefault(kind, defaultdict(dict))[ref]
                deltas[seq] = deltas.get(seq, 0) + delta
