"""One thread owns the store. Everybody else hands it small functions and gets their results.

After a fault the connection is not trusted: before the next function runs the store is opened anew and its chain
verified, and until that succeeds every call ends in the fault that stands in the way. Where large files were taken on
trust at the start a `Watch` goes through them meanwhile; if it finds the journal damaged, every call ends in that.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from app.store.checking import Check
from app.store.faults import StoreDamaged, StoreFault
from app.store.store import StationStore
from app.store.watch import Watch

T = TypeVar("T")
CLOSE_WAIT_S = 5.0


class StoreThread:
    """The thread and the store it owns."""

    def __init__(self, open_store: Callable[[], StationStore]) -> None:
        """Open the store on the new thread. Raises what `open_store` raises."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._is_doubtful = False
        self._is_busy = False
        self._tell: Callable[[StoreDamaged], None] = lambda fault: None
        self.found: StoreDamaged | None = None  # by the watch: nothing is done with this store any more
        try:
            self.store = self._executor.submit(open_store).result()
        except BaseException:
            self._executor.shutdown()
            raise
        self._watch = Watch(
            self.store,
            is_busy=lambda: self._is_busy,
            verified=lambda reached: self.post(lambda store: store.note_verified(reached)),
            found=self._found,
            replica_found=lambda _: self.post(StationStore.renew_replica),
        )
        if self.store.check is Check.BESIDE:
            self._watch.start()

    @property
    def is_gone_through(self) -> bool:
        """Whether everything in the store was looked at since it was opened."""
        return self._watch.is_done or self.store.check is not Check.BESIDE

    @property
    def is_busy(self) -> bool:
        """Whether something is being done with the store right now: what can wait gives way."""
        return self._is_busy

    def on_found(self, tell: Callable[[StoreDamaged], None]) -> None:
        """Call `tell` when the journal is found damaged, on another thread; at once if it has been."""
        self._tell = tell
        if self.found is not None:
            tell(self.found)

    def call(self, work: Callable[[StationStore], T]) -> T:
        """Run `work` on the store's thread and wait for its result. Not for the thread that draws."""
        return self.post(work).result()

    def post(self, work: Callable[[StationStore], T]) -> "Future[T]":
        """Run `work` on the store's thread when its turn comes."""
        self._is_busy = (
            True  # from now on: whoever gives way does so before this thread has to wait for Python
        )
        try:
            return self._executor.submit(self._run, work)
        except RuntimeError:  # it was closed
            self._is_busy = False
            raise

    def _run(self, work: Callable[[StationStore], T]) -> T:
        self._is_busy = True
        try:
            self._make_sure()
            return work(self.store)
        except StoreFault:
            self._is_doubtful = True
            raise
        finally:
            self._is_busy = False

    def _make_sure(self) -> None:
        if self.found is not None:
            raise self.found.with_traceback(None)
        if self._is_doubtful:
            self.store.reopen()
            self._is_doubtful = False
            self._watch.begin_again()

    def _found(self, fault: StoreDamaged) -> None:
        self.found = fault
        self._executor.submit(self.store.distrust)
        self._tell(fault)

    def close(self) -> None:
        """Finish what was handed in, then close the store."""
        self._watch.stop()
        self._executor.submit(self.store.close).result(CLOSE_WAIT_S)
        self._executor.shutdown()
