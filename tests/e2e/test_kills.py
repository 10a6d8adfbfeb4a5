"""Station and HQ as processes, killed with SIGKILL at random moments: nothing acknowledged is lost, nothing doubled."""

import random
import threading
from collections.abc import Iterator

import pytest

from tests.rig.audit import audit
from tests.rig.processes import HqProcess, StationProcess, World, an_order, eventually, was_killed

KILLS = pytest.mark.parametrize(  # and how many of them between BEGIN and COMMIT, by fail points
    ("kills", "kills_inside"), [(6, 3), pytest.param(20, 6, marks=pytest.mark.slow)]
)
ORDERS_A_ROUND = 40


@KILLS
def test_a_station_killed_while_redeeming_loses_and_doubles_nothing(
    enrolled: World, station: StationProcess, kills: int, kills_inside: int
):
    assert station.close() == 0
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    answered: list[str] = []
    order_ids = _order_ids()
    unanswered = ""
    inside = 0
    for number in range(kills):
        is_inside = number < kills_inside
        # Scans, orders and acknowledgements all commit, so the passing is drawn from those of a few orders.
        fail_points = f"before_commit:{chance.randrange(3, 25)}" if is_inside else ""
        station = StationProcess(enrolled, fail_points=fail_points)
        if not is_inside:
            threading.Timer(chance.uniform(0.0, 0.25), station.process.kill).start()
        unanswered = _redeem_until_dead(station, enrolled, answered, order_ids, unanswered)
        status = station.wait_dead()
        assert was_killed(status)
        inside += is_inside
    assert inside == kills_inside
    station = StationProcess(enrolled)
    if unanswered:
        assert station.ask(an_order(unanswered))["answer"] in ("approved", "approved_queued")
        answered.append(unanswered)
    eventually(lambda: station.ask({"sync": True})["waiting"] == 0, within_s=30)
    assert station.close() == 0
    found = audit(enrolled, answered=answered)
    assert len(found.orders) >= kills, "there was something to lose"


@KILLS
def test_an_hq_killed_while_receiving_loses_and_doubles_nothing(
    enrolled: World, hq: HqProcess, station: StationProcess, kills: int, kills_inside: int
):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    answered: list[str] = []
    order_ids = _order_ids()
    port, current = hq.port, hq
    current.kill()
    for number in range(kills):
        is_inside = number < kills_inside
        point = chance.choice(["hq_mid_tx", "hq_before_commit"])
        current = HqProcess(
            enrolled, port=port, fail_points=f"{point}:{chance.randrange(1, 4)}" if is_inside else ""
        )
        if not is_inside:
            threading.Timer(chance.uniform(0.0, 0.2), current.process.kill).start()
        while current.process.poll() is None:
            answered.append(_redeem(station, enrolled, next(order_ids)))
            station.ask({"sync": True})
        current.process.stdout.close()
        assert was_killed(current.process.wait())
    current = HqProcess(enrolled, port=port)
    eventually(lambda: station.ask({"sync": True})["waiting"] == 0, within_s=30)
    assert station.close() == 0
    current.stop()
    assert set(audit(enrolled, answered=answered).orders) == set(answered)


def _order_ids() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"O-{number}"


def _redeem(station: StationProcess, world: World, order_id: str) -> str:
    for line in (world.member_code, world.voucher):
        assert station.ask(line)["answer"] in ("member", "voucher")
    answer = station.ask(an_order(order_id))
    assert answer["answer"] in ("approved", "approved_queued")
    assert answer["discount"] == 100
    return order_id


def _redeem_until_dead(
    station: StationProcess, world: World, answered: list[str], order_ids: Iterator[str], unanswered: str
) -> str:
    """Redeem order after order, first the one whose answer nobody saw. Returns the one that death cut off."""
    for order_id in [unanswered] * bool(unanswered) + [next(order_ids) for _ in range(ORDERS_A_ROUND)]:
        if station.ask(world.member_code) is None or station.ask(world.voucher) is None:
            return order_id
        answer = station.ask(an_order(order_id))
        if answer is None:
            return order_id
        assert answer["answer"] in ("approved", "approved_queued"), answer
        answered.append(order_id)
    station.kill()
    return ""
