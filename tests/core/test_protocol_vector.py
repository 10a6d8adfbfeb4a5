"""The test vector of docs/protocol.md, checked from both ends: by our code, and by the page alone.

The second reading uses nothing of ours: hashes, signatures, CBOR and Base45 as libraries give them.
"""

import hashlib
import json
from typing import Any

import base45
import cbor2
import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.chain import Head, follow, genesis, head_is_signed, sign_head
from app.core.codes import Level, MemberCode, Shown, TokenKey, parse, sign_member_code
from app.core.entry import read_entry, write_entry
from app.core.phone_code import write_phone_code
from app.core.signed_code import sign_token
from sync.protocol import time_message
from tests.core.vector import CODE_TIMES, ENTRY, OWNER, page_values

VALUES = page_values()


def raw(name: str) -> bytes:
    return bytes.fromhex(VALUES[name])


BODY = VALUES["body"].encode()
DEVICE, TOKEN = (Ed25519PrivateKey.from_private_bytes(raw(name)) for name in ("device_seed", "token_seed"))


def test_our_writing_end_makes_what_the_page_says() -> None:
    assert (OWNER.device_id, str(OWNER.epoch)) == (VALUES["device_id"], VALUES["epoch"])
    start = genesis(OWNER, raw("nonce"))
    body = write_entry(ENTRY)
    head = follow(start, [body])
    assert body == BODY
    assert (start, head) == (Head(0, raw("h_0")), Head(1, raw("h_1")))
    assert sign_head(DEVICE, OWNER, head) == raw("head_signature")


def test_our_reading_end_believes_what_the_page_says() -> None:
    assert read_entry(BODY) == ENTRY
    device = Ed25519PublicKey.from_public_bytes(raw("device_public"))
    assert head_is_signed(device, OWNER, Head(1, raw("h_1")), raw("head_signature"))
    assert not head_is_signed(device, OWNER, Head(2, raw("h_1")), raw("head_signature"))


def test_our_ends_write_and_read_the_member_code() -> None:
    key_id, ref = VALUES["key_id"].encode(), raw("member_ref")
    assert sign_member_code(TOKEN, key_id=key_id, ref=ref, **CODE_TIMES) == VALUES["code"]
    keys = {key_id: TokenKey(Ed25519PublicKey.from_public_bytes(raw("token_public")))}
    found = parse(VALUES["code"], keys=keys, now_ms=int(VALUES["issued"]) * 1000)
    assert found == MemberCode(ref, *CODE_TIMES.values())


def test_our_ends_write_and_read_what_a_phone_shows() -> None:
    ref, phone = raw("member_ref"), Ed25519PrivateKey.from_private_bytes(raw("phone_seed"))
    token = sign_token(TOKEN, key_id=b"t1", ref=ref, phone=raw("phone_public"), **CODE_TIMES)
    ts, nonce = int(VALUES["phone_ts"]), raw("phone_nonce")
    assert token == raw("phone_token")
    assert write_phone_code(token, ts=ts, nonce=nonce, sign=phone.sign) == VALUES["phone_code"]
    keys = {b"t1": TokenKey(Ed25519PublicKey.from_public_bytes(raw("token_public")))}
    shown = Shown(VALUES["nonce_hash"], ts)
    found = parse(VALUES["phone_code"], keys=keys, now_ms=ts * 1000)
    assert found == MemberCode(ref, *CODE_TIMES.values(), Level.LIVE, shown)


def test_the_page_alone_suffices_for_what_a_phone_shows() -> None:
    assert VALUES["phone_code"].startswith("L3:") and len(VALUES["phone_code"]) == 353
    token, ts, nonce, signature = cbor2.loads(base45.b45decode(VALUES["phone_code"][3:]))
    assert (token, ts, nonce) == (raw("phone_token"), int(VALUES["phone_ts"]), raw("phone_nonce"))
    message = b"TS-L3" + hashlib.sha256(token).digest() + ts.to_bytes(8, "big") + bytes([len(nonce)]) + nonce
    assert (message, signature) == (raw("phone_message"), raw("phone_signature"))
    _, _, claims, _ = cbor2.loads(token)
    key = cbor2.loads(claims)[8]
    assert key == {1: {1: 1, -1: 6, -2: raw("phone_public")}}
    Ed25519PublicKey.from_public_bytes(key[1][-2]).verify(signature, message)
    named = hashlib.sha256(b"TS-nonce" + raw("member_ref") + nonce).hexdigest()
    assert named[:32] == VALUES["nonce_hash"]


