"""Every screen in every state: drawn without a complaint of Qt, without a finding, and really different."""

import json
import re
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import QApplication, QLabel

from resources import LANGUAGES
from ui import texts
from ui.gallery import SIZES, Dress, Stage, display, draw_all, dresses, register, states
from ui.manager.table import Column, TableModel
from ui.models.state import AnswerWord, Screen, State
from ui.widgets.label import Elided, OneLine
from ui.widgets.shapes import AnswerShape

STATES = states()
NAME, TIP = "<b>Free</b> & easy", Qt.ItemDataRole.ToolTipRole
ONE_EACH = {state.answer.word: state for state in reversed(STATES.values()) if state.answer}


def test_every_screen_has_states() -> None:
    assert len(STATES) >= 25
    assert {state.screen for state in STATES.values()} == set(Screen)
    assert set(ONE_EACH) == set(AnswerWord)


def found_in(qapp: QApplication, dress: Dress, few: Callable[[str, State], bool] = lambda *_: True):
    """Return what is wrong with each state that is drawn."""
    stage = Stage(qapp, dress)
    try:
        shown = {name: stage.show(state)[1] for name, state in states().items() if few(name, state)}
    finally:
        stage.close()
    return {name: faults for name, faults in shown.items() if faults}


def test_every_state_has_room_to_grow_by_130_percent_and_is_translated(qapp) -> None:
    rows = re.compile(
        r"standing|-\d+$"
    )  # of states that differ in a number or a sentence: the whole gallery has them
    assert found_in(qapp, Dress("pseudo", "dark", SIZES[0]), lambda name, _: not rows.search(name)) == {}


def test_a_state_of_each_screen_is_drawn_without_a_finding_in_light_colours(qapp) -> None:
    first = {state.screen: name for name, state in reversed(STATES.items())}
    assert found_in(qapp, Dress("en", "light", SIZES[0]), lambda name, _: name in first.values()) == {}


@pytest.mark.parametrize("dress", [Dress("en", "light", SIZES[0]), Dress("pseudo", "dark", SIZES[0])])
def test_every_state_of_the_till_to_try_with_is_drawn_without_a_finding(qapp, dress: Dress) -> None:
    stage = Stage(qapp, dress)
    try:
        shown = {name: stage.show_till(state)[1] for name, state in register.states().items()}
    finally:
        stage.close()
    assert {name: faults for name, faults in shown.items() if faults} == {}


@pytest.mark.parametrize("text_size", ["large", "largest"])
def test_larger_text_finds_its_room(qapp, text_size: str) -> None:
    full = {
        "idle-storage",
        "member-from-till",
        "member-long",
        "member-amount-refused",
        "switch-long",
        "pairing-refused",
        "scanner-long",
        "printer-many",
        "settings-written",
    }
    assert full <= set(STATES)
    assert found_in(qapp, Dress("en", "light", SIZES[0], text_size), lambda name, _: name in full) == {}


def test_what_is_drawn_of_it_all() -> None:
    """English and pseudo, light and dark, in two sizes; with --all the five languages, and a third size."""
    usual = {(dress.language, dress.theme, dress.size) for dress in dresses() if dress.text_size == "usual"}
    assert usual == set(product(("en", "pseudo"), ("light", "dark"), SIZES))
    assert len(usual) * len(STATES) >= 200
    every = {(dress.language, dress.theme, dress.size) for dress in dresses(every=True)}
    assert every == set(product((*LANGUAGES, "pseudo"), ("light", "dark"), (*SIZES, (1920, 1080))))


@pytest.mark.slow
@pytest.mark.timeout(3_600)  # some 27,000 pictures
def test_the_whole_gallery_has_no_finding(tmp_path: Path) -> None:
    worn = dresses(every=True)
    assert draw_all(tmp_path, worn, processes=2) == []
    index = json.loads((tmp_path / "index.json").read_text())
    assert (
        len(index)
        == (len(STATES) + len(display.states()) + len(register.states())) * len(worn)
        == len(list(tmp_path.glob("*.png")))
    )
    assert json.loads((tmp_path / "findings.json").read_text()) == []


def test_the_gallery_says_what_it_drew(tmp_path: Path, qapp, monkeypatch) -> None:
    few = {name: STATES[name] for name in ("idle", "queued")}
    monkeypatch.setattr("ui.gallery.drawing.states", lambda: few)
    monkeypatch.setattr("ui.gallery.display.states", lambda: {"display-idle": display.BASE})
    monkeypatch.setattr("ui.gallery.register.states", lambda: {"till-empty": register.EMPTY})
    told = []
    worn = [Dress("en", "light", (1024, 768))]
    assert draw_all(tmp_path, worn, told=lambda dress, found: told.append((dress, found))) == []
    assert told == [(worn[0], [])]
    index = json.loads((tmp_path / "index.json").read_text())
    assert [(row["screen"], row["state"], row["size"]) for row in index] == [
        ("idle", "idle", "1024x768"),
        ("answer", "queued", "1024x768"),
        ("display", "display-idle", "1024x768"),
        ("till", "till-empty", "1024x768"),
    ]
    assert all(QImage(str(tmp_path / row["file"])).size().width() == 1024 for row in index)


