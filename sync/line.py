"""A line to one HQ: sends a request, reads the answer within time and size, knows nothing of what is said.

Alone uses requests, and urllib3 under it. A time budget is total: connecting, sending, waiting and reading together.
These two give each single read or write a time of its own, so that a server which lets a byte drip now and then would
hold us for hours, and a slow upload would be cut by the time meant for connecting. Hence the sockets here, whose every
wait ends at one moment. What isn't HQ's own kind of answer (a login page, a redirect) counts as no network.
"""

import io
import socket
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.faults import (
    ClientTooOld,
    DeviceUnknown,
    HqBusy,
    HqFault,
    HqRefused,
    HqUnreachable,
    HqUntrusted,
)

CHUNK_BYTES = 64 << 10
LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}
JSON, PROBLEM = "application/json", "application/problem+json"
RETRY_AFTER_DEFAULT_S = 0  # nobody said when: the back-off goes by itself
RETRY_AFTER_MAX_S = 300
RETRY_AFTER_DIGITS_MAX = 9
HTTP_OK = 200
HTTP_TOO_MANY, HTTP_UNAVAILABLE = 429, 503
HTTP_SERVER_FAILED = 500  # and above
REFUSED = {
    "urn:tillside:problem:unknown_device": DeviceUnknown,
    "urn:tillside:problem:client_too_old": ClientTooOld,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take: seconds in all, and bytes of the answer."""

    connect_s: float = 3.0  # a reachable HQ answers a connection well within it, even over a satellite
    total_s: float = 30.0  # a full batch over the slowest line we serve (64 kbit/s, compressed)
    document_s: float = (
        240.0  # a program with all the briefings there may be (app/core/briefing.py), over that line
    )
    snapshot_s: float = 600.0  # a hundred thousand members over a slow line
    answer_bytes_max: int = 16 << 20
    snapshot_bytes_max: int = 512 << 20


class Response:
    """A status and a body, read whole within the limits."""

    def __init__(
        self, status: int, content_type: str, body: bytes = b"", retry_after: str | None = None
    ) -> None:
        """Keep them; `content_type` as the header has it."""
        self.status = status
        self.content_type = content_type.split(";", maxsplit=1)[0].strip().lower()
        self.body = body
        self._retry_after = retry_after or ""

    def content(self, content_type: str) -> bytes:
        """Return the body of a success of this type, or raise the fault that anything else stands for."""
        if self.status != HTTP_OK:
            raise self.fault()
        if self.content_type != content_type:
            raise HqUnreachable(f"an answer of type {self.content_type!r} is not HQ's")
        return self.body

    def fault(self) -> HqFault:
        """Return the fault that a status other than 200 stands for."""
        if self.status in (HTTP_TOO_MANY, HTTP_UNAVAILABLE):
            return HqBusy(f"status {self.status}", retry_after_s=self._retry_after_s())
        if self.is_problem and self.status < HTTP_SERVER_FAILED:
            problem = self.problem()
            refused = REFUSED.get(str(problem.get("type")), HqRefused)
            return refused(f"status {self.status}: {problem.get('detail', '')}")
        return HqUnreachable(f"status {self.status}, {self.content_type}")

    @property
    def is_problem(self) -> bool:
        """Whether this is an error of HQ's own."""
        return self.content_type == PROBLEM

    def problem(self) -> dict[str, Any]:
        """Return a problem document (RFC 9457), empty when there is none."""
        if not self.is_problem:
            return {}
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    def _retry_after_s(self) -> int:
        text = self._retry_after.strip()
        if not (text.isascii() and text.isdecimal()) or len(text) > RETRY_AFTER_DIGITS_MAX:
            return (
                RETRY_AFTER_DEFAULT_S  # absent, or a date: as good as absent for a station with a wrong clock
            )
        return min(int(text), RETRY_AFTER_MAX_S)


class Line:
    """Connections to one HQ, used again."""

    def __init__(self, url: str, *, limits: Limits = Limits()) -> None:
        """Connect to nobody yet. Raises `ValueError` with a sentence for an address that can't be."""
        _check_address(url)
        self.limits = limits
        self._url = url.rstrip("/")
        # No session: its cookies, redirects and proxies are none of ours and took longer than the request itself.
        self._adapter = _TimedAdapter()
        self._heard_at: float | None = None  # by `monotonic`
        self.on_received: Callable[[int], None] | None = None  # told of each piece of an answer, by its size

    def send(
        self,
        method: str,
        target: str,
        *,
        body: bytes,
        headers: dict[str, str],
        total_s: float,
        bytes_max: int,
    ) -> Response:
        """Send a request and read its answer. Raises `HqUnreachable`, or `HqUntrusted` for an answer too large."""
        _ends_at.set(monotonic() + total_s)
        try:
            with self._adapter.send(
                _prepared(method, self._url + target, body, headers),
                timeout=(min(self.limits.connect_s, total_s), total_s),
                stream=True,
            ) as answer:
                content = _read(answer.iter_content(CHUNK_BYTES), bytes_max=bytes_max, told=self.on_received)
        except requests.RequestException as problem:
            raise HqUnreachable(type(problem).__name__) from problem
        self._heard_at = monotonic()
        found = answer.headers
        return Response(answer.status_code, found.get("Content-Type", ""), content, found.get("Retry-After"))

    def was_heard(self, *, within_s: float) -> bool:
        """Tell whether whoever is at the other end has answered a request in so many seconds, whatever it said."""
        return self._heard_at is not None and monotonic() - self._heard_at <= within_s

    def close(self) -> None:
        """Let the connection go."""
        self._adapter.close()


def _prepared(method: str, url: str, body: bytes, headers: dict[str, str]) -> requests.PreparedRequest:
    """Return a request as it goes out: nothing of it is guessed or added by the library."""
    request = requests.PreparedRequest()
    request.method, request.url, request.body = method, url, body or None
    request.headers = requests.structures.CaseInsensitiveDict({"Accept-Encoding": "identity", **headers})
    if body:
        request.headers["Content-Length"] = str(len(body))
    return request


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError(f"{url!r} is not the address of a head office")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValueError(
            "head office on another machine must be reached by https, and this address says http"
        )


def _read(chunks: Iterable[bytes], *, bytes_max: int, told: Callable[[int], None] | None = None) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > bytes_max:
            raise HqUntrusted(f"an answer of more than {bytes_max} bytes")
        parts.append(chunk)
        if told is not None:
            told(len(chunk))
    return b"".join(parts)


# When the request of this thread must be over, by `monotonic`. Connections live longer than requests and are made
# deep inside urllib3, which hands nothing of ours down to them.
_ends_at: ContextVar[float] = ContextVar("ends_at")


def _left_s() -> float:
    left_s = _ends_at.get() - monotonic()
    if left_s <= 0:
        raise TimeoutError("the time for this request is over")
    return left_s


class _TimedSocket:
    """A connected socket; what http.client sends and reads through it waits no longer than is left."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def sendall(self, content: bytes) -> None:
        self._socket.settimeout(_left_s())
        self._socket.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedFile(self._socket))


class _TimedFile(io.RawIOBase):
    """What comes in, read by read."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._file = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(_left_s())
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _TimedHttp(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock: Any = _TimedSocket(self.sock)


class _TimedHttps(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock: Any = _TimedSocket(self.sock)


class _TimedHttpPool(HTTPConnectionPool):
    ConnectionCls = _TimedHttp


class _TimedHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedHttps


class _TimedAdapter(HTTPAdapter):
    """Makes requests use the connections above."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _TimedHttpPool, "https": _TimedHttpsPool}
