"""A printer on the network, over real sockets: well, mute, absent, slow, hung, half-closed, gone, out of paper."""

import socket
import threading
from contextlib import ExitStack
from time import monotonic

import numpy as np
import pytest

from app.printing.escpos import Raster, job
from app.printing.faults import (
    PrinterAbsent,
    PrinterFault,
    PrinterGone,
    PrinterHung,
    PrinterOpen,
    PrinterOutOfPaper,
)
from app.printing.patience import Patience
from app.printing.tcp import TcpPrinter
from tests.printing.printers import (
    COVER_OPEN,
    PAPER_GONE,
    PAPER_STOP,
    FakePrinter,
    a_printer,
    answering,
    mute,
    read_stream,
)

SHORT = Patience(connect_s=1, answer_s=0.15, stall_s=0.2, job_s=1, done_s=0.3, again_s=0.1, parting_s=0.2)
DOTS = np.random.default_rng(7).integers(0, 2, (300, 384), dtype=np.uint8)
JOB = job(Raster(384, np.packbits(DOTS, axis=1).tobytes()))
LARGE = JOB * 400  # more than all buffers between two sockets hold


def send(port: int, told: bytes = JOB, *, patience: Patience = SHORT, host: str = "127.0.0.1") -> None:
    TcpPrinter(host, port, patience=patience).print(told, is_ending=lambda: False)


def test_every_dot_arrives_and_is_cut_off_and_no_drawer_opens() -> None:
    with a_printer() as printer:
        send(printer.port)
        assert printer.over.wait(5)
    found = read_stream(bytes(printer.got))
    assert (found.dots == DOTS).all()
    assert (found.cuts, found.opened_drawer) == (1, False)
    assert max(found.bands) <= 128 and sum(found.bands) == len(DOTS)
    assert found.asked == [b"\x10\x04\x02", b"\x10\x04\x04", b"\x1dr\x01"]


def test_a_printer_that_never_answers_prints_all_the_same() -> None:
    with a_printer(mute) as printer:
        send(printer.port)
        assert printer.over.wait(5)
    assert (read_stream(bytes(printer.got)).dots == DOTS).all()


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ({"paper": PAPER_GONE}, PrinterOutOfPaper),
        ({"offline": PAPER_STOP}, PrinterOutOfPaper),
        ({"offline": COVER_OPEN}, PrinterOpen),
    ],
)
def test_what_it_says_is_wrong_is_said_and_nothing_is_sent(state: dict, fault: type[PrinterFault]) -> None:
    with a_printer(**state) as printer, pytest.raises(fault):
        send(printer.port)
    assert len(read_stream(bytes(printer.got)).dots) == 0


def test_paper_that_ends_in_the_middle_is_told() -> None:
    def ends(printer: FakePrinter, line: socket.socket) -> None:
        while piece := line.recv(65_536):
            printer.got += piece
            if piece.endswith(b"\x1dr\x01"):
                printer.paper = PAPER_GONE  # and it says nothing: the question waits behind the picture
            elif said := printer.answers(piece):
                line.sendall(said)

    patience = Patience(answer_s=0.3, done_s=5, again_s=0.1, parting_s=0.1)
    with a_printer(ends) as printer, pytest.raises(PrinterOutOfPaper):
        send(printer.port, patience=patience)


def test_one_that_does_not_know_the_last_question_is_believed() -> None:
    def old(printer: FakePrinter, line: socket.socket) -> None:
        while piece := line.recv(65_536):
            printer.got += piece
            if not piece.endswith(b"\x1dr\x01") and (said := printer.answers(piece)):
                line.sendall(said)

    with a_printer(old) as printer:
        send(printer.port)


def test_nobody_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(PrinterAbsent):
        send(port)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70, "a..b"])
def test_a_name_that_is_nobodys(host: str) -> None:
    with pytest.raises(PrinterAbsent):
        send(9100, host=host)


def test_a_switched_off_printer_whose_address_swallows_everything_is_given_up() -> None:
    """A queue of connections that is full lets no more in: as where an address has nobody behind it."""
    with ExitStack() as held:
        door = held.enter_context(socket.socket())
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        for _ in range(4):
            line = held.enter_context(socket.socket())
            line.settimeout(0)
            line.connect_ex(door.getsockname())
        began = monotonic()
        with pytest.raises(PrinterAbsent):
            send(door.getsockname()[1], patience=Patience(connect_s=0.2))
        assert monotonic() - began < 3


def test_a_printer_that_hangs_is_given_up() -> None:
    goes_on = threading.Event()
    with a_printer(lambda printer, line: goes_on.wait(10)) as printer:
        began = monotonic()
        with pytest.raises(PrinterHung):
            send(printer.port, LARGE)
        goes_on.set()
    assert monotonic() - began < 5


