"""A camera on its own thread: texts of codes, small pictures to show, and whether it is there.

A camera may be missing, be pulled out and come back; each is a state and never an error: it is looked for again every
two seconds. A video file stands in for a camera: where it ends the camera is pulled out, unless it loops.
Limits: those of `scanner.capture`; with a device that hangs, a read returns after a second, so `stop` may wait as long.
One that hangs while it is being opened is told as busy, and its thread is left behind.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

from scanner.capture import (
    FRAME_SIZE,
    Device,
    Sight,
    Size,
    device_of,
    frames,
    is_film,
    look,
    opened,
    size_of,
    why_not,
)
from scanner.debounce import Debounce, monotonic_ms
from scanner.decode import Symbol
from scanner.live import LiveReader
from scanner.opencv import MatLike, cv2
from scanner.own_thread import OwnThread
from scanner.source import Scanned, Source

__all__ = [
    "FRAME_SIZE",
    "Camera",
    "Preview",
    "Reader",
    "Sight",
    "State",
    "device_of",
    "look",
    "preview",
    "size_of",
]

log = logging.getLogger(__name__)

RETRY_S: Final = 2.0
HANGS_S: Final = 4.0
"""From the opening to the first frame. Slow cameras take two seconds."""
PREVIEW_WIDTH: Final = 640
PREVIEW_EVERY_MS: Final = 60
"""Every other frame at 30 a second: enough to aim by."""

State: TypeAlias = Literal["on", "missing", "busy", "forbidden"]
STATES: Final[dict[Sight, State]] = {
    Sight.MISSING: "missing",
    Sight.FORBIDDEN: "forbidden",
    Sight.SILENT: "busy",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of what the camera sees: three bytes (blue, green, red) a pixel, rows without padding.

    The frame it was made of had `frame_width` by `frame_height` pixels; the corners of symbols are in those.
    """

    width: int
    height: int
    bgr: bytes
    frame_width: int
    frame_height: int


@dataclass(frozen=True, slots=True)
class Setup:
    """How a camera is used. `loops` and `is_paced` are for films: begin again at the end, keep to the film's speed."""

    size: Size = FRAME_SIZE
    loops: bool = False
    is_paced: bool = True
    retry_s: float = RETRY_S
    hangs_s: float = HANGS_S


class Reader(Protocol):
    """What looks at frames, grey or blue-green-red."""

    def read(self, frame: MatLike) -> tuple[Symbol, ...]:
        """Return what is to be told of the next frame."""


class Camera(OwnThread):
    """Watches one source from `start` to `stop`. The callbacks are called on the camera's thread.

    Of a camera that hangs while it is being opened, `on_state` is called on a thread of its own.
    """

    def __init__(
        self,
        source: Device,
        *,
        on_text: Callable[[Scanned], None],
        on_frame: Callable[[Preview], None] = lambda frame: None,
        on_state: Callable[[State], None] = lambda state: None,
        reader: Reader | None = None,
        setup: Setup = Setup(),
    ) -> None:
        """Make it; without a `reader` it has one of its own."""
        super().__init__("camera")
        self._source = source
        self._setup = setup
        self._on_text = on_text
        self._on_frame = on_frame
        self._on_state = on_state
        self._reader = reader or LiveReader(Debounce())
        self._state: State | None = None
        self._entering = threading.Lock()
        self._shown_at_ms: int | None = None

    def run(self) -> None:
        """Watch on the calling thread until `ask_to_stop`."""
        while not self._stopping.is_set():
            try:
                was_on = self._watch()
                self._enter(self._why_it_is_off(was_on=was_on))
            except Exception:  # outermost: of the camera's thread; without a camera the station still works
                log.exception("the camera stopped")
            self._stopping.wait(self._setup.retry_s)

    def _why_it_is_off(self, *, was_on: bool) -> State:
        word = STATES[why_not(self._source)]
        # What gave pictures until now was pulled out, whatever is still to be seen of it; a film is no one's to hold.
        return "missing" if was_on or (word == "busy" and is_film(self._source)) else word

    def _watch(self) -> bool:
        """Serve frames until there are no more; return whether there were any."""
        was_on = False
        with self._told_if_it_hangs() as sees, opened(self._source, self._setup.size) as capture:
            for frame in frames(
                capture,
                self._stopping,
                is_film=is_film(self._source),
                is_paced=self._setup.is_paced and is_film(self._source),
                loops=self._setup.loops,
            ):
                was_on = True
                sees()
                self._enter("on")
                self._show(frame)
                for symbol in self._reader.read(frame):
                    self._on_text(_scanned(symbol))
        return was_on

    @contextmanager
    def _told_if_it_hangs(self) -> Iterator[Callable[[], None]]:
        """Say that it is busy if nothing is seen for so long; yields what to call when something is."""
        timer = threading.Timer(self._setup.hangs_s, self._enter, ["busy"])
        timer.daemon = True
        timer.start()
        try:
            yield timer.cancel
        finally:
            timer.cancel()

    def _enter(self, state: State) -> None:
        with self._entering:
            if state != self._state and not self._stopping.is_set():
                self._state = state
                self._on_state(state)

    def _show(self, frame: MatLike) -> None:
        now_ms = monotonic_ms()
        if self._shown_at_ms is None or now_ms - self._shown_at_ms >= PREVIEW_EVERY_MS:
            self._shown_at_ms = now_ms
            self._on_frame(preview(frame))


def _scanned(symbol: Symbol) -> Scanned:
    at_ms = monotonic_ms()
    return Scanned(symbol.text, Source.CAMERA, symbol.aim, symbol.corners, at_ms, symbol.format)


def preview(frame: MatLike) -> Preview:
    """Return a small copy of a frame (grey, or blue-green-red as OpenCV has it)."""
    height, width = frame.shape[:2]
    shrunk = max(
        1, round(width / PREVIEW_WIDTH)
    )  # a whole number: each pixel is an average, at a fifth of the cost
    size = (max(1, width // shrunk), max(1, height // shrunk))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if shrunk > 1 else frame
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
    return Preview(*size, small.tobytes(), width, height)
