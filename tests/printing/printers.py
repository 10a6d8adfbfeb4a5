"""Receipt printers made up for tests: real sockets, and a reader of ESC/POS of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np

ONLINE, COVER_OPEN, PAPER_STOP = 0x12, 0x16, 0x32
PAPER_THERE, PAPER_GONE = 0x12, 0x72
DONE = 0x00


@dataclass
class Printed:
    """What a stream of bytes would have put on paper."""

    dots: np.ndarray
    cuts: int
    asked: list[bytes]
    opened_drawer: bool
    bands: list[int]  # rows of each picture
    bands: list[int]


def read_stream(stream: bytes) -> Printed:
    """Read what a printer would: every byte must belong to a command that it knows."""
    rows, cuts, asked, drawer, place = [], 0, [], False, 0
    while place < len(stream):
        if stream.startswith(b"\x1b@", place):
            place += 2
        elif stream.startswith((b"\x10\x04", b"\x1dr"), place):
            asked.append(stream[place : place + 3])
            place += 3
        elif stream.startswith(b"\x1dv0\x00", place):
            across = int.from_bytes(stream[place + 4 : place + 6], "little")
            down = int.from_bytes(stream[place + 6 : place + 8], "little")
            place += 8
            band = np.frombuffer(stream[place : place + across * down], np.uint8).reshape(down, across)
            rows.append(np.unpackbits(band, axis=1))
            place += across * down
        elif stream.startswith(b"\x1bd", place):
            place += 3
        elif stream.startswith(b"\x1dV", place):
            cuts += 1
            place += 4
        elif stream.startswith((b"\x1bp", b"\x10\x14"), place):
            drawer = True
            place += 5
        else:
            raise AssertionError(f"no command at {place}: {stream[place : place + 8]!r}")
    return Printed(
        np.vstack(rows) if rows else np.zeros((0, 8)), cuts, asked, drawer, [len(band) for band in rows]
    )


@dataclass
class FakePrinter:
    """Answers questions as it stands; keeps every byte."""

    port: int
    offline: int = ONLINE
    paper: int = PAPER_THERE
    got: bytearray = field(default_factory=bytearray)
    jobs: int = 0
    over: threading.Event = field(default_factory=threading.Event)  # a connection has been served

    def answers(self, piece: bytes) -> bytes:
        """Return what it says to these bytes. Questions never come cut in two: they are sent on their own."""
        said = b""
        for question, answer in (
            (b"\x10\x04\x02", self.offline),
            (b"\x10\x04\x04", self.paper),
            (b"\x1dr\x01", DONE),
        ):
            if piece.endswith(question):
                said += bytes([answer])
        return said


Serve = Callable[[FakePrinter, socket.socket], None]


def answering(printer: FakePrinter, line: socket.socket) -> None:
    """Be a printer that answers all questions."""
    while piece := line.recv(65_536):
        printer.got += piece
        if said := printer.answers(piece):
            line.sendall(said)


def mute(printer: FakePrinter, line: socket.socket) -> None:
    """Be a printer that takes bytes and never says a word."""
    while piece := line.recv(65_536):
        printer.got += piece


@contextmanager
def a_printer(serve: Serve = answering, **state: int) -> Iterator[FakePrinter]:
    """Let a printer listen at a port of its own; `serve` has one connection after the other."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(10)
        printer = FakePrinter(door.getsockname()[1], **state)

        def run() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                with line:
                    printer.jobs += 1
                    line.settimeout(10)
                    with suppress(OSError):
                        serve(printer, line)
                printer.over.set()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield printer
        door.shutdown(socket.SHUT_RDWR)
    thread.join(10)
