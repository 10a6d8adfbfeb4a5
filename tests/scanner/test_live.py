"""Frames of a camera: which are read for what, what is believed, and which of several codes is meant."""

from functools import partial

import numpy as np
import pytest
import zxingcpp

from scanner import live as live_module
from scanner.attention import Attention
from scanner.belief import EQUAL_READS_WITHIN
from scanner.debounce import WINDOW_MS, Debounce
from scanner.decode import Grey, Symbol
from scanner.live import (
    HARDER,
    HARDER_EVERY,
    REST,
    REST_EVERY,
    SETTLED_EVERY,
    WHOLE_EVERY,
    LiveReader,
    aimed_at,
)
from scanner.opencv import cv2
from tests.scanner.videos import empty, with_qr

EAN, CARD = "4006381333931", "M0123456789T"


NOISY = [empty(seed) for seed in range(5)]


class Ticks:
    now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


def with_bars(text: str, scale: int = 3) -> Grey:
    frame = empty()
    bars = np.array(
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.EAN13).to_image(scale=scale), dtype=np.uint8
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
    assert texts(live, empty()) == []
    ticks.now_ms += WINDOW_MS
    assert texts(live, frame) == [CARD]


@pytest.mark.parametrize("turns", [0, 1])
def test_a_bar_code_is_told_after_two_equal_reads_one_after_the_other(turns: int) -> None:
    live, frame = reader(), np.rot90(with_bars(EAN), turns)
    told = [bool(live.read(frame)) for _ in range(8)]
    first = told.index(True)
    assert first in (1, 2), "rows and columns take turns, and what has read it looks again at once"
    assert sum(told) == 1


def test_two_reads_that_differ_or_lie_apart_are_not_believed() -> None:
    live = reader()
    assert texts(live, empty(1), with_bars(EAN), with_bars("9780201379624")) == []
    live = reader()
    read_once = [live.read(frame) for frame in (empty(1), with_bars(EAN))]
    pause = [noisy(at) for at in range(EQUAL_READS_WITHIN)]
    assert read_once == [(), ()] and texts(live, *pause, with_bars(EAN)) == []


def test_corners_are_where_the_code_lies_whichever_look_has_found_it() -> None:
    upright = with_bars(EAN, scale=2)
    for frame, box in ((upright, (100, 100, 330, 210)), (np.rot90(upright), (100, 310, 210, 540))):
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        looks = (*live_module.QUICK, *(partial(look, middle=middle) for look in HARDER))
        seen = [symbol for look in looks for symbol in look(np.ascontiguousarray(frame))]
        found = [symbol for symbol in seen if symbol.text == EAN]
        assert len(found) >= 3
        for symbol in found:
            xs, ys = zip(*symbol.corners, strict=True)
            assert box[0] <= min(xs) < max(xs) <= box[2], symbol
            assert box[1] <= min(ys) < max(ys) <= box[3], symbol
    square = live_module._mirrored(
        live_module._placed(reader().read(with_qr(CARD, at=(200, 100)))[0], left=7)
    )
    assert min(x for x, _ in square.corners) == pytest.approx(116, abs=5), "behind its quiet zone"


def noisy(at: int) -> Grey:
    return NOISY[at % len(NOISY)]


class Looks:
    """Counts looks instead of looking."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.quick = 0
        self.harder: list[int] = []
        monkeypatch.setattr(live_module, "QUICK", (self._quick,))
        monkeypatch.setattr(
            live_module, "HARDER", tuple(partial(self._harder, at) for at in range(len(HARDER)))
        )

    def _quick(self, grey: Grey) -> tuple[Symbol, ...]:
        self.quick += 1
        return ()

    def _harder(self, which: int, grey: Grey, *, middle: object) -> tuple[Symbol, ...]:
        self.harder.append(which)
        return ()


def test_each_frame_is_looked_at_while_something_moves_and_few_when_nothing_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, live = Looks(monkeypatch), reader()
    for at in range(REST):
        live.read(with_qr(CARD, at=(40 + 5 * at, 100), on=noisy(at)))
    assert looks.quick == REST
    for at in range(REST):
        live.read(noisy(at))
    assert looks.quick == 2 * REST
    for at in range(2 * REST):
        live.read(noisy(at))
    assert looks.quick == pytest.approx(2 * REST + 2 * REST / REST_EVERY, abs=2)


def test_noise_is_no_change_and_a_small_code_is() -> None:
    attention = Attention()
    assert [attention.still_for(empty(seed)) for seed in range(20)] == list(range(20)), "noise"
    for seed in range(20, 30):  # a camera in the dark: each frame twice
        assert [attention.still_for(frame) for frame in [empty(seed)] * 2] == [2 * seed - 20, 2 * seed - 19]
    small = with_qr(CARD, at=(300, 200), module_px=2, seed=99)
    assert attention.still_for(small) == 0
    assert attention.still_for(cv2.cvtColor(empty(3), cv2.COLOR_GRAY2BGR)) == 0, "it has gone"
    assert attention.still_for(np.zeros((10, 10), dtype=np.uint8)) == 0, "another size"


def test_each_of_the_harder_looks_has_its_turn_where_a_picture_comes_to_rest_and_else_one_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, live = Looks(monkeypatch), reader()
    for at in range(SETTLED_EVERY * len(HARDER) + 1):
        live.read(noisy(at))
    assert sorted(looks.harder) == list(range(len(HARDER)))
    looks.harder.clear()
    for at in range(SETTLED_EVERY * len(HARDER) + 1):
        live.read(noisy(at) if at else with_qr(CARD, at=(40, 100), on=noisy(at)))
    assert len(looks.harder) <= 1, "the counter as it was is known"
    looks.harder.clear()
    for at in range(4 * HARDER_EVERY):
        live.read(with_qr(CARD, at=(40 + 5 * at, 100), on=noisy(at)))
    assert len(looks.harder) in (3, 4)


def test_what_only_a_harder_look_reads_is_read_by_it_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "QUICK", (lambda grey: (),))
    monkeypatch.setattr(
        live_module, "HARDER", (lambda grey, *, middle: live_module.glance(grey, live_module.BARS),)
    )
    live, frame = reader(), with_bars(EAN)
    told = [bool(live.read(frame)) for _ in range(SETTLED_EVERY + 2)]
    assert told.index(True) == SETTLED_EVERY + 1


def test_a_code_that_was_told_is_followed_and_the_rest_still_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    live = reader()
    assert texts(live, with_qr(CARD, at=(60, 100))) == [CARD]
    quick: list[Grey] = []
    real = live_module.QUICK[0]
    monkeypatch.setattr(live_module, "QUICK", (lambda grey: quick.append(grey) or real(grey),))
    for at in range(8):
        assert live.read(with_qr(CARD, at=(60 + 10 * at, 100), seed=at)) == ()
    assert len(quick) == 8 // WHOLE_EVERY, "else it is found near where it was"
    monkeypatch.undo()
    both = with_qr("B" * 12, at=(260, 180), on=with_qr(CARD, at=(20, 100)))
    assert texts(live, *[both] * WHOLE_EVERY) == ["B" * 12], "the one in the middle is meant now"


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
