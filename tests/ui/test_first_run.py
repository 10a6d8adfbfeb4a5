"""The first run, from a new computer to the first redemption: its pages, and how many things somebody does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.clock import SetClock
from app.config import Config
from app.core.codes import number
from app.core.pins import Role
from app.kept import read_kept
from app.printing.found import printers
from app.window_pairing import WindowPairing
from hq.campaigns.service import publish_program
from hq.home import Hq, open_hq
from hq.members.service import MemberFacts, upsert_members
from hq.staff.people import add_person, ask_sign_in
from hq.stores.devices import list_devices
from hq.stores.pairing import new_pairing
from scanner.learning import TEST_CODE, TRIES
from scanner.source import Scanned, Source
from tests.builders import NOW_MS, a_program
from tests.hq.server import serving
from tests.scanner.keyboard import presses
from tests.sync.world import REF, make_hq
from tests.ui.keys import send
from tests.ui.real_station import FIVE_OFF, RealStation
from ui import i18n
from ui.models.opening import Asked, Named, OpeningModel, Speak
from ui.models.state import AnswerWord, Screen, State
from ui.window import StationWindow

CARD = number("M", "0000000001")
PIN = "7392"
ACTIONS_MAX = 12
Key = Qt.Key


class Hands:
    """Somebody at a new computer. Each scan, each key and each thing typed with its Enter is one action."""

    def __init__(self, station: RealStation) -> None:
        self.station = station
        self.actions = 0
        self._at_ms = 10_000

    def scan(self, text: str) -> None:
        """Scan as a hand scanner that writes like a keyboard does, with the codes of its keys."""
        self._at_ms += 3_000
        send(self.station.window, presses(text, start_ms=self._at_ms))
        self.actions += 1

    def hold_up(self, text: str) -> None:
        """Have another source read a code."""
        self.station._application._scanned(Scanned(text, Source.PICTURE))
        self.actions += 1

    def press(self, key: Key) -> None:
        self.station.press(key)
        self.actions += 1

    def type(self, text: str) -> None:
        for letter in text:
            QTest.keyClicks(self.station.window.focusWidget() or self.station.window, letter)
        self.press(Key.Key_Return)


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Hq]:
    make_hq(tmp_path / "hq")
    opened = open_hq(tmp_path / "hq", clock=SetClock(NOW_MS))
    publish_program(opened, a_program(campaigns=[FIVE_OFF], version=2))
    upsert_members(opened, [MemberFacts(REF, name="Ada L.", number=CARD, home_store="s-1")])
    add_person(opened, store_id="s-1", name="Ben", role=Role.CASHIER, pin=PIN)
    ask_sign_in(opened, "s-1", is_needed=True)
    yield opened
    opened.close()


@contextmanager
def a_pc(qtbot: QtBot, folder: Path, *, first: Screen) -> Iterator[RealStation]:
    station = RealStation(qtbot, folder)
    try:
        station.until_screen(first)
        yield station
    finally:
        station.close()
        i18n.use("en")


@pytest.fixture
def new_pc(qtbot: QtBot, tmp_path: Path) -> Iterator[RealStation]:
    with a_pc(qtbot, tmp_path / "shop", first=Screen.WELCOME) as station:
        yield station


@pytest.mark.slow
def test_a_new_computer_redeems_after_twelve_actions_at_most(
    new_pc: RealStation, hq: Hq, tmp_path: Path
) -> None:
    hands = Hands(new_pc)
    with serving(hq) as web:
        hands.press(Key.Key_Return)  # the language
        new_pc.until_screen(Screen.PAIRING)
        hands.scan(new_pairing(hq, store_id="s-1", url=web.url).text)
        new_pc.until_screen(Screen.NAMING)
        hands.type("Till 2")
        new_pc.until_screen(Screen.SCANNER)
        for nth in range(TRIES):
            hands.scan(TEST_CODE)
            new_pc.until(
                lambda nth=nth: new_pc.state.screen is Screen.PRINTER or new_pc.state.flow.set_up.tries > nth
            )
        new_pc.until_screen(Screen.PRINTER)
        assert new_pc.state.notice == "The scanner works."
        hands.press(Key.Key_Return)  # without a printer
        new_pc.until_screen(Screen.SIGN_IN)
        new_pc.until(lambda: bool(new_pc.state.flow.pin.chosen))  # the only one who works here
        hands.type(PIN)
        new_pc.until_screen(Screen.IDLE)
        hands.scan(CARD)
        new_pc.until_screen(Screen.MEMBER)
        hands.type("35")
        new_pc.until(lambda: any(offer.is_picked for offer in new_pc.state.offers))
        new_pc.until_settled()
        hands.press(Key.Key_Return)
        new_pc.until_screen(Screen.ANSWER)
        assert new_pc.state.answer is not None and new_pc.state.answer.word is AnswerWord.APPROVED
        assert hands.actions <= ACTIONS_MAX
        (device,) = list_devices(hq)
        assert device.name == "Till 2"
    kept = read_kept(tmp_path / "shop" / "state")
    assert kept["set_up"] == "done" and kept["scanner_layout"] == "us"


@pytest.mark.slow
def test_a_set_up_that_was_broken_off_goes_on_at_the_next_start(qtbot: QtBot, hq: Hq, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with a_pc(qtbot, folder, first=Screen.WELCOME) as first, serving(hq) as web:
        hands = Hands(first)
        hands.hold_up(new_pairing(hq, store_id="s-1", url=web.url).text)  # on the first page already
        first.until_screen(Screen.NAMING)
        hands.press(Key.Key_Return)
        first.until_screen(Screen.SCANNER)
        hands.press(Key.Key_F5)
        assert first.state.screen is Screen.SCANNER, "nobody joins before the station is set up"
    with a_pc(qtbot, folder, first=Screen.SCANNER) as again:
        again.press(Key.Key_Escape)
        again.until_screen(Screen.PRINTER)
        again.press(Key.Key_Escape)
        again.until(lambda: again.state.screen in (Screen.PREPARING, Screen.SIGN_IN))
        again.until(lambda: read_kept(folder / "state").get("set_up") == "done")


# --- before there is a station --------------------------------------------------------------------------------------


@pytest.fixture
def opening(qapp) -> Iterator[tuple[OpeningModel, list[str]]]:
    model, told = OpeningModel(), []

    def tell(what: str):
        return lambda value: told.append(f"{what} {value}")

    model.ask_for_pairing(Asked(tell("pair"), tell("picture"), tell("name"), tell("language")))
    yield model, told
    i18n.use("en")


def test_language_code_and_name_follow_each_other_and_esc_goes_back(opening) -> None:
    model, told = opening
    model.ask(Speak("tr"))
    assert (model.state.language, i18n.language()) == ("tr", "tr")
    model.enter()
    assert model.state.screen is Screen.PAIRING
    model.escape()
    assert model.state.screen is Screen.WELCOME
    model.scan("TS:P:x")
    model.ask_name("pc-7")
    assert (model.state.screen, model.state.name, model.state.is_busy) == (Screen.NAMING, "pc-7", False)
    model.ask(Named("  "))
    assert not model.state.is_busy
    model.ask(Named(" Till 2 "))
    assert model.state.is_busy
    model.escape()
    assert model.state.screen is Screen.NAMING, "while head office is asked there is no way back"
    assert told == ["language tr", "pair TS:P:x", "name Till 2"]
    model.pairing_failed("No.")
    assert model.state.screen is Screen.PAIRING
    model.ask_name("pc-7")
    assert model.state.name == "Till 2", "what was typed is not asked again"


def test_a_scan_that_is_no_pairing_code_takes_back_none_that_was_taken(opening, tmp_path: Path) -> None:
    model, _told = opening
    config = Config(tmp_path, tmp_path, tmp_path)
    pairing = WindowPairing(config, SetClock(), model, beside=lambda *_: None)
    pairing.ask(then=lambda: None, keep_language=lambda _: None)
    model.scan("HELLO123")
    assert (model.state.screen, bool(model.state.notice)) == (Screen.PAIRING, True)
    model.ask_name("pc-7")
    model.scan("M9X2XQH70B3D")
    assert (model.state.screen, model.state.is_busy) == (Screen.NAMING, False)
    assert "pairing code" in model.state.notice


def test_a_name_is_typed_on_behind_a_scan_that_was_refused(shown) -> None:
    asked = State(screen=Screen.NAMING, name="pc-7")
    shown.show(asked)
    shown.type("Till")
    shown.show(replace(asked, is_busy=True))
    shown.show(replace(asked, notice="No."))
    shown.type(" 2")
    assert shown.window.pages[Screen.NAMING].field.text() == "Till 2"


# --- the pages ------------------------------------------------------------------------------------------------------


def test_what_the_camera_sees_is_shown_where_it_is_tried(shown, qtbot: QtBot) -> None:
    from ui.gallery import states

    shown.show(states()["scanner"])
    window: StationWindow = shown.window
    frame = QImage(64, 48, QImage.Format.Format_RGB32)
    frame.fill(Qt.GlobalColor.magenta)
    window.set_frame(frame)
    camera = window.pages[Screen.SCANNER].devices.camera
    image = camera.grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2) == frame.pixelColor(0, 0)
    assert image.pixelColor(2, image.height() // 2) != frame.pixelColor(0, 0), "it is shown to its edges"


def test_arrows_choose_while_all_other_keys_are_the_tests(shown) -> None:
    from ui.gallery import states
    from ui.models.scanner_test import ChooseCamera, ChoosePort

    shown.show(states()["scanner"])
    assert shown.press(Key.Key_Down) == [("ask", ChooseCamera("off"))]
    assert shown.press(Key.Key_Right) == [("ask", ChoosePort("/dev/ttyACM0"))]


def test_printers_that_are_plugged_in_are_found(tmp_path: Path) -> None:
    for name in ("lp1", "lp0", "hiddev0", "lp"):
        (tmp_path / name).touch()
    assert printers(tmp_path) == (str(tmp_path / "lp0"), str(tmp_path / "lp1"))
    assert printers(tmp_path / "none") == ()
