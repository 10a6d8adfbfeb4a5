"""Codes that a phone shows: HQ's token, this minute, a nonce and the phone's signature; nothing less counts as live."""

import time

import base45
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.codes import Level, MemberCode, Shown, TokenKey, parse
from app.core.phone_code import hash_nonce, phone_message
from app.core.plain_cbor import read_exactly
from app.core.reasons import Reason, Refusal
from tests.phone import DAY_MS, NOW_MS, Phone, a_phone, a_signing_key

REF = (1).to_bytes(8, "big")
TS = NOW_MS // 1000
KEYS = {b"t1": TokenKey(a_signing_key(2).public_key())}
NONCE = bytes(range(8))
CODE = a_phone().shows(NOW_MS, nonce=NONCE)
CARD = a_phone().card()
MESSAGE = base45.b45decode(CODE[3:])


def found(text: str, now_ms: int = NOW_MS, **given) -> MemberCode | Refusal:
    return parse(text, keys=KEYS, now_ms=now_ms, **given)


def reason(text: str, now_ms: int = NOW_MS, **given) -> Reason | None:
    seen = found(text, now_ms, **given)
    return seen.reason if isinstance(seen, Refusal) else None


def packed(message: bytes, prefix: str = "L3:") -> str:
    return prefix + base45.b45encode(message).decode()


def made(phone: Phone | None = None, **changes) -> str:
    """Return a code that the phone really signed, with whatever in it."""
    phone = phone or a_phone()
    token, ts, nonce = (changes.get(name, usual) for name, usual in
                        (("token", phone.token), ("ts", TS), ("nonce", NONCE)))  # fmt: skip
    signature = phone.key.sign(phone_message(token, ts=ts, nonce=nonce))
    return packed(cbor2.dumps([token, ts, nonce, changes.get("signature", signature)]))


def test_a_live_code_is_the_member_at_the_highest_level_and_says_which_showing_it_is() -> None:
    shown = Shown(hash_nonce(REF, NONCE), TS)
    assert found(CODE) == MemberCode(REF, NOW_MS - DAY_MS, NOW_MS + DAY_MS, Level.LIVE, shown)
    assert Level.LIVE == "A3" and made() == CODE
    assert len(shown.nonce_hash) == 32 and hash_nonce(bytes(8), NONCE) != shown.nonce_hash


def test_the_token_alone_counts_as_a_card() -> None:
    assert found(CARD) == MemberCode(REF, NOW_MS - DAY_MS, NOW_MS + DAY_MS, Level.SIGNED)


def test_by_a_clock_in_doubt_it_counts_as_a_card_and_is_still_one_showing() -> None:
    for now_ms in (NOW_MS, NOW_MS + DAY_MS // 2):
        seen = found(CODE, now_ms, is_time_doubtful=True)
        assert isinstance(seen, MemberCode) and seen.level is Level.SIGNED and seen.shown is not None
    assert reason(CODE, NOW_MS + DAY_MS, is_time_doubtful=True) is Reason.CODE_EXPIRED


def test_its_length() -> None:
    """What it takes of a picture, tests/scanner/test_draw.py says."""
    assert (len(CARD), len(CODE), len(made(nonce=bytes(16)))) == (228, 353, 365)


def test_a_minute_either_way() -> None:
    for off_ms, expected in (
        (60_000, None),
        (-60_000, None),
        (60_001, Reason.CODE_STALE),
        (-60_001, Reason.CODE_STALE),
    ):
        assert reason(CODE, NOW_MS + off_ms) is expected
    assert reason(CODE, NOW_MS + 120_000) is Reason.CODE_STALE and Reason.CODE_STALE.is_transient


def test_what_hq_says_of_the_token_comes_first() -> None:
    assert reason(CODE, NOW_MS + DAY_MS) is Reason.CODE_EXPIRED
    assert reason(CODE, NOW_MS - DAY_MS - 1) is Reason.CODE_NOT_YET_VALID
    for changes, expected in (
        ({"signed_with": 5}, Reason.CODE_FORGED),
        ({"key_id": b"t9"}, Reason.CODE_TOO_NEW),
        ({"key_id": b"h1"}, Reason.CODE_FORGED),
        ({"phone": None}, Reason.CODE_FORGED),  # a card's token, and somebody's phone
    ):
        assert reason(a_phone(**changes).shows(NOW_MS)) is expected
    revoked = {b"t1": TokenKey(a_signing_key(2).public_key(), is_revoked=True)}
    seen = parse(CODE, keys=revoked, now_ms=NOW_MS)
    assert isinstance(seen, Refusal) and seen.reason is Reason.CODE_WITHDRAWN


def test_another_phone_with_the_same_token_is_refused() -> None:
    assert reason(Phone(a_phone().token, a_signing_key(8)).shows(NOW_MS)) is Reason.CODE_FORGED


@pytest.mark.parametrize(
    "text",
    [
        made(nonce=bytes(7)),
        made(nonce=bytes(17)),
        made(signature=b""),
        made(signature=None),
        made(signature=b"x" * 64),
        packed(cbor2.dumps([a_phone().token, -1, NONCE, bytes(64)])),
        packed(cbor2.dumps([a_phone().token, 2**60, NONCE, bytes(64)])),
        packed(cbor2.dumps([a_phone().token, True, NONCE, bytes(64)])),
        packed(cbor2.dumps([a_phone().token, str(TS), NONCE, bytes(64)])),
        packed(cbor2.dumps([a_phone().token, TS, NONCE.hex(), bytes(64)])),
        a_phone(phone=bytes(31)).card(),
        a_phone(phone="x" * 32).card(),
    ],
)  # fmt: skip
def test_signed_but_not_as_a_phone_signs(text: str) -> None:
    assert reason(text) in (Reason.CODE_FORGED, Reason.CODE_UNREADABLE)


@pytest.mark.parametrize(
    "text",
    [
        packed(MESSAGE + b"\0"),
        packed(b"\xd2" + MESSAGE),
        packed(b"\x9f" + MESSAGE[1:] + b"\xff"),  # of unknown length
        packed(cbor2.dumps(cbor2.loads(MESSAGE)[:3])),
        packed(cbor2.dumps([cbor2.loads(a_phone().token), TS, NONCE, bytes(64)])),  # not as a byte string
        packed(cbor2.dumps([[[[1]]], TS, NONCE, bytes(64)])),  # deeper than anybody needs
        packed(cbor2.dumps({})),
        "L3:",
        "L3: ",
        "L3:::::",
        "L3:" + "0" * 510,
    ],
)
def test_not_one_of_our_messages(text: str) -> None:
    assert reason(text) is Reason.CODE_UNREADABLE


def test_the_prefixes_do_not_stand_for_each_other() -> None:
    assert reason("L2:" + CODE[3:]) is not None and reason("L3:" + CARD[3:]) is not None
    assert reason(CODE.lower()) is not None and reason(" " + CODE) is not None


@given(st.sampled_from((CODE, CARD)), st.data())
def test_of_a_code_with_one_changed_byte_none_passes(code: str, data) -> None:
    """Drawn here; every place is tried below."""
    message = bytearray(base45.b45decode(code[3:]))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] ^= data.draw(st.integers(1, 255))
    assert reason(packed(bytes(message), code[:3])) is not None


