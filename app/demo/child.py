"""A process of the demo, and what it used by the time it ended."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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
        """Ask it to end, wait, and return what it used."""
        peak = peak_mib(self._process.pid)
        self._process.terminate()
        cpu_s = self.wait()
        return Usage(cpu_s, peak)

    def wait(self) -> float | None:
        """Wait until it has ended and return the seconds of processor time that it used."""
        with self.output as rest:
            rest.read()
        cpu_s = None
        if sys.platform != "win32":
            _, _, used = os.wait4(self._process.pid, 0)
            cpu_s = used.ru_utime + used.ru_stime
        self._process.wait(STOP_WAIT_S)
        return cpu_s


def peak_mib(pid: int | None = None) -> float | None:
    """Return the most memory that a process (this one) has held, in MiB; None where the system doesn't say.

    Linux says it of the program that runs now. What getrusage says begins with the parent's memory at the fork.
    """
    try:
        lines = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)
