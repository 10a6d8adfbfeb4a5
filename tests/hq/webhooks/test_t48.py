"""T48: a signal, a campaign by the API, and everybody outside who is to hear of it."""

import orjson

from app.core.program_format import read_program
from hq.campaigns.service import newest_document
from hq.webhooks.feed import give_places
from hq.webhooks.outbox import Kind
from hq.webhooks.sending import TRIES_AFTER_S, send_due
from tests.hq.asking_api import api_of
from tests.hq.station import NOW_MS, enrol_station, voucher
from tests.hq.webhooks.receiving import receiving

HEARD = (
    Kind.CAMPAIGN_CREATED, Kind.CAMPAIGN_STARTED, Kind.CAMPAIGN_STOPPED, Kind.MEMBER_ADDED, Kind.REDEMPTION_MADE,
    Kind.REDEMPTION_REFUSED,
)  # fmt: skip
CODE = "a" * 32


def rain_campaign():
    rule = {
        "id": "rain-1",
        "name": "Ten percent while it rains",
        "trigger": "voucher",
        "priority": 0,
        "condition": {"fact": "signal", "name": "rain", "op": "is", "value": "true"},
        "effect": {"kind": "percent_off", "target": "order", "basis_points": 1_000},
    }
    # It ends at the store's midnight: days are the store's own.
    return {
        "starts_on": "2017-11-06",
        "ends_on": "2017-11-06",
        "audience": None,
        "offline": "always",
        "rules": [rule],
    }


def scenario():
    order = {"store": "S1", "at": "2017-11-06T16:00", "lines": [{"sku": "COFFEE", "unit_price": "10.00"}]}
    return {"order": order, "expected": {"discount": "0.00"}}


def test_t48_each_webhook_comes_once_in_effect_though_the_endpoint_fails_twice(hq, clock) -> None:
    """Signal, campaign, member, redemption and refusal: each is told of once, by an endpoint that fails twice each."""
    with api_of(hq) as api, receiving(hq) as shop:
        shop.fails = 2
        kinds = [kind.value for kind in HEARD]
        give_places(hq)  # what happened while the HQ was furnished is nobody's business
        made = api.post("/v1/webhooks", {"name": "shop", "url": shop.url, "kinds": kinds}).json()
        assert api.put("/v1/signals/rain", {"value": "true", "stores": ["S1"]}).status_code == 200

        asked = {"name": "Rain", "campaign_id": "rain", "body": rain_campaign()}
        first = api.post("/v1/campaigns", asked, Idempotency_Key="rain today")
        again = api.post("/v1/campaigns", asked, Idempotency_Key="rain today")
        assert (first.status_code, first.json()) == (201, again.json())
        found = [each["campaign_id"] for each in api.get("/v1/campaigns").json()["items"]]
        assert found.count("rain") == 1
        api.post("/v1/campaigns/rain/scenarios", {"name": "no coupon", "body": scenario()})
        published = api.post("/v1/campaigns/rain/publish", {"is_meant": True})
        assert published.status_code == 200, published.text

        added = api.put("/v1/members/by/rainer", {"personal": {"name": "Rainer"}})
        assert added.status_code == 200, added.text
        ref = added.json()["ref"]
        redeem_and_refuse(hq, ref)
        stopped = api.post("/v1/campaigns/rain/kill", {"note": "the sun is back"})
        assert stopped.status_code == 200, stopped.text

        give_places(hq)
        for wait_s in (0, *TRIES_AFTER_S[:2], *TRIES_AFTER_S[:2]):
            clock.set_ms(clock.now_ms() + wait_s * 1100)
            send_due(hq, made["endpoint_id"])
        told = list(shop.told().values())
        assert sorted(each["type"] for each in told) == sorted(kinds)
        tries = [headers["webhook-id"] for headers, _ in shop.got]
        assert all(tries.count(each) == 3 for each in tries)
        about = {each["type"]: each["data"] for each in told}
        assert about["member.added"]["member"] == ref
        assert (about["redemption.made"]["rule"], about["redemption.made"]["discount"]) == ("rain-1", 50)
        assert about["redemption.refused"]["reasons"]
        assert {
            about[kind]["campaign"] for kind in ("campaign.created", "campaign.started", "campaign.stopped")
        } == {"rain"}
        assert "Rainer" not in orjson.dumps(told).decode()


def redeem_and_refuse(hq, ref):
    """Present the coupon at a station: once while it rains in its store, and once where it does not."""
    station = enrol_station(hq, "S1")
    program = read_program(newest_document(hq, "program").body)
    shown = {"amounts": (("COFFEE", 500),), "ref": ref, "at_ms": NOW_MS, "program": program}
    station.order("wet", **shown, vouchers=(voucher(CODE, rule="rain-1"),), signals={"rain": "true"})
    station.order("dry", **shown, vouchers=(voucher(CODE, rule="rain-1"),))
    station.push()
