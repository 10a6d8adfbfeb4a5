"""Bar codes in the frames of a camera: who must have read them before they are believed."""

import numpy as np
import pytest

from scanner import belief as belief_module
from scanner.belief import EQUAL_READS_WITHIN, Belief
from scanner.decode import Format, Grey, Symbol
from tests.scanner.test_live import EAN, with_bars

OTHER = "9780201379624"
CORNERS = ((133, 102), (417, 102), (417, 249), (133, 249))
FRAME = with_bars(EAN)


def symbol(text: str = EAN, kind: Format = Format.EAN13) -> Symbol:
    return Symbol(kind, text, text.encode(), "]E0", CORNERS)


def believed(
    *, times: int = 2, text: str = EAN, kind: Format = Format.EAN13, moving: bool = False
) -> list[bool]:
    belief = Belief()
    return [belief.add(symbol(text, kind), FRAME, frame=at, is_moving=moving) for at in range(times)]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """No other reader sees anything; how often the slow one was asked."""
    asked: list[int] = []
    monkeypatch.setattr(belief_module, "read_by_zbar", lambda grey, formats: ())
    monkeypatch.setattr(belief_module, "numbers", lambda grey, region: asked.append(1) or iter(()))
    return asked


def test_two_equal_reads_are_believed_where_zbar_says_the_same() -> None:
    assert believed() == [False, True]


def test_without_zbar_the_digits_are_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(belief_module, "read_by_zbar", lambda grey, formats: ())
    assert believed() == [False, True]


def test_what_another_reader_reads_otherwise_is_never_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any(believed(times=12, text=OTHER, moving=True)), "zbar"
    monkeypatch.setattr(belief_module, "read_by_zbar", lambda grey, formats: ())
    assert believed(text=OTHER, moving=True) == [False, False], "the weighing"


@pytest.mark.usefixtures("alone")
def test_one_reader_alone_needs_four_frames_that_differ() -> None:
    assert believed(times=5, moving=True) == [False, False, False, True, True]
    assert not any(believed(times=20)), "the same picture again is misread in the same way again"


def test_the_slow_reader_is_asked_once(alone: list[int]) -> None:
    believed(times=20)
    assert alone == [1]


@pytest.mark.usefixtures("alone")
def test_code_128_says_more_of_itself() -> None:
    assert believed(kind=Format.CODE128) == [False, True]


@pytest.mark.usefixtures("alone")
def test_zbar_does_not_agree_with_itself_and_zxing_with_it() -> None:
    belief = Belief()
    readers = ["zbar", "zbar", "zbar", "zxing"]
    told = [
        belief.add(symbol(), FRAME, frame=at, is_moving=False, reader=reader)
        for at, reader in enumerate(readers)
    ]
    assert told == [False, False, False, True]


def test_zbar_is_not_asked_about_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(belief_module, "numbers", lambda grey, region: iter(()))
    belief = Belief()
    assert not any(belief.add(symbol(), FRAME, frame=at, is_moving=False, reader="zbar") for at in range(5))


def test_twice_in_one_frame_is_once_and_a_second_later_is_anew() -> None:
    belief, empty = Belief(), np.zeros_like(FRAME)
    seen: list[tuple[Grey, int]] = [(FRAME, 0), (FRAME, 0), (FRAME, EQUAL_READS_WITHIN + 1), (empty, 90)]
    assert not any(belief.add(symbol(), grey, frame=at, is_moving=True) for grey, at in seen)
