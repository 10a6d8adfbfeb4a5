"""The codes a member shows: text in, `Credential` or `Refusal` out. Nothing here asks for the time; it is handed in.

Four families, and what a camera sees besides:
- `L2:` is what HQ signed (signed_code): a station can tell without a network that HQ issued it, not who copied it.
- `L3:` is the same with this minute's signature by the member's phone (phone_code): a picture of it is soon worthless.
- plain numbers: `M` + 10 (member), `V` + 13 to 20 (voucher) or `G` + 13 (gift card) characters of Crockford's alphabet
  and a check character (Luhn modulo 32). They ignore case, spaces and dashes, and prove only that somebody knows them.
- numbers of others, in the forms of GS1 (gs1): good where head office keeps them, and they prove as little.
- `TS:` and a letter: what we print for other purposes than to show a member (receipts, staff badges, set-up codes).

The order of the checks matters: Base45 uses spaces and dashes itself, so signed codes are ruled out first.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stdnum import luhn

from app.core import gs1
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
    "BadgeCode",
    "Credential",
    "GiftCardNumber",
    "Level",
    "MemberCode",
    "MemberNumber",
    "ReceiptCode",
    "SetupCode",
    "Shown",
    "TokenKey",
    "VoucherNumber",
    "badge",
    "fold",
    "hash_number",
    "hash_signed",
    "is_signed",
    "not_here",
    "number",
    "parse",
    "sign_member_code",
    "unknown",
]

TEXT_LENGTH_MAX = 512  # the longest payload a printed code of a size that scans well can carry
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEMBER_BODY = 10
VOUCHER_BODY, VOUCHER_BODY_MAX = 13, 20  # longer ones begin with a word of the shop's
GIFT_CARD_BODY = 13
RECEIPT_PREFIX, BADGE_PREFIX, SETUP_PREFIX = "TS:R:", "TS:B:", "TS:P:"  # of one length
AIM = re.compile(
    r"\][A-Za-z][0-9A-Za-z]"
)  # what a scanner may say of a symbol, in front of it (ISO/IEC 15424)
# What is written for phones and other programs. Such texts may hold secrets: nothing of them is shown.
FOREIGN = re.compile(
    r"(?:(?:otpauth|otpauth-migration|wifi|mecard|mailto|tel|sms|smsto|geo|upi|bitcoin|dpp):|BEGIN:V|eyJ[\w-]+\.eyJ)",
    re.IGNORECASE,
)
IN_FRONT = re.compile(r"[\s\ufeff\x00-\x20]*")  # what a careless writer leaves in front of a text
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


@dataclass(frozen=True, slots=True)
class GiftCardNumber:
    """A plain gift card number, to be looked up by its hash."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """What stands on a receipt: the id of its redemption, as it was read."""

    redemption_id: str


@dataclass(frozen=True, slots=True)
class BadgeCode:
    """What stands on a staff badge: whose it is. It proves nothing without the PIN."""

    badge: str


@dataclass(frozen=True, slots=True)
class SetupCode:
    """What head office shows once to set a station up; only the set-up may read it."""

    text: str = field(repr=False)


Credential = MemberCode | MemberNumber | VoucherNumber | GiftCardNumber | ReceiptCode | BadgeCode | SetupCode


def parse(
    text: str, *, keys: Mapping[bytes, TokenKey], now_ms: int, is_time_doubtful: bool = False, aim: str = ""
) -> Credential | Refusal:
    """Say what a scanned or typed text is.

    `keys` maps key ids to HQ's public keys; `now_ms` is the effective time in UTC milliseconds, which may be in doubt.
    `aim` is the symbology identifier, where the scanner said one and not in the text itself.
    Returns the credential, or a refusal of class identity.
    """
    if AIM.match(text):
        aim, text = text[:3], text[3:]
    if len(text) > TEXT_LENGTH_MAX or not text.strip():
        return Refusal(Reason.CODE_UNREADABLE)
    if text.startswith(SIGNED_PREFIX):
        return read_signed(text, keys=keys, now_ms=now_ms)
    if text.startswith(PHONE_PREFIX):
        return read_phone_code(text, keys=keys, now_ms=now_ms, is_time_doubtful=is_time_doubtful)
    if text.startswith((RECEIPT_PREFIX, BADGE_PREFIX, SETUP_PREFIX)):
        return _of_our_own(text)
    if gs1.is_gs1(text, aim=aim):
        return _by_elements(gs1.elements(text)) or unknown(text)
    return _plain(text) or _foreign(text) or unknown(text)


def _of_our_own(text: str) -> Credential:
    if text.startswith(SETUP_PREFIX):
        return SetupCode(text)
    kind = ReceiptCode if text.startswith(RECEIPT_PREFIX) else BadgeCode
    return kind(text[len(RECEIPT_PREFIX) :])


def _by_elements(values: Mapping[str, str]) -> MemberNumber | VoucherNumber | Refusal | None:
    """Return the number of a member or voucher among element strings, nothing where there is none."""
    if gs1.MEMBER_AI in values:
        return MemberNumber(hash_number(gs1.named(gs1.MEMBER_AI, values[gs1.MEMBER_AI])))
    for ai in gs1.VOUCHER_AIS:
        if ai in values:
            return VoucherNumber(hash_number(gs1.named(ai, values[ai])))
    return Refusal(Reason.COUPON_OF_MAKER) if any(ai in values for ai in gs1.TRADE_AIS) else None


def _plain(text: str) -> Credential | Refusal | None:
    """Return what a number is: one of ours, or one that a shop prints as an EAN-13."""
    folded = fold(text)
    if _is_number(folded, "M", MEMBER_BODY):
        return MemberNumber(hash_number(folded))
    if _is_number(folded, "V", VOUCHER_BODY, VOUCHER_BODY_MAX):
        return VoucherNumber(hash_number(folded))
    if _is_number(folded, "G", GIFT_CARD_BODY):
        return GiftCardNumber(hash_number(folded))
    digits = gs1.ean(folded)
    if digits is None:
        return None
    is_long = len(digits) == gs1.EAN13_LENGTH
    if is_long and digits.startswith(gs1.CARD_PREFIXES):
        return MemberNumber(hash_number(digits))
    if is_long and digits.startswith(gs1.COUPON_PREFIXES):
        return VoucherNumber(hash_number(digits))
    return Refusal(Reason.CODE_IS_PRODUCT)


def _foreign(text: str) -> Credential | Refusal | None:
    """Return what is written in the form of a web address, or for other programs."""
    text = IN_FRONT.sub("", text, count=1)
    if gs1.is_link(text):
        return _by_elements(gs1.elements_of_link(text)) or Refusal(Reason.CODE_IS_LINK)
    return Refusal(Reason.CODE_IS_FOREIGN) if FOREIGN.match(text) else None


def badge(staff_id: str) -> str:
    """Return what stands on the badge of somebody of the staff."""
    return BADGE_PREFIX + staff_id


def is_signed(text: str) -> bool:
    """Tell whether a text claims to be signed for a member; nothing is said of its being good."""
    return text.startswith((SIGNED_PREFIX, PHONE_PREFIX))


def unknown(text: str) -> Refusal:
    """Return the refusal for a text that is none of our codes, with its beginning made safe to show."""
    beginning = text.strip()[:SHOWN_LENGTH]
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in beginning)
    return Refusal(Reason.UNKNOWN_CODE, {"shown": shown})


def not_here(code: ReceiptCode | BadgeCode | SetupCode) -> Refusal:
    """Return the refusal where a member or voucher is wanted."""
    return Refusal(Reason.CODE_FOR_SETUP if isinstance(code, SetupCode) else Reason.CODE_NOT_HERE)


def fold(text: str) -> str:
    """Return a plain number as it is printed: upper case, without spaces and dashes."""
    return text.upper().replace(" ", "").replace("-", "")


def number(kind: str, body: str) -> str:
    """Return the printed number of a `kind` (M or V) with the check character behind its `body`."""
    check: str = luhn.calc_check_digit(body, alphabet=ALPHABET)
    return kind + body + check


def hash_number(folded: str) -> str:
    """Return what is stored in place of a number, 32 hexadecimal digits, so that no list of valid codes lies about.

    Of vouchers at least 65 bits are random: the hash can't be reversed by guessing. Member numbers (50 bits) prove
    little anyway.
    """
    return hashlib.sha256(b"TS-code" + folded.encode("ascii")).hexdigest()[:32]


def _is_number(folded: str, kind: str, body_length: int, length_max: int = 0) -> bool:
    if not body_length <= len(folded) - 2 <= max(body_length, length_max) or folded[0] != kind:
        return False
    digits = folded[1:]
    return all(char in ALPHABET for char in digits) and luhn.is_valid(digits, alphabet=ALPHABET)
