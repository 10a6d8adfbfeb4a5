"""The customer display's window: on its own screen, without the keyboard, and gone when the screen is."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui import i18n
from ui.display.rewards import RewardTile
from ui.display.window import AUTO, CustomerDisplay, OnScreen, chosen_screen
from ui.findings import check
from ui.gallery.display import BASE, COFFEE, TEN, states
from ui.gallery.still import StillDisplay
from ui.models.display import Slide
from ui.widgets.button import Button

SIZE = (1024, 600)


@pytest.fixture
def model(qtbot) -> StillDisplay:
    return StillDisplay(BASE)


@pytest.fixture
def display(qtbot, model) -> CustomerDisplay:
    shown = CustomerDisplay(model)
    qtbot.addWidget(shown)
    return shown


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("pseudo", "dark")])
def test_every_state_is_drawn_without_a_finding(qtbot, qapp, dressed, language, theme):
    """All in one window, as they come in a day: none may make it grow, and none is left from the one before."""
    dressed(language, theme)
    model = StillDisplay(BASE)
    display = CustomerDisplay(model)
    qtbot.addWidget(display)
    display.resize(*SIZE)
    display.show()
    for name, shown in states().items():
        model.show(shown)
        for _round in range(3):
            qapp.sendPostedEvents()
            qapp.processEvents()
        assert check(display, display.grab().toImage(), SIZE) == [], name


def buttons(display: CustomerDisplay, kind: type[QWidget]) -> list:
    return display.currentWidget().findChildren(kind)


def test_a_tap_on_a_reward_picks_it_unless_it_is_over(display, model):
    display.show()
    model.show(replace(BASE, slide=Slide.MEMBER, rewards=(COFFEE, TEN)))
    coffee, ten = buttons(display, RewardTile)
    QTest.mouseClick(ten, Qt.MouseButton.LeftButton)
    model.show(replace(BASE, slide=Slide.MEMBER, rewards=(COFFEE, replace(TEN, left_s=1))))
    assert buttons(display, RewardTile) == [coffee, ten]  # counting down makes no new ones
    model.show(replace(BASE, slide=Slide.MEMBER, rewards=(COFFEE, replace(TEN, left_s=0))))
    for tile in (tile for tile in buttons(display, RewardTile) if tile.isVisible()):
        QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert model.asked == [("pick", 2), ("pick", 1)]


def test_yes_and_no_say_so_and_nothing_is_chosen_beforehand(display, model):
    display.show()
    model.show(states()["display-asked"])
    yes, no, *_ = buttons(display, Button)
    assert (yes.look, no.look) == (no.look, yes.look)
    QTest.mouseClick(no, Qt.MouseButton.LeftButton)
    QTest.mouseClick(yes, Qt.MouseButton.LeftButton)
    assert model.asked == [("say", "mail", False), ("say", "mail", True)]


def test_it_never_takes_the_keyboard_and_the_station_alone_ends_the_program(display, model):
    assert display.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
    assert display.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    assert not display.testAttribute(Qt.WidgetAttribute.WA_QuitOnClose)
    for shown in states().values():
        model.show(shown)
        takers = [each for each in buttons(display, QWidget) if each.focusPolicy() != Qt.FocusPolicy.NoFocus]
        assert takers == []


# --- screens -------------------------------------------------------------------------------------------------------


class FakeScreen:
    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name


def test_a_setting_names_a_screen_and_never_the_only_one():
    first, second, third = screens = [FakeScreen(name) for name in ("eDP-1", "HDMI-1", "DP-2")]
    for wanted, found in (
        (AUTO, second),
        ("2", second),
        ("DP-2", third),
        ("4", None),
        ("0", None),
        ("VGA", None),
    ):
        assert chosen_screen(screens, wanted, station=first) is found, wanted
    assert chosen_screen([first, second], AUTO, station=second) is first
    assert chosen_screen([second], AUTO, station=first) is None
    assert chosen_screen([second], "HDMI-1", station=second) is None


def test_a_screen_that_is_pulled_out_neither_moves_nor_ends_anything(
    display, model, qtbot, qapp: QApplication
):
    station = QWidget()
    qtbot.addWidget(station)
    station.setGeometry(20, 30, 400, 300)
    station.show()
    screen = qapp.primaryScreen()
    own, other = FakeScreen("own"), [screen]
    station.screen = lambda: own
    keeper = OnScreen(display, beside=station, wanted=AUTO, screens=lambda: [own, *other])
    assert display.isVisible() and display.geometry() == screen.geometry()
    other.clear()
    qapp.screenRemoved.emit(screen)
    assert display.isHidden() and station.isVisible()
    assert station.geometry().getRect() == (20, 30, 400, 300)
    model.show(states()["display-member"])  # the station goes on
    other.append(screen)
    qapp.screenAdded.emit(screen)
    assert display.isVisible() and display.currentWidget() is display.slides[Slide.MEMBER]
    other.clear()
    keeper._removed(own)  # the station's own goes, and Qt moves the station to the other
    assert display.isHidden()


def test_it_can_be_tried_in_a_window(display, qtbot):
    station = QWidget()
    qtbot.addWidget(station)
    OnScreen(display, beside=station, wanted="window", screens=list)
    assert display.isVisible() and not display.isFullScreen()


def test_it_speaks_the_stores_language_whoever_is_at_the_till(qtbot, model):
    display = CustomerDisplay(model, language="tr")
    qtbot.addWidget(display)
    model.show(replace(BASE, slide=Slide.MEMBER, name="Ayşe"))
    said = [each.text() for each in buttons(display, QLabel)]
    assert "Merhaba Ayşe" in said and i18n.language() == "en"
