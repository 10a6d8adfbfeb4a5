"""What a line can do to a request and its answer: each a `Way` for the proxy."""

import socket
import threading
from dataclasses import dataclass, field

from tests.rig.proxy import CHUNK, WAIT_S, Connection, Way

END_OF_HEAD = b"\r\n\r\n"


class HalfOpen(Way):
    """Takes the call and everything that is said, and never says a word."""

    def carry(self, here: Connection) -> None:
        while here.below.recv(CHUNK):
            pass


class Reset(Way):
    """Throws the connection away as soon as something is asked."""

    def carry(self, here: Connection) -> None:
        here.below.recv(1)
        here.reset()


@dataclass
class Cut(Way):
    """Cuts requests that begin with `of` (`b"POST"`: pushes), and lets the others through unspoiled."""

    after_bytes: int = 0
    of: bytes = b""

    def carry(self, here: Connection) -> None:
        while request := read_message(here.below):
            if request.startswith(self.of):
                self.cut(here, request)
                return
            here.above.sendall(request)
            here.below.sendall(read_message(here.above))

    def cut(self, here: Connection, request: bytes) -> None:
        """Do to a request what is done; both sides end afterwards."""
        raise NotImplementedError


@dataclass
class CutUp(Cut):
    """Lets so many bytes of a request through, then ends both sides."""

    was_whole: bool = False  # since all of it was less than so many bytes

    def cut(self, here: Connection, request: bytes) -> None:
        self.was_whole = self.after_bytes >= len(request)
        here.above.sendall(request[: self.after_bytes])


@dataclass
class CutDown(Cut):
    """Lets HQ have the whole request and do its work, then ends both sides after so many bytes of the answer.

    What HQ says is read to its end first, so that the cut comes after its commit.
    """

    was_reset: bool = False
    answered: threading.Event = field(default_factory=threading.Event)

    def cut(self, here: Connection, request: bytes) -> None:
        here.above.sendall(request)
        answer = read_message(here.above)
        here.below.sendall(answer[: self.after_bytes])
        if self.was_reset:
            here.reset()
        self.answered.set()


@dataclass
class Drips(Way):
    """Lets HQ have the whole request, and hands its answer on byte by byte, one in so many seconds."""

    every_s: float = 1.0

    def carry(self, here: Connection) -> None:
        while request := read_message(here.below):
            here.above.sendall(request)
            for byte in read_message(here.above):
                here.below.sendall(bytes([byte]))
                if here.proxy.ended.wait(self.every_s):
                    return


class Endless(Way):
    """Answers everybody by the right status and type, and then by bytes without an end."""

    def carry(self, here: Connection) -> None:
        read_message(here.below)
        here.below.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json" + END_OF_HEAD)
        while not here.proxy.ended.is_set():
            here.below.sendall(b" " * CHUNK)


@dataclass
class Slow(Way):
    """Lets everything through at so many bytes a second, each way."""

    bytes_a_second: int

    def carry(self, here: Connection) -> None:
        here.relay(bytes_a_second=self.bytes_a_second)


class Twice(Way):
    """Sends each request twice, at the same moment, on two connections; the first answer is handed on."""

    def __init__(self) -> None:
        self.requests = 0
        self.answers: list[bytes] = []

    def carry(self, here: Connection) -> None:
        both = (here.above, here.another())
        while request := read_message(here.below):
            self.requests += 1
            answers: dict[socket.socket, bytes] = {}
            together = threading.Barrier(2)

            def ask(above: socket.socket, request=request, answers=answers, together=together) -> None:
                together.wait(WAIT_S)
                above.sendall(request)
                answers[above] = read_message(above)

            here.join(*(lambda above=above: ask(above) for above in both))
            self.answers += answers.values()
            here.below.sendall(answers.get(here.above, b""))


@dataclass
class Hold(Way):
    """Lets HQ have each request, and holds its answer back until it is let go."""

    answered: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def carry(self, here: Connection) -> None:
        while request := read_message(here.below):
            here.above.sendall(request)
            answer = read_message(here.above)
            self.answered.set()
            self.released.wait(WAIT_S)
            here.below.sendall(answer)


@dataclass
class Listens(Way):
    """Lets everything through and notes what was asked for, in order: `POST journal`, `GET document/stops`."""

    asked: list[str] = field(default_factory=list)

    def carry(self, here: Connection) -> None:
        while request := read_message(here.below):
            method, path, _ = request.split(b" ", 2)
            what = path.partition(b"?")[0].decode().removeprefix("/v1/").removeprefix("sync/")
            self.asked.append(f"{method.decode()} {what.rpartition('/')[2] if 'devices/' in what else what}")
            here.above.sendall(request)
            here.below.sendall(read_message(here.above))


@dataclass
class Says(Way):
    """Answers everybody the same, as a guest network's login page does; HQ hears nothing of it."""

    answer: bytes
    requests: list[bytes] = field(default_factory=list)

    def carry(self, here: Connection) -> None:
        if request := read_message(here.below):
            self.requests.append(request)
            here.below.sendall(self.answer)


def login_page(status: str = "200 OK", *headers: str) -> bytes:
    """Return what a captive portal says to everything."""
    page = b"<html><title>Guest network</title>Please accept our terms</html>"
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(page)}", *headers]
    return "\r\n".join([*lines, "Connection: close"]).encode() + END_OF_HEAD + page


class SlowHandshake(Way):
    """Takes the call and begins a TLS handshake that never gets anywhere: a large record, byte by byte."""

    def carry(self, here: Connection) -> None:
        here.below.recv(CHUNK)
        here.below.sendall(b"\x16\x03\x03\x40\x00")
        while not here.proxy.ended.wait(0.05):
            here.below.sendall(b"\x02")


def busy(retry_after_s: int) -> bytes:
    """Return what a server says that wants to be left alone for so long."""
    return f"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: {retry_after_s}".encode() + END_OF_HEAD


def read_message(source: socket.socket) -> bytes:
    """Read one request or answer whole: its head, and as much as its Content-Length says."""
    found = b""
    while END_OF_HEAD not in found:
        if not (part := source.recv(CHUNK)):
            return b""
        found += part
    head, _, body = found.partition(END_OF_HEAD)
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = int(lengths[0].partition(b":")[2]) - len(body) if lengths else 0
    while missing > 0 and (part := source.recv(CHUNK)):
        found += part
        missing -= len(part)
    return found
