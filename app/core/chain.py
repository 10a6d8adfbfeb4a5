"""The journal's chain: how entries hash onto each other and how a device signs its head.

    h_0 = SHA-256("LJ0" | u8 length | device_id | u32be epoch | nonce of 32 bytes)
    h_n = SHA-256("LJ1" | h_{n-1} | u32be length | body)
    signed head = Ed25519("LJ1-head" | u8 length | device_id | u32be epoch | u64be seq | h_n)

docs/protocol.md carries a test vector. Ed25519 is RFC 8032; a signature binds device, epoch and number, so
that a head can't be passed off as another device's or moved to another place.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.once import once

NONCE_SIZE = 32
HASH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands: the number of its last entry (0 = none yet) and the hash up to there (32 bytes)."""

    seq: int
    hash: bytes


@dataclass(frozen=True)
class ChainOwner:
    """The incarnation of a device whose chain this is."""

    device_id: str
    epoch: int

    @once
    def written(self) -> bytes:
        """As it stands in what is hashed and signed."""
        name = self.device_id.encode("ascii")
        return len(name).to_bytes(1, "big") + name + self.epoch.to_bytes(4, "big")


def genesis(owner: ChainOwner, nonce: bytes) -> Head:
    """Return the head of an empty chain. `nonce` (32 bytes) came from HQ at enrolment."""
    return Head(0, hashlib.sha256(b"LJ0" + owner.written + nonce).digest())


def next_hash(previous: bytes, body: bytes) -> bytes:
    """Return the hash (32 bytes) of an entry with this `body` after one with hash `previous`."""
    return hashlib.sha256(b"LJ1" + previous + len(body).to_bytes(4, "big") + body).digest()


def follow(head: Head, bodies: Iterable[bytes]) -> Head:
    """Return the head after appending `bodies` to a chain that stands at `head`."""
    seq, last = head.seq, head.hash
    for body in bodies:
        seq, last = seq + 1, next_hash(last, body)
    return Head(seq, last)


def sign_head(key: Ed25519PrivateKey, owner: ChainOwner, head: Head) -> bytes:
    """Return the device's signature (64 bytes) of its head."""
    return key.sign(_head_message(owner, head))


def head_is_signed(key: Ed25519PublicKey, owner: ChainOwner, head: Head, signature: bytes) -> bool:
    """Tell whether `signature` is this device's word for `head`."""
    try:
        key.verify(signature, _head_message(owner, head))
    except InvalidSignature:
        return False
    return True


def _head_message(owner: ChainOwner, head: Head) -> bytes:
    return b"LJ1-head" + owner.written + head.seq.to_bytes(8, "big") + head.hash
