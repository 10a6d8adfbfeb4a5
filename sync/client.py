"""HQ over HTTP: `HttpHq` does what `HqProtocol` says, signs every request, maps every fault. Alone uses requests.

Time budgets are total: connecting, waiting and reading together. Answers have size limits, and what isn't HQ's own kind
of answer (a login page of a hotel network, a redirect) counts as no network.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from time import monotonic
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson
import requests
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ValidationError

from app.clock import Clock
from app.ids import new_id
from sync.faults import HqBusy, HqFault, HqRefused, HqUnreachable, HqUntrusted
from sync.protocol import (
    CHANGES_ROWS_MAX,
    SIGNATURE_HEADER,
    Changes,
    EnrolAnswer,
    EnrolRequest,
    Health,
    Manifest,
    MustRefetch,
    PushAnswer,
    PushRefusal,
    PushRequest,
    SignedDocument,
    request_message,
)

CONNECT_S = 3.0  # a reachable HQ answers a connection well within it, even over a satellite
TOTAL_S = 30.0  # a full batch over the slowest line we serve (64 kbit/s, compressed)
SNAPSHOT_S = 600.0  # a hundred thousand members over a slow line
ANSWER_BYTES_MAX = 16 << 20
SNAPSHOT_BYTES_MAX = 512 << 20
CHUNK_BYTES = 64 << 10
LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}
RETRY_AFTER_DEFAULT_S = 10
RETRY_AFTER_MAX_S = 300
HTTP_OK = 200
HTTP_UNAUTHORIZED = 401
HTTP_NOT_FOUND = 404
HTTP_GONE = 410
HTTP_TOO_MANY, HTTP_UNAVAILABLE = 429, 503

Model = TypeVar("Model", bound=BaseModel)


class DeviceSigner:
    """Signs a device's requests: method, target, body, device, epoch, time and a nonce."""

    def __init__(self, *, device_id: str, epoch: int, key: Ed25519PrivateKey, clock: Clock) -> None:
        """Sign with the device's own key."""
        self.device_id = device_id
        self._epoch = epoch
        self._key = key
        self._clock = clock

    def header(self, *, method: str, target: str, body: bytes) -> str:
        """Return the value of the signature header."""
        time_ms, nonce = self._clock.now_ms(), new_id()
        message = request_message(
            method=method,
            target=target,
            body_sha256=hashlib.sha256(body).digest(),
            device_id=self.device_id,
            epoch=self._epoch,
            time_ms=time_ms,
            nonce=nonce,
        )
        signature = b64encode(self._key.sign(message)).decode("ascii")
        return f"device={self.device_id};epoch={self._epoch};time={time_ms};nonce={nonce};sig={signature}"


