"""What people type into a form as numbers, and numbers as they stand in a form. Amounts are minor units behind it.

Thousands may be set apart by commas, and one comma may stand where others write a point. Nothing is guessed where it
could be either (`1,500` with three decimals), or a point could set thousands apart (`10.000` with two).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from app.core.document import INTEGER_MAX
from app.core.money import Currency, format_amount
from hq.console.texts import N_
from hq.faults import Malformed

TYPED_MAX = 40  # characters of a number: more is no number that anybody means


class TypedWrong(Malformed):
    """What was typed can't be read; the message is a sentence of the catalogue, which says what would be right.

    `field` is what the page calls the place, empty where the page shows the sentence beside it.
    """

    field = ""


@contextmanager
def typed_into(field: str) -> Iterator[None]:
    """Say of what can't be read here that it stands in this field."""
    try:
        yield
    except TypedWrong as problem:
        problem.field = problem.field or field
        raise


THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
NUMBER = re.compile(r"[+-]?([0-9]+(\.(?P<decimals>[0-9]*))?|\.(?P<alone>[0-9]+))")


def to_whole(text: str) -> int:
    """Return a whole number. Raises `TypedWrong`."""
    return _scaled(text, 0, N_("Type a whole number here."))


def to_minor(text: str, currency: Currency, *, may_be_below_0: bool = False) -> int:
    """Return an amount such as `12.50` in minor units. Raises `TypedWrong`."""
    wrong = (
        N_("Type an amount here, such as 12.50.")
        if currency.digits
        else N_("Type an amount here, such as 12500.")
    )
    minor = _scaled(text, currency.digits, wrong)
    if minor < 0 and not may_be_below_0:
        raise TypedWrong(N_("0 or more is meant here."))
    return minor


def to_basis_points(text: str) -> int:
    """Return a percentage such as `12.5` in basis points. Raises `TypedWrong`."""
    return _scaled(text.removesuffix("%").strip(), 2, N_("Type a percentage here, such as 12.5."))


def to_milli(text: str) -> int:
    """Return a number with up to three decimals in thousandths. Raises `TypedWrong`."""
    return _scaled(text, 3, N_("Type a number here, such as 1.5."))


def _scaled(text: str, digits: int, wrong: str) -> int:
    plain = text
    if THOUSANDS.fullmatch(text) and not (digits == 3 and text.count(",") == 1 and "." not in text):
        plain = text.replace(",", "")
    elif text.count(",") == 1 and "." not in text and digits and len(text.partition(",")[2]) < 3:
        plain = text.replace(",", ".")
    found = NUMBER.fullmatch(plain) if len(plain) <= TYPED_MAX else None
    if found is None or len(found["decimals"] or found["alone"] or "") > digits:
        raise TypedWrong(wrong)
    scaled = int(Decimal(plain).scaleb(digits))
    if abs(scaled) > INTEGER_MAX:
        raise TypedWrong(wrong)
    return scaled


def minor_text(minor: int, currency: Currency) -> str:
    """Return minor units as a form shows them."""
    return format_amount(minor, currency)


def basis_points_text(basis_points: int) -> str:
    """Return a percentage as a form shows it, without the sign."""
    return _unscaled(basis_points, 2)


def milli_text(milli: int) -> str:
    """Return thousandths as a form shows them."""
    return _unscaled(milli, 3)


def _unscaled(number: int, digits: int) -> str:
    text = f"{Decimal(number).scaleb(-digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
