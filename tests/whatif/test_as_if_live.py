"""A draft played as if it were live: what holds of it all the same, and what it is too late or too early for."""

import gc
from collections.abc import Iterator

import pytest

from app.core.program import Program
from app.whatif.recorded import Recorded
from app.whatif.replay import DraftUnfit, what_if
from tests.core.facts import (
    automatic,
    campaign,
    line,
    percent_off,
    program,
)
from tests.whatif.past import played, really, sale

TEN_OFF = campaign("ten", automatic("ten-1", percent_off(1000)))
COFFEE = (line(1, "espresso", 500),)


@pytest.mark.parametrize(
    "changed",
    [{"life": {"stage": "draft"}}, {"expires_ms": 1}, {"expires_ms": 1, "life": {"stage": "draft"}}],
)
def test_a_draft_is_played_as_if_it_were_live(changed: dict[str, object]) -> None:
    assert played(TEN_OFF, **changed).after.discount == 100


def test_a_paused_program_gives_nothing() -> None:
    assert played(TEN_OFF, life={"stage": "paused"}).after.discount == 0


def test_head_office_counts_as_reached() -> None:
    assert played({**TEN_OFF, "offline": "never"}).after.discount == 100


def test_dates_count_unless_they_are_ignored() -> None:
    next_year = {**TEN_OFF, "starts_on": "2018-06-01", "ends_on": "2018-06-30"}
    assert played(next_year).after.discount == 0
    assert played(next_year, ignore_dates=True).after.discount == 100
    closed = {"stage": "live", "earn_until": "2017-01-01", "spend_until": "2017-01-01"}
    assert played(next_year, life=closed).after.points == 0
    found = played(next_year, life=closed, ignore_dates=True)
    assert (found.after.points, found.after.discount) == (9, 100)


def test_stops_of_members_hold_and_those_of_campaigns_do_not() -> None:
    stops = {"campaign:ten": 100, "rule:ten-1": 100, "program": 100, "member:M1": 0}
    for stop, discount in stops.items():
        assert played(TEN_OFF, sales=[sale(stopped=frozenset({stop}))]).after.discount == discount


def test_amounts_of_another_currency_are_not_added_up() -> None:
    with pytest.raises(DraftUnfit, match=r"counts in EUR, and order o-1 was paid in USD"):
        played(TEN_OFF, currency="EUR")


def test_orders_are_let_go_one_after_the_other() -> None:
    alive: list[int] = []

    def watched(orders: Iterator[Recorded]) -> Iterator[Recorded]:
        for order in orders:
            yield order
            alive.append(sum(isinstance(each, Recorded) for each in gc.get_objects()))

    plan: Program = program(TEN_OFF)
    assert what_if(plan, watched(really([sale()] * 5))).orders == 5
    assert max(alive) <= min(alive)
