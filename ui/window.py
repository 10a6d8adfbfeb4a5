"""The one window: top bar, a page for each screen, the notice line, and every key of the station.

Keys that nobody below wanted come up to the window (a text field keeps its digits), so one table here decides, and
there is no shortcut that could take a digit away from an amount.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import Qt, QTimer, SignalInstance
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QPaintEvent,
)  # fmt: skip
from PySide6.QtWidgets import QWidget

from ui import i18n
from ui.keys import BRIEFINGS_FROM, BRIEFINGS_KEY, FLOW_KEYS, is_with_ctrl
from ui.models.state import Screen, State
from ui.pictures import holds_picture, picture
from ui.station.page import Page
from ui.station.pages import Pages
from ui.texts_brand import window_title
from ui.theme import current
from ui.widgets.card import column
from ui.widgets.demobar import DemoBar
from ui.widgets.notice import Notice
from ui.widgets.topbar import TopBar
from ui.widgets.training_bar import TrainingBar

if TYPE_CHECKING:
    from ui.station.answer import AnswerPage
    from ui.station.idle import IdlePage
    from ui.station.member import MemberPage
    from ui.station.pairing import PairingPage

SIZE = (1024, 768)
MARGIN = 12
WITH_DEMO_BAR = {Screen.IDLE, Screen.MEMBER}
WITH_CAMERA = {Screen.PAIRING, Screen.SCANNER}  # beside the idle page, which keeps what was seen last
DIGITS = range(Qt.Key.Key_1.value, Qt.Key.Key_9.value + 1)


class Model(Protocol):
    """What the window draws, and whom it tells what the cashier wants."""

    changed: SignalInstance

    @property
    def state(self) -> State: ...  # noqa: D102
    def scan(self, text: str, *, aim: str = "") -> None: ...  # noqa: D102
    def type_amount(self, text: str) -> None: ...  # noqa: D102
    def enter(self) -> None: ...  # noqa: D102
    def escape(self) -> None: ...  # noqa: D102
    def pick(self, key: int) -> None: ...  # noqa: D102
    def remove_voucher(self, redemption_id: str = "") -> None: ...  # noqa: D102
    def open(self, screen: Screen) -> None: ...  # noqa: D102
    def ask(self, intent: object) -> None: ...  # noqa: D102
    def print_receipt(self) -> None: ...  # noqa: D102
    def pair(self, text: str) -> None: ...  # noqa: D102
    def take_demo_order(self) -> None: ...  # noqa: D102
    def set_line_cut(self, is_cut: bool) -> None: ...  # noqa: D102
    def picture(self, data: bytes) -> None: ...  # noqa: D102
    def end_training(self) -> None: ...  # noqa: D102
    def dismiss_notice(self) -> None: ...  # noqa: D102
    def painted(self) -> None: ...  # noqa: D102
    def totals_shown(self) -> None: ...  # noqa: D102


class StationWindow(QWidget):
    """The station."""

    def __init__(self, model: Model) -> None:
        """Build the window and draw the model's state."""
        super().__init__()
        self._model = model
        self._screen: Screen | None = None
        self._is_unpainted = False
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self._language = i18n.language()
        self.pages = Pages(lambda: self._model)
        self._layout = column(self, margin=MARGIN)
        self._lay_out()
        self.resize(*SIZE)
        model.changed.connect(self._draw)
        self._draw()

    # --- building ---------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Put the bars around the pages."""
        self.topbar, self.notice, self.demobar = TopBar(), Notice(), DemoBar()
        self.training = TrainingBar()
        self._layout.addWidget(self.topbar)
        self._layout.addWidget(self.training)
        self._layout.addWidget(self.pages, 1)
        self._layout.addWidget(self.notice)
        self._layout.addWidget(self.demobar)
        self._connect()

    def draw_anew(self) -> None:
        """Make bars and pages anew: another size of text or theme is theirs from the beginning."""
        self.notice.timer.stop()
        for bar in (self.topbar, self.notice, self.demobar, self.training):
            self._layout.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        self._layout.removeWidget(self.pages)
        self._lay_out()
        self._speak(self._language)
        self._draw()

    def _connect(self) -> None:
        """Turn what stands around the pages into intents of whichever model there is."""
        self.topbar.pill.clicked.connect(lambda: self._model.open(Screen.QUEUE))
        self.topbar.lock.clicked.connect(lambda: self._model.open(Screen.SIGN_IN))
        self.training.ended.connect(lambda: self._model.end_training())
        self.notice.gone.connect(lambda: self._model.dismiss_notice())
        self.notice.print_wanted.connect(lambda: self._model.print_receipt())
        self.demobar.order_wanted.connect(lambda: self._model.take_demo_order())
        self.demobar.cut_wanted.connect(lambda is_cut: self._model.set_line_cut(is_cut))

    @property
    def pairing(self) -> "PairingPage":
        """The first run's page."""
        return cast("PairingPage", self.pages[Screen.PAIRING])

    @property
    def idle(self) -> "IdlePage":
        """The idle page."""
        return cast("IdlePage", self.pages[Screen.IDLE])

    @property
    def member(self) -> "MemberPage":
        """The member's page."""
        return cast("MemberPage", self.pages[Screen.MEMBER])

    @property
    def answer(self) -> "AnswerPage":
        """The answer's page."""
        return cast("AnswerPage", self.pages[Screen.ANSWER])

    def make_pages(self) -> None:
        """Make the pages that a scan leads to, one in each turn, so that the first scan needn't wait for its page."""
        if self.pages.make_next():
            QTimer.singleShot(0, self, self.make_pages)

    def set_model(self, model: Model) -> None:
        """Draw another model from now on."""
        self._model.changed.disconnect(self._draw)
        self._model = model
        model.changed.connect(self._draw)
        self._draw()

    def set_frame(self, frame: QImage) -> None:
        """Show what the camera sees."""
        screen = self._screen if self._screen in WITH_CAMERA else None
        self.pages[screen or Screen.IDLE].set_frame(frame)

    # --- drawing ----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        state = self._model.state
        if i18n.language() != self._language:
            self._speak(i18n.language())
        page = self.pages[state.screen]
        is_full = state.screen is Screen.ANSWER
        self.setWindowTitle(window_title(state.brand))
        self.topbar.draw(state)
        self.topbar.setVisible(not is_full)
        self.notice.draw(state.notice, can_print=state.notice == state.receipt_notice)
        self.training.draw(state, is_slim=is_full)
        self.demobar.draw(state.shop)
        self.demobar.setVisible(state.shop.is_demo and state.screen in WITH_DEMO_BAR)
        page.draw(state)
        if state.screen is not self._screen:
            self._turn_to(state.screen, page, is_full=is_full)
        self._is_unpainted = state.is_new
        if state.is_new:
            self.update()  # all of it, so that the paint event is that of this state

    def _speak(self, language: str) -> None:
        """Draw everything anew in another language: pages say some of their sentences only when they are made."""
        self._language = language
        if self.pages.has(Screen.ANSWER):
            self.answer.stop()
        self._screen = None
        self.pages.forget()

    def _turn_to(self, screen: Screen, page: Page, *, is_full: bool) -> None:
        """Bring up another page and put the focus where it belongs there."""
        if self._screen is Screen.ANSWER:
            self.answer.leave()
        self._screen = screen
        margin = 0 if is_full else current().px(MARGIN)
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(margin)
        self.pages.turn_to(page)
        for before, after in pairwise(self._controls(page)):
            self.setTabOrder(before, after)
        page.place_focus()

    def _controls(self, page: Page) -> list[QWidget]:
        """Return what Tab goes through, in reading order."""
        return [
            self.topbar.lock,
            self.topbar.pill,
            self.training.end,
            *page.controls(),
            self.notice,
            self.notice.print_again,
            self.demobar.order,
            self.demobar.cut,
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the model once what it wants to know: that something new is on the screen."""
        super().paintEvent(event)
        if self._is_unpainted:
            self._is_unpainted = False
            QTimer.singleShot(
                0, self, self._painted
            )  # the pages are painted after this, within the same event

    def _painted(self) -> None:
        if not self._is_unpainted:  # else something newer has come and waits for its paint
            self._model.painted()

    # --- keys -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key stands for (UX §3.14). A key that is held down counts once."""
        if event.isAutoRepeat():
            return
        action = self._keys().get(Qt.Key(event.key()))
        if action is not None:
            action()
        elif is_with_ctrl(event, Qt.Key.Key_V):
            self._paste()
        elif is_with_ctrl(event, Qt.Key.Key_P):
            self._model.print_receipt()
        elif (flow := FLOW_KEYS.get(Qt.Key(event.key()))) is not None:
            self._model.open(flow)
        elif event.key() in DIGITS and self._screen is Screen.MEMBER:
            self._model.pick(event.key() - Qt.Key.Key_0.value)
        elif self._screen is not Screen.IDLE or not self.idle.type_key(event):
            super().keyPressEvent(event)

    def _keys(self) -> dict[Qt.Key, Callable[[], None]]:
        page = self.pages[self._model.state.screen]
        keys = Qt.Key
        return {
            keys.Key_Return: page.enter,
            keys.Key_Enter: page.enter,
            keys.Key_Escape: self._escape,
            keys.Key_Delete: self._model.remove_voucher,
            keys.Key_F6: self._edit_amount,
            BRIEFINGS_KEY: self._show_briefings,
            keys.Key_F11: self._toggle_full_screen,
            keys.Key_Insert: self._demo_order,
            keys.Key_Pause: self._demo_cut,
            keys.Key_PageDown: lambda: page.turn(1),
            keys.Key_PageUp: lambda: page.turn(-1),
        }

    def _escape(self) -> None:
        if not self.pages[self._model.state.screen].escape():
            self._model.escape()

    def _edit_amount(self) -> None:
        if self._screen is Screen.MEMBER:
            self.member.order.edit()

    def _show_briefings(self) -> None:
        if self._screen in BRIEFINGS_FROM:
            self._model.open(Screen.BRIEFINGS)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _demo_order(self) -> None:
        if self.demobar.isVisible():
            self._model.take_demo_order()

    def _demo_cut(self) -> None:
        if self.demobar.isVisible():
            self.demobar.toggle()

    # --- pictures ---------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take pictures only."""
        if holds_picture(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand a dropped picture over."""
        if (data := picture(event.mimeData())) is not None:
            event.acceptProposedAction()
            self._model.picture(data)

    def _paste(self) -> None:
        if (data := picture(QGuiApplication.clipboard().mimeData())) is not None:
            self._model.picture(data)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave nothing running."""
        if self.pages.has(Screen.ANSWER):
            self.answer.stop()
        self.notice.timer.stop()
        super().closeEvent(event)
