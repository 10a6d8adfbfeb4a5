"""Becoming a station: from the pairing text that HQ shows to a store with keys, identity and HQ's set of keys.

The pairing text `TS:P:` + Base64url of `{"v": 1, "url": …, "token": …, "fp": …}` carries the fingerprint of HQ's
root key, and in `device` whom it is for, if that is a device that HQ knows already. Whoever answers is asked for HQ's
set of keys first, and gets the token only if that root key signed it: a text that is wrong, or an address that leads
elsewhere, uses nothing up. Limit: the set of keys is public, so whoever can alter the line may show it too; they get a
token for a store, never a key or a station's trust.
"""

import hashlib
import platform
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson

from app.clock import Clock
from app.core.keyset import KeySetInvalid, KeyState, KeyUse, read_keyset
from app.core.salvaged import DEVICE_ID
from app.core.standing import Standing
from app.ids import new_secret
from app.station.keyset import KEYSET
from app.store.creating import create_store
from app.store.db import KEY_SIZE
from app.store.device import Device
from app.store.faults import StoreReadOnly
from app.store.keystore import KeyStore, StationKeys, check_key_store, make_keys
from app.store.store import StationStore
from sync.client import HttpEnrolment
from sync.enrolment_wire import EnrolAnswer, EnrolProtocol, EnrolRequest
from sync.faults import HqUntrusted
from sync.pepper import keep_sealed
from sync.protocol import SignedDocument, enrol_message
from sync.syncer import SOFTWARE
from sync.trust import check_keyset

PREFIX = "TS:P:"
PAIRING_VERSION = 1
TEXT_LENGTH_MAX = 2_000  # ours have about 250 characters; a QR code holds no more than this
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
DAMAGED = "This pairing code is damaged. Show it again at head office."
NOT_THAT_HQ = (
    "Whoever answered is not the head office that this pairing code names. "
    "Nothing was used up; ask head office for a new code."
)


class PairingInvalid(ValueError):
    """A pairing text that can't be used; the message can be shown."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a pairing text says: HQ's address, a one-time token and the fingerprint (hex SHA-256) of HQ's root key.

    `device_id` is the known device that it gives a new epoch; None for a new station.
    """

    url: str
    token: str
    fingerprint: str
    device_id: str | None = None
    name: str = ""  # under which people at HQ will see this machine; "" for what the computer calls itself


@dataclass(frozen=True, slots=True)
class Records:
    """The records that lie on a machine already, if any: their epoch, and the entry up to which HQ should hold them.

    `check` gets HQ's set of keys, and may raise `PairingInvalid` while nothing is used up yet.
    """

    epoch: int = 0
    held_seq: int = 0
    check: Callable[[SignedDocument], object] = lambda keyset: None


