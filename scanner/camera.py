"""A camera on its own thread: texts of codes, small pictures to show, and whether it is there.

A camera may be missing, be pulled out and come back; each is a state and never an error: it is looked for again every
two seconds. A video file stands in for a camera: where it ends the camera is pulled out, unless it loops.
Limits: whatever OpenCV opens; with a device that hangs, a read returns after a second, so `stop` may wait as long.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np

from scanner.debounce import Debounce, monotonic_ms
from scanner.live import LiveReader
from scanner.opencv import MatLike, cv2
from scanner.source import Scanned, Source

# OpenCV's own ten seconds would keep a hung camera's thread, and with it the end of the program. Read at first use.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")

log = logging.getLogger(__name__)

RETRY_S: Final = 2.0
STOP_WAIT_S: Final = 1.0
DEVICES: Final = Path("/dev")
IS_LINUX: Final = sys.platform == "linux"
FRAME_SIZE: Final = (1280, 720)
"""Asked of a device: a signed code held at 20 cm has 3 pixels a module then; larger frames only cost time."""
PREVIEW_WIDTH: Final = 480
PREVIEW_EVERY_MS: Final = 100
FPS_MAX: Final = 60.0
FPS_DEFAULT: Final = 30.0  # of a file that doesn't say

State: TypeAlias = Literal["on", "missing"]
Device: TypeAlias = int | Path


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of what the camera sees: three bytes (red, green, blue) a pixel, rows without padding."""

    width: int
    height: int
    rgb: bytes


def device_of(text: str) -> Device:
    """Return what a setting names: a device by its number, or a video file that stands in for one."""
    return int(text) if text.isdecimal() else Path(text)


class Sight(Enum):
    """What can be said of a camera from outside."""

    SEES = "sees"  # it gives a picture
    MISSING = "missing"  # there is no such device or file
    FORBIDDEN = "forbidden"  # it is there, and this user may not use it
    SILENT = "silent"  # it is there and gives no picture: most likely another program has it


def look(source: Device) -> Sight:
    """Say how a camera is now. Takes a moment, and lights the camera's lamp."""
    with _opened(source) as capture:
        is_open = capture.isOpened()
        if is_open and capture.read()[0]:
            return Sight.SEES
    place = _place(source)
    if place is None:
        # Only Linux shows its cameras as files; elsewhere what can't be opened is as good as not there.
        return Sight.SILENT if is_open else Sight.MISSING
    if not place.exists():
        return Sight.MISSING
    return Sight.SILENT if os.access(place, os.R_OK) else Sight.FORBIDDEN


def _place(source: Device) -> Path | None:
    """Return the file that stands for a source, None where the system has none for its cameras."""
    if isinstance(source, Path):
        return source
    return DEVICES / f"video{source}" if IS_LINUX else None


class Camera:
    """Watches one source from `start` to `stop`. The callbacks are called on the camera's thread."""

    def __init__(
        self,
        source: Device,
        *,
        on_text: Callable[[Scanned], None],
        on_frame: Callable[[Preview], None] = lambda frame: None,
        on_state: Callable[[State], None] = lambda state: None,
        debounce: Debounce | None = None,
        loops: bool = False,
        is_paced: bool = True,
        retry_s: float = RETRY_S,
    ) -> None:
        """`loops` and `is_paced` are for files: begin again at the end, and keep to the file's own speed."""
        self._source = source
        self._on_text = on_text
        self._on_frame = on_frame
        self._on_state = on_state
        self._loops = loops
        self._is_paced = is_paced and isinstance(source, Path)
        self._retry_s = retry_s
        self._reader = LiveReader(debounce or Debounce())
        self._state: State | None = None
        self._shown_at_ms: int | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="camera", daemon=True)

    def start(self) -> None:
        """Watch on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until it has; nothing is called after that."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)

    def ask_to_stop(self) -> None:
        """End soon: for whoever calls `run` on a thread of their own."""
        self._stopping.set()

    @property
    def is_running(self) -> bool:
        """Whether the thread of `start` lives."""
        return self._thread.is_alive()

    def run(self) -> None:
        """Watch on the calling thread until `ask_to_stop`."""
        while not self._stopping.is_set():
            try:
                self._watch()
                self._enter("missing")
            except Exception:  # outermost: of the camera's thread; without a camera the station still works
                log.exception("the camera stopped")
            self._stopping.wait(self._retry_s)

    def _watch(self) -> None:
        """Serve frames until there are no more."""
        with _opened(self._source) as capture:
            for frame in self._frames(capture):
                self._enter("on")
                self._show(frame)
                for symbol in self._reader.read(_grey(frame)):
                    self._on_text(
                        Scanned(symbol.text, Source.CAMERA, symbol.aim, symbol.corners, monotonic_ms())
                    )

    def _frames(self, capture: cv2.VideoCapture) -> Iterator[MatLike]:
        pause_s = _seconds_a_frame(capture) if self._is_paced else 0.0
        count = 0
        while not self._stopping.is_set() and capture.isOpened():
            is_read, frame = capture.read()
            if is_read:
                count += 1
                yield frame
                self._stopping.wait(pause_s)
            elif self._loops and count:
                count = 0
                capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            else:
                return

    def _enter(self, state: State) -> None:
        if state != self._state and not self._stopping.is_set():
            self._state = state
            self._on_state(state)

    def _show(self, frame: MatLike) -> None:
        now_ms = monotonic_ms()
        if self._shown_at_ms is None or now_ms - self._shown_at_ms >= PREVIEW_EVERY_MS:
            self._shown_at_ms = now_ms
            self._on_frame(preview(frame))


def preview(frame: MatLike) -> Preview:
    """Return a small copy of a frame (grey, or blue-green-red as OpenCV has it)."""
    height, width = frame.shape[:2]
    size = (PREVIEW_WIDTH, max(1, round(height * PREVIEW_WIDTH / width)))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    how = cv2.COLOR_GRAY2RGB if small.ndim == 2 else cv2.COLOR_BGR2RGB
    return Preview(*size, cv2.cvtColor(small, how).tobytes())


def _grey(frame: MatLike) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return (frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)).astype(
        np.uint8, copy=False
    )


def _seconds_a_frame(capture: cv2.VideoCapture) -> float:
    fps = capture.get(cv2.CAP_PROP_FPS)
    return 1 / min(fps, FPS_MAX) if fps > 0 else 1 / FPS_DEFAULT


@contextmanager
def _opened(source: Device) -> Iterator[cv2.VideoCapture]:
    """Open a source, which may not be there: then the capture is not opened."""
    capture = cv2.VideoCapture(source if isinstance(source, int) else str(source))
    try:
        if isinstance(source, int) and capture.isOpened():
            for setting, value in zip(
                (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT), FRAME_SIZE, strict=True
            ):
                capture.set(setting, value)
            capture.set(
                cv2.CAP_PROP_BUFFERSIZE, 1
            )  # the newest frame, not one from before the code was shown
        yield capture
    finally:
        capture.release()
