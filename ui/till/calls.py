"""What the till does with station and tape, on one thread of its own; results come home by a signal."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from app.till.register import Register

T = TypeVar("T")


class Calls(QObject):
    """One thing after the other, in the order in which they were asked for."""

    _home = Signal(object)

    def __init__(self, register: Register, parent: QObject) -> None:
        """Work with `register`, which nobody else uses from now on."""
        super().__init__(parent)
        self._register = register
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="till")
        self._is_open = True
        self._home.connect(self._run)

    def ask(
        self,
        work: Callable[[Register], T],
        *,
        then: Callable[[T], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Do `work`; then come home with its result or with what went wrong."""

        def done(finished: "Future[T]") -> None:
            if finished.cancelled():
                return
            problem = finished.exception()
            if problem is None:
                self._home.emit(lambda: then(finished.result()))
            else:
                self._home.emit(lambda: failed(problem))

        if self._is_open:
            self._pool.submit(work, self._register).add_done_callback(done)

    def close(self) -> None:
        """Do nothing more; what is under way ends within a second."""
        self._is_open = False
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._register.close()

    def _run(self, call: Any) -> None:
        call()
