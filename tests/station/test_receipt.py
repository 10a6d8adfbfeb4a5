"""What stands on a receipt: what was recorded, nobody's name, and a code by which the order is found again."""

from datetime import date

import pytest

from app.core.codes import ReceiptCode, parse
from app.core.voucher import Presentation
from app.station.identify import SeenMember, identify
from app.station.receipt import (
    Given,
    Kind,
    NoSuchOrder,
    Points,
    a_test,
    last_order,
    masked,
    order_receipt,
    receipt_of,
)
from app.station.redeem import hand_in
from app.store.store import StationStore
from tests.builders import NOW_MS, a_campaign, a_member, a_program, a_voucher, an_order, at_till, put_program

AUTOMATIC = a_campaign(
    id="all",
    rules=[
        {
            "id": "all-2",
            "name": "2 % for everybody",
            "trigger": "automatic",
            "priority": 0,
            "effect": {"kind": "percent_off", "target": "order", "basis_points": 200},
        }
    ],
)


def seen(store: StationStore, code: str) -> SeenMember | Presentation:
    found = identify(store, code)
    assert isinstance(found, SeenMember | Presentation)
    return found


def test_an_order_with_a_voucher_and_a_rule_of_its_own(store: StationStore) -> None:
    put_program(store, a_program(campaigns=[a_campaign(), AUTOMATIC]))
    member = seen(store, a_member(store, balance=300, name="Ada Lovelace").code)
    voucher = seen(store, a_voucher(store))
    hand_in(store, an_order("A-1", ("coffee", 1_099)), at_till(member, voucher))
    receipt = receipt_of(store, "A-1")
    assert (receipt.kind, receipt.store, receipt.currency, receipt.number) == (
        Kind.ORDER,
        "Harbour",
        "USD",
        "A-1",
    )
    assert (receipt.total, receipt.discount, receipt.due) == (1_099, 120, 979)
    assert receipt.given == (Given("1.00 off coffee", 100), Given("2 % for everybody", 20))
    assert receipt.points == Points(before=300, spent=0, earned=9)
    assert (receipt.member, receipt.at_ms) == ("A*** L.", NOW_MS)


def test_its_code_scans_back_to_the_same_receipt(store: StationStore) -> None:
    voucher = seen(store, a_voucher(store))
    hand_in(store, an_order("A-1"), at_till(None, voucher))
    receipt = receipt_of(store, "A-1")
    code = parse(receipt.code, keys={}, now_ms=NOW_MS)
    assert code == ReceiptCode(voucher.redemption_id)
    assert receipt_of(store, code.redemption_id) == receipt


def test_paper_remembers_which_entry_it_is_of(store: StationStore) -> None:
    """F76: whoever drops the end of a journal can't take it back from customers."""
    for order in ("A-1", "A-2"):
        hand_in(store, an_order(order), at_till())
    assert [receipt_of(store, order).entry for order in ("A-1", "A-2")] == ["d-1/1/1", "d-1/1/2"]


def test_an_order_without_a_redemption_is_found_by_its_number(store: StationStore) -> None:
    hand_in(store, an_order("A-1"), at_till())
    receipt = receipt_of(store, "A-1")
    code = parse(receipt.code, keys={}, now_ms=NOW_MS)
    assert code == ReceiptCode("A-1") and receipt_of(store, "A-1") == receipt
    assert (receipt.member, receipt.points, receipt.given) == ("", None, ())


def test_what_was_refused_stands_on_no_receipt(store: StationStore) -> None:
    voucher = seen(store, a_voucher(store))
    hand_in(store, an_order("A-1", ("bread", 300)), at_till(None, voucher))
    receipt = receipt_of(store, "A-1")
    assert (receipt.given, receipt.due, receipt.code) == ((), 300, "TS:R:A-1")


@pytest.mark.parametrize(
    ("link", "acked", "is_queued"),
    [("offline", 0, True), ("offline", 1, False), ("online", 0, False)],
)
def test_what_head_office_does_not_know_yet_is_marked(store, link: str, acked: int, is_queued: bool) -> None:
    hand_in(store, an_order("A-1"), at_till(link=link))
    store.set_acked_seq(acked)
    assert receipt_of(store, "A-1").is_queued is is_queued


