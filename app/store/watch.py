"""Goes through a store beside the work: its chain, its pages, and from then on what is appended.

It reads by connections of its own, a small piece at a time with rests between, and steps aside while the store's thread
works. What it finds it tells its owner, which stops approving. A thread and no process: the keys stay where they are.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from app.store.db import DatabaseError, check_pages_beside, look_into_database
from app.store.faults import StoreDamaged, StoreFault
from app.store.store import JOURNAL, StationStore
from app.store.tally import EACH
from app.store.verifying import Reached, Verification

log = logging.getLogger(__name__)

FOLLOW_S = 30.0  # between two looks at what was appended
AGAIN_S = 24 * 3600.0  # a station that is never closed is gone through once a day
REST = 1.0  # of the time that a piece took: half a core at most
ASIDE_S = 0.002  # while the store's thread works
STEPS_A_PIECE = 1_000  # of SQLite's own, which may be a page each: ten milliseconds
STOP_WAIT_S = 5.0


class Stopped(Exception):
    """The station closes, or everything is to be begun anew."""


class Watch:
    """Runs on a thread of its own from `start` to `stop`."""

    def __init__(
        self,
        store: StationStore,
        *,
        is_busy: Callable[[], bool],
        verified: Callable[[Reached], object],
        found: Callable[[StoreDamaged], object],
        replica_found: Callable[[StoreDamaged], object],
    ) -> None:
        """`store` is looked at by its files only; the three last are called on this thread."""
        self._store = store
        self._is_busy = is_busy
        self._verified = verified
        self._found = found
        self._replica_found = replica_found
        self.is_done = False  # everything was looked at since it began
        self._stopping = threading.Event()
        self._again = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin, where the start of the store has left off."""
        self._thread.start()

    def begin_again(self) -> None:
        """Take nothing on trust any more: the store was opened anew after a fault."""
        self.is_done = False
        self._again.set()

    def stop(self) -> None:
        """End after the piece under way."""
        self._stopping.set()
        self._again.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._go_through()
            except Stopped:
                self._again.clear()
            except StoreDamaged as fault:
                self._found(fault)
                return
            except (StoreFault, DatabaseError) as problem:  # a disk that can't be read now: look again later
                log.info("the store could not be looked through: %s", problem)
                self._again.wait(FOLLOW_S)
            except Exception:  # outermost: of this thread. The station goes on as if it had no watch
                log.exception("looking through the store failed by a bug")
                return

    def _go_through(self) -> None:
        """Verify everything, then follow until it is time to do so again."""
        store, until = self._store, time.monotonic() + AGAIN_S
        with self._reader(store.folder / JOURNAL) as database:
            walk = self._walk(database, store.verified if store.is_journal_whole else None)
            if not store.is_journal_whole:
                while self._step(walk):
                    pass
                self._check_pages(database)
                self._verified(walk.reached)
            if not store.is_replica_whole:
                self._look_at_replica()
            store.is_journal_whole = store.is_replica_whole = False  # next time
            self.is_done = True
            self._follow(walk, until=until)

    def _walk(self, database: Database, since: Reached | None) -> Verification:
        owner, key = self._store.device.owner, self._store.keys.sign.public_key()
        return Verification(database, owner=owner, key=key, since=since or self._store.journal.beginning)

    def _follow(self, walk: Verification, *, until: float) -> None:
        kept = walk.reached.head.seq
        try:
            while time.monotonic() < until:
                self._wait(FOLLOW_S)
                while self._step(walk):
                    pass
                if walk.reached.head.seq - kept >= EACH:
                    self._verified(walk.reached)
                    kept = walk.reached.head.seq
        except Stopped:
            self._verified(walk.reached)
            raise

    def _step(self, walk: Verification) -> bool:
        """Verify a piece, then rest as long as it took."""
        while self._is_busy():
            self._wait(ASIDE_S)
        began = time.monotonic()
        goes_on = walk.step()
        self._wait((time.monotonic() - began) * REST)
        return goes_on

    def _look_at_replica(self) -> None:
        try:
            with self._reader(self._store.replica_path) as database:
                self._check_pages(database)
        except StoreDamaged as fault:
            self._replica_found(fault)

    @contextmanager
    def _reader(self, path: Path) -> Iterator[Database]:
        database = look_into_database(path, self._store.keys.database)
        try:
            yield database
        finally:
            database.close()

    def _check_pages(self, database: Database) -> None:
        """Read all pages in one statement of SQLite's, which rests now and then."""
        began = time.monotonic()

        def rest() -> bool:
            nonlocal began
            is_over = self._again.wait((time.monotonic() - began) * REST)
            began = time.monotonic()
            return is_over

        database.conn.set_progress_handler(rest, STEPS_A_PIECE)
        try:
            check_pages_beside(database)
        except DatabaseError:
            if self._again.is_set():  # SQLite says that it was interrupted: by us
                raise Stopped from None
            raise
        finally:
            database.conn.set_progress_handler(None, STEPS_A_PIECE)

    def _wait(self, seconds: float) -> None:
        if self._again.wait(seconds):
            raise Stopped
