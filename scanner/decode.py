"""Symbols in a grey picture, as exact bytes and text: zxing-cpp first, zbar where it finds nothing.

zxing-cpp reads more than zbar, several times faster, and gives the exact bytes; zbar wins on some
blurred retail codes. The other order would keep zbar's worse reads. This is the only module that
knows either library; zbar is driven through pyzbar's ctypes layer, because `pyzbar.decode` cannot ask
for unconverted bytes and mangles binary and non-Latin payloads.

Limits: QR, EAN-13, EAN-8, UPC-A, UPC-E and Code 128 only, since each further format costs time on every
frame and brings false reads. The picture is taken as it comes: nothing is enhanced or scaled here. zbar
does not tell a GS1 symbol from a plain one, so what it reads carries the plain AIM identifier.
"""

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Any, Final, TypeAlias

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from scanner.source import Corners

try:
    from pyzbar import wrapper as _loaded_zbar
except ImportError:  # pyzbar is missing, or the system library under it (libzbar0) is
    _loaded_zbar = None

_zbar: ModuleType | None = _loaded_zbar

Grey: TypeAlias = NDArray[np.uint8]


class Format(StrEnum):
    """What kind of symbol was read. UPC-A and UPC-E are given as the EAN-13 that GS1 makes of them."""

    QR = "qr"
    EAN13 = "ean13"
    EAN8 = "ean8"
    CODE128 = "code128"


ALL_FORMATS: Final = frozenset(Format)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol as it was read. `corners` are in pixels: the symbol's own top left, then clockwise."""

    format: Format
    text: str
    raw: bytes
    aim: str
    corners: Corners


def decode(
    grey: Grey, *, formats: frozenset[Format] = ALL_FORMATS, with_zbar: bool = True
) -> tuple[Symbol, ...]:
    """All symbols of a grey picture (rows × columns of bytes), sorted top to bottom, left to right.

    Without zbar an empty picture costs a fraction, which is what most frames of a camera are.
    """
    assert grey.ndim == 2 and grey.dtype == np.uint8, "decode takes a grey picture of one byte a pixel"
    pixels = np.ascontiguousarray(grey)
    found = _read_by_zxing(pixels, formats)
    return by_position(found if found or not with_zbar else _read_by_zbar(pixels, formats))


def read_by_zxing(grey: Grey, formats: frozenset[Format]) -> tuple[Symbol, ...]:
    """What zxing-cpp reads, in its own order."""
    return _read_by_zxing(np.ascontiguousarray(grey), formats)


def read_by_zbar(grey: Grey, formats: frozenset[Format]) -> tuple[Symbol, ...]:
    """What zbar reads, in its own order; nothing where it is missing."""
    return _read_by_zbar(np.ascontiguousarray(grey), formats)


def glance(
    grey: NDArray[Any], formats: frozenset[Format], *, is_thorough: bool = False
) -> tuple[Symbol, ...]:
    """What zxing-cpp sees at once, in its own order: bar codes along the rows alone, nothing light on dark.

    `is_thorough` takes half as long again: it sees inverted codes, bar codes along the columns, and large blurred ones.
    """
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(grey, dtype=np.uint8),
        formats=_zxing_formats(formats),
        text_mode=zxingcpp.TextMode.Plain,
        try_rotate=is_thorough,
        try_invert=is_thorough,
        try_downscale=is_thorough,
    )
    return tuple(_zxing_symbol(barcode) for barcode in found if barcode.format in _ZXING_FORMATS)


def has_zbar() -> bool:
    """Whether the second reader is there; without it everything works but some blurred retail codes."""
    return _zbar is not None


