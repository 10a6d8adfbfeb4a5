"""Records to practise on: a store of its own with made-up members, vouchers and people, which no head office knows.

It is made anew each time and its keys lie in memory alone, so that nothing of it outlives the training. The codes are
always the same, so that a sheet of them can be printed once.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from app.clock import Clock
from app.core.canonical import canonical
from app.core.codes import badge, fold, hash_number, number
from app.core.keyset import KeyUse, PublicKey, write_keyset
from app.core.money import CURRENCIES
from app.core.pepper import pepper_name
from app.core.pins import SALT_SIZE, Role, hash_pin, secret_of
from app.ids import new_secret, ref_of
from app.station.keyset import KEYSET
from app.store.creating import create_store
from app.store.device import Device
from app.store.faults import StoreReadOnly
from app.store.keystore import KeyStoreKind, MemoryKeyStore, make_keys
from app.store.replica import Position
from app.store.replica_rows import MEMBER, STAFF, VOUCHER
from app.store.store import StationStore

DEVICE_ID: Final = "TRAINING"
NOWHERE: Final = "http://127.0.0.1:1"  # nobody is ever asked there: a station in training has no line
YEAR_MS: Final = 366 * 86_400_000
CASHIER_PIN, MANAGER_PIN = "2580", "258013"
# What things cost, in minor units for one of a dollar's.
WORTH: Final = {"IDR": 1_500_000, "KRW": 1_000, "RUB": 10_000, "TRY": 4_000}


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up member: name, rank, points, and the code on the sheet."""

    name: str
    tier: str
    balance: int
    code: str


MEMBERS: Final = tuple(
    Sample(name, tier, balance, number("M", f"TRAN{place:06d}"))
    for place, (name, tier, balance) in enumerate(
        [("Ada L.", "Gold", 1_240), ("김서연", "", 120), ("Ayşe Y.", "Silver", 480), ("Иван П.", "", 0)], 1
    )
)
GOOD, SPENT, ENDED = (number("V", f"TRAN{place:09d}") for place in (1, 2, 3))
CASHIER, MANAGER = ref_of(b"TRAINING"), ref_of(b"TRAINMGR")


def codes(words: Callable[[str], str] = lambda text: text) -> list[tuple[str, str]]:
    """Return what stands on the sheet: captions, and the codes under them. `words` translates a caption."""
    people = [(sample.name, sample.code) for sample in MEMBERS]
    vouchers = [
        (words("Voucher"), GOOD),
        (words("Used voucher"), SPENT),
        (words("Voucher that has ended"), ENDED),
    ]
    badges = [
        (f"{words('Cashier')} · PIN {CASHIER_PIN}", badge(CASHIER)),
        (f"{words('Manager')} · PIN {MANAGER_PIN}", badge(MANAGER)),
    ]
    return [*people, *vouchers, *badges, (words("Unknown code"), "{TRAINING}")]


def open_training(
    folder: Path, real: Device, *, clock: Clock, words: Callable[[str], str], brand: bytes | None = None
) -> StationStore:
    """Make the store anew at `folder` and open it; it looks like the real one's `brand`. Raises a `StoreFault`."""
    clear_training(folder)
    device = replace(
        real, device_id=DEVICE_ID, epoch=1, nonce=new_secret(), hq_url=NOWHERE, hq_incarnation=DEVICE_ID
    )
    keys_in = MemoryKeyStore()
    kind = KeyStoreKind.MEMORY
    create_store(folder, device=device, keys=make_keys(new_secret()), key_store=keys_in, key_store_kind=kind)
    store = StationStore(folder, key_store=keys_in, clock=clock)
    _fill(store, words, brand)
    return store


