"""Receipts as they are seen: no glyph missing, nothing leaves the paper, the code scans back, each dot arrives."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.core.brand import Brand
from app.core.money import CURRENCIES
from app.printing.escpos import job
from resources import LANGUAGES, load
from scanner.decode import decode
from tests.printing.printers import read_stream
from tests.ui.receipts import CODE, a_logo, a_receipt, all_kinds
from ui import catalogue, i18n, texts
from ui.receipt import paint
from ui.receipt.paint import lay_out
from ui.receipt.paper import Paper, png, raster, write_pdf
from ui.receipt.rows import Band, Code, Line, Pair, Row
from ui.receipt.words import rows_of

WIDTHS = (576, 384)


def dots_of(receipt, paper: Paper) -> np.ndarray:
    """Return what a printer would burn, read from the bytes that it gets."""
    return read_stream(job(raster(receipt, paper)[0])).dots


def said(rows: tuple[Row, ...]) -> list[str]:
    found = []
    for row in rows:
        match row:
            case Line(text=text):
                found.append(text)
            case Pair(left=left, right=right):
                found += [left, right]
            case Band(text=text, more=more):
                found += [text, more]
    return found


@pytest.mark.parametrize("language", [*LANGUAGES, i18n.PSEUDO])
def test_no_glyph_is_missing(qapp: QApplication, language: str) -> None:
    for receipt in all_kinds(language if language in LANGUAGES else "en"):
        assert lay_out(rows_of(receipt, language), paint.WIDE).missing == [], receipt.kind


def test_a_glyph_that_no_font_has_is_found(qapp: QApplication) -> None:
    assert raster(a_receipt(store="Harbour \U0010fffd"), Paper())[1] == ["\U0010fffd"]
    assert raster(a_receipt(store="\u0378 Harbour"), Paper())[1] == ["\u0378"]


def test_without_its_fonts_korean_would_be_found_missing(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def latin_only(*_: object) -> QFont:
        font = QFont(["DejaVu Sans Mono"])
        font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
        return font

    monkeypatch.setattr(paint, "_font", latin_only)
    assert set("항구매장") <= set(raster(a_receipt("ko"), Paper(language="ko"))[1])


@pytest.mark.parametrize("dots", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_leaves_the_paper(qapp: QApplication, language: str, dots: int) -> None:
    long = a_receipt(language, is_training=False, store="Wide " * 12, member="W" * 60, due=10**11)
    page = dots_of(long, Paper(dots, language))
    assert page.shape[1] == dots
    is_rule = page.all(axis=1)
    edges = np.hstack([page[:, : paint.SIDE - 2], page[:, -paint.SIDE + 2 :]])
    assert not edges[~is_rule].any()
    assert not page[: paint.MARGIN // 2].any() and not page[-paint.MARGIN // 2 :].any()


@pytest.mark.parametrize("dots", WIDTHS)
def test_the_code_scans_back_from_what_was_printed(qapp: QApplication, dots: int) -> None:
    page = dots_of(a_receipt(), Paper(dots))
    grey = np.where(page == 1, 0, 255).astype(np.uint8)
    assert [symbol.text for symbol in decode(grey)] == [CODE]


def burnt(row: Row) -> np.ndarray:
    """Return the dots of one row alone."""
    sheet = lay_out((row,), paint.WIDE)
    image = QImage(sheet.width, round(sheet.height), QImage.Format.Format_Grayscale8)
    image.fill(255)
    with QPainter(image) as painter:
        sheet.paint(painter)
    grey = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return grey < 128


def test_a_long_text_never_runs_into_its_figure(qapp: QApplication) -> None:
    figure, both = burnt(Pair("", "€1 234.50")), burnt(Pair("word " * 40, "€1 234.50"))
    left = int(np.flatnonzero(figure.any(axis=0)).min())
    assert (
        both[: len(figure) - paint.MARGIN, left - paint.GAP // 2 :]
        == figure[: -paint.MARGIN, left - paint.GAP // 2 :]
    ).all()
    assert len(both) > 3 * 27  # it took several lines


def test_the_picture_is_what_is_printed_dot_for_dot(qapp: QApplication) -> None:
    receipt, paper = a_receipt("ko"), Paper(384, "ko")
    image = QImage.fromData(png(receipt, paper)).convertToFormat(QImage.Format.Format_Grayscale8)
    shown = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())[:, :384]
    assert ((shown == 0) == (dots_of(receipt, paper) == 1)).all()


def test_a_pdf_is_as_wide_as_the_paper(qapp: QApplication, tmp_path: Path) -> None:
    for dots, points in ((576, 80 / 25.4 * 72), (384, 58 / 25.4 * 72)):
        write_pdf(tmp_path / "r.pdf", a_receipt("ru"), Paper(dots, "ru"))
        written = (tmp_path / "r.pdf").read_bytes()
        box = re.search(rb"/MediaBox \[[\d.]+ [\d.]+ ([\d.]+)", written)
        assert written.startswith(b"%PDF") and box is not None
        assert abs(float(box[1]) - points) < 1
        assert b"/FontFile" in written  # letters, so that it can be read out and searched


def test_a_pdf_that_can_t_be_written_says_so(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"r\.pdf"):
        write_pdf(tmp_path / "gone" / "r.pdf", a_receipt(), Paper())


# --- words ----------------------------------------------------------------------------------------------------------


@cache
def of_receipts() -> list[str]:
    places = ("ui/receipt/", "ui/models/receipt", "app/printing/")
    return [message.singular for message in catalogue.messages() if message.place.startswith(places)]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_all_of_a_receipt_is_in_its_language(language: str) -> None:
    spoken = load.translations(language)
    same = [text for text in of_receipts() if spoken.gettext(text) == text]
    plural = {"for {count} point"}
    assert [text for text in same if text not in plural] == (["Member"] if language == "id" else [])
    assert spoken.ngettext("for {count} point", "for {count} points", 5) != "for {count} points"
    assert len(of_receipts()) > 40


def test_russian_counts_points_as_russians_do(qapp: QApplication) -> None:
    costs = [
        next(text for text in said(rows_of(a_receipt("ru", given=(given,)), "ru")) if "балл" in text)
        for given in (a_receipt().given[1].__class__("x", points=count) for count in (1, 2, 5, 21))
    ]
    assert [text.strip() for text in costs] == ["за 1 балл", "за 2 балла", "за 5 баллов", "за 21 балл"]


def test_marks_and_amounts() -> None:
    rows = rows_of(a_receipt(), "en")
    words = said(rows)
    assert isinstance(rows[0], Band) and rows[0].text == "TRAINING"
    assert "Recorded. Head office hears of it later." in words
    assert Code(CODE) in rows
    assert texts.money(2_429, CURRENCIES["EUR"]) in words and "+24" in words
    plain = said(rows_of(a_receipt(is_training=False, is_queued=False), "en"))
    assert "TRAINING" not in plain and not any("hears of it" in text for text in plain)


def test_a_receipt_of_nobody_has_no_points() -> None:
    words = said(rows_of(a_receipt(member="", points=None, expiring=()), "en"))
    assert not {"Member", "Points before", "Points now", "Earned with this order"} & set(words)


def test_each_kind_says_what_it_is() -> None:
    titles = [
        next((row.text for row in rows_of(receipt, "en") if isinstance(row, Band)), "")
        for receipt in all_kinds("en")
        for receipt in [a_receipt(kind=receipt.kind, card=receipt.card, is_training=False)]
    ]
    assert titles == ["", "Undone", "Returned", "Gift card", "Printer test"]


def test_another_language_than_the_window_s() -> None:
    assert "회원" in said(rows_of(a_receipt("ko"), "ko"))
    assert i18n._("Member") == "Member"


def test_the_shop_s_logo_is_dots_of_any_density_and_a_broken_one_is_left_out(qapp: QApplication) -> None:
    plain = a_receipt(is_training=False, brand=Brand())
    without = dots_of(plain, Paper())
    page = dots_of(replace(plain, brand=Brand(logo=a_logo())), Paper())
    high = len(page) - len(without)
    disc = page[paint.MARGIN : paint.MARGIN + paint.LOGO_HEIGHT, 288 - 70 : 288 + 70]
    assert paint.LOGO_HEIGHT <= high <= paint.LOGO_HEIGHT + 2 * paint.BETWEEN
    assert disc[65:75, 65:75].mean() > 0.9 and 0.02 < disc[10:30, 60:80].mean() < 0.7
    assert not disc[:4, :4].any()
    broken = dots_of(replace(plain, brand=Brand(logo=b"\x89PNG\r\n\x1a\n")), Paper())
    assert len(broken) <= len(without) + paint.BETWEEN
