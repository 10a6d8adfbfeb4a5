"""The page of settings: reached by keys, changed by keys, holding at once, and kept."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.core.pins import Role
from app.kept import read_kept
from app.station.staff import SignedIn
from tests.ui.equipment import StillEquipment
from tests.ui.real_station import RealStation
from tests.ui.station_bench import Bench
from ui import i18n, names, texts, theme
from ui.models.known_flows import FLOWS
from ui.models.settings import GUARDS, SHOWN, Go, Put
from ui.models.state import MemberCard, Screen

Key = Qt.Key
CARD = MemberCard("Ada Lovelace", "", 0, 0, is_known=True, as_of_ms=0)


@pytest.fixture
def desk(bench: Bench) -> Iterator[Bench]:
    bench.model.add_flows(*FLOWS)
    bench.model.equipment = StillEquipment()
    bench.until(Screen.IDLE)
    yield bench
    i18n.use("en")


def open_settings(desk: Bench) -> None:
    desk.model.open(Screen.HELP)
    desk.model.open(Screen.HELP)
    assert desk.model.state.screen is Screen.SETTINGS
    desk.qtbot.waitUntil(lambda: desk.model.state.flow.may_guard is not None)


def test_f1_twice_leads_there_and_each_setting_is_kept_as_it_is_chosen(desk: Bench) -> None:
    open_settings(desk)
    model, equipment = desk.model, desk.model.equipment
    wanted = {
        "language": "tr",
        "theme": "dark",
        "text_size": "large",
        "sound": "off",
        "display": "auto",
        "lock_after_s": "60",
        "names": "masked",
    }
    assert set(wanted) == set(SHOWN)
    for name, value in wanted.items():
        model.ask(Put(name, value))
        assert model.state.flow.value(name) == value
    assert equipment.config.lock_after_s == 60 and equipment.config.names == "masked"
    assert model.state.language == "tr"
    model.ask(Put("store_dir", "/elsewhere"))
    assert len(equipment.kept) == len(wanted), "nothing else can be set here"
    model.enter()
    assert model.state.screen is Screen.HELP
    model.enter()
    assert model.state.screen is Screen.IDLE


@pytest.mark.parametrize(("role", "may"), [(Role.CASHIER, False), (Role.MANAGER, True)])
def test_what_guards_the_till_is_a_managers(desk: Bench, role: Role, may: bool) -> None:
    desk.model.take_over(SignedIn("s", "Ben", role.value))
    open_settings(desk)
    for name, value in zip(GUARDS, ("60", "masked"), strict=True):
        desk.model.ask(Put(name, value))
    assert bool(desk.model.equipment.kept) is may
    desk.model.ask(Put("sound", "off"))
    assert desk.model.equipment.config.sound == "off", "who is disturbed may mute it"


def test_scanner_and_printer_come_up_over_it_and_lead_back(desk: Bench) -> None:
    open_settings(desk)
    for screen in (Screen.SCANNER, Screen.PRINTER):
        desk.model.ask(Go(screen))
        assert desk.model.state.screen is screen
        desk.model.escape()
        assert desk.model.state.screen is Screen.SETTINGS


def test_a_pairing_code_is_known_here(desk: Bench) -> None:
    open_settings(desk)
    desk.model.scan("TS:P:eyJ2IjoxfQ")
    assert desk.model.state.notice.startswith("This is a pairing code")
    assert desk.model.state.screen is Screen.SETTINGS


def test_where_nothing_can_be_set_help_stays_help(desk: Bench) -> None:
    desk.model.equipment = None
    desk.model.open(Screen.HELP)
    desk.model.open(Screen.HELP)
    assert desk.model.state.screen is Screen.HELP and not desk.model.state.flow.can_set


def test_names_are_masked_on_the_screen_alone() -> None:
    names.use(is_masked=True)
    try:
        assert texts.member_name(CARD) == "A*** L."
    finally:
        names.use(is_masked=False)
    assert texts.member_name(CARD) == "Ada Lovelace"


# --- in the window --------------------------------------------------------------------------------------------------


@pytest.fixture
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light")
    names.use(is_masked=False)
    i18n.use("en")


def choose(station: RealStation, name: str) -> None:
    """Go by Tab to what is read out so, and press Space."""
    for _nth in range(60):
        focused = station.window.focusWidget()
        if focused is not None and focused.accessibleName() == name:
            station.press(Key.Key_Space)
            return
        station.press(Key.Key_Tab)
    raise AssertionError(f"no key leads to {name}")


@pytest.mark.slow
def test_all_of_it_by_keyboard_and_at_once(as_before, by_keys: RealStation, tmp_path) -> None:
    by_keys.press(Key.Key_F1, Key.Key_F1)
    by_keys.until(lambda: by_keys.state.screen is Screen.SETTINGS and by_keys.state.flow.may_guard is True)
    choose(by_keys, "Colours: Dark")
    assert theme.current().name == "dark"
    choose(by_keys, "Text size: Largest")
    assert (theme.current().name, theme.current().zoom) == ("dark", 1.5)
    choose(by_keys, "Sound: Off")
    assert by_keys._application._beside.player is None
    choose(by_keys, "Lock when nobody is there: 1 min")
    assert by_keys.running.model.lock_after_s == 60
    choose(by_keys, "Names of members: Initials only")
    assert names.shown("Ada L.") == "A*** L."
    choose(by_keys, "Customer display: In a window")
    assert by_keys._application._beside.display.isVisible()
    choose(by_keys, "Customer display: Off")
    assert by_keys._application._beside.display is None
    choose(by_keys, "Language: Türkçe")
    by_keys.until(lambda: by_keys.has_shown("Ayarlar"))
    by_keys.press(Key.Key_Escape, Key.Key_Escape)
    by_keys.until_screen(Screen.IDLE)
    by_keys.until(lambda: read_kept(tmp_path / "state").get("language") == "tr")
    kept = read_kept(tmp_path / "state")
    assert (kept["theme"], kept["text_size"], kept["names"], kept["lock_after_s"]) == (
        "dark",
        "largest",
        "masked",
        60,
    )
