"""What a member's phone shows: HQ's token with this minute's signature by the key that the token is bound to.

    L3: + Base45 of the CBOR array [token, ts, nonce, signature]
    signature = Ed25519("TS-L3" | SHA-256(token) | u64be ts | u8 length of nonce | nonce)

`token` is the COSE_Sign1 of signed_code as a byte string, with `cnf`; `ts` is in seconds. With a nonce of 8 bytes that
is 353 characters, a QR code of version 11. Whoever holds a picture of it holds a code that is a minute old at most and
counts once, and a stolen station holds nothing to make one with.
"""

import hashlib
from collections.abc import Callable, Mapping

import base45
import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.canonical import INTEGER_MAX
from app.core.plain_cbor import read_exactly
from app.core.reasons import Reason, Refusal
from app.core.signed_code import (
    Level,
    MemberCode,
    Shown,
    TokenKey,
    is_signed_by,
    read_token,
    written,
)

PHONE_PREFIX = "L3:"
NONCE_SIZES = range(8, 17)
FRESH_MS = 60_000  # two of the phone's codes, and a clock that is half a minute off


def phone_message(token: bytes, *, ts: int, nonce: bytes) -> bytes:
    """Return the bytes that the phone signs."""
    head = b"TS-L3" + hashlib.sha256(token).digest() + ts.to_bytes(8, "big")
    return head + len(nonce).to_bytes(1, "big") + nonce


def write_phone_code(token: bytes, *, ts: int, nonce: bytes, sign: Callable[[bytes], bytes]) -> str:
    """Return the text that a phone shows."""
    signature = sign(phone_message(token, ts=ts, nonce=nonce))
    return written(PHONE_PREFIX, cbor2.dumps([token, ts, nonce, signature]))


def read_phone_code(
    text: str, *, keys: Mapping[bytes, TokenKey], now_ms: int, is_time_doubtful: bool = False
) -> MemberCode | Refusal:
    """Read an `L3:` code. By a clock in doubt nobody can say that it is fresh: then it counts as any signed code."""
    try:
        token, ts, nonce, signature = read_exactly(base45.b45decode(text.removeprefix(PHONE_PREFIX)), list)
    except ValueError:
        return Refusal(Reason.CODE_UNREADABLE)
    is_ours = (
        type(ts) is int
        and 0 <= ts <= INTEGER_MAX // 1000
        and type(nonce) is bytes
        and len(nonce) in NONCE_SIZES
    )
    found = read_token(token, keys=keys, now_ms=now_ms)
    if isinstance(found, Refusal):
        return found
    if not is_ours or found.phone is None:
        return Refusal(Reason.CODE_FORGED)
    phone = Ed25519PublicKey.from_public_bytes(found.phone)
    if not is_signed_by(phone, signature, phone_message(token, ts=ts, nonce=nonce)):
        return Refusal(Reason.CODE_FORGED)
    if not is_time_doubtful and abs(now_ms - ts * 1000) > FRESH_MS:
        return Refusal(Reason.CODE_STALE)
    level = Level.SIGNED if is_time_doubtful else Level.LIVE
    return MemberCode(
        found.ref, found.issued_ms, found.expires_ms, level, Shown(hash_nonce(found.ref, nonce), ts)
    )


def hash_nonce(ref: bytes, nonce: bytes) -> str:
    """Return by what a showing is known in journals: with the member, so that nobody uses up another's."""
    return hashlib.sha256(b"TS-nonce" + ref + nonce).hexdigest()[:32]
