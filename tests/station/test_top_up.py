"""Money put on gift cards: by whom, how much, once, and earning nothing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.core.approvals import Approval, Why
from app.core.entry import GIFT_CARD
from app.core.order import Line
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.station.approval import ApprovalOver
from app.station.gift_card import CardShown, CardState, SeenGiftCard, look_up
from app.station.identify import identify
from app.station.receipt import Card, receipt_of
from app.station.receipt import Kind as ReceiptKind
from app.station.redeem import AtTill, OrderIn, hand_in
from app.station.staff import approve
from app.station.top_up import (
    CardChange,
    CardDone,
    CardPreview,
    ChangeConflict,
    preview_change,
    record_change,
)
from app.station.void import Asked, By, record_reversal
from app.store.keystore import MemoryKeyStore
from tests.builders import NOW_MS, PIN, a_gift_card, a_person, a_program, a_store, move_replica
from tests.clocks import Machine

DAY_MS = 86_400_000
LIMITS = {"gift_cards": {"top_up": {"alone": 10_000, "balance": 50_000}}}


class Till:
    def __init__(self, folder: Path) -> None:
        self.machine = Machine(NOW_MS)
        self.store = a_store(
            folder, program=a_program(**LIMITS), keys_in=MemoryKeyStore(), clock=self.machine
        )
        self.ben = a_person(self.store)
        self.eva = a_person(self.store, seed=3, role="manager", name="Eva")
        move_replica(self.store, included_seq=0)

    def card(self, **changes: object) -> SeenGiftCard:
        seen = identify(self.store, a_gift_card(self.store, **changes))
        assert isinstance(seen, SeenGiftCard)
        return seen

    def approved(self, change: CardChange, who: str = "") -> Approval:
        found = approve(
            lambda work: work(self.store), who or self.eva, PIN, action=change.action, why=Why.PROMISED
        )
        assert isinstance(found, Approval)
        return found

    def put(self, change: CardChange, **by: object) -> CardDone | Refusal:
        return record_change(self.store, change, By(**({"cashier": self.ben} | by)))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def change(card: SeenGiftCard, amount: int, name: str = "C-1") -> CardChange:
    return CardChange(name, card.ref, amount)


def why(found: object) -> Reason:
    assert isinstance(found, Refusal)
    return found.reason


def test_the_first_money_activates_a_card_and_more_tops_it_up(till: Till) -> None:
    card = till.card(state="new", balance=0)
    first, second = till.put(change(card, 5_000)), till.put(change(card, 2_000, "C-2"))
    assert isinstance(first, CardDone) and isinstance(second, CardDone)
    assert [each.data["movement"] for each in (first, second)] == ["activated", "topped_up"]
    seen = look_up(till.store, card.ref)
    assert seen is not None
    assert (seen.balance, seen.state, second.data["balance"]) == (7_000, CardState.ACTIVE, 7_000)
    assert [entry.type for entry in till.store.journal.entries()] == [GIFT_CARD, GIFT_CARD]


def test_the_same_change_again_is_one_and_needs_no_approval_again(till: Till) -> None:
    card = till.card()
    asked = change(card, 20_000)
    first = till.put(asked, approval=till.approved(asked))
    again = till.put(asked)
    assert isinstance(first, CardDone) and isinstance(again, CardDone)
    assert (again.seq, again.data, again.is_repeat) == (first.seq, first.data, True)
    assert till.store.journal.head().seq == 1


def test_the_receipt_says_what_was_put_on_and_what_the_card_has(till: Till) -> None:
    till.put(change(till.card(ends_on="2099-01-31"), 5_000))
    receipt = receipt_of(till.store, "C-1")
    assert (receipt.kind, receipt.due, receipt.is_queued) == (ReceiptKind.GIFT_CARD, 5_000, True)
    assert receipt.card == Card("", paid_in=5_000, balance=15_000, ends_on=date(2099, 1, 31))


def test_the_same_id_for_something_else_is_no_repeat_and_puts_nothing_on(till: Till) -> None:
    card, other = till.card(), till.card(seed=2)
    till.put(change(card, 5_000))
    for wrong in (change(card, 7_000), change(other, 5_000)):
        with pytest.raises(ChangeConflict):
            till.put(wrong)
    asked = OrderIn("A-1", (Line(1, "tea", 1, 700),))
    hand_in(till.store, asked, AtTill(None, (), "offline", cards=(CardShown(card.ref),)))
    record_reversal(till.store, Asked("V-1", Kind.VOID, "A-1", ReversalReason.MISTAKE), By())
    with pytest.raises(ChangeConflict):
        till.put(change(card, 5_000, "V-1"))
    assert [each.seq for each in till.store.journal.entries()] == [1, 2, 3]


@pytest.mark.parametrize(("amount", "needs"), [(9_999, False), (10_000, False), (10_001, True)])
def test_a_cashier_puts_on_so_much_alone(till: Till, amount: int, needs: bool) -> None:
    asked = change(till.card(), amount)
    found = preview_change(till.store, asked, By(till.ben))
    assert isinstance(found, CardPreview) and found.needs_approval is needs
    assert isinstance(till.put(asked), Refusal if needs else CardDone)


def test_what_is_put_on_one_card_in_parts_is_as_much_as_at_once(till: Till) -> None:
    card = till.card(balance=0)
    for name in ("C-1", "C-2"):
        assert isinstance(till.put(change(card, 5_000, name)), CardDone)
    asked = change(card, 1, "C-3")
    assert why(till.put(asked)) is Reason.APPROVAL_NEEDED
    assert isinstance(till.put(asked, approval=till.approved(asked)), CardDone)
    assert isinstance(till.put(change(till.card(seed=2), 10_000, "C-4")), CardDone)  # of each card
    till.machine.go_on(DAY_MS)
    assert isinstance(till.put(change(card, 10_000, "C-5")), CardDone)  # and each day


def test_a_manager_approves_what_nobody_signed_in_for_and_needs_nobody(till: Till) -> None:
    asked = change(till.card(), 100)
    assert why(till.put(asked, cashier="")) is Reason.APPROVAL_NEEDED
    done = till.put(asked, cashier="", approval=till.approved(asked))
    assert isinstance(done, CardDone) and done.data["approver"] == till.eva
    more = change(till.card(), 20_000, "C-2")
    assert why(till.put(more)) is Reason.APPROVAL_NEEDED
    assert isinstance(till.put(more, cashier=till.eva), CardDone)  # a manager at the till needs nobody


def test_an_approval_of_something_else_puts_nothing_on(till: Till) -> None:
    card = till.card()
    with pytest.raises(ApprovalOver):
        till.put(change(card, 20_000), approval=till.approved(change(card, 20_000, "C-2")))
    assert till.store.journal.head().seq == 0


@pytest.mark.parametrize(("amount", "fits"), [(0, False), (1, True), (40_000, True), (40_001, False)])
def test_a_card_carries_so_much(till: Till, amount: int, fits: bool) -> None:
    found = preview_change(till.store, change(till.card(), amount), By(till.eva))
    assert isinstance(found, CardPreview) if fits else why(found) is Reason.CARD_AMOUNT


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "frozen"}, Reason.CARD_FROZEN),
        ({"ends_on": "2001-01-01"}, Reason.WALLET_EXPIRED),
        ({"single_use": True, "balance": 0}, Reason.CARD_USED),
    ],
)
def test_nothing_is_put_on_a_card_that_is_over(
    till: Till, changes: dict[str, object], reason: Reason
) -> None:
    assert why(till.put(change(till.card(**changes), 100))) is reason
    assert till.store.journal.head().seq == 0


def test_nothing_is_put_on_a_card_that_is_not_known(till: Till) -> None:
    assert why(till.put(CardChange("C-1", "0" * 32, 100))) is Reason.UNKNOWN_CODE
