"""The only place that makes identities and secrets. Ids are made before the first write and travel end to end.

All of it comes through one door, `Chance`. A program uses the machine's; the simulator puts a seeded one in its place,
so that a whole run of many stations can be repeated to the byte.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import uuid_utils

REF_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
REF_LENGTH = 13  # 64 bits at 5 bits a character
VOUCHER_BODY_LENGTH = 13
MEMBER_BODY_LENGTH = 10


class Chance(Protocol):
    """Where randomness comes from."""

    def random_bytes(self, size: int) -> bytes:
        """Return bytes that nobody can foretell."""
        ...

    def uuid7(self) -> str:
        """Return a new UUID of version 7, as 32 hexadecimal digits."""
        ...


class MachineChance:
    """The operating system's randomness, fit for keys."""

    def random_bytes(self, size: int) -> bytes:
        """See `Chance.random_bytes`."""
        return secrets.token_bytes(size)

    def uuid7(self) -> str:
        """See `Chance.uuid7`."""
        return uuid_utils.uuid7().hex


_chance: Chance = MachineChance()


@contextmanager
def chance_from(chance: Chance) -> Iterator[None]:
    """Let everything in this process come from another source meanwhile: for the simulator, never for a shop."""
    global _chance  # noqa: PLW0603 the door itself
    before, _chance = _chance, chance
    try:
        yield
    finally:
        _chance = before


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562): sortable by time, as 32 hexadecimal digits."""
    return _chance.uuid7()


def new_ref() -> str:
    """Return a new reference of 64 random bits, in 13 characters of Crockford's alphabet."""
    return ref_of(new_secret(8))


def ref_of(raw: bytes) -> str:
    """Write 8 bytes as the 13 characters that stand for them on the wire."""
    number = int.from_bytes(raw, "big")
    return "".join(REF_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def new_number(length: int) -> str:
    """Return `length` random characters of Crockford's alphabet, for the body of a printed number."""
    return "".join(REF_ALPHABET[byte & 31] for byte in new_secret(length))  # 256 is a multiple of 32


def new_secret(size: int = 32) -> bytes:
    """Return `size` random bytes fit for a nonce or a key (any 32 make one of Ed25519 or X25519)."""
    return _chance.random_bytes(size)
