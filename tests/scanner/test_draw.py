"""QR codes drawn: their size, their quiet zone, their level, and what does not fit."""

import numpy as np
import pytest
import zxingcpp

from scanner.decode import decode
from scanner.draw import (
    MODULE_MIN_MM,
    MODULE_PX_MAX,
    QUIET_MODULES,
    ContentTooLong,
    Purpose,
    RoomTooSmall,
    qr_blocks,
    qr_modules,
    qr_png,
    qr_printed,
)
from scanner.opencv import PIXELS_MAX, cv2
from scanner.picture import read_bytes
from tests.phone import NOW_MS, a_phone
from tests.scanner.terminal import seen

SIGNED = ("L2:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE" * 4)[:164]


def version(content: str | bytes) -> int:
    return (len(qr_modules(content)) - 2 * QUIET_MODULES - 17) // 4  # ISO/IEC 18004: 17 + 4 × version


def test_a_phone_s_code_is_version_11_with_the_longest_nonce_too() -> None:
    """By the characters of tests/core/test_codes_phone.py: a nonce of 8 bytes, and of 16."""
    for nonce_size, characters in ((8, 353), (16, 365)):
        code = a_phone().shows(NOW_MS, nonce=bytes(nonce_size))
        assert (len(code), version(code)) == (characters, 11)
        (read,) = read_bytes(qr_png(code))
        assert read.text == code


def test_a_signed_code_of_164_characters_is_version_7() -> None:
    assert len(SIGNED) == 164
    assert version(SIGNED) == 7


def test_small_letters_need_the_wider_mode() -> None:
    assert version(SIGNED.lower()) > 7


def test_the_error_level_is_m() -> None:
    modules = np.where(qr_modules(SIGNED), 0, 255).astype(np.uint8).repeat(3, axis=0).repeat(3, axis=1)
    (read,) = zxingcpp.read_barcodes(modules)
    assert read.ec_level == "M"


def test_four_light_modules_lie_around() -> None:
    modules = qr_modules("quiet")
    assert not modules[:4].any()
    assert not modules[-4:].any()
    assert not modules[:, :4].any()
    assert not modules[:, -4:].any()
    assert modules[4, 4:11].all(), "the finder pattern follows"


@pytest.mark.parametrize("module_px", [1, 2, 5, MODULE_PX_MAX])
def test_a_module_has_the_size_asked_for(module_px: int) -> None:
    png = qr_png("size", module_px=module_px)
    picture = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape == (29 * module_px, 29 * module_px)
    assert set(np.unique(picture)) == {0, 255}
    assert picture[4 * module_px, 4 * module_px] == 0, "dark is black"


def test_the_png_reads_back() -> None:
    (symbol,) = read_bytes(qr_png("Tillside 안녕"))
    assert symbol.text == "Tillside 안녕"


def test_the_largest_code_at_the_largest_size_is_within_what_is_read() -> None:
    (symbol,) = read_bytes(qr_png("Ω" * 1165, module_px=8))
    assert symbol.text == "Ω" * 1165
    assert (len(qr_modules(b"x" * 2331)) * MODULE_PX_MAX) ** 2 <= PIXELS_MAX


def test_what_fits_no_code_is_refused() -> None:
    with pytest.raises(ContentTooLong):
        qr_png(b"x" * 2332)


@pytest.mark.parametrize("content", ["TS:P:" + "eyJmcCI6" * 30, "short", SIGNED])
def test_a_code_in_a_terminal_is_read_from_its_screen(content: str) -> None:
    text = qr_blocks(content)
    (read,) = zxingcpp.read_barcodes(seen(text))
    assert read.text == content
    modules = qr_modules(content)
    assert len(text.splitlines()) == (len(modules) + 1) // 2, "a module is as high as it is wide"
    assert all(line.endswith("\x1b[0m") for line in text.splitlines()), "the terminal's own colours come back"


RECEIPT, OFFICE, PRESS = 203, 300, 600  # dots an inch
WEBCAM_DOTS_AN_INCH = 100  # what a 720p webcam has of a page at a hand's breadth


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("dots_an_inch", [RECEIPT, OFFICE, PRESS])
@pytest.mark.parametrize("content", ["M0123456789T", SIGNED, "https://id.example/8018/395012345000000127"])
def test_what_was_printed_is_read_by_a_scanner_and_a_webcam(
    content: str, dots_an_inch: int, purpose: Purpose
) -> None:
    printed = qr_printed(content, room_mm=37.5, dots_an_inch=dots_an_inch, purpose=purpose)
    (read,) = decode(printed.dots)
    assert (read.text, read.aim) == (content, "]Q1")
    side = round(printed.side_mm * WEBCAM_DOTS_AN_INCH / 25.4)
    far = cv2.resize(printed.dots, (side, side), interpolation=cv2.INTER_AREA)
    assert [symbol.text for symbol in decode(np.asarray(far, dtype=np.uint8))] == [content]


@pytest.mark.parametrize("dots_an_inch", [RECEIPT, OFFICE, 96])
@pytest.mark.parametrize("room_mm", [12.0, 18.5, 25.0, 48.0])
@pytest.mark.parametrize("length", [1, 12, 164])
def test_a_printed_code_fits_and_is_large_enough_or_is_refused(
    length: int, room_mm: float, dots_an_inch: int
) -> None:
    modules = len(qr_modules("A" * length))
    mm = dots_an_inch / 25.4
    largest = max((n for n in range(200) if n * modules <= room_mm * mm), default=0)
    if largest / mm < MODULE_MIN_MM:
        with pytest.raises(RoomTooSmall):
            qr_printed("A" * length, room_mm=room_mm, dots_an_inch=dots_an_inch)
        return
    printed = qr_printed("A" * length, room_mm=room_mm, dots_an_inch=dots_an_inch)
    assert printed.module_dots == largest
    assert printed.dots.shape == (largest * modules, largest * modules)
    assert printed.side_mm == pytest.approx(largest * modules / mm)
    assert printed.side_mm <= room_mm
    quiet = QUIET_MODULES * largest
    assert (printed.dots[:quiet] == 255).all() and (printed.dots[:, -quiet:] == 255).all()
    assert printed.dots[quiet, quiet] == 0


def test_a_signed_code_fits_the_narrow_paper_of_receipts() -> None:
    """58 mm wide, of which 48 are printed."""
    printed = qr_printed(SIGNED, room_mm=48, dots_an_inch=RECEIPT)
    assert printed.module_dots >= 4 and printed.dots.shape[0] <= 384


def test_what_is_worn_may_lose_a_quarter() -> None:
    (read,) = zxingcpp.read_barcodes(
        qr_printed(SIGNED, room_mm=48, dots_an_inch=OFFICE, purpose=Purpose.WORN).dots
    )
    assert read.ec_level == "Q"
    scratched = qr_printed("M0123456789T", room_mm=37.5, dots_an_inch=OFFICE, purpose=Purpose.WORN)
    middle, half = len(scratched.dots) // 2, 2 * scratched.module_dots
    scratched.dots[middle - half : middle + half, middle - half : middle + half] = 255
    assert [symbol.text for symbol in decode(scratched.dots)] == ["M0123456789T"]


def test_what_fits_no_worn_code_is_refused() -> None:
    with pytest.raises(ContentTooLong):
        qr_printed(b"x" * 1_664, room_mm=1_000, dots_an_inch=OFFICE, purpose=Purpose.WORN)
