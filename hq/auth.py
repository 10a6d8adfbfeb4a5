"""Who is asking: the signature that every request of a device carries, its time, and that it comes only once.

    Tillside-Signature: device=…;epoch=…;time=<ms>;nonce=…;sig=<base64>

signs method, path with query, and the SHA-256 of the body as sent. A nonce counts once for as long as its time is
inside the window, in whichever of HQ's processes it comes (nonces.py).
"""

from base64 import b64decode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.canonical import INTEGER_MAX
from hq.clock import FollowingClock
from hq.faults import NotSigned, UnknownDevice
from hq.home import Hq
from hq.nonces import Nonces
from hq.stores.devices import read_device, read_epoch
from sync.protocol import CLOCK_WINDOW_MS, request_message

HEADER_LENGTH_MAX = 400  # ours have about 220 characters
NONCE_LENGTH_MAX = 64
KEYS_KEPT_MAX = 10_000
EPOCH_END = 1 << 31  # what the column of epochs holds
PARTS = ("device", "epoch", "time", "nonce", "sig")


@dataclass(frozen=True, slots=True)
class SignedHeader:
    """The header, read."""

    device_id: str
    epoch: int
    time_ms: int
    nonce: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What was signed beside the header: `target` is the path with its query, `body_sha256` of the bytes as sent."""

    method: str
    target: str
    body_sha256: bytes


def read_header(text: str | None) -> SignedHeader:
    """Read the signature header. Raises `NotSigned`."""
    if not text:
        raise NotSigned("The request carries no signature.")
    pairs = dict(part.partition("=")[::2] for part in text[: HEADER_LENGTH_MAX + 1].split(";"))
    try:
        device, epoch, time, nonce, signature = (pairs[name] for name in PARTS)
        header = SignedHeader(device, int(epoch), int(time), nonce, b64decode(signature, validate=True))
    except (KeyError, ValueError) as problem:
        raise NotSigned("The request's signature can't be read.") from problem
    is_sound = len(text) <= HEADER_LENGTH_MAX and 0 < len(nonce) <= NONCE_LENGTH_MAX
    if not is_sound or not 0 <= header.time_ms <= INTEGER_MAX or not 0 < header.epoch < EPOCH_END:
        raise NotSigned("The request's signature can't be read.")
    return header


class Gate:
    """Lets signed requests in."""

    def __init__(self, hq: Hq) -> None:
        """Check against this HQ's devices and clock."""
        self._hq = hq
        self._nonces = Nonces(hq.database)
        self._keys: dict[tuple[str, int], Ed25519PublicKey] = {}

    def admit(self, header: SignedHeader, asked: Asked) -> None:
        """Make sure the device named in `header` signed what was asked, now and for the first time.

        Raises `NotSigned`.
        """
        _check_signature(self._key_of(header.device_id, header.epoch), header, asked)
        clock, window_ms = self._hq.clock, CLOCK_WINDOW_MS
        if isinstance(clock, FollowingClock):
            clock.follow(header.time_ms)
            window_ms = clock.window_ms
        now_ms = clock.now_ms()
        if abs(header.time_ms - now_ms) > window_ms:
            minutes = abs(header.time_ms - now_ms) // 60_000
            sentence = f"The device's clock is {minutes} minutes away from HQ's. Sign with HQ's time."
            raise NotSigned(sentence, time_ms=now_ms)
        self._nonces.take(header.device_id, header.nonce, time_ms=header.time_ms, now_ms=now_ms)

    def _key_of(self, device_id: str, epoch: int) -> Ed25519PublicKey:
        """Return the key of a device's epoch, which never changes. Who may still ask is for the services to say."""
        key = self._keys.get((device_id, epoch))
        if key is None:
            with self._hq.database.reading() as connection:
                present = read_device(connection, device_id)
                device = None if present is None else read_epoch(connection, present, epoch)
            if device is None:
                raise UnknownDevice(f"There is no device {device_id}.")
            if len(self._keys) >= KEYS_KEPT_MAX:
                self._keys.clear()
            key = self._keys[device_id, epoch] = device.key
        return key


def _check_signature(key: Ed25519PublicKey, header: SignedHeader, asked: Asked) -> None:
    message = request_message(
        method=asked.method,
        target=asked.target,
        body_sha256=asked.body_sha256,
        device_id=header.device_id,
        epoch=header.epoch,
        time_ms=header.time_ms,
        nonce=header.nonce,
    )
    try:
        key.verify(header.signature, message)
    except InvalidSignature as problem:
        raise NotSigned("The signature does not belong to this request and device.") from problem
