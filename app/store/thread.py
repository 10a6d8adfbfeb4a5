"""One thread owns the store. Everybody else hands it small functions and gets their results.

After a fault the connection is not trusted: before the next function runs the store is opened anew and its chain
verified, and until that succeeds every call ends in the fault that stands in the way.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from app.store.faults import StoreFault
from app.store.store import StationStore

T = TypeVar("T")
CLOSE_WAIT_S = 5.0


class StoreThread:
    """The thread and the store it owns."""

    def __init__(self, open_store: Callable[[], StationStore]) -> None:
        """Open the store on the new thread. Raises what `open_store` raises."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._is_doubtful = False
        try:
            self.store = self._executor.submit(open_store).result()
        except BaseException:
            self._executor.shutdown()
            raise

    def call(self, work: Callable[[StationStore], T]) -> T:
        """Run `work` on the store's thread and wait for its result. Not for the thread that draws."""
        return self.post(work).result()

    def post(self, work: Callable[[StationStore], T]) -> "Future[T]":
        """Run `work` on the store's thread when its turn comes."""
        return self._executor.submit(self._run, work)

    def _run(self, work: Callable[[StationStore], T]) -> T:
        if self._is_doubtful:
            self.store.reopen()
            self._is_doubtful = False
        try:
            return work(self.store)
        except StoreFault:
            self._is_doubtful = True
            raise

    def close(self) -> None:
        """Finish what was handed in, then close the store."""
        self._executor.submit(self.store.close).result(CLOSE_WAIT_S)
        self._executor.shutdown()
