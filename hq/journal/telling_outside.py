"""What other programs hear of posted entries: redemptions made, refused and undone, each once."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from app.core.chain import ChainOwner
from hq.journal.schemas import RedemptionData
from hq.journal.store import Kept
from hq.journal.undoing import Undone
from hq.webhooks.outbox import Event, Kind, announce_events


def tell_outside(
    connection: Connection, owner: ChainOwner, kept: Sequence[Kept], *, store: str, now_ms: int
) -> None:
    """Announce what entries of a device were judged to be, in the transaction that posts them."""
    announce_events(connection, list(_events(owner, kept, store=store)), now_ms=now_ms)


def _events(owner: ChainOwner, kept: Sequence[Kept], *, store: str) -> Iterator[Event]:
    place = {"device": owner.device_id, "store": store}
    for each in kept:
        redemption, undone = each.judgement.redemption, each.judgement.undone
        flags = [flag.value for flag in each.judgement.flags]
        if redemption is not None:
            is_made = each.judgement.is_approved
            kind = Kind.REDEMPTION_MADE if is_made else Kind.REDEMPTION_REFUSED
            yield Event(kind, {**place, "flags": flags, **_redemption(redemption)}, redemption.redemption_id)
        if undone is not None:
            said = undone.data
            yield Event(Kind.ORDER_UNDONE, {**place, "flags": flags, **_undone(undone)}, said.reversal_id)


def _redemption(redemption: RedemptionData) -> dict[str, Any]:
    return {
        "redemption_id": redemption.redemption_id,
        "order_id": redemption.order_id,
        "campaign": redemption.campaign,
        "rule": redemption.rule,
        "member": redemption.member,
        "discount": redemption.discount,
        "points": redemption.points,
        "credit": redemption.credit,
        "reasons": [reason.code for reason in redemption.reasons],
        "decided_ms": redemption.t_eff,
    }


def _undone(undone: Undone) -> dict[str, Any]:
    said = undone.data
    return {
        "reversal_id": said.reversal_id,
        "order_id": said.order_id,
        "what": undone.kind.value,
        "member": undone.member or None,
        "value": undone.made.value,
        "points": undone.made.points_change,
        "credit": undone.made.credit if undone.member else 0,
        "reason": said.reason,
        "decided_ms": said.t_eff,
    }
