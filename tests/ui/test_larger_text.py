"""Larger text: what grows, what gives way, and that the setting reaches the window."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.application import Application
from ui.gallery import Dress, Stage, states
from ui.gallery.member import TEN_PERCENT, member
from ui.theme import ZOOMS, Theme, Worn, larger
from ui.tokens import LIGHT, TYPE
from ui.widgets.beside import Beside

SIZE = (1024, 768)


@pytest.fixture(autouse=True)
def usual_again(qapp: QApplication):
    yield
    theme.apply(qapp, "light")


@pytest.mark.parametrize("zoom", ZOOMS.values())
def test_small_text_grows_wholly_and_never_past_what_was_larger(zoom: float) -> None:
    sizes = sorted(style.px for style in TYPE.values())
    grown = [larger(px, zoom) for px in sizes]
    assert all(after >= before for before, after in zip(sizes, grown, strict=True))
    assert all(first <= second for first, second in pairwise(grown))
    assert [larger(px, zoom) for px in sizes if px <= 20] == [round(px * zoom) for px in sizes if px <= 20]


@pytest.mark.parametrize("zoom", ZOOMS.values())
def test_gaps_give_way_but_fingers_keep_theirs(zoom: float) -> None:
    worn = Theme("light", LIGHT, zoom)
    assert [worn.space(gap) for gap in (0, 4, 8)] == [0, 4, 8]
    assert 8 <= worn.space(12) <= worn.space(24) == round(24 / zoom)


@pytest.mark.parametrize(("text_size", "zoom"), ZOOMS.items())
def test_the_setting_reaches_the_window(qapp: QApplication, text_size: str, zoom: float) -> None:
    application = Application(worn=Worn(text_size=text_size))
    assert theme.current().zoom == zoom
    application.deleteLater()


def test_a_large_discount_leaves_the_name_its_line(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("en", "light", SIZE, "largest"))
    for discount, is_below in ((236, False), (1_234_567, True)):
        stage.show(member(replace(TEN_PERCENT, name="Tea", discount=discount)))
        [pair] = stage.window.member.offers._buttons()[0].findChildren(Beside)
        name, off = (pair.layout().itemAt(place).widget() for place in range(2))
        assert (off.y() >= name.y() + name.height()) == is_below, discount
    stage.close()


def test_the_idle_page_gives_way_and_takes_back(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("pseudo", "light", SIZE))
    idle = stage.window.idle
    seen = []
    for name in ("idle-demo-cut", "idle"):
        stage.show(states()[name])
        seen.append((idle.figures.isVisible(), idle.field.isVisible()))
    stage.close()
    assert seen == [(False, True), (True, True)]
