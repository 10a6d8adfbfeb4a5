"""An HQ whose tables have a year's size: shops with their journals, members, vouchers, and a program of many campaigns.

The rows of the year go in by large inserts of our own. They are shaped as HQ's: real chains, an entry of ten lines a
row, two postings an order. Nobody reads their bodies again, so all of them have the same one.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import SystemClock
from app.core.canonical import canonical
from app.core.chain import ChainOwner, Head, genesis, next_hash
from app.core.codes import hash_number
from app.core.program import Program
from app.core.program_format import read_program
from app.ids import new_id, ref_of
from hq.campaigns.service import publish_program
from hq.feed import COUNTER, take_numbers
from hq.home import Hq, open_hq
from hq.rows import insert_rows
from hq.setup import init_hq
from hq.stores.devices import ACTIVE
from hq.tables import (
    device,
    feed,
    journal,
    member,
    member_scope,
    order_fact,
    posting,
    redemption_fact,
    store,
    voucher,
)

MEMBERS, SHOPS, ENTRIES, VOUCHERS = 2_469, 457, 158_000, 2_102  # the demo's year
SCOPES = 3  # shops in which a member buys
CAMPAIGNS, APPLY = 100, 10
SKUS = tuple(f"SKU{at:03d}" for at in range(200))
ZONE, CURRENCY = "America/New_York", "USD"
VOUCHER_RULE = "by-voucher"
EPOCH = 1
ROWS_AT_ONCE = 20_000
DAY_MS = 86_400_000
BODY = 1_500  # bytes of an order of ten lines


@dataclass
class Shop:
    """A shop's device: its key, and where its chain stands."""

    owner: ChainOwner
    store: str
    key: Ed25519PrivateKey
    head: Head


@dataclass(frozen=True)
class Year:
    """What pushes are made of."""

    folder: Path
    program: Program
    shops: tuple[Shop, ...]
    members: tuple[str, ...]
    vouchers: tuple[str, ...]  # code hashes, each good once


def make_year(folder: Path, *, url: str | None, entries: int, vouchers: int) -> Year:
    """Make the HQ and fill it: always the same shops, members and vouchers, so that two can take the same pushes."""
    init_hq(folder, database_url=url)
    hq, body = open_hq(folder), program_body()
    try:
        shops = tuple(_shop(at) for at in range(SHOPS))
        year = Year(
            folder=folder,
            program=read_program(body),
            shops=shops,
            members=tuple(ref_of(at.to_bytes(8, "big")) for at in range(1, MEMBERS + 1)),
            vouchers=tuple(hash_number(f"V{at:013d}") for at in range(VOUCHERS + vouchers)),
        )
        _insert(hq, store, [_store_row(each) for each in shops])
        publish_program(hq, body, is_meant=True)  # among its campaigns are some of other times
        _fill(hq, year, entries)
        _analyse(hq)
    finally:
        hq.close()
    return replace(year, vouchers=year.vouchers[VOUCHERS:])


def program_body() -> bytes:
    """Return a program of a hundred campaigns.

    Ten apply to every order there is here; one is by voucher; the others are over or to come, for other members, for
    other products, or ask for more money.
    """
    campaigns = [_applies(at) for at in range(APPLY)]
    campaigns.append(_campaign("voucher", _rule(VOUCHER_RULE, _off(100), trigger="voucher")))
    others = (
        lambda name: _campaign(name, _rule(name, _off(100)), from_day=-90, to_day=-60),
        lambda name: _campaign(name, _rule(name, _off(100)), from_day=60, to_day=90),
        lambda name: _campaign(
            name, _rule(name, _off(100)), audience=[f"NOBODY{at:07d}" for at in range(200)]
        ),
        lambda name: _campaign(name, _rule(name, _off(100), fact="order.total", value=10**6)),
        lambda name: _campaign(name, _rule(name, _off(100, products="elsewhere"))),
        lambda name: _campaign(
            name, _rule(name, _off(100), fact="order.quantity_of", value=2, products="elsewhere")
        ),
    )
    campaigns += [others[at % len(others)](f"other-{at:02d}") for at in range(CAMPAIGNS - len(campaigns))]
    now = datetime.now(UTC)
    return canonical(
        {
            "format": 1,
            "program_id": "year",
            "version": 1,
            "name": "A year",
            "currency": CURRENCY,
            "time_zone": ZONE,
            "expires_ms": int((now + timedelta(days=30)).timestamp() * 1000),
            "product_sets": {
                **{f"set-{at}": list(SKUS[at::APPLY]) for at in range(APPLY)},
                "all": list(SKUS),
                "elsewhere": [f"NOT{at:03d}" for at in range(50)],
            },
            "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "campaigns": campaigns,
        }
    )


