"""Amounts as people type them: `30`, `30.5`, `30,50`, and nothing else."""

import re

from app.core.money import Currency
from app.core.order import AMOUNT_MAX

PATTERN = re.compile(r"(\d{1,9})(?:[.,](\d*))?")


def parse_amount(text: str, currency: Currency) -> int | None:
    """Return the minor units of a typed amount, or None when it isn't one (yet)."""
    found = PATTERN.fullmatch(text.strip())
    if found is None:
        return None
    units, fraction = found[1], found[2] or ""
    if len(fraction) > currency.digits:
        return None
    amount = int(units + fraction.ljust(currency.digits, "0"))
    return amount if amount <= AMOUNT_MAX else None
