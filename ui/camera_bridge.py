"""The camera for the window: its thread's news as signals on the main thread.

The scanner brings OpenCV along, which takes 190 ms to import: that happens on the camera's thread, so importing this
module costs nothing and `start` returns at once.
"""

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from scanner.debounce import Debounce

if TYPE_CHECKING:
    from scanner.camera import Camera, Preview

STOP_WAIT_S = 1.0
BYTES_A_PIXEL = 3


class CameraBridge(QObject):
    """One camera, from `start` to `stop`."""

    scanned = Signal(object)  # Scanned
    frame = Signal(QImage)
    state = Signal(str)  # "on" or "missing"

    def __init__(self, source: str, *, loops: bool = True, debounce: Debounce | None = None) -> None:
        """`source` is a device's number or a video file, which `loops`; share `debounce` with the wedge scanner."""
        super().__init__()
        self._source = source
        self._loops = loops
        self._debounce = debounce
        self._camera: Camera | None = None
        self._is_stopped = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    def start(self) -> None:
        """Watch on the camera's thread; what it tells arrives as signals."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait up to a second until it has."""
        with self._lock:
            self._is_stopped = True
            if self._camera is not None:
                self._camera.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)

    def _run(self) -> None:
        from scanner.camera import Camera, device_of  # noqa: PLC0415 see above

        camera = Camera(
            device_of(self._source),
            on_text=self.scanned.emit,
            on_frame=self._show,
            on_state=self.state.emit,
            debounce=self._debounce,
            loops=self._loops,
        )
        with self._lock:
            if self._is_stopped:
                return
            self._camera = camera
        camera.run()

    def _show(self, small: "Preview") -> None:
        line = small.width * BYTES_A_PIXEL
        image = QImage(small.rgb, small.width, small.height, line, QImage.Format.Format_RGB888)
        self.frame.emit(image.copy())  # its own pixels: the bytes go away
