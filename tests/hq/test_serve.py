"""HQ as a process: it says where it listens, stops when told, and a kill in the middle of a push loses nothing."""

import signal
from contextlib import contextmanager

import pytest
import requests

from hq.figures import figures, heads
from hq.home import open_hq
from sync.client import DeviceSigner, HttpHq
from sync.faults import HqUnreachable
from sync.line import Line
from tests.hq.station import NOW_MS, enrol_station
from tests.rig.processes import launch


@pytest.fixture(autouse=True)
def _warm(warm_starts):
    """Let HQ be forked from what is warm."""


@contextmanager
def process(folder, fail_points=""):
    """HQ on a port of its own; yields the process and the address it announced."""
    words = ["hq", "serve", "--dir", str(folder), "--port", "0", "--demo-clock", str(NOW_MS)]
    running = launch(words, fail_points=fail_points)
    try:
        line = running.stdout.readline()
        assert line.startswith("Tillside HQ is listening on http://127.0.0.1:")
        assert "demo" in line
        yield running, line.split()[5]
    finally:
        running.terminate()
        running.wait(timeout=20)
        running.stdout.close()


def speaking(url, station, clock):
    signer = DeviceSigner(device_id=station.owner.device_id, epoch=1, key=station.key, clock=clock)
    return HttpHq(Line(url), signer)


def test_it_answers_at_once_and_stops_when_told(folder):
    with process(folder) as (running, url):
        assert requests.get(f"{url}/v1/health", timeout=10).json()["ok"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0
    # A backup of the file alone would lack what the other holds, and a file put back beside it would be mixed with it.
    assert not list(folder.glob("hq.db-*"))


@pytest.mark.parametrize(
    ("fail_point", "stored"),
    [("hq_mid_tx:2", 2), ("hq_before_commit:2", 2), ("hq_after_commit:2", 4)],
)
def test_killed_while_receiving_it_has_all_of_a_batch_or_nothing(
    folder, hq, station, clock, fail_point, stored
):
    for n in range(4):
        station.order(f"o{n}")
    with process(folder, fail_point) as (running, url):
        wire = speaking(url, station, clock)
        wire.push(station.request(1, 2))
        with pytest.raises(HqUnreachable):
            wire.push(station.request(3, 4))
        assert running.wait(timeout=20) == -signal.SIGKILL
        wire.close()
    assert heads(hq.database)[station.owner.device_id].entries == stored
    with process(folder) as (_, url):
        wire = speaking(url, station, clock)
        answer = wire.push(station.request(3, 4))
        wire.close()
    assert [result.verdict for result in answer.results] == ["posted", "posted"]
    assert figures(hq.database).orders == 4
    assert figures(hq.database).points_earned == 28


def test_two_processes_may_write(folder, hq, clock):
    here, there = enrol_station(hq, "S1"), enrol_station(hq, "S2")
    for n in range(20):
        here.order(f"o{n}")
        there.order(f"o{n}")
    other = open_hq(folder, clock=clock)
    with process(folder) as (_, url):
        wire = speaking(url, there, clock)
        for n in range(1, 21):
            here.push(n, n)
            wire.push(there.request(n, n))
        wire.close()
    other.close()
    assert figures(hq.database).orders == 40
