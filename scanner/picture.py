"""Symbols in a still picture: a file somebody chose, dropped or pasted, or its bytes.

A picture comes from anywhere, so everything it claims is limited before it is believed: its bytes
before they are read, its pixels before they are unpacked (`scanner.opencv` holds that limit).

Limits: PNG, JPEG, BMP, WebP and what else OpenCV unpacks; the first picture of an animation. A turn
noted in EXIF is ignored, since symbols are read in every direction; corners are in stored pixels. A picture in which
nothing can be read takes about a second (`scanner.still`).
"""

from pathlib import Path
from typing import Final

import numpy as np

from scanner.decode import ALL_FORMATS, Format, Grey, Symbol
from scanner.opencv import PIXELS_MAX, MatLike, cv2
from scanner.still import read_still

BYTES_MAX: Final = 32 * 1024 * 1024
"""Largest file that is read: a 24-megapixel phone photo is about 12 MB, a large screenshot less."""

_JPEG_START: Final = b"\xff\xd8"
_BYTES_MIN: Final = 32
"""OpenCV refuses a WebP shorter than this header; zeros after a picture's end are no part of it."""


class PictureUnreadable(Exception):
    """This picture cannot be used. Its text is for the person who chose it."""


def read_file(path: Path, *, formats: frozenset[Format] = ALL_FORMATS) -> tuple[Symbol, ...]:
    """The symbols in a picture file; raises PictureUnreadable where there is no usable picture."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)  # never more, whatever size the file claims or grows to
    except OSError as fault:
        raise PictureUnreadable(f"The picture {path.name} can't be opened: {fault.strerror}.") from fault
    return read_bytes(data, formats=formats)


def read_bytes(data: bytes, *, formats: frozenset[Format] = ALL_FORMATS) -> tuple[Symbol, ...]:
    """The symbols in a picture given as the bytes of its file; raises PictureUnreadable as above."""
    return read_still(grey_of(data), formats=formats)


def grey_of(data: bytes) -> Grey:
    """The picture's brightness, a byte a pixel; raises PictureUnreadable as above."""
    return _grey(_unpacked(data))


def _unpacked(data: bytes) -> MatLike:
    if len(data) > BYTES_MAX:
        raise PictureUnreadable(f"This picture is too large: at most {BYTES_MAX // 1024**2} MB can be read.")
    buffer = np.frombuffer(data.ljust(_BYTES_MIN, b"\0"), dtype=np.uint8)
    # A JPEG holds its brightness apart, so grey alone comes cheaper; the others may hold transparency.
    how = cv2.IMREAD_GRAYSCALE if data.startswith(_JPEG_START) else cv2.IMREAD_UNCHANGED
    try:
        picture = cv2.imdecode(buffer, how | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as fault:
        # A damaged picture gives None; OpenCV raises only when a size is beyond its limits.
        raise PictureUnreadable(
            f"This picture is too large: at most {PIXELS_MAX // 1_000_000} megapixels can be read."
        ) from fault
    if picture is None:
        raise PictureUnreadable("This is not a picture that can be read, or it is damaged.")
    return picture


def _grey(picture: MatLike) -> Grey:
    """One byte of brightness a pixel; what is transparent counts as white paper under the symbol."""
    if picture.dtype == np.uint16:
        picture = picture // 256
    picture = picture.astype(np.uint8, copy=False)
    if picture.ndim == 3 and picture.shape[2] == 4:
        picture = _on_white(picture)
    elif picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.asarray(picture, dtype=np.uint8)


def _on_white(picture: MatLike) -> MatLike:
    grey, alpha = cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY), picture[:, :, 3]
    return cv2.add(cv2.multiply(grey, alpha, scale=1 / 255), cv2.bitwise_not(alpha))
