"""Signed member codes: only what HQ signed, in the one form it is written in, at its time, gets through."""

from datetime import UTC

import base45
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.core.codes import Level, MemberCode, TokenKey, parse, sign_member_code
from app.core.reasons import Reason, Refusal

KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
REF = bytes(range(8))
ISSUED, EXPIRES = 1_500_000_000_000, 1_600_000_000_000
KEYS = {b"t1": TokenKey(KEY.public_key())}
HEADER = {1: -8, 4: b"t1"}
CLAIMS = {2: REF, 4: EXPIRES // 1000, 6: ISSUED // 1000, -65537: 1}
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def code(key=KEY, key_id: bytes = b"t1") -> str:
    return sign_member_code(key, key_id=key_id, ref=REF, issued_ms=ISSUED, expires_ms=EXPIRES)


def packed(message: bytes) -> str:
    return "L2:" + base45.b45encode(message).decode()


def made(header=None, claims=None, unprotected=None, *, canonical: bool = True) -> str:
    """Return a code that HQ's key really signed, with whatever in it."""
    protected = header if isinstance(header, bytes) else cbor2.dumps(header or HEADER, canonical=canonical)
    payload = claims if isinstance(claims, bytes) else cbor2.dumps(claims or CLAIMS, canonical=canonical)
    signature = KEY.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return packed(cbor2.dumps([protected, {} if unprotected is None else unprotected, payload, signature]))


def reason(text: str, now_ms: int = ISSUED, keys=KEYS) -> Reason | None:
    found = parse(text, keys=keys, now_ms=now_ms)
    return found.reason if isinstance(found, Refusal) else None


def test_round_trip() -> None:
    assert parse(code(), keys=KEYS, now_ms=ISSUED) == MemberCode(REF, ISSUED, EXPIRES, Level.SIGNED)
    assert made() == code()


@given(st.binary(min_size=8, max_size=8), st.integers(0, 2**41), st.integers(1, 2**38))
def test_every_member_gets_back_out(ref: bytes, issued: int, lasts: int) -> None:
    issued_ms, expires_ms = issued // 1000 * 1000, (issued // 1000 + lasts) * 1000
    text = sign_member_code(KEY, key_id=b"t1", ref=ref, issued_ms=issued_ms, expires_ms=expires_ms)
    assert parse(text, keys=KEYS, now_ms=issued_ms) == MemberCode(ref, issued_ms, expires_ms)
    assert len(text) <= 170 and set(text) <= set(ALPHABET)


def test_no_other_text_has_the_same_bytes() -> None:
    """Base45 has no redundancy: every changed character is another message, or none."""
    text = code()
    assert len(text) == 164
    for place in range(len(text)):
        for char in ALPHABET + "l\n\0é":
            changed = text[:place] + char + text[place + 1 :]
            assert changed == text or reason(changed) is not None, (place, char)


def test_left_out_doubled_and_swapped_characters_are_refused() -> None:
    text = code()
    for place in range(3, len(text)):
        assert reason(text[:place] + text[place + 1 :]) is not None
        assert reason(text[:place] + text[place] + text[place:]) is not None
        swapped = text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
        assert swapped == text or reason(swapped) is not None


def test_times() -> None:
    """Valid from the moment of issue until just before it expires."""
    found = [reason(code(), now_ms=now) for now in (ISSUED - 1, ISSUED, EXPIRES - 1, EXPIRES)]
    assert found == [Reason.CODE_NOT_YET_VALID, None, None, Reason.CODE_EXPIRED]


def test_keys() -> None:
    assert reason(code(OTHER)) is Reason.CODE_FORGED
    assert reason(code(), keys={b"t1": TokenKey(OTHER.public_key())}) is Reason.CODE_FORGED
    for key_id in (b"s1", b"t0", b"t1x", b"T2", b"t02", b"", b"\xff"):
        assert reason(code(key_id=key_id)) is Reason.CODE_FORGED


def test_a_card_of_a_key_that_has_not_come_yet_is_no_forgery_and_is_refused_all_the_same() -> None:
    """It may be HQ's next key, or a thief's lie: the station can't tell before the set of keys has come."""
    for key in (KEY, OTHER):
        assert reason(code(key, b"t2")) is Reason.CODE_TOO_NEW
        assert reason(code(key), keys={}) is Reason.CODE_TOO_NEW
    assert Reason.CODE_TOO_NEW.is_transient
    newer = {b"t1": TokenKey(KEY.public_key()), b"t3": TokenKey(OTHER.public_key())}
    assert reason(code(key_id=b"t2"), keys=newer) is Reason.CODE_FORGED  # HQ's numbers only rise


def test_of_a_revoked_key_no_code_is_believed_whenever_it_was_issued() -> None:
    """A thief writes any time of issue into a code."""
    for retired_ms in (None, ISSUED + 1):
        revoked = {b"t1": TokenKey(KEY.public_key(), retired_ms, is_revoked=True)}
        assert reason(code(), keys=revoked) is Reason.CODE_WITHDRAWN
        assert reason(code(), now_ms=EXPIRES, keys=revoked) is Reason.CODE_WITHDRAWN
        assert reason(code(OTHER), keys=revoked) is Reason.CODE_FORGED


def test_a_retired_key_still_speaks_for_what_it_signed_before() -> None:
    for retired, expected in (
        (ISSUED, Reason.CODE_FORGED),
        (ISSUED - 1, Reason.CODE_FORGED),
        (ISSUED + 1, None),
    ):
        assert reason(code(), keys={b"t1": TokenKey(KEY.public_key(), retired)}) is expected


@pytest.mark.parametrize(
    "text",
    [
        made({1: -7, 4: b"t1"}),  # another algorithm
        made({1: -8, 4: b"t1", 3: 0}),
        made(claims={**CLAIMS, -65537: 2}),  # another class
        made(claims={**CLAIMS, 7: 1}),
        made(claims={key: CLAIMS[key] for key in (2, 4, 6)} | {8: 1}),
        made(claims={**CLAIMS, 2: REF[:7]}),
        made(claims={**CLAIMS, 2: "12345678"}),
        made({1: -8, 4: [1]}),  # a key id that can't be looked up
        made({1: -8, 4: {}}),
        made({1: -8, 4: "t1"}),
        made(unprotected={4: b"t1"}),
    ],
)
def test_signed_but_not_as_we_sign(text: str) -> None:
    assert reason(text) is Reason.CODE_FORGED


@pytest.mark.parametrize(
    "text",
    [
        made(header=cbor2.dumps(HEADER) + b"\0"),  # trailing bytes, inside and outside
        made(claims=cbor2.dumps(CLAIMS) + b"\0"),
        packed(base45.b45decode(code()[3:]) + b"\0"),
        packed(b"\xd2" + base45.b45decode(code()[3:])),  # COSE's own tag
        made(header=b"\xa2\x18\x01\x27\x04\x42t1"),  # a longer way to write the same
        made(header={1: -8}),  # no key id
        made(claims={2: REF, 4: 1}),
        made(claims={**CLAIMS, 4: 1.5}, canonical=False),
        made(claims={**CLAIMS, 4: True}),
        packed(cbor2.dumps([b"", {}, b""])),
        packed(cbor2.dumps({1: 2})),
        packed(cbor2.dumps(b"L2")),
        packed(b"\x84\xd8\x24\x61(\xa0\x40\x40"),  # a MIME message: cbor2 reads it and can't write it
        packed(b"\x81" * 300 + b"\x80"),  # nested deeper than anybody needs
        packed(b"\x9b\x7f" + b"\xff" * 7),  # promises 2**63 items
        "L2:",
        "L2: ",
        "L2:A",
        "L2:::::",
    ],
)
def test_not_one_of_our_messages(text: str) -> None:
    assert reason(text) is Reason.CODE_UNREADABLE


def test_a_signature_that_is_no_signature() -> None:
    protected, payload = cbor2.dumps(HEADER), cbor2.dumps(CLAIMS, canonical=True)
    for signature in (b"", b"x" * 64, b"x" * 65, "text", 5, [1]):
        assert reason(packed(cbor2.dumps([protected, {}, payload, signature]))) is Reason.CODE_FORGED


simple = st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.text() | st.datetimes()
values = st.recursive(
    simple,
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text() | st.binary(), inner),
    max_leaves=6,
)


