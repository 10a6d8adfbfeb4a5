"""A disk that says no, or is slow, to a process that runs: by strace, which answers system calls in the kernel's place.

    with spoiled(station.process.pid, "fsync:error=EIO:when=1", path) as disk:
        …
        assert disk.seen("fsync")

The production library sees what a real disk would tell it. Where a process may not be watched (a container without
ptrace, another user's process) the tests say so instead of passing.
"""

import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ATTACHED = "attached"
WAIT_S = 10


class SpoiledDisk:
    """What a process asked of one file meanwhile."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._is_attached = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stderr:
            if ATTACHED in line:
                self._is_attached.set()
            self._lines.append(line)
        self._is_attached.set()

    def wait_attached(self) -> None:
        """Wait until the disk is spoiled; skip the test where that can't be."""
        assert self._is_attached.wait(WAIT_S)
        if self._process.poll() is not None or not any(ATTACHED in line for line in self._lines):
            pytest.skip(f"no process may be watched here: {''.join(self._lines).strip()}")

    def seen(self, call: str) -> int:
        """Count the calls so far, spoiled or not."""
        return len([line for line in self._lines if f"{call}(" in line])

    def end(self) -> None:
        """Let the disk be a good one again."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(WAIT_S)
        self._reader.join(WAIT_S)
        self._process.stderr.close()


@contextmanager
def spoiled(pid: int, fault: str, path: Path) -> Iterator[SpoiledDisk]:
    """Spoil system calls of a process on one file: `fault` as strace's `inject=` has it, or the names alone."""
    if shutil.which("strace") is None:
        pytest.skip("no strace here, so no disk that says no")
    calls, _, what = fault.partition(":")
    words = ["-e", f"inject={fault}"] if what else []
    disk = SpoiledDisk(
        subprocess.Popen(
            ["strace", "-f", "-p", str(pid), "-P", str(path), "-e", f"trace={calls}", *words],
            stderr=subprocess.PIPE,
            text=True,
        )
    )
    try:
        disk.wait_attached()
        yield disk
    finally:
        disk.end()
