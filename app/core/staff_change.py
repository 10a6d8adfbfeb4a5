"""What a manager changes about somebody of the staff at a station: an emergency PIN for a cashier, or a suspension.

    {"store": …, "t_eff": …, "cashier": …, "staff": <staff_id>, "what": "pin", "kid": "b1", "box": <Base64>,
     "approver": …, "approval": …}
    {"store": …, "t_eff": …, "cashier": …, "staff": <staff_id>, "what": "suspend", "approver": …, "approval": …}

The box holds what is kept of the PIN (pins.py), sealed to head office's box key: its hash and the name of the pepper
that it rests on. Neither the entry nor what is in the box says the PIN.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from app.core.canonical import canonical
from app.core.pins import HASH_SIZE, LANES, MEMORY_KIB, PASSES, SALT_SIZE, Role

PIN, SUSPEND = "pin", "suspend"
BOX_BYTES_MAX = 512


def _letters(size: int) -> int:
    """Return how long so many bytes are in Base64 without padding."""
    return -(-size * 4 // 3)


PIN_HASH = re.compile(
    rf"\$argon2id\$v=19\$m={MEMORY_KIB},t={PASSES},p={LANES}"
    rf"\$[A-Za-z0-9+/]{{{_letters(SALT_SIZE)}}}\$[A-Za-z0-9+/]{{{_letters(HASH_SIZE)}}}"
)
PEPPER_NAME = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class EmergencyPin:
    """What is kept of the PIN."""

    pin_hash: str
    pepper: str


def write_pin(record: EmergencyPin) -> bytes:
    """Return what goes into the box."""
    return canonical(asdict(record))


def read_pin(content: bytes) -> EmergencyPin:
    """Read what was in a box. Raises `ValueError` for anything but a hash as stations make it."""
    found: Any = orjson.loads(content)
    if not isinstance(found, dict):
        raise ValueError("no PIN")
    pin_hash, pepper = str(found.get("pin_hash")), str(found.get("pepper"))
    if not (PIN_HASH.fullmatch(pin_hash) and PEPPER_NAME.fullmatch(pepper)):
        raise ValueError("no PIN as stations keep it")
    return EmergencyPin(pin_hash, pepper)


def pin_info(*, store: str, staff_id: str) -> bytes:
    """Return what binds a box to the person whose PIN is in it."""
    return b"TS-staff-pin1\n" + store.encode("utf-8") + b"\n" + staff_id.encode("utf-8")


def may_be_given_pin(role: str) -> bool:
    """Tell whether a station may give somebody a PIN: a manager's signs approvals, so head office alone sets it."""
    return role == Role.CASHIER
