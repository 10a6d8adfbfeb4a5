"""Still pictures that decoders give up on: what the steps after the first read, and what they must not."""

import numpy as np
import pytest
import zxingcpp

from bench._scan_frames import Look, draw, ean_13, qr_code
from scanner import still as still_module
from scanner.bars import Number
from scanner.decode import ALL_FORMATS, Format, Grey, Symbol, read_by_zbar, read_by_zxing
from scanner.draw import qr_modules
from scanner.opencv import cv2
from scanner.still import read_still, tries

EAN = "4006381333931"


def qr(text: str, *, module_px: int = 6) -> Grey:
    return (
        np.where(qr_modules(text), 30, 220)
        .astype(np.uint8)
        .repeat(module_px, axis=0)
        .repeat(module_px, axis=1)
    )


def bars(text: str = EAN, *, blur_px: float = 0.0) -> Grey:
    drawn = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.EAN13).to_image(scale=3))
    sheet = np.pad(np.where(drawn < 128, 60, 200), 40, constant_values=200).astype(np.uint8)
    soft = cv2.GaussianBlur(sheet, (0, 0), blur_px) if blur_px else sheet
    grain = np.random.default_rng(3).normal(0, 2, soft.shape)
    return np.clip(soft + grain, 0, 255).astype(np.uint8)


def texts(grey: Grey) -> list[str]:
    return [symbol.text for symbol in read_still(grey)]


def needs_more_than_decoders(grey: Grey) -> None:
    assert read_by_zxing(grey, ALL_FORMATS) == () and read_by_zbar(grey, ALL_FORMATS) == ()


def test_bars_too_blurred_for_edges_are_weighed_digit_by_digit() -> None:
    picture = bars(blur_px=3.4)
    needs_more_than_decoders(picture)
    assert texts(picture) == [EAN]


def test_stripes_between_the_guards_of_an_ean_are_no_number() -> None:
    """They are no digits, but some number always is the likeliest: 5634643551435 stood out here."""
    widths = [20, *map(int, "11112321124422241244412344111111124421313314232331434423111"), 20]
    row = np.concatenate([np.full(2 * width, 0 if at % 2 else 255) for at, width in enumerate(widths)])
    assert texts(np.repeat(row[None].astype(np.uint8), 120, axis=0)) == []


def test_a_margin_that_other_bars_reach_is_not_sure() -> None:
    assert not Number("9013954345555", 1.2, is_plausible=True).is_sure, "read in a blurred ITF"


def test_bars_upside_down_are_weighed_too() -> None:
    assert texts(np.ascontiguousarray(bars(blur_px=3.4)[::-1, ::-1])) == [EAN]


def test_a_code_without_one_of_its_finders_is_read_by_the_other_two() -> None:
    picture = qr("two finders will do")
    picture[20:70, 20:70] = 255
    needs_more_than_decoders(picture)
    assert texts(picture) == ["two finders will do"]


def test_a_code_under_a_stain_is_corrected() -> None:
    text = "L2:" + "0123456789" * 8
    picture = qr(text)
    cv2.circle(picture, (150, 150), 40, 0, -1)
    needs_more_than_decoders(picture)
    assert texts(picture) == [text]


def test_a_code_beside_one_that_was_read_is_looked_for() -> None:
    damaged = qr("and this one too")
    damaged[30:60, 30:60] = 120
    sheet = np.full((300, 560), 220, dtype=np.uint8)
    whole = qr("this is whole")
    sheet[10 : 10 + len(whole), 10 : 10 + len(whole)] = whole
    sheet[20 : 20 + len(damaged), 300 : 300 + len(damaged)] = damaged
    assert sorted(texts(sheet)) == ["and this one too", "this is whole"]


def test_corners_are_where_the_symbol_is() -> None:
    picture = np.full((500, 500), 220, dtype=np.uint8)
    code = qr("where")
    code[20:70, 20:70] = 255
    picture[100 : 100 + len(code), 200 : 200 + len(code)] = code
    (symbol,) = read_still(picture)
    left, top, right = 200 + 24, 100 + 24, 200 + len(code) - 24
    expected = [(left, top), (right, top), (right, top + right - left), (left, top + right - left)]
    off = np.abs(np.array(symbol.corners) - np.array(expected)).max(axis=1)
    assert off[1:].max() <= 3 and off[0] <= 12, "the corner without a finder is only about there"


def test_a_bar_code_that_one_look_reads_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    corners = ((0, 0), (90, 0), (90, 40), (0, 40))
    looks = iter([(Symbol(Format.EAN13, "9780201379624", b"9780201379624", "]E0", corners),)])
    monkeypatch.setattr(still_module, "read_by_zxing", lambda *_, **__: next(looks, ()))
    monkeypatch.setattr(still_module, "read_by_zbar", lambda *_: ())
    assert read_still(np.full((120, 160), 200, dtype=np.uint8)) == ()


def test_stripes_are_no_number() -> None:
    chance = np.random.default_rng(11)
    for _ in range(1):
        row = np.repeat(chance.integers(0, 2, 70) * 180 + 30, 3).astype(np.uint8)
        assert read_still(np.tile(row, (60, 1))) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (15, 15), (17, 300)])
def test_small_pictures_do_no_harm(shape: tuple[int, int]) -> None:
    assert read_still(np.zeros(shape, dtype=np.uint8)) == ()


def test_only_what_is_asked_for_is_read() -> None:
    assert read_still(bars(blur_px=3.4), formats=frozenset({Format.QR, Format.CODE128})) == ()


def test_the_first_try_of_a_large_picture_is_on_a_small_copy() -> None:
    large = np.full((2000, 3000), 200, dtype=np.uint8)
    code = qr("large", module_px=12)
    large[900 : 900 + len(code), 1500 : 1500 + len(code)] = code
    first = next(tries(large))
    (symbol,) = first.symbols
    assert symbol.text == "large"
    assert abs(symbol.corners[0][0] - 1548) < 6 and abs(symbol.corners[0][1] - 948) < 6


def test_a_tilted_and_blurred_frame_is_read() -> None:
    chance = np.random.default_rng(5)
    for code in (qr_code(chance, length=60), ean_13(chance)):
        look = Look(module_px=4, degrees=20, tilt=35, tilt_axis=30, blur=0.35, contrast=0.4)
        assert [symbol.raw for symbol in read_still(draw(code, look, chance))] == [code.payload]


@pytest.mark.parametrize("shape", [(1, 100_000), (40, 70_000), (70_000, 40), (17, 1_000_000)])
def test_a_strip_that_decoders_refuse_is_a_picture_without_a_code(shape: tuple[int, int]) -> None:
    lines = np.random.default_rng(4).integers(0, 2, max(shape) // 2, dtype=np.uint8).repeat(2) * 255
    strip = np.broadcast_to(lines if shape[1] > shape[0] else lines[:, None], shape)
    assert read_still(np.ascontiguousarray(strip)) == ()
