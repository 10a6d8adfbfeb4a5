"""A page that is already drawn, as PDF: Qt writes it, no window and no QApplication needed.

The picture goes in without loss: JPEG's shadows around the modules of a code would cost what a scanner lives on.
"""

from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter


def write_pdf(path: Path, png: bytes, *, dots_an_inch: int, title: str) -> None:
    """Write an A4 page filled by a picture of `dots_an_inch`. Raises `OSError`."""
    picture = QImage.fromData(png)
    assert not picture.isNull(), "the page is a PNG of our own"
    writer = QPdfWriter(str(path))
    writer.setTitle(title)
    writer.setResolution(dots_an_inch)
    page = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"{path.name} can't be written")
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.drawImage(0, 0, picture)
    painter.end()
