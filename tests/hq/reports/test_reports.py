"""Reports: the figures of acceptance T46, and that they are right whatever comes later."""

from datetime import date

import orjson
import pytest
from sqlalchemy import func, select

from hq.access.actor import SYSTEM
from hq.faults import Malformed
from hq.journal.postings import EXPIRED, GIVEN, ISSUED, SPENT
from hq.reports import service
from hq.reports.figures import By, Figures, Wanted
from hq.reports.kinds import REPORTS
from hq.reports.tables import MEASURES
from hq.tables import posting
from tests.hq.reports.shop import BEN, CAMPAIGN, t46
from tests.hq.station import NOW_MS, enrol_station
from tests.hq.undoing import undo

ALL = Wanted(date(2017, 11, 1), date(2017, 11, 30))


@pytest.fixture
def shop(hq):
    return t46(hq)


def of_account(hq, account: str) -> int:
    """Add up an account of the ledger."""
    with hq.database.reading() as connection:
        amounts = select(func.coalesce(func.sum(posting.c.amount), 0)).where(posting.c.account == account)
        return int(connection.execute(amounts).scalar_one())


def test_t46_order_value_discount_averages_cards_and_points(hq, shop):
    """T46: three orders of 230.00 with 18.00 off, averages 90.00 and 50.00, a card of 100.00 with 70.00 left, and
    212 points issued, 100 spent, 20 expired, 92 open."""
    found = service.total(hq, ALL)
    assert (found.orders, found.value, found.discount) == (3, 23_000, 1_800)
    assert (found.average_with, found.average_without) == (9_000, 5_000)
    assert (found.sold, found.paid, service.holdings(hq, ALL)[1]) == (10_000, 3_000, 7_000)
    assert (found.issued, found.spent, found.expired, service.holdings(hq, ALL)[0]) == (212, 100, 20, 92)
    assert (found.redeemed, found.refused, found.points_other, found.cards_other) == (2, 0, 0, 0)


@pytest.mark.parametrize("measure", MEASURES)
def test_t46_the_parts_by_store_and_day_come_to_the_whole(hq, shop, measure):
    """T46: whatever it is filtered or grouped by, the parts sum to the same."""
    whole = getattr(service.total(hq, ALL), measure)
    stores = [service.total(hq, Wanted(ALL.since, ALL.until, store=store)) for store in ("S1", "S2", "")]
    assert sum(getattr(each, measure) for each in stores[:2]) == whole == getattr(stores[2], measure)
    days = [date(2017, 11, n) for n in range(1, 31)]
    assert sum(getattr(service.total(hq, Wanted(day, day)), measure) for day in days) == whole


@pytest.mark.parametrize(
    "measure", ["orders", "orders_with", "value", "value_with", "discount", "redeemed", "issued", "spent",
                "expired", "points", "paid"]
)  # fmt: skip
def test_t46_the_parts_by_segment_come_to_the_whole(hq, shop, measure):
    """T46: two segments that have all members between them have all of what members did."""
    station = enrol_station(hq, "S2")
    station.order("o4", ref=BEN)
    station.push()
    whole = getattr(service.total(hq, ALL), measure)
    parts = [service.total(hq, Wanted(ALL.since, ALL.until, segment=name)) for name in ("a", "b")]
    assert sum(getattr(each, measure) for each in parts) == whole
    assert whole != 0


@pytest.mark.parametrize("name", list(REPORTS))
def test_t46_the_rows_of_every_report_add_up_to_its_total(hq, shop, name):
    report = REPORTS[name]
    for by in report.by:
        made = service.make(hq, report, ALL, by)
        assert made.rows
        for n, column in enumerate(report.columns):
            if column.name not in {"orders", "value", "discount", "returned", "orders_with", "attempts", "redeemed",
                                   "refused", "issued", "spent", "expired", "points_other", "sold", "paid",
                                   "lapsed", "cards_other", "credited", "wallets_other"}:  # fmt: skip
                continue
            if by is By.CAMPAIGN and column.name in ("orders", "value"):
                continue  # an order with two campaigns is in both rows, one with none in neither
            parts = sum(row.values[n] for row in made.rows)
            if by is By.SEGMENT and column.name in ("sold", "lapsed"):
                assert parts == 0  # whoever puts money on a card need not be a member
            else:
                assert parts == made.total.values[n], (name, by, column.name)


def test_what_is_held_grows_with_time_and_ends_at_the_total(hq, shop):
    made = service.make(hq, REPORTS["points"], ALL, By.DAY)
    held = [row.values[-1] for row in made.rows]
    assert held == [90, 140, 92]
    assert made.total.values[-1] == 92
    later = service.make(hq, REPORTS["points"], Wanted(date(2017, 11, 8), date(2017, 11, 30)), By.STORE)
    assert {row.key: row.values[-1] for row in later.rows} == {"S1": 120, "S2": -28}
    assert later.total.values[-1] == 92