def owner_bytes() -> bytes:
    name = VALUES["device_id"].encode()
    return bytes([len(name)]) + name + int(VALUES["epoch"]).to_bytes(4, "big")


def test_the_page_alone_suffices_for_the_chain() -> None:
    h_0 = hashlib.sha256(b"LJ0" + owner_bytes() + raw("nonce")).digest()
    h_1 = hashlib.sha256(b"LJ1" + h_0 + len(BODY).to_bytes(4, "big") + BODY).digest()
    assert (h_0.hex(), h_1.hex()) == (VALUES["h_0"], VALUES["h_1"])
    assert len(BODY) == int(VALUES["body_bytes"])
    message = b"LJ1-head" + owner_bytes() + int(VALUES["seq"]).to_bytes(8, "big") + h_1
    Ed25519PublicKey.from_public_bytes(raw("device_public")).verify(raw("head_signature"), message)
    assert DEVICE.public_key().public_bytes_raw() == raw("device_public")
    assert DEVICE.sign(message) == raw("head_signature")


def test_the_body_is_canonical_and_names_its_place() -> None:
    document = json.loads(BODY)
    assert rfc8785.dumps(document) == BODY
    place = {"device": VALUES["device_id"], "epoch": int(VALUES["epoch"]), "seq": int(VALUES["seq"])}
    assert {key: document[key] for key in place} == place
    assert not BODY.isascii()  # so that a reader who takes bytes for characters finds out


def test_the_page_alone_suffices_for_the_code() -> None:
    assert VALUES["code"].startswith("L2:") and len(VALUES["code"]) == 164
    message = base45.b45decode(VALUES["code"][3:])
    assert message == raw("message")
    header, unprotected, claims, signature = cbor2.loads(message)
    assert cbor2.loads(header) == {1: -8, 4: VALUES["key_id"].encode()} and unprotected == {}
    issued, expires = int(VALUES["issued"]), int(VALUES["expires"])
    assert cbor2.loads(claims) == {2: raw("member_ref"), 4: expires, 6: issued, -65537: 1}
    signed = cbor2.dumps(["Signature1", header, b"", claims])
    public = Ed25519PublicKey.from_public_bytes(raw("token_public"))
    public.verify(signature, signed)
    with pytest.raises(InvalidSignature):
        public.verify(signature, signed + b"\0")


def test_the_code_can_be_made_from_the_page_byte_by_byte() -> None:
    header = b"\xa2\x01\x27\x04" + packed(VALUES["key_id"].encode())
    seconds = (int(VALUES[name]).to_bytes(4, "big") for name in ("expires", "issued"))
    expires, issued = (b"\x1a" + value for value in seconds)
    claims = b"\xa4\x02\x48" + raw("member_ref") + b"\x04" + expires + b"\x06" + issued + b"\x3a\0\1\0\0\1"
    signature = TOKEN.sign(b"\x84\x6aSignature1" + packed(header) + b"\x40" + packed(claims))
    message = b"\x84" + packed(header) + b"\xa0" + packed(claims) + packed(signature)
    assert message == raw("message")
    assert TOKEN.public_key().public_bytes_raw() == raw("token_public")


def packed(value: bytes) -> bytes:
    """Return a byte string in CBOR; of 24 to 255 bytes, the length has a byte of its own."""
    return (bytes([0x40 + len(value)]) if len(value) < 24 else bytes([0x58, len(value)])) + value


@pytest.mark.parametrize("place", range(0, len(BODY), 7))
def test_a_changed_byte_of_the_body_is_another_head(place: int) -> None:
    changed: Any = bytearray(BODY)
    changed[place] ^= 1
    assert follow(Head(0, raw("h_0")), [bytes(changed)]).hash != raw("h_1")


def test_hqs_signed_time_is_what_the_page_says() -> None:
    nonce, ms = VALUES["time_nonce"], int(VALUES["time_ms"])
    by_page = b"TS-time1" + bytes([len(nonce)]) + nonce.encode() + ms.to_bytes(8, "big")
    assert time_message(nonce=nonce, ms=ms) == by_page == raw("time_message")
    key = Ed25519PrivateKey.from_private_bytes(raw("sign_seed"))
    assert key.public_key().public_bytes_raw() == raw("sign_public")
    assert key.sign(by_page) == raw("time_signature")
