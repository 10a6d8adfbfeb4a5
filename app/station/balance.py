"""A member's points as this station knows them: head office's figure, and over it what was done here since."""

from typing import NamedTuple

from app.core.overlay import POINTS_PENDING, POINTS_SPENT
from app.station.accounts import own_sums
from app.store.replica_rows import MEMBER
from app.store.store import StationStore


class Balance(NamedTuple):
    """`balance` can be spent; `pending` was earned here and waits for head office, never below zero."""

    balance: int
    pending: int


def own_points(store: StationStore, ref: str, *, after_seq: int) -> Balance:
    """Return what entries after `after_seq` do to a member's points.

    What a void or a return takes back goes off what is pending first, and then off what could be spent.
    """
    pending, spent = own_sums(store, (POINTS_PENDING, POINTS_SPENT), ref, after_seq=after_seq)
    return Balance(spent + min(pending, 0), max(pending, 0))


def balance_here(store: StationStore, ref: str) -> Balance | None:
    """Return a member's points, of one who was merged the survivor's; None for one whom the replica does not hold."""
    ref = store.replica.aliases.survivor(ref)
    row = store.replica.member(ref)
    if row is None:
        return None
    own = own_points(store, ref, after_seq=store.replica.included_seq(MEMBER, ref))
    return Balance(row.balance + own.balance, own.pending)
