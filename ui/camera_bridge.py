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
    from scanner.camera import Camera, Preview, Reader

STOP_WAIT_S = 1.0
BYTES_A_PIXEL = 3


class CameraBridge(QObject):
    """One camera, from `start` to `stop`."""

    scanned = Signal(object)  # Scanned
    frame = Signal(QImage)
    state = Signal(str)  # "on", "missing", "busy" or "forbidden"
    _has_frame = Signal()

    def __init__(
        self,
        source: str,
        *,
        size: str = "",
        loops: bool = True,
        debounce: Debounce | None = None,
        reader: "Reader | None" = None,
    ) -> None:
        """`source` is a device's number or a video file, which `loops`; share `debounce` with the wedge scanner."""
        super().__init__()
        self._source = source
        self._size = size
        self._loops = loops
        self._debounce = debounce
        self._reader = reader
        self._camera: Camera | None = None
        self._is_stopped = False
        self._newest: QImage | None = None  # not shown yet
        self.frame_size: tuple[int, int] | None = None  # in whose pixels corners are told
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._has_frame.connect(
            self._show_newest
        )  # a method of this object, so that Qt brings it to the main thread

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
        from scanner.camera import FRAME_SIZE, Camera, Setup, device_of, size_of  # noqa: PLC0415 see above
        from scanner.live import LiveReader  # noqa: PLC0415

        camera = Camera(
            device_of(self._source),
            on_text=self.scanned.emit,
            on_frame=self._take,
            on_state=self.state.emit,
            reader=self._reader or LiveReader(self._debounce or Debounce()),
            setup=Setup(size=size_of(self._size) if self._size else FRAME_SIZE, loops=self._loops),
        )
        with self._lock:
            if self._is_stopped:
                return
            self._camera = camera
        camera.run()

    def _take(self, small: "Preview") -> None:
        """Keep a picture until the main thread comes for it: the newest alone, however long that is busy."""
        line = small.width * BYTES_A_PIXEL
        image = QImage(small.bgr, small.width, small.height, line, QImage.Format.Format_BGR888)
        own = image.copy()  # the bytes go away
        self.frame_size = small.frame_width, small.frame_height
        with self._lock:
            is_asked, self._newest = self._newest is not None, own
        if not is_asked:
            self._has_frame.emit()

    def _show_newest(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
        if newest is not None:
            self.frame.emit(newest)
