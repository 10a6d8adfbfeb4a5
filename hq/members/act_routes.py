"""What is done for and with members, by the API: points, vouchers, redemptions of the past, cards, merging, erasing."""

from typing import Annotated, Any

from fastapi import Query

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.paging import Paging
from hq.api.routing import Asked
from hq.ledger.books import PostingList, list_postings
from hq.members import giving, replacing, wallets
from hq.members.act_schemas import (
    AdjustAnswer,
    AdjustAsked,
    ApologyAnswer,
    ApologyAsked,
    BecauseAsked,
    CardAnswer,
    CardAsked,
    CodeAnswer,
    CreditAnswer,
    CreditAsked,
    EraseAnswer,
    EventAnswer,
    ExportAnswer,
    MergeAnswer,
    MergeAsked,
    PastAnswer,
    PastAsked,
    ReasonAnswer,
    WalletRowAnswer,
)
from hq.members.finding import see
from hq.members.reasons import told_in_english
from hq.members.routes import routes
from hq.members.store import POINTS, wallet
from hq.members.timeline import timeline
from hq.redemptions import making
from hq.redemptions.past import PastAsked as Wanted

__all__ = ["routes"]


@routes.get("/{ref}/timeline", needs=Scope.MEMBERS_READ, answers=Page[EventAnswer])
def list_timeline(ask: Asked, ref: str, asked: Annotated[Paging, Query()]) -> Any:
    """List what happened with a member, the newest first: orders, redemptions and refusals, notes, what was given."""
    return to_page(EventAnswer, *timeline(ask.hq, see(ask.hq, ask.actor, ref), asked))


@routes.post("/{ref}/points", needs=Scope.POINTS_WRITE, answers=AdjustAnswer)
def adjust_points(ask: Asked, ref: str, asked: AdjustAsked) -> Any:
    """Give a member points, or take some, up to the ceiling of the key."""
    return AdjustAnswer.model_validate(
        giving.adjust_points(
            ask.hq, ask.actor, see(ask.hq, ask.actor, ref), asked.points, reason=asked.reason
        )
    )


@routes.get("/{ref}/wallet", needs=Scope.MEMBERS_READ, answers=Page[WalletRowAnswer])
def list_wallet(ask: Asked, ref: str, asked: Annotated[Paging, Query()]) -> Any:
    """List what went into a member's wallet and out of it, the newest first: the ledger's rows."""
    of = PostingList(account=wallet(see(ask.hq, ask.actor, ref)), limit=asked.limit, cursor=asked.cursor)
    return to_page(WalletRowAnswer, *list_postings(ask.hq, ask.actor, of))


@routes.post("/{ref}/wallet", needs=Scope.POINTS_WRITE, answers=CreditAnswer)
def give_credit(ask: Asked, ref: str, asked: CreditAsked) -> Any:
    """Put money into a member's wallet, to say sorry, or take some, up to the ceiling of the key."""
    of = see(ask.hq, ask.actor, ref)
    return CreditAnswer.model_validate(
        wallets.give_credit(ask.hq, ask.actor, of, asked.amount, reason=asked.reason)
    )


@routes.post("/{ref}/vouchers", needs=Scope.VOUCHERS_WRITE, answers=ApologyAnswer, is_kept=False)
def apologise(ask: Asked, ref: str, asked: ApologyAsked) -> Any:
    """Give a member a voucher of their own, to say sorry. It is good at a station after its next pull."""
    return ApologyAnswer.model_validate(
        giving.apologise(
            ask.hq, ask.actor, see(ask.hq, ask.actor, ref), asked.rule, days=asked.days, reason=asked.reason
        )
    )


@routes.post("/{ref}/redemptions", needs=Scope.REDEMPTIONS_WRITE, answers=PastAnswer, status=200)
def redeem_past(ask: Asked, ref: str, asked: PastAsked) -> Any:
    """Redeem for an order of the past, by the rules of its day. A no is an answer too, with the station's reasons."""
    wanted = Wanted(
        asked.order_entry, asked.total, asked.at_ms, asked.store, asked.order_id, asked.rule, asked.code
    )
    if asked.is_trial:
        return _past(making.try_past(ask.hq, ask.actor, see(ask.hq, ask.actor, ref), wanted))
    return _past(
        making.redeem_past(ask.hq, ask.actor, see(ask.hq, ask.actor, ref), wanted, reason=asked.reason)
    )


@routes.post("/{ref}/card", needs=Scope.MEMBERS_WRITE, answers=CardAnswer, is_kept=False)
def replace_card(ask: Asked, ref: str, asked: CardAsked) -> Any:
    """Give a member another card; what the old one opened it opens no more."""
    return CardAnswer.model_validate(
        replacing.replace_card(
            ask.hq, ask.actor, see(ask.hq, ask.actor, ref), number=asked.number, reason=asked.reason
        )
    )


@routes.post("/{ref}/code", needs=Scope.MEMBERS_WRITE, answers=CodeAnswer, is_kept=False)
def give_code(ask: Asked, ref: str) -> Any:
    """Give a member another signed code, to be shown or printed."""
    return CodeAnswer(code=replacing.give_code(ask.hq, ask.actor, see(ask.hq, ask.actor, ref), reason=""))


@routes.post("/{ref}/merge", needs=Scope.MEMBERS_CLOSE, answers=MergeAnswer, status=200)
def merge_member(ask: Asked, ref: str, asked: MergeAsked) -> Any:
    """Merge a member into another one, who is the same person."""
    for each in (ref, asked.into):
        see(ask.hq, ask.actor, each)
    done = replacing.merge(ask.hq, ask.actor, ref, asked.into, reason=asked.reason)
    moved = done.joined
    return MergeAnswer(
        survivor=done.survivor,
        is_repeat=done.is_repeat,
        points=0 if moved is None else moved.points,
        vouchers=0 if moved is None else moved.vouchers,
    )


@routes.get("/{ref}/export", needs=Scope.MEMBERS_CLOSE, answers=ExportAnswer)
def export_member(ask: Asked, ref: str) -> Any:
    """Return everything that HQ holds about a member, for them to have."""
    return ExportAnswer(export=replacing.export(ask.hq, ask.actor, see(ask.hq, ask.actor, ref), reason=""))


@routes.post("/{ref}/erase", needs=Scope.MEMBERS_CLOSE, answers=EraseAnswer, status=200)
def erase_member(ask: Asked, ref: str, asked: BecauseAsked) -> Any:
    """Erase a member: HQ forgets them at once, stations with their next sync. Totals stay."""
    done = replacing.erase(ask.hq, ask.actor, see(ask.hq, ask.actor, ref), reason=asked.reason)
    return EraseAnswer(ref=ref, points=done.rest.get(POINTS, 0), vouchers=done.vouchers)


def _past(found: making.PastResult) -> PastAnswer:
    reasons = [
        ReasonAnswer(
            code=each.reason.code,
            numbers=dict(each.numbers),
            sentence=told_in_english(each, found.currency),
        )
        for each in found.reasons
    ]
    return PastAnswer(
        redemption_id=found.redemption_id,
        is_approved=found.is_approved,
        is_posted=found.is_posted,
        campaign=found.campaign,
        rule=found.rule,
        program_version=found.program_version,
        discount=found.discount,
        credit=found.credit,
        points=found.points,
        balance=found.balance,
        reasons=reasons,
    )
