"""Orders, redemptions, voids and returns on the wire."""

from typing import Literal

from pydantic import Field

from hq.api.models import Answer, Body, Moment
from hq.members.schemas import Reason

Signed = int  # minor units or points, below zero where something was taken back


class OrderAnswer(Answer):
    """An order. Amounts are minor units; `t_eff` is the station's time, `received_ms` when it came."""

    entry_id: str
    order_id: str
    store: str
    member: str | None
    t_eff: int
    received_ms: Moment
    link: str
    lines: int
    gross: Signed
    discount: Signed
    points: Signed
    device: str
    epoch: int
    seq: int
    verdict: str


class RedemptionAnswer(Answer):
    """A redemption; one that was refused has the reason that was shown."""

    redemption_id: str
    order_id: str
    store: str
    campaign: str
    rule: str
    member: str | None
    outcome: Literal["redeemed", "refused"]
    reason: str
    discount: Signed
    points: Signed
    at_till: str
    t_eff: int
    received_ms: Moment
    device: str
    epoch: int
    seq: int
    entry_id: str
    verdict: str


class ReturnAnswer(Answer):
    """A void or a return: `goods` is what came back as priced, `value` what had been given and was taken back."""

    reversal_id: str
    kind: Literal["void", "return"]
    order_entry: str
    order_id: str
    store: str
    member: str | None
    goods: Signed
    value: Signed
    points: Signed
    points_back: Signed
    reason: str
    at_till: str
    approver: str
    t_eff: int
    received_ms: Moment
    device: str
    epoch: int
    seq: int
    entry_id: str
    verdict: str


class VoidAsked(Body):
    """Why something is voided."""

    reason: Reason
    is_trial: bool = Field(default=False, description="Say what would come back, and post nothing.")


class VoidAnswer(Answer):
    """What a void comes to: `value` (minor units) was given and is taken back, `cards` goes back to gift cards.

    `credit` is the change of the member's wallet, `points` that of their balance, which is `balance` behind it.
    """

    order_id: str
    member: str | None
    currency: str
    value: Signed
    cards: Signed
    credit: Signed
    points: Signed
    balance: Signed | None
    is_posted: bool


class LineAnswer(Answer):
    """A line of an order, as the till had it."""

    line: int
    sku: str
    name: str
    quantity: str
    amount: Signed


class PostedAnswer(Answer):
    """An amount that went to an account, by which entry."""

    entry_id: str
    account: str
    unit: str
    amount: Signed


class WholeOrderAnswer(OrderAnswer):
    """An order with its lines, what was redeemed, what came back, and all postings."""

    currency: str
    cashier: str
    till: str
    flags: str
    case_id: str | None
    all_lines: list[LineAnswer]
    redemptions: list[RedemptionAnswer]
    returns: list[ReturnAnswer]
    postings: list[PostedAnswer]
