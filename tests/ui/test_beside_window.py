"""What goes along with the window: the brand it wears, whose name is to be seen, sounds and the display."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget

from app.config import Config
from app.core.brand import NO_BRAND, Brand
from app.core.colors import TEXT_CONTRAST_MIN, contrast
from app.kept import read_kept
from app.window import _keep_brand
from ui import theme
from ui.beside_window import Along, BesideWindow
from ui.findings import check
from ui.gallery import SIZES, StillModel, states
from ui.models.display import Slide
from ui.models.opening import OpeningModel
from ui.models.state import AnswerView, AnswerWord, Screen, State
from ui.texts_brand import OURS
from ui.widgets.shapes import Sign


def a_logo(width: int = 240, height: int = 80) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0x7A1E48)
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(written.data())


BEAN = Brand("Blue Bean", "#FFC233", a_logo(), "https://points.example", is_white_label=True)


@pytest.fixture
def undressed(qapp):
    yield
    theme.wear(qapp, NO_BRAND)


@pytest.fixture
def along(qtbot, undressed):
    """Something to go along with: a window of nothing, and what was kept of brands."""
    window, kept = QWidget(), []
    qtbot.addWidget(window)

    def make(**settings) -> BesideWindow:
        made.append(BesideWindow(window, Along(**settings, keep=kept.append)))
        return made[-1]

    made: list[BesideWindow] = []
    yield make, kept
    for each in made:
        each.close()


def test_the_window_wears_a_brand_from_the_moment_it_comes_and_keeps_it_for_the_next_start(along, dressed):
    dressed("en", "light")
    make, kept = along
    model = StillModel(State())
    make().follow(model, is_station=True)
    usual = theme.current().tokens.primary
    model.show(State(brand=BEAN))
    assert theme.current().tokens.primary == BEAN.worn("light")[0] != usual
    model.show(State(brand=BEAN, now_ms=1))
    model.show(State())
    assert theme.current().tokens.primary == usual
    assert kept == [BEAN, NO_BRAND]


@pytest.mark.parametrize("dress", ["light", "dark"])
@pytest.mark.parametrize("color", ["#FFC233", "#123456"])
def test_no_brand_makes_the_window_unreadable(shown, qapp, undressed, dress, color):
    theme.wear(qapp, replace(BEAN, color=color))
    theme.apply(qapp, dress)
    for name in ("member-one-picked", "pairing"):
        shown.show(replace(states()[name], brand=replace(BEAN, color=color)))
        assert check(shown.window, shown.window.grab().toImage(), SIZES[0]) == [], name
    tokens = theme.current().tokens
    assert contrast(tokens.on_primary, tokens.primary) >= TEXT_CONTRAST_MIN


def test_with_a_white_label_no_name_of_ours_is_to_be_seen(shown, undressed):
    for name, state in states().items():
        shown.model.show(replace(state, brand=BEAN))
        said = [each.text() for each in shown.window.findChildren(QLabel)]
        named = [each.accessibleName() + each.toolTip() for each in shown.window.findChildren(QWidget)]
        assert not any(OURS in each for each in (*said, *named, shown.window.windowTitle())), name
        signs = [each for each in shown.window.findChildren(Sign) if each._kind.value == "brand"]
        assert not any(each.isVisible() for each in signs), name
    assert shown.window.windowTitle() == "Blue Bean"


def test_without_a_white_label_both_names_stand_over_the_window(shown):
    assert shown.window.windowTitle() == "Tillside"
    shown.show(State(brand=Brand("Blue Bean")))
    assert shown.window.windowTitle() == "Blue Bean · Tillside"


def test_the_first_paint_knows_the_brand_that_was_kept(qtbot):
    assert OpeningModel(BEAN).state.brand == BEAN


def test_each_new_answer_has_its_sound_once(along):
    make, _ = along
    beside, model, played = make(), StillModel(State()), []
    beside.player = type(
        "Player", (), {"play": lambda self, name: played.append(name), "close": lambda self: None}
    )()
    beside.follow(model, is_station=True)
    for word in AnswerWord:
        answered = State(screen=Screen.ANSWER, answer=AnswerView(word))
        model.show(answered)
        model.show(replace(answered, now_ms=1))  # a second later it is still the same
        model.show(State())
    assert played == [word.value for word in AnswerWord]


def test_muted_there_is_no_player(along):
    make, _ = along
    assert make(sound="off").player is None
    assert make(sound="on").player is not None


def test_the_display_comes_with_the_station_and_goes_idle_when_that_is_stopped(along, qtbot):
    make, _ = along
    beside = make(display="window")
    opening = OpeningModel()
    beside.follow(opening, is_station=False)
    assert beside.display is None
    station = StillModel(states()["member"])
    beside.follow(station, is_station=True)
    assert beside.display is not None and beside.display.isVisible()
    assert beside.display.currentWidget() is beside.display.slides[Slide.MEMBER]
    beside.follow(opening, is_station=False)
    assert beside.display.currentWidget() is beside.display.slides[Slide.BRAND]


def test_the_name_that_was_worn_is_kept_for_the_first_paint_and_let_go_again(tmp_path, qtbot):
    config = Config.embedded(tmp_path)
    _keep_brand(config, BEAN)
    qtbot.waitUntil(lambda: read_kept(config.state_dir) == {"white_label": "Blue Bean"})
    worn = replace(config, white_label="Blue Bean")
    _keep_brand(worn, replace(BEAN, is_white_label=False))
    qtbot.waitUntil(lambda: read_kept(config.state_dir) == {"white_label": ""})
    _keep_brand(
        replace(config, state_dir=tmp_path / "full" / "\0"), NO_BRAND
    )  # nothing to keep: not even tried
