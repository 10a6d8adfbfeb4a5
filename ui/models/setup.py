"""The set-up of cameras and hand scanners: which there are, whether they see, and how a scanner writes.

For a scanner's test the page shows one known code. Each scan of it, as keys (`ScanInput.teach`) or as bytes
(`SerialBridge.raw`), ends with a pause; after three of them `scanner.learning` says what it is. Nothing is changed
before `keep`: what was found is then kept for the next start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from scanner.cameras import CameraName
from scanner.keys import ENTER, NEUTRAL
from scanner.learning import TEST_CODE, TRIES, Learned, Try, learn
from scanner.outline import Outline, Size, outline
from scanner.source import Scanned, Source
from scanner.wedge import Key
from ui.i18n import _
from ui.models import setup_words

if TYPE_CHECKING:
    from scanner.serial import PortName

TRY_PAUSE_MS: Final = 500
"""Behind the last key of a scan: ten times what a scanner that works leaves, so that slow ones are seen whole."""
OUTLINE_MS: Final = 700
"""A symbol is told once while it lies in view, so its outline goes away by itself."""
KEYS_MAX: Final = 2_000
BYTES_MAX: Final = 16_384
OFF: Final = "off"
WORDS_MAX: Final = 40  # letters of what a maker calls a device


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of a list: what is set by it, and what it is called."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the page shows. `outline` in its preview's pixels; `sentences` of the test, what was found first."""

    cameras: tuple[Choice, ...] = ()
    camera: str = OFF
    camera_word: str = ""
    outline: Outline = ()
    seen: str = ""
    ports: tuple[Choice, ...] = ()
    port: str = ""
    baud: int = 9_600
    code: str = TEST_CODE
    tries: int = 0
    tries_needed: int = TRIES
    ms_a_key: float | None = None
    sentences: tuple[str, ...] = ()
    is_well: bool = False
    is_kept: bool = False


