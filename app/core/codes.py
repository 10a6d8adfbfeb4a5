"""The codes a member shows: text in, `Credential` or `Refusal` out. Nothing here asks for the time; it is handed in.

Two families:
- `L2:` + Base45 (RFC 9285) of an untagged COSE_Sign1 (RFC 9052) with claims by RFC 8392. HQ signed it, so a station
  can tell without any network that HQ issued it. It proves no more than that: such a code can be copied.
- plain numbers: `M` + 10 (member) or `V` + 13 (voucher) characters of Crockford's alphabet + a check character
  (Luhn modulo 32). They ignore case, spaces and dashes, and prove only that somebody knows the number.

The order of the checks matters: Base45 uses spaces and dashes itself, so signed codes are ruled out first.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import base45
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from stdnum import luhn

from app.core.reasons import Reason, Refusal

TEXT_LENGTH_MAX = 512  # the longest payload a printed code of a size that scans well can carry
SIGNED_PREFIX = "L2:"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEMBER_BODY = 10
VOUCHER_BODY = 13
SHOWN_LENGTH = 12  # of an unknown code, so that the cashier recognises what was scanned

HEADER_ALGORITHM, HEADER_KEY_ID, EDDSA = 1, 4, -8
CLAIM_SUBJECT, CLAIM_EXPIRES, CLAIM_ISSUED, CLAIM_CLASS = 2, 4, 6, -65537
MEMBER_REF_SIZE = 8
MEMBER_CLASS = 1
TOKEN_KEY_ID = re.compile(rb"t([1-9][0-9]{0,3})")  # as HQ counts its keys for codes


class Level(StrEnum):
    """How much a code proves (the assurance of its bearer)."""

    TYPED = "A0"
    NUMBER = "A1"
    SIGNED = "A2"


@dataclass(frozen=True, slots=True)
class MemberCode:
    """A signed member code: the member's reference (8 bytes) that HQ vouches for."""

    ref: bytes
    expires_ms: int
    level: Level = Level.SIGNED


@dataclass(frozen=True, slots=True)
class MemberNumber:
    """A plain member number, to be looked up by its hash."""

    code_hash: str
    level: Level = Level.NUMBER


@dataclass(frozen=True, slots=True)
class VoucherNumber:
    """A plain voucher number, to be looked up by its hash."""

    code_hash: str
    level: Level = Level.NUMBER


Credential = MemberCode | MemberNumber | VoucherNumber


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One of HQ's keys for member codes.

    Codes issued from `retired_ms` on are no longer believed, and of a revoked key none at all.
    """

    public: Ed25519PublicKey
    retired_ms: int | None = None
    is_revoked: bool = False


def parse(text: str, *, keys: Mapping[bytes, TokenKey], now_ms: int) -> Credential | Refusal:
    """Say what a scanned or typed text is.

    `keys` maps key ids to HQ's public keys; `now_ms` is the effective time in UTC milliseconds.
    Returns the credential, or a refusal of class identity.
    """
    if len(text) > TEXT_LENGTH_MAX or not text.strip():
        return Refusal(Reason.CODE_UNREADABLE)
    if text.startswith(SIGNED_PREFIX):
        return _parse_signed(text, keys=keys, now_ms=now_ms)
    folded = fold(text)
    if _is_number(folded, "M", MEMBER_BODY):
        return MemberNumber(hash_number(folded))
    if _is_number(folded, "V", VOUCHER_BODY):
        return VoucherNumber(hash_number(folded))
    return unknown(text)


def unknown(text: str) -> Refusal:
    """Return the refusal for a text that is none of our codes, with its beginning made safe to show."""
    beginning = text.strip()[:SHOWN_LENGTH]
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in beginning)
    return Refusal(Reason.UNKNOWN_CODE, {"shown": shown})


def fold(text: str) -> str:
    """Return a plain number as it is printed: upper case, without spaces and dashes."""
    return text.upper().replace(" ", "").replace("-", "")


def number(kind: str, body: str) -> str:
    """Return the printed number of a `kind` (M or V) with the check character behind its `body`."""
    check: str = luhn.calc_check_digit(body, alphabet=ALPHABET)
    return kind + body + check


def hash_number(folded: str) -> str:
    """Return what is stored in place of a number, 32 hexadecimal digits, so that no list of valid codes lies about.

    Vouchers carry 65 random bits: the hash can't be reversed by guessing. Member numbers (50 bits) prove little anyway.
    """
    return hashlib.sha256(b"TS-code" + folded.encode("ascii")).hexdigest()[:32]


def hash_signed(ref: bytes) -> str:
    """Return what journals record of a signed member code: a hash that is the same for each of a member's codes."""
    return hashlib.sha256(b"TS-ref" + ref).hexdigest()[:32]


