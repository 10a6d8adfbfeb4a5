"""The demo's page of codes: member cards and vouchers to hold in front of the camera, as PNG and as PDF."""

from collections.abc import Sequence
from pathlib import Path

from scanner.sheet import DOTS_AN_INCH, packed_sheet

PNG, PDF = "codes.png", "codes.pdf"


def write_sheet(folder: Path, codes: Sequence[tuple[str, str]]) -> tuple[Path, Path]:
    """Write `codes.png` and `codes.pdf` with a QR code for each (caption, text). Raises `SheetFull`."""
    from ui.sheet_pdf import write_pdf

    page = packed_sheet(codes)
    folder.mkdir(parents=True, exist_ok=True)
    png, pdf = folder / PNG, folder / PDF
    png.write_bytes(page)
    write_pdf(pdf, page, dots_an_inch=DOTS_AN_INCH, title="Tillside demo: codes to scan")
    return png, pdf