def _applies(at: int) -> dict[str, Any]:
    """Return one of the ten: amounts and percentages off products, and at last off the order."""
    name = f"applies-{at}"
    effects = (
        _off(15, products=f"set-{at}"),
        {"kind": "percent_off", "target": "products", "basis_points": 500, "products": f"set-{at}"},
        {"kind": "percent_off", "target": "order", "basis_points": 100},
        {"kind": "amount_off", "target": "cheapest", "amount": 10},
    )
    return _campaign(name, _rule(name, effects[at % len(effects)], fact="order.total", value=500))


def _off(amount: int, *, products: str = "all") -> dict[str, Any]:
    return {"kind": "amount_off", "target": "products", "amount": amount, "products": products}


def _rule(
    rule_id: str,
    effect: dict[str, Any],
    *,
    trigger: str = "automatic",
    fact: str = "",
    value: int = 0,
    products: str = "",
) -> dict[str, Any]:
    rule = {"id": rule_id, "name": rule_id, "trigger": trigger, "priority": 0, "effect": effect}
    if not fact:
        return rule
    condition = {"fact": fact, "op": "at_least", "value": value} | (
        {"products": products} if products else {}
    )
    return rule | {"condition": condition}


def _campaign(
    name: str,
    rule: dict[str, Any],
    *,
    from_day: int = -30,
    to_day: int = 30,
    audience: list[str] | None = None,
) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {
        "id": name,
        "name": name,
        "starts_on": (today + timedelta(days=from_day)).isoformat(),
        "ends_on": (today + timedelta(days=to_day)).isoformat(),
        "audience": audience,
        "offline": "always",
        "rules": [rule],
    }


# --- the rows of the year -----------------------------------------------------------------------------------------


def _shop(at: int) -> Shop:
    owner = ChainOwner(f"D{ref_of((1 << 32 | at).to_bytes(8, 'big'))}", EPOCH)
    key = Ed25519PrivateKey.from_private_bytes(at.to_bytes(32, "big"))
    return Shop(owner, f"S{at:03d}", key, genesis(owner, _nonce(at)))


def _nonce(at: int) -> bytes:
    return at.to_bytes(32, "little")


def _fill(hq: Hq, year: Year, entries: int) -> None:
    chance = random.Random(4)
    now_ms = SystemClock().now_ms()
    scopes = {ref: chance.sample(year.shops, SCOPES) for ref in year.members}
    points = dict.fromkeys(year.members, 0)
    journals: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []
    postings: list[dict[str, Any]] = []
    for at in range(entries):
        each = year.shops[at % SHOPS]
        ref = year.members[chance.randrange(MEMBERS)]
        points[ref] += 30
        entry_id = (
            f"{now_ms - 365 * DAY_MS + at * 365 * DAY_MS // entries:012x}7{chance.getrandbits(76):019x}"
        )
        each.head = Head(each.head.seq + 1, next_hash(each.head.hash, bytes(BODY)))
        place = {"device": each.owner.device_id, "epoch": EPOCH, "seq": each.head.seq}
        journals.append(_journal_row(place, entry_id, each.head.hash, now_ms))
        orders.append(_order_row(place, each.store, ref, now_ms - DAY_MS))
        for n, (account, amount) in enumerate(((f"member:{ref}", 30), ("points-issued", -30))):
            postings.append(
                {"entry_id": entry_id, "n": n, "account": account, "unit": "points", "amount": amount}
            )
    redemptions = [_redemption_row(year.shops[at % SHOPS], at + 1) for at in range(min(VOUCHERS, entries))]
    for table, rows in ((journal, journals), (order_fact, orders), (posting, postings)):
        _insert(hq, table, rows)
    _insert(hq, redemption_fact, redemptions)
    _insert(hq, device, [_device_row(at, each, now_ms) for at, each in enumerate(year.shops)])
    _insert(hq, member, [_member_row(at, ref, points[ref]) for at, ref in enumerate(year.members)])
    held = [(ref, each.store) for ref in year.members for each in scopes[ref]]
    _insert(
        hq, member_scope, [{"member": ref, "store": at, "last_visit_ms": now_ms - DAY_MS} for ref, at in held]
    )
    _insert(hq, voucher, [_voucher_row(code_hash) for code_hash in year.vouchers])
    facts = [(at, "member", ref) for ref, at in held] + [("*", "voucher", each) for each in year.vouchers]
    _insert(hq, feed, [{"scope": scope, "t": kind, "k": k, "op": "put", "n": n}
                       for n, (scope, kind, k) in enumerate(facts, start=1)])  # fmt: skip
    with hq.database.atomic() as connection:
        take_numbers(connection, COUNTER, len(facts))


