"""A pairing text, or the code of a voucher, as a picture that a station's camera reads: the path of an SVG."""

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from hq.phone.drawing import path_of


@dataclass(frozen=True)
class Picture:
    """`modules` a side without the quiet zone of four; `path` fills the dark ones in units of a module."""

    modules: int
    path: str


def draw_code(text: str) -> Picture:
    """Draw a text."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    return Picture(len(rows), path_of(rows))
