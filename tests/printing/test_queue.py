"""Receipts wait for the printer beside the work: few of them, told in words, kept as files where it does not print."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Queue
from time import monotonic

import pytest

from app.printing.faults import PrinterBusy, PrinterFault, PrinterOutOfPaper
from app.printing.queue import WAITING_MAX, Became, Job, News, PrintQueue

WAIT_S = 5


@dataclass
class Paper:
    """A printer that does what it is told to: print, fail, or wait."""

    fault: PrinterFault | None = None
    goes_on: threading.Event | None = None
    began: threading.Event = field(default_factory=threading.Event)
    printed: list[bytes] = field(default_factory=list)

    def print(self, job: bytes, *, is_ending: Callable[[], bool]) -> None:
        self.began.set()
        if self.goes_on is not None:
            until = monotonic() + WAIT_S
            while not (self.goes_on.wait(0.01) or is_ending() or monotonic() > until):
                pass
        if self.fault is not None:
            raise self.fault
        self.printed.append(job)


@pytest.fixture
def heard() -> "Queue[News]":
    return Queue()


@pytest.fixture
def queue_of(heard: "Queue[News]") -> Iterator[Callable[..., PrintQueue]]:
    made = []

    def make(printer: Paper | None) -> PrintQueue:
        made.append(PrintQueue(printer, on_news=heard.put))
        return made[-1]

    yield make
    for queue in made:
        queue.close()


def a_job(name: str = "A-1", **parts) -> Job:
    return Job(name, draw=name.encode, **parts)


def test_what_is_handed_in_is_printed_in_turn(queue_of, heard: "Queue[News]") -> None:
    printer = Paper()
    queue = queue_of(printer)
    for name in ("A-1", "A-2"):
        queue.hand_in(a_job(name))
        assert heard.get(timeout=WAIT_S) == News(name, Became.PRINTED)
    assert printer.printed == [b"A-1", b"A-2"]


def test_a_printer_that_hangs_holds_up_neither_who_hands_in_nor_many_receipts(queue_of, heard) -> None:
    printer = Paper(goes_on=threading.Event())
    queue = queue_of(printer)
    queue.hand_in(a_job("first"))
    assert printer.began.wait(WAIT_S)
    began = monotonic()
    for place in range(WAITING_MAX + 2):
        queue.hand_in(a_job(str(place)))
    assert monotonic() - began < 0.5
    for place in (WAITING_MAX, WAITING_MAX + 1):
        news = heard.get(timeout=WAIT_S)
        assert (news.name, news.became) == (str(place), Became.NOT_PRINTED)
        assert isinstance(news.fault, PrinterBusy)
    printer.goes_on.set()
    assert [heard.get(timeout=WAIT_S).name for _ in range(WAITING_MAX + 1)] == ["first", "0", "1", "2"]


def test_what_is_not_printed_is_kept_as_a_file(queue_of, heard) -> None:
    kept, fault = [], PrinterOutOfPaper()
    queue_of(Paper(fault)).hand_in(a_job(save=lambda: kept.append("A-1")))
    assert heard.get(timeout=WAIT_S) == News("A-1", Became.KEPT, fault)
    assert kept == ["A-1"]


def test_without_a_printer_the_folder_gets_all(queue_of, heard) -> None:
    kept = []
    queue_of(None).hand_in(a_job(save=lambda: kept.append("A-1")))
    assert (heard.get(timeout=WAIT_S), kept) == (News("A-1", Became.KEPT), ["A-1"])


def test_a_folder_that_can_t_be_written_is_said_beside_the_fault(queue_of, heard) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    fault = PrinterOutOfPaper()
    queue_of(Paper(fault)).hand_in(a_job(save=full))
    assert heard.get(timeout=WAIT_S) == News("A-1", Became.NOT_PRINTED, fault)
    queue_of(None).hand_in(a_job(save=full))
    assert heard.get(timeout=WAIT_S) == News("A-1", Became.NOT_PRINTED)


@pytest.mark.loud("a receipt that can't be drawn is a bug")
def test_a_receipt_that_can_t_be_drawn_does_not_end_the_next_one(queue_of, heard) -> None:
    printer = Paper()
    queue = queue_of(printer)
    queue.hand_in(Job("A-1", draw=lambda: 1 // 0))
    assert heard.get(timeout=WAIT_S).became is Became.NOT_PRINTED
    queue.hand_in(a_job("A-2"))
    assert heard.get(timeout=WAIT_S) == News("A-2", Became.PRINTED)


def test_closing_lets_the_receipt_at_hand_end(queue_of, heard) -> None:
    printer = Paper(goes_on=threading.Event())
    queue = queue_of(printer)
    queue.hand_in(a_job("A-1"))
    assert printer.began.wait(WAIT_S)
    threading.Timer(0.05, printer.goes_on.set).start()
    queue.close()
    assert printer.printed == [b"A-1"] and heard.empty()


def test_closing_gives_up_a_printer_that_hangs(queue_of, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.printing.queue.END_S", 0.1)
    printer = Paper(goes_on=threading.Event())
    queue = queue_of(printer)
    for name in ("A-1", "A-2", "A-3", "A-4"):
        queue.hand_in(a_job(name))
    assert printer.began.wait(WAIT_S)
    began = monotonic()
    queue.close()
    assert monotonic() - began < 1
    queue._thread.join(WAIT_S)
    assert not queue._thread.is_alive() and printer.printed == [b"A-1"]


def test_closing_what_was_never_used(queue_of) -> None:
    queue_of(Paper()).close()
