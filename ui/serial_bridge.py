"""The serial scanner for the window: its thread's news as signals on the main thread.

pyserial is imported on that thread, so importing this module costs nothing and `start` returns at once.
"""

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from scanner.debounce import Debounce
from scanner.habits import Habits

if TYPE_CHECKING:
    from scanner.serial import SerialScanner

STOP_WAIT_S = 1.0


class SerialBridge(QObject):
    """One scanner on one port, from `start` to `stop`."""

    scanned = Signal(object)  # Scanned
    state = Signal(str)  # "on", "missing", "forbidden", "busy"
    trouble = Signal(str)  # a value of scanner.framing.Trouble
    raw = Signal(bytes)  # all that comes, as it comes: for the scanner test of the set-up page

    def __init__(self, port: str, *, baud: int, habits: Habits, debounce: Debounce | None = None) -> None:
        """`port` as this computer calls it; share `debounce` with the other sources."""
        super().__init__()
        self._port = port
        self._baud = baud
        self._habits = habits
        self._debounce = debounce
        self._scanner: SerialScanner | None = None
        self._is_stopped = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="serial scanner", daemon=True)

    def start(self) -> None:
        """Listen on the scanner's thread; what it tells arrives as signals."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait up to a second until it has."""
        with self._lock:
            self._is_stopped = True
            if self._scanner is not None:
                self._scanner.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)

    def _run(self) -> None:
        from scanner.serial import SerialScanner, opened  # noqa: PLC0415 see above

        scanner = SerialScanner(
            partial(opened, self._port, self._baud),
            on_text=self.scanned.emit,
            on_state=self.state.emit,
            on_trouble=lambda trouble: self.trouble.emit(trouble.value),
            on_bytes=self.raw.emit,
            habits=self._habits,
            debounce=self._debounce,
        )
        with self._lock:
            if self._is_stopped:
                return
            self._scanner = scanner
        scanner.run()
