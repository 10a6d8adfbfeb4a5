"""Tax of a line, rounded once a line, and the same amount with and without it.

Of a gross price: net = gross / (1 + rate) rounded half-up, tax = gross - net. Of a net price: tax = net x rate rounded
half-up. Rates are basis points (1999 = 19.99 %), amounts minor units; negative amounts round like positive ones.
"""

from app.core.money import BASIS_POINTS, divide_half_up


def tax_of_net(net: int, basis_points: int) -> int:
    """Return the tax that comes on top of a net amount."""
    return divide_half_up(net * basis_points, BASIS_POINTS)


def net_of_gross(gross: int, basis_points: int) -> int:
    """Return what is left of a gross amount without its tax."""
    return divide_half_up(gross * BASIS_POINTS, BASIS_POINTS + basis_points)


def tax_in(amount: int, basis_points: int, *, is_net: bool) -> int:
    """Return the tax of a line's amount: on top of it when it is net, in it when it isn't."""
    if not basis_points:
        return 0
    return tax_of_net(amount, basis_points) if is_net else amount - net_of_gross(amount, basis_points)


def gross_amount(amount: int, basis_points: int, *, is_net: bool) -> int:
    """Return an amount with its tax."""
    return amount + tax_of_net(amount, basis_points) if is_net else amount


def net_amount(amount: int, basis_points: int, *, is_net: bool) -> int:
    """Return an amount without its tax."""
    return amount if is_net or not basis_points else net_of_gross(amount, basis_points)
