"""What people do by head office's API, as real stations feel it at their next pull: earning, kill switch, new rules."""

from contextlib import contextmanager

import pytest

from hq.journal.desk import list_cases
from tests.hq.asking_api import api_of
from tests.sync.test_stops import later, reasons, verdicts
from tests.sync.world import REF

CAMPAIGN = "/v1/campaigns/coffee"
GIVES = [{"kind": "points", "points": 50}]
FIXED = [{"id": "fixed", "of": "order", "points_milli": 50_000, "mode": "full_unit"}]
DOUBLE = [{"id": "double", "points_milli": 2_000, "per": 100, "mode": "full_unit"}]
TRIED = {
    "order": {"store": "s-1", "at": "2026-01-15T10:00", "lines": [{"sku": "coffee", "unit_price": "5.00"}]},
    "presented": ["coffee-1"],
    "expected": {"offers": {"coffee-1": "0.10"}},
}


@pytest.fixture(params=["world", "postgres_world"], ids=["sqlite", "postgresql"])
def each(request):
    return request.getfixturevalue(request.param)


@contextmanager
def asking(world):
    with api_of(world.hq) as api:
        yield api


def test_t04_earning_is_chosen_without_a_release(each) -> None:
    """T04: fixed (+50 an order) and proportional (2 a 1.00) are chosen at HQ; the next pull changes the quote."""
    shop, card = each.shop().synced(), each.card()
    assert shop.sell(card=card).points == 5
    with asking(each) as api:
        for earning, points in ((FIXED, 50), (DOUBLE, 10), (FIXED, 50)):
            assert api.put("/v1/program/parts/earning", {"body": earning}).status_code == 200
            assert shop.sell(card=card).points != points, "a draft reaches no station"
            assert api.post("/v1/program/publish", {"note": "another way to earn"}).status_code == 200
            assert shop.synced().sell(card=card).points == points
    shop.synced()
    assert {verdict for _, verdict in shop.verdicts()} == {"posted"}


def test_t42_each_kind_is_stopped_by_the_api_and_let_go(each) -> None:
    """T42: a campaign, a code, a card and a referral scheme; an online station refuses from its next sync on."""
    voucher, shop, card = each.voucher(), each.shop().synced(), each.card()
    with asking(each) as api:
        for what in (f"code:{voucher}", f"member:{REF}", "campaign:coffee"):
            assert shop.sell(card=card, voucher=voucher).discount == 100, what
            later(each)
            assert api.post("/v1/stops", {"what": what, "note": "a mistake"}).status_code == 201
            later(each)
            assert reasons(shop.synced().sell(card=card, voucher=voucher)) == [["stopped"]]
            shop.synced()  # says what it knows
            (listed,) = api.get("/v1/stops").json()["items"]
            assert (listed["heard"], listed["devices"], listed["note"]) == (1, 1, "a mistake")
            assert api.post("/v1/stops/lift", {"what": what}).status_code == 200
            later(each)
            shop.synced()
        referral = [{"id": "friends", "wanted": 5000, "counts": "one_order", "gives": GIVES}]
        assert api.put("/v1/program/parts/referrals", {"body": referral}).status_code == 200
        assert api.post("/v1/program/publish").status_code == 200
        assert api.post("/v1/stops", {"what": "referral:friends"}).status_code == 201
        shop.synced()
        assert shop.store.stops.newest.holds("referral:friends", 2)
        assert api.post("/v1/stops", {"what": "referral:foes"}).status_code == 404


def test_t42_paused_edited_and_let_go_by_the_api(each) -> None:
    """T42: disable, edit, enable: version n + 1 works, entries of n are judged by n, late from the stop on."""
    voucher, near, far = each.voucher(), each.shop().synced(), each.shop("s-2").synced()
    far.sell(voucher=voucher)
    with asking(each) as api:
        later(each)
        assert api.post(f"{CAMPAIGN}/kill", {"note": "a wrong price"}).json()["state"] == "killed"
        later(each)
        near.synced()
        near.synced()
        heard = api.get(f"{CAMPAIGN}/heard").json()
        assert (heard["news"], heard["heard"], heard["devices"]) == ("stopped", 1, 2)
        assert [each["device_id"] for each in heard["missing"]] == [far.store.device.device_id]
        far.sell(voucher=voucher)  # cut off: it can't know
        assert reasons(near.sell(voucher=voucher)) == [["stopped"]]
        body = api.get(CAMPAIGN).json()["body"]
        body["rules"][0]["effect"]["amount"] = 10
        assert api.patch(CAMPAIGN, {"body": body}).status_code == 200
        assert api.post(f"{CAMPAIGN}/scenarios", {"name": "ten cents", "body": TRIED}).status_code == 201
        assert api.post(f"{CAMPAIGN}/resume").status_code == 409, "under the same rules it stays stopped"
        assert api.post(f"{CAMPAIGN}/publish").status_code == 200
        assert api.post(f"{CAMPAIGN}/resume").json()["state"] == "live"
        later(each)
        assert near.synced().sell(voucher=voucher).discount == 10
        far.sell(voucher=voucher)  # still by the old rules
        far.synced()
        near.synced()
        far.synced()
        assert api.get(f"{CAMPAIGN}/heard").json()["heard"] == 2
    assert [(verdict, "LATE" in codes) for verdict, codes in verdicts(far)] == [
        ("posted", False),
        ("posted", False),
        ("posted", False),
        ("posted_flagged", True),
        ("posted", False),
        ("posted_flagged", True),
    ]
    assert [case.amount for case in list_cases(each.hq)] == [100, 100]
    assert far.sell(voucher=voucher).discount == 10
