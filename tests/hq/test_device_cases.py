"""Cases about a device: one at a time, of head office, closed by people and not opened again at once."""

import pytest
from msgspec import structs

from app.core.standing import Standing
from hq import faults
from hq.journal.desk import close_case, entry_of, list_cases, post_case
from hq.stores.devices import revoke
from sync.protocol import PushAnswer, PushRefusalKind
from tests.databases import on
from tests.hq.station import NOW_MS
from tests.hq.test_cases_commands import command
from tests.hq.test_devices import FORK, REVOKED, again, forked, refused, sells

HOURS_23, HOURS_25 = 23 * 3_600_000, 25 * 3_600_000
__all__ = ["command"]  # the fixture


def told(hq) -> list[tuple[str, str, int, int]]:
    return [(each.owner, *each.flags, each.epoch, each.seq) for each in list_cases(hq)]


def test_a_device_with_two_histories_is_a_case_until_somebody_closes_it(hq, station, clock):
    twin = forked(hq, station)
    refused(sells(station, "o4").push(4), FORK)
    refused(sells(twin, "t5").push(5), FORK)
    (found,) = list_cases(hq)
    assert told(hq) == [("head office", "FORKED", 1, 0)]
    assert (found.device, found.store, found.verdict, entry_of(hq, found)) == (
        station.owner.device_id, "S1", "", b"",
    )  # fmt: skip
    with pytest.raises(faults.NotPossible, match="about a device"):
        post_case(hq, found.case_id, who="test")
    with pytest.raises(faults.NotPossible, match="no member"):
        close_case(hq, found.case_id, who="test", points=5)
    close_case(hq, found.case_id, who="test", note="the copy is switched off")
    clock.set_ms(NOW_MS + HOURS_23)
    refused(station.push(4), FORK)
    assert told(hq) == []
    clock.set_ms(NOW_MS + HOURS_25)
    refused(station.push(4), FORK)
    assert told(hq) == [("head office", "FORKED", 1, 0)]  # nobody did anything about it
    assert isinstance(sells(again(hq, station), "p1").push(), PushAnswer)
    assert told(hq) == [("head office", "FORKED", 1, 0)]  # closed by people alone


@on("sqlite")
def test_records_that_do_not_hold_are_a_case(hq, station):
    request = sells(station, "o1", "o2").request()
    broken = structs.replace(request, entries=request.entries[::-1])
    for _ in range(2):
        refused(station.session.push(broken), PushRefusalKind.CHAIN)
    assert told(hq) == [("head office", "CHAIN_BROKEN", 1, 0)]


@on("sqlite")
@pytest.mark.parametrize("standing", Standing)
def test_a_station_that_says_how_it_stands_is_a_case_where_people_must_act(hq, station, standing):
    said = {Standing.ROLLED_BACK: "ROLLED_BACK", Standing.CHAIN_BROKEN: "CHAIN_BROKEN"}.get(standing)
    sells(station, "o1").push(standing=standing.value)
    station.push(standing="of_a_newer_station")
    assert told(hq) == ([] if said is None else [("head office", said, 1, 0)])


@on("sqlite")
def test_a_device_that_people_shut_out_is_no_case(hq, station):
    revoke(hq, station.owner.device_id)
    refused(sells(station, "o1").push(), REVOKED)
    assert told(hq) == []


@on("sqlite")
def test_a_device_stands_in_the_list_with_its_owner(hq, station, command):
    forked(hq, station)
    (line,) = command("cases", "list").splitlines()
    assert line.endswith(f"FORKED  head office  {station.owner.device_id} 1")
    shown = command("cases", "show", "C-1")
    assert "hq enrol --device" in shown and "entry:" not in shown
    assert "C-1 is closed." in command("cases", "close", "C-1")
