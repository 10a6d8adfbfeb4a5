"""Judging with limited patience: an entry at which our own code never ends is given up, and the others go on.

A batch is judged on a thread of its own, which touches nothing but the facts it was handed. So it can be left behind:
whoever waits for it goes on with copies of those facts, and an exception is thrown into it, which ends it as soon as it
is back from whatever it does. Time is the processor's where the system tells it of a thread: an HQ that is busy with
forty batches at once is slow, and no entry's fault.

Many slow entries in one batch would add up, while others wait for the database. So a batch ends where it has taken
long; what is left of it the station sends again.
"""

import ctypes
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.core.entry import Entry
from hq.journal.deaths import UNWATCHED, Watched
from hq.journal.judge import Books, judge
from hq.journal.judgement import Judgement
from sync.protocol import Flag, Verdict

log = logging.getLogger(__name__)

DEADLY = Judgement(Verdict.QUARANTINED, (Flag.UNPARSABLE,), "HQ ended each time it judged this entry")
GAVE_UP = Judgement(
    Verdict.QUARANTINED, (Flag.UNPARSABLE,), "HQ gave up judging this entry; it took too long"
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an entry may take, in seconds of the processor and in all: a thousand times what the largest takes."""

    busy_s: float = 3.0
    total_s: float = 30.0  # others' entries are delayed by less than a minute
    look_s: float = 0.25
    batch_s: float = 10.0  # after which no further entry is begun


PATIENCE = Patience()


class _GivenUp(BaseException):
    """Thrown into a thread that is left behind. No `Exception`, which the judge would take for the entry's."""


def judge_each(
    entries: Sequence[Entry | None],
    books: Books,
    *,
    patience: Patience | None = None,
    watched: Watched = UNWATCHED,
) -> tuple[list[Judgement], Books]:
    """Judge entries one after the other; return the words on them, and the books as they stand then.

    There are fewer words than entries where the batch took too long: at least one, and the rest was not looked at.
    """
    patience = patience or PATIENCE
    words: list[Judgement] = []
    until_s = time.monotonic() + patience.batch_s
    while len(words) < len(entries) and not (words and time.monotonic() >= until_s):
        batch = _Batch(entries[len(words) :], books, watched, len(words), until_s)
        is_stuck = batch.run(patience)
        words += batch.words
        if is_stuck:
            entry = entries[len(words)]
            log.error("judging an entry takes too long", extra={"entry_id": entry and entry.entry_id})
            words.append(GAVE_UP)
            books = _copied(books)
    return words, books


@dataclass
class _Batch:
    """Entries that are being judged. `words` grows until the batch is through or given up, and never after that."""

    entries: Sequence[Entry | None]
    books: Books
    watched: Watched
    first: int  # its first entry's place in what is watched
    until_s: float  # when no further entry is begun, by the monotonic clock
    words: list[Judgement] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _is_given_up: bool = False
    _clock: int | None = None

    def run(self, patience: Patience) -> bool:
        """Judge until the end, or until one entry has taken too long: then return True."""
        thread = threading.Thread(target=self._judge, name="judge", daemon=True)
        thread.start()
        seen, busy_from, from_s = 0, 0.0, time.monotonic()
        while not self._over.wait(patience.look_s):
            with self._lock:
                if len(self.words) != seen:
                    seen, busy_from, from_s = len(self.words), self._spent(), time.monotonic()
                    continue
                if not self._is_over_due(patience, busy_from, from_s):
                    continue
                self._is_given_up = True
            _throw(thread, _GivenUp)
            return True
        thread.join()
        return False

    def _is_over_due(self, patience: Patience, busy_from: float, from_s: float) -> bool:
        is_long = time.monotonic() - from_s >= patience.total_s
        return is_long or self._spent() - busy_from >= patience.busy_s

    def _spent(self) -> float:
        """Return how many seconds the processor worked on this batch; 0 where no clock tells (Windows)."""
        try:
            return 0.0 if self._clock is None else time.clock_gettime(self._clock)
        except OSError:  # the thread has ended
            return 0.0

    def _judge(self) -> None:
        if hasattr(time, "pthread_getcpuclockid"):
            self._clock = time.pthread_getcpuclockid(threading.get_ident())
        try:
            for place, entry in enumerate(self.entries, start=self.first):
                word = self._word_on(place, entry)
                with self._lock:
                    if self._is_given_up:
                        return
                    self.words.append(word)
                if time.monotonic() >= self.until_s:
                    return
        except _GivenUp:
            return
        finally:
            self._over.set()

    def _word_on(self, place: int, entry: Entry | None) -> Judgement:
        if self.watched.is_deadly(place):
            return DEADLY
        self.watched.begin(place)
        word = judge(entry, self.books)
        self.watched.survive(place)
        return word


def _copied(books: Books) -> Books:
    """Return books that a thread which was left behind can't reach."""
    return replace(
        books,
        taken_ids=set(books.taken_ids),
        taken_redemptions=set(books.taken_redemptions),
        uses={code_hash: replace(uses) for code_hash, uses in books.uses.items()},
        decisions=dict(books.decisions),
        posted_orders=dict(books.posted_orders),
        repeated_orders=set(books.repeated_orders),
        leases=books.leases.copy(),
        undoing=books.undoing.copy(),
        cards=books.cards.copy(),
    )


def _throw(thread: threading.Thread, fault: type[BaseException]) -> None:
    """Raise `fault` in another thread (https://docs.python.org/3/c-api/init.html, PyThreadState_SetAsyncExc)."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(fault))