def read_pairing(text: str) -> Pairing:
    """Read a pairing text. Raises `PairingInvalid`."""
    text = text.strip()
    if not text.startswith(PREFIX):
        raise PairingInvalid("This is not a pairing code. Ask head office for one.")
    if len(text) > TEXT_LENGTH_MAX:
        raise PairingInvalid(DAMAGED)
    packed = text.removeprefix(PREFIX)
    try:
        found = orjson.loads(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        is_known = found["v"] == PAIRING_VERSION
    except (ValueError, KeyError, TypeError) as problem:  # bad Base64 and bad JSON are ValueErrors
        raise PairingInvalid(DAMAGED) from problem
    if not is_known:
        raise PairingInvalid("This pairing code is for another version of this program.")
    parts = [found.get(name) for name in ("url", "token", "fp")]
    if not all(type(part) is str and part.isascii() for part in parts) or not FINGERPRINT.fullmatch(parts[2]):
        raise PairingInvalid(DAMAGED)
    device_id = found.get("device")
    if device_id is not None and not (type(device_id) is str and DEVICE_ID.fullmatch(device_id)):
        raise PairingInvalid(DAMAGED)
    url, token, fingerprint = parts
    return Pairing(url, token, fingerprint, device_id)


def enrol_station(
    pairing: Pairing,
    *,
    folder: Path,
    key_store: KeyStore,
    key_store_kind: str,
    clock: Clock,
    connect: Callable[[str], EnrolProtocol] = HttpEnrolment,
    on_waiting: Callable[[], object] = lambda: None,
) -> Device:
    """Enrol this machine and lay out its store. Raises `PairingInvalid`, `HqFault` or `StoreFault`.

    `on_waiting` is called if a person at HQ has to confirm the machine first.
    """
    device, _ = take_up(
        pairing,
        folder=folder,
        key_store=key_store,
        key_store_kind=key_store_kind,
        clock=clock,
        connect=connect,
        on_waiting=on_waiting,
    )
    return device


def take_up(
    pairing: Pairing,
    *,
    folder: Path,
    key_store: KeyStore,
    key_store_kind: str,
    clock: Clock,
    connect: Callable[[str], EnrolProtocol],
    on_waiting: Callable[[], object],
    records: Records = Records(),
) -> tuple[Device, EnrolAnswer]:
    """Do what `enrol_station` does on a machine that has records already, and return what HQ said too."""
    if folder.exists() and any(folder.iterdir()):
        raise StoreReadOnly(f"{folder} is not empty")  # said before the code is used up
    check_key_store(key_store)  # before the token is used up
    keys = make_keys(new_secret(KEY_SIZE))
    hq = _connected(pairing.url, connect)
    records.check(_check_hq(hq, pairing))
    answer = hq.enrol(_request(pairing.token, keys, records=records, name=pairing.name))
    if answer is None:
        raise PairingInvalid(
            "This pairing code was used before or is too old. Ask head office for a new one."
        )
    device = _device(pairing, answer)
    create_store(folder, device=device, keys=keys, key_store=key_store, key_store_kind=key_store_kind)
    store = StationStore(folder, key_store=key_store, clock=clock)
    try:
        _keep_keyset(store, answer.keyset)
        if answer.pepper:
            keep_sealed(store, answer.pepper)
        if not answer.is_confirmed:
            store.set_standing(Standing.NOT_CONFIRMED)
            on_waiting()
    finally:
        store.close()
    return device, answer


def _connected(url: str, connect: Callable[[str], EnrolProtocol]) -> EnrolProtocol:
    try:
        return connect(url)
    except ValueError as problem:
        raise PairingInvalid(
            f"This pairing code can't be used: {problem}. Ask head office for a new one."
        ) from problem


def _check_hq(hq: EnrolProtocol, pairing: Pairing) -> SignedDocument:
    """Make sure that it is the HQ that the text is from, before the token is shown and used up. Returns its keys."""
    try:
        keyset = hq.keyset()
        _root_key(pairing.fingerprint, keyset)
    except HqUntrusted as problem:
        raise PairingInvalid(NOT_THAT_HQ) from problem
    return keyset


def _request(token: str, keys: StationKeys, *, records: Records, name: str) -> EnrolRequest:
    sign_pub = keys.sign.public_key().public_bytes_raw()
    box_pub = keys.box.public_key().public_bytes_raw()
    proof = keys.sign.sign(enrol_message(token=token, sign_pub=sign_pub, box_pub=box_pub))
    return EnrolRequest(
        token=token,
        sign_pub=sign_pub,
        box_pub=box_pub,
        proof=proof,
        hw=platform.machine(),
        sw=SOFTWARE,
        name=name or platform.node(),
        former_epoch=records.epoch,
        former_seq=records.held_seq,
    )


def _device(pairing: Pairing, answer: EnrolAnswer) -> Device:
    return Device(
        device_id=answer.device_id,
        epoch=answer.epoch,
        nonce=answer.nonce,
        store_id=answer.store.store_id,
        store_name=answer.store.name,
        time_zone=answer.store.time_zone,
        currency=answer.store.currency,
        hq_url=pairing.url,
        hq_incarnation=answer.hq_incarnation,
        root_key=_root_key(pairing.fingerprint, answer.keyset),
    )


def _root_key(fingerprint: str, keyset: SignedDocument) -> bytes:
    """Return the root key if it is the one that the pairing text named and it signed the set of keys."""
    public = _named_key(fingerprint, keyset.body)
    check_keyset(keyset, root=public)
    return public


def _named_key(fingerprint: str, body: bytes) -> bytes:
    """Return the good root key with this fingerprint. One that was replaced is not to be believed any more."""
    try:
        roots = read_keyset(body).of(KeyUse.ROOT, KeyState.GOOD).values()
    except KeySetInvalid as problem:
        raise HqUntrusted("whoever answered sent no set of keys") from problem
    for root in roots:
        if hashlib.sha256(root.public).hexdigest() == fingerprint:
            return root.public
    raise HqUntrusted("whoever answered does not hold the key that the pairing code names")


def _keep_keyset(store: StationStore, keyset: SignedDocument) -> None:
    with store.atomic():
        store.versions.note(KEYSET, keyset.version, signer=keyset.kid)
    with store.replica_atomic():
        store.replica.put_document(
            kind=keyset.kind, version=keyset.version, kid=keyset.kid, signature=keyset.sig, body=keyset.body
        )
