"""A line to HQ that a test can spoil: a TCP proxy inside the test's own process, a thread for each direction.

    with Proxy() as line:
        line.leads_to(hq.port)          # the address that stations were paired with stays the same
        line.set(CutDown(after_bytes=0))
        line.heal()

A `Way` says what happens to connections that are made from now on; setting one cuts those that exist, since clients
keep theirs. Kernels without firewall tools do the rest: a port that is bound and does not listen refuses, one whose
queue is full swallows whoever calls.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

HOST = "127.0.0.1"
CHUNK = 16_384
WAIT_S = 10.0  # for whatever a test expects of the proxy; what never comes fails it
RESET = struct.pack("ii", 1, 0)  # SO_LINGER for no time: closing sends RST in the place of FIN


class Way:
    """How a connection goes: unspoiled, unless a subclass says otherwise."""

    def carry(self, here: "Connection") -> None:
        """Carry one connection to its end."""
        here.relay()


class Connection:
    """One client, and HQ behind it."""

    def __init__(self, proxy: "Proxy", below: socket.socket) -> None:
        self.proxy = proxy
        self.below = below
        self._above: list[socket.socket] = []

    @property
    def above(self) -> socket.socket:
        """The socket to HQ, connected when it is first asked for."""
        return self._above[0] if self._above else self.another()

    def another(self) -> socket.socket:
        """Return one more connection to HQ, which lives as long as this one."""
        made = socket.create_connection((HOST, self.proxy.port_above), WAIT_S)
        made.settimeout(None)
        self._above.append(made)
        self.proxy.keep(made)
        return made

    def relay(self, *, bytes_a_second: int | None = None) -> None:
        """Hand on both ways until both have ended."""
        above = self.above
        self.join(
            lambda: self.pump(self.below, above, bytes_a_second=bytes_a_second),
            lambda: self.pump(above, self.below, bytes_a_second=bytes_a_second),
        )

    def close(self) -> None:
        """End it on all sides."""
        for connection in (self.below, *self._above):
            self.proxy.forget(connection)
            connection.close()

    def pump(
        self,
        source: socket.socket,
        target: socket.socket,
        *,
        bytes_max: int | None = None,
        bytes_a_second: int | None = None,
    ) -> None:
        """Hand on what comes, as much and as fast as is allowed; then end the target's side."""
        left = bytes_max
        with suppress(OSError):
            while left != 0 and (part := source.recv(_size(left, bytes_a_second))):
                target.sendall(part)
                left = None if left is None else left - len(part)
                if bytes_a_second and self.proxy.ended.wait(len(part) / bytes_a_second):
                    return
            if left != 0:
                target.shutdown(socket.SHUT_WR)

    def join(self, *works: Callable[[], None]) -> None:
        """Do works side by side, until all have ended or their connections were cut."""

        def until_cut(work: Callable[[], None]) -> None:
            with suppress(OSError):
                work()

        threads = [threading.Thread(target=until_cut, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def reset(self) -> None:
        """Let the client see a connection that was thrown away."""
        self.below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def _size(left: int | None, bytes_a_second: int | None) -> int:
    """Return how much to read at once: a tenth of a second's worth at most, and nothing over the limit."""
    pace = max(bytes_a_second // 10, 1) if bytes_a_second else CHUNK
    return min(CHUNK, pace) if left is None else min(CHUNK, pace, left)


def _bound() -> tuple[socket.socket, int]:
    """Return a socket that keeps its port while it does not listen: it must have asked for it by number."""
    with socket.socket() as finder:
        finder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        finder.bind((HOST, 0))
        port = finder.getsockname()[1]
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    return listener, port


class Proxy:
    """Listens on one port for as long as it lives."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.port_above = 0
        self.connections = 0
        self._way = Way()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._stuffed: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._accepting: threading.Thread | None = None
        self._is_listening = False
        self._listener, self.port = _bound()
        self.url = f"http://{HOST}:{self.port}"
        self._listen()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.refuse()
        for thread in self._threads:
            thread.join(WAIT_S)
        self._listener.close()

    def leads_to(self, port: int) -> None:
        """Carry connections to another HQ from now on."""
        self.port_above = port
        self.cut()

    def set(self, way: Way) -> None:
        """Spoil connections this way from now on."""
        self._way = way
        self.cut()
        self._listen()

    def heal(self) -> None:
        """Let everything through again."""
        self.set(Way())

    def cut(self) -> None:
        """End the connections there are."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def refuse(self) -> None:
        """Have nobody listen: the port stays ours, and whoever calls is refused."""
        self._stop_listening()
        self.cut()

    def blackhole(self) -> None:
        """Swallow whoever calls: a full queue that nobody takes from, so that SYN has no answer."""
        self.refuse()
        self._listener.listen(0)
        self._is_listening = True
        for _ in range(3):  # Linux lets one more in than it was told
            caller = socket.socket()
            caller.settimeout(0)
            caller.connect_ex((HOST, self.port))
            self._stuffed.append(caller)

    def keep(self, connection: socket.socket) -> None:
        """Count a connection among those that are cut."""
        with self._lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        """Cut it no more."""
        with self._lock:
            self._open.discard(connection)

    def _stop_listening(self) -> None:
        if self._is_listening:  # a socket that does not listen would be shut for good
            self._listener.shutdown(socket.SHUT_RDWR)
        self._is_listening = False
        for caller in self._stuffed:
            caller.close()
        self._stuffed.clear()
        if self._accepting is not None:
            self._accepting.join()
        self._accepting = None

    def _listen(self) -> None:
        if self._accepting is not None:
            return
        self._stop_listening()
        self._listener.listen()
        self._is_listening = True
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                below, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self.keep(below)
            here = Connection(self, below)
            thread = threading.Thread(target=self._carry, args=[here, self._way])
            self._threads.append(thread)
            thread.start()

    def _carry(self, here: Connection, way: Way) -> None:
        try:
            way.carry(here)
        except OSError:
            pass  # it was cut, by us or by one of its ends
        finally:
            here.close()