def sign_member_code(
    key: Ed25519PrivateKey, *, key_id: bytes, ref: bytes, issued_ms: int, expires_ms: int
) -> str:
    """Return the text of a new `L2:` code (164 characters for the usual sizes), good for QR's alphanumeric mode."""
    protected = cbor2.dumps({HEADER_ALGORITHM: EDDSA, HEADER_KEY_ID: key_id}, canonical=True)
    claims = cbor2.dumps(
        {
            CLAIM_SUBJECT: ref,
            CLAIM_EXPIRES: expires_ms // 1000,
            CLAIM_ISSUED: issued_ms // 1000,
            CLAIM_CLASS: MEMBER_CLASS,
        },
        canonical=True,
    )
    signature = key.sign(_to_be_signed(protected, claims))
    packed: bytes = base45.b45encode(cbor2.dumps([protected, {}, claims, signature]))
    return SIGNED_PREFIX + packed.decode("ascii")


def _parse_signed(text: str, *, keys: Mapping[bytes, TokenKey], now_ms: int) -> MemberCode | Refusal:
    try:
        message = base45.b45decode(text.removeprefix(SIGNED_PREFIX))
        protected, unprotected, payload, signature = _load_exactly(message, list)
        header, claims = _load_exactly(protected, dict), _load_exactly(payload, dict)
        ref, expires, issued = claims[CLAIM_SUBJECT], claims[CLAIM_EXPIRES], claims[CLAIM_ISSUED]
        is_ours = (
            unprotected == {}
            and header == {HEADER_ALGORITHM: EDDSA, HEADER_KEY_ID: header[HEADER_KEY_ID]}
            and claims.keys() == {CLAIM_SUBJECT, CLAIM_EXPIRES, CLAIM_ISSUED, CLAIM_CLASS}
            and claims[CLAIM_CLASS] == MEMBER_CLASS
            and type(header[HEADER_KEY_ID]) is bytes
            and type(ref) is bytes
            and len(ref) == MEMBER_REF_SIZE
            and type(expires) is int
            and type(issued) is int
        )
    except (ValueError, KeyError, TypeError, cbor2.CBORError):
        return Refusal(Reason.CODE_UNREADABLE)
    if not is_ours:
        return Refusal(Reason.CODE_FORGED)
    key_id = header[HEADER_KEY_ID]
    key = keys.get(key_id)
    if key is None and _is_to_come(key_id, keys):
        return Refusal(Reason.CODE_TOO_NEW)
    if key is None or not _is_signed(key.public, protected, payload, signature):
        return Refusal(Reason.CODE_FORGED)
    if key.is_revoked:
        return Refusal(Reason.CODE_WITHDRAWN)
    issued_ms, expires_ms = issued * 1000, expires * 1000
    if key.retired_ms is not None and issued_ms >= key.retired_ms:
        return Refusal(Reason.CODE_FORGED)
    if now_ms < issued_ms:
        return Refusal(Reason.CODE_NOT_YET_VALID)
    if now_ms >= expires_ms:
        return Refusal(Reason.CODE_EXPIRED)
    return MemberCode(ref, expires_ms)


def _is_to_come(key_id: bytes, keys: Mapping[bytes, TokenKey]) -> bool:
    """Tell whether HQ may have such a key by now: its number is higher than those we know.

    Nothing says that HQ really has it: a card of that key is refused until the set of keys has come.
    """
    found = TOKEN_KEY_ID.fullmatch(key_id)
    known = [int(known.group(1)) for known in map(TOKEN_KEY_ID.fullmatch, keys) if known is not None]
    return found is not None and int(found.group(1)) > max(known, default=0)


def _load_exactly(data: bytes, kind: type) -> Any:
    """Read one CBOR item of this kind whose bytes are the only way to write it; anything else is no code of ours.

    Holding it to the canonical form shuts out tags, floats, doubled keys and trailing bytes in one stroke.
    """
    if type(data) is not bytes:
        raise ValueError("not bytes")
    value = cbor2.loads(data)
    if type(value) is not kind or cbor2.dumps(value, canonical=True) != data:
        raise ValueError("not in canonical form")
    return value


def _is_signed(key: Ed25519PublicKey, protected: bytes, payload: bytes, signature: Any) -> bool:
    try:
        key.verify(signature, _to_be_signed(protected, payload))
    except (InvalidSignature, TypeError):
        return False
    return True


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Return the Sig_structure of RFC 9052 §4.4 for a COSE_Sign1 without external data."""
    return cbor2.dumps(["Signature1", protected, b"", payload])


def _is_number(folded: str, kind: str, body_length: int) -> bool:
    if len(folded) != 1 + body_length + 1 or folded[0] != kind:
        return False
    digits = folded[1:]
    return all(char in ALPHABET for char in digits) and luhn.is_valid(digits, alphabet=ALPHABET)
