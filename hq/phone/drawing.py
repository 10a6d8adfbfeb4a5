"""A QR code as the path of an SVG: HQ draws for the page, which brings no program of anybody else's.

Whoever asks gets a picture of what they sent, and only of what could be a phone's code: this is no drawing service.
"""

import re

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from sync.protocol import Wire

# A message of 241 bytes (a nonce of 16) has 362 characters; the alphabet is Base45's (RFC 9285).
TEXT = re.compile(rb"L3:[0-9A-Z $%*+\-./:]{200,400}")


class Drawing(Wire, frozen=True, kw_only=True):
    """`modules` a side without the quiet zone; `path` fills the dark ones, a run a row, in units of a module."""

    modules: int
    path: str
    time_ms: int


def draw(text: bytes, *, now_ms: int) -> Drawing | None:
    """Draw a phone's code; None where it can't be one."""
    if not TEXT.fullmatch(text):
        return None
    try:
        rows = _rows(text, MODE_ALPHA_NUM)
    except ValueError:  # a block of nothing but zeros, which the library can't divide; as bytes there is none
        rows = _rows(text, MODE_8BIT_BYTE)
    return Drawing(modules=len(rows), path=path_of(rows), time_ms=now_ms)


def _rows(text: bytes, mode: int) -> list[list[bool]]:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(QRData(text, mode=mode))
    code.make(fit=True)
    rows: list[list[bool]] = code.get_matrix()
    return rows


def path_of(rows: list[list[bool]]) -> str:
    """Return the path of an SVG that fills the dark modules of a QR code, a run a row, in units of a module."""
    return "".join(_runs(y, row) for y, row in enumerate(rows))


def _runs(y: int, row: list[bool]) -> str:
    found, start = [], None
    for x, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            found.append(f"M{start} {y}h{x - start}v1H{start}z")
            start = None
    return "".join(found)
