"""The one door by which HQ asks others: a POST to an endpoint, within time and size, to a vetted address.

The name is looked up once, and the connection goes to what was vetted: a name that leads elsewhere a moment later
leads nowhere. Redirects are not followed and no proxy is asked.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from hq.webhooks.guard import Network, Target, vetted_addresses

SEND_S = 15.0  # in all: the specification recommends 15 to 30 seconds
SAID_BYTES_MAX = 500  # of an answer's beginning, for the log of deliveries
RETRY_AFTER_DIGITS_MAX = 6


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a try: the status (0: no answer), the beginning of the answer or why there is none."""

    status: int
    said: str
    took_ms: int
    retry_after_s: int = 0

    @property
    def is_taken(self) -> bool:
        """Tell whether the endpoint said that it has the event."""
        return 200 <= self.status < 300


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    networks: tuple[Network, ...],
    total_s: float = SEND_S,
) -> Heard:
    """Send once and return what came of it; nothing that the other end does raises."""
    began_s = monotonic()

    def heard(status: int, said: str, retry_after_s: int = 0) -> Heard:
        return Heard(status, said, int((monotonic() - began_s) * 1000), retry_after_s)

    connection = _Vetted(target, networks, total_s)
    watch = threading.Timer(total_s, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.target, body, dict(headers))
        answer = connection.getresponse()
        said = answer.read(SAID_BYTES_MAX).decode("utf-8", "replace").replace("\x00", "\ufffd")
        return heard(answer.status, said, _seconds(answer.getheader("Retry-After", "")))
    except (OSError, http.client.HTTPException, UnicodeError) as problem:
        return heard(0, "No answer in time." if connection.is_cut else _word(problem))
    finally:
        watch.cancel()
        connection.close()


def _word(problem: Exception) -> str:
    text = str(problem).replace("\x00", "\ufffd")
    return f"{type(problem).__name__}: {text}"[:SAID_BYTES_MAX]


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= RETRY_AFTER_DIGITS_MAX else 0


class _Vetted(http.client.HTTPConnection):
    """A connection to one of the vetted addresses, plain or by TLS, that can be cut from another thread."""

    def __init__(self, target: Target, networks: tuple[Network, ...], total_s: float) -> None:
        super().__init__(target.host, target.port, timeout=total_s)
        self._target, self._networks, self._total_s = target, networks, total_s
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the first vetted address that answers. Raises `OSError`."""
        problem: OSError | None = None
        for address in vetted_addresses(self._target, self._networks):
            if self.is_cut:
                raise TimeoutError
            try:
                self.sock = socket.create_connection((address, self._target.port), self._total_s)
                break
            except OSError as found:
                problem = found
        else:
            raise problem or OSError("No address to connect to.")
        if not self._target.is_plain:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)
        if self.is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """End whatever is waited for."""
        self.is_cut = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it had ended by itself