def clear_training(folder: Path) -> None:
    """Take the store away, whatever is left of it. Raises a `StoreFault`."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as problem:
        raise StoreReadOnly(str(problem)) from problem


def _fill(store: StationStore, words: Callable[[str], str], brand: bytes | None) -> None:
    pepper, now_ms = new_secret(), store.now_ms()
    box = PublicKey(DEVICE_ID, KeyUse.BOX, store.keys.box.public_key().public_bytes_raw())
    body = canonical(program(store.device, now_ms=now_ms, words=words))
    store.keep_pepper(pepper)
    with store.replica_atomic():
        for kind, document in (("program", body), ("brand", brand), (KEYSET, write_keyset(1, [box]))):
            if document is not None:
                store.replica.put_document(
                    kind=kind, version=1, kid=DEVICE_ID, signature=bytes(64), body=document
                )
        for place, sample in enumerate(MEMBERS, 1):
            store.replica.put_row(MEMBER, _member(place, sample))
        for code, more in (
            (GOOD, {}),
            (SPENT, {"uses_max": 1, "uses": 1}),
            (ENDED, {"ends_on": "2020-12-31"}),
        ):
            store.replica.put_row(VOUCHER, _voucher(code) | more)
        for who, name, role, pin in (
            (CASHIER, words("Cashier"), Role.CASHIER, CASHIER_PIN),
            (MANAGER, words("Manager"), Role.MANAGER, MANAGER_PIN),
        ):
            store.replica.put_row(STAFF, _person(who, name, role, pin, pepper))
        store.replica.move_to(Position(DEVICE_ID, 1, now_ms, 0))


def program(device: Device, *, now_ms: int, words: Callable[[str], str]) -> dict[str, Any]:
    """Return the rules: two offers to pick, one for points, and a voucher's."""
    one = WORTH.get(device.currency, 10 ** CURRENCIES[device.currency].digits)

    def off(amount: int) -> dict[str, Any]:
        return {"kind": "amount_off", "target": "order", "amount": amount * one}

    from_30 = {"fact": "order.total", "op": "at_least", "value": 30 * one}
    ten = {"kind": "percent_off", "target": "order", "basis_points": 1_000}
    return {
        "format": 1,
        "program_id": DEVICE_ID,
        "version": 1,
        "name": DEVICE_ID,
        "currency": device.currency,
        "time_zone": device.time_zone,
        "expires_ms": now_ms + YEAR_MS,
        "product_sets": {},
        "earning": [{"id": "earn", "points_milli": 1_000, "per": one, "mode": "full_unit"}],
        "campaigns": [
            _campaign("ten", words("10 % off"), "choice", ten),
            _campaign("five", words("5 off from 30"), "choice", off(5), condition=from_30),
            _campaign("reward", words("8 off for 400 points"), "choice", off(8), cost_points=400),
            _campaign("voucher", words("2 off with a voucher"), "voucher", off(2)),
        ],
    }


def _campaign(name: str, title: str, trigger: str, effect: dict[str, Any], **more: Any) -> dict[str, Any]:
    rule = {"id": name, "name": title, "trigger": trigger, "priority": 0, "effect": effect} | more
    dates = {"starts_on": "2020-01-01", "ends_on": "2099-12-31"}
    return {"id": name, "name": title, **dates, "audience": None, "offline": "always", "rules": [rule]}


def _member(place: int, sample: Sample) -> dict[str, Any]:
    return {
        "ref": ref_of(place.to_bytes(8, "big")),
        "number_hash": hash_number(fold(sample.code)),
        "name": sample.name,
        "tier": sample.tier,
        "segments": [],
        "balance": sample.balance,
        "state": "active",
    }


def _voucher(code: str) -> dict[str, Any]:
    of_all = {"uses_max": 0, "uses": 0, "owner": None, "ends_on": None}
    return {"code_hash": hash_number(fold(code)), "rule_id": "voucher", **of_all}


def _person(staff_id: str, name: str, role: Role, pin: str, pepper: bytes) -> dict[str, Any]:
    secret = secret_of(pepper, staff_id=staff_id, pin=pin)
    return {
        "staff_id": staff_id,
        "name": name,
        "role": role.value,
        "pin_hash": hash_pin(secret, salt=new_secret(SALT_SIZE)),
        "pepper": pepper_name(pepper),
        "member": None,
        "sign_in": "free",
    }
