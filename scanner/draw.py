"""QR codes drawn: text or bytes to modules, and to a PNG.

Error level M (15 % of the code may be lost) suits a phone's screen and a receipt; with it a signed
`L2:` code of 164 characters fits version 7, because Base45 uses the alphanumeric mode. The quiet zone
is the 4 modules ISO/IEC 18004 asks for. Painted by numpy and packed by OpenCV, so Pillow stays out.

Limits: what a version 40-M code holds; text goes in as UTF-8 without an ECI mark, as phones expect.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import QRData

from scanner.opencv import cv2

QUIET_MODULES: Final = 4
MODULE_PX_MAX: Final = 32
"""Largest module: the biggest code, 177 modules and its quiet zone, then stays within what `picture` reads."""


_HALVES: Final = " ▄▀█"
_BLACK_ON_WHITE: Final = "\x1b[30;107m"
_AS_BEFORE: Final = "\x1b[0m"


class ContentTooLong(ValueError):
    """More than a QR code of error level M can hold (2,331 bytes)."""


def qr_modules(content: str | bytes) -> NDArray[np.bool_]:
    """The code with its quiet zone, a row of modules a row; True is dark."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    # QRData picks the one mode that fits the whole content; qrcode's own splitting would cut bytes up.
    code.add_data(QRData(content))
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as fault:
        raise ContentTooLong("this is too long for one QR code") from fault
    return np.array(code.get_matrix(), dtype=np.bool_)


def qr_blocks(content: str | bytes) -> str:
    """The code as lines of text for a terminal, two rows of modules a line, black on white whatever its colours are."""
    dark = qr_modules(content)
    dark = np.pad(dark, ((0, dark.shape[0] % 2), (0, 0)))
    pairs = zip(dark[::2], dark[1::2], strict=True)
    lines = ("".join(_HALVES[2 * over + under] for over, under in zip(*pair, strict=True)) for pair in pairs)
    return "\n".join(f"{_BLACK_ON_WHITE}{line}{_AS_BEFORE}" for line in lines)


def qr_png(content: str | bytes, *, module_px: int = 8) -> bytes:
    """The code as a PNG, `module_px` pixels a module, black on white."""
    assert 1 <= module_px <= MODULE_PX_MAX, "a module is 1 to MODULE_PX_MAX pixels wide"
    dark = qr_modules(content).repeat(module_px, axis=0).repeat(module_px, axis=1)
    is_packed, png = cv2.imencode(".png", np.where(dark, 0, 255).astype(np.uint8))
    assert is_packed, "OpenCV packs any grey picture as PNG"
    return png.tobytes()
