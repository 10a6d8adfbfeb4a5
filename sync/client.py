"""HQ over HTTP: `HttpHq` does what `HqProtocol` says, signs every request, and tells refusals from faults."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import DecodeError, ValidationError, convert
from msgspec.json import Decoder, encode

from app.clock import Clock
from app.ids import new_id
from sync.authority_wire import AuthorizeAnswer, AuthorizeRequest, LeaseAnswer, LeaseRequest
from sync.day_wire import StoreDay
from sync.devices_wire import PairingAnswer, PairingRequest, StoreDevices
from sync.enrolment_wire import EnrolAnswer, EnrolRequest
from sync.faults import HqUntrusted
from sync.line import HTTP_OK, JSON, Limits, Line, Response
from sync.protocol import (
    CHANGES_ROWS_MAX,
    SIGNATURE_HEADER,
    Changes,
    DocumentKind,
    Health,
    MustRefetch,
    PushAnswer,
    PushRefusal,
    PushRequest,
    SealedPepper,
    SignedDocument,
    SignedManifest,
    Wire,
    request_message,
)
from sync.rows import read_page

HTTP_UNAUTHORIZED = 401
HTTP_GONE = 410
SNAPSHOT_TYPE = "application/zstd"

Model = TypeVar("Model", bound=Wire)


class DeviceSigner:
    """Signs a device's requests: method, target, body, device, epoch, time and a nonce."""

    def __init__(self, *, device_id: str, epoch: int, key: Ed25519PrivateKey, clock: Clock) -> None:
        """Sign with the device's own key."""
        self.device_id = device_id
        self._epoch = epoch
        self._key = key
        self._clock = clock
        self._hq_began_ms: int | None = None  # HQ's time when our boot clock stood at 0, once HQ has said so

    def go_by(self, hq_time_ms: int) -> None:
        """Sign with HQ's time from now on: a station whose clock is wrong must still upload."""
        self._hq_began_ms = hq_time_ms - self._clock.boot_ms()

    def header(self, *, method: str, target: str, body: bytes) -> str:
        """Return the value of the signature header."""
        time_ms, nonce = self._now_ms(), new_id()
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

    def _now_ms(self) -> int:
        began_ms = self._hq_began_ms
        return self._clock.now_ms() if began_ms is None else began_ms + self._clock.boot_ms()


