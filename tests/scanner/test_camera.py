"""A film stands in for the camera: codes are told, pictures shown, and a camera pulled out comes back."""

import math
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scanner import camera as camera_module
from scanner import capture as capture_module
from scanner import own_thread
from scanner.camera import PREVIEW_WIDTH, Camera, Preview, Setup, Sight, device_of, look, preview
from scanner.opencv import cv2
from scanner.source import Scanned, Source
from tests.scanner.videos import FPS, empty, film, with_qr

WAIT_S = 20
SIGNED = ("L2:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE" * 4)[:164]
CARDS = ["M0123456789T", SIGNED, "V0123456789ABC8"]


class Heard:
    """What a camera tells, in order."""

    def __init__(self) -> None:
        self.texts: queue.Queue[str] = queue.Queue()
        self.states: queue.Queue[str] = queue.Queue()
        self.frames: queue.Queue[Preview] = queue.Queue()

    def text(self, scanned: Scanned) -> None:
        assert scanned.source is Source.CAMERA and scanned.corners is not None and scanned.time_ms > 0
        self.texts.put(scanned.text)


@contextmanager
def watching(source: Path | int, **how: Any) -> Iterator[Heard]:
    heard = Heard()
    on_text = how.pop("on_text", heard.text)
    setup = Setup(**{"retry_s": 0.01, "is_paced": False} | how)
    camera = Camera(
        source, on_text=on_text, on_frame=heard.frames.put, on_state=heard.states.put, setup=setup
    )
    camera.start()
    try:
        yield heard
    finally:
        camera.stop()
    assert not camera.is_running, "stopped within a second"


def moving(text: str, *, count: int = 12) -> Iterator[np.ndarray]:
    """A code carried through the picture."""
    for number in range(count):
        x, y = 60 + 14 * number, 40 + round(20 * math.sin(number))
        yield with_qr(text, at=(x, y), module_px=4, seed=number)


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    frames = [frame for text in CARDS for frame in (*moving(text), *(empty(seed) for seed in range(5)))]
    return film(tmp_path / "cards.avi", frames)


def test_each_code_that_passes_by_is_told_once(cards: Path) -> None:
    with watching(cards, retry_s=WAIT_S) as heard:
        assert [heard.texts.get(timeout=WAIT_S) for _ in CARDS] == CARDS
        assert [heard.states.get(timeout=WAIT_S) for _ in range(2)] == ["on", "missing"]
    assert heard.texts.empty()


def test_where_no_code_is_nothing_is_told(tmp_path: Path) -> None:
    path = film(tmp_path / "empty.avi", (empty(seed) for seed in range(40)))
    with watching(path, retry_s=WAIT_S) as heard:
        assert [heard.states.get(timeout=WAIT_S) for _ in range(2)] == ["on", "missing"]
    assert heard.texts.empty()


def test_a_camera_that_is_missing_is_found_when_it_comes_and_lost_when_it_goes(
    cards: Path, tmp_path: Path
) -> None:
    socket = tmp_path / "camera.avi"
    with watching(socket) as heard:
        assert heard.states.get(timeout=WAIT_S) == "missing"
        cards.rename(socket)
        assert [heard.states.get(timeout=WAIT_S) for _ in range(4)] == ["on", "missing", "on", "missing"]


def test_a_device_that_is_not_there_is_missing() -> None:
    with watching(63) as heard:
        assert heard.states.get(timeout=WAIT_S) == "missing"
    assert look(63) is Sight.MISSING


def test_what_is_missing_is_not_what_gives_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "DEVICES", tmp_path)
    monkeypatch.setattr(capture_module, "IS_LINUX", True)
    assert look(62) is Sight.MISSING
    (tmp_path / "video62").touch()  # what another program has is there, and can't be opened
    assert look(62) is Sight.SILENT
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert look(62) is Sight.FORBIDDEN


@pytest.mark.parametrize(("may_read", "word"), [(True, "busy"), (False, "forbidden")])
def test_what_another_program_has_and_what_is_not_allowed_are_told(
    may_read: bool, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "DEVICES", tmp_path)
    monkeypatch.setattr(capture_module, "IS_LINUX", True)
    monkeypatch.setattr(os, "access", lambda path, mode: may_read)
    (tmp_path / "video62").touch()
    with watching(62) as heard:
        assert heard.states.get(timeout=WAIT_S) == word
        (tmp_path / "video62").unlink()
        assert heard.states.get(timeout=WAIT_S) == "missing"


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/dev/full", "."])
def test_what_is_no_camera_is_never_opened(name: str) -> None:
    with watching(Path(name)) as heard:
        assert heard.states.get(timeout=WAIT_S) == "missing"
    assert look(Path(name)) is Sight.MISSING


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.avi"
    os.mkfifo(pipe)
    with watching(pipe) as heard:
        assert heard.states.get(timeout=WAIT_S) == "missing"