class SetUpModel(QObject):
    """Intents in, one frozen `SetUp` out."""

    changed = Signal()
    camera_chosen = Signal(str)  # for whoever owns the camera
    port_chosen = Signal(str, int)
    entered = Signal()  # a person pressed Enter in the midst of the test, and nothing else

    def __init__(
        self,
        parent: QObject,
        *,
        camera: str,
        port: str,
        baud: int,
        keep: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """`camera`, `port` and `baud` as they are set now; `keep` writes settings down, and may raise `OSError`."""
        super().__init__(parent)
        self._keep = keep
        self._shown_size: Size = (1, 1)
        self._tries: list[Try] = []
        self._keys: list[Key] = []
        self._bytes = b""
        self._learned: Learned | None = None
        self._set_up = SetUp(camera=camera, port=port, baud=baud)
        self._pause = self._timer(TRY_PAUSE_MS, self.rest)
        self._outlined = self._timer(OUTLINE_MS, lambda: self._show(outline=()))

    @property
    def state(self) -> SetUp:
        """What to show now."""
        return self._set_up

    # --- cameras ----------------------------------------------------------------------------------------------------

    def list_devices(self, cameras: tuple[CameraName, ...], ports: "tuple[PortName, ...]") -> None:
        """Take what this computer has now. What is set stays in its list though it is not plugged in."""
        named = [Choice(str(camera.number), camera.words[:WORDS_MAX] or _("Camera")) for camera in cameras]
        lines = [Choice(port.name, (port.words or port.name)[:WORDS_MAX]) for port in ports]
        self._show(
            cameras=(*_with(named, self._set_up.camera), Choice(OFF, _("No camera"))),
            ports=(Choice("", _("As a keyboard")), *_with(lines, self._set_up.port)),
        )

    def choose_camera(self, value: str) -> None:
        """Look through another camera."""
        if value != self._set_up.camera:
            self._show(camera=value, camera_word="", outline=(), seen="", is_kept=False)
            self.camera_chosen.emit(value)

    def set_camera(self, word: str) -> None:
        """Take how the camera is."""
        self._show(camera_word=word)

    def set_preview_size(self, width: int, height: int) -> None:
        """Take how large the page shows the picture."""
        self._shown_size = (width, height)

    def scanned(self, scanned: Scanned, frame: Size | None = None) -> None:
        """Show what a camera found, outlined in the picture of which `frame` is the size."""
        if scanned.source is not Source.CAMERA:
            return  # its bytes came before, and count
        if scanned.corners is not None and frame is not None:
            self._show(
                outline=outline(scanned.corners, frame=frame, shown=self._shown_size), seen=scanned.text
            )
            self._outlined.start()

    # --- hand scanners ----------------------------------------------------------------------------------------------

    def choose_port(self, port: str, baud: int) -> None:
        """Listen at a serial port, "" where the scanner writes like a keyboard."""
        if (port, baud) != (self._set_up.port, self._set_up.baud):
            self._show(port=port, baud=baud)
            self.again()
            self.port_chosen.emit(port, baud)

    def key(self, key: Key) -> None:
        """Take a key that was pressed while the test is on."""
        if len(self._keys) < KEYS_MAX:
            self._keys.append(key)
        self._pause.start()

    def raw(self, data: bytes) -> None:
        """Take bytes that came on the serial line."""
        self._bytes = (self._bytes + data)[:BYTES_MAX]
        self._pause.start()

    def rest(self) -> None:
        """The pause behind a scan: look at what came."""
        self._pause.stop()
        came: Try = self._bytes or tuple(self._keys)
        self._keys, self._bytes = [], b""
        if _is_enter(came):
            self.entered.emit()
            return
        if not came or self._learned is not None:
            return
        found = learn([*self._tries, came])
        if not found.is_well:
            self._tries = []  # what was changed in between makes earlier scans worth nothing
        else:
            self._tries.append(came)
        if len(self._tries) == TRIES:
            self._learned = found
        is_told = self._learned is not None or not found.is_well
        self._show(
            tries=len(self._tries),
            ms_a_key=found.ms_a_key,
            sentences=setup_words.learned(found) if is_told else (),
            is_well=self._learned is not None,
        )

    def again(self) -> None:
        """Begin the test anew."""
        self._tries, self._keys, self._bytes, self._learned = [], [], b"", None
        self._pause.stop()
        self._show(tries=0, ms_a_key=None, sentences=(), is_well=False, is_kept=False)

    # --- both -------------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep the camera, and the scanner if its test went well."""
        settings: dict[str, Any] = {"camera": self._set_up.camera}
        if self._learned is not None:
            settings |= self._scanner_settings(self._learned)
        try:
            self._keep(settings)
        except OSError:
            self._show(
                sentences=(_("This can't be written down. Is there room on the disk?"),), is_kept=False
            )
        else:
            self._show(is_kept=True)

    def _scanner_settings(self, learned: Learned) -> dict[str, Any]:
        habits = learned.habits
        return {
            "scanner_layout": habits.layout,
            "scanner_prefix": habits.prefix,
            "scanner_suffix": habits.suffix,
            "scanner_end": habits.ending.value,
            "scanner_port": self._set_up.port,
            "scanner_baud": self._set_up.baud,
        }

    def _show(self, **changes: Any) -> None:
        self._set_up = replace(self._set_up, **changes)
        self.changed.emit()

    def _timer(self, interval_ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(then)
        return timer


def _is_enter(came: Try) -> bool:
    """Whether somebody pressed Enter alone: no scanner sends a code of nothing."""
    if isinstance(came, bytes):
        return False
    return [key.scan_code in ENTER for key in came if key.scan_code not in NEUTRAL] == [True]


def _with(choices: list[Choice], value: str) -> list[Choice]:
    if value in ("", OFF) or any(choice.value == value for choice in choices):
        return choices
    return [*choices, Choice(value, _("{name} (not connected)").format(name=value))]
