"""Reports, orders, redemptions, returns and the ledger by the API: what they say, and the rows behind each number."""

import pytest

from hq.access.actor import Ceilings
from hq.reports.kinds import REPORTS
from tests.hq.asking_api import api_of
from tests.hq.reports.shop import ANA, CAMPAIGN, t46_with_a_void

NOVEMBER = "since=2017-11-01&until=2017-11-30"


@pytest.fixture
def api(hq):
    t46_with_a_void(hq)
    with api_of(hq) as asking:
        yield asking


def all_of(api, target):
    """Read a list to its end, one row a page."""
    found, following = [], ""
    while following is not None:
        answer = api.get(f"{target}&limit=1" + (f"&cursor={following}" if following else "")).json()
        found += answer["items"]
        following = answer["next"]
    return found


def test_reports_say_what_their_columns_mean_and_add_up(api) -> None:
    listed = api.get("/v1/reports").json()["items"]
    assert [each["name"] for each in listed] == list(REPORTS)
    made = api.get(f"/v1/reports/order-value?{NOVEMBER}&by=store").json()
    assert made["total"]["values"]["value"] == 23_000 == sum(row["values"]["value"] for row in made["rows"])
    assert (made["currency"], made["time_zone"]) == ("USD", "America/New_York")
    assert api.get(f"/v1/reports/points?{NOVEMBER}").json()["total"]["values"]["outstanding"] == 92


def test_every_sum_of_the_ledger_is_the_sum_of_its_rows(api) -> None:
    points = api.get(f"/v1/reports/points?{NOVEMBER}").json()["total"]["values"]
    cards = api.get(f"/v1/reports/gift-cards?{NOVEMBER}").json()["total"]["values"]
    value = api.get(f"/v1/reports/order-value?{NOVEMBER}").json()["total"]["values"]
    for account, amount in (("points-issued", -points["issued"]), ("points-spent", points["spent"]),
                            ("points-expired", points["expired"]), ("gift-cards-sold", -cards["sold"]),
                            ("gift-cards-paid", cards["paid"]), ("discounts-given", value["discount"])):  # fmt: skip
        rows = all_of(api, f"/v1/ledger/postings?account={account}&{NOVEMBER}")
        assert rows
        assert sum(row["amount"] for row in rows) == amount, account
    accounts = {row["account"]: row["amount"] for row in api.get("/v1/ledger").json()["items"]}
    assert accounts["member:"] == 92
    assert sum(accounts[name] for name in ("member:", "points-issued", "points-spent", "points-expired")) == 0


def test_orders_come_newest_first_by_filters(api) -> None:
    orders = all_of(api, f"/v1/orders?{NOVEMBER}")
    assert [each["order_id"] for each in orders] == ["o3", "o2", "v1", "o1"] or [
        each["order_id"] for each in orders] == ["o3", "o2", "o1", "v1"]  # fmt: skip
    assert [each["order_id"] for each in all_of(api, "/v1/orders?store=S2")] == ["o3"]
    assert len(all_of(api, f"/v1/orders?member={ANA}&discount=with")) == 2
    assert [each["order_id"] for each in all_of(api, "/v1/orders?order_id=o2")] == ["o2"]
    assert api.get("/v1/orders?since=2017-11-08&until=2017-11-08").json()["items"][0]["order_id"] == "o3"
    assert api.get("/v1/orders?link=offline").json()["items"] == []


def test_an_order_has_all_that_belongs_to_it(api) -> None:
    (row,) = api.get("/v1/orders?order_id=o3").json()["items"]
    found = api.get(f"/v1/orders/{row['entry_id']}").json()
    assert [line["amount"] for line in found["all_lines"]] == [8_000]
    assert [each["points"] for each in found["redemptions"]] == [100]
    assert sum(each["amount"] for each in found["postings"] if each["unit"] == "points") == 0
    (row,) = api.get("/v1/orders?order_id=v1").json()["items"]
    assert [each["kind"] for each in api.get(f"/v1/orders/{row['entry_id']}").json()["returns"]] == ["void"]
    assert api.get("/v1/orders/unknown").status_code == 404


def test_redemptions_and_returns_are_listed(api) -> None:
    assert [each["points"] for each in all_of(api, f"/v1/redemptions?campaign={CAMPAIGN}")] == [100, 0]
    assert api.get("/v1/redemptions?outcome=refused").json()["items"] == []
    (back,) = all_of(api, f"/v1/returns?{NOVEMBER}&kind=void")
    assert (back["order_id"], back["goods"]) == ("v1", 750)


def test_engaged_members_beside_others(api) -> None:
    found = api.get(f"/v1/reports/engaged?{NOVEMBER}").json()
    assert (found["engaged"]["members"], found["others"]["members"]) == (1, 0)


def test_whoever_sees_some_stores_sees_their_figures_and_rows_alone(hq, api) -> None:
    with api_of(hq, ceilings=Ceilings(stores=frozenset({"S2"}))) as other:
        assert other.get(f"/v1/reports/order-value?{NOVEMBER}").json()["total"]["values"]["value"] == 8_000
        assert [each["order_id"] for each in other.get("/v1/orders").json()["items"]] == ["o3"]
        (first,) = api.get("/v1/orders?order_id=o1").json()["items"]
        assert other.get(f"/v1/orders/{first['entry_id']}").status_code == 404
        assert other.get("/v1/ledger/postings?account=gift-cards-sold").json()["items"] == []


@pytest.mark.parametrize("target", [
    "/v1/reports/order-value?by=year", "/v1/reports/points?by=campaign", "/v1/reports/points?campaign=x",
    "/v1/reports/points?since=2017", "/v1/reports/points?since=2017-11-09&until=2017-11-08", "/v1/orders?since=x",
    "/v1/orders?cursor=x", "/v1/ledger/postings", "/v1/ledger/postings?account=", "/v1/redemptions?outcome=x",
])  # fmt: skip
def test_what_makes_no_sense_is_refused_as_that(api, target) -> None:
    assert api.get(target).status_code in (400, 409)


def test_no_report_of_that_name(api) -> None:
    assert api.get("/v1/reports/unknown").status_code == 404
