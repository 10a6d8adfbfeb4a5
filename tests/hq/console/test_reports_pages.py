"""Dashboard, reports, orders, redemptions, returns and ledger in the console: every number leads to its rows."""

import csv
import io
import re
from html import unescape

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hq.service import EnrolService
from hq.stores.pairing import new_pairing
from tests.hq.reports.shop import ANA, t46_with_a_void
from tests.hq.station import URL, enrol_request, pairing_token

NOVEMBER = "since=2017-11-01&until=2017-11-30"


@pytest.fixture
def shop(hq):
    t46_with_a_void(hq)


def numbers(page):
    """Return the numbers of a table's foot, each with where it leads."""
    foot = re.search(r"<tfoot>(.*?)</tfoot>", page, re.S)[1]
    return re.findall(r'<td class="number">(?:<a href="([^"]+)">)?([^<]+)', foot)


def rows_of(text):
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))


def test_the_dashboard_shows_how_things_stand_and_leads_to_the_rows(console, shop) -> None:
    page = console.get(f"/console/dashboard?{NOVEMBER}").text
    wanted = {
        "Order value": "230.00 USD",
        "Discount": "18.00 USD",
        "Average with discount": "90.00 USD",
        "Points outstanding": "92",
        "Owed on gift cards": "70.00 USD",
        "Active members": "1",
    }
    for label, value in wanted.items():
        place, shown = re.search(rf'{label}</span><a class="value" href="([^"]+)">([^<]+)', page).groups()
        assert shown == value, label
        assert console.get(unescape(place)).status_code == 200


@pytest.mark.parametrize("name", ["order-value", "averages", "redemptions", "points", "gift-cards"])
def test_every_number_of_a_report_leads_to_a_list(console, shop, name) -> None:
    page = console.get(f"/console/reports/{name}?{NOVEMBER}&by=day")
    assert page.status_code == 200
    found = numbers(page.text)
    assert found
    for place, _ in found:
        assert not place or console.get(unescape(place)).status_code in (200, 404)


def test_a_report_is_a_picture_and_a_file_too(console, shop) -> None:
    picture = console.get(f"/console/reports/order-value.svg?{NOVEMBER}&theme=dark")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "#7DB8FF" in picture.text
    assert "<script" not in picture.text
    assert re.findall(r'(?:href|src)="(http[^"]+)"', picture.text) == []
    rows = rows_of(console.get(f"/console/reports/order-value.csv?{NOVEMBER}").text)
    assert rows[0][:4] == ["day", "from", "to", "orders"]
    assert rows[-1][0] == "total"
    assert rows[-1][4:6] == ["230.00", "18.00"]


def test_lists_show_rows_and_are_files(console, shop) -> None:
    page = console.get(f"/console/orders?{NOVEMBER}&member={ANA}").text
    assert page.count('<th scope="row">') == 4
    rows = rows_of(console.get(f"/console/orders/list.csv?{NOVEMBER}").text)
    assert sorted(row[0] for row in rows[1:]) == ["o1", "o2", "o3", "v1"]
    assert "Redeemed" in console.get("/console/redemptions?outcome=redeemed").text
    assert len(rows_of(console.get("/console/redemptions/list.csv").text)) == 3
    assert "Void" in console.get("/console/returns").text
    assert len(rows_of(console.get("/console/returns/list.csv").text)) == 2


def test_an_order_shows_all_that_belongs_to_it(console, shop) -> None:
    page = console.get("/console/orders?order_id=o3").text
    place = re.search(r'href="(/console/orders/[0-9a-f]{32})"', page)[1]
    shown = console.get(place).text
    for word in ("80.00 USD", "Redeemed", "account=points-spent", "account=campaign%3Aten"):
        assert word in shown, word
    assert console.get("/console/orders/unknown").status_code == 404


def test_the_ledger_sums_to_nothing_and_lists_its_postings(console, shop) -> None:
    page = console.get("/console/ledger").text
    assert [text.strip() for _, text in numbers(page)] == ["0 points", "0.00 USD"]
    rows = rows_of(console.get(f"/console/ledger/postings.csv?account=points-issued&{NOVEMBER}").text)
    assert sum(int(row[2]) for row in rows[1:]) == -212
    assert "points-issued" in console.get("/console/ledger/postings?account=points-issued").text


def test_without_anything_pages_say_what_to_do_next(console) -> None:
    for place in (
        "orders",
        "redemptions",
        "returns",
        "reports/points",
        "ledger/postings?account=corrections",
    ):
        page = console.get(f"/console/{place}")
        assert page.status_code == 200
        assert 'class="empty"' in page.text, place
    assert console.get("/console/dashboard").status_code == 200


@pytest.mark.parametrize("place", ["orders?since=x", "orders?cursor=x", "redemptions?outcome=x", "reports/points?by=x",
                                   "reports/points?by=campaign", "ledger/postings?account=a&since=x",
                                   "dashboard?since=x"])  # fmt: skip
def test_addresses_that_make_no_sense_are_refused_as_that(console, place) -> None:
    assert console.get(f"/console/{place}").status_code == 400


def test_days_turned_round_mean_the_time_between_them(console, shop) -> None:
    turned = "since=2017-11-30&until=2017-11-01"
    for place in ("dashboard", "reports/order-value", "reports/engaged", "orders", "ledger/postings"):
        answer = console.get(f"/console/{place}?{turned}&account=discounts-given")
        assert answer.status_code == 200, place
    assert "230.00 USD" in console.get(f"/console/dashboard?{turned}").text
    assert "v1" in console.get(f"/console/orders?{turned}").text


def test_stations_that_are_offline_lead_to_them(console, hq, shop, clock) -> None:
    clock.set_ms(clock.now_ms() + 3_600_000)
    asked = pairing_token(new_pairing(hq, store_id="S1", url=URL, is_trusted=False).text)
    EnrolService(hq).enrol(enrol_request(asked, Ed25519PrivateKey.generate()))  # waits: none that is away
    page = console.get("/console/dashboard").text
    place, count = re.search(
        r'Stations offline now</span><a class="value" href="([^"]+)">(\d+)', page
    ).groups()
    rows = re.findall(r'<th scope="row"><a class="mono"', console.get(unescape(place)).text)
    assert int(count) == len(rows) > 0


def test_postings_of_no_account_lead_to_the_accounts(console) -> None:
    assert console.get("/console/ledger/postings").url.endswith("/console/ledger")
