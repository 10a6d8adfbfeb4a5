"""`bench scan`: what it counts, what it holds against a limit, and that its frames are the same for a seed."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench._scan_frames import Look, draw, ean_13, frames, qr_code
from bench._scan_hard import hard_frames
from scanner.draw import qr_png
from scanner.opencv import cv2


def corpus(folder: Path, *truths: tuple[str, str, list[str], bytes]) -> Path:
    lines = []
    for path, family, expected, picture in truths:
        (folder / path).write_bytes(picture)
        lines.append({"path": path, "family": family, "expected": [{"text": text} for text in expected]})
    (folder / "truth.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    return folder


def empty() -> bytes:
    is_packed, png = cv2.imencode(".png", np.full((80, 80), 200, dtype=np.uint8))
    assert is_packed
    return png.tobytes()


def test_a_folder_that_is_read_well_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = corpus(
        tmp_path,
        ("a.png", "qr", ["right"], qr_png("right")),
        ("b.png", "fp", [], empty()),
        ("broken.png", "fp", [], b"no picture"),
    )
    assert main(["scan", "--corpus", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "unreadable: broken.png" in said
    assert [name for name in ("pyzbar", "zxing-cpp", "cv2", "union") if name not in said] == []


@pytest.mark.parametrize(
    ("expected", "missed"), [(["other"], ["qr: read", "wrong"]), ([], ["read where nothing is"])]
)
def test_what_is_missed_misread_or_made_up_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: list[str], missed: list[str]
) -> None:
    folder = corpus(tmp_path, ("a.png", "qr", expected, qr_png("right")))
    assert main(["scan", "--corpus", str(folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["missed"] == missed


def test_a_folder_without_its_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["scan", "--corpus", str(tmp_path)])


def test_a_seed_always_draws_the_same() -> None:
    first, again, other = (next(frames(seed)) for seed in (4, 4, 5))
    assert np.array_equal(first.grey, again.grey) and first.expected == again.expected
    assert other.expected != first.expected
    assert next(hard_frames(4)).expected != first.expected


@pytest.mark.parametrize(
    "look",
    [
        Look(bend=30, degrees=10),
        Look(glare=0.2, motion=0.3, is_inverted=True),
        Look(screen=0.3, shadow=0.4, waves=0.01),
    ],
)
def test_every_way_to_spoil_a_frame_can_be_drawn(look: Look) -> None:
    chance = np.random.default_rng(2)
    for code in (qr_code(chance, length=20), ean_13(chance)):
        frame = draw(code, look, chance)
        assert frame.shape == (720, 1280) and frame.dtype == np.uint8
