"""The frames of a camera, or of a video file that stands in for one, as they come; and what stands in the way.

Whoever is late gets the newest frame: those that came meanwhile are thrown away, so that what is shown and read is
never older than a frame. A video file is paced as a camera would be, by when each frame is due.
Limits: whatever OpenCV opens. Of Linux's cameras their own files can be named too (`/dev/v4l/by-id/…`).
"""

import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Final, TypeAlias

from scanner.opencv import MatLike, cv2

# OpenCV's own ten seconds would keep a hung camera's thread, and with it the end of the program. Read at first use.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET: of damaged films we speak ourselves

DEVICES: Final = Path("/dev")
IS_LINUX: Final = sys.platform == "linux"
CAMERA_MAJOR: Final = 81  # of Linux's device files, Documentation/admin-guide/devices.txt
FPS_MAX: Final = 60.0
FPS_DEFAULT: Final = 30.0  # of a file that doesn't say
LOOK_S: Final = 5.0
NUMBER_DIGITS_MAX: Final = 4  # of a camera; OpenCV takes no number of any length

Device: TypeAlias = int | Path
Size: TypeAlias = tuple[int, int]

FRAME_SIZE: Final[Size] = (1280, 720)
"""Asked of a device: a signed code held at 20 cm has 3 pixels a module then; larger frames only cost time."""


def device_of(text: str) -> Device:
    """Return what a setting names: a device by its number, or a file: a camera's own, or a video that stands in."""
    return int(text) if text.isdecimal() and len(text) <= NUMBER_DIGITS_MAX else Path(text)


def size_of(text: str) -> Size:
    """Return width and height of a setting such as 1280x720; raises ValueError where it is none."""
    width, _, height = text.partition("x")
    return int(width), int(height)


class Sight(Enum):
    """What can be said of a camera from outside."""

    SEES = "sees"  # it gives a picture
    MISSING = "missing"  # there is no such device or file
    FORBIDDEN = "forbidden"  # it is there, and this user may not use it
    SILENT = "silent"  # it is there and gives no picture: most likely another program has it


def look(source: Device, *, wait_s: float = LOOK_S) -> Sight:
    """Say how a camera is now. Takes a moment, and lights the camera's lamp; one that hangs is silent."""
    found: list[bool] = []
    trying = threading.Thread(target=lambda: found.append(_sees(source)), name="look", daemon=True)
    trying.start()
    trying.join(wait_s)
    return Sight.SEES if found == [True] else why_not(source)


def _sees(source: Device) -> bool:
    with opened(source) as capture:
        return bool(capture.isOpened() and capture.read()[0])


def why_not(source: Device) -> Sight:
    """Say why a camera gives no picture, by what the system knows of it."""
    place = _place(source)
    # Only Linux shows its cameras as files; elsewhere what can't be opened is as good as not there.
    try:
        is_camera = place is not None and _may_be_camera(place)
    except PermissionError:  # of a folder above it
        return Sight.FORBIDDEN
    except (OSError, ValueError):  # not there, or no name that a file can have
        return Sight.MISSING
    if place is None or not is_camera:
        return Sight.MISSING
    return Sight.SILENT if os.access(place, os.R_OK) else Sight.FORBIDDEN


def is_film(source: Device) -> bool:
    """Whether the source is a file that stands in for a camera."""
    return isinstance(source, Path) and not _is_device(source)


def _place(source: Device) -> Path | None:
    """Return the file that stands for a source, None where the system has none for its cameras."""
    if isinstance(source, Path):
        return source
    return DEVICES / f"video{source}" if IS_LINUX else None


def _is_device(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _may_be_camera(place: Path) -> bool:
    """Whether it may be opened: no folder, no device of another kind (/dev/zero would be read for ever), and no pipe,

    on which OpenCV would wait with all its captures and writers.
    """
    found = place.stat()
    if stat.S_ISCHR(found.st_mode):
        return IS_LINUX and os.major(found.st_rdev) == CAMERA_MAJOR
    return stat.S_ISREG(found.st_mode)


@contextmanager
def opened(source: Device, size: Size = FRAME_SIZE) -> Iterator[cv2.VideoCapture]:
    """Open a source, which may not be there: then the capture is not opened."""
    capture = cv2.VideoCapture()
    try:
        if isinstance(source, int):
            capture.open(source, cv2.CAP_V4L2 if IS_LINUX else cv2.CAP_ANY)
        elif why_not(source) is Sight.SILENT:
            capture.open(str(source.resolve()), cv2.CAP_ANY if is_film(source) else cv2.CAP_V4L2)
        if capture.isOpened() and not is_film(source):
            _set_up(capture, size)
        yield capture
    finally:
        capture.release()


def _set_up(capture: cv2.VideoCapture, size: Size) -> None:
    settings = [(cv2.CAP_PROP_FRAME_WIDTH, size[0]), (cv2.CAP_PROP_FRAME_HEIGHT, size[1])]
    if IS_LINUX:
        # Uncompressed, USB 2 carries ten frames of 720p a second; a camera without MJPG leaves this as it is.
        settings.insert(0, (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")))
    # One that is being filled while the other is read: the newest frame, and none missed.
    settings.append((cv2.CAP_PROP_BUFFERSIZE, 2))
    for setting, value in settings:
        capture.set(setting, value)


def frames(
    capture: cv2.VideoCapture,
    stopping: threading.Event,
    *,
    is_film: bool = False,
    is_paced: bool = False,
    loops: bool = False,
) -> Iterator[MatLike]:
    """Yield the newest frame each time, until there are no more or it is `stopping`.

    Of a film no frame is thrown away unless it `is_paced`, by its own speed; it begins again at its end if it `loops`.
    """
    beat = _Beat(_seconds_a_frame(capture), stopping)
    count = 0
    while not stopping.is_set() and capture.isOpened():
        is_read, frame = capture.read()
        if is_read:
            count += 1
            beat.read()
            yield frame
            if is_paced:
                count += _drop(capture.grab, beat.missed_when_due())
            elif not is_film:
                _drop(capture.grab, min(beat.missed(), 1))  # no more than one is waiting
        elif loops and count:
            count = 0
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        else:
            return


def _drop(grab: Callable[[], bool], missed: int) -> int:
    return sum(grab() for _ in range(missed))


class _Beat:
    """When frames come, and how many of them came while one was looked at."""

    def __init__(self, period_s: float, stopping: threading.Event) -> None:
        self._period_s = period_s
        self._stopping = stopping
        self._began_s = 0.0
        self._due = 0
        self._read_s = 0.0

    def read(self) -> None:
        """Take note of a frame that has just been read; of a film the first one begins the beat."""
        self._read_s = time.monotonic()
        if not self._due:
            self._began_s = self._read_s
        self._due += 1

    def missed(self) -> int:
        """Return how many frames a camera has had since then."""
        return int((time.monotonic() - self._read_s) / self._period_s)

    def missed_when_due(self) -> int:
        """Wait until the next frame of a film is due; return how many before it were missed."""
        ahead_s = self._began_s + self._due * self._period_s - time.monotonic()
        if ahead_s >= 0:
            self._stopping.wait(ahead_s)
            return 0
        missed = int(-ahead_s / self._period_s)
        self._due += missed
        return missed


def _seconds_a_frame(capture: cv2.VideoCapture) -> float:
    fps = capture.get(cv2.CAP_PROP_FPS)
    return 1 / min(fps, FPS_MAX) if fps > 0 else 1 / FPS_DEFAULT
