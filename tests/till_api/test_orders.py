"""An order's way: handed over, quoted, confirmed, told; the same again is the same, and what is recorded stays so."""

from tests.till_api.asking import coffee


def test_an_order_goes_to_the_station_and_its_result_comes_back(shop) -> None:
    assert shop.till.put("T-1", coffee()).said["state"] == "waiting"
    shop.say(shop.card.code)
    assert shop.say({"till": True})["order"] == "T-1"
    quoted = shop.till.get("T-1").said
    assert (quoted["state"], quoted["quote"]["points_earned"], quoted["quote"]["due"]) == ("quoted", 4, 499)
    shop.confirm()
    told = shop.till.get("T-1").said
    assert (told["state"], told["result"]["due"], told["result"]["entry"]) == ("recorded", 499, 1)
    assert {"text": "Earned with this order", "right": "+4", "style": "strong"} in told["result"]["receipt"]


def test_the_same_again_is_the_same_and_another_body_is_taken_until_it_is_recorded(shop) -> None:
    shop.till.put("T-1", coffee())
    assert shop.till.put("T-1", coffee()).said == shop.till.get("T-1").said
    assert shop.till.put("T-1", coffee(1_000)).status == 200
    assert shop.confirm()["total"] == 1_000
    again = shop.till.put("T-1", coffee(1_000))
    assert (again.status, again.said["state"]) == (200, "recorded")
    other = shop.till.put("T-1", coffee(1_001))
    assert (other.status, other.said["type"]) == (409, "urn:tillside:problem:order_recorded")
    assert other.said["order"] == again.said
    assert shop.say({"till": True})["order"] == ""


def test_what_was_scanned_for_one_order_does_not_go_with_another(shop) -> None:
    for after in (lambda: None, lambda: shop.till.ask("DELETE", "/v1/orders/T-1")):
        shop.till.put("T-1", coffee())
        shop.say(shop.card.code)
        assert shop.till.get("T-1").said["state"] == "quoted"
        after()
        assert shop.till.put("T-2", coffee(800)).said["state"] == "waiting"
        shop.till.ask("DELETE", "/v1/orders/T-2")
