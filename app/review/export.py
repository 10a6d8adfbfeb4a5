"""Rows as a file that spreadsheet programs open right: CSV, as they read it in the language of their system.

What a text begins with may make a program take it for a formula: then it is told by an apostrophe that it is a text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

BOM = "\ufeff"


class Column(StrEnum):
    """What may be written of a row, under which name."""

    NUMBER = "number"  # of the entry
    DAY = "day"
    TIME = "time"
    KIND = "kind"
    ORDER = "order"
    MEMBER = "member"
    MEMBER_REF = "member_ref"
    OFFERS = "offers"
    REFUSED = "refused"
    TOTAL = "total"
    DISCOUNT = "discount"
    PAID = "paid"  # what is left to pay of the order
    POINTS_EARNED = "points_earned"
    POINTS_SPENT = "points_spent"
    CARDS = "cards"  # what gift cards paid, or what was put on one
    STAFF = "staff"
    APPROVER = "approver"
    WHY = "why"
    REGISTER = "register"
    LINE = "line"  # whether head office was to be reached
    STANDING = "standing"
    FLAGS = "flags"
    UNDONE = "undone"


USUAL = (
    Column.DAY,
    Column.TIME,
    Column.KIND,
    Column.ORDER,
    Column.MEMBER,
    Column.OFFERS,
    Column.TOTAL,
    Column.DISCOUNT,
    Column.POINTS_EARNED,
    Column.POINTS_SPENT,
    Column.STAFF,
    Column.APPROVER,
    Column.STANDING,
)


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


# How a page says a column's name ("", column) and words of rows: (column, code) → what people read.
Say = Callable[[Column | None, str], str]
