"""A page of codes to hold in front of a camera, as dots.

A4 at 300 dots an inch, four codes a row. Every code is printed at the same size: with its quiet zone of 4 modules about
37 mm, the code itself at least 26 mm, so that a signed code (version 7, 45 modules) has modules of 0.7 mm, which any
webcam resolves from a hand's breadth.
Limits: one page of 24 codes; a caption longer than its cell is set smaller, down to half.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scanner.draw import MM_AN_INCH, RoomTooSmall, qr_printed
from scanner.opencv import cv2

DOTS_AN_INCH: Final = 300
MM: Final = DOTS_AN_INCH / MM_AN_INCH
PAGE_MM: Final = (210, 297)
COLUMNS: Final = 4
ROWS: Final = 6
CODES_MAX: Final = COLUMNS * ROWS
MARGIN_MM: Final = 10
CODE_MM: Final = 37.5  # at most, with its quiet zone
CAPTION_MM: Final = 3.2  # height of the letters
CAPTION_BELOW_MM: Final = 2.0
SHRINK_MIN: Final = 0.5

Page = NDArray[np.uint8]


class SheetFull(ValueError):
    """More codes than a page has room for, or one too long to be printed at a size that scans."""


def draw_sheet(codes: Sequence[tuple[str, str]]) -> Page:
    """Return the page as grey dots, 0 is black. Raises `SheetFull`."""
    if len(codes) > CODES_MAX:
        raise SheetFull(f"a page has room for {CODES_MAX} codes, not {len(codes)}")
    width, height = (round(side * MM) for side in PAGE_MM)
    page = np.full((height, width), 255, dtype=np.uint8)
    margin = MARGIN_MM * MM
    cell_width, cell_height = (width - 2 * margin) / COLUMNS, (height - 2 * margin) / ROWS
    for place, (caption, text) in enumerate(codes):
        row, column = divmod(place, COLUMNS)
        left, top = margin + column * cell_width, margin + row * cell_height
        _put_code(page, text, middle=left + cell_width / 2, top=top)
        _put_caption(page, caption, left=left, width=cell_width, top=top + CODE_MM * MM)
    return page


def packed_sheet(codes: Sequence[tuple[str, str]]) -> bytes:
    """Return the page as PNG. Raises `SheetFull`."""
    is_packed, packed = cv2.imencode(".png", draw_sheet(codes))
    assert is_packed, "OpenCV packs any grey picture as PNG"
    return bytes(packed.tobytes())


def _put_code(page: Page, text: str, *, middle: float, top: float) -> None:
    try:
        dots = qr_printed(text, room_mm=CODE_MM, dots_an_inch=DOTS_AN_INCH).dots
    except RoomTooSmall as fault:
        raise SheetFull(str(fault)) from fault
    y, x = round(top + (CODE_MM * MM - len(dots)) / 2), round(middle - len(dots) / 2)
    page[y : y + len(dots), x : x + len(dots)] = dots


def _put_caption(page: Page, caption: str, *, left: float, width: float, top: float) -> None:
    """Write a caption in the middle of its cell, in any of the station's languages."""
    face, size = cv2.FontFace("sans"), round(CAPTION_MM * MM)
    x, y = round(left), round(top + (CAPTION_BELOW_MM + CAPTION_MM) * MM)
    taken = _width(page, caption, face, size)
    if taken > width:
        size = round(size * max(SHRINK_MIN, width / taken))
        taken = _width(page, caption, face, size)
    cv2.putText(page, caption, (round(x + max(0.0, (width - taken) / 2)), y), (0, 0, 0), face, size)


def _width(page: Page, text: str, face: cv2.FontFace, size: int) -> int:
    height, width = page.shape
    box = cv2.getTextSize((width, height), text, (0, 0), face, size)
    return int(box[2])
