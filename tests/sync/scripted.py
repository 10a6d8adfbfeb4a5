"""A server that answers as a test says, over real sockets: what networks and other people's servers do to us.

    with Scripted(answer(200, b"{}")) as server:
        HttpHq(Line(server.url), …)

An act is a function of the connection, called once the head of a request has come. What must wait waits on the
server's own end (`ended`), so that nothing outlives the test.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import SetClock
from sync.client import DeviceSigner, HttpHq
from sync.line import Limits, Line
from tests.builders import NOW_MS

SHORT = Limits(
    connect_s=0.3,
    total_s=0.4,
    document_s=0.4,
    snapshot_s=0.4,
    answer_bytes_max=2_000,
    snapshot_bytes_max=2_000,
)
SLACK_S = 2.0  # a loaded machine may take this much longer; what hangs takes for ever
STRANGER = DeviceSigner(
    device_id="D0000000000000", epoch=1, key=Ed25519PrivateKey.generate(), clock=SetClock(NOW_MS)
)
DRIP_S = 0.02  # between the bytes of an answer that drips; far below every deadline in the tests


class Scripted:
    """Listens on a free port of this machine, a thread a connection."""

    def __init__(self, act: Callable[["Call"], None], *, receive_bytes: int | None = None) -> None:
        self._act = act
        self.ended = threading.Event()
        self.requests: list[bytes] = []
        self._listener = socket.socket()
        if receive_bytes:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            call = Call(self, connection)
            try:
                call.head = call.read_head()
                self.requests.append(call.head)
                self._act(call)
            except OSError:
                return  # the asker has gone, as it should


class Call:
    """One request to answer."""

    def __init__(self, server: Scripted, connection: socket.socket) -> None:
        self._server = server
        self.connection = connection
        self.head = b""

    def read_head(self) -> bytes:
        found = b""
        while b"\r\n\r\n" not in found and (part := self.connection.recv(1)):
            found += part
        return found

    def read(self, size: int) -> bytes:
        found = b""
        while len(found) < size and (part := self.connection.recv(size - len(found))):
            found += part
        return found

    def send(self, content: bytes) -> None:
        self.connection.sendall(content)

    def drip(self, content: bytes) -> None:
        """Send a byte at a time, again from the start, for as long as anybody takes it."""
        while not self._server.ended.is_set():
            for place in range(len(content)):
                self.send(content[place : place + 1])
                if self._server.ended.wait(DRIP_S):
                    return

    def pour(self, content: bytes) -> None:
        """Send the same again and again, as fast as it is taken."""
        while not self._server.ended.is_set():
            self.send(content)

    def hang(self, seconds: float | None = None) -> None:
        self._server.ended.wait(seconds)


def head(status: int, *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *headers]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode()


def answer(
    status: int, body: bytes, *headers: str, content_type: str = "application/json"
) -> Callable[[Call], None]:
    """Answer whole, then close."""
    whole = head(status, f"Content-Type: {content_type}", *headers, length=len(body)) + body
    return lambda call: call.send(whole)


@contextmanager
def asking(url: str, *, signer: DeviceSigner = STRANGER, limits: Limits = SHORT) -> Iterator[HttpHq]:
    """Talk to whatever is at a URL as to HQ."""
    hq = HttpHq(Line(url, limits=limits), signer)
    try:
        yield hq
    finally:
        hq.close()
