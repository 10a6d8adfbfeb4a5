"""An HQ put back to before a station was enrolled: it waits for one whose leases it can't know."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from hq.authority.recounting import is_under_way
from hq.authority.writing_off import waits_for_people, write_off
from hq.faults import NotHere, SetUpFault
from hq.holders import HOLDERS_FILE, Holders, read_holders
from hq.home import open_hq
from hq.mark import MARK_FILE
from hq.members.service import MemberFacts, upsert_members
from tests.databases import OnPostgres
from tests.hq.leasing import ask, gift_program, publish
from tests.hq.station import REF, enrol_station
from tests.hq.test_devices import again
from tests.hq.test_home_leases import holder


@pytest.fixture
def backup(hq, station, homes, folder, clock, tmp_path):
    """Take a backup of an HQ that knows one station; put it back by calling this."""
    publish(hq, gift_program(uses=20))
    hq.close()
    copied = homes.copy(folder, tmp_path / "backup")
    now = open_hq(folder, clock=clock)
    opened = [now]

    def put_back():
        now.close()
        for name in (MARK_FILE, HOLDERS_FILE):  # they lie beside the database
            if (folder / name).exists():
                shutil.copy(folder / name, copied / name)
        opened.append(open_hq(copied, clock=clock))
        return opened[-1]

    station.hq = now
    yield now, put_back
    for each in opened:
        each.close()
    if isinstance(homes, OnPostgres):
        homes.forget(copied)


def on(hq, station):
    station.hq = hq
    return station


def test_what_a_station_of_the_lost_time_holds_is_not_given_again(station, backup):
    hq, put_back = backup
    lost = enrol_station(hq, "S2")
    assert len(ask(lost).leases) == 1
    before = hq.incarnation
    hq = put_back()
    assert hq.incarnation != before, "nothing of the feed has moved, and yet it is known that HQ is older"
    assert ask(on(hq, station)).leases == []
    name = lost.owner.device_id
    assert waits_for_people(hq)[1].keys() == {name}
    with pytest.raises(NotHere):
        write_off(hq, "D0000000000000", who="ann")
    assert write_off(hq, name, who="ann").is_lost
    assert len(ask(station).leases) == 1
    with hq.database.reading() as connection:
        assert not is_under_way(connection)
    assert name not in hq.holders.names, "or the same backup, put back once more, would wait for it again"


def test_who_holds_nothing_or_is_known_is_not_waited_for(station, backup):
    hq, put_back = backup
    enrol_station(hq, "S2")  # and asks for nothing
    assert len(ask(station).leases) == 1
    before = hq.incarnation
    again_there = put_back()
    assert again_there.incarnation == before
    assert station.owner.device_id in read_holders(again_there.snapshots.parent)


def test_nobody_leads_a_store_that_a_station_of_the_lost_time_may_lead(station, backup, clock):
    hq, put_back = backup
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    lost = enrol_station(hq, "S1")
    ask(lost)
    assert holder(hq) == lost.owner.device_id
    hq = put_back()
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    ask(on(hq, station))
    assert holder(hq) is None
    write_off(hq, lost.owner.device_id, who="ann")
    ask(station)
    assert holder(hq) == station.owner.device_id


def test_an_hq_from_before_there_was_such_a_file_notes_whom_it_knows(station, backup, folder, clock):
    hq, _ = backup
    ask(station)
    hq.close()
    (folder / HOLDERS_FILE).unlink()
    open_hq(folder, clock=clock).close()
    assert read_holders(folder) == {station.owner.device_id}


def test_two_processes_note_in_one_file(tmp_path):
    one, two = Holders(tmp_path), Holders(tmp_path)
    for holders, name in ((one, "D1"), (two, "D2"), (one, "D1"), (two, "D1")):
        holders.note(name)
    assert read_holders(tmp_path) == {"D1", "D2"}
    one.drop("D1")
    assert read_holders(tmp_path) == {"D2"} == one.names
    (tmp_path / HOLDERS_FILE).write_bytes(b"\xff")
    with pytest.raises(SetUpFault, match="can't be read"):
        Holders(tmp_path)


def said(hq, *words):
    result = CliRunner().invoke(hq_cli, [*words, "--dir", str(hq.snapshots.parent)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_people_see_what_waits_for_their_word(station, backup):
    """The lost station; and leases of an epoch that ended, of which nobody tells a later time any more."""
    hq, put_back = backup
    lost = enrol_station(hq, "S2")
    ask(lost)
    hq = put_back()
    name = lost.owner.device_id
    assert f"{name}  lost" in said(hq, "devices") and f"write-off {name}" in said(hq, "devices")
    assert json.loads(said(hq, "devices", "--json").splitlines()[0])["state"] == "lost"
    assert "waited for no more" in said(hq, "device", "write-off", name, "--who", "ann")
    assert name not in said(hq, "devices")
    (held,) = ask(on(hq, station)).leases
    assert "of an epoch that ended" not in said(hq, "devices")
    again(hq, station)
    assert "1 leases of an epoch that ended" in said(hq, "devices")
    assert [json.loads(line)["ended_leases"] for line in said(hq, "devices", "--json").splitlines()] == [1]
    told = said(hq, "device", "write-off", station.owner.device_id, "--who", "ann")
    assert f"{held.units} counted as given" in told
    assert "of an epoch that ended" not in said(hq, "devices")
