"""A campaign of so many gifts, and shops that are cut off: leases never give more, and refuse nothing they cover."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.core.entry import ORDER
from app.core.limits import uses_key
from tests.rig.books import books, entries, uses
from tests.rig.company import Company, Station, make_template
from tests.rig.offers import are_back, gives, offer, opened, publish
from tests.rig.proxy import Proxy

GIFT, CAMPAIGN = 100, "campaign-gift"
SCOPE = uses_key(CAMPAIGN)


@pytest.fixture
def twenty_shops(tmp_path: Path) -> Iterator[Company]:
    with ExitStack() as stack:
        lines = [stack.enter_context(Proxy()) for _ in range(20)]
        template = make_template(tmp_path / "template", lines, [f"S{n}" for n in range(1, 21)])
        made = Company(template, tmp_path / "shops", lines)
        yield made
        made.close()


def test_twenty_gifts_and_four_shops(shops: Company) -> None:
    the_campaign(shops, gifts=20)


@pytest.mark.slow
def test_a_hundred_gifts_and_twenty_shops(twenty_shops: Company) -> None:
    the_campaign(twenty_shops, gifts=100)


def the_campaign(shops: Company, *, gifts: int) -> None:
    """All but one are cut off and give what they hold; that one gives what nobody holds, the last tenth too."""
    publish(shops, offer("gift", "lease", trigger="automatic", limits={"uses": gifts}))
    on_line, *cut_off = opened(shops, len(shops.stations))
    held = {station.device_id: left(station) for station in shops.stations}
    assert all(held.values()) and sum(held.values()) <= gifts * 9 // 10
    assert books(shops).leased == {SCOPE: sum(held.values())}
    for station in cut_off:
        station.is_cut_off()
    here = gives(on_line)
    assert here == gifts - sum(held[each.device_id] for each in cut_off), (
        "all that isn't set aside for others"
    )
    for station, given in at_once(cut_off, gives):
        assert given == held[station.device_id] and left(station) == 0, "what is covered, and no more"
    are_back(*cut_off, on_line)
    for _, given in at_once(shops.stations, gives):
        assert given == 0, "nothing is left, on line or off"
    for station in shops.stations:
        station.drains()
    found = books(shops)
    assert found.given[SCOPE] == gifts and sum(found.leased.values()) == 0
    assert (found.reserved, found.cases, found.exceptions) == ({}, [], {})
    assert found.accounts["discounts-given", "EUR"] == gifts * GIFT
    assert {each.happened for each in found.exposures.values()} == {0}
    shops.close()
    assert sum(uses(station)[CAMPAIGN] for station in shops.stations) == gifts
    for station in cut_off:
        by = [each["auth"]["kind"] for order in entries(station, ORDER) for each in order.data["campaigns"]]
        assert by == ["lease"] * held[station.device_id]


def left(station: Station) -> int:
    """Return what it may still give by its leases."""
    return sum(each["left"] for each in station.status()["leases"])


def at_once(stations: Sequence[Station], work: Callable[[Station], int]) -> Iterator[tuple[Station, int]]:
    with ThreadPoolExecutor(len(stations)) as threads:
        yield from zip(stations, threads.map(work, stations), strict=True)
