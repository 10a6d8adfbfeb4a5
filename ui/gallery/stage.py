"""One window in one dress, in which state follows state, and the checker that looks at each."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from ui import i18n, theme
from ui.display.window import CustomerDisplay
from ui.findings import Finding, check
from ui.gallery.still import StillDisplay, StillModel, StillTill
from ui.gallery.untranslated import untranslated
from ui.models.display import DisplayState
from ui.models.state import State
from ui.till.state import TillState
from ui.till.window import TillWindow
from ui.window import StationWindow

USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Dress:
    """What a window wears, and how large it is."""

    language: str
    theme: str
    size: tuple[int, int]
    text_size: str = USUAL

    def record(self) -> dict[str, object]:
        """Return it as part of a row of index.json."""
        size = f"{self.size[0]}x{self.size[1]}"
        return {"language": self.language, "theme": self.theme, "size": size, "text_size": self.text_size}


class Stage:
    """The window, and the customer display once it is wanted.

    Its dress is the whole application's until another one is put on.
    """

    def __init__(self, app: QApplication, dress: Dress) -> None:
        """Put on a dress and bring up the window."""
        self._app, self._dress = app, dress
        i18n.use(dress.language)
        theme.apply(app, dress.theme, theme.ZOOMS[dress.text_size])
        self._model = StillModel(State())
        self.window = StationWindow(self._model)
        self.window.resize(*dress.size)
        self.window.show()
        self._shown = StillDisplay(DisplayState())
        self._display: CustomerDisplay | None = None
        self._till: TillWindow | None = None
        self._till_shown = StillTill(TillState())

    def show(self, state: State) -> tuple[QImage, list[Finding]]:
        """Show a state after an empty one; return its picture and what is wrong with it."""
        self._model.show(State())
        self._model.show(state)
        settle(self._app, self.window)
        image = self.window.grab().toImage()
        found = check(self.window, image, self._dress.size)
        if self._dress.language == i18n.PSEUDO:
            found += untranslated(self.window, state)
        return image, found

    def show_display(self, state: DisplayState) -> tuple[QImage, list[Finding]]:
        """Show a state of the customer display; return its picture and what is wrong with it."""
        if self._display is None:
            self._shown = StillDisplay(state)
            self._display = CustomerDisplay(self._shown)
            self._display.resize(*self._dress.size)
            self._display.show()
        self._shown.show(state)
        _lay_out(self._app)
        image = self._display.grab().toImage()
        found = check(self._display, image, self._dress.size)
        if self._dress.language == i18n.PSEUDO:
            found += untranslated(self._display, state)
        return image, found

    def show_till(self, state: TillState) -> tuple[QImage, list[Finding]]:
        """Show a state of the till to try with; return its picture and what is wrong with it."""
        if self._till is None:
            self._till = TillWindow(self._till_shown)
            self._till.resize(*self._dress.size)
            self._till.show()
        self._till_shown.show(state)
        _lay_out(self._app)
        image = self._till.grab().toImage()
        found = check(self._till, image, self._dress.size)
        if self._dress.language == i18n.PSEUDO:
            found += untranslated(self._till, state)
        return image, found

    def close(self) -> None:
        """Take the windows away; the next dress would else be put on these, too."""
        for window in (self.window, self._display, self._till):
            if window is not None:
                window.close()
                window.deleteLater()
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        i18n.use("en")


def settle(app: QApplication, window: StationWindow) -> None:
    """Lay everything out, and stop what moves: a picture shows a state, not a moment."""
    window.answer.flash.stop()
    window.answer.time_left.stop()
    _lay_out(app)


def _lay_out(app: QApplication) -> None:
    for _round in range(3):  # labels that wrap ask for their height in a second round
        app.sendPostedEvents()
        app.processEvents()
