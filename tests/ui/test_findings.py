"""The checker finds what it is there to find: each kind is planted once, beside a window without any."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.findings import check
from ui.widgets.label import Label

SIZE = (400, 300)


def label(parent: QWidget, text: str = "Points", *, width: int = 200, x: int = 10, style: str = "") -> QLabel:
    made = QLabel(text, parent)
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
    "no name": ("no name", lambda page: button(page, name="")),
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
