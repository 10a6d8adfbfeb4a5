"""Looks for words that were never translated, in a window that speaks the pseudo language.

There every letter of a sentence that came through gettext wears an accent, if it can. So a word without one is data,
that is, a part of what the state holds, or the name of a key, or it is a finding.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

from ui import i18n
from ui.catalogue import messages
from ui.findings import Finding, to_be_seen
from ui.pseudo import pseudo
from ui.widgets.label import BREAK, Label

WORD = re.compile(r"[A-Za-z]{2,}")
KEYS = {
    "Enter",
    "Esc",
    "Insert",
    "Pause",
    "Delete",
    "Backspace",
    "Space",
    "Tab",
    "PgUp",
    "PgDn",
    "Ctrl",
    "Page",
}
NAMES = {"Tillside", "TS", "Rp", "PDF", "PNG", "CSV", *KEYS}  # what is the same in every language


def untranslated(window: QWidget, state: object) -> list[Finding]:
    """Return each text to be seen or read out that has English words in it."""
    of_state = {text for text in _texts(state) if text not in _sentences()}
    data = sorted(of_state | set(i18n.NAMES.values()), key=len, reverse=True)  # a language says its own name
    return [
        Finding("not translated", type(widget).__name__, f"{word!r} in {said!r}")
        for widget in to_be_seen(window)
        for said in _said(widget)
        for word in _english(said, data)[:1]
    ]


@cache  # it reads the whole source
def _sentences() -> frozenset[str]:
    return frozenset(text for message in messages() for text in (message.singular, message.plural))


def _english(said: str, data: list[str]) -> list[str]:
    for text in data:
        said = said.replace(text, " ")
    return [
        word for word in WORD.findall(said) if word not in NAMES and not pseudo(word).startswith(f"[{word}")
    ]


def _said(widget: QWidget) -> set[str]:
    spoken = QAccessible.queryAccessibleInterface(widget)
    said = {spoken.text(QAccessible.Text.Name), spoken.text(QAccessible.Text.Description), widget.toolTip()}
    match widget:
        case Label():
            said.add(widget.whole)
        case QLabel() | QAbstractButton():
            said.add(widget.text())
        case QLineEdit():
            said.add(widget.placeholderText())
        case QComboBox():
            said.add(widget.currentText())
    return {text.replace(BREAK, "") for text in said}


def _texts(value: object) -> Iterator[str]:
    """Yield every text that a state holds, however deep."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, tuple | list | frozenset):
        for part in value:
            yield from _texts(part)
    elif named := getattr(type(value), "__struct_fields__", ()):  # what came over the line
        for name in named:
            yield from _texts(getattr(value, name))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
