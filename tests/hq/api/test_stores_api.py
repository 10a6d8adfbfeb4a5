"""Stores and devices by the API: added, changed, paired, confirmed, shut out; and how each of them stands."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hq.access.actor import SYSTEM, Ceilings
from hq.access.scopes import Scope
from hq.feed import last_number
from hq.members.service import MemberFacts, upsert_members
from hq.service import EnrolService
from hq.stores.seeing import find_device, find_store
from sync.protocol import ClockWire
from tests.hq.asking_api import api_of
from tests.hq.station import URL, enrol_request, enrol_station, pairing_token

MINUTE_MS = 60_000
NEW = {"store_id": "S9", "name": "New", "time_zone": "Europe/Berlin", "currency": "USD", "area": "North"}


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


def test_a_store_is_added_once_and_changed(api) -> None:
    made = api.post("/v1/stores", NEW)
    assert (made.status_code, made.json()["area"]) == (201, "North")
    assert api.post("/v1/stores", NEW).status_code == 409
    assert api.patch("/v1/stores/S9", {"name": "Newer"}).json()["name"] == "Newer"
    assert api.get("/v1/stores/S9").json()["area"] == "North"
    assert [each["store_id"] for each in api.get("/v1/stores?area=North").json()["items"]] == ["S9"]
    done = [row["action"] for row in api.get("/v1/audit?about=store:S9").json()["items"]]
    assert done == ["store.changed", "store.added"]


@pytest.mark.parametrize(
    "wrong", [{"currency": "EUR"}, {"time_zone": "Nowhere/Land"}, {"store_id": "*"}, {"name": "a\x00b"}]
)
def test_a_store_that_cannot_be_is_refused(api, wrong) -> None:
    assert api.post("/v1/stores", {**NEW, **wrong}).status_code in (400, 409)
    assert api.get("/v1/stores/S9").status_code == 404


def test_a_change_that_changes_nothing_is_no_row_of_the_audit(api) -> None:
    api.patch("/v1/stores/S1", {"name": "Store S1"})
    assert api.get("/v1/audit?about=store:S1&action=store.changed").json()["items"] == []


def test_a_device_is_seen_with_queue_clock_and_replica(api, hq, station, clock) -> None:
    now_ms = clock.now_ms()
    said = ClockWire(wall_ms=now_ms + 3 * MINUTE_MS, boot_ms=0)
    station.push(behind=7, behind_since_ms=now_ms - 5, clock=said, pull_cursor=0)
    found = api.get(f"/v1/devices/{station.owner.device_id}").json()
    assert (found["queue"], found["clock_skew_ms"], found["is_online"]) == (7, 3 * MINUTE_MS, True)
    assert (found["is_program_current"], found["program_version"]) == (False, 0)
    assert api.get("/v1/stores/S1").json()["queue"] == 7
    clock.set_ms(now_ms + 6 * MINUTE_MS)
    assert api.get(f"/v1/devices/{station.owner.device_id}").json()["is_online"] is False
    silent = api.get("/v1/devices?only=silent").json()["items"]
    assert [each["device_id"] for each in silent] == [station.owner.device_id]


def test_a_replica_is_as_old_as_its_last_move_until_it_lacks_nothing(api, hq, station, clock) -> None:
    """A station that heard everything there is holds today's facts, however long ago it heard the last of them."""
    upsert_members(hq, [MemberFacts("0000000000001", "Ada", home_store="S1")])
    moved_ms = clock.now_ms()
    station.push(pull_cursor=1)
    clock.set_ms(moved_ms + MINUTE_MS)
    upsert_members(hq, [MemberFacts("0000000000002", "Bob", home_store="S1")])
    station.push(pull_cursor=1)
    found = api.get(f"/v1/devices/{station.owner.device_id}").json()
    assert (found["is_replica_current"], found["replica_ms"]) == (False, moved_ms)
    assert [each["device_id"] for each in api.get("/v1/devices?only=behind").json()["items"]]
    with hq.database.reading() as connection:
        newest = last_number(connection)
    station.push(pull_cursor=newest)
    clock.set_ms(moved_ms + 9 * MINUTE_MS)
    station.push(pull_cursor=newest)
    found = api.get(f"/v1/devices/{station.owner.device_id}").json()
    assert (found["is_replica_current"], found["replica_ms"]) == (True, clock.now_ms())
    assert api.get("/v1/devices?only=behind").json()["items"] == []


