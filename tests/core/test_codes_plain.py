"""Plain numbers and everything else that may come out of a scanner or a keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.codes import (
    ALPHABET,
    TEXT_LENGTH_MAX,
    Credential,
    MemberNumber,
    VoucherNumber,
    fold,
    hash_number,
    hash_signed,
    number,
    parse,
    unknown,
)
from app.core.reasons import Reason, Refusal

MEMBER, VOUCHER = number("M", "0123456789"), number("V", "ABCDEFGHJKMNP")


def read(text: str):
    return parse(text, keys={}, now_ms=0)


def bodies(length: int):
    return st.text(ALPHABET, min_size=length, max_size=length)


@given(bodies(10), bodies(13))
def test_numbers_that_are_made_are_read(member: str, voucher: str) -> None:
    assert read(number("M", member)) == MemberNumber(hash_number(number("M", member)))
    assert read(number("V", voucher)) == VoucherNumber(hash_number(number("V", voucher)))


def test_known_numbers() -> None:
    """Luhn modulo 32, worked out a second time and written down: cards printed today are read for ever."""
    assert "M0123456789" + luhn_32("0123456789") == MEMBER
    assert "VABCDEFGHJKMNP" + luhn_32("ABCDEFGHJKMNP") == VOUCHER
    assert (MEMBER, VOUCHER) == ("M0123456789T", "VABCDEFGHJKMNPW")


def luhn_32(body: str) -> str:
    total = 0
    for place, char in enumerate(reversed(body)):
        value = ALPHABET.index(char) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


@pytest.mark.parametrize("text", [
    MEMBER.lower(), f"  {MEMBER}  ", "M-0123-456789-T", "m 01 23 45 67 89 t", f"-{MEMBER}-",
])  # fmt: skip
def test_case_spaces_and_dashes_do_not_matter(text: str) -> None:
    assert fold(text) == MEMBER
    assert read(text) == read(MEMBER)


@pytest.mark.parametrize("letter", "ILOU")
def test_letters_that_look_like_others_are_in_no_number(letter: str) -> None:
    for place in range(1, len(MEMBER)):
        assert read(MEMBER[:place] + letter + MEMBER[place + 1 :]).reason is Reason.UNKNOWN_CODE


@pytest.mark.parametrize("good", [MEMBER, VOUCHER])
def test_every_mistyped_character_is_found(good: str) -> None:
    for place in range(1, len(good)):
        for char in ALPHABET:
            changed = good[:place] + char + good[place + 1 :]
            assert changed == good or read(changed).reason is Reason.UNKNOWN_CODE, changed


@pytest.mark.parametrize("text", [
    MEMBER[:-1], MEMBER + "0", VOUCHER[:-1], "V" + MEMBER[1:], "M" + VOUCHER[1:], "X" + MEMBER[1:], MEMBER[1:],
    "l2:ABC", "l3:ABC", "L4:ABC", "4006381333930",
])  # fmt: skip
def test_what_is_no_number_of_ours_is_unknown(text: str) -> None:
    assert read(text).reason is Reason.UNKNOWN_CODE


@pytest.mark.parametrize(
    "text", ["", " ", "\t\n", "A" * (TEXT_LENGTH_MAX + 1), MEMBER + " " * TEXT_LENGTH_MAX]
)
def test_nothing_and_too_much_cannot_be_read(text: str) -> None:
    assert read(text).reason is Reason.CODE_UNREADABLE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\0\x1b[2J", "\\x00\\x1b[2J"),
        ("\u202eABC", "\\x202eABC"),
        ("😀" * 20, "😀" * 12),
        ("\ud800", "\\xd800"),
        ("A" * TEXT_LENGTH_MAX, "A" * 12),
        ("'; DROP TABLE", "'; DROP TABL"),
        ("{missing}", "{missing}"),
    ],
)
def test_an_unknown_code_is_shown_short_and_harmless(text: str, shown: str) -> None:
    assert read(text) == unknown(text) == Refusal(Reason.UNKNOWN_CODE, {"shown": shown})


anything = st.text(st.characters(), max_size=600)


@given(
    anything | anything.map("L2:".__add__) | st.text(ALPHABET + "IOUL -ımſß", max_size=20).map("M".__add__)
)
def test_any_text_gets_an_answer(text: str) -> None:
    answer = read(text)
    assert isinstance(answer, Refusal | Credential)
    if isinstance(answer, Refusal) and answer.reason is Reason.UNKNOWN_CODE:
        assert all(char.isprintable() for char in answer.numbers["shown"])


def test_hashes_are_short_hexadecimal_and_apart() -> None:
    hashes = {hash_number(MEMBER), hash_number(VOUCHER), hash_signed(b"M0123456"), hash_signed(bytes(8))}
    assert len(hashes) == 4
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in hashes)
