"""What quarantined entries took of what members own, and off gift cards: until people have decided HQ grants it to
nobody else.

The reservation has no end. It goes when the entry is posted, as any does, or when its case is closed.
"""

from collections.abc import Iterable

from msgspec import ValidationError, convert, field, to_builtins
from sqlalchemy import Connection

from app.core.asking import card_name
from app.core.authority import card_scope, points_scope, voucher_scope
from app.core.card_record import cards_paid
from app.core.chain import ChainOwner
from app.core.entry import ORDER, REDEEM
from hq.authority import reservations
from hq.journal.carried import entry_inside
from hq.journal.schemas import Name, PaidPart, Recorded, RedemptionData
from hq.journal.store import Kept
from sync.protocol import Flag, Verdict


def reserve_undecided(connection: Connection, owner: ChainOwner, kept: Iterable[Kept]) -> None:
    """Set aside what entries that were quarantined just now took, as far as they can be read."""
    for each in kept:
        word = each.judgement
        if word.verdict is not Verdict.QUARANTINED or Flag.ENTRY_ID_TAKEN in word.flags:
            continue  # one whose id is taken has been counted by the other
        paid = _paid(each.body)
        if paid is not None:
            reservations.reserve_for_good(connection, owner.device_id, paid.order_id, paid.taken)
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
    paid = _paid(body)
    if paid is not None:
        reservations.release_of_order(connection, paid.order_id, {name for name, _, _ in paid.taken})


class _Paid(Recorded, frozen=True, kw_only=True):
    """As much of an order as says which gift cards paid."""

    order_id: Name
    paid: list[PaidPart] = field(default_factory=list)

    @property
    def taken(self) -> list[tuple[str, str, int]]:
        """What is to be set aside: (name, scope, units)."""
        cards = cards_paid(to_builtins(self))
        return [(card_name(each.ref), card_scope(each.ref), each.units) for each in cards]


def _paid(body: bytes) -> _Paid | None:
    entry = entry_inside(body)
    try:
        found = None if entry is None or entry.type != ORDER else convert(entry.data, _Paid)
    except ValidationError:
        return None
    return found if found is not None and found.paid else None


def _redemption(body: bytes) -> RedemptionData | None:
    entry = entry_inside(body)
    try:
        return None if entry is None or entry.type != REDEEM else convert(entry.data, RedemptionData)
    except ValidationError:
        return None
