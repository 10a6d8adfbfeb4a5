"""The customer display's window, and the screen that it keeps to.

It takes no keyboard and never the focus, so that what is typed and scanned stays the station's. When its screen is
pulled out it hides until there is one again: Qt would move it over the station.
"""

import logging
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QSize, Qt, SignalInstance
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QLayout, QStackedWidget, QWidget

from ui import i18n
from ui.display.slide import SlidePage
from ui.display.slides import AnswerSlide, AskedSlide, BrandSlide, CodeSlide, MemberSlide
from ui.models.display import DisplayState, Slide
from ui.models.display_words import shop_name

log = logging.getLogger(__name__)

AUTO, IN_A_WINDOW = "auto", "window"
SIZE = (1024, 600)  # of a window, and of the smallest displays that are sold


class Model(Protocol):
    """What the display draws, and whom it tells what a finger did."""

    changed: SignalInstance

    @property
    def state(self) -> DisplayState: ...  # noqa: D102
    def pick(self, key: int) -> None: ...  # noqa: D102
    def say(self, key: str, *, is_yes: bool) -> None: ...  # noqa: D102


class CustomerDisplay(QStackedWidget):
    """The second window."""

    def __init__(self, model: Model, *, language: str = "") -> None:
        """Build the window and draw the model's state, in a language of its own or in the station's."""
        super().__init__()
        self._model, self._language = model, language
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)  # the station alone decides on that
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setWindowFlag(Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        member, asked = MemberSlide(), AskedSlide()
        member.picked.connect(model.pick)
        asked.answered.connect(lambda key, is_yes: self._model.say(key, is_yes=is_yes))
        self.slides: dict[Slide, SlidePage] = {
            Slide.BRAND: BrandSlide(),
            Slide.MEMBER: member,
            Slide.ANSWER: AnswerSlide(),
            Slide.ASKED: asked,
            Slide.CODE: CodeSlide(),
        }
        for slide in self.slides.values():
            self.addWidget(slide)
        layout = self.layout()
        if layout is not None:
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # no slide makes it grow
        self.resize(*SIZE)
        model.changed.connect(self._draw)
        self._draw()

    def minimumSizeHint(self) -> QSize:
        """Ask for no room: the screen is as large as it is."""
        return QSize(0, 0)

    def hasHeightForWidth(self) -> bool:
        """Nor for a height, which sentences that wrap would ask for."""
        return False

    def _draw(self) -> None:
        shown = self._model.state
        slide = self.slides[shown.slide]
        with i18n.speaking(self._language):  # the store's, whichever the cashier has chosen
            slide.draw(shown)
        self.setCurrentWidget(slide)
        self.setWindowTitle(shop_name(shown))


class OnScreen(QObject):
    """Keeps the display on the screen that it belongs to, and off every other."""

    def __init__(
        self,
        display: QWidget,
        *,
        beside: QWidget,
        wanted: str,
        screens: Callable[[], list[QScreen]] = QGuiApplication.screens,
    ) -> None:
        """Show `display` on the screen that `wanted` names: a name, a number from 1 on, or "auto" for any other.

        `beside` is the station's window, whose screen "auto" leaves alone. "window" is a plain window, to try it out.
        """
        super().__init__(display)
        self._display, self._beside, self._wanted, self._screens = display, beside, wanted, screens
        self._screen: QScreen | None = None
        if wanted == IN_A_WINDOW:
            display.show()
            return
        display.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication), "there are widgets"
        app.screenAdded.connect(self.settle)
        app.screenRemoved.connect(self._removed)
        app.primaryScreenChanged.connect(self.settle)
        self.settle()

    def settle(self) -> None:
        """Show it on its screen, or hide it while there is none."""
        screen = chosen_screen(self._screens(), self._wanted, station=self._beside.screen())
        if screen is self._screen:
            return
        self._screen = screen
        self._display.hide()
        if screen is None:
            log.info("the customer display has no screen")
            return
        self._display.setScreen(screen)
        self._display.setGeometry(screen.geometry())
        self._display.setWindowState(Qt.WindowState.WindowFullScreen)
        self._display.show()  # `showFullScreen` would ask for the focus

    def _removed(self, screen: QScreen) -> None:
        """Hide at once, before Qt moves what was on a screen to the first one, where the station is."""
        if screen is self._screen:
            self._screen = None
            self._display.hide()
        self.settle()


def chosen_screen(screens: list[QScreen], wanted: str, *, station: QScreen) -> QScreen | None:
    """Return the screen that a setting names; None where it isn't there. Never the only one there is."""
    if len(screens) < 2:
        return None
    if wanted == AUTO:
        return next((screen for screen in screens if screen is not station), None)
    if wanted.isdecimal():
        place = int(wanted) - 1
        return screens[place] if 0 <= place < len(screens) else None
    return next((screen for screen in screens if screen.name() == wanted), None)
