"""Gift cards at the station: what one shows, what it pays alone up to the cent of a limit, and what comes back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.asking import Heard
from app.core.card_rest import Rest
from app.core.gift_cards import TenderOutcome
from app.core.order import Line
from app.core.overlay import CARD_ALONE, CARD_DAY, CARD_MONEY
from app.core.paid_order import ReturnedUnits
from app.core.program_format import read_program
from app.core.reasons import Reason, Refusal
from app.core.records import order_differences, replay_order
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.station.answer import AnswerKind, OrderAnswer
from app.station.gift_card import CardShown, CardState, SeenGiftCard, look_up
from app.station.identify import identify
from app.station.redeem import AtTill, OrderConflict, OrderIn, hand_in, quote_order, to_ask
from app.station.void import Asked, By, Reversed, record_reversal
from app.store.keystore import MemoryKeyStore
from tests.builders import NOW_MS, a_gift_card, a_person, a_program, a_store, move_replica
from tests.clocks import Machine

DAY_MS = 86_400_000
LIMITS = {"gift_cards": {"offline": {"card": 5_000, "day": 8_000}}}


class Till:
    """A station that is cut off, with a program of these limits and cards."""

    def __init__(self, folder: Path, **program: Any) -> None:
        self.machine = Machine(NOW_MS)
        self.body = a_program(**(LIMITS | program))
        self.store = a_store(folder, program=self.body, keys_in=MemoryKeyStore(), clock=self.machine)
        self.ben = a_person(self.store)
        move_replica(self.store, included_seq=0)
        self.orders = 0

    def card(self, **changes: Any) -> SeenGiftCard:
        seen = identify(self.store, a_gift_card(self.store, **changes))
        assert isinstance(seen, SeenGiftCard)
        return seen

    def pays(self, card: SeenGiftCard, amount: int, most: int | None = None, **at_till: Any) -> TenderOutcome:
        """Let a card pay of an order of so much."""
        (tender,) = self.order(card, amount=amount, most=most, **at_till).tenders
        return tender

    def order(
        self, *cards: SeenGiftCard, amount: int, most: int | None = None, **at_till: Any
    ) -> OrderAnswer:
        self.orders += 1
        return self.hand_in(f"A-{self.orders}", *cards, amount=amount, most=most, **at_till)

    def hand_in(
        self, order_id: str, *cards: SeenGiftCard, amount: int, most: int | None = None, **at_till: Any
    ) -> OrderAnswer:
        shown = tuple(CardShown(card.ref, most) for card in cards)
        order_in = OrderIn(order_id, (Line(1, "tea", 1, amount),))
        return hand_in(self.store, order_in, AtTill(None, (), "offline", cards=shown, **at_till))

    def void(self, order_id: str) -> Reversed | Refusal:
        asked = Asked(f"V-{order_id}", Kind.VOID, order_id, ReversalReason.MISTAKE)
        return record_reversal(self.store, asked, By())

    def seen(self, card: SeenGiftCard) -> SeenGiftCard:
        found = look_up(self.store, card.ref)
        assert found is not None
        return found


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def reason(found: TenderOutcome) -> Reason:
    return found.refusals[0].reason


def test_a_scan_shows_what_the_card_is_worth_here(till: Till) -> None:
    card = till.card(balance=4_250, ends_on="2099-01-31")
    assert (card.balance, card.state, card.alone, card.refusal) == (4_250, CardState.ACTIVE, 4_250, None)
    assert card.ends_with == a_gift_card(till.store, balance=4_250)[-4:]
    assert till.card(seed=2).alone == 5_000  # what the station may take off it alone


def test_a_card_that_nobody_knows_is_an_unknown_code(till: Till) -> None:
    printed, card = a_gift_card(till.store), till.card()
    with till.store.replica_atomic():
        till.store.replica.delete_row("gift_card", card.ref)
    seen = identify(till.store, printed)
    assert isinstance(seen, Refusal) and seen.reason is Reason.UNKNOWN_CODE
    assert isinstance(identify(till.store, a_gift_card(till.store, seed=2, currency="EUR")), Refusal)


@pytest.mark.parametrize(
    ("changes", "state", "why"),
    [
        ({"state": "frozen"}, CardState.FROZEN, Reason.CARD_FROZEN),
        ({"state": "new", "balance": 0}, CardState.NEW, Reason.CARD_NOT_ACTIVE),
        ({"ends_on": "2001-01-01"}, CardState.EXPIRED, Reason.WALLET_EXPIRED),
        ({"single_use": True, "balance": 0}, CardState.USED, Reason.CARD_USED),
        ({"balance": 0}, CardState.ACTIVE, Reason.VALUE_EMPTY),
    ],
)
def test_a_card_that_pays_nothing_says_why_and_pays_nothing(
    till: Till, changes: dict[str, Any], state: CardState, why: Reason
) -> None:
    card = till.card(**changes)
    assert card.refusal is not None
    assert (card.state, card.refusal.reason, card.alone) == (state, why, 0)
    answer = till.order(card, amount=100)
    assert (answer.tenders[0].amount, reason(answer.tenders[0]), answer.due) == (0, why, 100)
    assert answer.kind is AnswerKind.NOT_POSSIBLE and till.seen(card).balance == card.balance


def test_a_card_pays_all_or_the_part_that_is_asked_of_it(till: Till) -> None:
    card = till.card()
    answer = till.order(card, amount=1_250)
    assert (answer.tenders[0].amount, answer.tenders[0].left, answer.due) == (1_250, 8_750, 0)
    answer = till.order(card, amount=1_250, most=250)
    assert (answer.tenders[0].amount, answer.due, till.seen(card).balance) == (250, 1_000, 8_500)


@pytest.mark.parametrize(("amount", "paid"), [(4_999, 4_999), (5_000, 5_000), (5_001, 0)])
def test_alone_one_card_pays_up_to_its_limit_and_not_a_cent_more(till: Till, amount: int, paid: int) -> None:
    found = till.pays(till.card(), amount)
    assert found.amount == paid
    if not paid:
        assert found.refusals == (Refusal(Reason.CARD_FLOOR, {"wanted": 5_000}),)


@pytest.mark.parametrize(("amount", "paid"), [(999, 999), (1_000, 1_000), (1_001, 0)])
def test_the_limit_of_a_card_counts_what_head_office_has_not_heard_of(
    till: Till, amount: int, paid: int
) -> None:
    card = till.card()
    till.pays(card, 4_000)
    assert till.pays(card, amount).amount == paid


@pytest.mark.parametrize(("amount", "paid"), [(2_999, 2_999), (3_000, 3_000), (3_001, 0)])
def test_all_cards_of_a_day_pay_up_to_the_limit_of_the_station(till: Till, amount: int, paid: int) -> None:
    till.pays(till.card(), 5_000)
    other = till.card(seed=2)
    assert other.alone == 3_000
    found = till.pays(other, amount)
    assert found.amount == paid
    if not paid:
        assert found.refusals == (Refusal(Reason.CARD_DAY, {"wanted": 3_000}),)


def test_the_limit_of_a_day_holds_within_one_order_and_begins_anew_the_next_day(till: Till) -> None:
    first, second = till.card(), till.card(seed=2)
    answer = till.order(first, second, amount=9_000, most=4_500)
    assert [tender.amount for tender in answer.tenders] == [4_500, 0]
    till.machine.go_on(DAY_MS)
    assert till.pays(till.card(seed=3), 4_500).amount == 4_500


def test_head_office_having_heard_makes_room_for_the_card_and_not_for_the_day(till: Till) -> None:
    card = till.card()
    till.pays(card, 5_000)
    assert till.seen(card).alone == 0
    with till.store.atomic():
        till.store.set_acked_seq(1)
    a_gift_card(till.store, balance=5_000)
    move_replica(till.store, included_seq=1, cursor=2)
    seen = till.seen(card)
    assert (seen.balance, seen.alone) == (5_000, 3_000)


def test_facts_of_long_ago_let_no_card_pay_alone(till: Till) -> None:
    card = till.card()
    till.machine.go_on(72 * 3_600_000 + 1)
    assert till.seen(card).alone == 0
    assert reason(till.pays(card, 1)) is Reason.FACTS_STALE


def test_what_is_recorded_decides_to_the_same_again(till: Till) -> None:
    till.order(till.card(), till.card(seed=2), amount=9_000, most=4_500)
    (entry,) = till.store.journal.entries()
    decision = replay_order(entry.data, read_program(till.body))
    assert order_differences(entry.data, decision) == []
    paid = [(each["amount"], each.get("alone")) for each in entry.data["paid"]]
    assert paid == [(4_500, 4_500), (0, None)]


def test_the_same_order_again_takes_nothing_again(till: Till) -> None:
    card = till.card()
    first = till.hand_in("A-1", card, amount=1_250)
    again = till.hand_in("A-1", card, amount=1_250)
    assert again == replace(first, is_repeat=True)
    assert till.seen(card).balance == 8_750
    with pytest.raises(OrderConflict):
        till.hand_in("A-1", till.card(seed=2), amount=1_250)


def test_a_void_puts_the_money_back_once_and_no_limit(till: Till) -> None:
    card = till.card()
    till.order(card, amount=1_250)
    done = till.void("A-1")
    assert isinstance(done, Reversed) and done.data["tenders"] == [["gift_card", card.ref, 1_250]]
    assert isinstance(till.void("A-1"), Reversed)
    journal = till.store.journal
    assert till.seen(card).balance == 10_000
    assert journal.effect_sum(CARD_MONEY, card.ref, after_seq=0) == 0
    assert journal.effect_sum(CARD_ALONE, card.ref, after_seq=0) == 1_250
    assert [delta for _, delta in journal.effects_under(CARD_DAY, "20", after_seq=0)] == [1_250]


def test_much_money_goes_back_to_a_card_with_a_managers_word_only(till: Till) -> None:
    card = till.card()
    right = {f"card:{card.ref}": 10_000, f"card_reserved:{card.ref}": 5_001}
    heard = Heard(granted={f"card:{card.ref}": "r1"}, known=right)
    till.order(card, amount=5_001, heard=heard)
    assert till.void("A-1") == Refusal(Reason.APPROVAL_NEEDED)
    goods = Asked("R-1", Kind.RETURN, "A-1", ReversalReason.GOODS_BACK, units=(ReturnedUnits(1, 1_000),))
    assert record_reversal(till.store, goods, By()) == Refusal(Reason.APPROVAL_NEEDED)
    till.order(card, amount=4_999)
    assert isinstance(till.void("A-2"), Reversed)


@pytest.mark.parametrize("rest", [Rest.FORFEITED, Rest.PAID_OUT])
def test_a_card_for_one_use_is_empty_afterwards_and_whole_after_a_void(till: Till, rest: Rest) -> None:
    card = till.card(single_use=True, rest=str(rest), balance=3_000)
    found = till.pays(card, 1_000)
    assert (found.amount, found.left, found.rest) == (1_000, 2_000, rest)
    assert (till.seen(card).balance, till.seen(card).state) == (0, CardState.USED)
    assert reason(till.pays(card, 1_000)) is Reason.CARD_USED
    till.void("A-1")
    assert (till.seen(card).balance, till.seen(card).state) == (3_000, CardState.ACTIVE)


def test_what_is_paid_out_of_a_card_counts_for_the_limit(till: Till) -> None:
    assert till.card(single_use=True, rest="paid_out", balance=5_000).alone == 5_000
    card = till.card(single_use=True, rest="paid_out", balance=5_001)
    assert card.alone == 0
    assert reason(till.pays(card, 1)) is Reason.CARD_FLOOR
    assert till.pays(till.card(seed=2, single_use=True, rest="forfeited", balance=5_001), 1).amount == 1


def test_head_office_is_asked_for_what_a_card_would_pay(till: Till) -> None:
    card = till.card(balance=100)
    order_in = OrderIn("A-1", (Line(1, "tea", 1, 7_000),))
    at_till = AtTill(None, (), "online", cards=(CardShown(card.ref),))
    asking = to_ask(till.store, order_in, at_till)
    assert asking is not None
    (asked,) = asking.questions
    assert (asked.name, asked.code_hash, asked.discount) == (f"card:{card.ref}", card.ref, 7_000)
    assert to_ask(till.store, order_in, replace(at_till, link="offline")) is None


def test_head_office_is_asked_about_each_of_two_cards_whatever_the_other_has(till: Till) -> None:
    one, other = till.card(balance=100), till.card(seed=2)
    order_in = OrderIn("A-1", (Line(1, "tea", 1, 7_000),))
    shown = (CardShown(one.ref), CardShown(other.ref), CardShown(one.ref))
    asking = to_ask(till.store, order_in, AtTill(None, (), "online", cards=shown))
    assert asking is not None
    asked = {each.code_hash: each.discount for each in asking.questions}
    assert asked == {one.ref: 7_000, other.ref: 7_000} and len(asking.questions) == 2


def test_by_head_offices_word_a_card_pays_beyond_every_limit_what_is_reserved(till: Till) -> None:
    card = till.card(balance=100, state="frozen", ends_on="2001-01-01")
    known = {f"card:{card.ref}": 9_000, f"card_reserved:{card.ref}": 7_000}
    heard = Heard(granted={f"card:{card.ref}": "r1"}, known=known)
    found = till.pays(card, 7_500, heard=heard)
    assert (found.amount, found.left, found.alone) == (7_000, 2_000, 0)
    assert till.store.journal.effect_sum(CARD_DAY, "", after_seq=0) == 0


def test_head_offices_no_is_the_answer(till: Till) -> None:
    card = till.card()
    heard = Heard(denied={f"card:{card.ref}": Refusal(Reason.VALUE_EMPTY)})
    assert reason(till.pays(card, 100, heard=heard)) is Reason.VALUE_EMPTY


def test_a_quote_shows_what_the_card_would_pay_and_records_nothing(till: Till) -> None:
    card = till.card()
    order_in = OrderIn("A-1", (Line(1, "tea", 1, 700),))
    decision = quote_order(
        till.store, order_in, AtTill(None, (), "offline", cards=(CardShown(card.ref),))
    ).decision
    assert (decision.tenders[0].amount, decision.due, till.store.journal.head().seq) == (700, 0, 0)


def test_cashiers_pay_with_cards_only_signed_in_where_the_store_asks_for_it(till: Till) -> None:
    a_person(till.store, seed=2, sign_in="spending")
    assert reason(till.pays(till.card(), 100)) is Reason.SIGN_IN_NEEDED
    assert till.pays(till.card(), 100, cashier=till.ben).amount == 100


def test_the_journal_verifies_with_cards_in_it(till: Till) -> None:
    till.order(till.card(), amount=1_250)
    till.void("A-1")
    assert till.store.journal.verify().seq == 2
