"""`bench camera`: what its film says of itself, and which figures count. The figures are for a quiet machine."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import _camera_film, camera
from bench._camera_film import EMPTY, SHOWN, SLIDE, Passage, draw_counter_film
from bench.camera import _lines
from scanner.decode import decode
from scanner.opencv import cv2

PASSAGES = [Passage("A", "QR", "held", 10), Passage("B", "EAN-13", "carried", 40)]


class Offscreen:
    name = "offscreen"


def played(cpu_s: float, *told: tuple[str, int], gap_ms: float = 20) -> dict[str, Any]:
    return {
        "cpu_s": cpu_s, "frames": 60, "took_ms": [1.0, 2.0], "gap_ms": gap_ms, "own_gap_ms": 5, "on_ms": 1_000,
        "told": [list(each) for each in told],
    }  # fmt: skip


def counted(*ours: dict[str, Any]) -> dict[str, Any]:
    alone = [played(1.0)] * len(ours)
    return {each.name: each for each in _lines(alone, list(ours), PASSAGES, 2.0, Offscreen())}  # type: ignore[arg-type]


def test_frames_count_from_the_one_that_shows_the_code_and_the_ratio_is_of_processor_time() -> None:
    lines = counted(played(1.2, ("A", 1_400), ("A", 1_900), ("B", 2_300)))
    assert lines["code in view to on_text"].values == pytest.approx((2.0, 0.0))  # B before all of it was seen
    assert lines["processor time over reading and preview alone"].counts == pytest.approx(1.2)
    assert not any(line.is_missed for line in lines.values())


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        (played(1.5, ("A", 1_334), ("B", 2_334)), "processor time over reading and preview alone"),
        (played(1.2, ("A", 1_334), ("B", 2_334), gap_ms=41), "longest gap between UI ticks"),
        (played(1.2, ("A", 1_450), ("B", 2_450)), "code in view to on_text"),
        (played(1.2, ("A", 1_334)), "codes in view that were not told"),
        (played(1.2, ("A", 1_334), ("B", 2_334), ("C", 2_400)), "texts told that were not in view"),
    ],
)
def test_each_limit_can_be_missed(ours: dict[str, Any], missed: str) -> None:
    assert [name for name, line in counted(ours).items() if line.is_missed] == [missed]


def test_a_code_is_in_view_where_it_can_be_read_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_camera_film, "EMPTY", 2)
    monkeypatch.setattr(_camera_film, "SHOWN", 3)
    [passage] = draw_counter_film(tmp_path / "film.avi", passages=1, seed=3)
    capture = cv2.VideoCapture(str(tmp_path / "film.avi"))
    frames = [capture.read()[1] for _ in range(2 + SLIDE + 3)]
    assert frames[-1].shape == (720, 1280, 3) and not capture.read()[0]
    grey = [np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8) for frame in frames]
    read = [at for at, frame in enumerate(grey) if any(found.text == passage.text for found in decode(frame))]
    assert abs(read[0] - passage.first) <= 2
    assert pytest.approx((EMPTY + SLIDE + SHOWN) / 30) == camera.PASSAGE_S
