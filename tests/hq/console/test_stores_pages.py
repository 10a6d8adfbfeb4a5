"""Stores and devices in the console."""

import re

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hq.access.actor import SYSTEM, Ceilings
from hq.access.scopes import Role
from hq.service import EnrolService
from hq.staff import office
from hq.stores.devices import list_devices
from hq.stores.pairing import new_pairing
from hq.stores.picture import draw_code
from hq.stores.service import add_store
from scanner.still import read_still
from tests.hq.asking_api import Console
from tests.hq.server import Web
from tests.hq.station import URL, enrol_request, enrol_station, pairing_token

QUIET = 4  # modules of light around a code, as its standard asks


def test_a_store_is_added_and_shown(console) -> None:
    console.get("/console/stores/new")
    typed = {
        "store_id": "S9",
        "name": "Böhm & <b>",
        "time_zone": "Europe/Berlin",
        "currency": "USD",
        "area": "North",
    }
    page = console.send("/console/stores/new", **typed)
    assert page.url.partition("?")[0].endswith("/console/stores/S9")
    assert "Böhm &amp; &lt;b&gt;" in page.text
    assert "Böhm" in console.get("/console/stores?area=North").text
    assert "Böhm" in console.get("/console/stores/list.csv").text
    assert "No store is in this area." in console.get("/console/stores?area=South").text


def test_what_was_typed_stays_where_it_was_refused(console) -> None:
    console.get("/console/stores/new")
    typed = {"store_id": "S 9", "name": "New", "time_zone": "Europe/Berlin", "currency": "USD", "area": ""}
    page = console.send("/console/stores/new", **typed)
    assert page.status_code == 400
    assert 'value="S 9"' in page.text
    assert 'role="alert"' in page.text
    assert console.get("/console/stores/S%209").status_code == 404


def test_a_station_is_paired_by_the_picture_and_confirmed(console, hq) -> None:
    console.get("/console/stores/S1")
    page = console.send("/console/stores/S1/pair", url=URL)
    text = re.search(r"TS:P:[0-9A-Za-z_-]+", page.text)[0]
    assert "<svg" in page.text
    answer = EnrolService(hq).enrol(enrol_request(pairing_token(text), Ed25519PrivateKey.generate()))
    assert "To be confirmed" in console.get("/console/devices").text
    assert "Machines that wait to be confirmed" in console.get("/console/alerts").text.replace(
        "1 machines", "machines"
    )
    place = f"/console/devices/{answer.device_id}"
    assert "It is the machine I mean" in console.get(place).text
    page = console.send(f"{place}/confirm")
    assert "The device is confirmed." in page.text
    assert console.send(f"{place}/confirm").status_code == 409


def test_the_picture_is_read_by_a_camera(hq) -> None:
    """The path that stands in the page, filled as a browser fills it, is what stations' cameras read."""
    text = new_pairing(hq, store_id="S1", url=URL).text
    picture = draw_code(text)
    side = picture.modules + 2 * QUIET
    pixels = np.full((side, side), 255, dtype=np.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", picture.path):
        left = int(x) + QUIET
        pixels[int(y) + QUIET, left : left + int(width)] = 0
    grey = np.kron(pixels, np.ones((4, 4), dtype=np.uint8))
    assert [symbol.text for symbol in read_still(grey)] == [text]


def test_a_device_is_shut_out_with_a_reason_only(console, hq) -> None:
    place = f"/console/devices/{enrol_station(hq, 'S1').owner.device_id}"
    console.get(place)
    assert console.send(f"{place}/revoke", reason="").status_code == 400
    assert [each.state for each in list_devices(hq)] == ["active"]
    page = console.send(f"{place}/revoke", reason="Stolen", wipe="1")
    assert "Shut out" in page.text
    assert "on its next contact" in page.text
    assert [each.is_to_wipe for each in list_devices(hq)] == [True]


def test_a_note_is_kept_and_stays_text(console, hq) -> None:
    place = f"/console/devices/{enrol_station(hq, 'S1').owner.device_id}"
    console.get(place)
    page = console.send(f"{place}/note", note="<b>By the door</b>")
    assert "&lt;b&gt;By the door" in page.text
    assert console.send(f"{place}/note", note="x" * 201).status_code == 400


def test_a_device_is_found_by_its_id(console, hq) -> None:
    device_id = enrol_station(hq, "S1").owner.device_id
    assert f"/console/devices/{device_id}" in console.get(f"/console/search?q={device_id[:6].lower()}").text
    assert "/console/stores/S2" in console.get("/console/search?q=Store").text


def test_odd_filters_find_nothing_and_break_nothing(console) -> None:
    for query in ("store=%00", "state=%00x", "only=nothing", "store=" + "x" * 3_000):
        assert console.get(f"/console/devices?{query}").status_code == 200
    assert console.get("/console/devices?cursor=nonsense").status_code == 400
    assert console.get("/console/stores?area=%00").status_code == 200


def test_a_refused_change_of_a_store_or_a_device_keeps_what_was_typed(console, hq) -> None:
    device = enrol_station(hq, "S1").owner.device_id
    console.get("/console/stores/S1")
    named = console.send("/console/stores/S1", name="N" * 81, area="Lakeside")
    assert named.status_code == 400 and 'value="Lakeside"' in named.text and "N" * 81 in named.text
    paired = console.send("/console/stores/S1/pair", url="hq.example.com", trusted="1")
    assert paired.status_code == 400 and 'value="hq.example.com"' in paired.text
    assert 'name="trusted" value="1" checked' in paired.text
    noted = console.send(f"/console/devices/{device}/note", note="n" * 201)
    assert noted.status_code == 400 and "n" * 201 in noted.text
    shut = console.send(f"/console/devices/{device}/revoke", reason="r" * 301, wipe="1")
    assert shut.status_code == 400 and "r" * 301 in shut.text and 'name="wipe" value="1" checked' in shut.text


def test_areas_and_stores_of_others_are_not_to_be_chosen(console, hq, web) -> None:
    add_store(hq, store_id="S9", name="Faraway", time_zone="Europe/Berlin", currency="USD", area="Moon")
    ceilings = Ceilings(stores=frozenset({"S1"}))
    link = office.add_office_person(hq, SYSTEM, name="Sam", role=Role.STORE_MANAGER, ceilings=ceilings)
    office.choose_password(hq, link.token, "correct horse battery")
    manager = Console(Web(web.url))
    manager.sign_in("Sam", "correct horse battery")
    for page in ("stores", "devices", "journal", "exceptions", "dashboard"):
        shown = manager.get(f"/console/{page}")
        assert shown.status_code == 200
        assert "Faraway" not in shown.text and "Moon" not in shown.text
    assert "/console/campaigns" not in manager.get("/console/dashboard").text  # where it would be a 403
