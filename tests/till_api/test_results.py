"""What was recorded is told for ever and to everybody who asks: after restarts, from an earlier epoch, once undone."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from app.till_api import service
from app.till_api.wire import Approval as Asking
from tests.builders import a_program, put_program
from tests.till_api.asking import coffee

USD_COFFEES = {
    "currency": "USD",
    "register": "2",
    "lines": [
        {"sku": "coffee", "quantity": 2, "amount": 1_000},
        {
            "sku": "apples",
            "quantity": 0,
            "milli": 350,
            "amount": 333,
            "categories": ["fruit"],
            "tax_ppm": 70_000,
        },
    ],
}


def with_coupons(shop) -> None:
    shop.station._thread.call(lambda store: put_program(store, a_program(version=2), version=2))


def test_a_result_says_what_to_take_off_and_is_the_same_after_a_restart(shop) -> None:
    with_coupons(shop)
    shop.redeem("T-1", USD_COFFEES)
    told = shop.till.get("T-1").said
    result = told["result"]
    assert (result["total"], result["discount"], result["due"]) == (1_333, 100, 1_233)
    assert result["lines"] == [{"line": 1, "take_off": 100}]
    assert (result["given"][0]["name"], result["given"][0]["take_off"]) == ("1.00 off coffee", 100)
    assert {"text": "2026-01-05 12:00  ·  Register 2", "right": "", "style": "small"} in result["receipt"]
    shop.restart()
    assert shop.till.get("T-1").said == told == shop.till.put("T-1", USD_COFFEES).said
    assert shop.till.get("T-9").said["type"] == "urn:tillside:problem:unknown_order"


def test_what_was_not_recorded_when_the_station_died_is_taken_once_more(shop) -> None:
    shop.till.put("T-1", coffee())
    before = shop.till.get("T-1").said["revision"]
    shop.restart()
    assert shop.till.get("T-1").status == 404
    assert shop.till.put("T-1", coffee()).said["state"] == "waiting"
    assert shop.till.get("T-1", f"?wait_s=30&after={before}").said["revision"] != before  # and at once


def test_an_order_is_voided_once_however_often_it_is_asked(shop) -> None:
    with_coupons(shop)
    shop.redeem("T-1", coffee())
    told = shop.till.void("T-1")
    assert (told.status, told.said["state"]) == (200, "voided")
    assert (told.said["void"]["till"], told.said["void"]["reason"]) == (399, "till_voided")
    shop.restart()
    assert shop.till.void("T-1", reason="mistake").said == told.said == shop.till.get("T-1").said
    shop.till.put("T-3", coffee())
    shop.confirm()
    shop.station._till.api._service._undoing._asked["T-3"] = Asking.DECLINED
    assert shop.till.get("T-3").said["approval"] == "declined"
    shop.say({"void": {"order_id": "T-3", "reason": "mistake"}})  # at the station after all
    assert (shop.till.get("T-3").said["state"], "approval" in shop.till.get("T-3").said) == ("voided", False)
    assert shop.till.void("T-9").status == 404
    assert shop.till.void("T-1", reason="goods_back").status == 400
    shop.till.put("T-2", coffee())
    kinds = [shop.till.void("T-2").said["type"].rpartition(":")[2]]
    shop.station._till.begin()  # from here on it may be recorded: a till that heard "unknown" would leave it so
    kinds.append(shop.till.void("T-2").said["type"].rpartition(":")[2])
    assert kinds == ["not_recorded", "confirming"]


def test_a_return_is_one_by_its_number_and_gives_back_what_was_paid(shop) -> None:
    with_coupons(shop)
    shop.redeem("T-1", USD_COFFEES)
    back = {"lines": [{"line": 1, "quantity": 1}]}
    told = shop.till.ask("PUT", "/v1/orders/T-1/returns/R-1", back)
    assert (told.status, told.said["state"], told.said["returns"][0]["till"]) == (200, "recorded", 450)
    assert shop.till.ask("PUT", "/v1/orders/T-1/returns/R-1", back).said == told.said
    other = {"lines": [{"line": 1, "quantity": 2}]}
    assert shop.till.ask("PUT", "/v1/orders/T-1/returns/R-1", other).status == 409
    assert (
        shop.till.ask("PUT", "/v1/orders/T-1/returns/R-2", other).said["type"].endswith("returned_too_much")
    )
    next_one = shop.till.ask("PUT", "/v1/orders/T-1/returns/R-2", back).said
    assert len(next_one["returns"]) == 2 and next_one["returned"] == next_one["returns"][1]
    again = shop.till.ask(
        "PUT", "/v1/orders/T-1/returns/R-1", back
    ).said  # whose money goes back is not guessed
    assert again["returned"] == again["returns"][0] and "returned" not in shop.till.get("T-1").said


def test_what_needs_a_manager_is_not_done_where_nobody_can_be_asked(shop) -> None:
    shop.till.put("T-1", coffee(9_900))
    shop.confirm()
    shop.say({"sign_in": {"staff": shop.cashier, "pin": "7392"}})  # it was recorded by nobody
    refused = shop.till.void("T-1")
    assert (refused.status, refused.said["type"]) == (409, "urn:tillside:problem:approval_needed")
    assert "approval" not in shop.till.get("T-1").said


def test_who_waits_hears_at_once_and_only_so_many_wait(shop, monkeypatch) -> None:
    monkeypatch.setattr(service, "WAITERS_MAX", 2)
    shop.till.put("T-1", coffee())
    for _ in range(3):  # whoever hangs up waits no longer
        shop.till.hang_up("/v1/orders/T-1?wait_s=30")
    with ThreadPoolExecutor(3) as tills:
        asked = [tills.submit(shop.till.get, "T-1", "?wait_s=30") for _ in range(3)]
        first, others = wait(asked, return_when=FIRST_COMPLETED)
        assert [(each.result().status, each.result().headers["retry-after"]) for each in first] == [
            (503, "1")
        ]
        shop.confirm()
        assert [each.result().said["state"] for each in others] == ["recorded"] * 2
    assert shop.till.get("T-1", "?wait_s=31").status == 400


def test_a_till_that_has_gone_leaves_its_order_here_and_may_take_it_back(shop) -> None:
    shop.till.put("T-1", coffee())
    assert shop.till.ask("DELETE", "/v1/orders/T-1").said["why"] == "The till has given it up."
    assert shop.say({"till": True})["order"] == ""
    shop.till.put("T-1", coffee())
    shop.say({"clear": True})
    assert shop.till.get("T-1").said["why"] == "It was dropped at the station."
    shop.till.put("T-1", coffee())
    shop.confirm()
    gone = shop.till.ask("DELETE", "/v1/orders/T-1")
    assert (gone.status, gone.said["order"]["state"]) == (409, "recorded")
