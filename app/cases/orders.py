"""The order of a case: its lines, the line ids that the case goes by, and items that are exchanged for others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.cases.moments import ANY_MOMENT, milliseconds
from app.cases.reading import CaseInvalid, CaseUnknown, Spot
from app.core.money import divide_half_up
from app.core.order import MILLI, Line, Order, OrderInvalid, check_order

LINE_KEYS = frozenset(
    {
        "id",
        "sku",
        "unit_price",
        "qty",
        "categories",
        "tax_rate",
        "tax_included",
        "min_unit_price",
        "price_reduced",
        "fixed_fee_per_unit",
    }
)
TIME_ZONE, CURRENCY = "UTC", "EUR"
NO_STORE = "-"  # where a case names none
QUANTITY_MAX = 100_000  # of a line: far above any order; an offer on units looks at each of them
FINE = 6  # decimals of a price a unit: fuel is priced finer than a cent
FINE_IN_A_CENT = 10 ** (FINE - 2)
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """A line as a case says it: prices a unit in millionths, the quantity in thousandths."""

    line_id: str
    sku: str
    price: int
    milli: int
    floor: int
    fee: int
    categories: frozenset[str]
    tax_ppm: int
    is_net: bool
    is_reduced: bool

    def amount(self, price: int) -> int:
        """Return a price a unit times the quantity in minor units, rounded half-up."""
        return divide_half_up(price * self.milli, FINE_IN_A_CENT * MILLI)

    def line(self, number: int) -> Line:
        """Return the line of an order."""
        price, rest = divmod(self.price, FINE_IN_A_CENT)
        quantity, milli = divmod(self.milli, MILLI)
        return Line(
            line=number,
            sku=self.sku,
            quantity=quantity,
            amount=self.amount(self.price),
            floor=self.amount(self.floor),
            milli=milli,
            unit_price=None if rest else price,
            categories=self.categories,
            is_reduced=self.is_reduced,
            tax_ppm=self.tax_ppm,
            is_net=self.is_net,
            levy=self.amount(self.fee),
        )


def read_items(order: Spot) -> list[Item]:
    """Return the lines of a case's order. Raises `CaseInvalid`, `CaseUnknown`."""
    order.only(frozenset({"lines"}))
    items = [_item(line, place) for place, line in enumerate(order.objects("lines"), start=1)]
    ids = {item.line_id for item in items}
    if len(ids) < len(items):
        raise CaseInvalid(f"{order.at('lines')}: two lines have the same id")
    return items


def _item(line: Spot, place: int) -> Item:
    line.only(LINE_KEYS)
    return Item(
        line_id=line.text("id") if line.has("id") else f"L{place}",
        sku=line.text("sku"),
        price=line.decimal("unit_price", FINE),
        milli=quantity_milli(line, "qty"),
        floor=line.decimal("min_unit_price", FINE, default="0"),
        fee=line.decimal("fixed_fee_per_unit", FINE, default="0"),
        categories=frozenset(line.texts("categories")) if line.has("categories") else NOTHING,
        tax_ppm=line.decimal("tax_rate", 4, default="0"),
        is_net=not line.switch("tax_included"),
        is_reduced=line.switch("price_reduced"),
    )


def quantity_milli(line: Spot, key: str, *, default: str | None = None) -> int:
    """Return a quantity in thousandths of a unit."""
    milli = line.decimal(key, 3, default=default)
    if abs(milli) > QUANTITY_MAX * MILLI:
        raise CaseInvalid(f"{line.at(key)}: expected at most {QUANTITY_MAX}, found {line.value[key]}")
    return milli


def checked(order: Order) -> Order:
    """Return the order, if a till may hand it in. Raises `CaseInvalid`."""
    try:
        check_order(order)
    except OrderInvalid as problem:
        raise CaseInvalid(f"order: {problem}") from problem
    return order


def order_of(items: Sequence[Item], *, store: str, at: datetime | None) -> Order:
    """Return the order."""
    return checked(
        Order(
            order_id="case",
            store=store,
            register="1",
            at_ms=milliseconds(at or ANY_MOMENT),
            time_zone=TIME_ZONE,
            currency=CURRENCY,
            lines=tuple(item.line(number) for number, item in enumerate(items, start=1)),
        )
    )


@dataclass(frozen=True, slots=True)
class Exchange:
    """Items after some units were exchanged for others, and what the customer is spared of the higher price."""

    items: list[Item]
    products: dict[str, Any]
    saved: int


def exchange(effect: Spot, items: Sequence[Item]) -> Exchange:
    """Exchange units of a line for others that cost at most as much: a dearer one is had for the old price."""
    effect.only(frozenset({"type", "remove_qty", "add_qty", "add_unit_price", "sku", "add_sku"}))
    removed = effect.whole("remove_qty", default=1, least=1) * MILLI
    wanted = effect.text("sku") if effect.has("sku") else None
    place = next(
        (place for place, item in enumerate(items) if item.milli >= removed and wanted in (None, item.sku)),
        None,
    )
    if place is None:
        raise CaseUnknown(f"{effect.path}: no line has the units that are to be replaced")
    old = items[place]
    new = replace(
        old,
        sku=effect.text("add_sku") if effect.has("add_sku") else f"{old.sku} (replaced)",
        price=effect.decimal("add_unit_price", FINE),
        milli=effect.whole("add_qty", default=1, least=1) * MILLI,
        floor=0,
    )
    kept, gone = replace(old, milli=old.milli - removed), replace(old, milli=removed)
    after = [*items[:place], *([kept] if kept.milli else []), *items[place + 1 :], new]
    saved = max(new.amount(new.price) - gone.amount(gone.price), 0)
    return Exchange(after, {"skus": [new.sku]}, saved)
