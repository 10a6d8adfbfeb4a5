"""Symbols drawn here and read back: exact bytes, formats, order, and the second reader on its own."""

import base64
import random
import string

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import decode as decode_module
from scanner.decode import Corners, Format, Grey, Symbol, decode, has_zbar
from scanner.draw import qr_modules

needs_zbar = pytest.mark.skipif(not has_zbar(), reason="libzbar0 is not installed")
ALPHANUMERIC = string.digits + string.ascii_uppercase + " $%*+-./:"  # ISO/IEC 18004, table 5


def qr(content: str | bytes, *, module_px: int = 3) -> Grey:
    dark = qr_modules(content).repeat(module_px, axis=0).repeat(module_px, axis=1)
    return np.where(dark, 0, 255).astype(np.uint8)


def bars(text: str, kind: zxingcpp.BarcodeFormat) -> Grey:
    drawn = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=3), dtype=np.uint8)
    return np.pad(drawn, 40, constant_values=255)


def paper(*pieces: tuple[Grey, int, int], height: int, width: int) -> Grey:
    """White paper with pictures laid on it, each with its top and left."""
    sheet = np.full((height, width), 255, dtype=np.uint8)
    for piece, top, left in pieces:
        sheet[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
    return sheet


@pytest.fixture
def zbar_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_module, "_read_by_zxing", lambda pixels, formats: ())


def only(symbols: tuple[Symbol, ...]) -> Symbol:
    (symbol,) = symbols
    return symbol


@pytest.mark.parametrize(
    "text",
    [
        "M1234567890",
        "İndirim: ığüşöç ĞÜŞÖÇ",
        "안녕하세요 마일리지",
        "Здравствуйте, Ёлка",
        "a\x1db\x00c",
        "L2:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE".ljust(161, "7"),
        "x" * 512,
    ],
    ids=["ascii", "turkish", "korean", "cyrillic", "controls", "signed code", "512"],
)
def test_a_qr_code_is_read_as_it_was_written(text: str) -> None:
    symbol = only(decode(qr(text)))
    assert (symbol.format, symbol.aim) == (Format.QR, "]Q1")
    assert symbol.text == text
    assert symbol.raw == text.encode("utf-8")


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_in_a_qr_code_come_back_exact(payload: bytes) -> None:
    assert only(decode(qr(payload))).raw == payload


@settings(max_examples=40, deadline=None)
@given(st.text(ALPHANUMERIC, min_size=1, max_size=164))
def test_any_alphanumeric_text_comes_back_exact(text: str) -> None:
    assert only(decode(qr(text))).text == text


def test_bytes_that_are_not_utf8_still_have_a_text() -> None:
    symbol = only(decode(qr(b"caf\xe9\x1d1")))
    assert (symbol.raw, symbol.text) == (b"caf\xe9\x1d1", "café\x1d1")


def test_corners_are_those_of_the_symbol_clockwise_from_its_top_left() -> None:
    code = qr("corners", module_px=4)
    quiet, size = 16, code.shape[0] - 32
    symbol = only(decode(paper((code, 50, 20), height=300, width=300)))
    left, top = 20 + quiet, 50 + quiet
    expected = ((left, top), (left + size, top), (left + size, top + size), (left, top + size))
    assert np.abs(np.array(symbol.corners) - np.array(expected)).max() <= 2


def test_a_turned_code_keeps_its_own_top_left() -> None:
    symbol = only(decode(np.ascontiguousarray(np.rot90(qr("turned")))))
    assert symbol.corners[0][1] > symbol.corners[1][1], "turned left, its top left lies below its top right"


def test_a_light_code_on_dark_is_read() -> None:
    assert only(decode(255 - qr("inverted"))).text == "inverted"


def test_a_view_of_a_larger_picture_is_read() -> None:
    sheet = paper((qr("view"), 0, 0), height=200, width=400)
    assert only(decode(sheet[:, :200])).text == "view"


