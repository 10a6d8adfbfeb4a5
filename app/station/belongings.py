"""What a member has: read and never written, from the replica and what this station did since."""

from dataclasses import dataclass
from datetime import date

from app.core.order import local_date
from app.core.overlay import VOUCHER_USE
from app.core.voucher import Voucher
from app.station.identify import SeenMember
from app.store.replica_rows import VOUCHER
from app.store.store import StationStore

VOUCHERS_MAX = 20  # more than anybody reads at a till


@dataclass(frozen=True, slots=True)
class Saved:
    """A voucher that is the member's own: what it gives, until when, and how often (None: as often as they like)."""

    name: str
    ends_on: date | None
    uses_left: int | None


@dataclass(frozen=True, slots=True)
class Belongings:
    """Points by the last day on which they can be spent, and vouchers; what ends first stands first."""

    expiring: tuple[tuple[date, int], ...] = ()
    vouchers: tuple[Saved, ...] = ()


def belongings(store: StationStore, seen: SeenMember) -> Belongings:
    """Return what is a member's, as far as this station knows. On the store's thread; raises a `StoreFault`."""
    today = local_date(store.now_ms(), store.device.time_zone)
    expiring = sorted((day, points) for day, points in seen.member.expiring if day >= today and points > 0)
    program = store.replica.program()
    vouchers = []
    for voucher in store.replica.vouchers_of(seen.member.ref):
        pair = None if program is None else program.pair(voucher.rule_id)
        left = _uses_left(store, voucher)
        if pair is not None and left != 0 and (voucher.ends_on is None or voucher.ends_on >= today):
            vouchers.append(Saved(pair.rule.name, voucher.ends_on, left))
    vouchers.sort(key=lambda saved: (saved.ends_on or date.max, saved.name))
    return Belongings(tuple(expiring), tuple(vouchers[:VOUCHERS_MAX]))


def _uses_left(store: StationStore, voucher: Voucher) -> int | None:
    if not voucher.uses_max:
        return None
    included = store.replica.included_seq(VOUCHER, voucher.code_hash)
    used_here = store.journal.effect_sum(VOUCHER_USE, voucher.code_hash, after_seq=included)
    return max(voucher.uses_max - voucher.uses - used_here, 0)
