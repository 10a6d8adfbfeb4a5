"""What is being bought: an order and its lines, as the shop's till knows them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

LINES_MAX = 2_000  # far above any real receipt; keeps a broken till from filling the journal
ID_LENGTH_MAX = 80  # of an order, a product, a register: HQ keeps no longer ones
TAX_MAX = 10_000_000  # parts per million: ten times the price
AMOUNT_MAX = 10**11  # a thousand million in two-digit money: above it, something is wrong with the till


MILLI = 1000  # quantities are exact to a thousandth of a unit, as scales are


class LineKind(StrEnum):
    """What a line is. Only goods are discounted, earn points and count to an order's total."""

    GOODS = "goods"
    DELIVERY = "delivery"
    CARD = "card"  # a gift card sold or topped up


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `amount` in minor units is the line's own total as priced, whatever the quantity.

    Zero and negative amounts are legal (a free item, a bottle returned). `floor` is what must stay of the amount.
    Weighed goods add `milli` thousandths to the whole `quantity`: 0.350 kg are 0 and 350. `unit_price` is asked for
    only where products are chosen by it; amounts are never worked out from it. `is_net` says that the price is without
    its tax, `levy` what is paid on top for deposits and fees: never discounted, never taxed.
    """

    line: int
    sku: str
    quantity: int
    amount: int
    floor: int = 0
    milli: int = 0
    unit_price: int | None = None
    categories: frozenset[str] = frozenset()
    brand: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    is_reduced: bool = False  # by the till itself
    kind: LineKind = LineKind.GOODS
    tax_ppm: int = 0
    is_net: bool = False
    levy: int = 0

    @property
    def discountable(self) -> int:
        """How much of the amount discounts may take, in minor units."""
        return max(self.amount - max(self.floor, 0), 0)

    @property
    def quantity_milli(self) -> int:
        """The quantity in thousandths of a unit."""
        return self.quantity * MILLI + self.milli


# The earlier line is the one with the lower number, however the till lists them.
BY_NUMBER = attrgetter("line")
# What is read of all lines at each commit, by `map`, which is much quicker than an expression for each.
SKU, AMOUNT, QUANTITY = attrgetter("sku"), attrgetter("amount"), attrgetter("quantity")
FLOOR, MILLIS, KIND = attrgetter("floor"), attrgetter("milli"), attrgetter("kind")
TAX, IS_NET, LEVY = attrgetter("tax_ppm"), attrgetter("is_net"), attrgetter("levy")


@dataclass(frozen=True, slots=True)
class Order:
    """An order at its effective time `at_ms` (UTC milliseconds).

    An order of which only the total is known has one line with an empty SKU.
    """

    order_id: str
    store: str
    register: str
    at_ms: int
    time_zone: str
    currency: str
    lines: tuple[Line, ...]
    channel: str = ""
    partner: str = ""

    @property
    def total(self) -> int:
        """The initial total of all lines as priced, in minor units, without levies."""
        return sum(map(AMOUNT, self.lines))

    @property
    def is_reduced(self) -> bool:
        """Whether the till has reduced any of it by promotions of its own."""
        return any(line.is_reduced for line in self.lines)

    @property
    def has_lines(self) -> bool:
        """Whether the order came with its products, and not just as a total."""
        return any(map(SKU, self.lines))

    @property
    def local(self) -> datetime:
        """The effective time on the store's clock."""
        return local_time(self.at_ms, self.time_zone)


class OrderInvalid(ValueError):
    """An order that no till should hand in; the message says what is wrong with it."""


def goods_total(order: Order) -> int:
    """Return the initial total of an order's goods, as priced, in minor units."""
    return sum(line.amount for line in order.lines if line.kind is LineKind.GOODS)


def check_order(order: Order) -> None:
    """Refuse what would not fit into a journal entry or HQ's tables. Raises `OrderInvalid`."""
    if len(order.lines) > LINES_MAX:
        raise OrderInvalid(f"it has more than {LINES_MAX} lines")
    _check_name(order.order_id)
    _check_name(order.register)
    _check_number(order.total)
    for sku in map(SKU, order.lines):
        if len(sku) > ID_LENGTH_MAX:
            _check_name(sku)
    for read in (AMOUNT, QUANTITY):
        numbers = list(map(read, order.lines))
        for number in (min(numbers, default=0), max(numbers, default=0)):
            _check_number(number)
    for line in order.lines:  # at each commit, so what most lines don't have is asked for together
        if not (line.levy or line.floor or line.unit_price or line.milli or line.tax_ppm):
            continue
        for number in (line.levy, line.floor, line.unit_price or 0):
            _check_number(number)
        if not 0 <= line.milli < MILLI:
            raise OrderInvalid(f"{line.milli} thousandths of a unit are out of range")
        if not 0 <= line.tax_ppm <= TAX_MAX:
            raise OrderInvalid(f"a tax of {line.tax_ppm} parts per million is out of range")


def _check_number(number: int) -> None:
    if abs(number) > AMOUNT_MAX:
        raise OrderInvalid(f"{number} is out of range")


def _check_name(name: str) -> None:
    if len(name) > ID_LENGTH_MAX:
        raise OrderInvalid(f"{name[:12]}… is longer than {ID_LENGTH_MAX} characters")
    if "\0" in name:
        raise OrderInvalid("one of its names has a character that no database keeps")


def local_time(at_ms: int, time_zone: str) -> datetime:
    """Return a moment (UTC milliseconds) on the clock of a time zone."""
    return datetime.fromtimestamp(at_ms / 1000, zone(time_zone))


def local_date(at_ms: int, time_zone: str) -> date:
    """Return the calendar date of a moment (UTC milliseconds) in a time zone."""
    return local_time(at_ms, time_zone).date()


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name; each is read once."""
    return ZoneInfo(name)
