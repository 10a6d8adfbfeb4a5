"""A picture with several codes in it: ours is taken if there is one, and otherwise a sentence says why not."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.core.codes import number
from app.window_parts import read_picture
from scanner.draw import qr_modules, qr_png
from scanner.opencv import cv2
from sync.enrolment import PREFIX
from tests.sync.world import NOWHERE
from tests.ui.real_station import RealStation, enrolled_store
from ui.models.picture import PictureUnclear, is_ours, meant
from ui.models.state import Screen

MEMBER, OTHER = number("M", "0123456789"), number("M", "ABCDEFGHJK")
VOUCHER, PAIRING, SIGNED = number("V", "0123456789ABC"), PREFIX + "eyJ2IjoxfQ", "L2:6BFOXN*TS0BI$ZD4N9"
PAGE, PRODUCT = "https://shop.example/card", "4006381333931"
SEVERAL, NONE_OF_OURS = (
    "More than one code in this picture could be meant",
    "None of the codes in this picture",
)


def picture_of(*texts: str) -> bytes:
    """Codes side by side, as PNG."""
    codes = [np.where(qr_modules(text), 0, 255).astype(np.uint8).repeat(4, 0).repeat(4, 1) for text in texts]
    height = max(code.shape[0] for code in codes)
    rows = [np.pad(code, ((0, height - code.shape[0]), (0, 40)), constant_values=255) for code in codes]
    is_packed, png = cv2.imencode(".png", np.hstack(rows))
    assert is_packed
    return png.tobytes()


@pytest.mark.parametrize("text", [MEMBER, MEMBER.lower(), VOUCHER, PAIRING, SIGNED])
def test_ours_are_known_by_their_form(text: str) -> None:
    assert is_ours(text)


@pytest.mark.parametrize("text", [PAGE, PRODUCT, MEMBER[:-1] + "!", "", "x" * 600, "WIFI:S:shop;;"])
def test_others_are_not(text: str) -> None:
    assert not is_ours(text)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([], None),
        ([MEMBER], MEMBER),
        ([PRODUCT], PRODUCT),  # alone it is what somebody wants to know about
        ([PAGE, MEMBER], MEMBER),
        ([SIGNED, PAGE, PRODUCT], SIGNED),
        ([PRODUCT, VOUCHER], VOUCHER),
        ([PAGE, PAIRING], PAIRING),
    ],
)
def test_one_of_ours_is_meant_whatever_lies_beside_it(texts: list[str], found: str | None) -> None:
    assert meant(texts) == meant(texts[::-1]) == found


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([MEMBER, OTHER], SEVERAL),
        ([MEMBER, VOUCHER, PAGE], SEVERAL),
        ([PAIRING, MEMBER], SEVERAL),
        ([PAGE, PRODUCT], NONE_OF_OURS),
    ],
)
def test_what_could_be_meant_twice_or_not_at_all_is_said(texts: list[str], sentence: str) -> None:
    with pytest.raises(PictureUnclear) as caught:
        meant(texts)
    assert caught.value.sentence.startswith(sentence)


def test_pictures_are_read_so() -> None:
    assert read_picture(picture_of(PAGE, MEMBER)) == MEMBER
    assert read_picture(picture_of(MEMBER, MEMBER)) == MEMBER
    assert read_picture(qr_png(PRODUCT)) == PRODUCT
    assert read_picture(b"no picture") is None


@pytest.fixture
def station(qtbot: QtBot, tmp_path: Path) -> Iterator[RealStation]:
    enrolled_store(tmp_path, hq_url=NOWHERE)
    station = RealStation(qtbot, tmp_path)
    station.until_screen(Screen.IDLE)
    yield station
    station.close()


@pytest.mark.parametrize(("texts", "sentence"), [([MEMBER, OTHER], SEVERAL), ([PAGE, PRODUCT], NONE_OF_OURS)])
def test_the_cashier_reads_why(station: RealStation, texts: list[str], sentence: str) -> None:
    station._application._model.picture(picture_of(*texts))
    station.until(lambda: station.state.notice.startswith(sentence))


def test_on_the_first_run_too(qtbot: QtBot, tmp_path: Path) -> None:
    station = RealStation(qtbot, tmp_path)
    try:
        station.until_screen(Screen.WELCOME)
        station._application._model.picture(picture_of(PAIRING, MEMBER))
        station.until(lambda: station.state.notice.startswith(SEVERAL))
        station._application._model.picture(picture_of(PAIRING, PAGE))
        station.until(lambda: station.state.notice.startswith("This pairing code is damaged"))
    finally:
        station.close()
