"""Rows as a file that spreadsheet programs open right: CSV (RFC 4180), as they read it in the language of their system.

Numbers have the decimal sign that goes with the separator, days are ISO 8601, which all of them know. What a text
begins with may make a program take it for a formula, and a till's number for another number or a date: then an
apostrophe in front says that it is a text, as OWASP advises ("CSV injection").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

BOM = "\ufeff"
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")  # as many digits as a spreadsheet keeps
NEEDS_QUOTES = re.compile(r'[;,"\r\n]|^\s|\s$')


@dataclass(frozen=True, slots=True)
class Form:
    """How it is written: `;` goes with a decimal comma, `,` with a point, as programs expect it."""

    separator: str = ","
    has_bom: bool = True

    @property
    def decimal(self) -> str:
        """What stands before cents."""
        return "," if self.separator == ";" else "."


def form_for(language: str) -> Form:
    """Return what spreadsheet programs of a language expect."""
    return Form(";" if language in ("tr", "ru", "id") else ",")


class Sheet:
    """A file that is being written, some rows at a time."""

    def __init__(self, form: Form, to: BinaryIO, *, digits: int) -> None:
        """Begin it. `digits`: of the currency's minor unit."""
        self._form = form
        self._to = to
        self._unit = 10**digits
        self._cents = f"{form.decimal}{{:0{digits}d}}" if digits else ""
        to.write(BOM.encode() if form.has_bom else b"")

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows of cells."""
        join = self._form.separator.join
        self._to.write("".join([join(row) + "\r\n" for row in rows]).encode())

    def amount(self, minor: int) -> str:
        """Return an amount as a cell."""
        units, cents = divmod(abs(minor), self._unit)
        sign = "-" if minor < 0 else ""
        return f"{sign}{units}{self._cents.format(cents)}" if self._cents else f"{sign}{units}"


def text_cell(text: str) -> str:
    """Return a text as a cell that is nothing but a text."""
    if text.lstrip(" \u00a0")[:1] in FORMULA and text.strip():
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def id_cell(text: str) -> str:
    """Return a number or name that others gave as a cell: as it is, also where it looks like a number or a date."""
    if text[:1].isdigit() and not PLAIN_NUMBER.fullmatch(text):
        text = "'" + text
    return text_cell(text)
