"""The chain of a storm: an HQ with so many stations, and what each of them did while it was cut off.

Everything follows from numbers, so that HQ's tables, the processes that play the stations and the check at the end
agree without telling each other. Nine entries in ten are denied scans, the cheapest that there are; every tenth is an
order of two lines by a member whom other stores serve too, so that pushes meet at members and at the feed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.json import encode

from app.clock import SystemClock
from app.core.canonical import canonical
from app.core.chain import ChainOwner, Head, genesis, next_hash, sign_head
from app.core.decision import decide
from app.core.entry import ORDER, SCAN_DENIED, Entry, write_entry
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.program import Program
from app.core.program_format import read_program
from app.core.records import Attendance, order_record
from app.ids import new_id, ref_of
from hq.campaigns.service import publish_program
from hq.home import Hq, open_hq
from hq.rows import insert_rows
from hq.setup import init_hq
from hq.stores.devices import ACTIVE
from hq.tables import device, member, member_scope, store
from sync.protocol import BATCH_ENTRIES_MAX, ClockWire, HeadWire, PushRequest

ORDER_EVERY = 10
MEMBERS_A_STORE = 4  # members have their home in one store and buy in all
STATIONS_A_STORE = 2
ZONE, CURRENCY = "Europe/Berlin", "EUR"
EPOCH = 1
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Batch:
    """A push as it goes over the line but for its signature, and what HQ must answer."""

    body: bytes
    entries: int
    last: Head


@dataclass
class Told:
    """What stations put into their orders: the sums that HQ's tables must come to."""

    orders: int = 0
    points: int = 0


def owner_of(at: int) -> ChainOwner:
    """Return who station number `at` is."""
    return ChainOwner(f"D{ref_of((2 << 32 | at).to_bytes(8, 'big'))}", EPOCH)


def key_of(at: int) -> Ed25519PrivateKey:
    """Return the key of station number `at`."""
    return Ed25519PrivateKey.from_private_bytes((at + 1).to_bytes(32, "big"))


def make_hq(folder: Path, *, url: str | None, stations: int) -> None:
    """Make an HQ that knows these stations, their stores, their members and a program."""
    init_hq(folder, database_url=url)
    hq = open_hq(folder)
    now_ms = SystemClock().now_ms()
    stores = [_store_of(at) for at in range(0, stations, STATIONS_A_STORE)]
    members = member_refs(stations)
    try:
        _insert(
            hq,
            store,
            [{"store_id": each, "name": each, "time_zone": ZONE, "currency": CURRENCY} for each in stores],
        )
        publish_program(hq, _program_body())
        _insert(hq, device, [_device_row(at, now_ms) for at in range(stations)])
        _insert(hq, member, [_member_row(ref, stores[at % len(stores)]) for at, ref in enumerate(members)])
        homes = [
            {"member": ref, "store": stores[at % len(stores)], "last_visit_ms": 0}
            for at, ref in enumerate(members)
        ]
        _insert(hq, member_scope, homes)
        with hq.database.atomic() as connection:
            connection.exec_driver_sql("ANALYZE")
    finally:
        hq.close()


