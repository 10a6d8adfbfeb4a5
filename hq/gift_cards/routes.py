"""Gift cards, by the API: made in bulk, listed, looked up by their number, stopped and let go."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query, Response

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes
from hq.batches import service as batches
from hq.batches.routes import told
from hq.batches.schemas import BatchAnswer, GiftCardsAsked, NumberAsked, ReasonAsked
from hq.batches.service import NewGiftCards
from hq.gift_cards import listing
from hq.gift_cards.listing import CardList
from hq.gift_cards.postings import card_account
from hq.gift_cards.schemas import GiftCardAnswer, GiftCardWithAccount
from hq.gift_cards.service import hash_of, set_frozen

routes = Routes("gift_cards", "Cards that money is on: what is on them is owed.", prefix="/v1/gift-cards")
READ, WRITE = Scope.VOUCHERS_READ, Scope.VOUCHERS_WRITE


@routes.get("", needs=READ, answers=Page[GiftCardAnswer])
def list_gift_cards(ask: Asked, asked: Annotated[CardList, Query()]) -> Any:
    """List gift cards by batch and state."""
    return to_page(GiftCardAnswer, *listing.list_cards(ask.hq, asked))


@routes.post("", needs=WRITE, answers=BatchAnswer, status=202)
def make_gift_cards(ask: Asked, asked: GiftCardsAsked, response: Response) -> Any:
    """Begin a batch of gift cards. A job makes them: read the batch until `made` is `wanted`."""
    new = NewGiftCards(asked.name, asked.count, asked.value, asked.kind, asked.place)
    return told(response, batches.make_gift_cards(ask.hq, ask.actor, new))


@routes.post("/find", needs=READ, answers=GiftCardWithAccount, status=200, faults=(404,))
def find_gift_card(ask: Asked, asked: NumberAsked) -> Any:
    """Look a gift card up by its number."""
    return _with_account(ask, hash_of(asked.number))


@routes.get("/{code_hash}", needs=READ, answers=GiftCardWithAccount)
def read_gift_card(ask: Asked, code_hash: str) -> Any:
    """Read a gift card."""
    return _with_account(ask, code_hash)


@routes.post("/{code_hash}/freeze", needs=WRITE, answers=GiftCardWithAccount, status=200)
def freeze_gift_card(ask: Asked, code_hash: str, asked: ReasonAsked) -> Any:
    """Stop one card; stations hear of it with their next sync."""
    set_frozen(ask.hq, ask.actor, code_hash, is_frozen=True, reason=asked.reason)
    return _with_account(ask, code_hash)


@routes.post("/{code_hash}/unfreeze", needs=WRITE, answers=GiftCardWithAccount, status=200)
def unfreeze_gift_card(ask: Asked, code_hash: str, asked: ReasonAsked) -> Any:
    """Let one card go on, unless its whole batch is stopped."""
    set_frozen(ask.hq, ask.actor, code_hash, is_frozen=False, reason=asked.reason)
    return _with_account(ask, code_hash)


def _with_account(ask: Asked, code_hash: str) -> GiftCardWithAccount:
    found = asdict(listing.find_card(ask.hq, code_hash))
    account = {"account": card_account(code_hash), "posted": listing.posted_on(ask.hq, code_hash)}
    return GiftCardWithAccount.model_validate(found | account)
