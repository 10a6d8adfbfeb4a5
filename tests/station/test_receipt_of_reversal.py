"""The receipt of a void or a return, and what an order's own receipt says afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.station.receipt import Given, Kind, NoSuchOrder, Points, receipt_of
from app.station.void import Reversed
from tests.station.test_void import UNIT, Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "store")
    yield till
    till.store.close()


def undone(till: Till, *what: object, **by: object) -> Reversed:
    found = till.undo(*what, **by)
    assert isinstance(found, Reversed), found
    return found


def test_a_void_says_what_goes_back(till: Till) -> None:
    order = till.buys()
    before = receipt_of(till.store, order)
    assert (before.is_undone, before.has_returns) == (False, False)
    found = undone(till, order)
    receipt = receipt_of(till.store, found.data["reversal_id"])
    assert (receipt.kind, receipt.number, receipt.code) == (Kind.VOID, order, "")
    assert receipt.due == before.due and receipt.due > 0
    assert set(receipt.given) == {Given(each.name, each.discount, each.points) for each in before.given}
    assert receipt.points == Points(None, -30, -before.points.earned)
    assert receipt.member == "A*** L." and receipt.is_queued and receipt.goods == ()


def test_the_receipt_of_a_voided_order_says_so(till: Till) -> None:
    order = till.buys()
    undone(till, order)
    receipt = receipt_of(till.store, order)
    assert (receipt.is_undone, receipt.has_returns) == (True, False)


def test_a_return_names_the_goods_and_leads_back_to_its_order(till: Till) -> None:
    order = till.buys()
    found = undone(till, order, (1, UNIT))
    receipt = receipt_of(till.store, found.data["reversal_id"])
    ((sku, milli, amount),) = receipt.goods
    assert (receipt.kind, sku, milli) == (Kind.RETURN, "coffee", UNIT)
    assert 0 < amount == receipt.due + 0 and receipt.code == f"TS:R:{order}"
    own = receipt_of(till.store, receipt.code.removeprefix("TS:R:"))
    assert (own.kind, own.is_undone, own.has_returns) == (Kind.ORDER, False, True)


def test_what_head_office_knows_is_not_marked(till: Till) -> None:
    found = undone(till, till.buys())
    till.store.set_acked_seq(found.seq)
    assert not receipt_of(till.store, found.data["reversal_id"]).is_queued


def test_what_a_void_claims_beside_its_id_is_no_number_of_a_receipt(till: Till) -> None:
    order = till.buys()
    with pytest.raises(NoSuchOrder):
        receipt_of(till.store, f"void:{order}")
    undone(till, order)
    assert receipt_of(till.store, f"void:{order}").kind is Kind.VOID
