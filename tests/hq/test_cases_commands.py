"""The commands about cases and about an HQ that was put back, as a person gives them."""

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.cli_hq_cases import _amount
from app.core.entry import SALVAGED
from hq.home import open_hq
from hq.members.service import MemberFacts, upsert_members
from hq.stores.devices import revoke
from hq.tables import member
from tests.databases import on
from tests.hq.station import REF, program_body
from tests.hq.test_cases import LATER
from tests.hq.test_devices import again, places, sells
from tests.hq.test_ingest import rows
from tests.hq.test_salvaged import carried_of, redeems, salvaged

pytestmark = on("sqlite")  # what is done is tested on both; this is about words


@pytest.fixture
def command(hq, folder):
    def give(*words, status=0):
        told = CliRunner().invoke(hq_cli, [*words, "--dir", str(folder)])
        assert told.exit_code == status, told.output
        return told.output

    return give


def test_a_case_is_listed_shown_and_closed(hq, station, command):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    record = station.order("o1")[0]
    station.bodies.clear()
    station.append("order", {**record, "points": 700})
    station.push()
    (line,) = command("cases", "list").splitlines()
    for part in ("C-1", "open", "REPLAY_DIFFERS", "head office", station.owner.device_id):
        assert part in line
    assert json.loads(command("cases", "list", "--json"))["verdict"] == "posted_flagged"
    shown = command("cases", "show", "C-1")
    assert "differs: points" in shown and '"order_id":"o1"' in shown
    assert "is closed" in command("cases", "close", "C-1", "--note", "seen", "--points", "-693")
    assert rows(hq, member)[0].balance == 7
    assert command("cases", "list") == "No case waits for a look.\n"
    assert command("cases", "list", "--json") == ""
    assert "seen" in command("cases", "show", "C-1")
    assert command("cases", "list", "--all").startswith("C-1  closed")
    assert json.loads(command("cases", "show", "C-1", "--json"))["events"][1]["note"] == "seen"


def test_a_person_sees_the_entry_that_a_salvaged_one_carries(hq, station, command):
    station.order("o1")
    later = again(hq, station)
    later.append(SALVAGED, salvaged(station, 1))
    later.push()
    assert command("cases", "list").endswith("7 points\n")
    shown = command("cases", "show", "C-1")
    assert 'carried: {"boot"' in shown and '"order_id":"o1"' in shown
    told = json.loads(command("cases", "show", "C-1", "--json"))
    assert told["carried"].encode() == station.bodies[0]
    assert json.loads(told["entry"])["type"] == SALVAGED
    command("cases", "close", "C-1")
    assert "C-1 is closed" in command("cases", "post", "C-1", status=1)
    assert "is posted" in command("cases", "post", "C-1", "--again")


def test_all_that_a_station_saved_is_posted_at_once_in_the_order_of_its_numbers(hq, station, command):
    """After a new epoch there may be hundreds of them."""
    sells(station, "o1").push()
    redeems(hq, station)
    station.order("o9")
    later = again(hq, station)
    carried_of(later, station, 4, 3, 2)
    told = command("cases", "post", "--carried", station.owner.device_id).splitlines()
    assert told == [
        *(f"The entry of {name} is posted." for name in ("C-3", "C-2", "C-1")),
        "Its station hears of it with its next sync.",
    ]
    assert {place[:3] for place in places(hq) if place[1] == 1} == {
        (station.owner.device_id, 1, seq) for seq in (1, 2, 3, 4)
    }
    assert "Nothing that" in command("cases", "post", "--carried", station.owner.device_id)
    assert "no device NOPE" in command("cases", "post", "--carried", "NOPE", status=1)


def test_several_cases_are_posted_up_to_one_that_can_not_be(hq, station, command):
    sells(station, "o1", "o2", "o3")
    later = again(hq, station)
    carried_of(later, station, 1)
    carried_of(later, station, 2, body=b"{}")  # somebody changed it
    carried_of(later, station, 3)
    told = command("cases", "post", "--carried", station.owner.device_id, status=1)
    assert "The entry of C-1 is posted." in told
    assert "1 posted; stopped at C-2, with which 2 are left:" in told and "it was changed" in told
    command("cases", "close", "C-2")
    assert "The entry of C-3 is posted." in command("cases", "post", "--carried", station.owner.device_id)


