"""Work goes out to its thread as a small function and comes home by one signal.

The store belongs to its own thread, the network to a small pool, and the main thread only draws. A result, or what went
wrong, arrives on the thread that owns this object, in the order in which the work was finished.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.station.staff import Run
from app.store.review.review import Review
from app.store.review.thread import ReviewThread
from app.store.store import StationStore
from app.store.thread import StoreThread

log = logging.getLogger(__name__)
T = TypeVar("T")
Failed = Callable[[BaseException], None]
NET_THREADS = 2  # one for what a person waits for, one for what happens beside it


class Tasks(QObject):
    """The one way from the main thread to the others and back."""

    _home = Signal(object)

    def __init__(self, store_thread: StoreThread, review_thread: ReviewThread | None = None) -> None:
        """Send store work to `store_thread`, and what managers look through to `review_thread`, where there is one."""
        # The application owns it: what only Python holds may be collected, and then torn down, on another thread.
        super().__init__(QCoreApplication.instance())
        self._store_thread = store_thread
        self._review_thread = review_thread
        self._net = ThreadPoolExecutor(max_workers=NET_THREADS, thread_name_prefix="net")
        self._is_closed = False
        self._home.connect(self._run)  # a method of this object, so that Qt brings it to this object's thread

    def on_store(
        self, work: Callable[[StationStore], T], *, then: Callable[[T], None], failed: Failed
    ) -> None:
        """Run `work` on the store's thread; then come home with its result or with what went wrong."""
        if not self._is_closed:
            self._come_home(self._store_thread.post(work), then, failed)

    @property
    def can_review(self) -> bool:
        """Whether there is somebody who reads for the manager's pages."""
        return self._review_thread is not None

    def on_review(self, work: Callable[[Review], T], *, then: Callable[[T], None], failed: Failed) -> None:
        """Run `work` on the thread that reads for the manager's pages; then come home as above.

        What it reads is never the store thread's to wait for. `failed` gets a `StoreFault` with a sentence to show.
        """
        assert self._review_thread is not None, (
            "where there are manager's pages there is somebody who reads for them"
        )
        if not self._is_closed:
            self._come_home(self._review_thread.post(work), then, failed)

    def on_net(self, work: Callable[[], T], *, then: Callable[[T], None], failed: Failed) -> None:
        """Run `work` on the net pool; then come home as above."""
        if not self._is_closed:
            self._come_home(self._net.submit(work), then, failed)

    def beside_store(self, work: Callable[[Run], T], *, then: Callable[[T], None], failed: Failed) -> None:
        """Run `work` on the net pool, with the means to ask the store in between; then come home as above."""
        self.on_net(lambda: work(self._store_thread.call), then=then, failed=failed)

    def at_home(self, call: Callable[[], None]) -> None:
        """Run `call` on the thread that owns this object; for events that come from elsewhere."""
        self._home.emit(call)

    def close(self) -> None:
        """Take no more work; what is under way may end by itself, and comes home to nobody."""
        self._is_closed = True
        self._net.shutdown(wait=False, cancel_futures=True)

    def _come_home(self, future: "Future[T]", then: Callable[[T], None], failed: Failed) -> None:
        def done(finished: "Future[T]") -> None:
            if finished.cancelled():
                return
            problem = finished.exception()
            if problem is None:
                self._home.emit(lambda: then(finished.result()))
            else:
                self._home.emit(lambda: failed(problem))

        future.add_done_callback(done)

    def _run(self, call: Any) -> None:
        if not self._is_closed:
            call()