def test_the_receipt_of_each_order_is_its_own(store: StationStore) -> None:
    vouchers = [seen(store, a_voucher(store, seed=seed)) for seed in (1, 2)]
    hand_in(store, an_order("A-1"), at_till(None, *vouchers))
    hand_in(store, an_order("A-2", ("bread", 250)), at_till())
    assert len(receipt_of(store, "A-1").given) == 2
    assert receipt_of(store, vouchers[1].redemption_id).number == "A-1"
    assert receipt_of(store, "A-2").total == 250 and last_order(store) == "A-2"


def test_an_order_that_is_nobodys(store: StationStore) -> None:
    assert last_order(store) is None
    with pytest.raises(NoSuchOrder):
        receipt_of(store, "A-1")


def test_a_member_who_is_gone_from_the_replica_is_called_by_the_end_of_their_reference(
    store: StationStore,
) -> None:
    card = a_member(store)
    member = seen(store, card.code)
    hand_in(store, an_order("A-1"), at_till(member))
    with store.replica_atomic():
        store.replica.delete_row("member", card.ref)
    assert receipt_of(store, "A-1").member == "***" + card.ref[-4:]


# --- what a record alone says ---------------------------------------------------------------------------------------


def a_record(**changes: object) -> dict:
    member = {"ref": "M0000000000AB", "known": True, "balance": 500, "segments": [], "tier": ""}
    return {
        "order_id": "A-1",
        "register": "1",
        "t_eff": NOW_MS,
        "tz": "America/New_York",
        "currency": "USD",
        "link": "online",
        "member": member,
        "campaigns": [],
        "total": 11_900,
        "discount": 0,
        "points": 99,
    } | changes


def made(record: dict, *redemptions: dict):
    return order_receipt(record, redemptions, store_name="Harbour", member="", program=None, is_sent=True)


def a_redemption(**changes: object) -> dict:
    return {"redemption_id": "r-1", "rule": "points-pay", "discount": 0, "points": 2_000} | changes


def test_points_as_payment_leave_the_tax_and_lower_what_is_due() -> None:
    receipt = made(a_record(tax=1_900), a_redemption(paid=2_000))
    assert (receipt.tax, receipt.due, receipt.given[0].paid) == (1_900, 9_900, 2_000)
    assert receipt.points == Points(500, 2_000, 99)


def test_points_as_a_price_reduction_lower_the_tax() -> None:
    receipt = made(a_record(tax=1_581, discount=2_000), a_redemption(discount=2_000))
    assert (receipt.tax, receipt.due, receipt.given[0].discount) == (1_581, 9_900, 2_000)


def test_cards_and_wallet_pay_what_is_left_and_a_card_that_paid_nothing_is_not_told() -> None:
    paid = [
        {"kind": "gift_card", "ref": "g", "amount": 1_000, "left": 0, "reasons": []},
        {"kind": "gift_card", "ref": "h", "amount": 0, "left": 50, "reasons": []},
        {"kind": "wallet", "ref": "w", "amount": 400, "left": 0, "reasons": []},
    ]
    receipt = made(a_record(paid=paid, payable=12_000))
    assert receipt.tenders == (("gift_card", 1_000), ("wallet", 400))
    assert receipt.due == 10_600


def test_the_right_product_is_named() -> None:
    gift = a_redemption(points=50, gifts=[["SERUM-FULL", 1]])
    assert made(a_record(), gift).given == (Given("points-pay", points=50, gifts=(("SERUM-FULL", 1),)),)


def test_what_expires_soon_is_told_and_what_is_over_or_far_away_is_not() -> None:
    expiring = [["2026-01-04", 1], ["2026-04-07", 3], ["2026-01-05", 5], ["2026-08-01", 7]]
    record = a_record()
    record["member"]["expiring"] = expiring
    assert made(record).expiring == ((date(2026, 1, 5), 5), (date(2026, 4, 7), 3))


def test_a_first_visit_says_only_what_was_earned() -> None:
    record = a_record()
    record["member"] |= {"known": False, "balance": 0}
    points = made(record).points
    assert (points.before, points.after, points.earned) == (None, None, 99)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Lovelace", "A*** L."),
        ("김민수", "김***"),
        ("Işıl", "I***"),
        ("Ёлка Щукина", "Ё*** Щ."),
        ("  ", ""),
    ],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_a_test_has_everything_and_is_no_order() -> None:
    receipt = a_test(store="Harbour", register="1", at_ms=NOW_MS, time_zone="UTC", currency="USD")
    assert receipt.kind is Kind.TEST and receipt.code and receipt.points
