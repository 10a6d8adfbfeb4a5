"""What HQ makes of money on gift cards: paid by an order, given back with it, put on by an entry of its own. Pure.

Who took what was no more there is found later, by effective time, as with everything that has an end: see settling.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from msgspec import convert

from app.core.card_policy import needs_approval
from app.core.card_record import CardPaid, cards_paid
from app.core.card_rest import Rest
from app.core.entry import ORDER, Entry
from app.core.facts_record import RecordInvalid
from app.core.gift_cards import TenderKind
from app.core.order import local_date
from app.core.pins import Role
from app.core.program import Program
from app.core.reversal_kinds import Kind
from hq.gift_cards.postings import of_fill, of_paid
from hq.gift_cards.store import HeldCard
from hq.journal.judgement import Doubts, Judgement, SetAside
from hq.journal.schemas import CardChangeData, OrderData
from hq.journal.undoing import Undone
from hq.staff.store import Colleague
from sync.protocol import Flag


class CardMove(NamedTuple):
    """What an entry does to a card (minor units, below zero: it was taken), with the part of it that nobody got.

    `filled_on`: the day on which money was put on.
    """

    ref: str
    amount: int
    lapsed: int = 0
    filled_on: date | None = None


@dataclass
class CardBook:
    """The cards that a batch names, its ids of changes that were posted before, and who is named in its changes."""

    rows: dict[str, HeldCard] = field(default_factory=dict)
    taken_ids: set[str] = field(default_factory=set)
    colleagues: Mapping[str, Colleague] = field(default_factory=dict)

    def copy(self) -> "CardBook":
        """Return a book that changes by itself; rows are changed where all is judged."""
        return CardBook(self.rows, set(self.taken_ids), self.colleagues)


def cards_named(entries: Sequence[Entry]) -> set[str]:
    """Return the cards that entries name, as far as they can be read: bodies have not been checked yet."""
    found: set[str] = set()
    for entry in entries:
        found.update(_named_in(entry.data.get("paid")) if entry.type == ORDER else ())
        card = entry.data.get("card")
        found.update((card,) if isinstance(card, str) else ())
    return {name for name in found if "\x00" not in name}


def _named_in(paid: Any) -> list[str]:
    if not isinstance(paid, list):
        return []
    return [ref for each in paid if isinstance(each, dict) and isinstance(ref := each.get("ref"), str)]


def with_cards(
    word: Judgement, entry: Entry, order: OrderData, book: CardBook, doubts: Doubts, *, at_ms: int
) -> Judgement:
    """Return the word on an order with what cards paid of it. `doubts` are those of the word.

    `at_ms` is when it was made, by HQ's reckoning where the station's clock was wrong.
    """
    paid = list(cards_paid(entry.data))
    if not paid:
        return word
    tenders = {
        each["ref"]: each for each in entry.data.get("tenders", ()) if each["kind"] == TenderKind.GIFT_CARD
    }
    for each in paid:
        _doubt_payment(doubts, each, tenders.get(each.ref), order, book.rows.get(each.ref), at_ms)
    moves = tuple(CardMove(each.ref, -each.units, each.lapsed) for each in paid)
    postings = (*word.postings, *of_paid(paid, order.currency))
    return replace(doubts.judgement(postings=postings, order=word.order), card_moves=moves)


def _doubt_payment(
    doubts: Doubts,
    paid: CardPaid,
    tender: Mapping[str, Any] | None,
    order: OrderData,
    card: HeldCard | None,
    at_ms: int,
) -> None:
    if tender is None or "right" not in tender:
        doubts.differs([f"no right to take {paid.amount} of gift card {paid.ref}"])
    if card is None:
        doubts.differs([f"HQ has no gift card {paid.ref}"])
        return
    if card.currency != order.currency:
        doubts.differs([f"gift card {paid.ref} is of {card.currency}"])
    if tender is not None and (bool(tender["single_use"]), tender["rest"]) != (card.is_single_use, card.rest):
        doubts.differs([f"gift card {paid.ref} is of other terms"])
    if card.ends_on is not None and _day(at_ms, order.tz) > card.ends_on:
        doubts.differs([f"gift card {paid.ref} had ended on {card.ends_on}"])
    if card.frozen_ms and at_ms >= card.frozen_ms:
        doubts.add(Flag.LATE, f"gift card {paid.ref} had been stopped")


def with_cards_back(word: Judgement) -> Judgement:
    """Return the word on a void or a return with what goes back to cards."""
    undone = word.undone
    assert undone is not None, "one that undoes nothing is set aside"
    back = cards_back(undone)
    if not back:
        return word
    moves = tuple(CardMove(each.ref, -each.units, each.lapsed) for each in back)
    postings = (*word.postings, *of_paid(back, undone.order.entry.data["currency"]))
    return replace(word, postings=postings, card_moves=moves)


def cards_back(undone: Undone) -> list[CardPaid]:
    """Return what goes back to cards, as payments below zero; with a void a rest that had lapsed comes back, too."""
    paid = {each.ref: each for each in cards_paid(undone.order.entry.data)}
    found = []
    for tender in undone.made.outcome.tenders:
        if tender.kind is TenderKind.GIFT_CARD and tender.ref in paid:
            lapsed = paid[tender.ref].lapsed if undone.kind is Kind.VOID else 0
            rest_is = Rest.FORFEITED if lapsed else Rest.STAYS
            found.append(CardPaid(tender.ref, lapsed - tender.amount, -lapsed, rest_is))
    return found


def judge_change(entry: Entry, book: CardBook, *, store: str, program: Program, at_ms: int) -> Judgement:
    """Return HQ's word on an entry that puts money on a card: it was paid for, so it is booked whatever HQ thinks.

    `at_ms` is when it was made, by HQ's reckoning: from then on the card lasts, whatever the station's clock said.
    """
    said = convert(entry.data, CardChangeData)
    if said.change_id in book.taken_ids:
        raise SetAside(Flag.ENTRY_ID_TAKEN, f"change {said.change_id} has been posted by another entry")
    day, doubts, card = _day(at_ms, said.tz), Doubts(), book.rows.get(said.card)
    doubts.elsewhere(said.store, store)
    if said.currency != program.currency.code or (card is not None and card.currency != said.currency):
        doubts.differs([f"currency {said.currency}"])
    if card is None:
        doubts.differs([f"HQ has no gift card {said.card}"])
    elif card.frozen_ms and at_ms >= card.frozen_ms:
        doubts.add(Flag.LATE, f"gift card {said.card} had been stopped")
    if said.amount > program.cards.balance_max:
        doubts.differs([f"{said.amount} on one card, which carries {program.cards.balance_max}"])
    _doubt_people(doubts, said, book.colleagues, program)
    book.taken_ids.add(said.change_id)
    word = doubts.judgement(postings=of_fill(said.card, said.currency, said.amount))
    return replace(word, card_moves=(CardMove(said.card, said.amount, filled_on=day),), card_change=said)


def _doubt_people(
    doubts: Doubts, said: CardChangeData, colleagues: Mapping[str, Colleague], program: Program
) -> None:
    cashier, approver = colleagues.get(said.cashier), colleagues.get(said.approver)
    is_manager = cashier is not None and cashier.role == Role.MANAGER
    needs = needs_approval(program.cards, said.amount, is_known=bool(said.cashier), is_manager=is_manager)
    if needs and (approver is None or approver.role != Role.MANAGER):
        doubts.add(Flag.UNAPPROVED, f"no manager approved that {said.amount} was put on a gift card")
    if said.approver and said.approver == said.cashier:
        doubts.add(Flag.SELF_DEAL, "approved by whoever did it")


def _day(at_ms: int, zone: str) -> date:
    try:
        return local_date(at_ms, zone)
    except (KeyError, ValueError, OverflowError, OSError) as problem:
        raise RecordInvalid(f"not a moment of a place: {problem!r}") from problem