def test_several_codes_come_in_rows_from_the_top_left() -> None:
    codes = {name: qr(name) for name in ("one", "two", "three", "four")}
    # In each row the right one lies a little higher, as on a photo that is not quite straight.
    sheet = paper(
        (codes["two"], 10, 300),
        (codes["one"], 22, 20),
        (codes["four"], 210, 310),
        (codes["three"], 230, 10),
        height=400,
        width=500,
    )
    assert [symbol.text for symbol in decode(sheet)] == ["one", "two", "three", "four"]


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_without_a_code_gives_nothing(value: int) -> None:
    assert decode(np.full((240, 320), value, dtype=np.uint8)) == ()


def test_noise_gives_nothing() -> None:
    assert decode(np.random.default_rng(5).integers(0, 256, (480, 640), dtype=np.uint8)) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1)])
def test_a_tiny_picture_gives_nothing(shape: tuple[int, int]) -> None:
    assert decode(np.zeros(shape, dtype=np.uint8)) == ()


RETAIL = [
    (zxingcpp.BarcodeFormat.EAN13, "4006381333931", Format.EAN13, "4006381333931", "]E0"),
    (zxingcpp.BarcodeFormat.EAN8, "96385074", Format.EAN8, "96385074", "]E4"),
    (zxingcpp.BarcodeFormat.UPCA, "036000291452", Format.EAN13, "0036000291452", "]E0"),
    (zxingcpp.BarcodeFormat.Code128, "Till-side 128", Format.CODE128, "Till-side 128", "]C0"),
]
UPC_E = (zxingcpp.BarcodeFormat.UPCE, "04252614", Format.EAN13, "0042100005264", "]E0")


@pytest.mark.parametrize(("kind", "written", "expected", "text", "aim"), [*RETAIL, UPC_E])
def test_retail_codes_are_read(
    kind: zxingcpp.BarcodeFormat, written: str, expected: Format, text: str, aim: str
) -> None:
    symbol = only(decode(bars(written, kind)))
    assert (symbol.format, symbol.text, symbol.raw, symbol.aim) == (expected, text, text.encode(), aim)


@pytest.mark.parametrize("kind", [zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.ITF])
def test_formats_that_are_not_ours_are_left_alone(kind: zxingcpp.BarcodeFormat) -> None:
    assert decode(bars("12345670", kind)) == ()


def test_only_the_formats_asked_for_are_read() -> None:
    sheet = paper((qr("code"), 0, 0), (bars("4006381333931", RETAIL[0][0]), 0, 150), height=300, width=600)
    assert {symbol.format for symbol in decode(sheet)} == {Format.QR, Format.EAN13}
    assert [symbol.text for symbol in decode(sheet, formats=frozenset({Format.QR}))] == ["code"]
    assert [s.format for s in decode(sheet, formats=frozenset({Format.EAN13}))] == [Format.EAN13]


# --- the second reader ---------------------------------------------------------------------------


@needs_zbar
@pytest.mark.usefixtures("zbar_alone")
def test_zbar_gives_exact_bytes() -> None:
    chance = random.Random(20171101)
    payloads = [chance.randbytes(chance.randint(1, 120)) for _ in range(100)]
    read = [[symbol.raw for symbol in decode(qr(payload))] for payload in payloads]
    assert read == [[payload] for payload in payloads]


@needs_zbar
@pytest.mark.usefixtures("zbar_alone")
@pytest.mark.parametrize("text", ["plain", "ığüşöç İĞ", "안녕하세요", "Привет"])
def test_zbar_reads_utf8_as_it_was_written(text: str) -> None:
    symbol = only(decode(qr(text)))
    assert (symbol.text, symbol.format, symbol.aim) == (text, Format.QR, "]Q1")


