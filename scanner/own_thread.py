"""A source that watches on a thread of its own, from `start` to `stop`."""

import threading
from typing import Final

STOP_WAIT_S: Final = 1.0


class OwnThread:
    """What cameras and serial scanners share: `run` goes on until `_stopping` is set."""

    def __init__(self, name: str) -> None:
        """`name` is the thread's."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> None:
        """Watch on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until it has; nothing is called after that."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)

    def ask_to_stop(self) -> None:
        """End soon: for whoever calls `run` on a thread of their own."""
        self._stopping.set()

    @property
    def is_running(self) -> bool:
        """Whether the thread of `start` lives."""
        return self._thread.is_alive()

    def run(self) -> None:
        """Watch on the calling thread until `ask_to_stop`."""
        raise NotImplementedError
