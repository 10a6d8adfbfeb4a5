"""Threads on which HQ works beside answering: each begins with the serving and ends with it."""

import threading
from abc import ABC, abstractmethod

STOP_WAIT_S = 10.0


class Beside(ABC):
    """A thread that works in `_loop` until `_stopping` is set, one transaction or step after the other."""

    def __init__(self, name: str) -> None:
        """Make the thread; it works once it is started."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        """Begin at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way; what is left is done after the next start."""
        self._stopping.set()
        self._thread.join(STOP_WAIT_S)

    @abstractmethod
    def _loop(self) -> None:
        """Work until `_stopping` is set."""