class HttpHq:
    """HQ at a URL, for one enrolled device."""

    def __init__(self, url: str, signer: DeviceSigner) -> None:
        """Keep one session; nothing is sent yet. Raises `ValueError` for plain http to another machine."""
        self._line = _Line(url)
        self._signer = signer

    def health(self) -> Health:
        """See `HqProtocol.health`."""
        return _parsed(Health, self._send("GET", "/v1/health"))

    def push(self, request: PushRequest) -> PushAnswer | PushRefusal:
        """See `HqProtocol.push`."""
        body = zstandard.compress(request.model_dump_json().encode("utf-8"))
        response = self._send("POST", f"/v1/devices/{self._signer.device_id}/journal", body)
        refusal = _push_refusal(response)
        return refusal if refusal is not None else _parsed(PushAnswer, response)

    def document(self, kind: Literal["program", "keyset"]) -> SignedDocument:
        """See `HqProtocol.document`."""
        return _parsed(SignedDocument, self._send("GET", f"/v1/sync/document/{kind}"))

    def manifest(self) -> Manifest:
        """See `HqProtocol.manifest`."""
        return _parsed(Manifest, self._send("GET", "/v1/sync/manifest"))

    def snapshot(self, name: str) -> bytes:
        """See `HqProtocol.snapshot`."""
        response = self._send(
            "GET", f"/v1/sync/snapshot/{name}", total_s=SNAPSHOT_S, bytes_max=SNAPSHOT_BYTES_MAX
        )
        return response.succeeded().body

    def changes(self, *, cursor: int, set_id: str, limit: int = CHANGES_ROWS_MAX) -> Changes | MustRefetch:
        """See `HqProtocol.changes`."""
        query = urlencode({"cursor": cursor, "set_id": set_id, "limit": limit})
        response = self._send("GET", f"/v1/sync/changes?{query}")
        if response.status == HTTP_GONE:
            return MustRefetch(set_id=str(response.problem().get("set_id", "")))
        return _parsed(Changes, response)

    def close(self) -> None:
        """Let the connection go."""
        self._line.close()

    def _send(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        total_s: float = TOTAL_S,
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> "_Response":
        headers = {SIGNATURE_HEADER: self._signer.header(method=method, target=target, body=body)}
        if body:
            headers |= {"Content-Type": "application/json", "Content-Encoding": "zstd"}
        return self._line.send(
            method, target, body=body, headers=headers, total_s=total_s, bytes_max=bytes_max
        )


class HttpEnrolment:
    """The one call of a device that has no identity yet."""

    def __init__(self, url: str) -> None:
        """Keep one session; nothing is sent yet."""
        self._line = _Line(url)

    def enrol(self, request: EnrolRequest) -> EnrolAnswer | None:
        """See `EnrolProtocol.enrol`."""
        response = self._line.send(
            "POST",
            "/v1/enrol",
            body=request.model_dump_json().encode("utf-8"),
            headers={"Content-Type": "application/json"},
            total_s=TOTAL_S,
            bytes_max=ANSWER_BYTES_MAX,
        )
        if response.status in (HTTP_NOT_FOUND, HTTP_GONE, HTTP_UNAUTHORIZED):
            return None
        return _parsed(EnrolAnswer, response)


class _Response:
    """A status and a body, read whole within the limits."""

    def __init__(self, status: int, content_type: str, body: bytes, retry_after: str | None) -> None:
        self.status = status
        self.content_type = content_type
        self.body = body
        self._retry_after = retry_after

    def succeeded(self) -> "_Response":
        """Return itself, or raise the fault that the status stands for."""
        if self.status == HTTP_OK:
            return self
        raise self.fault()

    def fault(self) -> HqFault:
        """Return the fault that a status other than 200 stands for."""
        if self.status in (HTTP_TOO_MANY, HTTP_UNAVAILABLE):
            return HqBusy(f"status {self.status}", retry_after_s=self._retry_after_s())
        if self.content_type == "application/problem+json" and self.status < 500:
            return HqRefused(f"status {self.status}: {self.problem().get('detail', '')}")
        return HqUnreachable(f"status {self.status}, {self.content_type}")

    def problem(self) -> dict[str, Any]:
        """Return a problem document (RFC 9457), empty when there is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    def _retry_after_s(self) -> int:
        text = self._retry_after or ""
        return min(int(text), RETRY_AFTER_MAX_S) if text.isdecimal() else RETRY_AFTER_DEFAULT_S


class _Line:
    """A session with one HQ: sends, reads within time and size, and knows nothing of what is said."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not the address of a head office")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("head office on another machine must be reached by https")
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = (
            False  # reading proxy variables and netrc costs more than a request on loopback
        )

    def send(
        self,
        method: str,
        target: str,
        *,
        body: bytes,
        headers: dict[str, str],
        total_s: float,
        bytes_max: int,
    ) -> _Response:
        deadline = monotonic() + total_s
        try:
            with self._session.request(
                method,
                self._url + target,
                data=body or None,
                headers={"Accept-Encoding": "identity", **headers},
                timeout=(min(CONNECT_S, total_s), total_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = _read(answer.iter_content(CHUNK_BYTES), deadline=deadline, bytes_max=bytes_max)
        except requests.RequestException as problem:
            raise HqUnreachable(type(problem).__name__) from problem
        content_type = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
        return _Response(answer.status_code, content_type, content, answer.headers.get("Retry-After"))

    def close(self) -> None:
        self._session.close()


def _read(chunks: Any, *, deadline: float, bytes_max: int, now: Callable[[], float] = monotonic) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > bytes_max:
            raise HqUntrusted(f"an answer of more than {bytes_max} bytes")
        if now() > deadline:
            raise HqUnreachable("the answer took too long")
    return b"".join(parts)


def _push_refusal(response: _Response) -> PushRefusal | None:
    if response.status == HTTP_OK or response.content_type != "application/problem+json":
        return None
    problem = response.problem()
    if "kind" not in problem:
        return None
    try:
        return PushRefusal.model_validate(problem)
    except ValidationError as mismatch:
        raise HqUntrusted("a refusal in a form we do not know") from mismatch


def _parsed(model: type[Model], response: _Response) -> Model:
    response.succeeded()
    if response.content_type != "application/json":
        raise HqUnreachable(f"an answer of type {response.content_type!r} is not HQ's")
    try:
        return model.model_validate_json(response.body)
    except ValidationError as mismatch:
        raise HqUntrusted("an answer in a form we do not know") from mismatch
