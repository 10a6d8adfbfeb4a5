"""One thread owns the derived file. It follows the journal beside the work, and answers what pages ask.

It never hands the store's thread anything and never waits for it but to give way: it reads by connections of its own,
in pieces of a millisecond or two with rests between, and steps aside while the store's thread works. What goes wrong
here is told to whoever asked; the station goes on as if it had no such pages.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from app.store.db import DatabaseError
from app.store.faults import DiskFull, ReviewDamaged, StoreErased, StoreFault
from app.store.review.review import Place, Review, ReviewClosed
from app.store.room import is_room_low
from app.store.store import StationStore
from app.store.thread import StoreThread

log = logging.getLogger(__name__)
T = TypeVar("T")
Job = Callable[[], None]

BEGIN_S = 1.0  # after the station was opened: others want the machine then
FOLLOW_S = 15.0  # between two looks at what was appended, while nobody asks
REST = 1.0  # of the time that a piece took
ASIDE_S = 0.001  # while the store's thread works
ASIDE_MAX_S = 0.25  # at once: whoever waits for a page isn't kept for ever
READ_ON_S = 0.1  # what is read on before a page is answered; more says that it is behind
CLOSE_WAIT_S = 5.0


class ReviewThread:
    """The thread, and the derived file that it owns."""

    def __init__(self, store_thread: StoreThread) -> None:
        """Begin beside a store that is open."""
        self._store_thread = store_thread
        self._store: StationStore = store_thread.store
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._review: Review | None = None
        self._closing = threading.Event()
        self._wait_s = BEGIN_S
        self._thread = threading.Thread(target=self._run, name="review", daemon=True)
        self._thread.start()

    def call(self, work: Callable[[Review], T]) -> T:
        """Run `work` on this thread and wait for its result. Not for the thread that draws."""
        return self.post(work).result()

    def post(self, work: Callable[[Review], T]) -> "Future[T]":
        """Run `work` on this thread when its turn comes, on what the journal holds by then."""
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(self._asked(work))
            except BaseException as problem:  # outermost: of this thread; whoever asked is told
                future.set_exception(problem)

        self._jobs.put(job)
        if self._closing.is_set():
            future.cancel()
        return future

    def close(self) -> None:
        """End what is under way, and let the files go. Call it before the store is closed."""
        self._closing.set()
        self._jobs.put(None)
        self._thread.join(CLOSE_WAIT_S)

    # --- on the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                job = self._jobs.get(timeout=self._wait_s)
            except Empty:
                job = self._follow
            if job is not None:
                job()
        self._let_go()

    def _follow(self) -> None:
        """Read a piece on, then rest as long as it took, or until something may be there."""
        self._wait_s = FOLLOW_S
        began = time.monotonic()
        try:
            if self._read_on():
                self._wait_s = (time.monotonic() - began) * REST
            elif self._review is not None:
                self._review.give_back()
        except ReviewClosed:
            return
        except (StoreFault, DatabaseError) as problem:  # the journal's too: the watch looks after that
            self._failed(problem)
        except Exception:  # outermost: of this thread. A bug in pages keeps no station from working
            log.exception("reading the journal for the pages failed by a bug")
            self._let_go()

    def _read_on(self) -> bool:
        """Read one piece; False when there is nothing more, or no room for it."""
        self._give_way()
        if is_room_low(self._store.folder):
            return False
        return self._open().step()

    def _asked(self, work: Callable[[Review], T]) -> T:
        try:
            return self._answer(work)
        except ReviewDamaged as fault:
            self._failed(fault)
            return self._answer(work)  # of what could be read anew by then
        except StoreFault as fault:
            self._failed(fault)
            raise

    def _answer(self, work: Callable[[Review], T]) -> T:
        review = self._open()
        until = time.monotonic() + READ_ON_S
        try:
            while self._read_on() and time.monotonic() < until:
                pass
        except DiskFull as fault:  # what was read is there all the same
            log.info("the journal can't be read on for the pages: %s", fault)
        self._wait_s = 0.0 if review.behind else self._wait_s
        return work(review)

    def _open(self) -> Review:
        if self._store.is_gone:
            self._let_go()
            raise StoreErased
        if self._review is None:
            self._review = Review(place_of(self._store), give_way=self._give_way)
        return self._review

    def _failed(self, problem: Any) -> None:
        """Let go of what can't be read; the next who asks opens it anew, and a damaged file from the start."""
        log.info("the records could not be read for the pages: %s", problem)
        review = self._review
        self._let_go()
        if isinstance(problem, ReviewDamaged) and review is not None:
            review.drop()

    def _let_go(self) -> None:
        review, self._review = self._review, None
        if review is not None:
            review.close()

    def _give_way(self) -> None:
        """Wait while the store's thread works. Raises `ReviewClosed` when all is to end."""
        until = time.monotonic() + ASIDE_MAX_S
        while self._store_thread.is_busy and time.monotonic() < until:
            if self._closing.wait(ASIDE_S):
                break
        if self._closing.is_set():
            raise ReviewClosed


def place_of(store: StationStore) -> Place:
    """Return where a store that is open lies, and whose it is."""
    device = store.device
    return Place(
        folder=store.folder,
        key=store.keys.database,
        owner=device.owner,
        store_id=device.store_id,
        time_zone=device.time_zone,
        currency=device.currency,
        replica_path=lambda: store.replica_path,
    )
