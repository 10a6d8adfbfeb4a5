"""Who may give what when nobody answers, in small worlds of their own: limits a member, the first members, a stock."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.core.canonical import canonical
from app.core.order import Line
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.identify import identify
from app.station.redeem import AtTill, OrderIn, hand_in, to_ask
from hq.authority.stocks import set_left
from hq.campaigns.service import publish_program
from hq.journal.desk import close_case, list_cases
from tests.sim import program
from tests.sim.furniture import Shopper, furnished, new_shopper
from tests.sim.program import REWARD_COSTS
from tests.sim.report import inhabited
from tests.sim.station import Station
from tests.sim.world import World

OFFER = "offer-1"
YES = "yes"
SYNCED_EVERY = (
    10  # orders: head office promises a place to no more than 20 of one station that it hasn't heard of
)
CAPS = {
    "spends_max": 500,
    "value_max": 100_000,
}  # what a station gives before HQ hears of it: enough for 500 places


@contextmanager
def a_world(
    stations: int, *, members: int = 4, left: int | None = None, cost_points: int = 0, **campaign
) -> Iterator[World]:
    """A world whose stations know of one offer, and of as many members as somebody may be."""
    with furnished(stations) as furniture, inhabited(1, furniture) as world:
        world.begin()
        publish_program(world.hq, _body(rule_of(left, cost_points), **campaign))
        world.auditor.people.bounds.caps(**CAPS)
        if left is not None:
            set_left(world.hq, OFFER, left)
        world.shoppers = [new_shopper(world.hq, 100 + n, world.stores) for n in range(members)]
        everybody_syncs(world)
        yield world


def rule_of(left: int | None, cost_points: int) -> program.Record:
    more = ({} if left is None else {"has_stock": True}) | (
        {"cost_points": cost_points} if cost_points else {}
    )
    return program._rule(OFFER, "choice", program._amount_off(100), **more)


def _body(offer: program.Record, **campaign) -> bytes:
    body = json.loads(program.program_body(2))
    floors = {"A2": {"value": 250, "times": 2, "stale_hours": 72}}
    body["authority"] |= {"floors": floors} | CAPS
    return canonical(body | {"campaigns": [program._campaign("offer", offer, **campaign)]})


def everybody_syncs(world: World) -> None:
    """Let all hear of what the others did, and get the leases that they should hold."""
    for _ in range(2):
        for station in world.running:
            world.sync_calmly(station)
        world.true.set_ms(world.true.now_ms() + program.DAY_MS // 24)


def cut_off(world: World) -> None:
    for station in world.running:
        station.line.is_up = False


def wants(station: Station, shopper: Shopper) -> str:
    """Let a member want the offer; return `YES`, or the reason why not."""
    order = OrderIn(new_id(), (Line(1, "cake", 1, 420),))
    station.world.people.shows(station, order.order_id, shopper.texts[0], shopper.ref)
    seen = identify(station.store, shopper.texts[0])
    shown = Presentation(new_id(), picked(OFFER), seen.level)
    at_till = AtTill(seen, (shown,), "online" if station.line.is_up else "offline")
    asking = to_ask(station.store, order, at_till)
    if asking is not None:
        at_till = AtTill(seen, (shown,), at_till.link, heard=station.authoriser.ask(asking))
    (outcome,) = hand_in(station.store, order, at_till).presented
    station.world.witness.journal(station)
    return YES if outcome.is_approved else outcome.refusals[0].reason.code


def buys(station: Station, shopper: Shopper, amount: int) -> None:
    """Let a member buy something and collect points."""
    order = OrderIn(new_id(), (Line(1, "cake", 1, amount),))
    station.world.people.shows(station, order.order_id, shopper.texts[0], shopper.ref)
    hand_in(station.store, order, AtTill(identify(station.store, shopper.texts[0]), (), "online"))
    station.world.witness.journal(station)


def points_of(station: Station, shopper: Shopper) -> int:
    return identify(station.store, shopper.texts[0]).member.balance


def flags_of(world: World) -> list[str]:
    return [flag for case in list_cases(world.hq) for flag in case.flags]


def test_who_used_an_offer_that_each_may_use_once_is_refused_and_cut_off_stations_give_it_once_each() -> None:
    """ACCEPTANCE's T37."""
    once = {"member_uses": [{"at_most": 1}]}
    with a_world(2, offline="floor", limits=once) as world:
        here, there = world.running
        ada, ben = world.shoppers[:2]
        assert [wants(here, ada), wants(here, ada)] == [YES, "limit_per_member_reached"]
        everybody_syncs(world)
        assert wants(there, ada) == "limit_per_member_reached"
        cut_off(world)
        assert [wants(each, ben) for each in (here, there, here, there)] == [
            YES,
            YES,
            "limit_per_member_reached",
            "limit_per_member_reached",
        ]
        everybody_syncs(world)
        assert flags_of(world) == ["OVERSPENT"]
        assert world.auditor.memory.violations == []
        rules = world.auditor.known.newest
        assert 0 < world.auditor.of_rights()["overspend_floor"] <= 2 * rules.member_bound


