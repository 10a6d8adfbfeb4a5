"""What HQ signs for a member: an untagged COSE_Sign1 (RFC 9052) with claims by RFC 8392.

Shown as it is, as `L2:` and its Base45 (RFC 9285), it proves that HQ issued it, and no more: it can be copied. Where
its claim `cnf` (RFC 8747) names the key of a member's phone, that phone can show more with it: see phone_code.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import base45
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.plain_cbor import read_exactly
from app.core.reasons import Reason, Refusal

SIGNED_PREFIX = "L2:"
HEADER_ALGORITHM, HEADER_KEY_ID, EDDSA = 1, 4, -8
CLAIM_SUBJECT, CLAIM_EXPIRES, CLAIM_ISSUED, CLAIM_PHONE, CLAIM_CLASS = 2, 4, 6, 8, -65537
CLAIMS = {CLAIM_SUBJECT, CLAIM_EXPIRES, CLAIM_ISSUED, CLAIM_CLASS}
COSE_KEY = 1  # in `cnf` (RFC 8747 §3.1)
KEY_TYPE, OCTET_PAIR, CURVE, ED25519, KEY_X = 1, 1, -1, 6, -2  # of a COSE_Key (RFC 9053 §7.2)
PHONE_KEY_SIZE = 32
MEMBER_REF_SIZE = 8
MEMBER_CLASS = 1
KEPT_MAX = 1_024  # signatures that are not checked again: of the members who come and go in a busy shop
TOKEN_KEY_ID = re.compile(rb"t([1-9][0-9]{0,3})")  # as HQ counts its keys for codes


class Level(StrEnum):
    """How much a code proves (the assurance of its bearer)."""

    TYPED = "A0"
    NUMBER = "A1"
    SIGNED = "A2"
    LIVE = "A3"  # shown this minute by the phone that HQ bound to the member


@dataclass(frozen=True, slots=True)
class Shown:
    """One showing of a phone's code: the hash of its nonce, and when the phone made it (seconds since 1970, UTC)."""

    nonce_hash: str
    ts: int

    def record(self) -> dict[str, Any]:
        """Return the form that stands in journal entries."""
        return {"nonce_hash": self.nonce_hash, "ts": self.ts}


@dataclass(frozen=True, slots=True)
class MemberCode:
    """A signed member code: the member's reference (8 bytes) that HQ vouches for. `shown` where a phone made it."""

    ref: bytes
    issued_ms: int
    expires_ms: int
    level: Level = Level.SIGNED
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One of HQ's keys for member codes.

    Codes issued from `retired_ms` on are no longer believed, and of a revoked key none at all.
    """

    public: Ed25519PublicKey
    retired_ms: int | None = None
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """What HQ signed: the member, the time for which it is good, and the public key (32 bytes) of a bound phone."""

    ref: bytes
    issued_ms: int
    expires_ms: int
    phone: bytes | None


def sign_token(
    key: Ed25519PrivateKey,
    *,
    key_id: bytes,
    ref: bytes,
    issued_ms: int,
    expires_ms: int,
    phone: bytes | None = None,
) -> bytes:
    """Return the COSE_Sign1 of a member's token; `phone` is the public key of the phone that it is bound to."""
    protected = cbor2.dumps({HEADER_ALGORITHM: EDDSA, HEADER_KEY_ID: key_id}, canonical=True)
    claims: dict[int, Any] = {
        CLAIM_SUBJECT: ref,
        CLAIM_EXPIRES: expires_ms // 1000,
        CLAIM_ISSUED: issued_ms // 1000,
        CLAIM_CLASS: MEMBER_CLASS,
    }
    if phone is not None:
        claims[CLAIM_PHONE] = {COSE_KEY: {KEY_TYPE: OCTET_PAIR, CURVE: ED25519, KEY_X: phone}}
    payload = cbor2.dumps(claims, canonical=True)
    signature = key.sign(_to_be_signed(protected, payload))
    return cbor2.dumps([protected, {}, payload, signature])


def sign_member_code(
    key: Ed25519PrivateKey,
    *,
    key_id: bytes,
    ref: bytes,
    issued_ms: int,
    expires_ms: int,
    phone: bytes | None = None,
) -> str:
    """Return the text of a new `L2:` code (164 characters for the usual sizes), good for QR's alphanumeric mode."""
    token = sign_token(key, key_id=key_id, ref=ref, issued_ms=issued_ms, expires_ms=expires_ms, phone=phone)
    return written(SIGNED_PREFIX, token)


def written(prefix: str, message: bytes) -> str:
    """Return the text of a message."""
    packed: bytes = base45.b45encode(message)
    return prefix + packed.decode("ascii")


def hash_signed(ref: bytes) -> str:
    """Return what journals record of a signed member code: a hash that is the same for each of a member's codes."""
    return hashlib.sha256(b"TS-ref" + ref).hexdigest()[:32]