def test_answers_differ_by_shape_without_colour(qtbot) -> None:
    """The outline differs, not only what is inside; the same ink stands for a grey picture."""
    drawn = {}
    for word in AnswerWord:
        shape = AnswerShape(128)
        qtbot.addWidget(shape)
        shape.show_answer(word, "text")
        drawn[word] = shape.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    for first, second in combinations(AnswerWord, 2):
        differing = sum(
            abs(drawn[first].pixelColor(x, y).value() - drawn[second].pixelColor(x, y).value()) > 100
            for x in range(128) for y in range(128)
        )  # fmt: skip
        assert differing > 128 * 128 * 0.02, (first, second)


def test_answers_differ_by_words() -> None:
    said = {texts.spoken(state.answer, state.shop.currency) for state in ONE_EACH.values()}
    assert len(said) == len(AnswerWord)


def test_a_no_has_stripes_along_its_edge_and_a_yes_has_none(shown) -> None:
    def colours(name: str) -> set[int]:
        shown.show(STATES[name])
        image = shown.window.grab().toImage()
        return {image.pixel(x, 6) for x in range(0, image.width(), 3)}

    assert len(colours("not-possible")) > 1
    assert len(colours("approved")) == len(colours("look")) == 1


def test_names_are_shown_as_they_are_written(shown) -> None:
    shown.show(STATES["member-markup"])
    said = [label.text() for label in shown.window.findChildren(QLabel) if label.isVisible()]
    assert "<b>x</b>" in said and "<b>Free</b> & easy" in said


def test_names_without_room_are_told_whole_as_they_are_written(qtbot) -> None:
    class Cells(TableModel):
        def words(self, row: int, column: int) -> str:
            return NAME

    cells, labels = Cells(), (Elided(), OneLine())
    cells.columns = (Column("name", "Name", 10),)
    for label in labels:
        qtbot.addWidget(label)
        label.resize(20, 20)
        label.say(NAME)
    for tip in (*(label.toolTip() for label in labels), cells.data(cells.createIndex(0, 0), TIP)):
        read = QTextDocument()
        (read.setHtml if RichText.mightBeRichText(tip) else read.setPlainText)(tip)  # as a QToolTip does
        assert read.toPlainText() == NAME


def test_no_label_reads_markup(shown) -> None:
    for state in {
        state.screen: state for state in STATES.values()
    }.values():  # the others: "markup" in findings
        shown.show(state)
        formats = {label.textFormat().name for label in shown.window.findChildren(QLabel)}
        assert formats == {"PlainText"}


def test_nothing_makes_the_window_grow_and_what_matters_stays_in_sight(shown) -> None:
    """One window through every state, as they come in a day: once grown it would never shrink."""
    size = shown.window.size()
    for name, state in STATES.items():
        if state.screen is not Screen.ANSWER and not state.notice:
            continue  # the whole gallery finds a window that has grown
        shown.show(state)
        assert shown.window.size() == size, name
        if state.screen is Screen.ANSWER and not state.is_new:
            button = shown.window.answer._button
            assert shown.window.rect().contains(button.geometry()), name
        elif state.notice:
            assert shown.window.rect().contains(shown.window.notice.geometry()), name


def test_what_else_an_answer_says_scrolls_by_key(shown) -> None:
    shown.show(STATES["not-possible-many"])
    bar = shown.window.answer._more.verticalScrollBar()
    assert bar.maximum() > 0
    shown.press(Qt.Key.Key_PageDown)
    assert bar.value() > 0
    shown.press(Qt.Key.Key_PageUp)
    assert bar.value() == 0
    assert texts.answer_details(STATES["not-possible-many"].answer, STATES["idle"].shop.currency)[
        0
    ].startswith("To pay")


def test_the_last_actions_are_as_many_as_there_is_room_for(shown) -> None:
    shown.show(STATES["idle-demo-queued"])
    rows = shown.window.idle.recent._rows
    seen = [row.isVisible() for row in rows._rows]
    assert 0 < sum(seen) < len(seen) and seen == sorted(seen, reverse=True)
    assert all(rows.rect().contains(row.geometry()) for row in rows._rows if row.isVisible())
