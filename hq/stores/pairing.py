"""Pairing.

A text shown at head office, good once and for ten minutes, that turns a program on a shop's PC into its
station.

    TS:P: + Base64url of {"fp": <SHA-256 of HQ's root key, hex>, "token": <32 characters>, "url": "https://…",
    "v": 1}

The fingerprint lets the station know HQ before it believes anything HQ says; the token lets HQ know the station.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, insert, select, update

from app.core.canonical import canonical
from app.core.chain import NONCE_SIZE, ChainOwner, genesis
from app.ids import new_number, new_ref, new_secret
from hq.campaigns.service import newest_document
from hq.faults import NotPossible
from hq.home import Hq
from hq.keys import root_fingerprint
from hq.rows import storable
from hq.stores.devices import ACTIVE
from hq.stores.service import read_store
from hq.tables import device, enrol_token
from sync.protocol import EnrolAnswer, EnrolRequest, enrol_message

PREFIX = "TS:P:"
TOKEN_LENGTH = 32  # of 5 bits each
TOKEN_LIFE_MS = (
    10 * 60_000
)  # long enough to walk to the till, short enough for a photographed screen to be stale
PUBLIC_KEY_SIZE = 32
HARDWARE_LENGTH_MAX, SOFTWARE_LENGTH_MAX = 80, 40  # what a device says of itself is cut, not refused
FIRST_EPOCH = 1


@dataclass(frozen=True)
class Pairing:
    """The text to show, and until when it is good (UTC milliseconds)."""

    text: str
    expires_ms: int


def new_pairing(hq: Hq, *, store_id: str, url: str) -> Pairing:
    """Make a pairing text for a store. `url` is where stations reach this HQ. Raises `NotPossible`."""
    token = new_number(TOKEN_LENGTH)
    expires_ms = hq.clock.now_ms() + TOKEN_LIFE_MS
    with hq.database.atomic() as connection:
        if read_store(connection, store_id) is None:
            raise NotPossible(f"There is no store {store_id}.")
        row = {"token_hash": _hash(token), "store": store_id, "expires_ms": expires_ms, "used_ms": None}
        connection.execute(insert(enrol_token), row)
    content = {"v": 1, "url": url, "token": token, "fp": root_fingerprint(hq.keys)}
    packed = urlsafe_b64encode(canonical(content)).decode("ascii").rstrip("=")
    return Pairing(PREFIX + packed, expires_ms)


def enrol(hq: Hq, request: EnrolRequest) -> EnrolAnswer | None:
    """Turn a token into a device; None when the token is unknown, used or too old, or the keys aren't proven.

    A wrong proof doesn't use the token up: the one who holds the right keys may still come.
    """
    if not _is_proven(request):
        return None
    now_ms = hq.clock.now_ms()
    keyset = newest_document(hq, "keyset")
    with hq.database.atomic() as connection:
        store_id = _use_token(connection, _hash(request.token), now_ms=now_ms)
        store = None if store_id is None else read_store(connection, store_id)
        if store is None:
            return None
        owner, nonce = ChainOwner("D" + new_ref(), FIRST_EPOCH), new_secret(NONCE_SIZE)
        row = _device_row(request, owner, nonce, store_id=store.store_id, now_ms=now_ms)
        connection.execute(insert(device), row)
    return EnrolAnswer(
        device_id=owner.device_id,
        epoch=owner.epoch,
        store=store,
        nonce=nonce,
        keyset=keyset,
        hq_incarnation=hq.incarnation,
    )


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


def _use_token(connection: Connection, token_hash: str, *, now_ms: int) -> str | None:
    """Mark a good token as used and return its store; None when it isn't good. Of two at once, one gets it."""
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
    statement = select(enrol_token.c.store).where(enrol_token.c.token_hash == token_hash)
    found: str = connection.execute(statement).scalar_one()
    return found


def _device_row(
    request: EnrolRequest, owner: ChainOwner, nonce: bytes, *, store_id: str, now_ms: int
) -> dict[str, object]:
    return {
        "device_id": owner.device_id,
        "store": store_id,
        "epoch": owner.epoch,
        "state": ACTIVE,
        "sign_pub": request.sign_pub,
        "box_pub": request.box_pub,
        "nonce": nonce,
        "head_seq": 0,
        "head_hash": genesis(owner, nonce).hash,
        "enrolled_ms": now_ms,
        "last_seen_ms": now_ms,
        "pull_cursor": 0,
        "program_version": 0,
        "clock_skew_ms": 0,
        "hw": storable(request.hw)[:HARDWARE_LENGTH_MAX],
        "sw": storable(request.sw)[:SOFTWARE_LENGTH_MAX],
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
