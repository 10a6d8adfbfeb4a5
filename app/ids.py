"""The only place that makes identities and secrets. Ids are made before the first write and travel end to end."""

import secrets

import uuid_utils

REF_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
REF_LENGTH = 13  # 64 bits at 5 bits a character
VOUCHER_BODY_LENGTH = 13
MEMBER_BODY_LENGTH = 10


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562): sortable by time, as 32 hexadecimal digits."""
    return uuid_utils.uuid7().hex


def new_ref() -> str:
    """Return a new reference of 64 random bits, in 13 characters of Crockford's alphabet."""
    return ref_of(secrets.token_bytes(8))


def ref_of(raw: bytes) -> str:
    """Write 8 bytes as the 13 characters that stand for them on the wire."""
    number = int.from_bytes(raw, "big")
    return "".join(REF_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def new_number(length: int) -> str:
    """Return `length` random characters of Crockford's alphabet, for the body of a printed number."""
    return "".join(secrets.choice(REF_ALPHABET) for _ in range(length))


def new_secret(size: int = 32) -> bytes:
    """Return `size` random bytes fit for a key or a nonce."""
    return secrets.token_bytes(size)
