"""Counters as a station knows them: by its lease, by what head office told last, and by what it did since."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.asking import Heard
from tests.builders import NOW_MS
from tests.station.rights import DAY_MS, Till, by_itself


@pytest.fixture
def tills(tmp_path: Path) -> Iterator[Any]:
    """Return what makes stations with one campaign."""
    made: list[Till] = []

    def make(offline: str = "always", **campaign: Any) -> Till:
        made.append(Till(tmp_path / f"t{len(made)}", by_itself(offline, **campaign)))
        return made[-1]

    yield make
    for till in made:
        till.store.close()


def discounts(till: Till, times: int, **more: Any) -> list[int]:
    found = []
    for _ in range(times):
        till.hand_in(**more)
        found.append(till.last("order")["discount"])
    return found


@pytest.mark.parametrize(
    ("key", "campaign", "told", "given"),
    [
        ("uses:coffee", {"limits": {"uses": 10}}, 8, 2),
        ("uses:coffee", {"budget": {"uses": 10}}, 8, 2),
        ("discount:coffee", {"budget": {"discount": 1_000}}, 850, 1),
        ("order_value:coffee", {"budget": {"order_value": 10_000}}, 9_000, 2),
    ],
)
def test_what_head_office_told_last_and_what_was_done_since(
    tills: Any, key: str, campaign: dict[str, Any], told: int, given: int
) -> None:
    till = tills(**campaign)
    assert discounts(till, 1) == [0], "nobody knows the number"
    till.counter(key, told, included_seq=till.store.journal.head().seq)
    assert discounts(till, given + 1) == [100] * given + [0]
    till.restart()
    assert discounts(till, 1) == [0]
    head = till.store.journal.head().seq
    till.counter(key, told, included_seq=head)  # HQ has heard of it, and something was given back elsewhere
    assert discounts(till, given + 1) == [100] * given + [0]


def test_a_stock_goes_down(tills: Any) -> None:
    till = tills(rules=[by_itself()["rules"][0] | {"has_stock": True}])
    till.counter("stock:coffee-1", 2)
    assert discounts(till, 3) == [100, 100, 0]
    assert till.store._db.execute("SELECT SUM(delta) FROM effect WHERE kind = 'stock_use'").fetchone() == (2,)


def test_old_numbers_are_no_lease(tills: Any) -> None:
    till = tills("lease", limits={"uses": 10})
    till.counter("uses:coffee", 1)
    assert discounts(till, 1) == [0]
    till.lease("uses:coffee", 1)
    assert discounts(till, 2) == [100, 0]
    assert dict(till.last("order").get("known", [])) == {}


def test_a_lease_stands_for_what_is_ours_though_all_else_is_used_up(tills: Any) -> None:
    till = tills("floor", limits={"uses": 10})
    till.counter("uses:coffee", 10)
    assert discounts(till, 1) == [0]
    till.lease("uses:coffee", 2)
    assert discounts(till, 3) == [100, 100, 0]


def test_of_a_lease_of_the_value_of_orders_each_order_takes_all_its_goods(tills: Any) -> None:
    till = tills("lease", budget={"order_value": 100_000})
    assert discounts(till, 1) == [0], "nobody knows"
    till.lease("order_value:coffee", 1_200)
    assert discounts(till, 3) == [100, 100, 0], "orders of 5.00 each, and 2.00 is left"
    assert till.last("order")["known"] == [["order_value:coffee", 99_800]]


def test_a_lease_that_is_over_stands_for_nothing(tills: Any) -> None:
    till = tills("floor", limits={"uses": 10})
    till.counter("uses:coffee", 10)
    till.lease("uses:coffee", 2, until_ms=NOW_MS)
    assert discounts(till, 1, member=till.member()) == [0]


def test_the_first_so_many_members_are_counted_once_each(tills: Any) -> None:
    till = tills(limits={"members": 3})
    till.counter("members:coffee", 1)
    first, second, third = (till.member(seed=seed, uses={}) for seed in (1, 2, 3))
    assert discounts(till, 3, member=first) == [100] * 3
    assert discounts(till, 1, member=second) == [100]
    assert discounts(till, 1, member=third) == [0]
    assert discounts(till, 1, member=first) == [100]
    known_at_hq = till.member(seed=4, uses={"coffee": {"2025-01-01": 1}})
    assert discounts(till, 1, member=known_at_hq) == [100]
    assert till.store._db.execute(
        "SELECT COUNT(*) FROM effect WHERE kind = 'campaign_member'"
    ).fetchone() == (2,)


@pytest.mark.parametrize(
    ("limit", "uses", "given"),
    [
        ({"at_most": 2}, {"coffee": {"2025-11-30": 1}, "tea": {"2026-01-05": 9}}, 1),
        ({"at_most": 2, "period": "month"}, {"coffee": {"2025-12-31": 9, "2026-01-01": 1}}, 1),
        ({"at_most": 1, "period": "day"}, {"coffee": {"2026-01-04": 1}}, 1),
        ({"at_most": 1, "period": "day"}, {"coffee": {"2026-01-05": 1}}, 0),
        ({"at_most": 1}, None, 0),
    ],
    ids=["for ever", "a month", "yesterday", "today", "an older HQ"],
)
def test_a_members_uses_are_counted_by_the_day(
    tills: Any, limit: dict[str, Any], uses: dict[str, Any] | None, given: int
) -> None:
    till = tills(limits={"member_uses": [limit]})
    member = till.member(uses=uses)
    assert discounts(till, given + 1, member=member) == [100] * given + [0]
    other = till.member(seed=2, uses={})
    assert discounts(till, 1, member=other) == [100]


def test_a_day_later_there_is_another_use(tills: Any) -> None:
    till = tills(limits={"member_uses": [{"at_most": 1, "period": "day"}]})
    member = till.member(uses={})
    assert discounts(till, 2, member=member) == [100, 0]
    till.clock.set_ms(NOW_MS + DAY_MS)
    till.restart()
    assert discounts(till, 2, member=member) == [100, 0]


def test_what_head_office_says_on_line_stands_with_what_it_has_not_heard(tills: Any) -> None:
    till = tills("never", limits={"uses": 10})
    told = Heard(granted={"coffee-1": "R1"}, known={"uses:coffee": 8})
    assert discounts(till, 3, heard=told) == [100, 100, 0]
    till.ack()
    assert discounts(till, 1, heard=told) == [100]
