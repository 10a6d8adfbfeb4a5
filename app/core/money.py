"""Money in integer minor units (cents). Rounding is named at the call; there are no fractions of a cent anywhere."""

from dataclasses import dataclass

BASIS_POINTS = 10_000  # 100.00 %
MILLION = 1_000_000  # 100.0000 %, as tax rates are written


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency: its code and how many digits its minor unit has."""

    code: str
    digits: int


CURRENCIES = {
    currency.code: currency
    for currency in (
        Currency("EUR", 2),
        Currency("GBP", 2),
        Currency("IDR", 2),
        Currency("KRW", 0),
        Currency("RUB", 2),
        Currency("TRY", 2),
        Currency("USD", 2),
    )
}


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded to the nearest integer, halves away from zero. `denominator` > 0."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def format_amount(minor: int, currency: Currency) -> str:
    """Write minor units as people do: 1250 → `12.50`. The sign stands in front."""
    if currency.digits == 0:
        return str(minor)
    units, cents = divmod(abs(minor), 10**currency.digits)
    return f"{'-' if minor < 0 else ''}{units}.{cents:0{currency.digits}d}"
