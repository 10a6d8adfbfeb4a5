"""Every flow of the station; one line for each. Its page stands in ui/station/pages.py, its key in ui/keys.py."""

from ui.models.approving import Approving
from ui.models.balance import Balance
from ui.models.briefings import Briefings
from ui.models.earn import Earn
from ui.models.enrol import Enrol
from ui.models.flow import Flow
from ui.models.gift_card import GiftCards
from ui.models.help import Help
from ui.models.manager.flow import Manager
from ui.models.printer_test import PrinterTest
from ui.models.queue import Queue
from ui.models.scanner_test import ScannerTest
from ui.models.settings import Settings
from ui.models.signing_in import SignIn
from ui.models.undo import Undo

FLOWS: tuple[type[Flow], ...] = (
    SignIn,
    Approving,
    Earn,
    Balance,
    GiftCards,
    Enrol,
    Undo,
    Queue,
    Help,
    Briefings,
    ScannerTest,
    PrinterTest,
    Settings,
    Manager,
)
