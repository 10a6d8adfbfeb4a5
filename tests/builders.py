"""Stations without an HQ: what enrolment and the first download would have brought, made up and put in place.

Everything is an ordinary value with a default, so that a test names only what it is about:

    store = a_store(tmp_path / "store", keys_in=MemoryKeyStore())
    member = a_member(store, balance=300)
    voucher = a_voucher(store)
    answer = hand_in(store, an_order("A-1", ("coffee", 499)), at_till(identify(store, member.code), ...))

Keys come from small numbers and are the same in every run; nothing here is secret.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.clock import Clock, SetClock
from app.core.canonical import canonical
from app.core.codes import fold, hash_number, number, sign_member_code
from app.core.order import Line
from app.core.pepper import pepper_name
from app.core.pins import SALT_SIZE, hash_pin, secret_of
from app.core.voucher import Presentation
from app.ids import ref_of
from app.station.identify import SeenMember
from app.station.redeem import AtTill, OrderIn
from app.store.creating import create_store
from app.store.device import Device
from app.store.keystore import KeyStore, MemoryKeyStore, StationKeys
from app.store.replica import Position
from app.store.store import StationStore

NOW_MS = int(datetime(2026, 1, 5, 17, tzinfo=UTC).timestamp() * 1000)  # a Monday noon in New York
DAY_MS = 86_400_000
TOKEN_KEY_ID = "t1"
PEPPER, PIN = bytes([5]) * 32, "7392"


def a_signing_key(seed: int) -> Ed25519PrivateKey:
    """Return the Ed25519 key of a small number: 1 signs for the device, 2 HQ's member codes, 3 HQ's documents."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def station_keys() -> StationKeys:
    """Return the secrets of the made-up station."""
    return StationKeys(
        bytes(range(32)), a_signing_key(1), X25519PrivateKey.from_private_bytes(bytes([9]) * 32)
    )


def a_device(**changes: Any) -> Device:
    """Return who the station is."""
    facts: dict[str, Any] = {
        "device_id": "d-1",
        "epoch": 1,
        "nonce": bytes([7]) * 32,
        "store_id": "s-1",
        "store_name": "Harbour",
        "time_zone": "America/New_York",
        "currency": "USD",
        "hq_url": "http://127.0.0.1:1",
        "hq_incarnation": "hq-1",
        "root_key": a_signing_key(4).public_key().public_bytes_raw(),
    }
    return Device(**facts | changes)


def a_campaign(**changes: Any) -> dict[str, Any]:
    """Return a campaign of one voucher rule: `coffee-1`, 1.00 off coffee, in January 2026, for everybody."""
    return {
        "id": "coffee",
        "name": "Coffee in January",
        "starts_on": "2026-01-01",
        "ends_on": "2026-01-31",
        "audience": None,
        "offline": "always",
        "rules": [
            {
                "id": "coffee-1",
                "name": "1.00 off coffee",
                "trigger": "voucher",
                "priority": 0,
                "effect": {"kind": "amount_off", "target": "products", "products": "coffee", "amount": 100},
            }
        ],
    } | changes