class HttpHq:
    """HQ at the end of a line, for one enrolled device."""

    def __init__(self, line: Line, signer: DeviceSigner) -> None:
        """Speak over `line`; nothing is sent yet."""
        self._line = line
        self._signer = signer
        self.on_received: Callable[[int], None] | None = (
            None  # of a snapshot: the size of each piece that came
        )

    def health(self) -> Health:
        """See `HqProtocol.health`."""
        return _parsed(Health, self._send("GET", "/v1/health"))

    def push(self, request: PushRequest) -> PushAnswer | PushRefusal:
        """See `HqProtocol.push`."""
        body = zstandard.compress(encode(request))
        response = self._send("POST", f"/v1/devices/{self._signer.device_id}/journal", body)
        refusal = _push_refusal(response)
        return refusal if refusal is not None else _parsed(PushAnswer, response)

    def document(self, kind: DocumentKind) -> SignedDocument:
        """See `HqProtocol.document`."""
        target, limits = f"/v1/sync/document/{kind}", self._line.limits
        return _parsed(SignedDocument, self._send("GET", target, total_s=limits.document_s))

    def keyset(self, version: int) -> SignedDocument:
        """See `HqProtocol.keyset`."""
        return _parsed(SignedDocument, self._send("GET", f"/v1/keyset?version={version}"))

    def manifest(self) -> SignedManifest:
        """See `HqProtocol.manifest`."""
        return _parsed(SignedManifest, self._send("GET", "/v1/sync/manifest"))

    def snapshot(self, name: str) -> bytes:
        """See `HqProtocol.snapshot`."""
        limits = self._line.limits
        self._line.on_received = self.on_received
        try:
            response = self._send(
                "GET",
                f"/v1/sync/snapshot/{name}",
                total_s=limits.snapshot_s,
                bytes_max=limits.snapshot_bytes_max,
            )
        finally:
            self._line.on_received = None
        return response.content(SNAPSHOT_TYPE)

    def pepper(self) -> SealedPepper:
        """See `HqProtocol.pepper`."""
        return _parsed(SealedPepper, self._send("GET", "/v1/sync/pepper"))

    def authorize(self, request: AuthorizeRequest) -> AuthorizeAnswer:
        """See `AuthorityProtocol.authorize`."""
        body = zstandard.compress(encode(request))
        return _parsed(
            AuthorizeAnswer, self._send("POST", f"/v1/devices/{self._signer.device_id}/authorize", body)
        )

    def changes(self, *, cursor: int, set_id: str, limit: int = CHANGES_ROWS_MAX) -> Changes | MustRefetch:
        """See `HqProtocol.changes`."""
        query = urlencode({"cursor": cursor, "set_id": set_id, "limit": limit})
        response = self._send("GET", f"/v1/sync/changes?{query}")
        if response.status == HTTP_GONE and response.is_problem:
            return MustRefetch(set_id=str(response.problem().get("set_id", "")))
        return _readable(read_page, response)

    def leases(self, request: LeaseRequest) -> LeaseAnswer:
        """See `AuthorityProtocol.leases`."""
        body = zstandard.compress(encode(request))
        return _parsed(LeaseAnswer, self._send("POST", f"/v1/devices/{self._signer.device_id}/leases", body))

    def devices(self) -> StoreDevices:
        """See `DevicesProtocol.devices`."""
        return _parsed(StoreDevices, self._send("GET", "/v1/sync/devices"))

    def store_day(self, day: str) -> StoreDay:
        """See `DayProtocol.store_day`."""
        return _parsed(StoreDay, self._send("GET", f"/v1/sync/day?{urlencode({'day': day})}"))

    def pairing(self, request: PairingRequest) -> PairingAnswer:
        """See `DevicesProtocol.pairing`."""
        body = zstandard.compress(encode(request))
        return _parsed(
            PairingAnswer, self._send("POST", f"/v1/devices/{self._signer.device_id}/pairings", body)
        )

    def close(self) -> None:
        """Let the connection go."""
        self._line.close()

    def _send(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        total_s: float | None = None,
        bytes_max: int | None = None,
    ) -> Response:
        """Send a signed request; a second time by HQ's clock when HQ says that ours was the trouble."""
        limits = self._line.limits
        for is_last in (False, True):
            headers = {SIGNATURE_HEADER: self._signer.header(method=method, target=target, body=body)}
            if body:
                headers |= {"Content-Type": JSON, "Content-Encoding": "zstd"}
            response = self._line.send(
                method,
                target,
                body=body,
                headers=headers,
                total_s=total_s or limits.total_s,
                bytes_max=bytes_max or limits.answer_bytes_max,
            )
            hq_time_ms = _time_of_refusal(response)
            if is_last or hq_time_ms is None:
                break
            self._signer.go_by(hq_time_ms)
        return response


class HttpEnrolment:
    """The calls of a device that has no identity yet (`EnrolProtocol`)."""

    def __init__(self, url: str, *, limits: Limits = Limits()) -> None:  # noqa: B008 frozen
        """Keep no connection: nobody may come back. Raises `ValueError` for plain http to another machine."""
        self._line = Line(url, limits=limits)

    def keyset(self) -> SignedDocument:
        """See `EnrolProtocol.keyset`."""
        return _parsed(SignedDocument, self._send("GET", "/v1/keyset"))

    def enrol(self, request: EnrolRequest) -> EnrolAnswer | None:
        """See `EnrolProtocol.enrol`."""
        response = self._send("POST", "/v1/enrol", encode(request))
        if response.status == HTTP_GONE and response.is_problem:
            return None
        return _parsed(EnrolAnswer, response)

    def _send(self, method: str, target: str, body: bytes = b"") -> Response:
        limits = self._line.limits
        try:
            return self._line.send(
                method,
                target,
                body=body,
                headers={"Content-Type": JSON} if body else {},
                total_s=limits.total_s,
                bytes_max=limits.answer_bytes_max,
            )
        finally:
            self._line.close()


def _time_of_refusal(response: Response) -> int | None:
    """Return HQ's time where it refused a request because of ours."""
    if response.status != HTTP_UNAUTHORIZED:
        return None
    time_ms = response.problem().get("time_ms")
    return time_ms if type(time_ms) is int and time_ms > 0 else None


def _push_refusal(response: Response) -> PushRefusal | None:
    problem = response.problem()
    if response.status == HTTP_OK or "kind" not in problem:
        return None
    try:
        return convert(problem, PushRefusal)
    except ValidationError as mismatch:
        raise HqUntrusted("a refusal in a form we do not know") from mismatch


def _parsed(model: type[Model], response: Response) -> Model:
    return _readable(Decoder(model).decode, response)


def _readable(read: Callable[[bytes], Model], response: Response) -> Model:
    try:
        return read(response.content(JSON))
    except (DecodeError, UnicodeDecodeError, RecursionError) as mismatch:  # the last: nested too deep
        raise HqUntrusted("an answer in a form we do not know") from mismatch
