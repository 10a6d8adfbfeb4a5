"""Receipts wait here for the printer, on a thread of their own; whoever hands one in never waits.

Few wait at once: behind a printer that hangs nobody wants twenty old receipts. What did not come out is written as a
file instead, where there is a folder for that, and what became of it is told in words.
"""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from queue import Full, Queue
from typing import Final

from app.printing.faults import PrinterBusy, PrinterFault
from app.printing.place import Printer

log = logging.getLogger(__name__)
WAITING_MAX: Final = 3
END_S: Final = 2.0  # for a receipt that is being printed when the station is closed


class Became(Enum):
    """What became of a receipt."""

    PRINTED = "printed"
    KEPT = "kept"  # as a file
    NOT_PRINTED = "not_printed"


@dataclass(frozen=True, slots=True)
class News:
    """What became of the receipt `name`; `fault` says why it was not printed, where it was to be."""

    name: str
    became: Became
    fault: PrinterFault | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A receipt that is drawn when its turn comes. `save` writes it as a file; None: there is no folder for that."""

    name: str
    draw: Callable[[], bytes]
    save: Callable[[], None] | None = None


class PrintQueue:
    """One printer, or none, and its thread. News come on that thread."""

    def __init__(self, printer: Printer | None, *, on_news: Callable[[News], None]) -> None:
        """Start no thread before the first receipt."""
        self._printer = printer
        self._on_news = on_news
        self._jobs: Queue[Job | None] = Queue(WAITING_MAX)
        self._closing = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_printing(self) -> bool:
        """Whether there is a printer at all."""
        return self._printer is not None

    def hand_in(self, job: Job) -> None:
        """Take a receipt, or say at once that too many wait. Called by one thread only."""
        try:
            self._jobs.put_nowait(job)
        except Full:
            self._on_news(News(job.name, Became.NOT_PRINTED, PrinterBusy()))
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="printer", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End; a receipt that is being printed has a moment, those that wait are given up."""
        self._closing.set()
        if self._thread is None:
            return
        with contextlib.suppress(Full):  # then it is at work and sees that we close
            self._jobs.put_nowait(None)
        self._thread.join(END_S)
        self._ending.set()

    def _run(self) -> None:
        while not self._closing.is_set() and (job := self._jobs.get()) is not None:
            try:
                news = self._done(job)
            except Exception:  # outermost: of this thread; the next receipt is another matter
                log.exception("a receipt failed by a bug")
                news = News(job.name, Became.NOT_PRINTED, PrinterFault())
            if not self._closing.is_set():
                self._on_news(news)

    def _done(self, job: Job) -> News:
        fault = self._print(job)
        if fault is None and self._printer is not None:
            return News(job.name, Became.PRINTED)
        if job.save is None:
            return News(job.name, Became.NOT_PRINTED, fault)
        try:
            job.save()
        except OSError as problem:
            log.info("a receipt can't be kept as a file: %s", type(problem).__name__)
            return News(job.name, Became.NOT_PRINTED, fault)
        return News(job.name, Became.KEPT, fault)

    def _print(self, job: Job) -> PrinterFault | None:
        if self._printer is None:
            return None
        try:
            self._printer.print(job.draw(), is_ending=self._ending.is_set)
        except PrinterFault as fault:
            log.info("a receipt was not printed: %s", type(fault).__name__)
            return fault
        return None