@given(values)
def test_any_signed_value_is_answered(value) -> None:
    data = cbor2.dumps(value, timezone=UTC)
    for text in (packed(data), made(header=data), made(claims=data)):
        assert reason(text) is not None


@given(st.binary(max_size=330))
def test_any_bytes_are_answered(message: bytes) -> None:
    assert reason(packed(message)) is not None


@given(
    st.integers(0, 300),
    st.sampled_from((b"\x80", b"\x00", b"\x61(", b"\x40", b"\xf6", b"\x82\x00\x00", b"\xa0")),
)
def test_any_tag_is_answered(tag: int, inner: bytes) -> None:
    head = cbor2.dumps(cbor2.CBORTag(70_000, 0))[:1]  # major type 6, four bytes follow
    for message in (b"\x84" + head + tag.to_bytes(4, "big") + inner + b"\xa0\x40\x40",):
        assert reason(packed(message)) is Reason.CODE_UNREADABLE


def test_a_code_that_was_read_before_is_judged_by_the_keys_and_the_time_of_now() -> None:
    text = code()
    assert isinstance(parse(text, keys=KEYS, now_ms=ISSUED), MemberCode)
    assert reason(text, keys={b"t1": TokenKey(OTHER.public_key())}) is Reason.CODE_FORGED
    assert reason(text, now_ms=EXPIRES) is Reason.CODE_EXPIRED
    assert isinstance(parse(text, keys=KEYS, now_ms=ISSUED), MemberCode)
