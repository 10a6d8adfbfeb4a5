"""What reads the same pictures beside ours: pyzbar, zxing-cpp and OpenCV, each as its own manual uses it.

Each is asked for the same kinds of symbols, so that none loses time or right reads on kinds that no shop has. A payload
counts by its bytes or its text, whichever is right: zbar's text of a QR code is often a guess, its bytes too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import zxingcpp
from pyzbar import pyzbar

from scanner.decode import Grey
from scanner.opencv import cv2
from scanner.still import tries


@dataclass(frozen=True)
class Read:
    """One symbol: all forms in which a reader gave its payload, and the step of ours that found it."""

    forms: tuple[bytes, ...]
    step: str = ""


Reader = Callable[[Grey], list[Read]]

_ZXING = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.EAN13, zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.UPCA, zxingcpp.BarcodeFormat.UPCE, zxingcpp.BarcodeFormat.Code128,
    ]
)  # fmt: skip
_ZBAR = [pyzbar.ZBarSymbol[name] for name in ("QRCODE", "EAN13", "EAN8", "UPCA", "UPCE", "CODE128")]


def _ours(grey: Grey) -> list[Read]:
    return [
        Read((symbol.raw, symbol.text.encode()), step.name) for step in tries(grey) for symbol in step.symbols
    ]


def _by_zxing(grey: Grey) -> list[Read]:
    found = zxingcpp.read_barcodes(grey, formats=_ZXING, text_mode=zxingcpp.TextMode.Plain)
    return [Read((barcode.bytes, barcode.text.encode())) for barcode in found]


def _by_zbar(grey: Grey) -> list[Read]:
    return [Read((symbol.data,)) for symbol in pyzbar.decode(grey, symbols=_ZBAR)]


def _by_opencv(grey: Grey) -> list[Read]:
    texts: list[str] = []
    for reads in (
        cv2.QRCodeDetector().detectAndDecodeMulti,
        cv2.barcode.BarcodeDetector().detectAndDecodeMulti,
    ):
        try:
            texts += reads(grey)[1]
        except cv2.error:  # it refuses pictures of a few pixels
            continue
    return [Read((text.encode(),)) for text in texts if text]


READERS: Mapping[str, Reader] = {
    "tillside": _ours,
    "pyzbar": _by_zbar,
    "zxing-cpp": _by_zxing,
    "cv2": _by_opencv,
}