def a_program(**changes: Any) -> bytes:
    """Return the published form of a program: a point a full 1.00, and the campaign above."""
    return canonical(
        {
            "format": 1,
            "program_id": "p-1",
            "version": 1,
            "name": "Harbour points",
            "currency": "USD",
            "time_zone": "America/New_York",
            "expires_ms": NOW_MS + 365 * DAY_MS,
            "product_sets": {"coffee": ["coffee", "espresso"]},
            "earning": [{"id": "earn", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "campaigns": [a_campaign()],
        }
        | changes
    )


def a_keyset(**changes: Any) -> bytes:
    """Return a set of keys with the one that signs member codes; `changes` go into that key."""
    public = b64encode(a_signing_key(2).public_key().public_bytes_raw()).decode()
    token_key = {"kid": TOKEN_KEY_ID, "use": "token", "pub": public} | changes
    signing = b64encode(a_signing_key(3).public_key().public_bytes_raw()).decode()
    return canonical({"keys": [token_key, {"kid": "h1", "use": "sign", "pub": signing}]})


def an_empty_store(
    folder: Path, *, keys_in: KeyStore | None = None, clock: Clock | None = None, **device: Any
) -> StationStore:
    """Create and open a store as enrolment leaves it: no program, no members."""
    key_store = MemoryKeyStore() if keys_in is None else keys_in
    create_store(
        folder, device=a_device(**device), keys=station_keys(), key_store=key_store, key_store_kind="memory"
    )
    return StationStore(folder, key_store=key_store, clock=clock or SetClock(NOW_MS))


def a_store(
    folder: Path,
    *,
    program: bytes | None = None,
    keys_in: KeyStore | None = None,
    clock: Clock | None = None,
    **device: Any,
) -> StationStore:
    """Create and open a store that has its program and keys."""
    store = an_empty_store(folder, keys_in=keys_in, clock=clock, **device)
    put_program(store, a_program() if program is None else program)
    put_document(store, "keyset", a_keyset())
    return store


def put_document(store: StationStore, kind: str, body: bytes, *, version: int = 1) -> None:
    """Put a document into the replica as if its signature, which differs with the body, had been checked."""
    signature = hashlib.sha512(body).digest()
    with store.replica_atomic():
        store.replica.put_document(kind=kind, version=version, kid="h1", signature=signature, body=body)


def put_program(store: StationStore, body: bytes, *, version: int = 1) -> None:
    """Put a program into the replica."""
    put_document(store, "program", body, version=version)


def move_replica(store: StationStore, *, included_seq: int, as_of_ms: int = NOW_MS, cursor: int = 1) -> None:
    """Move the replica to a checkpoint of HQ that includes our entries up to a number."""
    with store.replica_atomic():
        store.replica.move_to(Position("set-1", cursor, as_of_ms, included_seq))


@dataclass(frozen=True, slots=True)
class AMember:
    """A member and what they can show."""

    ref: str
    number: str
    code: str


def a_code(raw_ref: bytes, **changes: Any) -> str:
    """Return a signed member code, valid at `NOW_MS` unless changed; `signed_with` is the number of a key."""
    key = a_signing_key(changes.pop("signed_with", 2))
    facts = {"key_id": TOKEN_KEY_ID.encode(), "issued_ms": NOW_MS - DAY_MS, "expires_ms": NOW_MS + DAY_MS}
    return sign_member_code(key, ref=raw_ref, **facts | changes)


def a_member(store: StationStore, *, seed: int = 1, **changes: Any) -> AMember:
    """Put a member into the replica. Members of different `seed` are different people."""
    raw_ref = seed.to_bytes(8, "big")
    printed = number("M", f"{seed:010d}")
    row = {
        "ref": ref_of(raw_ref),
        "number_hash": hash_number(fold(printed)),
        "name": "Ada L.",
        "tier": "",
        "segments": [],
        "balance": 0,
        "state": "active",
    }
    with store.replica_atomic():
        store.replica.put_row("member", row | changes)
    return AMember(ref_of(raw_ref), printed, a_code(raw_ref))


def a_voucher(store: StationStore, *, seed: int = 1, **changes: Any) -> str:
    """Put a voucher for rule `coffee-1` into the replica and return its printed number."""
    printed = number("V", f"{seed:013d}")
    row = {
        "code_hash": hash_number(fold(printed)),
        "rule_id": "coffee-1",
        "uses_max": 0,
        "uses": 0,
        "owner": None,
        "ends_on": None,
    }
    with store.replica_atomic():
        store.replica.put_row("voucher", row | changes)
    return printed


def a_gift_card(store: StationStore, *, seed: int = 1, **changes: Any) -> str:
    """Put a gift card with 100.00 on it into the replica and return its printed number."""
    printed = number("G", f"{seed:013d}")
    row = {
        "code_hash": hash_number(fold(printed)),
        "kind": "",
        "currency": "USD",
        "balance": 10_000,
        "state": "active",
        "single_use": False,
        "rest": "stays",
        "ends_on": None,
    }
    with store.replica_atomic():
        store.replica.put_row("gift_card", row | changes)
    return printed


@cache
def _pin_hash(staff_id: str, pin: str) -> str:
    """Return what is kept of a PIN: made once in this process, since it is meant to take long."""
    return hash_pin(secret_of(PEPPER, staff_id=staff_id, pin=pin), salt=bytes(SALT_SIZE))


def a_person(store: StationStore, *, seed: int = 1, pin: str = PIN, **changes: Any) -> str:
    """Put somebody into the replica's staff, their pepper into the key store, and return their id."""
    staff_id = ref_of(bytes([7]) * 7 + bytes([seed]))
    row = {
        "staff_id": staff_id,
        "name": "Ben",
        "role": "cashier",
        "pin_hash": _pin_hash(staff_id, pin),
        "pepper": pepper_name(PEPPER),
        "member": None,
        "sign_in": "free",
    }
    with store.replica_atomic():
        store.replica.put_row("staff", row | changes)
    store.keep_pepper(PEPPER)
    return staff_id


def an_order(order_id: str = "A-1", *lines: tuple[str, int]) -> OrderIn:
    """Return an order of lines given as (SKU, minor units), one of each; a coffee of 4.99 if none is given."""
    given = lines or (("coffee", 499),)
    return OrderIn(
        order_id, tuple(Line(place, sku, 1, amount) for place, (sku, amount) in enumerate(given, 1))
    )


def at_till(
    member: SeenMember | None = None, *presented: Presentation, link: str = "offline", cashier: str = ""
) -> AtTill:
    """Return who and what is at the till."""
    return AtTill(member, presented, link, cashier)
