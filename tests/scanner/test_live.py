"""Frames of a camera: which are read for what, what is believed, and which of several codes is meant."""

import numpy as np
import pytest
import zxingcpp

from scanner import decode as decode_module
from scanner.debounce import WINDOW_MS, Debounce
from scanner.decode import Format, Grey, Symbol
from scanner.live import ALL_FORMATS_EVERY, EQUAL_READS_WITHIN, LiveReader, aimed_at
from scanner.opencv import cv2
from tests.scanner.videos import empty, with_qr

EAN, CARD = "4006381333931", "M0123456789T"


class Ticks:
    now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


def with_bars(text: str) -> Grey:
    frame = empty()
    bars = np.array(
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.EAN13).to_image(scale=3), dtype=np.uint8
    )
    frame[100 : 100 + bars.shape[0], 100 : 100 + bars.shape[1]] = bars
    return frame


def reader(ticks: Ticks | None = None) -> LiveReader:
    return LiveReader(Debounce(now_ms=ticks or Ticks()))


def texts(live: LiveReader, *frames: Grey) -> list[str]:
    return [symbol.text for frame in frames for symbol in live.read(frame)]


def test_a_qr_code_is_told_in_the_frame_that_shows_it() -> None:
    live = reader()
    assert texts(live, empty()) == []
    assert texts(live, with_qr(CARD, at=(200, 100))) == [CARD]


def test_a_code_that_stays_in_view_is_told_once_and_again_when_it_comes_back() -> None:
    ticks = Ticks()
    live, frame = reader(ticks), with_qr(CARD, at=(200, 100))
    for ticks.now_ms in range(0, 5_000, 33):
        if ticks.now_ms:
            assert texts(live, frame) == []
        else:
            assert texts(live, frame) == [CARD]
    ticks.now_ms += WINDOW_MS
    assert texts(live, frame) == [CARD]


def test_a_bar_code_is_told_after_two_equal_reads() -> None:
    live, frame = reader(), with_bars(EAN)
    told = [bool(live.read(frame)) for _ in range(3 * ALL_FORMATS_EVERY)]
    assert told.index(True) == 2 * ALL_FORMATS_EVERY - 1
    assert sum(told) == 1


def test_two_reads_that_differ_or_lie_apart_are_not_believed() -> None:
    live = reader()
    between = [empty()] * (ALL_FORMATS_EVERY - 1)
    assert texts(live, *between, with_bars(EAN), *between, with_bars("9780201379624")) == []
    live = reader()
    pause = [empty()] * (EQUAL_READS_WITHIN + ALL_FORMATS_EVERY - EQUAL_READS_WITHIN % ALL_FORMATS_EVERY)
    assert texts(live, *between, with_bars(EAN), *pause[:-1], with_bars(EAN)) == []


def test_formats_and_the_second_reader_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[int] = []
    by_zbar: list[int] = []

    def note(pixels: Grey, formats: frozenset[Format], **_: bool) -> tuple[Symbol, ...]:
        looked_for.append(len(formats))
        return ()

    monkeypatch.setattr(decode_module, "_read_by_zxing", note)
    monkeypatch.setattr(decode_module, "_read_by_zbar", lambda *_: by_zbar.append(len(looked_for)) or ())
    assert texts(reader(), *[empty()] * 30) == []
    # QR codes in each frame; all kinds in a part of the first of six, prepared, and in each third, whole.
    assert looked_for == [1, 4, 1, 4, 1, 1, 4] * 5
    assert by_zbar == [18, 35], "in the 15th and 30th frame"


def test_of_two_codes_the_one_in_the_middle_is_meant() -> None:
    left = with_qr("the one at the side", at=(20, 20))
    assert texts(reader(), with_qr(CARD, at=(250, 170), on=left)) == [CARD]


def test_of_two_codes_at_the_sides_none_is_meant() -> None:
    left = with_qr("A" * 12, at=(20, 20))
    assert texts(reader(), with_qr("B" * 12, at=(480, 340), on=left)) == []


def test_the_same_code_twice_in_view_is_one() -> None:
    left = with_qr(CARD, at=(20, 20))
    assert texts(reader(), with_qr(CARD, at=(480, 340), on=left)) == [CARD]


def test_nothing_in_view_is_nothing_meant() -> None:
    assert aimed_at((), middle=(0, 0)) == ()


def test_what_no_decoder_sees_in_a_frame_is_seen_in_a_prepared_part() -> None:
    frame = with_qr("small", at=(280, 200), module_px=3)
    frame[195:300, 275:385] = cv2.GaussianBlur(frame[195:300, 275:385], (0, 0), 1.6)
    assert decode_module.decode(frame) == ()
    live = reader()
    (symbol,) = [symbol for _ in range(30) for symbol in live.read(frame)]
    assert symbol.text == "small"
    assert abs(symbol.corners[0][0] - 292) <= 3 and abs(symbol.corners[0][1] - 212) <= 3