def read_signed(text: str, *, keys: Mapping[bytes, TokenKey], now_ms: int) -> MemberCode | Refusal:
    """Read an `L2:` code; a phone's token shown so is no more than any other."""
    message = _unpacked(text)
    if message is None:
        return Refusal(Reason.CODE_UNREADABLE)
    token = read_token(message, keys=keys, now_ms=now_ms)
    return token if isinstance(token, Refusal) else MemberCode(token.ref, token.issued_ms, token.expires_ms)


@lru_cache(maxsize=KEPT_MAX)
def _unpacked(text: str) -> bytes | None:
    try:
        message: bytes = base45.b45decode(text.removeprefix(SIGNED_PREFIX))
    except ValueError:
        return None
    return message


def read_token(message: Any, *, keys: Mapping[bytes, TokenKey], now_ms: int) -> Token | Refusal:
    """Return what HQ vouches for in a COSE_Sign1, or why it is not believed now."""
    try:
        protected, unprotected, payload, signature = read_exactly(message, list)
        header, claims = read_exactly(protected, dict), read_exactly(payload, dict)
        key_id, ref = header[HEADER_KEY_ID], claims[CLAIM_SUBJECT]
        expires, issued = claims[CLAIM_EXPIRES], claims[CLAIM_ISSUED]
    except (ValueError, KeyError):
        return Refusal(Reason.CODE_UNREADABLE)
    is_ours = (
        unprotected == {}
        and header == {HEADER_ALGORITHM: EDDSA, HEADER_KEY_ID: key_id}
        and claims.keys() - {CLAIM_PHONE} == CLAIMS
        and claims[CLAIM_CLASS] == MEMBER_CLASS
        and type(key_id) is bytes
        and type(ref) is bytes
        and len(ref) == MEMBER_REF_SIZE
        and type(expires) is int
        and type(issued) is int
        and (CLAIM_PHONE not in claims or _is_phone(claims[CLAIM_PHONE]))
    )
    if not is_ours:
        return Refusal(Reason.CODE_FORGED)
    key = keys.get(key_id)
    if key is None and _is_to_come(key_id, keys):
        return Refusal(Reason.CODE_TOO_NEW)
    if key is None or not _is_vouched_for(key.public, signature, protected, payload):
        return Refusal(Reason.CODE_FORGED)
    token = Token(ref, issued * 1000, expires * 1000, _phone_of(claims))
    return _refused(token, key, now_ms=now_ms) or token


def _refused(token: Token, key: TokenKey, *, now_ms: int) -> Refusal | None:
    """Return why a token that the key has signed is not believed now."""
    if key.is_revoked:
        return Refusal(Reason.CODE_WITHDRAWN)
    if key.retired_ms is not None and token.issued_ms >= key.retired_ms:
        return Refusal(Reason.CODE_FORGED)
    if now_ms < token.issued_ms:
        return Refusal(Reason.CODE_NOT_YET_VALID)
    if now_ms >= token.expires_ms:
        return Refusal(Reason.CODE_EXPIRED)
    return None


def _is_vouched_for(key: Ed25519PublicKey, signature: Any, protected: bytes, payload: bytes) -> bool:
    """Tell whether HQ's key has signed this; a code that comes again isn't worth the same sum again."""
    return type(signature) is bytes and _is_signed(key.public_bytes_raw(), signature, protected, payload)


@lru_cache(maxsize=KEPT_MAX)
def _is_signed(key: bytes, signature: bytes, protected: bytes, payload: bytes) -> bool:
    return is_signed_by(Ed25519PublicKey.from_public_bytes(key), signature, _to_be_signed(protected, payload))


def is_signed_by(key: Ed25519PublicKey, signature: Any, message: bytes) -> bool:
    """Tell whether this is the key's signature; anything may stand in its place."""
    try:
        key.verify(signature, message)
    except (InvalidSignature, TypeError):
        return False
    return True


def _is_phone(confirmation: Any) -> bool:
    key = confirmation.get(COSE_KEY) if isinstance(confirmation, dict) else None
    x = key.get(KEY_X) if isinstance(key, dict) else None
    return (
        type(x) is bytes
        and len(x) == PHONE_KEY_SIZE
        and confirmation == {COSE_KEY: {KEY_TYPE: OCTET_PAIR, CURVE: ED25519, KEY_X: x}}
    )


def _phone_of(claims: Mapping[int, Any]) -> bytes | None:
    confirmation = claims.get(CLAIM_PHONE)
    found: bytes | None = None if confirmation is None else confirmation[COSE_KEY][KEY_X]
    return found


def _is_to_come(key_id: bytes, keys: Mapping[bytes, TokenKey]) -> bool:
    """Tell whether HQ may have such a key by now: its number is higher than those we know.

    Nothing says that HQ really has it: a card of that key is refused until the set of keys has come.
    """
    found = TOKEN_KEY_ID.fullmatch(key_id)
    known = [int(known.group(1)) for known in map(TOKEN_KEY_ID.fullmatch, keys) if known is not None]
    return found is not None and int(found.group(1)) > max(known, default=0)


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Return the Sig_structure of RFC 9052 §4.4 for a COSE_Sign1 without external data."""
    return cbor2.dumps(["Signature1", protected, b"", payload])