def _text(raw: bytes, *, otherwise: str) -> str:
    """Strict UTF-8 first: it is what writers use today and it is almost never valid by accident."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return otherwise


# --- zxing-cpp -----------------------------------------------------------------------------------

_ZXING_FORMATS: Final = {
    zxingcpp.BarcodeFormat.QRCode: Format.QR,
    zxingcpp.BarcodeFormat.EAN13: Format.EAN13,
    zxingcpp.BarcodeFormat.UPCA: Format.EAN13,
    zxingcpp.BarcodeFormat.UPCE: Format.EAN13,
    zxingcpp.BarcodeFormat.EAN8: Format.EAN8,
    zxingcpp.BarcodeFormat.Code128: Format.CODE128,
}


@cache
def _zxing_formats(formats: frozenset[Format]) -> zxingcpp.BarcodeFormats:
    return zxingcpp.BarcodeFormats([theirs for theirs, ours in _ZXING_FORMATS.items() if ours in formats])


def _read_by_zxing(pixels: Grey, formats: frozenset[Format]) -> tuple[Symbol, ...]:
    # Plain text, because the default form for people writes control characters as "<GS>".
    found = zxingcpp.read_barcodes(
        pixels,
        formats=_zxing_formats(formats),
        text_mode=zxingcpp.TextMode.Plain,
    )
    return tuple(_zxing_symbol(barcode) for barcode in found if barcode.format in _ZXING_FORMATS)


def _zxing_symbol(barcode: zxingcpp.Barcode) -> Symbol:
    at = barcode.position
    top_left, top_right, bottom_right, bottom_left = (
        (corner.x, corner.y) for corner in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    )
    return Symbol(
        format=_ZXING_FORMATS[barcode.format],
        text=_text(barcode.bytes, otherwise=barcode.text),
        raw=barcode.bytes,
        aim=barcode.symbology_identifier,
        corners=(top_left, top_right, bottom_right, bottom_left),
    )


# --- zbar ----------------------------------------------------------------------------------------

_ZBAR_ALL: Final = 0  # zbar.h: "no symbol" as the kind to configure means every kind
_ZBAR_QR: Final = 64
_ZBAR_UPCE: Final = 9
_ZBAR_FORMATS: Final = {_ZBAR_QR: Format.QR, 13: Format.EAN13, 8: Format.EAN8, 128: Format.CODE128}
_ZBAR_AIM: Final = {Format.QR: "]Q1", Format.EAN13: "]E0", Format.EAN8: "]E4", Format.CODE128: "]C0"}
_ZBAR_ENABLE: Final = 0
_ZBAR_BINARY: Final = 4  # zbar.h 0.23: ZBAR_CFG_BINARY, which pyzbar has no name for
_ZBAR_GREY: Final = 0x30303859  # the fourcc "Y800": eight bits of brightness a pixel


@contextmanager
def _zbar_scanner(zbar: ModuleType, formats: frozenset[Format]) -> Iterator[Any]:
    scanner = zbar.zbar_image_scanner_create()
    try:
        zbar.zbar_image_scanner_set_config(scanner, _ZBAR_ALL, _ZBAR_ENABLE, 0)
        for kind, ours in _ZBAR_FORMATS.items():
            zbar.zbar_image_scanner_set_config(scanner, kind, _ZBAR_ENABLE, int(ours in formats))
        # zbar sees UPC-E in the bars of other retail codes and passes it off as EAN-13 unless it may call
        # it UPC-E; asked for by name it can be told apart, and is then left out. zxing-cpp reads UPC-E.
        zbar.zbar_image_scanner_set_config(scanner, _ZBAR_UPCE, _ZBAR_ENABLE, 1)
        if zbar.zbar_image_scanner_set_config(scanner, _ZBAR_QR, _ZBAR_BINARY, 1) != 0:
            # Before 0.23 zbar always converts what it reads; no QR code is better than a mangled one.
            zbar.zbar_image_scanner_set_config(scanner, _ZBAR_QR, _ZBAR_ENABLE, 0)
        yield scanner
    finally:
        zbar.zbar_image_scanner_destroy(scanner)


@contextmanager
def _zbar_image(zbar: ModuleType, pixels: Grey) -> Iterator[Any]:
    """zbar's view of the pixels, which it neither copies nor frees."""
    image = zbar.zbar_image_create()
    try:
        height, width = pixels.shape
        zbar.zbar_image_set_format(image, _ZBAR_GREY)
        zbar.zbar_image_set_size(image, width, height)
        zbar.zbar_image_set_data(image, pixels.ctypes.data_as(ctypes.c_void_p), pixels.nbytes, None)
        yield image
    finally:
        zbar.zbar_image_destroy(image)


