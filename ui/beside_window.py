"""What goes along with the window: the brand that it wears, the customer display, the sounds of answers.

None of it is needed for the first paint, and each of it follows whichever model there is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.core.brand import Brand
from ui import theme
from ui.models.state import AnswerView, Screen

if TYPE_CHECKING:
    from ui.display.window import CustomerDisplay
    from ui.models.display import DisplayModel
    from ui.sounds.player import Player

OFF = "off"


@dataclass(frozen=True, slots=True)
class Along:
    """What is to go along, by the settings. `keep` is told a brand that came, for the next start."""

    display: str = OFF
    language: str = ""  # of the display: the store's
    sound: str = OFF
    keep: Callable[[Brand], None] = lambda brand: None


class BesideWindow(QObject):
    """Follows the model of the window."""

    def __init__(self, window: QWidget, along: Along) -> None:
        """Begin beside a window that has been painted."""
        super().__init__(window)
        self._window, self._along = window, along
        self._model: Any = None
        self._is_station = False
        self._answer: AnswerView | None = None
        self._brand: Brand | None = None
        self.player: Player | None = None if along.sound == OFF else _player()
        self.display: CustomerDisplay | None = None
        self._shown: DisplayModel | None = None

    def follow(self, model: Any, *, is_station: bool) -> None:
        """Go along with another model from now on. The display comes with the first that is a station's."""
        if self._model is not None:
            self._model.changed.disconnect(self._changed)
        self._model, self._is_station = model, self._is_station or is_station
        model.changed.connect(self._changed)
        self._changed()
        if self._shown is not None:
            self._shown.follow(model)
        elif is_station and self._along.display != OFF:
            self._open_display(model)

    def go_along(self, along: Along) -> None:
        """Sound and show otherwise from now on."""
        before, self._along = self._along, along
        if along.sound != before.sound:
            if self.player is not None:
                self.player.close()
            self.player = None if along.sound == OFF else _player()
        if (along.display, along.language) != (before.display, before.language):
            self._close_display()
            if self._is_station and along.display != OFF:
                self._open_display(self._model)

    def close(self) -> None:
        """End what goes along."""
        if self.player is not None:
            self.player.close()
        self._close_display()

    def _close_display(self) -> None:
        shown, self._shown = self._shown, None
        display, self.display = self.display, None
        if shown is not None:
            shown.close()
            shown.deleteLater()
        if display is not None:
            display.close()
            display.deleteLater()

    def _changed(self) -> None:
        state = self._model.state
        if state.brand is not self._brand and state.brand != self._brand:
            self._wear(state.brand)
        answer = state.answer if state.screen is Screen.ANSWER else None
        if answer is not None and answer is not self._answer and self.player is not None:
            self.player.play(answer.word.value)
        self._answer = answer

    def _wear(self, brand: Brand) -> None:
        is_first, self._brand = self._brand is None, brand
        app = QApplication.instance()
        assert isinstance(app, QApplication), "there is a window"
        theme.wear(app, brand)
        if not is_first:
            self._along.keep(brand)

    def _open_display(self, model: Any) -> None:
        from ui.display.window import CustomerDisplay, OnScreen
        from ui.models.display import DisplayModel

        self._shown = DisplayModel(model, self)
        self.display = CustomerDisplay(self._shown, language=self._along.language)
        self.display.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        OnScreen(self.display, beside=self._window, wanted=self._along.display)


def _player() -> "Player":
    from ui.sounds.player import Player
    from ui.sounds.tones import SOUNDS, wav

    return Player(lambda: {word.value: wav(word) for word in SOUNDS})