@pytest.mark.parametrize("code", [CODE, CARD], ids=["phone", "card"])
def test_every_byte_changed_left_out_or_doubled_is_refused(code: str) -> None:
    message = base45.b45decode(code[3:])
    for place in range(len(message)):
        before, byte, behind = message[:place], message[place : place + 1], message[place + 1 :]
        changed = [bytes([byte[0] ^ bit]) for bit in (1, 2, 4, 8, 16, 32, 64, 128)] + [b"", byte * 2]
        for other in changed:
            text = packed(before + other + behind, code[:3])
            assert reason(text) is not None or text == code, (place, other)


@given(st.binary(max_size=339))
def test_any_bytes_are_answered(message: bytes) -> None:
    assert reason(packed(message)) is not None


BOMBS = {
    "lists in lists": b"\x81" * 330 + b"\x80",
    "maps in maps": b"\xa1\x00" * 160 + b"\xa0",
    "2^63 items": b"\x9b\x7f" + b"\xff" * 7,
    "2^63 pairs": b"\xbb\x7f" + b"\xff" * 7,
    "2^63 bytes": b"\x5b\x7f" + b"\xff" * 7,
    "of unknown length": b"\x9f" * 330,
    "a map of unknown length": b"\xbf\x00\x00\xff",
    "a number of 300 bytes": b"\xc2\x59\x01\x2c" + b"\xff" * 300,
    "a fraction with an exponent": b"\xc4\x82\x1b\x7f" + b"\xff" * 7 + b"\x01",
    "a float with an exponent": b"\xc5\x82\x1b\x7f" + b"\xff" * 7 + b"\x01",
    "a pattern": b"\xd8\x23\x78\x20" + b"(((a{1,999}){1,999}){1,999})b{99}"[:32],
    "a cycle": b"\xd8\x1c\x81\xd8\x1d\x00",
    "not a number": b"\x84\xf9\x7e\x00\x00\x40\x40",
    "an infinity": b"\x84\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00\x00\x40\x40",
    "a key twice": b"\x84\xa2\x01\x01\x01\x01\x00\x40\x40",
    "keys that are lists": b"\xa1\x80\x80",
    "a text that is none": b"\x61\xff",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_less_than_a_millisecond(name: str) -> None:
    """In each place where something is read: outermost, as the token, and as header and claims of a signed token."""
    bomb = BOMBS[name]
    outer = cbor2.dumps([bomb, {}, bomb, bytes(64)])
    texts = [packed(bomb), packed(bomb, "L2:"), packed(outer, "L2:"), made(token=bomb), made(token=outer)]
    for text in texts:
        took = min(_seconds(text) for _ in range(5))
        assert took < 0.001, (name, took)


def test_three_lists_in_each_other_are_read_and_four_are_not() -> None:
    assert read_exactly(b"\x81\x81\x80", list) == [[[]]]
    with pytest.raises(ValueError, match="plain"):
        read_exactly(b"\x81\x81\x81\x80", list)


def _seconds(text: str) -> float:
    start = time.perf_counter()
    assert reason(text) is Reason.CODE_UNREADABLE
    return time.perf_counter() - start
