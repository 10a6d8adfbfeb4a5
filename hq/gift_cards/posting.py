"""Bringing what entries did to gift cards into their rows, in the transaction that posts the entries."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from app.core.chain import ChainOwner
from hq.feed import EVERYWHERE, GIFT_CARD, Change
from hq.gift_cards.store import HeldCard, insert_changes, write_cards
from hq.journal.store import AT_TILL_LENGTH_MAX, Kept
from hq.journal.undoing import who


def post_cards(
    connection: Connection,
    owner: ChainOwner,
    kept: Sequence[Kept],
    cards: Mapping[str, HeldCard],
    *,
    store: str,
) -> list[Change]:
    """Move what is on cards that this transaction holds; return who has to hear of it."""
    moved: dict[str, HeldCard] = {}
    for each in kept:
        for move in each.judgement.card_moves:
            card = cards.get(move.ref)
            if card is not None:
                card.balance += move.amount
                if move.filled_on is not None:
                    card.fill(move.filled_on)
                moved[move.ref] = card
    write_cards(connection, moved.values())
    insert_changes(connection, [_row(owner, each, store) for each in kept if each.judgement.card_change])
    return [Change(EVERYWHERE, GIFT_CARD, ref) for ref in sorted(moved)]


def _row(owner: ChainOwner, each: Kept, store: str) -> dict[str, object]:
    said = each.judgement.card_change
    assert said is not None, "asked for before"
    return {
        "device": owner.device_id,
        "epoch": owner.epoch,
        "seq": each.seq,
        "change_id": said.change_id,
        "code_hash": said.card,
        "store": store,
        "t_eff": said.t_eff,
        "movement": said.movement,
        "amount": said.amount,
        "currency": said.currency,
        "at_till": who(said.cashier, owner.device_id)[:AT_TILL_LENGTH_MAX],
        "approver": said.approver,
    }
