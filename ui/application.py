"""The Qt application: style, window, scanner keys and camera, around whichever model is there.

First the window is painted with a light model; `attach` exchanges it for the station once that is open. Camera and
decoder are started after the first paint: with the station, or before it where a pairing code is waited for.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication

from scanner.debounce import Debounce
from scanner.habits import USUAL, Habits
from ui import (
    plain_qt,  # noqa: F401 before the rest: see there
    theme,
)
from ui.beside_window import Along, BesideWindow
from ui.first_paint import FirstPaint
from ui.window import StationWindow

if TYPE_CHECKING:
    from scanner.source import Scanned
    from ui.camera_bridge import CameraBridge
    from ui.event_log import EventLog
    from ui.models.outside import Learner
    from ui.scan_input import ScanInput
    from ui.serial_bridge import SerialBridge

CAMERA_OFF = "off"
TOUCHES = {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin}
BAUD = 9_600
NOTHING_ALONG = Along()
USUALLY_WORN = theme.Worn()


class Application(QObject):
    """One window and what feeds it."""

    _home = Signal(object)

    def __init__(
        self,
        *,
        event_log: str = "",
        kept_log: Path | None = None,
        habits: Habits = USUAL,
        port: str = "",
        baud: int = BAUD,
        camera_size: str = "",
        worn: theme.Worn = USUALLY_WORN,
        along: Along = NOTHING_ALONG,
    ) -> None:
        """Make or take the process's QApplication and style it; write what happens to `event_log`, if named.

        Names of events alone are kept in the folder `kept_log`, if named.
        `habits` are the hand scanner's; one on a serial line is heard at `port`, if named. `along` is what
        goes along with the window.
        """
        super().__init__()
        existing = QApplication.instance()
        self._qt = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
        theme.apply(self._qt, worn.theme, theme.ZOOMS[worn.text_size])
        self.window: StationWindow | None = None
        self._along = along
        self._beside: BesideWindow | None = None
        self._camera_size = camera_size
        self._camera: CameraBridge | None = None
        self._camera_word = ""  # what it told last, for a model that comes later
        self._model: Any = None
        self._event_log, self._kept_log = Path(event_log) if event_log else None, kept_log
        self._events: EventLog | None = None
        self._scan_input: ScanInput | None = None
        self._habits = habits
        self._port, self._baud = port, baud
        self._serial: SerialBridge | None = None
        self._scanner_word = ""
        self._learner: Learner | None = None
        self._source = ""  # of the camera that runs
        self._debounce = Debounce()  # one for all sources: a code seen by two of them counts once
        self._home.connect(self._run)  # a method of this object, so that Qt brings it to the main thread

    def show(self, model: Any, *, then: Callable[[], None]) -> None:
        """Show the window for `model`; call `then` after the first paint."""
        self._model = model
        self.window = StationWindow(model)
        self.window.show()
        FirstPaint(self.window, lambda: self._painted(then))
        if self._event_log is not None:
            self._start_events()

    def _start_events(self) -> None:
        from ui.event_log import EventLog

        if self.window is not None:
            self._events = EventLog(self._event_log, kept=self._kept_log)
            self._events.watch(self.window)
            self._events.follow(self._model)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        """Tell the model that somebody is there; nothing is taken away."""
        if event.type() in TOUCHES and self._model is not None:
            self._model.touched()
        return False

    def _painted(self, then: Callable[[], None]) -> None:
        """Bring what nobody needs before there is something to be seen."""
        from ui.scan_input import ScanInput

        if self._events is None and self._kept_log is not None:
            self._start_events()
        self._scan_input = ScanInput(habits=self._habits, debounce=self._debounce)
        self._scan_input.scanned.connect(self._scanned)
        self._qt.installEventFilter(self._scan_input)
        self._qt.installEventFilter(self)
        self._start_serial()
        if self.window is not None:
            self._beside = BesideWindow(self.window, self._along)
            self._beside.follow(self._model, is_station=False)
        then()
        if self.window is not None:
            self.window.make_pages()

    def attach(self, model: Any, *, camera: str, is_station: bool = True) -> None:
        """Let the window draw another model, and start the camera for it."""
        self._model = model
        self.listen(None)  # whoever tried scanners is not there any more
        assert self.window is not None, "the window is shown first"
        self.window.set_model(model)
        if self._events is not None:
            self._events.follow(model)
        if self._beside is not None:
            self._beside.follow(model, is_station=is_station)
        self.start_camera(camera)
        if self._camera_word:
            model.set_camera(self._camera_word)
        if self._scanner_word:
            model.set_scanner(self._scanner_word)

    def start_camera(self, camera: str) -> None:
        """Start the camera, unless it is off or runs already; whichever model there is hears of it."""
        if camera == CAMERA_OFF or self._camera is not None:
            return
        from ui.camera_bridge import CameraBridge

        self._source = camera
        self._camera = CameraBridge(camera, size=self._camera_size, debounce=self._debounce)
        self._camera.scanned.connect(self._scanned)
        self._camera.state.connect(self._camera_is)
        if self.window is not None:
            self._camera.frame.connect(self.window.set_frame)
        self._camera.start()

    def wear(self, worn: theme.Worn) -> None:
        """Show everything in another theme, or in larger or smaller text, from now on."""
        theme.apply(self._qt, worn.theme, theme.ZOOMS[worn.text_size])
        self.draw_anew()

    def draw_anew(self) -> None:
        """Draw everything from the beginning."""
        if self.window is not None:
            self.window.draw_anew()

    def go_along(self, along: Along) -> None:
        """Change what goes along with the window: its sounds, its customer display."""
        self._along = along
        if self._beside is not None:
            self._beside.go_along(along)

    def use_camera(self, camera: str) -> None:
        """Look through another camera from now on, or through none."""
        if camera == (self._source if self._camera is not None else CAMERA_OFF):
            return
        old, self._camera = self._camera, None
        if old is not None:
            old.blockSignals(True)  # noqa: FBT003 Qt
            threading.Thread(target=old.stop, name="stopping", daemon=True).start()
        self._camera_is("")
        self.start_camera(camera)

    def use_scanner(self, port: str, baud: int, habits: Habits) -> None:
        """Hear another hand scanner from now on."""
        if (port, baud, habits) == (self._port, self._baud, self._habits):
            return
        old, self._serial = self._serial, None
        self._port, self._baud, self._habits = port, baud, habits
        if old is not None:
            old.blockSignals(True)  # noqa: FBT003 Qt
            threading.Thread(target=old.stop, name="stopping", daemon=True).start()
        if self._scan_input is not None:
            self._scan_input.use(habits)
        self._scanner_is("")
        self._start_serial()

    def listen(self, learner: "Learner | None") -> None:
        """Give what scanners send to `learner` and to nobody else, until None takes its place."""
        self._learner = learner
        if self._scan_input is not None:
            self._scan_input.teach(None if learner is None else learner.key)

    def _learn_raw(self, data: bytes) -> None:
        if self._learner is not None:
            self._learner.raw(data)

    def _start_serial(self) -> None:
        """Listen to the scanner on a serial line, if there is to be one."""
        if not self._port:
            return
        from ui.serial_bridge import SerialBridge

        self._serial = SerialBridge(self._port, baud=self._baud, habits=self._habits, debounce=self._debounce)
        self._serial.scanned.connect(self._scanned)
        self._serial.state.connect(self._scanner_is)
        self._serial.trouble.connect(self._scanner_has)
        self._serial.raw.connect(self._learn_raw)
        self._serial.start()

    def _scanner_is(self, word: str) -> None:
        self._scanner_word = word
        self._model.set_scanner(word)

    def _scanner_has(self, trouble: str) -> None:
        if self._learner is None:
            self._model.scanner_has(trouble)

    def _camera_is(self, word: str) -> None:
        self._camera_word = word
        self._model.set_camera(word)

    def _scanned(self, scanned: "Scanned") -> None:
        """Hand a scan to whichever model there is now, or to who tries the scanners."""
        if self._learner is not None:
            frame = self._camera.frame_size if self._camera is not None else None
            self._learner.scanned(scanned, frame)
            return
        if self._events is not None:
            self._events.scanned()
        self._model.scan(scanned.text, aim=scanned.aim)

    def at_home(self, call: Callable[[], None]) -> None:
        """Run `call` on the main thread."""
        self._home.emit(call)

    def _run(self, call: Any) -> None:
        call()

    def run(self) -> int:
        """Serve events until the window is closed."""
        status = self._qt.exec()
        self.close()
        return status

    def close(self) -> None:
        """End what feeds the window."""
        if self._camera is not None:
            self._camera.stop()
        if self._serial is not None:
            self._serial.stop()
        if self._beside is not None:
            self._beside.close()
        if self._events is not None:
            self._events.close()
