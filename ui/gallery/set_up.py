"""The set-up: language, name, the tests of scanner and printer, in the first run and later."""

from dataclasses import replace

from scanner.draw import qr_png
from scanner.habits import USUAL, Habits
from scanner.learning import TEST_CODE, Advice, Learned
from ui.gallery.samples import BASE, LONG_NAME, LONG_WORD, NOW_MS
from ui.i18n import _
from ui.models import setup_words
from ui.models.printer_test import PrinterView
from ui.models.scanner_test import PX_A_MODULE, ScannerView
from ui.models.settings import SettingsView
from ui.models.setup import OFF, WORDS_MAX, Choice, SetUp
from ui.models.state import Pill, Screen, State


def states() -> dict[str, State]:
    """Return every state of these pages."""
    start = State(screen=Screen.WELCOME, now_ms=NOW_MS)
    naming = State(screen=Screen.NAMING, name="kasa-2", now_ms=NOW_MS)
    return {
        "welcome": start,
        "welcome-busy": replace(start, is_busy=True),
        "naming": naming,
        "naming-busy": replace(naming, is_busy=True),
        "naming-long": replace(naming, name=LONG_NAME),
        **_scanner(),
        **_printer(),
        **_settings(),
    }


def _scanner() -> dict[str, State]:
    picture = qr_png(TEST_CODE, module_px=PX_A_MODULE)
    cameras = (Choice("0", "Integrated Camera"), Choice(OFF, _("No camera")))
    ports = (Choice("", _("As a keyboard")), Choice("/dev/ttyACM0", "USB Barcode Scanner"))
    set_up = SetUp(cameras=cameras, camera="0", camera_word="on", ports=ports)
    well = Learned(Habits(prefix="]Q1", suffix="#"), 4.0, (Advice.SET_US, Advice.NO_END), is_well=True)
    slow = Learned(USUAL, 61.0, (Advice.SLOW,), is_well=False)
    long = tuple(Choice(f"/dev/{n}", f"{LONG_NAME} {LONG_WORD}"[:WORDS_MAX]) for n in range(5))

    def state(set_up: SetUp, *, is_first_run: bool = False) -> State:
        view = ScannerView(set_up, picture, is_first_run, 1)
        return replace(BASE, screen=Screen.SCANNER, flow=view, pill=Pill())

    told = replace(set_up, tries=3, ms_a_key=4.0, sentences=setup_words.learned(well), is_well=True)
    refused = replace(set_up, ms_a_key=61.0, sentences=setup_words.learned(slow))
    return {
        "scanner": state(set_up, is_first_run=True),
        "scanner-later": state(replace(set_up, tries=1, ms_a_key=4.0)),
        "scanner-well": state(told),
        "scanner-slow": state(refused, is_first_run=True),
        "scanner-serial": state(replace(set_up, port="/dev/ttyACM0", seen="8690504012345")),
        "scanner-none": state(SetUp(cameras=cameras[1:], camera=OFF, ports=ports[:1]), is_first_run=True),
        "scanner-missing": state(replace(set_up, camera_word="missing")),
        "scanner-long": state(replace(told, cameras=long, ports=long, port=long[0].value, seen=LONG_WORD)),
    }


def _printer() -> dict[str, State]:
    def state(view: PrinterView) -> State:
        return replace(BASE, screen=Screen.PRINTER, flow=view, pill=Pill())

    found = PrinterView("/dev/usb/lp0", printers=("/dev/usb/lp0",), began=2)
    wrong = _("This is no printer's address. Write 192.168.1.50 or the name of a device.")
    return {
        "printer": state(PrinterView(is_first_run=True, began=1)),
        "printer-found": state(replace(found, is_first_run=True)),
        "printer-tried": state(replace(found, is_tried=True)),
        "printer-wrong": state(PrinterView("here and there", problem=wrong, began=3)),
        "printer-many": state(
            PrinterView(
                "printer-of-the-shop.example:9100",
                "58",
                "tr",
                "always",
                tuple(f"/dev/usb/lp{n}" for n in range(5)),
                began=4,
            )
        ),
    }


def _settings() -> dict[str, State]:
    values = {
        "language": "en",
        "theme": "system",
        "text_size": "usual",
        "sound": "on",
        "display": "off",
        "lock_after_s": "300",
        "names": "whole",
    }

    def state(*, may_guard: bool | None = True, device: str = "DTRAN000000", **other: str) -> State:
        view = SettingsView(tuple((values | other).items()), may_guard, device)
        return replace(BASE, screen=Screen.SETTINGS, flow=view)

    return {
        "settings": state(),
        "settings-reading": state(may_guard=None, device=""),
        "settings-cashier": state(may_guard=False, sound="off", names="masked"),
        "settings-written": state(display="HDMI-1", lock_after_s="45"),
    }
