"""What a rule can do to an order, as data. How it is done stands in discounts.py, unit_sets.py and points.py.

Amounts are minor units, percentages basis points (1000 = 10 %), points whole. Product sets go by their names; None
means all goods.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.core.money import BASIS_POINTS
from app.core.policy import PercentBase
from app.core.punch_cards import PunchCard


class Target(StrEnum):
    """What an effect is taken from, widest last; item targets come before the whole order."""

    CHEAPEST = "cheapest"
    PRODUCTS = "products"
    ORDER = "order"


class Per(StrEnum):
    """How often an amount is given: once, for each line, or for each unit."""

    ORDER = "order"
    LINE = "line"
    UNIT = "unit"


class Measure(StrEnum):
    """What steps go by: the initial amount of the products, or how many units."""

    AMOUNT = "amount"
    QUANTITY = "quantity"


class Weights(StrEnum):
    """By what an amount is shared out over lines."""

    AMOUNT = "amount"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class AmountOff:
    """A fixed amount off, `times` over, clipped to what is left. `units`: of at most so many units of each line."""

    target: Target
    amount: int
    products: str | None = None
    per: Per = Per.ORDER
    units: int | None = None
    weights: Weights = Weights.AMOUNT
    times: int = 1


@dataclass(frozen=True, slots=True)
class PercentOff:
    """A percentage off, at most `cap`. `base` None: as the program's policy says."""

    target: Target
    basis_points: int
    products: str | None = None
    cap: int | None = None
    units: int | None = None
    base: PercentBase | None = None


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Each unit, or at most `units` of each line, for `amount`; a price is never raised."""

    amount: int
    products: str | None = None
    units: int | None = None
    target: Target = Target.PRODUCTS


@dataclass(frozen=True, slots=True)
class StepsPercent:
    """The percentage of the step reached, `basis_points` below the first; the bound of a step is inclusive."""

    measure: Measure
    basis_points: int
    steps: tuple[tuple[int, int], ...]
    products: str | None = None
    target: Target = Target.PRODUCTS


@dataclass(frozen=True, slots=True)
class StepsAmount:
    """The amount of the step reached, once, `amount` below the first step."""

    measure: Measure
    amount: int
    steps: tuple[tuple[int, int], ...]
    products: str | None = None
    target: Target = Target.ORDER


@dataclass(frozen=True, slots=True)
class ByUnit:
    """So much for the first unit and so much for each further one, of at most `units`."""

    first: int
    further: int
    products: str | None = None
    units: int | None = None
    target: Target = Target.PRODUCTS


@dataclass(frozen=True, slots=True)
class BuyGet:
    """For each `buy_units` of `buy` there are `get_units` of `get` cheaper by `basis_points`; at most `times`."""

    buy: str
    get: str
    buy_units: int
    get_units: int
    basis_points: int = BASIS_POINTS
    times: int | None = None
    is_dearest_free: bool = False
    target: Target = Target.PRODUCTS


@dataclass(frozen=True, slots=True)
class Part:
    """So many units of a product set."""

    products: str
    units: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """Products together: for a price, or less an amount or a percentage, for each complete set; at most `times`.

    With `products` it is taken off these instead, for each set so many `units` of them.
    """

    parts: tuple[Part, ...]
    price: int | None = None
    amount_off: int | None = None
    basis_points: int | None = None
    products: str | None = None
    units: int | None = None
    times: int | None = None
    target: Target = Target.PRODUCTS


@dataclass(frozen=True, slots=True)
class Gift:
    """Units of a product handed out at 0.00, once, or for each so many units bought."""

    sku: str
    units: int = 1
    per: Part | None = None
    target: Target = Target.ORDER


@dataclass(frozen=True, slots=True)
class Credit:
    """Money back to the member's wallet: of what is paid, rounded down, or a fixed amount."""

    basis_points: int = 0
    amount: int = 0
    target: Target = Target.ORDER


@dataclass(frozen=True, slots=True)
class PointsPayment:
    """Points as payment: `points` buy `worth`, in whole steps of `step` points, from `least` on.

    At most `share_max` basis points of what is to be paid. A step is worth a whole number of minor units.
    """

    points: int
    worth: int
    step: int
    least: int = 0
    share_max: int = BASIS_POINTS
    target: Target = Target.ORDER

    @property
    def step_worth(self) -> int:
        """Return what a step of points buys, in minor units."""
        return self.step * self.worth // self.points


@dataclass(frozen=True, slots=True)
class PunchCardFree:
    """The units free that complete a punch card."""

    card: PunchCard
    target: Target = Target.PRODUCTS


Effect = (
    AmountOff
    | PercentOff
    | UnitPrice
    | StepsPercent
    | StepsAmount
    | ByUnit
    | BuyGet
    | Bundle
    | Gift
    | Credit
    | PointsPayment
    | PunchCardFree
)


def product_sets_of(effect: Effect) -> tuple[str | None, ...]:
    """Return the product sets without any line of which the effect can do nothing; None in it means all goods."""
    match effect:
        case BuyGet():
            return (effect.buy,)
        case Bundle():
            return (effect.parts[0].products,)
        case PunchCardFree():
            return (effect.card.products,)
        case Gift():
            return (effect.per.products,) if effect.per else ()
        case Credit() | PointsPayment():
            return ()
        case _:
            return (effect.products,)
