"""Orders, redemptions, voids and returns, by the API: as stations recorded them, and voids by head office."""

from typing import Annotated, Any

from fastapi import Query

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes
from hq.orders.lists import OrderList, RedemptionList, ReturnList, list_orders, list_redemptions, list_returns
from hq.orders.one import show_order
from hq.orders.schemas import (
    LineAnswer,
    OrderAnswer,
    PostedAnswer,
    RedemptionAnswer,
    ReturnAnswer,
    VoidAnswer,
    VoidAsked,
    WholeOrderAnswer,
)
from hq.redemptions.voiding import void_order, void_redemption

orders = Routes("orders", "What was bought, as stations recorded it.")
redemptions = Routes("redemptions", "What was redeemed, and what was refused and why.")
returns = Routes("returns", "Voids and returns of orders.")


@orders.get("", needs=Scope.JOURNAL_READ, answers=Page[OrderAnswer])
def read_orders(ask: Asked, asked: Annotated[OrderList, Query()]) -> Any:
    """List orders, the newest first by the station's time."""
    return to_page(OrderAnswer, *list_orders(ask.hq, ask.actor, asked))


@orders.get("/{order}", needs=Scope.JOURNAL_READ, answers=WholeOrderAnswer)
def read_order(ask: Asked, order: str) -> Any:
    """Read an order by the id of its entry, with all that belongs to it."""
    found = show_order(ask.hq, ask.actor, order)
    return WholeOrderAnswer(
        **{**found.facts, "entry_id": found.entry_id},
        currency=found.currency,
        cashier=found.cashier,
        till=found.till,
        all_lines=[LineAnswer.model_validate(each) for each in found.lines],
        redemptions=[RedemptionAnswer(**each) for each in found.redemptions],
        returns=[ReturnAnswer(**each) for each in found.returns],
        postings=[PostedAnswer.model_validate(each) for each in found.postings],
    )


@orders.post("/{order}/void", needs=Scope.REDEMPTIONS_WRITE, answers=VoidAnswer, status=200)
def post_void(ask: Asked, order: str, asked: VoidAsked) -> Any:
    """Void an order by the id of its entry: what it gave is taken back, and what it took comes back."""
    return VoidAnswer.model_validate(
        void_order(ask.hq, ask.actor, order, reason=asked.reason, is_trial=asked.is_trial)
    )


@redemptions.post("/{redemption}/void", needs=Scope.REDEMPTIONS_WRITE, answers=VoidAnswer, status=200)
def post_void_redemption(ask: Asked, redemption: str, asked: VoidAsked) -> Any:
    """Void a redemption that head office made. What a station recorded is voided with its order."""
    return VoidAnswer.model_validate(
        void_redemption(ask.hq, ask.actor, redemption, reason=asked.reason, is_trial=asked.is_trial)
    )


@redemptions.get("", needs=Scope.JOURNAL_READ, answers=Page[RedemptionAnswer])
def read_redemptions(ask: Asked, asked: Annotated[RedemptionList, Query()]) -> Any:
    """List redemptions, refused ones too, the newest first by the station's time."""
    return to_page(RedemptionAnswer, *list_redemptions(ask.hq, ask.actor, asked))


@returns.get("", needs=Scope.JOURNAL_READ, answers=Page[ReturnAnswer])
def read_returns(ask: Asked, asked: Annotated[ReturnList, Query()]) -> Any:
    """List voids and returns, the newest first by the station's time."""
    return to_page(ReturnAnswer, *list_returns(ask.hq, ask.actor, asked))
