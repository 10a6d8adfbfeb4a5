"""Pairing.

A text shown at head office, good once and for ten minutes, that turns a program on a shop's PC into its
station.

    TS:P: + Base64url of {"device": "D…", "fp": <SHA-256 of HQ's root key, hex>, "token": <32 characters>,
    "url": "https://…", "v": 1}

The fingerprint lets the station know HQ before it believes anything HQ says; the token lets HQ know the station.
`device` stands there only in a text that gives a known device a new epoch: on another one's machine it is refused.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, insert, select, update

from app.core.canonical import canonical
from app.core.chain import NONCE_SIZE, ChainOwner, genesis
from app.core.keyset import KeyUse
from app.ids import new_number, new_ref, new_secret
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.campaigns.service import newest_document
from hq.faults import NotHere, NotPossible, NotSigned
from hq.home import Hq
from hq.keys import root_fingerprint
from hq.keysets.store import current_kid
from hq.rows import storable
from hq.staff.people import sealed_pepper
from hq.stores.devices import PROTO_KEPT_MAX, DeviceState, end_epoch, former_heads, read_device
from hq.stores.service import read_store
from hq.tables import device, enrol_token
from sync.enrolment_wire import FORMER_MAX, EnrolAnswer, EnrolRequest, EpochHead
from sync.protocol import PUBLIC_KEY_SIZE, enrol_message

PREFIX = "TS:P:"
TOKEN_LENGTH = 32  # of 5 bits each
TOKEN_LIFE_MS = (
    10 * 60_000
)  # long enough to walk to the till, short enough for a photographed screen to be stale
HARDWARE_LENGTH_MAX, SOFTWARE_LENGTH_MAX = 80, 40  # what a device says of itself is cut, not refused
FIRST_EPOCH = 1
EPOCHS_FORGOTTEN_MAX = (
    100  # that HQ believes a machine to have had since the backup that HQ was put back from
)


@dataclass(frozen=True)
class Pairing:
    """The text to show, and until when it is good (UTC milliseconds)."""

    text: str
    expires_ms: int


def new_pairing(
    hq: Hq, *, store_id: str, url: str, is_trusted: bool = True, actor: Actor = SYSTEM
) -> Pairing:
    """Make a pairing text for a new device of a store. `url` is where stations reach this HQ. Raises `NotPossible`.

    Unless it is trusted, a person confirms the machine that comes with it: the text may have been photographed.
    """

    def store_of(connection: Connection) -> str:
        if read_store(connection, store_id) is None or not actor.sees_store(store_id):
            raise NotPossible(f"There is no store {store_id}.")
        return store_id

    return _new_pairing(hq, store_of, device_id=None, url=url, is_trusted=is_trusted, actor=actor)


def new_epoch_pairing(
    hq: Hq, *, device_id: str, url: str, is_trusted: bool = True, actor: Actor = SYSTEM
) -> Pairing:
    """Make a pairing text that gives a device a new epoch and shuts its present one out. Raises `NotHere`."""

    def store_of(connection: Connection) -> str:
        found = read_device(connection, device_id)
        if found is None or not actor.sees_store(found.store):
            raise NotHere(f"There is no device {device_id}.")
        return found.store

    return _new_pairing(hq, store_of, device_id=device_id, url=url, is_trusted=is_trusted, actor=actor)


def _new_pairing(
    hq: Hq,
    store_of: Callable[[Connection], str],
    *,
    device_id: str | None,
    url: str,
    is_trusted: bool,
    actor: Actor,
) -> Pairing:
    with hq.database.atomic() as connection:
        store_id = store_of(connection)
        made = make_pairing(hq, connection, store_id, device_id=device_id, url=url, is_trusted=is_trusted)
        about = f"store:{store_id}" if device_id is None else f"device:{device_id}"
        said = {"is_trusted": is_trusted, "url": url}
        record(connection, actor, "device.pairing_shown", about, now_ms=hq.clock.now_ms(), after=said)
        return made


def make_pairing(
    hq: Hq,
    connection: Connection,
    store_id: str,
    *,
    device_id: str | None,
    url: str,
    is_trusted: bool,
    **asked: str,
) -> Pairing:
    """Make a pairing text; `asked` are the columns that say which station asked for it."""
    token = new_number(TOKEN_LENGTH)
    expires_ms = hq.clock.now_ms() + TOKEN_LIFE_MS
    row = {
        "token_hash": _hash(token),
        "store": store_id,
        "expires_ms": expires_ms,
        "used_ms": None,
        "device": device_id,
        "is_trusted": int(is_trusted),
        **asked,
    }
    connection.execute(insert(enrol_token), row)
    root = current_kid(connection, KeyUse.ROOT)
    content = {"v": 1, "url": url, "token": token, "fp": root_fingerprint(hq.keys, root)}
    if device_id is not None:
        content["device"] = device_id
    packed = urlsafe_b64encode(canonical(content)).decode("ascii").rstrip("=")
    return Pairing(PREFIX + packed, expires_ms)


def enrol(hq: Hq, request: EnrolRequest) -> EnrolAnswer | None:
    """Turn a token into a device; None when the token is unknown, used or too old.

    Raises `NotSigned` where the keys aren't proven. That doesn't use the token up: the one who holds the right keys may
    still come.
    """
    if not _is_proven(request):
        raise NotSigned("The proof is not by the station's key.")
    now_ms = hq.clock.now_ms()
    keyset = newest_document(hq, "keyset")
    with hq.database.atomic() as connection:
        token = _use_token(connection, _hash(request.token), now_ms=now_ms)
        store = None if token is None else read_store(connection, token.store)
        if token is None or store is None:
            return None
        state = DeviceState.ACTIVE if token.is_trusted else DeviceState.WAITING
        owner, nonce = _owner_for(connection, token, request, now_ms=now_ms), new_secret(NONCE_SIZE)
        row = _device_row(request, owner, nonce, store_id=store.store_id, state=state, now_ms=now_ms)
        if token.device is None:
            connection.execute(insert(device), row)
        else:
            connection.execute(update(device).where(device.c.device_id == token.device).values(row))
        used = enrol_token.c.token_hash == _hash(request.token)
        connection.execute(update(enrol_token).where(used).values(paired=owner.device_id))
        said = request.former_epoch, request.former_seq
        former = former_heads(connection, owner.device_id, said=said, limit=FORMER_MAX)
        is_confirmed = state is DeviceState.ACTIVE
        pepper = sealed_pepper(hq, connection, owner.device_id) if is_confirmed else None
    return EnrolAnswer(
        device_id=owner.device_id,
        epoch=owner.epoch,
        store=store,
        nonce=nonce,
        keyset=keyset,
        hq_incarnation=hq.incarnation,
        is_confirmed=is_confirmed,
        former=[EpochHead(epoch=epoch, seq=head.seq, hash=head.hash) for epoch, head in former],
        pepper=pepper or b"",
    )


def _owner_for(connection: Connection, token: "_Token", request: EnrolRequest, *, now_ms: int) -> ChainOwner:
    """Return who comes with a token: a new device, or a known one in its next epoch. The one before has then ended.

    An HQ that was put back may know of fewer epochs than the machine has had: none of them is given twice.
    """
    if token.device is None:
        return ChainOwner("D" + new_ref(), FIRST_EPOCH)
    present = read_device(connection, token.device, for_update=True)
    assert present is not None, "a device is never deleted"
    end_epoch(connection, token.device, now_ms=now_ms)
    epoch = present.owner.epoch
    if epoch < request.former_epoch <= epoch + EPOCHS_FORGOTTEN_MAX:
        epoch = request.former_epoch
    return ChainOwner(token.device, epoch + 1)


def _is_proven(request: EnrolRequest) -> bool:
    if len(request.sign_pub) != PUBLIC_KEY_SIZE or len(request.box_pub) != PUBLIC_KEY_SIZE:
        return False
    if not request.token.isascii():
        return False
    message = enrol_message(token=request.token, sign_pub=request.sign_pub, box_pub=request.box_pub)
    try:
        Ed25519PublicKey.from_public_bytes(request.sign_pub).verify(request.proof, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class _Token:
    """What a good token stands for."""

    store: str
    device: str | None
    is_trusted: bool


def _use_token(connection: Connection, token_hash: str, *, now_ms: int) -> _Token | None:
    """Mark a good token as used and return what it stands for, else None. Of two at once, one gets it."""
    used = connection.execute(
        update(enrol_token)
        .where(
            enrol_token.c.token_hash == token_hash,
            enrol_token.c.used_ms.is_(None),
            enrol_token.c.expires_ms > now_ms,
        )
        .values(used_ms=now_ms)
    )
    if used.rowcount != 1:
        return None
    row = connection.execute(select(enrol_token).where(enrol_token.c.token_hash == token_hash)).one()
    return _Token(row.store, row.device, bool(row.is_trusted))


def _device_row(
    request: EnrolRequest, owner: ChainOwner, nonce: bytes, *, store_id: str, state: DeviceState, now_ms: int
) -> dict[str, object]:
    return {
        "device_id": owner.device_id,
        "store": store_id,
        "epoch": owner.epoch,
        "state": state.value,
        "sign_pub": request.sign_pub,
        "box_pub": request.box_pub,
        "nonce": nonce,
        "head_seq": 0,
        "head_hash": genesis(owner, nonce).hash,
        "enrolled_ms": now_ms,
        "last_seen_ms": now_ms,
        "pull_cursor": 0,
        "program_version": 0,
        "stops_version": 0,
        "behind": 0,
        "behind_since_ms": 0,
        "clock_skew_ms": 0,
        "rows_skipped": 0,
        "proto": min(max(request.proto, 0), PROTO_KEPT_MAX),
        "hw": storable(request.hw)[:HARDWARE_LENGTH_MAX],
        "sw": storable(request.sw)[:SOFTWARE_LENGTH_MAX],
        "name": storable(request.name)[:HARDWARE_LENGTH_MAX],
        "wipe": 0,
        "wiped_ms": None,
        "written_off_ms": None,
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
