"""What people type into a form as numbers, and numbers as they stand in a form. Amounts are minor units behind it."""

from decimal import Decimal, InvalidOperation

from app.core.document import INTEGER_MAX
from app.core.money import Currency, format_amount
from hq.console.texts import N_

TYPED_MAX = 40  # characters of a number: more is no number that anybody means


class TypedWrong(ValueError):
    """What was typed can't be read; the message is a sentence of the catalogue, which says what would be right."""


def to_whole(text: str) -> int:
    """Return a whole number. Raises `TypedWrong`."""
    try:
        found = int(text) if len(text) <= TYPED_MAX and text.isascii() else INTEGER_MAX + 1
    except ValueError as problem:
        raise TypedWrong(N_("Type a whole number here.")) from problem
    if abs(found) > INTEGER_MAX:
        raise TypedWrong(N_("Type a whole number here."))
    return found


def to_minor(text: str, currency: Currency) -> int:
    """Return an amount such as `12.50` in minor units. Raises `TypedWrong`."""
    return _scaled(text, currency.digits, N_("Type an amount here, such as 12.50."))


def to_basis_points(text: str) -> int:
    """Return a percentage such as `12.5` in basis points. Raises `TypedWrong`."""
    return _scaled(text.removesuffix("%").strip(), 2, N_("Type a percentage here, such as 12.5."))


def to_milli(text: str) -> int:
    """Return a number with up to three decimals in thousandths. Raises `TypedWrong`."""
    return _scaled(text, 3, N_("Type a number here, such as 1.5."))


def _scaled(text: str, digits: int, wrong: str) -> int:
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        scaled = Decimal(plain if len(plain) <= TYPED_MAX else "").scaleb(digits)
    except InvalidOperation as problem:
        raise TypedWrong(wrong) from problem
    if not scaled.is_finite() or abs(scaled) > INTEGER_MAX or scaled != int(scaled):
        raise TypedWrong(wrong)
    return int(scaled)


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
