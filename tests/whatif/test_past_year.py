"""The shopping year as past orders: the figures that the demo's stations record, and lines that name their products."""

import pytest

from app.demo.journey import Selection, load
from app.demo.journey_files import package_folder, read_products
from app.demo.past_year import PastYear
from app.whatif.recorded import Recorded
from app.whatif.replay import what_if

pytest.importorskip("pyarrow", reason="the demo's extra is not installed")


@pytest.fixture(scope="module")
def year() -> PastYear:
    return PastYear(load(Selection()), read_products(package_folder()))


@pytest.fixture(scope="module")
def past(year: PastYear) -> list[Recorded]:
    return list(year.orders())


def test_what_was_redeemed_is_what_the_demo_records(past: list[Recorded]) -> None:
    """The figures with which `./tillside demo` ends."""
    assert len(past) == 4422
    assert sum(len(then.order.lines) for then in past) == 40331
    assert sum(len(then.presented) for then in past) == 131
    given = [outcome for then in past for outcome in then.given]
    assert len(given) == 113
    assert {outcome.campaign_id for outcome in given} == {"13"}
    assert sum(then.discount for then in past) == sum(outcome.discount for outcome in given) == 11238
    assert sum(then.points for then in past) == 136142


def test_the_demos_own_program_gives_what_it_gave(past: list[Recorded], year: PastYear) -> None:
    found = what_if(year.program, past)
    assert found.after == found.before
    assert all(row.would == row.really for row in found.campaigns.values())
    assert found.campaigns["13"].would.times == 113
    assert [why.count for why in found.campaigns["13"].refusals] == [18]


def test_points_are_there_with_the_next_order(past: list[Recorded]) -> None:
    balances: dict[str, int] = {}
    for then in past:
        assert then.member is not None
        assert then.member.balance == balances.get(then.member.ref, 0)
        balances[then.member.ref] = then.member.balance + then.points
    assert sum(balances.values()) == 136142


def test_lines_name_categories_and_brand(past: list[Recorded], year: PastYear) -> None:
    brands = {line.brand for then in past for line in then.order.lines}
    assert brands >= {"National", "Private"}
    categories = {category for then in past for line in then.order.lines for category in line.categories}
    assert categories >= {"GROCERY", "YOGURT", "SOFT DRINKS"}
    assert all(None not in product.categories for product in year.products.values())
    distinct = {id(product) for product in year.products.values()}
    assert len(distinct) < len(year.products) / 10, "products share what is said of many"


def test_orders_come_by_time_and_can_be_read_again(past: list[Recorded], year: PastYear) -> None:
    times = [then.order.at_ms for then in past]
    assert times == sorted(times)
    assert next(year.orders()) == past[0]