def test_one_that_hangs_is_told_as_busy_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()

    @contextmanager
    def hang(*_: Any) -> Iterator[cv2.VideoCapture]:
        answers.wait(WAIT_S)
        yield cv2.VideoCapture()

    monkeypatch.setattr(camera_module, "opened", hang)
    monkeypatch.setattr(own_thread, "STOP_WAIT_S", 0.05)
    monkeypatch.setattr(capture_module, "opened", hang)
    states: queue.Queue[str] = queue.Queue()
    camera = Camera(0, on_text=lambda _: None, on_state=states.put, setup=Setup(hangs_s=0.05))
    camera.start()
    try:
        assert states.get(timeout=WAIT_S) == "busy"
        assert look(Path(__file__), wait_s=0.05) is Sight.SILENT
        camera.stop()
        assert camera.is_running, "it is left behind"
    finally:
        answers.set()
    camera._thread.join(WAIT_S)
    assert states.empty(), "nothing is told once it is stopped"


class Film:
    """Stands in for OpenCV's capture; each frame is its number."""

    def __init__(self, frames: int) -> None:
        self.at, self._frames = 0, frames

    def isOpened(self) -> bool:  # noqa: N802 OpenCV
        return True

    def get(self, _: int) -> float:
        return 10.0

    def grab(self) -> bool:
        self.at += 1
        return self.at <= self._frames

    def read(self) -> tuple[bool, Any]:
        return self.grab(), self.at


class Clock:
    """Time goes on only while somebody waits or works."""

    now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.mark.parametrize(
    ("how", "seen"),
    [
        ({"is_paced": True, "is_film": True}, [1, 2, 5, 6, 7]),  # the third and the fourth came meanwhile
        ({"is_film": True}, [1, 2, 3, 4, 5]),
        ({}, [1, 2, 4, 5, 6]),  # of a camera no more than one waits
    ],
)
def test_who_is_late_gets_the_newest_frame(
    how: dict[str, bool], seen: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, given = Clock(), []
    monkeypatch.setattr(capture_module, "time", clock)
    for frame in capture_module.frames(Film(9), clock, **how):  # type: ignore[arg-type]
        given.append(frame)
        clock.now_s += 0.35 if frame == 2 else 0.01
    assert given[:5] == seen


def test_where_cameras_are_no_files_what_cannot_be_opened_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "IS_LINUX", False)
    assert look(62) is Sight.MISSING


def test_a_film_gives_a_picture(tmp_path: Path) -> None:
    assert look(film(tmp_path / "cards.avi", [empty()])) is Sight.SEES


def test_a_file_that_is_no_film_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    path.write_bytes(b"RIFF nonsense")
    with watching(path) as heard:
        assert heard.states.get(timeout=WAIT_S) == "missing"


def test_a_film_can_begin_again(tmp_path: Path) -> None:
    path = film(tmp_path / "loop.avi", (empty(seed) for seed in range(3)))
    told = []
    with watching(path, loops=True, is_paced=True) as heard:
        told = [heard.frames.get(timeout=WAIT_S) for _ in range(4)]  # one in 100 ms; the film lasts as long
        assert heard.states.get(timeout=WAIT_S) == "on"
        assert heard.states.empty()
    assert len(told) == 4


def test_a_film_keeps_its_own_speed_and_is_stopped_at_once(tmp_path: Path) -> None:
    path = film(tmp_path / "long.avi", [empty()] * (5 * FPS))
    with watching(path, is_paced=True) as heard:
        assert heard.states.get(timeout=WAIT_S) == "on"
    assert heard.states.empty(), "nothing is told once it is stopped"


@pytest.mark.loud("a bug of the listener's is written down")
def test_a_listener_that_fails_does_not_end_the_camera(cards: Path) -> None:
    told: queue.Queue[str] = queue.Queue()

    def fail(scanned: Scanned) -> None:
        told.put(scanned.text)
        raise RuntimeError("a bug")

    with watching(cards, on_text=fail):
        assert [told.get(timeout=WAIT_S) for _ in CARDS[:2]] == CARDS[:2]


def test_pictures_to_show_are_small() -> None:
    frame = np.zeros((720, 1280, 3), dtype=np.uint8)
    frame[:, :, 2] = 255  # OpenCV's red
    small = preview(frame)
    assert (small.width, small.height) == (PREVIEW_WIDTH, 360)
    assert (small.frame_width, small.frame_height) == (1280, 720)
    assert small.bgr == bytes([0, 0, 255]) * (640 * 360)
    assert preview(frame[:, :, 2]).bgr[:3] == b"\xff\xff\xff", "a camera without colours"


def test_a_setting_names_a_device_or_a_film() -> None:
    assert device_of("0") == 0
    assert device_of("cards.avi") == Path("cards.avi")


def test_opencv_keeps_quiet_about_what_is_missing(capfd: pytest.CaptureFixture[str]) -> None:
    assert look(Path("nowhere.avi")) is Sight.MISSING
    assert capfd.readouterr().err == ""
    assert cv2.__version__


@pytest.mark.parametrize("setting", ["9" * 20, "9" * 5_000, "x" * 5_000, "a\0b", "-1", "~"])
def test_a_setting_that_can_name_no_camera_names_a_missing_one(setting: str) -> None:
    assert look(device_of(setting)) is Sight.MISSING


def test_a_folder_that_may_not_be_entered_forbids_its_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(path: Path, **ways: bool) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", forbid)
    assert look(Path("/locked/video0")) is Sight.FORBIDDEN
