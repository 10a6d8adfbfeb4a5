"""A receipt printer on a cable (`/dev/usb/lp0`, a serial port, `LPT1`), or a file that takes what one would print.

Where the system has it, the device is opened so that nothing waits inside the kernel: a printer that hangs is given up
like one on the network. It is asked nothing: what a cable's driver hands back differs from one to the next.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from select import select

from app.printing.faults import (
    PrinterAbsent,
    PrinterFault,
    PrinterForbidden,
    PrinterGone,
    PrinterHung,
    PrinterOutOfPaper,
)
from app.printing.patience import USUAL, Patience, Until

PIECE = 4096
NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # not on Windows
DEVICES = Path("/dev")


class DevicePrinter:
    """A printer at a path. A file is made if it isn't there, a device never."""

    def __init__(self, path: Path, *, patience: Patience = USUAL) -> None:
        """Open it for each job anew: it may have been unplugged meanwhile."""
        self._path = path
        self._patience = patience

    def print(self, job: bytes, *, is_ending: Callable[[], bool]) -> None:
        """Print a job; nothing at all only looks for the printer. Raises a `PrinterFault`."""
        is_file = os.name == "posix" and DEVICES not in self._path.parents
        flags = os.O_WRONLY | os.O_APPEND | NO_WAIT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
        try:
            device = os.open(self._path, flags | (os.O_CREAT if is_file and job else 0), 0o600)
        except OSError as problem:
            raise _not_opened(problem) from problem
        try:
            self._write(device, job, is_ending)
        except OSError as problem:
            raise _not_written(problem) from problem
        finally:
            os.close(device)

    def _write(self, device: int, job: bytes, is_ending: Callable[[], bool]) -> None:
        left = memoryview(job)
        whole = Until(self._patience.job_s, is_ending)
        stall = Until(self._patience.stall_s, is_ending)
        while left:
            if not (whole and stall):
                raise PrinterHung("takes no more")
            try:
                left = left[os.write(device, left[:PIECE]) :]
            except BlockingIOError:
                _await_room(device, stall.slice_s)
            else:
                stall = Until(self._patience.stall_s, is_ending)


def _await_room(device: int, seconds: float) -> None:
    select([], [device], [], seconds)


def _not_opened(problem: OSError) -> PrinterFault:
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PrinterForbidden(str(problem))
    if problem.errno == errno.EBUSY:
        return PrinterHung(str(problem))
    return PrinterAbsent(str(problem))


def _not_written(problem: OSError) -> PrinterFault:
    """Linux's driver for USB printers says that there is no space when there is no paper."""
    return PrinterOutOfPaper(str(problem)) if problem.errno == errno.ENOSPC else PrinterGone(str(problem))