def test_devices_come_in_pages_by_id_and_by_filters(api, hq) -> None:
    ids = sorted(enrol_station(hq, store).owner.device_id for store in ("S1", "S2", "S1"))
    first = api.get("/v1/devices?limit=2").json()
    second = api.get(f"/v1/devices?limit=2&cursor={first['next']}").json()
    assert [each["device_id"] for each in first["items"] + second["items"]] == ids
    assert second["next"] is None
    assert len(api.get("/v1/devices?store=S2").json()["items"]) == 1
    assert api.get("/v1/devices?state=revoked").json()["items"] == []
    assert api.get("/v1/devices?state=broken").status_code == 400


def test_a_machine_is_paired_confirmed_and_shut_out(api, hq) -> None:
    paired = api.post("/v1/stores/S1/pairings", {"url": URL}).json()
    key = Ed25519PrivateKey.generate()
    answer = EnrolService(hq).enrol(enrol_request(pairing_token(paired["text"]), key))
    place = f"/v1/devices/{answer.device_id}"
    assert api.get(place).json()["state"] == "waiting"
    assert api.get("/v1/stores/S1").json()["waiting"] == 1
    assert api.post(f"{place}/confirm").json()["state"] == "active"
    assert api.post(f"{place}/confirm").status_code == 409
    assert api.patch(place, {"note": "By the door"}).json()["note"] == "By the door"
    gone = api.post(f"{place}/revoke", {"reason": "Stolen", "wipe": True}).json()
    assert (gone["state"], gone["is_to_wipe"]) == ("revoked", True)
    rows = api.get(f"/v1/audit?about=device:{answer.device_id}").json()["items"]
    assert [row["action"] for row in rows] == ["device.revoked", "device.noted", "device.confirmed"]
    assert rows[0]["reason"] == "Stolen"
    assert api.get("/v1/stores/S1").json()["devices"] == 0


def test_a_pairing_text_stands_nowhere_in_the_audit(api, hq) -> None:
    text = api.post("/v1/stores/S1/pairings", {"url": URL}).json()["text"]
    assert pairing_token(text) not in api.get("/v1/audit").text


def test_a_new_epoch_ends_the_one_before(api, hq, station) -> None:
    place = f"/v1/devices/{station.owner.device_id}"
    station.order()
    station.push()
    text = api.post(f"{place}/new-epoch", {"url": URL, "is_trusted": True}).json()["text"]
    EnrolService(hq).enrol(enrol_request(pairing_token(text), Ed25519PrivateKey.generate()))
    assert api.get(place).json()["epoch"] == 2
    ended = api.get(f"{place}/epochs").json()["items"]
    assert [(each["epoch"], each["head_seq"]) for each in ended] == [(1, 1)]


def test_who_looks_after_one_store_sees_no_other(hq, station, elsewhere) -> None:
    """Another store's devices answer as if there were none: ids can't be tried out."""
    with api_of(hq, ceilings=Ceilings(stores=frozenset({"S1"}))) as api:
        assert [each["store_id"] for each in api.get("/v1/stores").json()["items"]] == ["S1"]
        assert [each["store"] for each in api.get("/v1/devices").json()["items"]] == ["S1"]
        other = elsewhere.owner.device_id
        for asked in (
            api.get("/v1/stores/S2"),
            api.get(f"/v1/devices/{other}"),
            api.get(f"/v1/devices/{other}/epochs"),
            api.post(f"/v1/devices/{other}/revoke"),
            api.patch(f"/v1/devices/{other}", {"note": "mine"}),
            api.patch("/v1/stores/S2", {"name": "Mine"}),
            api.post("/v1/stores/S2/pairings", {"url": URL}),
            api.post(f"/v1/devices/{other}/new-epoch", {"url": URL}),
        ):
            assert asked.status_code == 404
        assert api.post("/v1/stores", NEW).status_code == 403
        untouched = find_device(hq, SYSTEM, other)
        assert (untouched.state, untouched.note) == ("active", "")
        assert find_store(hq, SYSTEM, "S2").name == "Store S2"
        assert api.post(f"/v1/devices/{station.owner.device_id}/revoke").status_code == 200


def test_who_only_reads_changes_nothing(hq, station) -> None:
    with api_of(hq, Scope.STORES_READ, Scope.DEVICES_READ) as api:
        assert api.post("/v1/stores", NEW).status_code == 403
        assert api.post(f"/v1/devices/{station.owner.device_id}/revoke").status_code == 403
        assert api.get(f"/v1/devices/{station.owner.device_id}").status_code == 200


@pytest.mark.parametrize("odd", ["%00", "x" * 3_000, "%F0%9F%A6%8A", "..%2f", "*"])
def test_ids_that_are_none_are_not_there(api, odd) -> None:
    for noun in ("stores", "devices"):
        assert api.get(f"/v1/{noun}/{odd}").status_code == 404
