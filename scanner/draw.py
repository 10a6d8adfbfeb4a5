"""QR codes drawn: text or bytes to modules, to a PNG for screens, and to dots for print and PDF.

On a screen or freshly printed 15 % of a code may be lost (error level M), on what is worn in a purse 25 % (Q). With M a
signed `L2:` code of 164 characters fits version 7, because Base45 uses the alphanumeric mode. The quiet zone is the 4
modules ISO/IEC 18004 asks for. A module is a whole number of pixels or dots, so that edges stay sharp; what would come
out too small to be read is refused. Painted by numpy and packed by OpenCV, so Pillow stays out.

Limits: what a version 40 code holds; text goes in as UTF-8 without an ECI mark, as phones expect.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import QRData

QUIET_MODULES: Final = 4
MODULE_PX_MAX: Final = 32
"""Largest module: the biggest code, 177 modules and its quiet zone, then stays within what `picture` reads."""
MODULE_MIN_MM: Final = 0.4
"""Smallest printed module: a webcam at a hand's breadth has 2 pixels for it, a hand scanner reads half of it."""
MM_AN_INCH: Final = 25.4

_HALVES: Final = " ▄▀█"
_BLACK_ON_WHITE: Final = "\x1b[30;107m"
_AS_BEFORE: Final = "\x1b[0m"


class ContentTooLong(ValueError):
    """More than a QR code can hold: 2,331 bytes at error level M, 1,663 at Q."""


class RoomTooSmall(ValueError):
    """In this room the code would come out too small to be read."""


class Purpose(Enum):
    """What a code is drawn for; the value is the error level."""

    SHOWN = ERROR_CORRECT_M  # on a screen, a sheet or a receipt
    WORN = ERROR_CORRECT_Q  # on a card or a key ring, for years


@dataclass(frozen=True, slots=True)
class Printed:
    """A code as dots of a printer, its quiet zone included; 0 is black."""

    dots: NDArray[np.uint8]
    module_dots: int
    side_mm: float


def qr_modules(content: str | bytes, *, purpose: Purpose = Purpose.SHOWN) -> NDArray[np.bool_]:
    """The code with its quiet zone, a row of modules a row; True is dark."""
    code = QRCode(error_correction=purpose.value, border=QUIET_MODULES)
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


def qr_printed(
    content: str | bytes, *, room_mm: float, dots_an_inch: int, purpose: Purpose = Purpose.SHOWN
) -> Printed:
    """The code as large as it fits into a square of `room_mm`. Raises `ContentTooLong` and `RoomTooSmall`."""
    dark = qr_modules(content, purpose=purpose)
    dots_a_mm = dots_an_inch / MM_AN_INCH
    module = int(room_mm * dots_a_mm) // len(dark)
    if module < MODULE_MIN_MM * dots_a_mm:
        raise RoomTooSmall("this text is too long to be printed at a size that scans")
    dots = _painted(dark, module)
    return Printed(dots, module, len(dots) / dots_a_mm)


def qr_png(content: str | bytes, *, module_px: int = 8) -> bytes:
    """The code as a PNG, `module_px` pixels a module, black on white."""
    from scanner.opencv import cv2  # noqa: PLC0415 large, and whoever only wants the modules needs none of it

    assert 1 <= module_px <= MODULE_PX_MAX, "a module is 1 to MODULE_PX_MAX pixels wide"
    is_packed, png = cv2.imencode(".png", _painted(qr_modules(content), module_px))
    assert is_packed, "OpenCV packs any grey picture as PNG"
    return png.tobytes()


def _painted(dark: NDArray[np.bool_], module: int) -> NDArray[np.uint8]:
    return np.where(dark, 0, 255).astype(np.uint8).repeat(module, axis=0).repeat(module, axis=1)