@pytest.mark.parametrize("places", [12, pytest.param(500, marks=pytest.mark.slow)])
def test_the_last_of_the_first_members_has_a_place_and_the_next_has_none(places) -> None:
    """ACCEPTANCE's T38, on line."""
    with a_world(1, members=places + 1, offline="never", limits={"members": places}) as world:
        (station,) = world.running
        said = []
        for number, shopper in enumerate(world.shoppers, start=1):
            said.append(wants(station, shopper))
            if number % SYNCED_EVERY == 0:
                world.sync_calmly(station)
        assert said == [YES] * places + ["limit_members_reached"]
        everybody_syncs(world)
        assert wants(station, world.shoppers[0]) == YES, "who was counted before takes no second place"
        assert world.auditor.memory.violations == []


@pytest.mark.parametrize(
    ("places", "wishes", "stations"), [(20, 24, 4), pytest.param(500, 600, 20, marks=pytest.mark.slow)]
)
def test_cut_off_stations_give_no_more_places_than_there_are(places, wishes, stations) -> None:
    """ACCEPTANCE's T38, with every station cut off."""
    with a_world(stations, members=wishes, offline="lease", limits={"members": places}) as world:
        cut_off(world)
        said = Counter(
            wants(world.running[n % stations], shopper) for n, shopper in enumerate(world.shoppers)
        )
        assert 0 < said[YES] <= places
        everybody_syncs(world)
        assert flags_of(world) == []
        assert world.auditor.memory.violations == []


@pytest.mark.parametrize("left", [1, 2])
def test_the_last_rewards_in_stock_lie_with_one_cut_off_station_and_the_others_say_only_online(left) -> None:
    """ACCEPTANCE's T54, its first half."""
    with a_world(2, left=left, offline="lease") as world:
        cut_off(world)
        said = sorted(wants(each, world.shoppers[0]) for each in world.running)
        assert said == ["online_only", YES] if left == 1 else [YES, YES]
        everybody_syncs(world)
        here, there = world.running
        assert wants(here, world.shoppers[1]) == wants(there, world.shoppers[2]) == "out_of_stock"
        assert flags_of(world) == []
        assert world.auditor.memory.violations == []


def test_who_was_promised_what_had_run_out_gets_the_points_back() -> None:
    """ACCEPTANCE's T54, its second half: two floor limits gave the last reward, and a person at HQ makes it good."""
    with a_world(2, left=1, offline="floor", cost_points=REWARD_COSTS) as world:
        here, there = world.running
        ada, ben = world.shoppers[:2]
        for shopper in (ada, ben):
            buys(here, shopper, 100_00)
        everybody_syncs(world)
        cut_off(world)
        assert [wants(here, ada), wants(there, ben)] == [YES, YES]
        everybody_syncs(world)
        (case,) = list_cases(world.hq)
        assert case.flags == ("OVERSPENT",)
        late = ada if case.device == here.store.device.device_id else ben
        before = points_of(here, late)
        close_case(world.hq, case.case_id, who="manager", note="run out", points=REWARD_COSTS)
        everybody_syncs(world)
        assert points_of(here, late) == points_of(there, late) == before + REWARD_COSTS