@needs_zbar
@pytest.mark.usefixtures("zbar_alone")
@pytest.mark.parametrize(("kind", "written", "expected", "text", "aim"), RETAIL)
def test_zbar_gives_retail_codes_as_zxing_does(
    kind: zxingcpp.BarcodeFormat, written: str, expected: Format, text: str, aim: str
) -> None:
    symbol = only(decode(bars(written, kind)))
    assert (symbol.format, symbol.text, symbol.raw, symbol.aim) == (expected, text, text.encode(), aim)


@needs_zbar
@pytest.mark.usefixtures("zbar_alone")
@pytest.mark.parametrize(
    "kind", [zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.ITF, zxingcpp.BarcodeFormat.UPCE]
)
def test_zbar_is_not_asked_for_what_it_takes_out_of_noise(kind: zxingcpp.BarcodeFormat) -> None:
    written = "04252614" if kind == zxingcpp.BarcodeFormat.UPCE else "12345670"
    assert decode(bars(written, kind)) == ()


@needs_zbar
@pytest.mark.usefixtures("zbar_alone")
def test_zbar_reads_only_the_formats_asked_for() -> None:
    assert decode(qr("code"), formats=frozenset({Format.EAN13})) == ()
    assert only(decode(qr("code"), formats=frozenset({Format.QR}))).text == "code"


@needs_zbar
@pytest.mark.usefixtures("zbar_alone")
def test_zbar_reads_a_view_of_a_larger_picture() -> None:
    sheet = paper((qr("view"), 0, 0), height=200, width=400)
    assert only(decode(sheet[:, :200])).text == "view"


@needs_zbar
@pytest.mark.parametrize("kind", ["qr", "ean13"])
def test_zbar_finds_a_symbol_where_zxing_does(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code = qr("place") if kind == "qr" else bars("4006381333931", RETAIL[0][0])
    sheet = paper((code, 60, 80), height=400, width=600)
    by_zxing = only(decode(sheet)).corners
    monkeypatch.setattr(decode_module, "_read_by_zxing", lambda pixels, formats: ())
    assert np.abs(np.array(only(decode(sheet)).corners) - np.array(by_zxing)).max() <= 4


@needs_zbar
def test_zbar_is_asked_only_where_zxing_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(decode_module, "_read_by_zbar", lambda pixels, formats: asked.append(1) or ())
    decode(qr("found"))
    assert asked == []
    decode(np.full((50, 50), 255, dtype=np.uint8))
    assert asked == [1]


def test_everything_else_works_without_zbar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_module, "_zbar", None)
    assert not has_zbar()
    assert only(decode(qr("alone"))).text == "alone"
    assert decode(np.full((50, 50), 255, dtype=np.uint8)) == ()


class OldZbar:
    """libzbar before 0.23, which does not know the binary option (it answers 1) and so converts."""

    def __getattr__(self, name: str) -> object:
        return getattr(decode_module._loaded_zbar, name)

    def zbar_image_scanner_set_config(self, scanner: object, kind: int, option: int, value: int) -> int:
        if option == decode_module._ZBAR_BINARY:
            return 1
        return int(decode_module._loaded_zbar.zbar_image_scanner_set_config(scanner, kind, option, value))


@needs_zbar
@pytest.mark.usefixtures("zbar_alone")
def test_a_zbar_that_mangles_is_not_asked_for_qr_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_module, "_zbar", OldZbar())
    assert decode(qr(base64.b64decode("gYKDhA=="))) == ()
    assert only(decode(bars("4006381333931", RETAIL[0][0]))).text == "4006381333931"


def test_order_needs_no_reader() -> None:
    def at(left: int, top: int) -> Symbol:
        corners: Corners = ((left, top), (left + 40, top), (left + 40, top + 40), (left, top + 40))
        return Symbol(format=Format.QR, text=f"{left},{top}", raw=b"", aim="]Q1", corners=corners)

    symbols = (at(100, 0), at(0, 15), at(0, 70), at(200, 10), at(50, 60))
    ordered = [symbol.text for symbol in decode_module.by_position(symbols)]
    assert ordered == ["0,15", "100,0", "200,10", "0,70", "50,60"]