def _read_by_zbar(pixels: Grey, formats: frozenset[Format]) -> tuple[Symbol, ...]:
    zbar = _zbar
    if zbar is None or not pixels.size:
        return ()
    with _zbar_scanner(zbar, formats) as scanner, _zbar_image(zbar, pixels) as image:
        zbar.zbar_scan_image(scanner, image)
        return tuple(_zbar_symbol(zbar, symbol) for symbol in _zbar_results(zbar, image))


def _zbar_results(zbar: ModuleType, image: Any) -> Iterator[Any]:
    symbol = zbar.zbar_image_first_symbol(image)
    while symbol:
        if symbol.contents.type in _ZBAR_FORMATS:
            yield symbol
        symbol = zbar.zbar_symbol_next(symbol)


def _zbar_symbol(zbar: ModuleType, symbol: Any) -> Symbol:
    data, length = zbar.zbar_symbol_get_data(symbol), zbar.zbar_symbol_get_data_length(symbol)
    raw = ctypes.string_at(data, length)
    ours = _ZBAR_FORMATS[symbol.contents.type]
    return Symbol(
        format=ours,
        text=_text(raw, otherwise=raw.decode("latin-1")),  # ISO/IEC 18004: the default of a QR code
        raw=raw,
        aim=_ZBAR_AIM[ours],
        corners=_zbar_corners(zbar, symbol),
    )


def _zbar_corners(zbar: ModuleType, symbol: Any) -> Corners:
    """The upright box around the points zbar gives: four for a QR code, one a scan line for 1-D."""
    count = range(zbar.zbar_symbol_get_loc_size(symbol))
    xs = [zbar.zbar_symbol_get_loc_x(symbol, i) for i in count]
    ys = [zbar.zbar_symbol_get_loc_y(symbol, i) for i in count]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return (left, top), (right, top), (right, bottom), (left, bottom)


# --- order ---------------------------------------------------------------------------------------


def by_position(symbols: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    """Rows from the top, each from the left; a few pixels of tilt do not make a new row."""
    rows: list[list[Symbol]] = []
    for symbol in sorted(symbols, key=lambda found: middle_of(found)[1]):
        if rows and middle_of(symbol)[1] - middle_of(rows[-1][0])[1] <= _half_height(rows[-1][0]):
            rows[-1].append(symbol)
        else:
            rows.append([symbol])
    return tuple(symbol for row in rows for symbol in sorted(row, key=middle_of))


def middle_of(symbol: Symbol) -> tuple[float, float]:
    """Return the middle of a symbol's corners."""
    xs, ys = zip(*symbol.corners, strict=True)
    return sum(xs) / 4, sum(ys) / 4


def moved(symbols: Iterable[Symbol], scale: float) -> tuple[Symbol, ...]:
    """Return symbols of a prepared picture where they lie in the picture itself, whose pixels are so many of one."""
    return tuple(
        replace(symbol, corners=corners_of((x * scale, y * scale) for x, y in symbol.corners))
        for symbol in symbols
    )


def corners_of(points: Iterable[tuple[float, float]]) -> Corners:
    """Return four points as corners, in whole pixels."""
    first, second, third, fourth = ((round(x), round(y)) for x, y in points)
    return first, second, third, fourth


def _half_height(symbol: Symbol) -> float:
    ys = [y for _, y in symbol.corners]
    return (max(ys) - min(ys)) / 2
