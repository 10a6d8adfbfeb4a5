"""Every code of the sheet reads back, from the picture and from the PDF, at a size that a camera can resolve."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.core.codes import number
from app.demo.sheet import write_sheet
from scanner.decode import Symbol
from scanner.draw import QUIET_MODULES, qr_modules
from scanner.opencv import cv2
from scanner.picture import read_bytes, read_file
from scanner.sheet import CODES_MAX, DOTS_AN_INCH, SheetFull, draw_sheet
from tests.builders import a_code

CODES = [
    (f"Member {place}", number("M", f"{place:010d}"))
    if place % 3
    else (f"Card {place}", a_code(bytes([place]) * 8))
    for place in range(CODES_MAX - 2)
] + [
    ("Kahve − 5,00 TL, şubat", number("V", "0123456789ABC")),
    ("커피 1,000원 할인 · Кофе со скидкой 5 %", number("V", "X" * 13)),
]
MM = DOTS_AN_INCH / 25.4
CODE_MIN_MM = 25


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_sheet(tmp_path_factory.mktemp("sheet") / "new", CODES)


def side_mm(symbol: Symbol) -> float:
    (left, top), _, (right, bottom), _ = symbol.corners
    return min(right - left, bottom - top) / MM


def test_every_code_reads_back_from_the_picture(sheet: tuple[Path, Path]) -> None:
    symbols = read_file(sheet[0])
    assert [symbol.text for symbol in symbols] == [text for _, text in CODES]
    assert min(side_mm(symbol) for symbol in symbols) >= CODE_MIN_MM


def test_every_code_reads_back_from_the_pdf(sheet: tuple[Path, Path], tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    command = ["pdftoppm", "-png", "-r", "150", "-singlefile", str(sheet[1]), str(tmp_path / "page")]
    subprocess.run(command, check=True)
    assert [symbol.text for symbol in read_file(tmp_path / "page.png")] == [text for _, text in CODES]


def test_the_pdf_is_one_page_of_a4(sheet: tuple[Path, Path]) -> None:
    content = sheet[1].read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1
    assert b"/DCTDecode" not in content, "no JPEG in it"


def test_it_still_reads_as_a_webcam_sees_it() -> None:
    """Half the dots, soft and noisy: the page across some 1,280 pixels."""
    page = draw_sheet([("far away", CODES[0][1])])
    small = cv2.GaussianBlur(
        cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), (0, 0), 1.2
    )
    noisy = np.random.default_rng(3).normal(small.astype(float) * 0.7 + 30, 6).clip(0, 255).astype(np.uint8)
    (symbol,) = read_bytes(cv2.imencode(".png", noisy)[1].tobytes())
    assert symbol.text == CODES[0][1]


def test_quiet_zones_are_kept_and_captions_stay_in_their_cells() -> None:
    bare, captioned = draw_sheet([("", CODES[0][1])]), draw_sheet([("W" * 60, CODES[0][1])])
    changed = np.argwhere(bare != captioned)
    quiet_mm = QUIET_MODULES * 37 / len(qr_modules(CODES[0][1]))
    (top, left), (_, right) = changed.min(axis=0), changed.max(axis=0)
    lowest_dark = np.argwhere(bare == 0).max(axis=0)[0]
    assert (top - lowest_dark) / MM >= quiet_mm
    assert left >= 10 * MM - 1
    assert (right - left) / MM <= 190, "it does not leave the page"


def test_a_page_has_its_limits() -> None:
    with pytest.raises(SheetFull):
        draw_sheet([("", "x")] * (CODES_MAX + 1))
    with pytest.raises(SheetFull):
        draw_sheet([("", "x" * 2_300)])
    assert draw_sheet([]).min() == 255


def test_it_needs_no_window(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from app.demo.sheet import write_sheet;"
        "write_sheet(pathlib.Path(sys.argv[1]), [('a', 'M0123456789T')]);"
        "from PySide6.QtCore import QCoreApplication; print(QCoreApplication.instance())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert (done.stdout.strip(), done.stderr) == ("None", "")
