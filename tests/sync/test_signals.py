"""T48's signal at the till: what head office says of the world is so at its stations, cut off or not."""

import pytest

from app.station.redeem import hand_in
from hq.access.actor import Actor
from hq.benefits.outside import end_signal, set_signal
from hq.campaigns.service import publish_program
from hq.faults import NotHere
from tests.builders import NOW_MS, a_campaign, a_program, an_order, at_till

RAIN = {
    "id": "rain",
    "name": "A tenth off while it rains",
    "trigger": "automatic",
    "priority": 0,
    "effect": {"kind": "percent_off", "target": "order", "basis_points": 1000},
    "condition": {"fact": "signal", "name": "rain", "op": "is", "value": "true"},
}
HOUR_MS = 3_600_000
WEATHER = Actor("key:weather", None, frozenset())


@pytest.fixture(params=["world", "web_world", "postgres_world"], ids=["service", "server", "postgresql"])
def rainy(request):
    made = request.getfixturevalue(request.param)
    publish_program(
        made.hq, a_program(version=2, campaigns=[a_campaign(id="rain", rules=[RAIN])]), is_meant=True
    )
    return made


def sold(shop, order_id: str) -> int:
    """Sell something at 5.00 and return what was taken off."""
    return hand_in(shop.store, an_order(order_id, ("coffee", 500)), at_till()).discount


def test_t48_it_rains_at_the_stations_of_a_region_until_it_does_not(rainy) -> None:
    here, there = rainy.shop("s-1").synced(), rainy.shop("s-2").synced()
    set_signal(rainy.hq, WEATHER, "rain", "true", stores=["s-1"])
    assert sold(here, "before") == 0, "not heard of yet"
    here.synced()
    there.synced()
    assert (sold(here, "wet"), sold(there, "dry")) == (50, 0)
    assert sold(rainy.shop("s-1").synced(), "new") == 50, "a station that comes new has it from its snapshot"
    end_signal(rainy.hq, WEATHER, "rain")
    here.synced()
    assert sold(here, "over") == 0
    here.synced()
    there.synced()
    said = [word for shop in (here, there) for _, word in shop.verdicts()]
    assert said == ["posted"] * 4, "head office decides by what the entry says was so"
    with pytest.raises(NotHere):
        end_signal(rainy.hq, WEATHER, "rain")


def test_t48_a_station_that_is_cut_off_lets_a_signal_end_at_its_time(world) -> None:
    publish_program(
        world.hq, a_program(version=2, campaigns=[a_campaign(id="rain", rules=[RAIN])]), is_meant=True
    )
    set_signal(world.hq, WEATHER, "rain", "true")
    set_signal(world.hq, WEATHER, "rain", "false", stores=["s-1"], until_ms=NOW_MS + HOUR_MS)
    set_signal(world.hq, WEATHER, "heat", "true")
    here, there = world.shop("s-1").synced(), world.shop("s-2").synced()
    assert (sold(here, "a"), sold(there, "b")) == (0, 50), "a store's own word stands above that for all"
    world.clock.set_ms(NOW_MS + HOUR_MS)
    assert sold(here, "c") == 50
    recorded = here.store.journal.entry_at(here.store.journal.head().seq)
    assert recorded.data["signals"] == {"rain": "true"}, "and of what no rule asks nothing is recorded"
