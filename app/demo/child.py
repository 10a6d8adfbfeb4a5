"""A process of the demo, and what it used by the time it ended."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

STOP_WAIT_S = 20


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used: seconds of processor time, and its peak of memory in MiB. None where nobody says."""

    cpu_s: float | None = None
    peak_mib: float | None = None


class Child:
    """`tillside` with some words, its standard output kept for us."""

    def __init__(self, words: Sequence[str]) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words], stdout=subprocess.PIPE, text=True
        )

    @property
    def output(self) -> IO[str]:
        """What it prints."""
        assert self._process.stdout is not None, "a pipe was asked for"
        return self._process.stdout

    def stop(self) -> Usage:
        """Ask it to end, and wait."""
        self._process.terminate()
        return self.wait()

    def wait(self) -> Usage:
        """Wait until it has ended."""
        with self.output as rest:
            rest.read()
        usage = _usage_at_end(self._process.pid)
        self._process.wait(STOP_WAIT_S)
        return usage


def _usage_at_end(pid: int) -> Usage:
    if sys.platform == "win32":
        return Usage()
    _, _, used = os.wait4(pid, 0)
    return Usage(used.ru_utime + used.ru_stime, used.ru_maxrss / _mib_units())


def peak_mib() -> float | None:
    """Return the most memory that this process has held, in MiB; None where the system doesn't say."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _mib_units()


def _mib_units() -> int:
    """Return how many of the units in which this system counts a peak of memory make a MiB."""
    return 1024 * 1024 if sys.platform == "darwin" else 1024