def test_what_a_given_up_printer_had_not_taken_does_not_come_out_later() -> None:
    goes_on, found = threading.Event(), []

    def wakes_up(printer: FakePrinter, line: socket.socket) -> None:
        goes_on.wait(10)
        try:
            mute(printer, line)
        except ConnectionResetError:
            found.append("dropped")

    with a_printer(wakes_up) as printer:
        with pytest.raises(PrinterHung):
            send(printer.port, LARGE)
        goes_on.set()
        assert printer.over.wait(5)
    assert found == ["dropped"]


def test_a_printer_that_falls_silent_after_the_picture_is_told() -> None:
    def falls_silent(printer: FakePrinter, line: socket.socket) -> None:
        while piece := line.recv(65_536):
            printer.got += piece
            if len(printer.got) < len(JOB) and (said := printer.answers(piece)):
                line.sendall(said)

    patience = Patience(answer_s=0.15, done_s=5, again_s=0.1, parting_s=0.1)
    with a_printer(falls_silent) as printer, pytest.raises(PrinterHung):
        send(printer.port, patience=patience)


def test_a_printer_that_trickles_is_given_up_in_the_end() -> None:
    told = threading.Event()

    def trickles(printer: FakePrinter, line: socket.socket) -> None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        while not told.is_set() and line.recv(512):
            told.wait(0.01)

    with a_printer(trickles) as printer:
        began = monotonic()
        with pytest.raises(PrinterHung):
            send(printer.port, LARGE, patience=Patience(answer_s=0.1, stall_s=1, job_s=0.6))
        told.set()
    assert monotonic() - began < 5


def test_a_slow_printer_gets_all_of_it() -> None:
    def slow(printer: FakePrinter, line: socket.socket) -> None:
        pause = threading.Event()
        while piece := line.recv(4_096):
            printer.got += piece
            pause.wait(0.005)

    with a_printer(slow) as printer:
        send(printer.port, patience=Patience(answer_s=0.1))
        assert printer.over.wait(5)
    assert (read_stream(bytes(printer.got)).dots == DOTS).all()


def test_one_that_has_nothing_to_say_and_reads_on() -> None:
    def half_closed(printer: FakePrinter, line: socket.socket) -> None:
        line.shutdown(socket.SHUT_WR)
        mute(printer, line)

    with a_printer(half_closed) as printer:
        send(printer.port)
        assert printer.over.wait(5)
    assert (read_stream(bytes(printer.got)).dots == DOTS).all()


def test_one_that_has_nothing_to_say_and_leaves_when_all_was_sent() -> None:
    all_sent = threading.Event()

    def leaves(printer: FakePrinter, line: socket.socket) -> None:
        line.shutdown(socket.SHUT_WR)
        line.recv(1_000)
        all_sent.wait(0.2)  # then it goes with the rest unread

    with a_printer(leaves) as printer, pytest.raises(PrinterGone):
        send(printer.port, patience=Patience(answer_s=0.1, parting_s=2))


@pytest.mark.parametrize("told", [JOB, LARGE], ids=["fits into buffers", "does not"])
def test_one_that_hangs_up_at_once(told: bytes) -> None:
    with a_printer(lambda printer, line: None) as printer, pytest.raises(PrinterGone):
        send(printer.port, told)


def test_one_that_hangs_up_in_the_middle() -> None:
    def leaves(printer: FakePrinter, line: socket.socket) -> None:
        while len(printer.got) < len(JOB) // 2:
            piece = line.recv(2_048)
            printer.got += piece
            if said := printer.answers(piece):
                line.sendall(said)

    with a_printer(leaves) as printer, pytest.raises(PrinterGone):
        send(printer.port)


def test_a_printer_that_talks_without_end_holds_nothing_up() -> None:
    def chatters(printer: FakePrinter, line: socket.socket) -> None:
        line.sendall(b"\xff" * 100_000)
        answering(printer, line)

    with a_printer(chatters) as printer:
        send(printer.port)
        assert printer.over.wait(5)
    assert (read_stream(bytes(printer.got)).dots == DOTS).all()


def test_a_station_that_ends_is_not_held_up() -> None:
    goes_on, ending = threading.Event(), threading.Event()
    with a_printer(lambda printer, line: goes_on.wait(10)) as printer:
        threading.Timer(0.1, ending.set).start()
        began = monotonic()
        with pytest.raises(PrinterFault):
            TcpPrinter("127.0.0.1", printer.port).print(LARGE, is_ending=ending.is_set)
        goes_on.set()
    assert monotonic() - began < 2