def test_cases_are_posted_by_their_names(hq, station, command):
    sells(station, "o1", "o2")
    carried_of(again(hq, station), station, 1, 2)
    told = command("cases", "post", "C-1", "C-2", "C-9", status=1)
    assert "The entry of C-2 is posted." in told
    assert "2 posted; stopped at C-9" in told and "There is no case C-9." in told
    for words in ((), ("C-1", "--carried", station.owner.device_id)):
        assert "Name one or more cases" in command("cases", "post", *words, status=1)


def test_bytes_that_are_no_text_do_nothing_to_the_terminal(hq, station, command):
    station.bodies.append(b"\x1b[2J\xff")
    station.push()
    assert "\\u001b[2J\\xff" in command("cases", "show", "C-1")


def test_a_dismissed_push_is_posted_only_if_somebody_means_it(hq, station, command):
    revoke(hq, station.owner.device_id)
    station.order("o1")
    station.push()
    held = json.loads(command("held", "list", "--json"))["id"]
    command("held", "dismiss", held)
    assert "was dismissed" in command("held", "post", held, status=1)
    assert "1 entries are taken in" in command("held", "post", held, "--again")


def test_what_can_not_be_done_is_a_sentence(hq, station, command):
    station.order("o1", program=LATER)
    station.push()
    assert "still can't post" in command("cases", "post", "C-1", status=1)
    assert "There is no case C-9" in command("cases", "show", "C-9", status=1)


def test_a_list_of_nothing_says_so_and_what_there_is_not_is_no_empty_list(folder, hq, command):
    assert command("cases", "list", "--all") == "There are no cases.\n"
    assert command("cases", "list", "--store", "NOPE", status=1) == "There is no store NOPE.\n"
    assert command("held", "list") == "Nothing that was kept aside waits for a decision.\n"
    assert command("held", "list", "--all") == "Nothing was kept aside.\n"
    assert command("held", "list", "--device", "NOPE", status=1) == "There is no device NOPE.\n"
    assert command("devices") == "No device was ever enrolled.\n"
    for words in (("cases", "list"), ("held", "list"), ("devices",)):
        assert command(*words, "--json") == ""


def test_a_program_that_is_not_there_is_a_sentence(hq, command):
    assert (
        command("publish", "nofile.json", status=1)
        == "nofile.json can't be read: No such file or directory.\n"
    )


def test_a_lost_program_is_brought_back_with_what_waits_for_it(hq, station, command, tmp_path):
    from hq.campaigns.service import publish_program

    publish_program(hq, program_body(version=12))
    station.order("o1", program=LATER)
    station.push()
    lost = tmp_path / "lost.json"
    lost.write_bytes(program_body(version=9))
    assert "1 entries could be posted" in command("publish", str(lost), "--lost")
    assert command("cases", "list") == "No case waits for a look.\n"


def test_a_person_says_that_hq_was_put_back(hq, folder, clock, command):
    before = hq.set_id
    assert "fetch members" in command("restored")
    again = open_hq(folder, clock=clock)
    assert again.set_id != before
    again.close()


def test_rules_that_have_expired_are_published_only_if_somebody_means_it(command, tmp_path):
    file = tmp_path / "program.json"
    file.write_bytes(program_body(version=12))  # of 2017
    assert "has expired" in command("publish", str(file), status=1)
    assert "is published" in command("publish", str(file), "--meant")


@pytest.mark.parametrize(
    ("amount", "unit", "written"), [(500, "USD", "5.00 USD"), (-5, "points", "-5 points")]
)
def test_an_amount_is_written_as_people_do(homes, amount, unit, written):
    assert _amount(SimpleNamespace(amount=amount, unit=unit)) == written
