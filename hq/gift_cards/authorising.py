"""HQ's word on gift cards of an order while its customer waits: so much is reserved, or why not.

A card that HQ does not know gets neither: it may have been lost with a database, and the station goes by its limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from app.core.asking import card_name, card_reserved
from app.core.authority import card_scope
from app.core.reasons import Reason, Refusal
from hq.authority.reservations import reservation_id
from hq.authority.rights import reserved
from hq.gift_cards.store import HeldCard, lock_cards
from sync.authority_wire import Asked, Word


@dataclass
class SaidOfCards:
    """The words, what is on the cards, and what is to be set aside: (name, scope, units)."""

    words: list[Word] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    taken: list[tuple[str, str, int]] = field(default_factory=list)


def cards_asked(asked: Sequence[Asked]) -> dict[str, Asked]:
    """Return what is asked about cards, by card."""
    return {
        each.code_hash: each for each in asked if each.code_hash and each.name == card_name(each.code_hash)
    }


def hold_cards(connection: Connection, asked: Mapping[str, Asked]) -> dict[str, HeldCard]:
    """Hold the cards, before anything else is held."""
    return lock_cards(connection, asked) if asked else {}


def say_of_cards(
    connection: Connection,
    asked: Mapping[str, Asked],
    cards: Mapping[str, HeldCard],
    *,
    device_id: str,
    order_id: str,
    today: date,
    now_ms: int,
) -> SaidOfCards:
    """Return HQ's words. What this order had reserved before has been let go."""
    said = SaidOfCards()
    others = reserved(connection, map(card_scope, cards), now_ms=now_ms) if cards else {}
    for ref in sorted(asked):
        card, name = cards.get(ref), asked[ref].name
        if card is None:
            said.words.append(Word(name=name))
            continue
        left = card.balance - others.get(card_scope(ref), 0)
        refusal = _refusal(card, left, today)
        if refusal is not None:
            said.words.append(Word(name=name, reason=refusal.reason.code, numbers=dict(refusal.numbers)))
            continue
        pays = min(left, asked[ref].discount)
        said.words.append(Word(name=name, reservation=reservation_id(device_id, order_id, name)))
        said.known |= {card_name(ref): left, card_reserved(ref): pays}
        said.taken.append((name, card_scope(ref), left if card.is_single_use else pays))
    return said


def _refusal(card: HeldCard, left: int, today: date) -> Refusal | None:
    if card.frozen_ms:
        return Refusal(Reason.CARD_FROZEN)
    if not card.is_filled:
        return Refusal(Reason.CARD_NOT_ACTIVE)
    if card.ends_on is not None and today > card.ends_on:
        return Refusal(Reason.WALLET_EXPIRED, {"ends_on": card.ends_on.isoformat()})
    if left <= 0:
        return Refusal(Reason.CARD_USED if card.is_single_use and card.balance <= 0 else Reason.VALUE_EMPTY)
    return None
