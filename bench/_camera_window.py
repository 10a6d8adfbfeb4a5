"""A window with nothing but the viewfinder, as a process of its own: `_camera_window.py FILM SECONDS LOG [--reads]`.

With `--reads` codes are looked for as in the station. Without it a reader stands there that sees nothing, so that the
same capture loop reads the same frames and the same previews are painted: what is on top is the looking.
"""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui import theme
from ui.camera_bridge import CameraBridge
from ui.widgets.camera import CameraView

if TYPE_CHECKING:
    from scanner.camera import Reader
    from scanner.decode import Symbol
    from scanner.opencv import MatLike
    from scanner.source import Scanned

SIZE = (800, 520)
TICK_MS = 5
WAITED = Path(
    "/proc/thread-self/schedstat"
)  # Documentation/scheduler/sched-stats: ran, waited, in nanoseconds


class Counting:
    """Counts the frames that come to a reader, and how long it had them; without one, sees nothing."""

    def __init__(self, reader: "Reader | None") -> None:
        """Stand before a reader."""
        self._reader = reader
        self.frames = 0
        self.took_ms: list[float] = []

    def read(self, frame: "MatLike") -> "tuple[Symbol, ...]":
        """Let the reader look."""
        self.frames += 1
        began = time.thread_time()
        found = self._reader.read(frame) if self._reader else ()
        self.took_ms.append((time.thread_time() - began) * 1000)
        return found


class Watch:
    """What happens between the first frame and the end."""

    def __init__(self, counting: Counting, log: Path, seconds: float) -> None:
        """Write to `log` so many seconds after the first frame."""
        self._counting, self._log, self._seconds = counting, log, seconds
        self._began_cpu_s = 0.0
        self._on_ms = 0.0
        self._told: list[tuple[str, int]] = []
        self._gaps_ms: list[float] = []
        self._waits_ms: list[float] = []
        self._painted = 0
        self._last: tuple[float, float] | None = None

    def is_on(self, word: str) -> None:
        """Begin; on the camera's thread, so that the moment is that of the first frame."""
        if word == "on" and not self._on_ms:
            self._on_ms, self._began_cpu_s = time.monotonic() * 1000, time.process_time()

    def scanned(self, scanned: "Scanned") -> None:
        """Take note of a code; on the camera's thread."""
        self._told.append((scanned.text, scanned.time_ms))

    def framed(self, _: Any) -> None:
        """Count a picture that was shown."""
        self._painted += 1

    def tick(self) -> None:
        """Measure how long the main thread was away, and how much of it was waiting for a processor."""
        if not self._on_ms:
            return
        now_ms, waited_ms = time.monotonic() * 1000, _waited_ms()
        if self._last is not None:
            self._gaps_ms.append(now_ms - self._last[0])
            self._waits_ms.append(waited_ms - self._last[1])
        self._last = now_ms, waited_ms
        if now_ms - self._on_ms > self._seconds * 1000:
            self._write(time.process_time() - self._began_cpu_s)
            QApplication.quit()

    def _write(self, cpu_s: float) -> None:
        own = [gap - wait for gap, wait in zip(self._gaps_ms, self._waits_ms, strict=True)]
        found = {
            "event": "done",
            "cpu_s": cpu_s,
            "frames": self._counting.frames,
            "painted": self._painted,
            "took_ms": self._counting.took_ms,
            "gap_ms": max(self._gaps_ms),
            "own_gap_ms": max(own),
            "on_ms": self._on_ms,
            "told": self._told,
        }
        self._log.write_text(json.dumps(found) + "\n", encoding="utf-8")


def _waited_ms() -> float:
    return int(WAITED.read_text(encoding="ascii").split()[1]) / 1e6 if WAITED.exists() else 0.0


def main(film: str, seconds: float, log: Path, *, is_reading: bool) -> int:
    """Show the film, and write what came of it."""
    application = QApplication(sys.argv[:1])
    theme.apply(application)
    window, view = QWidget(), CameraView()
    QVBoxLayout(window).addWidget(view)
    window.resize(*SIZE)
    window.show()
    counting = Counting(_reader() if is_reading else None)
    bridge = CameraBridge(film, reader=counting)
    watch = Watch(counting, log, seconds)
    bridge.state.connect(watch.is_on, Qt.ConnectionType.DirectConnection)
    bridge.scanned.connect(watch.scanned, Qt.ConnectionType.DirectConnection)
    bridge.frame.connect(view.set_frame)
    bridge.frame.connect(watch.framed)
    ticking = QTimer()
    ticking.setTimerType(Qt.TimerType.PreciseTimer)
    ticking.timeout.connect(watch.tick)
    ticking.start(TICK_MS)
    QTimer.singleShot(500, bridge.start)  # once the window is there
    status = application.exec()
    bridge.stop()
    return status


def _reader() -> "Reader":
    from scanner.debounce import Debounce
    from scanner.live import LiveReader

    return LiveReader(Debounce())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]), is_reading="--reads" in sys.argv[4:]))
