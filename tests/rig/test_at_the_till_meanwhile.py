"""Whatever the line does, nobody at the till waits for it."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from tests.rig.audit import audit
from tests.rig.company import Company, Station
from tests.rig.processes import StationProcess, eventually
from tests.rig.proxy import Proxy
from tests.rig.ways import HalfOpen, Slow

DECISION_S = 2.0
FLAPS = 40
BAD_LINES: dict[str, Callable[[Proxy], None]] = {
    "takes calls and says nothing": lambda line: line.set(HalfOpen()),
    "swallows calls": Proxy.blackhole,
    "a byte a second": lambda line: line.set(Slow(1)),
}
FIRST, *OTHERS = BAD_LINES


@pytest.fixture
def station(company: Company) -> Station:
    first = company.first
    first.start()
    first.drains()
    return first


def sells_in_time(station: Station, order_id: str) -> None:
    began = time.monotonic()
    assert station.sells(order_id, station.world.voucher)["discount"] == 100
    assert time.monotonic() - began < DECISION_S


@pytest.mark.parametrize("name", [FIRST, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_no_line_is_waited_for(company: Company, station: Station, name: str) -> None:
    """The second order is handed in while the sync that the first one woke hangs in the line."""
    BAD_LINES[name](station.line)
    for number in range(3):
        sells_in_time(station, f"O-{number}")
    assert station.status()["waiting"] == 6
    station.line.heal()
    station.drains()
    company.close()
    audit(station.world, answered=["O-0", "O-1", "O-2"])


@pytest.mark.slow
def test_a_line_that_comes_and_goes_doubles_nothing_and_holds_nobody_up(
    company: Company, station: Station
) -> None:
    def flap() -> None:
        for number in range(FLAPS):
            station.line.refuse() if number % 2 else station.line.heal()
            ended.wait(0.03)

    ended = threading.Event()
    flapping = threading.Thread(target=flap)
    flapping.start()
    sold = 0
    while flapping.is_alive():
        sells_in_time(station, f"O-{sold}")
        sold += 1
    flapping.join()
    station.line.heal()
    sells_in_time(station, f"O-{sold}")  # which wakes it; nobody tells it to sync
    eventually(lambda: station.status()["waiting"] == 0, within_s=30)
    company.close()
    assert (
        len(audit(station.world, answered=[f"O-{number}" for number in range(sold + 1)]).orders) == sold + 1
    )


@pytest.mark.slow
def test_a_frozen_station_still_has_its_store(company: Company, station: Station) -> None:
    """Stopped in mid-air it holds the lock as ever: a second program is turned away and the first goes on."""
    pid = station.process.process.pid
    os.kill(pid, signal.SIGSTOP)
    second = StationProcess(station.world)
    assert (second.first["answer"], second.first["reason"]) == ("stopped", "store_busy")
    second.close()
    os.kill(pid, signal.SIGCONT)
    sells_in_time(station, "O-1")
    station.drains()
    company.close()
    audit(station.world, answered=["O-1"])
