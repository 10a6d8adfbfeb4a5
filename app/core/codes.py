"""The codes a member shows: text in, `Credential` or `Refusal` out. Nothing here asks for the time; it is handed in.

Three families:
- `L2:` is what HQ signed (signed_code): a station can tell without a network that HQ issued it, not who copied it.
- `L3:` is the same with this minute's signature by the member's phone (phone_code): a picture of it is soon worthless.
- plain numbers: `M` + 10 (member) or `V` + 13 (voucher) characters of Crockford's alphabet + a check character
  (Luhn modulo 32). They ignore case, spaces and dashes, and prove only that somebody knows the number.

The order of the checks matters: Base45 uses spaces and dashes itself, so signed codes are ruled out first.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from stdnum import luhn

from app.core.phone_code import PHONE_PREFIX, read_phone_code
from app.core.reasons import Reason, Refusal
from app.core.signed_code import (
    MEMBER_REF_SIZE,
    SIGNED_PREFIX,
    Level,
    MemberCode,
    Shown,
    TokenKey,
    hash_signed,
    read_signed,
    sign_member_code,
)

__all__ = [
    "MEMBER_REF_SIZE",
    "Credential",
    "Level",
    "MemberCode",
    "MemberNumber",
    "Shown",
    "TokenKey",
    "VoucherNumber",
    "fold",
    "hash_number",
    "hash_signed",
    "is_signed",
    "number",
    "parse",
    "sign_member_code",
    "unknown",
]

TEXT_LENGTH_MAX = 512  # the longest payload a printed code of a size that scans well can carry
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEMBER_BODY = 10
VOUCHER_BODY = 13
SHOWN_LENGTH = 12  # of an unknown code, so that the cashier recognises what was scanned


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


def parse(
    text: str, *, keys: Mapping[bytes, TokenKey], now_ms: int, is_time_doubtful: bool = False
) -> Credential | Refusal:
    """Say what a scanned or typed text is.

    `keys` maps key ids to HQ's public keys; `now_ms` is the effective time in UTC milliseconds, which may be in doubt.
    Returns the credential, or a refusal of class identity.
    """
    if len(text) > TEXT_LENGTH_MAX or not text.strip():
        return Refusal(Reason.CODE_UNREADABLE)
    if text.startswith(SIGNED_PREFIX):
        return read_signed(text, keys=keys, now_ms=now_ms)
    if text.startswith(PHONE_PREFIX):
        return read_phone_code(text, keys=keys, now_ms=now_ms, is_time_doubtful=is_time_doubtful)
    folded = fold(text)
    if _is_number(folded, "M", MEMBER_BODY):
        return MemberNumber(hash_number(folded))
    if _is_number(folded, "V", VOUCHER_BODY):
        return VoucherNumber(hash_number(folded))
    return unknown(text)


def is_signed(text: str) -> bool:
    """Tell whether a text claims to be signed for a member; nothing is said of its being good."""
    return text.startswith((SIGNED_PREFIX, PHONE_PREFIX))


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


def _is_number(folded: str, kind: str, body_length: int) -> bool:
    if len(folded) != 1 + body_length + 1 or folded[0] != kind:
        return False
    digits = folded[1:]
    return all(char in ALPHABET for char in digits) and luhn.is_valid(digits, alphabet=ALPHABET)
