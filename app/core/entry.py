"""A journal entry's body: one canonical JSON document that holds every fact of the entry.

    {"device": …, "epoch": 1, "seq": 17, "id": <UUIDv7, 32 hex digits>, "type": "order", "wall_ms": …, "boot": <32 hex>,
     "boot_ms": …, "tq": "weak", "data": {…}}

The columns beside a stored body are copies of it. `wall_ms` and `boot_ms` are what the machine's clocks said; the time
that was gone by is `data.t_eff`, and `tq` its quality: `anchored` by HQ's signed time, or `weak` (trusted_time.py).
"""

from typing import Any, NamedTuple

import orjson

from app.core.canonical import canonical
from app.core.reversal_kinds import Kind

BODY_BYTES_MAX = 1 << 19  # an order with the most lines, with the longest names, and a hundred vouchers
ORDER, REDEEM, REFUSE, SCAN_DENIED = "order", "redeem", "refuse", "scan_denied"
EPOCH_START, SALVAGED = "epoch_start", "salvaged"  # see app/core/salvaged.py
SHIFT = "shift"  # somebody signed in or out: {store, t_eff, staff, what}
MODE_CHANGE = (
    "mode_change"  # into training or out of it: {store, t_eff, staff, mode}, and of a whole walk {walked}
)
PIN_LOCK = "pin_lock"  # all tries of a PIN were wrong: {store, t_eff, staff, locks, wait_s}
OVERRIDE = (
    "override"  # a manager ended a wait for a PIN: {store, t_eff, cashier, what, staff, approver, approval}
)
STAFF_CHANGE = "staff_change"  # an emergency PIN, or somebody suspended: see app/core/staff_change.py
PAIRING = "pairing"  # a manager asked for a new device: {store, t_eff, cashier, approver, approval}
CLOCK_JUMP = "clock_jump"  # a wall clock that moved by itself: {store, t_eff, from_ms, to_ms}
ENROL = "enrol"  # somebody became a member, without anything that says who: see app/station/enrol.py
# An order was undone, or a part of it came back: see app/core/reversal.py.
VOID, RETURN = Kind.VOID.value, Kind.RETURN.value
GIFT_CARD = "gift_card"  # money was put on a card: see app/station/gift_card.py
LISTED = (ORDER, VOID, RETURN, ENROL, GIFT_CARD)  # those that people see, and see waiting
DAY_CLOSE = "day_close"  # the end of a day, with its figures: see app/station/day_close.py
NOTED = "noted"  # a manager has seen an exception: see app/station/noted.py
LEASE_CLOSE = "lease_close"  # nothing more is given by a lease: {store, t_eff, lease_id, scope, used}


class EntryInvalid(ValueError):
    """Bytes that are no entry."""


class Entry(NamedTuple):  # made in a third of a dataclass's time
    """An entry as read from its body. `wall_ms` and `boot_ms` are milliseconds, `boot` and `entry_id` hexadecimal."""

    device_id: str
    epoch: int
    seq: int
    entry_id: str
    type: str
    wall_ms: int
    boot: str
    boot_ms: int
    quality: str
    data: dict[str, Any]


def write_entry(entry: Entry) -> bytes:
    """Return the body of an entry. Raises `canonical.NotCanonical` when `data` holds what has no place in it."""
    return canonical(
        {
            "device": entry.device_id,
            "epoch": entry.epoch,
            "seq": entry.seq,
            "id": entry.entry_id,
            "type": entry.type,
            "wall_ms": entry.wall_ms,
            "boot": entry.boot,
            "boot_ms": entry.boot_ms,
            "tq": entry.quality,
            "data": entry.data,
        }
    )


KEYS = (
    ("device", str),
    ("epoch", int),
    ("seq", int),
    ("id", str),
    ("type", str),
    ("wall_ms", int),
    ("boot", str),
    ("boot_ms", int),
    ("tq", str),
    ("data", dict),
)


def read_entry(body: bytes) -> Entry:
    """Read a body. Raises `EntryInvalid` when it isn't an entry; unknown fields are left alone."""
    if len(body) > BODY_BYTES_MAX:
        raise EntryInvalid(f"{len(body)} bytes are more than an entry may have")
    try:
        document = orjson.loads(body)
        values = [document[key] for key, _ in KEYS]
    except (orjson.JSONDecodeError, KeyError, TypeError) as problem:
        raise EntryInvalid(f"not an entry: {problem}") from problem
    for (key, kind), value in zip(KEYS, values, strict=True):
        if type(value) is not kind:
            raise EntryInvalid(f"{key} is a {type(value).__name__}, expected {kind.__name__}")
    return Entry(*values)
