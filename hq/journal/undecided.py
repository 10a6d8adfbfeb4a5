"""What quarantined redemptions took of what members own: until people have decided HQ grants it to nobody else.

The reservation has no end. It goes when the redemption is posted, as any does, or when its case is closed.
"""

from collections.abc import Iterable

from msgspec import ValidationError, convert
from sqlalchemy import Connection

from app.core.authority import points_scope, voucher_scope
from app.core.chain import ChainOwner
from app.core.entry import REDEEM
from hq.authority import reservations
from hq.journal.carried import entry_inside
from hq.journal.schemas import RedemptionData
from hq.journal.store import Kept
from sync.protocol import Flag, Verdict


def reserve_undecided(connection: Connection, owner: ChainOwner, kept: Iterable[Kept]) -> None:
    """Set aside what entries that were quarantined just now took, as far as they can be read."""
    for each in kept:
        word = each.judgement
        if word.verdict is not Verdict.QUARANTINED or Flag.ENTRY_ID_TAKEN in word.flags:
            continue  # one whose id is taken has been counted by the other
        found = _redemption(each.body)
        if found is None:
            continue
        taken = [(found.redemption_id, voucher_scope(found.code_hash), 1)] if found.code_hash else []
        if found.points and found.member is not None:
            taken.append((found.redemption_id, points_scope(found.member), found.points))
        reservations.reserve_for_good(connection, owner.device_id, found.order_id, taken)


def release(connection: Connection, body: bytes) -> None:
    """Let go what an entry took that people have decided not to post."""
    found = _redemption(body)
    if found is not None:
        reservations.release(connection, {found.redemption_id})


def _redemption(body: bytes) -> RedemptionData | None:
    entry = entry_inside(body)
    try:
        return None if entry is None or entry.type != REDEEM else convert(entry.data, RedemptionData)
    except ValidationError:
        return None
