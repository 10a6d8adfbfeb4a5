"""Pictures of a code that somebody drops on the window or pastes."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QImage

PICTURE_BYTES_MAX = 32 * 1024 * 1024  # a camera's own file; more is no picture of a code
SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


def holds_picture(mime: QMimeData) -> bool:
    """Return whether there is a picture to take."""
    return mime.hasImage() or picture_file(mime) is not None


def picture_file(mime: QMimeData) -> Path | None:
    """Return the first file that looks like a picture."""
    for url in mime.urls():
        path = Path(url.toLocalFile())
        if url.isLocalFile() and path.suffix.lower() in SUFFIXES:
            return path
    return None


def picture(mime: QMimeData) -> bytes | None:
    """Return the picture's bytes: a file as it is, anything else as PNG. None when it can't be read."""
    path = picture_file(mime)
    if path is not None:
        return _file(path)
    return _png(mime.imageData()) if mime.hasImage() else None


def _file(path: Path) -> bytes | None:
    try:
        if not path.is_file():  # a pipe would hold the window up, a device fill the memory
            return None
        with path.open("rb") as file:
            data = file.read(PICTURE_BYTES_MAX + 1)
    except OSError:
        return None
    return data if len(data) <= PICTURE_BYTES_MAX else None


def _png(image: object) -> bytes | None:
    if not isinstance(image, QImage) or image.isNull():
        return None
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs don't know this way of calling
    return bytes(buffer.data().data())
