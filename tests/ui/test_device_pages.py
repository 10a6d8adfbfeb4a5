"""The pages of scanner and printer without a window: who hears what scanners send, and what is kept."""

import pytest

from scanner.cameras import CameraName
from scanner.learning import TEST_CODE, TRIES
from scanner.serial import PortName
from scanner.wedge import Key
from tests.scanner.keyboard import ENTER, presses
from tests.ui.equipment import StillEquipment
from tests.ui.station_bench import Bench
from ui.models.known_flows import FLOWS
from ui.models.outside import Plugged
from ui.models.printer_test import PlaceTyped, PrintSo
from ui.models.scanner_test import ChooseCamera, ChoosePort, TryAgain
from ui.models.state import Screen

PLUGGED = Plugged((CameraName(0, "Front"),), (PortName("/dev/ttyACM0", "Scanner"),), ("/dev/usb/lp0",))


@pytest.fixture
def desk(bench: Bench) -> Bench:
    bench.model.add_flows(*FLOWS)
    bench.model.equipment = StillEquipment(plugged=PLUGGED)
    bench.until(Screen.IDLE)
    return bench


def scan(desk: Bench, text: str = TEST_CODE) -> None:
    equipment = desk.model.equipment
    for key in presses(text, gap_ms=4):
        equipment.learner.key(key)
    equipment.learner.rest()


def test_three_scans_are_learned_shown_and_kept_by_enter(desk: Bench) -> None:
    model, equipment = desk.model, desk.model.equipment
    model.open(Screen.SCANNER)
    assert [choice.words for choice in model.state.flow.set_up.cameras] == ["Front", "No camera"]
    for _ in range(TRIES):
        scan(desk)
    assert model.state.flow.set_up.is_well and model.state.screen is Screen.SCANNER, (
        "later it waits to be read"
    )
    assert equipment.learner is None, "Enter is the page's again"
    model.enter()
    assert model.state.screen is Screen.IDLE
    assert equipment.kept[0]["scanner_layout"] == "us" and equipment.kept[0]["camera"] == "0"


def test_in_the_first_run_a_scanner_that_works_goes_on_by_itself(desk: Bench) -> None:
    model = desk.model
    model.equipment = StillEquipment(is_first_run=True)
    model.begin_set_up()
    assert model.state.screen is Screen.SCANNER
    for _ in range(TRIES):
        scan(desk)
    assert (model.state.screen, model.state.notice) == (Screen.PRINTER, "The scanner works.")
    model.open(Screen.ENROL)
    assert model.state.screen is Screen.PRINTER
    model.escape()
    assert (model.state.screen, model.equipment.is_first_run) == (Screen.IDLE, False)


def test_enter_by_a_person_goes_on_without_a_scanner(desk: Bench) -> None:
    model, equipment = desk.model, desk.model.equipment
    model.open(Screen.SCANNER)
    equipment.learner.key(Key(ENTER, 1_000, text="\r"))
    equipment.learner.rest()
    assert model.state.screen is Screen.IDLE
    assert equipment.kept[0] == {"camera": "0"}


def test_what_was_tried_and_not_kept_is_as_it_was(desk: Bench) -> None:
    model, equipment = desk.model, desk.model.equipment
    model.open(Screen.SCANNER)
    model.ask(ChooseCamera("off"))
    model.ask(ChoosePort("/dev/ttyACM0"))
    assert equipment.tried == ["off", ("/dev/ttyACM0", 9_600)]
    model.escape()
    assert equipment.kept == [{}] and equipment.learner is None
    assert (equipment.config.camera, equipment.config.scanner_port) == ("0", "")


def test_under_the_lock_keys_are_no_tests(desk: Bench) -> None:
    model, equipment = desk.model, desk.model.equipment
    model.open(Screen.SCANNER)
    assert equipment.learner is not None
    model.open(Screen.SIGN_IN)
    assert equipment.learner is None, "a PIN is typed there"
    model.escape()
    assert (model.state.screen, equipment.learner is not None) == (Screen.SCANNER, True)
    model.ask(TryAgain())
    assert equipment.learner is not None


def test_a_printer_is_tried_before_it_is_kept(desk: Bench) -> None:
    model, equipment = desk.model, desk.model.equipment
    model.open(Screen.PRINTER)
    assert model.state.flow.place == "/dev/usb/lp0", "what is plugged in is proposed"
    model.ask(PlaceTyped("here and there"))
    model.enter()
    assert model.state.flow.problem and not equipment.tried
    model.ask(PlaceTyped(" 192.168.1.50 "))
    assert not model.state.flow.problem
    model.enter()
    assert equipment.tried == ["print"] and model.state.flow.is_tried
    model.ask(PrintSo("receipt_paper", "58"))
    model.enter()
    assert model.state.screen is Screen.IDLE
    assert (equipment.config.printer, equipment.config.receipt_paper) == ("192.168.1.50", "58")


def test_no_printer_is_one_enter(desk: Bench) -> None:
    model = desk.model
    model.equipment = StillEquipment(printer="printer:9100")
    model.open(Screen.PRINTER)
    model.ask(PlaceTyped(""))
    model.enter()
    assert (model.state.screen, model.equipment.config.printer) == (Screen.IDLE, "")
