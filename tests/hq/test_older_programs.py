"""Stations of other versions: what older programs recorded, what a newer one may send, and who is too old for facts."""

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.json import decode, encode
from sqlalchemy import LargeBinary, insert

from app.core.chain import ChainOwner, genesis
from hq import faults
from hq.campaigns.service import publish_program
from hq.home import open_hq
from hq.service import DeviceSession
from hq.stores.service import add_store
from hq.stores.updating import set_update_by
from hq.tables import device, journal, member, voucher
from sync.protocol import PROTO, PROTO_OLDEST, Changes, PushAnswer, PushRequest
from tests.databases import on
from tests.hq.test_ingest import count, rows, words

pytestmark = on("sqlite")  # what is sent and answered is the same on both

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))
NEW_COLUMNS = {"name": "", "wipe": 0, "wiped_ms": None, "rows_skipped": 0, "proto": 1}


def as_row(table, recorded):
    """Return a recorded row as today's table takes it."""
    row = {name: value for name, value in recorded.items() if name in table.c}
    for column in table.c:
        if isinstance(column.type, LargeBinary):
            row[column.name] = b64decode(row[column.name])
    return row


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def recorded(request):
    return json.loads(request.param.read_text())


@pytest.fixture
def knowing(homes, made, tmp_path, clock, recorded):
    """Today's HQ with the facts that HQ had then."""
    folder = homes.copy(made[0], tmp_path / "hq")
    hq = open_hq(folder, clock=clock)
    facts = recorded["facts"]
    clock.set_ms(recorded["pushes"][0]["request"]["clock"]["wall_ms"])
    add_store(hq, store_id="s-1", name="Store", time_zone="America/New_York", currency="USD")
    for program in facts["document"]:
        publish_program(hq, b64decode(program["body"]))
    (row,) = (as_row(device, each) | NEW_COLUMNS for each in facts["device"])
    start = genesis(ChainOwner(row["device_id"], row["epoch"]), row["nonce"])
    with hq.database.atomic() as connection:
        connection.execute(insert(device), row | {"head_seq": 0, "head_hash": start.hash})
        for table in (member, voucher):
            connection.execute(insert(table), [as_row(table, each) for each in facts[table.name]])
    yield hq
    hq.close()
    homes.forget(folder)


def test_what_an_older_program_sends_is_acknowledged_and_posted(knowing, recorded):
    session = DeviceSession(knowing, recorded["facts"]["device"][0]["device_id"])
    for push in recorded["pushes"]:
        request = decode(json.dumps(push["request"]), type=PushRequest)
        answer = session.push(request)
        assert isinstance(answer, PushAnswer)
        assert (answer.acked_seq, answer.acked_hash) == (request.head.seq, request.head.hash)
        assert words(answer) == [(seq, "posted", []) for seq in range(1, 6)]
    assert [row.type for row in rows(knowing, journal)] == [
        "order",
        "redeem",
        "order",
        "refuse",
        "scan_denied",
    ]


def test_an_older_program_understands_the_answer(knowing, recorded):
    """All that its answers held is there, of the same kind; what has come since, it ignores."""
    session = DeviceSession(knowing, recorded["facts"]["device"][0]["device_id"])
    for push in recorded["pushes"]:
        answer = json.loads(encode(session.push(decode(json.dumps(push["request"]), type=PushRequest))))
        assert kinds(answer, push["answer"]) == kinds(push["answer"], push["answer"])


def kinds(found, like):
    """Return the shape of a document, as far as `like` goes."""
    if isinstance(like, dict):
        return {name: kinds(found[name], value) for name, value in like.items()}
    if isinstance(like, list):
        return [kinds(one, other) for one, other in zip(found, like, strict=True)]
    return type(found).__name__


def test_a_newer_stations_entries_are_kept_and_its_fields_left_alone(hq, station):
    station.append("teleport", {"to": "S2"})
    station.order("o1")
    sent = json.loads(encode(station.request())) | {
        "proto": PROTO + 1,
        "schema_version": 99,
        "mood": {"a": [1]},
    }
    answer = station.session.push(decode(json.dumps(sent), type=PushRequest))
    assert words(answer) == [(1, "quarantined", ["UNKNOWN_TYPE"]), (2, "posted", [])]
    assert rows(hq, journal)[0].body == station.bodies[0]


@pytest.mark.parametrize("proto", [PROTO, PROTO - 1, PROTO - 2])
def test_this_framing_and_the_two_before_are_taken_in(station, proto):
    station.order("o1")
    assert words(station.push(proto=proto)) == [(1, "posted", [])]


def test_an_older_framing_is_told_so_in_words_and_stores_nothing(hq, station):
    station.order("o1")
    with pytest.raises(faults.ClientTooOld, match="Update Tillside") as refused:
        station.push(proto=PROTO_OLDEST - 1)
    assert refused.value.status == 426
    assert count(hq, journal) == 0
    assert words(station.push()) == [(1, "posted", [])]


def test_a_station_too_old_for_facts_is_still_heard(hq, station):
    """Its entries are taken in; it gets the newest rules' words only once its program is new enough."""
    station.order("o1")
    station.hq = replace(hq, min_client=PROTO)
    assert words(station.push(proto=PROTO - 1)) == [(1, "posted", [])]
    for ask in (station.session.manifest, lambda: station.session.changes(cursor=0, set_id=hq.set_id)):
        with pytest.raises(faults.ClientTooOld, match="stays good until its rules expire"):
            ask()
    assert station.push(2, proto=PROTO - 1).acked_seq == 1  # the heartbeat too
    station.push(2)
    page = station.session.changes(cursor=0, set_id=hq.set_id)
    assert isinstance(page, Changes)
    assert page.min_client == PROTO


def test_until_the_day_that_hq_has_set_an_older_program_has_all_and_behind_it_no_new_facts(
    hq, station, clock
):
    station.push(proto=PROTO - 1)
    by_ms = clock.now_ms() + 60_000
    set_update_by(hq, by_ms)
    page = station.session.changes(cursor=0, set_id=hq.set_id)
    assert isinstance(page, Changes)
    assert (page.min_client, page.next_client, page.update_by_ms) == (hq.min_client, PROTO, by_ms)
    station.session.manifest()
    clock.set_ms(by_ms)
    for ask in (station.session.manifest, lambda: station.session.changes(cursor=0, set_id=hq.set_id)):
        with pytest.raises(faults.ClientTooOld):
            ask()
    station.order("o1")
    assert words(station.push(proto=PROTO - 1)) == [(1, "posted", [])]
    station.push(2)
    page = station.session.changes(cursor=0, set_id=hq.set_id)
    assert isinstance(page, Changes)
    assert page.min_client == PROTO
    set_update_by(hq, None)
    station.push(2, proto=PROTO - 1)
    station.session.manifest()


def test_what_a_device_says_of_its_framing_fits_its_column(hq, station):
    for proto in (0, 10**15):
        assert station.push(proto=proto).acked_seq == 0
