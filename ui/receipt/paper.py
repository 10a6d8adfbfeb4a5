"""A receipt as it leaves the station: dots for a printer, a PNG of the same dots, or a PDF.

Drawn on whichever thread asks: pictures and their painters need no window, only a `QGuiApplication` for its fonts.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF, QSizeF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from app.printing.escpos import Raster
from app.station.receipt import Receipt
from ui.receipt.paint import BLACK, WHITE, WIDE, Painted, lay_out
from ui.receipt.rows import Sheet
from ui.receipt.words import rows_of

DOTS_AN_INCH: Final = 203
MM_AN_INCH: Final = 25.4
DARK: Final = (
    160  # what is darker becomes a dot: a little more than half, since thin strokes burn thinner still
)
DOTS: Final = {"80": 576, "58": 384}  # across a roll, by its width in millimetres
PAPER_MM: Final = {dots: float(width) for width, dots in DOTS.items()}


@dataclass(frozen=True, slots=True)
class Paper:
    """How receipts are made here: dots across, and the language."""

    dots: int = WIDE
    language: str = "en"


def with_fonts() -> QCoreApplication:
    """Return what knows the fonts; whoever draws without a window keeps it until all is drawn."""
    return QCoreApplication.instance() or QGuiApplication([])


def _laid_out(printed: Receipt | Sheet, paper: Paper) -> Painted:
    rows = printed.rows if isinstance(printed, Sheet) else rows_of(printed, paper.language)
    return lay_out(rows, paper.dots)


def raster(receipt: Receipt | Sheet, paper: Paper) -> tuple[Raster, list[str]]:
    """Return a receipt as a printer takes it, and the characters that no font of this computer has."""
    sheet = _laid_out(receipt, paper)
    image = QImage(paper.dots, round(sheet.height), QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    sheet.paint(painter)
    painter.end()
    across = image.bytesPerLine()
    assert across == paper.dots, "both widths are whole words"
    grey = np.frombuffer(image.constBits(), np.uint8).reshape(-1, across)
    return Raster(paper.dots, np.packbits(grey < DARK, axis=1).tobytes()), sheet.missing


def png(receipt: Receipt | Sheet, paper: Paper) -> bytes:
    """Return a receipt as a PNG, dot for dot as it is printed."""
    dots, _missing = raster(receipt, paper)
    picture = QImage(dots.rows, dots.width, dots.height, dots.width // 8, QImage.Format.Format_Mono)
    picture.setColorTable([WHITE.rgb(), BLACK.rgb()])
    buffer = _buffer()
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # it takes a text, its stubs bytes
    return bytes(buffer.data().data())


def pdf(receipt: Receipt | Sheet, paper: Paper) -> bytes:
    """Return a receipt as a PDF page of its own size, with letters and not their dots."""
    sheet = _laid_out(receipt, paper)
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(receipt.name if isinstance(receipt, Sheet) else receipt.number or receipt.store)
    writer.setResolution(DOTS_AN_INCH)
    writer.setPageLayout(_page(sheet.width, sheet.height))
    painter = QPainter(writer)
    sheet.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def write_pdf(path: Path, receipt: Receipt | Sheet, paper: Paper) -> None:
    """Write a receipt as a PDF, whole or not at all. Raises `OSError`."""
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(pdf(receipt, paper))
    draft.replace(path)


def _page(across_dots: int, down_dots: float) -> QPageLayout:
    """Return a page as wide as the paper roll; the printed part lies in its middle."""
    across = PAPER_MM[across_dots]
    edge = (across - _mm(across_dots)) / 2
    size = QSizeF(across, _mm(down_dots) + 2 * edge)
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    return QPageLayout(
        QPageSize(size, QPageSize.Unit.Millimeter, "", exact),
        QPageLayout.Orientation.Portrait,
        QMarginsF(edge, edge, 0, 0),
        QPageLayout.Unit.Millimeter,
    )


def _mm(dots: float) -> float:
    return dots / DOTS_AN_INCH * MM_AN_INCH


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
