"""The auditor's own reading of an entry: what docs/protocol.md says of chains and postings, written down a second time.

Imports nothing of ours, so that a bug of the product's can't be in here too.
"""

import base64
import hashlib
import json
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

POINTS = "points"
ISSUED, SPENT, GIVEN = "points-issued", "points-spent", "discounts-given"
KNOWN_TYPES = (
    "order",
    "redeem",
    "refuse",
    "void",
    "return",
    "scan_denied",
    "shift",
    "mode_change",
    "override",
    "staff_change",
    "pairing",
    "day_close",
    "noted",
    "pin_lock",
    "clock_jump",
    "epoch_start",
    "salvaged",
    "lease_close",
)

REVERSALS = ("void", "return")
Chain = tuple[str, int]  # device and epoch
Place = tuple[str, int, int]  # device, epoch and number


@dataclass(frozen=True)
class Content:
    """An entry as its author wrote it."""

    place: Place
    hash: bytes  # of the chain up to here
    sum: bytes  # SHA-256 of the body alone
    entry_id: str
    type: str
    data: dict[str, Any]
    wall_ms: int  # what the station's wall clock said


def genesis(chain: Chain, nonce: bytes) -> bytes:
    return hashlib.sha256(b"LJ0" + _owner(chain) + nonce).digest()


def next_hash(before: bytes, body: bytes) -> bytes:
    return hashlib.sha256(b"LJ1" + before + len(body).to_bytes(4, "big") + body).digest()


def is_signed(key: bytes, chain: Chain, seq: int, digest: bytes, signature: bytes) -> bool:
    message = b"LJ1-head" + _owner(chain) + seq.to_bytes(8, "big") + digest
    try:
        _public_key(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@cache
def _public_key(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def _owner(chain: Chain) -> bytes:
    name = chain[0].encode()
    return bytes([len(name)]) + name + chain[1].to_bytes(4, "big")


def read(place: Place, digest: bytes, body: bytes) -> Content:
    """Read a body that has been found in the chain."""
    found = json.loads(body)
    own = hashlib.sha256(body).digest()
    return Content(place, digest, own, found["id"], found["type"], found["data"], found["wall_ms"])


def carried_by(entry: Content) -> tuple[Place, bytes] | None:
    """Return which entry of an earlier epoch one carries, and the hash that follows from what it carries of it."""
    if entry.type != "salvaged":
        return None
    data = entry.data
    body, prev = base64.b64decode(data["body"]), base64.b64decode(data["prev"])
    if data["packed"] == "zlib":
        body = zlib.decompress(body)
    return (data["device"], data["epoch"], data["seq"]), next_hash(prev, body)


def counted_in(entry: Content) -> Content:
    """Return what an entry does to its station's figures: of a carried one that says so, what was carried.

    Nothing of a body that somebody changed, or that is another machine's.
    """
    if entry.type != "salvaged" or entry.data.get("counts") is not True:
        return entry
    data = entry.data
    place, digest = carried_by(entry) or (entry.place, b"")
    is_genuine = digest == base64.b64decode(data["hash"]) and data["is_signed"]
    if not is_genuine or place[0] != entry.place[0]:
        return entry
    body = base64.b64decode(data["body"])
    return read(place, digest, zlib.decompress(body) if data["packed"] == "zlib" else body)


def points_of(entry: Content) -> Counter[str]:
    """Return what a posted entry does to members' points."""
    data, moved = entry.data, Counter[str]()
    if entry.type == "order" and data["member"]:
        moved[data["member"]["ref"]] += data["points"]
    if entry.type == "redeem" and data["member"]:
        moved[data["member"]] -= data.get("points", 0)
    if entry.type in REVERSALS and data["member"]:
        moved[data["member"]] += data["points"] + data["points_back"]
    return moved


def uses_of(entry: Content) -> Counter[str]:
    """Return which vouchers a posted entry uses, by the hash of their code."""
    code = entry.data["code_hash"] if entry.type == "redeem" else ""
    return Counter([code] if code else [])


def postings_of(entry: Content) -> Counter[tuple[str, str]]:
    """Return what a posted entry does to accounts, by account and whether it is points or money."""
    data, moved = entry.data, Counter[tuple[str, str]]()

    def pair(to: str, out_of: str, unit: str, amount: int) -> None:
        moved[to, unit] += amount
        moved[out_of, unit] -= amount

    if entry.type == "order":
        if data["member"]:
            pair(f"member:{data['member']['ref']}", ISSUED, POINTS, data["points"])
        for given in data["campaigns"]:
            pair(GIVEN, f"campaign:{given['campaign']}", "money", given["discount"])
    if entry.type in ("redeem", "refuse"):
        pair(GIVEN, f"campaign:{data['campaign']}", "money", data["discount"])
        if data["member"]:
            pair(SPENT, f"member:{data['member']}", POINTS, data.get("points", 0))
    if entry.type in REVERSALS:
        for back in data["backs"]:
            pair(f"campaign:{back['campaign']}", GIVEN, "money", back["discount"])
        if data["member"]:
            pair(f"member:{data['member']}", ISSUED, POINTS, data["points"])
            pair(f"member:{data['member']}", SPENT, POINTS, data["points_back"])
    return Counter({name: amount for name, amount in moved.items() if amount})


def own_effect(entry: Content, ref: str) -> tuple[int, int]:
    """Return what an entry does to a member's figures before HQ includes it: points pending, points spent."""
    is_carried, entry = entry.type == "salvaged", counted_in(entry)
    if entry.type in REVERSALS and entry.data["member"] == ref:
        taken_back, back = entry.data["points"], entry.data["points_back"]
        return (min(taken_back, 0), 0) if is_carried else (taken_back, -back)
    if entry.type == "order" and entry.data["member"] and entry.data["member"]["ref"] == ref:
        return entry.data["points"], 0
    if entry.type == "redeem" and entry.data["member"] == ref:
        return 0, entry.data.get("points", 0)
    return 0, 0