def _insert(hq: Hq, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        with hq.database.atomic() as connection:
            insert_rows(connection, table, rows[start : start + ROWS_AT_ONCE])


def _analyse(hq: Hq) -> None:
    """Let the database know its tables, as one that has lived for a year does."""
    with hq.database.atomic() as connection:
        connection.exec_driver_sql("ANALYZE")


def _journal_row(place: dict[str, Any], entry_id: str, digest: bytes, now_ms: int) -> dict[str, Any]:
    return {
        **place,
        "entry_id": entry_id,
        "type": "order",
        "body": bytes(BODY),
        "hash": digest,
        "received_ms": now_ms,
        "verdict": "posted",
        "flags": "",
        "case_id": None,
    }


def _order_row(place: dict[str, Any], at: str, ref: str, t_eff: int) -> dict[str, Any]:
    amounts = {"t_eff": t_eff, "link": "online", "lines": 10, "gross": 3000, "discount": 0, "points": 30}
    return {**place, "order_id": new_id(), "store": at, "member": ref, **amounts}


def _redemption_row(shop: Shop, seq: int) -> dict[str, Any]:
    return {
        "redemption_id": new_id(),
        "device": shop.owner.device_id,
        "epoch": EPOCH,
        "seq": seq,
        "order_id": new_id(),
        "campaign": "voucher",
        "rule": VOUCHER_RULE,
        "member": None,
        "outcome": "redeemed",
        "reason": "",
        "discount": 100,
    }


def _store_row(shop: Shop) -> dict[str, Any]:
    return {"store_id": shop.store, "name": shop.store, "time_zone": ZONE, "currency": CURRENCY}


def _device_row(at: int, shop: Shop, now_ms: int) -> dict[str, Any]:
    return {
        "device_id": shop.owner.device_id,
        "store": shop.store,
        "epoch": EPOCH,
        "state": ACTIVE,
        "sign_pub": shop.key.public_key().public_bytes_raw(),
        "box_pub": bytes(32),
        "nonce": _nonce(at),
        "head_seq": shop.head.seq,
        "head_hash": shop.head.hash,
        "enrolled_ms": now_ms,
        "last_seen_ms": now_ms,
        "pull_cursor": 0,
        "program_version": 1,
        "clock_skew_ms": 0,
        "hw": "bench",
        "sw": "bench",
    }


def _member_row(at: int, ref: str, balance: int) -> dict[str, Any]:
    return {
        "ref": ref,
        "name": f"Member {at}",
        "number_hash": hash_number(f"M{at:010d}"),
        "tier": "",
        "segments": "[]",
        "balance": balance,
        "home_store": None,
        "state": "active",
    }


def _voucher_row(code_hash: str) -> dict[str, Any]:
    return {
        "code_hash": code_hash,
        "rule_id": VOUCHER_RULE,
        "uses_max": 1,
        "uses": 0,
        "owner": None,
        "ends_on": None,
    }
