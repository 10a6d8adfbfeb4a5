"""Tax of a line, rounded once a line, and the same amount with and without it.

Of a gross price: net = gross / (1 + rate) rounded half-up, tax = gross - net. Of a net price: tax = net x rate rounded
half-up. Rates are parts per million (88_750 = 8.875 %, as
sales taxes come to that are added up of a state's, a county's and a city's), amounts minor units; negative amounts
round like positive ones.
"""

from app.core.money import MILLION, divide_half_up


def tax_of_net(net: int, ppm: int) -> int:
    """Return the tax that comes on top of a net amount."""
    return divide_half_up(net * ppm, MILLION)


def net_of_gross(gross: int, ppm: int) -> int:
    """Return what is left of a gross amount without its tax."""
    return divide_half_up(gross * MILLION, MILLION + ppm)


def tax_in(amount: int, ppm: int, *, is_net: bool) -> int:
    """Return the tax of a line's amount: on top of it when it is net, in it when it isn't."""
    if not ppm:
        return 0
    return tax_of_net(amount, ppm) if is_net else amount - net_of_gross(amount, ppm)


def gross_amount(amount: int, ppm: int, *, is_net: bool) -> int:
    """Return an amount with its tax."""
    return amount + tax_of_net(amount, ppm) if is_net else amount


def net_amount(amount: int, ppm: int, *, is_net: bool) -> int:
    """Return an amount without its tax."""
    return amount if is_net or not ppm else net_of_gross(amount, ppm)