def test_figures_are_the_ledgers_own_sums(hq, shop):
    found = service.total(hq, ALL)
    assert found.issued == -of_account(hq, ISSUED)
    assert found.spent == of_account(hq, SPENT)
    assert found.expired == of_account(hq, EXPIRED)
    assert found.discount == of_account(hq, GIVEN)


def test_by_campaign_is_what_the_campaign_gave(hq, shop):
    (row,) = service.make(hq, REPORTS["order-value"], ALL, By.CAMPAIGN).rows
    assert (row.key, row.values[:3]) == (CAMPAIGN, (2, 18_000, 1_800))
    found = service.total(hq, Wanted(ALL.since, ALL.until, campaign=CAMPAIGN))
    assert (found.redeemed, found.discount, found.orders) == (2, 1_800, 2)


def test_weeks_and_months_hold_their_days(hq, shop):
    weeks = service.make(hq, REPORTS["order-value"], ALL, By.WEEK).rows
    assert [(row.key, row.values[0]) for row in weeks] == [("2017-11-06", 3)]
    (month,) = service.make(
        hq, REPORTS["order-value"], Wanted(date(2017, 11, 7), date(2018, 1, 5)), By.MONTH
    ).rows
    assert (month.key, month.since, month.until, month.values[0]) == (
        "2017-11-01", date(2017, 11, 7), date(2017, 11, 30), 2)  # fmt: skip


def test_a_void_takes_its_order_back_and_a_return_its_goods(hq, station):
    station.order("o1", amounts=(("TEA", 1_000), ("MILK", 500)))
    station.order("o2", amounts=(("TEA", 2_000), ("MILK", 600)))
    station.push()
    undo(station, "o1")
    undo(station, "o2", (2, 1_000))
    station.push(3)
    found = service.total(hq, ALL)
    assert (found.orders, found.orders_with, found.value, found.value_with) == (1, 1, 2_000, 2_000)
    assert (found.returned, found.discount) == (2_100, 200)
    assert found.discount == of_account(hq, GIVEN)
    assert found.issued == -of_account(hq, ISSUED)


def test_what_comes_later_for_a_day_that_was_reported_counts(hq, station):
    station.order("o1")
    station.push()
    assert service.total(hq, ALL).orders == 1
    station.order("o2", at_ms=NOW_MS - 3_600_000)
    station.push(2)
    assert service.total(hq, ALL).orders == 2


def test_midnight_is_the_programs(hq, station):
    """In New York the 6th of November ends at 05:00 UTC of the 7th."""
    midnight_ms = 1_510_030_800_000
    for n, at_ms in enumerate((midnight_ms - 1, midnight_ms)):
        station.order(f"o{n}", at_ms=at_ms)
    station.push()
    assert service.total(hq, Wanted(date(2017, 11, 6), date(2017, 11, 6))).orders == 1
    assert service.total(hq, Wanted(date(2017, 11, 7), date(2017, 11, 7))).orders == 1


def test_a_clock_that_is_far_off_loses_nothing(hq, station):
    for n, at_ms in enumerate((-(10**15), 0, 5 * 10**15)):
        station.order(f"o{n}", at_ms=NOW_MS)
        record = station.bodies.pop()
        station.append("order", {**orjson.loads(record)["data"], "t_eff": at_ms})
    station.push()
    whole = service.total(hq, Wanted(date(2000, 1, 1), date(2099, 12, 31)))
    assert whole.discount == of_account(hq, GIVEN)


def test_engaged_members_are_those_who_redeemed(hq, shop):
    station = enrol_station(hq, "S2")
    station.order("o4", ref=BEN)
    station.push()
    engaged, others = service.engaged(hq, ALL)
    assert (engaged.members, engaged.orders, engaged.value, engaged.redeemed) == (1, 3, 23_000, 2)
    assert (others.members, others.orders, others.value, others.redeemed) == (1, 1, 750, 0)


def test_periods_are_days_that_make_sense(hq):
    for since, until in (
        ("2017-11-09", "2017-11-08"),
        ("2017", None),
        ("1999-12-31", None),
        ("2001-01-01", None),
    ):
        with pytest.raises(Malformed):
            service.wanted_by(hq, SYSTEM, since=since, until=until)
    wanted = service.wanted_by(hq, SYSTEM)
    assert (wanted.until, (wanted.until - wanted.since).days) == (date(2017, 11, 6), 29)


def test_nothing_is_nothing(hq):
    assert service.total(hq, ALL) == Figures()
    for report in REPORTS.values():
        made = service.make(hq, report, ALL, By.DAY)
        assert (made.rows, set(made.total.values) <= {0, None}) == ((), True)
