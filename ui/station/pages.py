"""The pages of the window, each imported and made when it is first wanted.

To make all of them takes nearly as long as a bare window takes to appear, and the first paint needs only one. In the
moments after it the window makes those to which a scan leads; the others, of which many a station never sees half, take
their memory and their moment when somebody asks for them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget

from ui.keys import FLOW_KEYS
from ui.models.state import Screen
from ui.station.page import Page

if TYPE_CHECKING:
    from ui.station.answer import AnswerPage
    from ui.station.idle import IdlePage
    from ui.station.member import MemberPage
    from ui.window import Model

# What a scan may bring up, nearest first: nobody with a member before them waits for a page to be made.
AHEAD = (Screen.IDLE, Screen.MEMBER, Screen.ANSWER, Screen.SWITCH, Screen.APPROVAL, Screen.GIFT_CARD)


class Pages(QStackedWidget):
    """A stack with a page for each screen."""

    def __init__(self, model: Callable[[], "Model"]) -> None:
        """`model` returns whichever model there is at that moment: it is told what the pages ask for."""
        super().__init__()
        self._model = model
        self._made: dict[Screen, Page] = {}

    def __getitem__(self, screen: Screen) -> Page:
        """Return the page of a screen."""
        if screen not in self._made:
            page = self._made[screen] = self._make(screen)
            page.entered.connect(lambda: self._model().enter())
            page.left.connect(lambda: self._model().escape())
            page.asked.connect(lambda intent: self._model().ask(intent))
            self.addWidget(page)
        return self._made[screen]

    def has(self, screen: Screen) -> bool:
        """Whether the page of a screen has been made."""
        return screen in self._made

    def forget(self) -> None:
        """Let go of all pages: they are made anew, in the language that is spoken then."""
        made, self._made = self._made, {}
        for page in made.values():
            self.removeWidget(page)
            page.hide()
            page.deleteLater()

    def make_next(self) -> bool:
        """Make one of the pages that are still missing ahead; False when there is none."""
        missing = next((screen for screen in AHEAD if screen not in self._made), None)
        return missing is not None and bool(self[missing])

    def minimumSizeHint(self) -> QSize:
        """Ask for no room: what a page shows must never make the window grow past the screen."""
        return QSize(0, 0)

    def hasHeightForWidth(self) -> bool:
        """Nor for a height, which sentences that wrap would ask for."""
        return False

    def turn_to(self, page: Page) -> None:
        """Bring up a page."""
        self.setCurrentWidget(page)

    def _make(self, screen: Screen) -> Page:
        return {
            Screen.WELCOME: _make_welcome,
            Screen.PAIRING: self._make_pairing,
            Screen.NAMING: _make_naming,
            Screen.SCANNER: _make_scanner,
            Screen.PRINTER: _make_printer,
            Screen.PREPARING: _make_preparing,
            Screen.IDLE: self._make_idle,
            Screen.MEMBER: self._make_member,
            Screen.SWITCH: self._make_switch,
            Screen.SIGN_IN: self._make_sign_in,
            Screen.APPROVAL: self._make_approval,
            Screen.ANSWER: self._make_answer,
            Screen.STOPPED: _make_stopped,
            Screen.EARN: _make_earn,
            Screen.BALANCE: _make_balance,
            Screen.GIFT_CARD: _make_gift_card,
            Screen.ENROL: _make_enrol,
            Screen.UNDO: _make_undo,
            Screen.QUEUE: _make_queue,
            Screen.SETTINGS: _make_settings,
            Screen.HELP: _make_help,
            Screen.BRIEFINGS: _make_briefings,
            Screen.MANAGER: _make_manager,
        }[screen]()

    def _make_pairing(self) -> Page:
        from ui.station.pairing import PairingPage

        page = PairingPage()
        page.paired.connect(lambda text: self._model().pair(text))
        return page

    def _make_idle(self) -> "IdlePage":
        from ui.station.idle import IdlePage

        page = IdlePage()
        page.typed.connect(lambda text: self._model().scan(text))
        page.key_wanted.connect(lambda key: self._model().open(FLOW_KEYS[key]))
        page.briefings_wanted.connect(lambda: self._model().open(Screen.BRIEFINGS))
        return page

    def _make_member(self) -> "MemberPage":
        from ui.station.member import MemberPage

        page = MemberPage()
        page.picked.connect(lambda key: self._model().pick(key))
        page.amount_typed.connect(lambda text: self._model().type_amount(text))
        page.removed.connect(lambda redemption_id: self._model().remove_voucher(redemption_id))
        page.cancelled.connect(lambda: self._model().escape())
        page.joining_wanted.connect(lambda: self._model().open(Screen.ENROL))
        page.totals_shown.connect(lambda: self._model().totals_shown())
        return page

    def _make_sign_in(self) -> Page:
        from ui.station.signing_in import SignInPage

        page = SignInPage()
        page.left.connect(lambda: self._model().escape())
        return page

    def _make_approval(self) -> Page:
        from ui.station.approving import ApprovalPage

        page = ApprovalPage()
        page.left.connect(lambda: self._model().escape())
        return page

    def _make_answer(self) -> "AnswerPage":
        from ui.station.answer import AnswerPage

        page = AnswerPage()
        page.print_wanted.connect(lambda: self._model().print_receipt())
        page.undo_wanted.connect(lambda: self._model().open(Screen.UNDO))
        return page

    def _make_switch(self) -> Page:
        from ui.station.switch import SwitchPage

        page = SwitchPage()
        page.stayed.connect(lambda: self._model().escape())
        return page


def _make_welcome() -> Page:
    from ui.station.welcome import WelcomePage

    return WelcomePage()


def _make_naming() -> Page:
    from ui.station.naming import NamingPage

    return NamingPage()


def _make_scanner() -> Page:
    from ui.station.scanner_test import ScannerPage

    return ScannerPage()


def _make_printer() -> Page:
    from ui.station.printer_test import PrinterPage

    return PrinterPage()


def _make_preparing() -> Page:
    from ui.station.preparing import PreparingPage

    return PreparingPage()


def _make_stopped() -> Page:
    from ui.station.stopped import StoppedPage

    return StoppedPage()


def _make_earn() -> Page:
    from ui.station.earn import EarnPage

    return EarnPage()


def _make_balance() -> Page:
    from ui.station.balance import BalancePage

    return BalancePage()


def _make_gift_card() -> Page:
    from ui.station.gift_card import GiftCardPage

    return GiftCardPage()


def _make_enrol() -> Page:
    from ui.station.enrol import EnrolPage

    return EnrolPage()


def _make_undo() -> Page:
    from ui.station.undo import UndoPage

    return UndoPage()


def _make_queue() -> Page:
    from ui.station.queue import QueuePage

    return QueuePage()


def _make_help() -> Page:
    from ui.station.help import HelpPage

    return HelpPage()


def _make_briefings() -> Page:
    from ui.station.briefings import BriefingsPage

    return BriefingsPage()


def _make_settings() -> Page:
    from ui.station.settings import SettingsPage

    return SettingsPage()


def _make_manager() -> Page:
    from ui.manager.page import ManagerPage

    return ManagerPage()
