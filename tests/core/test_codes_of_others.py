"""Codes that aren't ours: numbers in the forms of GS1, and what is written for other programs."""

import pytest

from app.core.codes import (
    BadgeCode,
    GiftCardNumber,
    MemberNumber,
    ReceiptCode,
    SetupCode,
    VoucherNumber,
    hash_number,
    number,
    parse,
)
from app.core.reasons import Reason

GSRN = "395012345000000127"
CARD = "2012345678903"
COUPON = "9912345678909"


def read(text: str, aim: str = ""):
    return parse(text, keys={}, now_ms=0, aim=aim)


@pytest.mark.parametrize("text", [
    "]C18018" + GSRN, "]Q38018" + GSRN, "]d28018" + GSRN, "\x1d8018" + GSRN,
    "]C125595011015300031\x1d8018" + GSRN,
    "https://id.example/8018/" + GSRN, "http://anywhere.example/loyalty/8018/" + GSRN + "?17=301231",
])  # fmt: skip
def test_the_number_of_a_recipient_is_a_member_in_every_form(text: str) -> None:
    assert read(text) == MemberNumber(hash_number(f"(8018){GSRN}"))


def test_the_scanner_may_name_the_symbology_beside_the_text() -> None:
    assert read("8018" + GSRN, "]C1") == read("]C18018" + GSRN)


def test_digits_alone_are_no_element_strings() -> None:
    assert read("8018" + GSRN).reason is Reason.UNKNOWN_CODE
    assert read("8018" + GSRN, "]C0").reason is Reason.UNKNOWN_CODE


@pytest.mark.parametrize(("text", "named"), [
    ("]C12559501101530003123456", "(255)9501101530003123456"),
    ("]C12539501101530003A1", "(253)9501101530003A1"),
    ("https://shop.example/255/9501101530003123", "(255)9501101530003123"),
])  # fmt: skip
def test_coupon_numbers_are_vouchers(text: str, named: str) -> None:
    assert read(text) == VoucherNumber(hash_number(named))


def test_a_coupon_of_the_trade_is_refused_whether_there_is_a_line_or_not() -> None:
    assert read("]e08112" + "1" * 20).reason is Reason.COUPON_OF_MAKER
    assert read("https://maker.example/8112/" + "1" * 20).reason in (
        Reason.COUPON_OF_MAKER,
        Reason.CODE_IS_LINK,
    )


def test_a_wrong_check_digit_is_no_number() -> None:
    assert read("]C18018" + GSRN[:-1] + "8").reason is Reason.UNKNOWN_CODE
    assert read("https://id.example/8018/" + GSRN[:-1] + "8").reason is Reason.CODE_IS_LINK


def test_digits_of_other_scripts_are_no_digits() -> None:
    """Found by the fuzzer: to a regular expression they are."""
    assert read("]C1255501\uff11234500000127").reason is Reason.UNKNOWN_CODE
    assert read("https://id.example/8018/\uff13" + GSRN[1:]).reason is Reason.CODE_IS_LINK


@pytest.mark.parametrize("text", ["]C1", "]C1 ", "]Q3\x1d\x1d", "]C117991399", "]C1" + "9" * 400, "\x1d"])
def test_element_strings_that_are_none_are_unknown(text: str) -> None:
    assert read(text).reason in (Reason.UNKNOWN_CODE, Reason.CODE_UNREADABLE)


def test_the_cards_and_coupons_of_a_shop() -> None:
    assert read(CARD) == read("]E0" + CARD) == read(" 2012345 678903") == MemberNumber(hash_number(CARD))
    assert (
        read("212345678909") == read("0212345678909") == MemberNumber(hash_number("0212345678909"))
    )  # UPC-A
    assert read(COUPON) == VoucherNumber(hash_number(COUPON))


@pytest.mark.parametrize(
    "text", ["4006381333931", "]E04006381333931", "036000291452", "96385074", "9780306406157"]
)
def test_the_barcode_of_goods_is_called_so(text: str) -> None:
    assert read(text).reason is Reason.CODE_IS_PRODUCT


@pytest.mark.parametrize(("text", "reason"), [
    ("https://example.com/", Reason.CODE_IS_LINK),
    ("HTTP://EXAMPLE.COM", Reason.CODE_IS_LINK),
    ("https://[bad", Reason.CODE_IS_LINK),
    ("otpauth://totp/Shop:me?secret=JBSWY3DPEHPK3PXP", Reason.CODE_IS_FOREIGN),
    ("WIFI:T:WPA;S:guests;P:secret;;", Reason.CODE_IS_FOREIGN),
    ("BEGIN:VCARD\nN:Somebody\nEND:VCARD", Reason.CODE_IS_FOREIGN),
    (" WIFI:P:secret;T:WPA;S:guests;;", Reason.CODE_IS_FOREIGN),
    ("\ufeffotpauth://totp/a?secret=JBSWY3DPEHPK3PXP", Reason.CODE_IS_FOREIGN),
    ("\0\n WIFI:P:secret;;", Reason.CODE_IS_FOREIGN),
    ("]Q1 https://example.com/", Reason.CODE_IS_LINK),
    ("mailto:somebody@example.com", Reason.CODE_IS_FOREIGN),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", Reason.CODE_IS_FOREIGN),
])  # fmt: skip
def test_what_is_for_other_programs_is_refused_and_not_shown(text: str, reason: Reason) -> None:
    refusal = read(text)
    assert (refusal.reason, dict(refusal.numbers)) == (reason, {})


def test_what_we_print_for_other_purposes() -> None:
    card = number("G", "ABCDEFGHJKMNP")
    assert read(card) == read(card.lower()) == GiftCardNumber(hash_number(card))
    assert read("TS:R:0193") == read("]Q1TS:R:0193") == ReceiptCode("0193")
    assert read("TS:B:7") == BadgeCode("7")
    assert read("TS:P:secret") == SetupCode("TS:P:secret")
    assert "secret" not in repr(read("TS:P:secret"))
