"""Cameras and hand scanners are tried and kept: a step of the first set-up, and a page of the settings.

The test itself is `SetUpModel`'s. While this page is up it gets all that scanners send; under the lock, where a PIN
is typed, it gets nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui.models.flow import Flow, Means
from ui.models.setup import SetUp, SetUpModel
from ui.models.state import Screen

if TYPE_CHECKING:
    from ui.models.outside import Plugged

PX_A_MODULE = 5
BAUDS = (9_600, 19_200, 38_400, 115_200)


@dataclass(frozen=True, slots=True)
class ScannerView:
    """What the page shows; `picture` is the code to scan (PNG)."""

    set_up: SetUp
    picture: bytes = b""
    is_first_run: bool = False
    began: int = 0  # another number for another time, so that the page knows of it


@dataclass(frozen=True, slots=True)
class ChooseCamera:
    """Look through another camera."""

    value: str


@dataclass(frozen=True, slots=True)
class ChoosePort:
    """Listen at another port, "" for a scanner that writes like a keyboard."""

    value: str


@dataclass(frozen=True, slots=True)
class ChooseBaud:
    """Listen at another speed."""

    baud: int


@dataclass(frozen=True, slots=True)
class PreviewSize:
    """How large the page shows the camera's picture."""

    width: int
    height: int


class TryAgain:
    """Begin the test anew."""


class ScannerTest(Flow):
    """Comes over whatever is up."""

    screen = Screen.SCANNER
    is_over = True

    def __init__(self, means: Means, parent: QObject) -> None:
        """Try nothing yet."""
        super().__init__(means, parent)
        self._model: SetUpModel | None = None
        self._picture = b""
        self._is_listening = self._is_first_run = False
        self._began = 0
        self.desk.changed.connect(self._look)

    @property
    def view(self) -> object:
        """See `ScannerView`."""
        if self._model is None:
            return None
        return ScannerView(self._model.state, self._picture, self._is_first_run, self._began)

    def begin(self) -> None:
        """Begin the test, and find out what is plugged in."""
        equipment = self.desk.equipment
        assert equipment is not None, "the page comes up where something can be set"
        config = equipment.config
        self._began += 1
        self._is_first_run = equipment.is_first_run
        model = self._model = SetUpModel(
            self,
            camera=config.camera,
            port=config.scanner_port,
            baud=config.scanner_baud,
            keep=equipment.keep,
        )
        model.set_camera(self.desk.state.camera)
        model.changed.connect(self._changed)
        model.entered.connect(self.enter)
        model.camera_chosen.connect(equipment.try_camera)
        model.port_chosen.connect(equipment.try_port)
        equipment.look(self._plugged(model))
        self.tasks.on_net(_code, then=self._drawn, failed=lambda _problem: None)

    def end(self) -> None:
        """Let everybody hear scanners again, as they are set."""
        model, self._model = self._model, None
        equipment = self.desk.equipment
        if model is not None and equipment is not None:
            self._listen(is_up=False)
            equipment.keep({})
            model.deleteLater()

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        model = self._model
        if model is None:
            return
        match intent:
            case ChooseCamera(value):
                model.choose_camera(value)
            case ChoosePort(value):
                model.choose_port(value, model.state.baud)
            case ChooseBaud(baud):
                model.choose_port(model.state.port, baud)
            case PreviewSize(width, height):
                model.set_preview_size(width, height)
            case TryAgain():
                model.again()
                self._listen(is_up=True)

    def enter(self) -> None:
        """Keep what was found and go on."""
        if self._model is not None:
            self._model.keep()
            self.left.emit()

    def scanned(self, text: str, aim: str) -> bool:
        """Take what comes by another way, such as a picture: here nothing is looked up in the first set-up."""
        return self._is_first_run

    def _plugged(self, model: SetUpModel) -> "Callable[[Plugged], None]":
        def found(plugged: "Plugged") -> None:
            if self._model is model:
                model.list_devices(plugged.cameras, plugged.ports)

        return found

    def _drawn(self, picture: bytes) -> None:
        self._picture = picture
        self.changed.emit()

    def _look(self) -> None:
        """Listen while this page is the one that is up."""
        if self._model is not None:
            if self.desk.state.camera != self._model.state.camera_word:
                self._model.set_camera(self.desk.state.camera)
            self._listen(is_up=self.desk.state.screen is Screen.SCANNER)

    def _listen(self, *, is_up: bool) -> None:
        model, equipment = self._model, self.desk.equipment
        wanted = is_up and model is not None and not model.state.is_well  # then Enter is the page's again
        if equipment is not None and wanted != self._is_listening:
            self._is_listening = wanted
            equipment.listen(model if wanted else None)

    def _changed(self) -> None:
        model = self._model
        if model is None:
            return
        self.changed.emit()
        if model.state.is_well and not model.state.is_kept:
            self._listen(is_up=False)
            if self._is_first_run and len(model.state.sentences) == 1:
                said = model.state.sentences[0]  # nothing to read about or to mend: the next page says it
                self.enter()
                self.desk.notice(said)


def _code() -> bytes:
    from scanner.draw import qr_png  # noqa: PLC0415 it brings OpenCV along
    from scanner.learning import TEST_CODE  # noqa: PLC0415

    return qr_png(TEST_CODE, module_px=PX_A_MODULE)
