"""Webhooks in the console, without script: added, tried out, looked at, sent once more, given another secret."""

import re

from hq.webhooks.feed import give_places
from hq.webhooks.sending import send_due
from hq.webhooks.service import give_up, list_endpoints
from tests.hq.webhooks.receiving import receiving

PLACE = "/console/webhooks"


def test_an_endpoint_is_added_tried_and_sent_to_once_more(hq, console, clock) -> None:
    with receiving(hq) as shop:
        assert "No other program is told anything yet." in console.get(PLACE).text
        console.get(f"{PLACE}/new")
        made = console.send(f"{PLACE}/new", name="Shop", url=shop.url, kind="member.added")
        secret = re.search(r"whsec_[A-Za-z0-9+/=]+", made.text)[0]
        (endpoint,) = list_endpoints(hq)
        assert endpoint.kinds == ("member.added",)
        place = f"{PLACE}/endpoint/{endpoint.endpoint_id}"
        assert secret not in console.get(place).text
        assert console.send(f"{place}/test").status_code == 200
        give_places(hq)
        send_due(hq, endpoint.endpoint_id)
        assert [said["type"] for said in shop.verified(secret, at_ms=clock.now_ms())] == ["webhook.test"]
        (event_id,) = shop.told()
        one = console.get(f"{place}/delivery/{event_id}").text
        assert "204" in one and "Nothing happened." in one
        console.send(f"{place}/delivery/{event_id}/replay")
        assert send_due(hq, endpoint.endpoint_id) == 1


def test_an_endpoint_is_changed_switched_off_and_taken_away(hq, console) -> None:
    console.get(f"{PLACE}/new")
    console.send(f"{PLACE}/new", name="Shop", url="https://shop.example/hook")
    (endpoint,) = list_endpoints(hq)
    place = f"{PLACE}/endpoint/{endpoint.endpoint_id}"
    console.get(place)
    assert "The endpoint is changed." in console.send(f"{place}/edit", name="Shop 2", url=endpoint.url).text
    assert "told nothing from now on" in console.send(f"{place}/switch", on="0").text
    assert "Switch it on" in console.send(f"{place}/test").text
    assert "whsec_" in console.send(f"{place}/rotate", hours="24").text
    assert console.send(f"{place}/rotate", hours="25").status_code == 409
    assert "endpoints that were given up" not in console.get("/console/alerts").text
    console.send(f"{place}/switch", on="1")
    with hq.database.atomic() as connection:
        assert give_up(connection, endpoint.endpoint_id)
    assert "endpoints that were given up" in console.get("/console/alerts").text
    assert "The endpoint is gone" in console.send(f"{place}/remove").text
    assert list_endpoints(hq) == []


def test_what_is_refused_comes_back_with_what_was_typed(hq, console) -> None:
    console.get(f"{PLACE}/new")
    page = console.send(f"{PLACE}/new", name="Shop", url="https://127.0.0.1/hook")
    assert page.status_code == 409
    assert "Webhooks go to public addresses" in page.text and "https://127.0.0.1/hook" in page.text
    console.send(f"{PLACE}/new", name="Shop", url="https://shop.example/hook")
    (endpoint,) = list_endpoints(hq)
    changed = console.send(
        f"{PLACE}/endpoint/{endpoint.endpoint_id}/edit", name="Other", url="ftp://x", kind="member.added"
    )
    assert changed.status_code == 409 and '<details class="card" open>' in changed.text
    assert 'value="Other"' in changed.text and 'value="ftp://x"' in changed.text
    assert 'value="member.added" checked' in changed.text
