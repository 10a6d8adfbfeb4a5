"""Amounts as people type them: `30`, `30.5`, `30,50`; of everything else it is said what is wrong with it."""

import re
from enum import Enum

from app.core.money import Currency

PATTERN = re.compile(r"(\d+)(?:[.,](\d*))?", re.ASCII)
UNITS_DIGITS_MAX = 7  # before the point: a longer amount is a number of something else


class AmountProblem(Enum):
    """Why a text is no amount to pay."""

    EMPTY = "empty"
    NOT_FIGURES = "not_figures"
    DECIMALS = "decimals"  # more than the currency has; cutting one off would be another amount
    TOO_LARGE = "too_large"
    ZERO = "zero"


def parse_amount(text: str, currency: Currency) -> int | AmountProblem:
    """Return the minor units of a typed amount, or why it isn't one (yet)."""
    if not text.strip():
        return AmountProblem.EMPTY
    found = PATTERN.fullmatch(text.strip())
    if found is None:
        return AmountProblem.NOT_FIGURES
    units, fraction = found[1], found[2] or ""
    if len(fraction) > currency.digits:
        return AmountProblem.DECIMALS
    if len(units.lstrip("0")) > UNITS_DIGITS_MAX:
        return AmountProblem.TOO_LARGE
    return int(units + fraction.ljust(currency.digits, "0")) or AmountProblem.ZERO