def member_refs(stations: int) -> list[str]:
    """Return the members of a chain of so many stations."""
    count = MEMBERS_A_STORE * -(-stations // STATIONS_A_STORE)
    return [ref_of(at.to_bytes(8, "big")) for at in range(1, count + 1)]


def batches(at: int, *, entries: int, stations: int, told: Told) -> Iterator[Batch]:
    """Make what station number `at` has to send, one push after the other, and add its orders to `told`."""
    owner, key, chance, now_ms = owner_of(at), key_of(at), random.Random(at), SystemClock().now_ms()
    members = member_refs(stations)
    last = genesis(owner, _nonce(at))
    for first in range(1, entries + 1, BATCH_ENTRIES_MAX):
        count = min(BATCH_ENTRIES_MAX, entries - first + 1)
        bodies = []
        for seq in range(first, first + count):
            kind, data = _what_happened(at, seq, chance.choice(members), now_ms=now_ms)
            if kind == ORDER:
                told.orders += 1
                told.points += data["points"]
            bodies.append(_entry(owner, seq, kind, data, now_ms=now_ms))
        before = last
        digest = before.hash
        for body in bodies:
            digest = next_hash(digest, body)
        last = Head(first + count - 1, digest)
        request = PushRequest(
            epoch=EPOCH,
            boot=bytes(16),
            sw="storm",
            from_seq=first,
            prev_hash=before.hash,
            entries=bodies,
            head=HeadWire(seq=last.seq, hash=last.hash, sig=sign_head(key, owner, last)),
            clock=ClockWire(wall_ms=now_ms, boot_ms=0),
            program_version=1,
        )
        yield Batch(zstandard.compress(encode(request)), count, last)


def _what_happened(at: int, seq: int, ref: str, *, now_ms: int) -> tuple[str, dict[str, Any]]:
    if seq % ORDER_EVERY:
        data = {
            "store": _store_of(at),
            "reason": "unknown_code",
            "code_hash": f"{at:08x}{seq:024x}",
            "t_eff": now_ms,
        }
        return SCAN_DENIED, data
    lines = (Line(1, "COFFEE", 1, 400 + seq % 100), Line(2, "TEA", 2, 700))
    order = Order(new_id(), _store_of(at), "R1", now_ms, ZONE, CURRENCY, lines)
    facts = Facts(program=_program(), order=order, member=Member(ref, is_known=True), presented=())
    return ORDER, order_record(facts, decide(facts), Attendance("offline", "A2", "0" * 32))


def _entry(owner: ChainOwner, seq: int, kind: str, data: dict[str, Any], *, now_ms: int) -> bytes:
    return write_entry(
        Entry(
            device_id=owner.device_id,
            epoch=owner.epoch,
            seq=seq,
            entry_id=new_id(),
            type=kind,
            wall_ms=now_ms,
            boot="0" * 32,
            boot_ms=0,
            quality="weak",
            data=data,
        )
    )


@cache
def _program() -> Program:
    return read_program(_program_body())


@cache
def _program_body() -> bytes:
    """Return a program of one campaign: a tenth off tea."""
    today = datetime.now(UTC).date()
    tea_off = {"kind": "percent_off", "target": "products", "basis_points": 1000, "products": "tea"}
    rule = {"id": "tea", "name": "Tea", "trigger": "automatic", "priority": 0, "effect": tea_off}
    campaign = {
        "id": "tea",
        "name": "Tea",
        "starts_on": (today - timedelta(days=30)).isoformat(),
        "ends_on": (today + timedelta(days=30)).isoformat(),
        "audience": None,
        "offline": "always",
        "rules": [rule],
    }
    return canonical(
        {
            "format": 1,
            "program_id": "storm",
            "version": 1,
            "name": "Storm",
            "currency": CURRENCY,
            "time_zone": ZONE,
            "expires_ms": SystemClock().now_ms() // DAY_MS * DAY_MS + 30 * DAY_MS,
            "product_sets": {"tea": ["TEA"]},
            "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "campaigns": [campaign],
        }
    )


def _store_of(at: int) -> str:
    return f"S{at // STATIONS_A_STORE:04d}"


def _nonce(at: int) -> bytes:
    return at.to_bytes(32, "little")


def _insert(hq: Hq, table: Any, rows: list[dict[str, Any]]) -> None:
    with hq.database.atomic() as connection:
        insert_rows(connection, table, rows)


def _device_row(at: int, now_ms: int) -> dict[str, Any]:
    owner = owner_of(at)
    return {
        "device_id": owner.device_id,
        "store": _store_of(at),
        "epoch": EPOCH,
        "state": ACTIVE,
        "sign_pub": key_of(at).public_key().public_bytes_raw(),
        "box_pub": bytes(32),
        "nonce": _nonce(at),
        "head_seq": 0,
        "head_hash": genesis(owner, _nonce(at)).hash,
        "enrolled_ms": now_ms,
        "last_seen_ms": now_ms,
        "pull_cursor": 0,
        "program_version": 1,
        "clock_skew_ms": 0,
        "hw": "storm",
        "sw": "storm",
    }


def _member_row(ref: str, home: str) -> dict[str, Any]:
    return {
        "ref": ref,
        "name": f"Member {ref[-4:]}",
        "number_hash": None,
        "tier": "",
        "segments": "[]",
        "balance": 0,
        "home_store": home,
        "state": "active",
    }
