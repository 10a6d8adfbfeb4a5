"""A process beside another one, which ends with it: also when that one is killed.

Both hold an end of a pipe, and the system closes the end of whoever is no more.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NoReturn

STOP_WAIT_S = 20
TOLD_TO_END = 128 + signal.SIGTERM  # the status by which shells say so


class Beside:
    """Runs `target(*args, held)` in a process of its own. Its first words should be `end_with(held)`."""

    def __init__(self, target: Callable[..., None], *args: Any) -> None:
        """Start it."""
        context = multiprocessing.get_context("spawn")  # a fork would take sockets and threads along
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(*args, theirs), name=target.__name__)
        self._process.start()
        theirs.close()

    def wait(self) -> bool:
        """Wait until it has ended and tell whether it did its work."""
        self._process.join()
        return self._process.exitcode == 0

    def stop(self) -> None:
        """Tell it to end, and wait."""
        self._ours.close()
        self._process.join(STOP_WAIT_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def end_with(held: Connection, *, before: Callable[[], object] = lambda: None) -> None:
    """End this process, after `before`, when whoever started it has let go of the pipe's other end."""

    def watch() -> None:
        try:
            held.recv()
        except (EOFError, OSError):
            before()
            os._exit(1)

    threading.Thread(target=watch, name="end-with", daemon=True).start()


def end_with_parent() -> None:
    """End this process when the one that started it is no more."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return  # nobody's child: the first part of a replay

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


@contextmanager
def ended_by_a_word() -> Iterator[None]:
    """Let the signal to stop end this process in order: what it started ends too."""

    def end(*_: object) -> NoReturn:
        raise SystemExit(TOLD_TO_END)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
