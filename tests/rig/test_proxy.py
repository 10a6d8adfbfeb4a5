"""The proxy spoils what it is told to and nothing else, seen from both ends."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from sync.faults import HqUnreachable
from tests.rig.processes import eventually
from tests.rig.proxy import HOST, Proxy, Way
from tests.rig.ways import CutDown, CutUp, HalfOpen, Hold, Reset, Says, Slow, Twice, login_page
from tests.sync.scripted import SHORT, SLACK_S, Scripted, answer, asking

HEALTH = b'{"ok": true, "hq_incarnation": "i", "time_ms": 5}'
SPOILED = {
    "half-open": (HalfOpen(), 0),
    "reset": (Reset(), 0),
    "cut up at once": (CutUp(0), 0),
    "cut up within the request": (CutUp(40), 0),
    "cut down before the answer": (CutDown(0), 1),
    "cut down within the answer": (CutDown(120), 1),
    "reset in the place of the answer": (CutDown(0, was_reset=True), 1),
    "slow": (Slow(100), None),
    "login page": (Says(login_page()), 0),
    "redirect": (Says(login_page("302 Found", "Location: http://example.org/")), 0),
}


@pytest.fixture
def hq() -> Iterator[Scripted]:
    with Scripted(answer(200, HEALTH)) as server:
        yield server


@pytest.fixture
def line(hq: Scripted) -> Iterator[Proxy]:
    with Proxy() as proxy:
        proxy.leads_to(int(hq.url.rpartition(":")[2]))
        yield proxy


def heard(hq: Scripted) -> int:
    """Count the requests that reached HQ whole."""
    return len([head for head in hq.requests if head.endswith(b"\r\n\r\n")])


def is_healthy(line: Proxy) -> bool:
    with asking(line.url) as asked:
        return asked.health().time_ms == 5


@pytest.mark.parametrize("name", SPOILED)
def test_a_way_spoils_the_line_until_it_is_healed(line: Proxy, hq: Scripted, name: str) -> None:
    assert is_healthy(line)
    way, requests = SPOILED[name]
    line.set(way)
    began = time.monotonic()
    with pytest.raises(HqUnreachable):
        is_healthy(line)
    assert time.monotonic() - began < SHORT.total_s + SLACK_S
    line.heal()
    assert is_healthy(line)
    assert requests is None or heard(hq) == 2 + requests


def test_who_is_refused_knows_at_once_and_the_port_is_kept(line: Proxy, hq: Scripted) -> None:
    line.refuse()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, line.port), SHORT.connect_s)
    line.heal()
    assert is_healthy(line)


def test_a_black_hole_answers_nobody(line: Proxy, hq: Scripted) -> None:
    line.blackhole()
    with pytest.raises(TimeoutError):
        socket.create_connection((HOST, line.port), SHORT.connect_s)
    line.heal()
    assert is_healthy(line)
    assert heard(hq) == 1


def test_a_request_is_sent_twice(line: Proxy, hq: Scripted) -> None:
    way = Twice()
    line.set(way)
    assert is_healthy(line)
    assert (way.requests, heard(hq), len(way.answers)) == (1, 2, 2)


def test_an_answer_is_held_until_it_is_let_go(line: Proxy, hq: Scripted) -> None:
    way = Hold()
    line.set(way)
    told: list[bool] = []
    asking_on = threading.Thread(target=lambda: told.append(is_healthy(line)))
    asking_on.start()
    assert way.answered.wait(SLACK_S)
    assert not told and heard(hq) == 1
    way.released.set()
    asking_on.join()
    assert told == [True]


def test_setting_a_way_cuts_the_connections_there_are(line: Proxy, hq: Scripted) -> None:
    with socket.create_connection((HOST, line.port), 1) as caller:
        eventually(lambda: line.connections == 1, within_s=SLACK_S, every_s=0.005)
        line.set(Way())
        assert caller.recv(1) == b""
