"""What head office stops: by names that there are, in periods by which late entries are judged, beside the database."""

import json

import pytest
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.codes import hash_number
from app.core.stops import STOPS_MAX, Stop, read_stops
from hq.campaigns.service import newest_document, publish_program
from hq.faults import NotHere, NotPossible, SetUpFault
from hq.home import open_hq, take_as_restored
from hq.members.service import MemberFacts, new_member_number, upsert_members
from hq.stops.document import OLDER_RULES_MS
from hq.stops.kept import FILE
from hq.stops.service import lift, list_stops, stop_it
from hq.stops.store import insert_period
from hq.vouchers.service import NewVoucher, create_vouchers, withdraw_voucher
from sync.protocol import ClockWire
from tests.databases import on
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, enrol_station, program_body, voucher

pytestmark = on("sqlite")  # what differs between databases: tests/sync/test_stops.py on both

DAY_MS = 86_400_000
REFERRALS = [
    {"id": "friends", "wanted": 1, "counts": "one_order", "gives": [{"kind": "points", "points": 1}]}
]


def listed(hq) -> tuple[int, tuple[Stop, ...]]:
    stops = read_stops(newest_document(hq, "stops").body)
    return stops.version, stops.stops


# --- names -------------------------------------------------------------------------------------------------------


def test_what_there_is_can_be_stopped_once_and_let_go(hq, clock):
    publish_program(hq, program_body(2, referrals=REFERRALS))
    number = new_member_number()
    upsert_members(hq, [MemberFacts(REF, number=number)])
    (code,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    said = ["program", "campaign:13", "rule:a7", "referral:friends", f"member:{REF}", f"code:{code}"]
    words = [*said[:5], f"code:{hash_number(code)}"]
    for version, (each, word) in enumerate(zip(said, words, strict=True), start=1):
        done = stop_it(hq, each)
        assert (done.what, done.version, done.is_new) == (word, version, True)
        assert not stop_it(hq, f" {each} ").is_new
    assert stop_it(hq, f"Member:{number}").what == f"member:{REF}"
    assert listed(hq) == (6, tuple(Stop(word, NOW_MS) for word in words))
    withdraw_voucher(hq, code)
    for each in (*said[:4], f"member:{number}", said[5]):
        assert lift(hq, each).before_program is None
    assert listed(hq) == (12, ())


def test_a_name_that_there_is_not_is_refused_with_those_that_are_near(hq):
    publish_program(hq, program_body(2, referrals=REFERRALS))
    upsert_members(hq, [MemberFacts(REF)])
    for said, told in (
        ("referral:freinds", "Did you mean friends?"),
        ("rule:v1", "Did you mean v13?"),
        ("campaign:nothing of that", "has a campaign 'nothing of that'.$"),
        (f"member:{REF[::-1]}", "no member"),
        ("member:Grüße", "no member"),
        ("code:V0000000000000", "no voucher"),
        ("store:S1", "Say `program`, `campaign:ID`"),
        ("", "can't be stopped"),
    ):
        with pytest.raises(NotHere, match=told):
            stop_it(hq, said)
    stop_it(hq, "campaign:13")
    with pytest.raises(NotHere, match=r"rule:v13 is not stopped\.$"):
        lift(hq, "rule:v13")
    with pytest.raises(NotHere, match=r"campaign:7 is not stopped. Did you mean campaign:13\?"):
        lift(hq, "campaign:7")


def test_what_only_an_older_program_holds_can_be_stopped_too(hq):
    """A store that is cut off may still give it."""
    publish_program(hq, program_body(2, campaigns=[]))
    assert stop_it(hq, "campaign:13").is_new


def test_a_list_has_an_end(hq, monkeypatch):
    with hq.database.atomic() as connection:
        for n in range(STOPS_MAX):
            insert_period(connection, f"member:{n}", version=1, since_ms=NOW_MS)
    with pytest.raises(NotPossible, match="At most 1000 things"):
        stop_it(hq, "campaign:13")
    lift(hq, "member:7")
    assert stop_it(hq, "campaign:13").is_new


# --- who knows ---------------------------------------------------------------------------------------------------


def test_devices_that_have_not_heard_are_named(hq, station):
    other = enrol_station(hq, "S2")
    stop_it(hq, "campaign:13", note="wrong price", who="Ann")
    station.push(stops_version=1)
    other.push()
    (found,) = list_stops(hq)
    assert (found.period.note, found.period.who) == ("wrong price", "Ann")
    assert (found.missing, found.devices) == ((other.owner.device_id,), 2)
    other.push(stops_version=1)
    stop_it(hq, "campaign:7")
    assert [len(each.missing) for each in list_stops(hq)] == [0, 2]


def test_the_note_stays_at_head_office(hq):
    stop_it(hq, "campaign:13", note="Ann B. lost her card")
    assert b"Ann" not in newest_document(hq, "stops").body


# --- judged by periods -------------------------------------------------------------------------------------------


def sold(hq, station, *, at_ms=NOW_MS, heard=0, program=None):
    """Push one order of tea (an automatic rule of campaign 7); return its flags."""
    first = len(station.bodies) + 1
    record = station.order(f"o{first}", amounts=(("TEA", 300),), at_ms=at_ms, link="offline")[0]
    station.bodies.pop()
    station.append("order", record | ({"stops_version": heard} if heard else {}))
    return station.push(first).results[0].codes


def test_an_entry_of_weeks_ago_is_judged_by_what_was_stopped_then(hq, clock, station):
    """30 days late: stopped from the 2nd to the 5th day, and the store heard nothing of it."""
    for day, change in ((2, stop_it), (5, lift)):
        clock.set_ms(NOW_MS + day * DAY_MS)
        change(hq, "campaign:7")
    clock.set_ms(NOW_MS + 30 * DAY_MS)
    hq.stops.clear()  # as after a start
    earlier_start = ClockWire(wall_ms=NOW_MS, boot_ms=-1)
    found = {}
    for day in (1, 2, 4, 5, 6):
        station.order(f"o{day}", amounts=(("TEA", 300),), at_ms=NOW_MS + day * DAY_MS)
        (result,) = station.push(len(station.bodies), clock=earlier_start).results
        found[day] = result.codes
    assert found == {1: [], 2: ["LATE"], 4: ["LATE"], 5: [], 6: []}


def test_a_clock_that_was_wrong_is_reckoned_back(hq, clock, station):
    """By its own clock it was given before the stop; by HQ's reckoning it was given an hour after."""
    stop_it(hq, "campaign:7")
    clock.set_ms(NOW_MS + 3_600_000)
    assert sold(hq, station, at_ms=NOW_MS - DAY_MS) == ["LATE"]


@pytest.mark.parametrize(
    ("heard", "flags"),
    [
        (0, ["LATE"]),
        (1, ["LATE"]),
        (2, ["KILLED_BEFORE"]),
        (3, ["KILLED_BEFORE"]),
        (4, []),
    ],
)
def test_whoever_had_heard_of_it_did_wrong(hq, clock, station, heard, flags):
    """List 2 stops it, list 3 something else, list 4 lets it go."""
    stop_it(hq, "rule:v13")
    stop_it(hq, "campaign:7")
    stop_it(hq, "campaign:13")
    clock.set_ms(NOW_MS + 60_000)
    lift(hq, "campaign:7")
    assert sold(hq, station, heard=heard) == flags


@pytest.mark.parametrize("what", ["campaign:7", "rule:a7", "program", f"member:{REF}"])
def test_each_thing_that_an_order_gives_by_itself_is_looked_at(hq, station, what):
    upsert_members(hq, [MemberFacts(REF)])
    stop_it(hq, what)
    assert sold(hq, station) == ["LATE"]


@pytest.mark.parametrize("what", ["campaign:13", "rule:v13", "program", f"member:{REF}", "code"])
def test_each_thing_that_a_redemption_is_about_is_looked_at(hq, station, what):
    upsert_members(hq, [MemberFacts(REF)])
    (code,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    stop_it(hq, f"code:{code}" if what == "code" else what)
    station.order(amounts=(("COFFEE", 500),), vouchers=(voucher(hash_number(code)),))
    assert station.push().results[1].codes == ["LATE"]


def test_what_gave_nothing_is_in_order(hq, station):
    stop_it(hq, "program")
    station.order(amounts=(("MILK", 500),), ref=None)
    assert station.push().results[0].codes == []


def test_a_version_that_is_no_number_is_not_understood(hq, station):
    stop_it(hq, "campaign:7")
    assert sold(hq, station, heard="1") == ["UNPARSABLE"]


def test_older_rules_are_forgotten_after_ninety_days(hq, clock):
    stop_it(hq, "campaign:7")
    publish_program(hq, program_body(2))
    assert lift(hq, "campaign:7").before_program == 2
    assert listed(hq)[1] == (Stop("campaign:7", NOW_MS, before_program=2),)
    assert [each.period.is_over for each in list_stops(hq)] == [True]
    clock.set_ms(NOW_MS + OLDER_RULES_MS + 1)
    stop_it(hq, "campaign:13")
    assert [each.what for each in listed(hq)[1]] == ["campaign:13"]


# --- put back from a backup --------------------------------------------------------------------------------------


def test_a_database_put_back_does_not_let_go_what_was_stopped_since(hq, folder, clock, station):
    stop_it(hq, "campaign:7")
    hq.close()
    before = {path.name: path.read_bytes() for path in folder.glob("hq.db*")}
    again = open_hq(folder, clock=clock)
    stop_it(again, "campaign:13")
    lift(again, "campaign:7")
    assert listed(again) == (3, (Stop("campaign:13", NOW_MS),))
    again.close()
    for path in folder.glob("hq.db*"):
        path.unlink()
    for name, content in before.items():
        (folder / name).write_bytes(content)
    again = open_hq(folder, clock=clock)
    station.hq = again
    assert listed(again) == (3, (Stop("campaign:13", NOW_MS),))
    assert [each.period.what for each in list_stops(again)] == ["campaign:13"]
    assert sold(again, station, heard=2) == [], "it may have heard that it is let go"
    assert stop_it(again, "rule:a7").version == 4
    again.close()


def test_a_whole_folder_put_back_goes_on_above_what_stations_may_hold(hq, folder, clock):
    stop_it(hq, "campaign:7")
    take_as_restored(folder, hq.database, hq.keys, clock=clock, is_known=True)
    version, stops = listed(hq)
    assert version > 1_000 and stops == (Stop("campaign:7", NOW_MS),)
    stop_it(hq, "campaign:13")
    assert [(each.period.what, each.is_of_backup) for each in list_stops(hq)] == [
        ("campaign:7", True),  # whether it was let go since nobody knows but people
        ("campaign:13", False),
    ]
    version += 1
    assert lift(hq, "campaign:7").version == version + 1


def test_a_list_that_was_lost_may_have_let_go_anything(hq, folder, clock, station):
    """A station heard of list 2, which let it go; HQ was put back to list 1 and knows nothing of it."""
    stop_it(hq, "campaign:7")
    take_as_restored(folder, hq.database, hq.keys, clock=clock, is_known=True)
    assert sold(hq, station, heard=2) == ["LATE"]
    assert sold(hq, station, heard=1) == ["KILLED_BEFORE"]


def test_a_death_before_the_file_is_written_is_made_good_by_the_next_start(hq, folder, clock, monkeypatch):
    monkeypatch.setattr("hq.stops.service.kept.keep_newest", lambda *_: None)
    stop_it(hq, "campaign:7")
    assert not (folder / FILE).exists()
    monkeypatch.undo()
    open_hq(folder, clock=clock).close()
    assert json.loads((folder / FILE).read_bytes())["version"] == 1


def test_a_file_that_cannot_be_read_is_said(hq, folder, clock):
    (folder / FILE).write_text("{")
    with pytest.raises(SetUpFault, match=r"stops\.json can't be read"):
        open_hq(folder, clock=clock)


# --- commands ----------------------------------------------------------------------------------------------------


def test_the_commands(hq, station, folder):
    def give(*words, status=0):
        told = CliRunner().invoke(hq_cli, [*words, "--dir", str(folder)])
        assert told.exit_code == status, told.output
        return told.output

    assert give("stops") == "Nothing is stopped.\n"
    assert "campaign:13 is stopped, by list 1" in give("stop", "campaign:13", "--note", "wrong price")
    assert "was stopped already" in give("stop", "campaign:13")
    shown = give("stops")
    for part in ("campaign:13", "wrong price", "known to 0 of 1", f"not yet: {station.owner.device_id}"):
        assert part in shown
    assert json.loads(give("stops", "--json"))["what"] == "campaign:13"
    assert "Did you mean" not in give("stop", "campaign:0815", status=1)
    publish_program(hq, program_body(2))
    assert "before version 2 go on refusing it" in give("lift", "campaign:13")
    assert "under rules before version 2" in give("stops")
