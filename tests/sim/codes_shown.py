"""The codes of a world: what members and their phones show, what others make of it, and what is true of each."""

import hashlib
import random
from dataclasses import dataclass

import base45
import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.phone_code import write_phone_code
from app.core.signed_code import sign_token, written
from tests.sim.code_oracles import LIVE, NUMBER, SIGNED, Truth
from tests.sim.furniture_people import Phone, bytes_of

CARD, LIVE_CARD = "L2:", "L3:"
NONCE_SIZE = 8
SECOND_MS, MINUTE_MS, YEAR_MS = 1_000, 60_000, 365 * 86_400_000


@dataclass(frozen=True)
class Code:
    """A text that is shown, and what is true of it."""

    text: str
    truth: Truth


def of_member(ref: str, text: str) -> Code:
    """A card that HQ gave to a member: a signed one or a plain number."""
    if not text.startswith(CARD):
        return Code(text, Truth(ref, NUMBER))
    return Code(text, _truth_of_token(ref, base45.b45decode(text.removeprefix(CARD))))


def of_phone(phone: Phone, *, now_ms: int, rng: random.Random) -> Code:
    """What a member's phone shows now."""
    ts, nonce = now_ms // SECOND_MS, rng.randbytes(NONCE_SIZE)
    text = write_phone_code(phone.token, ts=ts, nonce=nonce, sign=_signer(phone.key))
    known_by = hashlib.sha256(b"TS-nonce" + bytes_of(phone.ref) + nonce).hexdigest()[:32]
    truth = _truth_of_token(phone.ref, phone.token)
    return Code(text, truth._replace(proves=LIVE, made_ms=ts * SECOND_MS, nonce_hash=known_by))


def as_card(phone: Phone) -> Code:
    """The token of a phone, taken out of it: good, and no more than any card."""
    return Code(written(CARD, phone.token), _truth_of_token(phone.ref, phone.token))


def forged(phone: Phone, ref: str, *, now_ms: int, rng: random.Random) -> list[Code]:
    """What somebody who has a phone, and no key of HQ's, can make of it to pass for `ref`, or for this minute's."""
    own, nobody = rng.randbytes(32), Truth("")
    kid = _read(_read(phone.token)[0])[4]
    token = sign_token(
        Ed25519PrivateKey.from_private_bytes(own),
        key_id=kid,
        ref=bytes_of(ref),
        issued_ms=now_ms - YEAR_MS,
        expires_ms=now_ms + YEAR_MS,
        phone=Ed25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw(),
    )
    ts, nonce = now_ms // SECOND_MS, rng.randbytes(NONCE_SIZE)
    protected, unprotected, payload, signature = _read(phone.token)
    claims = _read(payload) | {2: bytes_of(ref)}
    other = cbor2.dumps([protected, unprotected, cbor2.dumps(claims, canonical=True), signature])
    bare = {name: value for name, value in _read(payload).items() if name != 8}
    loose = cbor2.dumps([protected, unprotected, cbor2.dumps(bare, canonical=True), signature])
    old = of_phone(phone, now_ms=now_ms - 10 * MINUTE_MS, rng=rng).text
    held = _read(base45.b45decode(old.removeprefix(LIVE_CARD)))
    return [
        Code(written(CARD, token), nobody),  # signed by a key of one's own, under HQ's name for its key
        Code(written(CARD, other), nobody),  # somebody else's name under a signature
        Code(written(CARD, loose), nobody),  # bound to no phone any more
        Code(write_phone_code(token, ts=ts, nonce=nonce, sign=_signer(own)), nobody),
        Code(write_phone_code(phone.token, ts=ts, nonce=nonce, sign=_signer(own)), nobody),
        Code(written(LIVE_CARD, cbor2.dumps([held[0], ts, *held[2:]])), nobody),  # a picture, dated today
        _with_a_slip(as_card(phone), rng),
    ]


def _with_a_slip(code: Code, rng: random.Random) -> Code:
    """The same with one byte that is another."""
    message = bytearray(base45.b45decode(code.text.removeprefix(CARD)))
    message[rng.randrange(len(message))] ^= 1 << rng.randrange(8)
    return Code(written(CARD, bytes(message)), Truth(""))


def by_stolen_key(key: Ed25519PrivateKey, kid: str, ref: str, *, now_ms: int) -> Code:
    """A card that a thief signs with HQ's own key: as good as HQ's, where nobody has heard of the theft."""
    end_ms = now_ms + YEAR_MS
    token = sign_token(key, key_id=kid.encode(), ref=bytes_of(ref), issued_ms=now_ms, expires_ms=end_ms)
    return Code(written(CARD, token), _truth_of_token(ref, token))


def _truth_of_token(ref: str, token: bytes) -> Truth:
    protected, _, payload, _ = _read(token)
    claims = _read(payload)
    kid = _read(protected)[4].decode()
    return Truth(ref, SIGNED, kid, from_ms=claims[6] * SECOND_MS, until_ms=claims[4] * SECOND_MS)


def _read(message: bytes):
    return cbor2.loads(message)


def _signer(key: bytes):
    return Ed25519PrivateKey.from_private_bytes(key).sign
