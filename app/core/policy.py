"""How a program rounds, shares out and combines, where shops rightly differ. The first word of each is the default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PercentBase(StrEnum):
    """What a percentage is of: what earlier rules left, or the price before any of them."""

    REMAINING = "remaining"
    INITIAL = "initial"


class Rounding(StrEnum):
    """What is rounded half-up: the discount (then subtracted), or the price after it."""

    DISCOUNT = "discount"
    PRICE = "price"


class RoundAt(StrEnum):
    """Where a percentage off products is rounded: once a line, or for each unit."""

    LINE = "line"
    UNIT = "unit"


class Remainder(StrEnum):
    """Which lines get the cents that are left over when an amount is shared out."""

    LARGEST = "largest"  # those with the largest remainder, of equal ones the earlier
    FIRST = "first"
    LAST = "last"


class AmountBasis(StrEnum):
    """In which price discounts, caps and fixed amounts are meant."""

    LINE_PRICE = "line_price"  # as each line is priced
    GROSS = "gross"
    NET = "net"


class PointsAs(StrEnum):
    """Whether points paid lower the price, and so the tax, or pay what is due like money."""

    PRICE_REDUCTION = "price_reduction"
    PAYMENT = "payment"


class Codes(StrEnum):
    """Whether codes shown together are judged each by itself, or stand and fall together."""

    EACH = "each"
    ALL_OR_NONE = "all_or_none"


class Multipliers(StrEnum):
    """What several multipliers of points do to one line: the highest counts, or one after the other."""

    HIGHEST = "highest"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of a program."""

    percent_base: PercentBase = PercentBase.REMAINING
    round: Rounding = Rounding.DISCOUNT
    round_at: RoundAt = RoundAt.LINE
    remainder: Remainder = Remainder.LARGEST
    amount_basis: AmountBasis = AmountBasis.LINE_PRICE
    points_as: PointsAs = PointsAs.PRICE_REDUCTION
    codes: Codes = Codes.EACH
    multipliers: Multipliers = Multipliers.HIGHEST
    group_limits: Mapping[str, int] = field(default_factory=dict)
