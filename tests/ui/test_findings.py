"""The checker finds what it is there to find: each kind is planted once, beside a window without any."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ui.findings import check
from ui.gallery.untranslated import untranslated
from ui.models.state import Shop, State
from ui.pseudo import pseudo
from ui.widgets.label import Label

SIZE = (400, 300)


def label(parent: QWidget, text: str = "Points", *, width: int = 200, x: int = 10, style: str = "") -> QLabel:
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setGeometry(x, 10, width, 40)
    made.setStyleSheet(f"font-size: 16px; color: #000000; {style}")
    return made


def button(parent: QWidget, *, side: int = 60, name: str = "Redeem") -> None:
    made = QPushButton("", parent)
    made.setGeometry(10, 100, side, side)
    made.setAccessibleName(name)


def field(parent: QWidget, placeholder: str, *, style: str = "") -> None:
    made = QLineEdit(parent)
    made.setGeometry(10, 100, 200, 60)
    made.setAccessibleName("Number")
    made.setPlaceholderText(placeholder)
    made.setStyleSheet(f"color: #000000; placeholder-text-color: #333333; {style}")


def wrapping(parent: QWidget) -> None:
    made = label(parent, "Several words that need more than the one line that there is", width=120)
    made.setWordWrap(True)
    made.setFixedHeight(24)


def squeezed(parent: QWidget) -> None:
    page = QWidget(parent)
    page.setGeometry(10, 10, 200, 100)
    tall = QWidget(page)
    tall.setMinimumHeight(120)
    QVBoxLayout(page).addWidget(tall)


def unnamed_kind(parent: QWidget) -> None:
    made = QWidget(parent)
    made.setGeometry(10, 100, 60, 60)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setAccessibleName("Redeem")


def worded(made: QAbstractButton, style: str = "", *, width: int = 100) -> None:
    made.setText("I agree to get messages")
    made.setStyleSheet(f"font-size: 16px; color: #000000; {style}")
    made.setGeometry(10, 100, width, 60)


def chosen(parent: QWidget) -> None:
    made = QComboBox(parent)
    made.addItem("A word that is longer than the box")
    made.setAccessibleName("Language")
    made.setStyleSheet("font-size: 16px; color: #000000; background: #FFFFFF")
    made.setGeometry(10, 100, 90, 60)


PLANTED: dict[str, tuple[str, Callable[[QWidget], object]]] = {
    "text too wide": ("truncated", lambda page: label(page, "A sentence that is too long for it", width=80)),
    "text too high": ("truncated", wrapping),
    "placeholder too wide": (
        "truncated",
        lambda page: field(page, "A number of a card or of a voucher, if any"),
    ),
    "out of the window": ("clipped", lambda page: label(page, x=300)),
    "window too large": ("clipped", lambda page: page.resize(SIZE[0] + 1, SIZE[1])),
    "page that needs more than there is": ("grows", squeezed),
    "two in one place": ("overlap", lambda page: (label(page), label(page, x=60))),
    "small button": ("small target", lambda page: button(page, side=47)),
    "faint text": ("contrast", lambda page: label(page, style="color: #888888")),
    "faint placeholder": (
        "contrast",
        lambda page: field(page, "Number", style="placeholder-text-color: #999999"),
    ),
    "small letters": ("small text", lambda page: label(page, style="font-size: 13px")),
    "a name as markup": ("markup", lambda page: label(page).setTextFormat(Qt.TextFormat.AutoText)),
    "no name": ("no name", lambda page: button(page, name="")),
    "no role": ("no role", unnamed_kind),
    "word wider than its button": ("truncated", lambda page: worded(QCheckBox(page))),
    "faint word of a button": ("contrast", lambda page: worded(QCheckBox(page), "color: #888888", width=300)),
    "choice wider than its box": ("truncated", chosen),
}


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.setStyleSheet("background: #FFFFFF")
    made.resize(*SIZE)
    qtbot.addWidget(made)
    return made


def kinds(page: QWidget) -> set[str]:
    page.show()
    return {finding.kind for finding in check(page, page.grab().toImage(), SIZE)}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_is_found(page: QWidget, planted: str) -> None:
    kind, plant = PLANTED[planted]
    plant(page)
    assert kind in kinds(page) <= {kind, "clipped"} if kind == "grows" else kinds(page) == {kind}


def test_nothing_is_found_where_nothing_is(page: QWidget) -> None:
    label(page)
    button(page)
    assert kinds(page) == set()


def test_what_is_hidden_is_not_looked_at(page: QWidget) -> None:
    label(page, "A sentence that is too long for it", width=80).hide()
    assert kinds(page) == set()


def test_a_long_word_breaks_where_the_line_ends(page: QWidget, dressed) -> None:
    dressed("en", "light")
    made = Label("h1", parent=page)
    made.setGeometry(10, 10, 260, 280)
    made.say("Konstantinopoulou-Donaudampfschifffahrt")
    assert "truncated" not in kinds(page)
    assert made.whole == made.text().replace("\u200b", "") != made.text()


@pytest.mark.parametrize("word", ["Donaudampfschifffahrt", "Konstantinopoulou-Feather"])
def test_a_word_breaks_at_no_place_that_its_font_has_joined(page: QWidget, dressed, word: str) -> None:
    dressed("en", "light")
    made = Label("h1", parent=page)
    made.say(word)
    for width in range(60, 200, 7):
        made.setGeometry(10, 10, width, 280)
        kinds(page)
        assert "f\u200bf" not in made.text() and "\u200b-" not in made.text()
        needed = QFontMetrics(made.font()).boundingRect(
            QRect(0, 0, width, 900), Qt.TextFlag.TextWordWrap, made.text()
        )
        assert needed.width() <= width + 1


def test_a_broken_word_is_read_out_whole(page: QWidget, dressed) -> None:
    dressed("en", "light")
    made = Label("h1", parent=page)
    made.setGeometry(10, 10, 120, 280)
    made.say("Donaudampfschifffahrt")
    kinds(page)
    assert QAccessible.queryAccessibleInterface(made).text(QAccessible.Text.Name) == "Donaudampfschifffahrt"


def test_pseudo_words_are_translated_and_data_is_data(page: QWidget, dressed) -> None:
    dressed("pseudo", "light")
    for text in (pseudo("Redeem"), "B. Ng", "12.50", "Enter", f"{pseudo('Redeem')} (F2)"):
        label(page, text)
    page.show()
    assert untranslated(page, State(shop=Shop(name="B. Ng"))) == []


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        ("Redeem", State()),  # said without passing gettext
        ("Redeem", State(notice="Redeem")),  # made before the language was chosen
        (f"{pseudo('Redeem')} now", State()),
        ("Nobody has this sentence", State()),
    ],
)
def test_english_among_pseudo_words_is_found(page: QWidget, dressed, shown: str, state: State) -> None:
    dressed("pseudo", "light")
    label(page, shown)
    page.show()
    assert [finding.kind for finding in untranslated(page, state)] == ["not translated"]
