"""Putting money on a gift card: the first time it is activated by it, later it is topped up. Paid for at the till.

    change = CardChange(new_id(), seen.ref, 5_000)
    found = preview_change(store, change, by)   # CardPreview or Refusal; records nothing
    found = record_change(store, change, by)    # CardDone or Refusal; the same change again records nothing more

It earns nothing. It works without a line: what was paid for counts here at once, and elsewhere when head office has
heard of it. A cashier who signed in does it alone up to the program's limit for one card and day; above it, and where
nobody signed in, a manager approves.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.card_policy import needs_approval
from app.core.entry import GIFT_CARD
from app.core.order import local_date
from app.core.overlay import CARD_MONEY, REDEMPTION_CLAIM
from app.core.pins import Role
from app.core.program import Program
from app.core.reasons import Reason, Refusal
from app.core.reversal_rules import refused_by_standing
from app.station.approval import use
from app.station.gift_card import CardState, SeenGiftCard, look_up
from app.station.redeem import NoProgram, NotRecorded
from app.station.standing import stops, stops_by_cashier
from app.station.void import By
from app.store.journal import Draft
from app.store.store import StationStore


class ChangeConflict(NotRecorded):
    """An id under which something else was recorded: another amount, another card, or no change of a card."""

    code = "change_conflict"
    sentence = "This number was used before, for something else. Nothing was recorded now."


class Movement(StrEnum):
    """What happens to a card."""

    ACTIVATED = "activated"
    TOPPED_UP = "topped_up"


@dataclass(frozen=True, slots=True)
class CardChange:
    """What is to be put on which card, in minor units. `change_id` is made before anything is."""

    change_id: str
    ref: str
    amount: int

    @property
    def action(self) -> str:
        """How an approval names this one thing."""
        return f"gift_card:{self.change_id}"


@dataclass(frozen=True, slots=True)
class CardPreview:
    """What it would come to. `needs_approval`: a manager has to say yes first."""

    card: SeenGiftCard
    movement: Movement
    balance_after: int
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class CardDone:
    """What was put on a card, by which entry; `data` is its record."""

    seq: int
    data: dict[str, Any]
    is_repeat: bool = False


def preview_change(store: StationStore, change: CardChange, by: By) -> CardPreview | Refusal:
    """Say what it would come to. Records nothing. Raises `NoProgram` or a `StoreFault`."""
    program = _program(store)
    stopped = stops(store, program.version, member=None, codes=())
    refusal = refused_by_standing(stopped | stops_by_cashier(store, by.cashier, None))
    if refusal is not None:
        return refusal
    card = look_up(store, change.ref)
    if card is None:
        return Refusal(Reason.UNKNOWN_CODE, {"shown": change.ref[:8]})
    if card.refusal is not None and card.state in (CardState.FROZEN, CardState.EXPIRED, CardState.USED):
        return card.refusal
    most = program.cards.balance_max - max(card.balance, 0)
    if not 0 < change.amount <= most:
        return Refusal(Reason.CARD_AMOUNT, {"wanted": max(most, 0)})
    row = store.people.find(by.cashier) if by.cashier else None
    is_manager = row is not None and row.role == Role.MANAGER
    return CardPreview(
        card=card,
        movement=Movement.ACTIVATED if card.state is CardState.NEW else Movement.TOPPED_UP,
        balance_after=card.balance + change.amount,
        needs_approval=needs_approval(
            program.cards,
            change.amount + _put_today(store, change.ref),
            is_known=row is not None,
            is_manager=is_manager,
        ),
    )


def _put_today(store: StationStore, ref: str) -> int:
    """Return what was put on a card here on this day: in parts it is as much as at once."""
    entries = map(store.journal.entry_at, store.journal.numbers_of(CARD_MONEY, ref))
    puts = [entry.data for entry in entries if entry.type == GIFT_CARD]
    today = local_date(store.now_ms(), store.device.time_zone)
    return sum(put["amount"] for put in puts if local_date(put["t_eff"], put["tz"]) == today)


def record_change(store: StationStore, change: CardChange, by: By) -> CardDone | Refusal:
    """Put it on, in one transaction. On the store's thread; raises `NotRecorded`, a `StoreFault` or `ApprovalOver`.

    When it raises nothing was recorded.
    """
    seq = store.journal.claimed(REDEMPTION_CLAIM, change.change_id)
    if seq is not None:
        return _done_before(store, change, seq)
    found = preview_change(store, change, by)
    if isinstance(found, Refusal):
        return found
    if found.needs_approval:
        if by.approval is None:
            return Refusal(Reason.APPROVAL_NEEDED)
        if by.approval.approver == by.cashier:
            return Refusal(Reason.APPROVER_DOES_NOT_FIT)
    data = _record(store, change, by, found)
    with store.atomic():
        if found.needs_approval and by.approval is not None:
            data |= use(store, by.approval, action=change.action)
        (entry,) = store.journal.append([Draft(GIFT_CARD, data)])
        return CardDone(entry.seq, data)


def _done_before(store: StationStore, change: CardChange, seq: int) -> CardDone:
    entry = store.journal.entry_at(seq)
    if entry.type != GIFT_CARD or (entry.data["card"], entry.data["amount"]) != (change.ref, change.amount):
        raise ChangeConflict(change.change_id)
    return CardDone(seq, entry.data, is_repeat=True)


def _record(store: StationStore, change: CardChange, by: By, found: CardPreview) -> dict[str, Any]:
    program = _program(store)
    return {
        "change_id": change.change_id,
        "store": store.device.store_id,
        "t_eff": store.now_ms(),
        "tz": store.device.time_zone,
        "link": by.link,
        "cashier": by.cashier,
        "movement": str(found.movement),
        "card": change.ref,
        "amount": change.amount,
        "balance": found.balance_after,
        "currency": store.device.currency,
        "program_version": program.version,
        "program_hash": program.hash,
    }


def _program(store: StationStore) -> Program:
    program = store.replica.program()
    if program is None:
        raise NoProgram
    return program
