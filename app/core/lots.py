"""A member's points of one currency: lots with their own expiry, what is pending, and what is owed from returns.

Points earned together are a lot and expire together. Whatever takes points takes the lot that expires first and says
which lots it took, so that a return can put them back. HQ alone posts expiry; everybody else leaves out what has
expired. Nothing is lost: `points` of a lot = `left` + `expired` + what was taken from it and not given back.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from app.core.earning import POINTS
from app.core.expiry import ExpiryRule
from app.core.reasons import Reason, Refusal

RENEWED_DAYS = 30  # how long points live that come back to a lot which has expired meanwhile


@dataclass(frozen=True, slots=True)
class Lot:
    """Points earned together: how many there were, how many are left, and how many HQ has posted as expired.

    `expires_on` is the last usable day (None: never). An activity moves it `rolling_days` away, if there are any.
    """

    lot_id: str
    points: int
    left: int
    earned_on: date
    expires_on: date | None = None
    currency: str = POINTS
    rolling_days: int | None = None
    expired: int = 0

    def is_live(self, day: date) -> bool:
        """Tell whether what is left can be used on a day of the program's time zone."""
        return self.expires_on is None or day <= self.expires_on


@dataclass(frozen=True, slots=True)
class Taken:
    """So many points of one lot."""

    lot_id: str
    points: int


@dataclass(frozen=True, slots=True)
class Debit:
    """The lots afterwards, what was taken from which, first taken first, and how much there was not."""

    lots: tuple[Lot, ...]
    taken: tuple[Taken, ...]
    short: int

    @property
    def points(self) -> int:
        """How many points were taken."""
        return total(self.taken)


@dataclass(frozen=True, slots=True)
class Posted:
    """The lots afterwards, and what HQ posts as expired."""

    lots: tuple[Lot, ...]
    expired: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The lots afterwards, which lots the points came back to, and what of the debit has not come back yet."""

    lots: tuple[Lot, ...]
    returned: tuple[Taken, ...]
    still_taken: tuple[Taken, ...]


def total(parts: Iterable[Taken]) -> int:
    """Return the points of all parts together."""
    return sum(part.points for part in parts)


def earned_lot(
    lot_id: str,
    points: int,
    *,
    earned_on: date,
    rule: ExpiryRule,
    tier: str = "",
    segments: Set[str] = frozenset(),
    currency: str = POINTS,
) -> Lot:
    """Return a new lot, with the expiry that the rule gives a member of this tier and these segments on that day.

    Points handed over to another member are a new lot of theirs, earned on the day of the transfer.
    """
    expiry = rule.expiry(earned_on, tier=tier, segments=segments)
    return Lot(lot_id, points, points, earned_on, expiry.last_day, currency, expiry.rolling_days)


def of_currency(lots: Iterable[Lot], currency: str) -> tuple[Lot, ...]:
    """Return the lots of one point currency; the functions below expect no other ones among theirs."""
    return tuple(lot for lot in lots if lot.currency == currency)


def balance(lots: Iterable[Lot], *, day: date) -> int:
    """Return the points that are left and live on a day."""
    return sum(lot.left for lot in lots if lot.is_live(day))


def expiring(lots: Iterable[Lot], *, day: date, within_days: int) -> tuple[tuple[date, int], ...]:
    """Return what ends soon: last days from `day` to `within_days` later, soonest first, each with its points."""
    ends: dict[date, int] = {}
    for lot in lots:
        if lot.expires_on is not None and 0 <= (lot.expires_on - day).days <= within_days and lot.left:
            ends[lot.expires_on] = ends.get(lot.expires_on, 0) + lot.left
    return tuple(sorted(ends.items()))


def debit(lots: Sequence[Lot], points: int, *, day: date) -> Debit:
    """Take up to `points` (≥ 0) from the lots live on a day: earliest expiry first, then earliest earned, then id."""
    taken: dict[str, int] = {}
    wanted = points
    for lot in sorted(lots, key=_place_in_line):
        part = min(wanted, lot.left) if lot.is_live(day) else 0
        if part > 0:
            taken[lot.lot_id] = part
            wanted -= part
    after = tuple(replace(lot, left=lot.left - taken.get(lot.lot_id, 0)) for lot in lots)
    return Debit(after, tuple(Taken(*part) for part in taken.items()), wanted)


def _place_in_line(lot: Lot) -> tuple[date, date, str]:
    return lot.expires_on or date.max, lot.earned_on, lot.lot_id


def expire(lots: Sequence[Lot], *, day: date) -> Posted:
    """Post as expired what is left in lots whose last day is before `day`. Doing it twice posts nothing more."""
    expired = tuple(Taken(lot.lot_id, lot.left) for lot in lots if lot.left and not lot.is_live(day))
    after = tuple(
        lot if lot.is_live(day) else replace(lot, left=0, expired=lot.expired + lot.left) for lot in lots
    )
    return Posted(after, expired)


def reopen(lots: Sequence[Lot], *, day: date) -> tuple[Lot, ...]:
    """Undo what was posted as expired in lots that were live on an earlier `day`.

    An entry made before the deadline may reach HQ after it and is judged by its own day: HQ reopens, debits or extends
    as of that day, and then lets expire what is still left.
    """
    return tuple(
        replace(lot, left=lot.left + lot.expired, expired=0) if lot.is_live(day) else lot for lot in lots
    )


def extend(lots: Sequence[Lot], *, day: date) -> tuple[Lot, ...]:
    """Move the end of rolling lots that are live on the day of an activity. A refused redemption is no activity.

    Lots that have been spent move too, since points may come back to them.
    """
    return tuple(_extended(lot, day) for lot in lots)


def _extended(lot: Lot, day: date) -> Lot:
    if lot.rolling_days is None or lot.expires_on is None or not lot.is_live(day):
        return lot
    return replace(lot, expires_on=max(lot.expires_on, day + timedelta(days=lot.rolling_days)))


def give_back(
    lots: Sequence[Lot], taken: Sequence[Taken], points: int, *, day: date, renewed_id: str
) -> GivenBack:
    """Put up to `points` of what a debit took back where they came from, what was taken last first.

    So a debit of which a part came back is as if only the rest had been taken. `put_back` says how.
    """
    still, parts = _split_last(taken, points)
    after, returned = put_back(lots, parts, day=day, renewed_id=renewed_id)
    return GivenBack(after, returned, still)


def put_back(
    lots: Sequence[Lot], parts: Sequence[Taken], *, day: date, renewed_id: str
) -> tuple[tuple[Lot, ...], tuple[Taken, ...]]:
    """Return the lots with these points back in them, and which lots the points came to.

    Points of lots that have expired by `day` become one new lot, called `renewed_id`, which ends 30 days later. Raises
    KeyError for an unknown lot: that is a bug.
    """
    by_id = {lot.lot_id: lot for lot in lots}
    live = tuple(part for part in parts if by_id[part.lot_id].is_live(day))
    late = tuple(part for part in parts if not by_id[part.lot_id].is_live(day))
    for part in live:
        lot = by_id[part.lot_id]
        by_id[part.lot_id] = replace(lot, left=lot.left + part.points)
    if not late:
        return tuple(by_id.values()), live
    renewed = _renewed(late, by_id, day=day, renewed_id=renewed_id)
    return (*by_id.values(), renewed), (*live, Taken(renewed_id, renewed.points))


def _split_last(taken: Sequence[Taken], points: int) -> tuple[tuple[Taken, ...], tuple[Taken, ...]]:
    """Return what stays taken, and up to `points` from the end."""
    stays = max(total(taken) - points, 0)
    still, returned = [], []
    for part in taken:
        kept = min(part.points, stays)
        stays -= kept
        still.append(Taken(part.lot_id, kept))
        returned.append(Taken(part.lot_id, part.points - kept))
    return tuple(part for part in still if part.points), tuple(part for part in returned if part.points)


def _renewed(late: Sequence[Taken], by_id: dict[str, Lot], *, day: date, renewed_id: str) -> Lot:
    origins = [by_id[part.lot_id] for part in late]
    return Lot(
        lot_id=renewed_id,
        points=total(late),
        left=total(late),
        earned_on=min(lot.earned_on for lot in origins),
        expires_on=day + timedelta(days=RENEWED_DAYS),
        currency=origins[0].currency,
    )


class DeductFrom(StrEnum):
    """Where points that a return takes back are taken from."""

    PENDING_THEN_ACTIVE = "pending_then_active"
    PENDING_ONLY = "pending_only"
    ACTIVE_BALANCE = "active_balance"


class Shortfall(StrEnum):
    """What becomes of points that a return should take back and that are not there any more."""

    OWED = "owed"  # a debt, which blocks spending until it has been earned
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class ReturnPolicy:
    """How a program takes back points after a return."""

    deduct_from: DeductFrom = DeductFrom.PENDING_THEN_ACTIVE
    shortfall: Shortfall = Shortfall.OWED


@dataclass(frozen=True, slots=True)
class Account:
    """A member's points of one currency: lots, points pending (earned, not posted yet), and points owed."""

    lots: tuple[Lot, ...] = ()
    pending: int = 0
    debt: int = 0

    def active(self, day: date) -> int:
        """Return the balance to show on a day; below zero while more is owed than is there."""
        return balance(self.lots, day=day) - self.debt

    def spendable(self, day: date) -> int:
        """Return what may be spent on a day: nothing while anything is owed."""
        return 0 if self.debt else balance(self.lots, day=day)


@dataclass(frozen=True, slots=True)
class Spending:
    """The account afterwards, and which lots paid."""

    account: Account
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Deduction:
    """The account afterwards; where the points came from, what is owed for now, and what was let go."""

    account: Account
    from_pending: int
    taken: tuple[Taken, ...]
    owed: int
    let_go: int

    @property
    def points(self) -> int:
        """How many points were deducted, those owed included."""
        return self.from_pending + total(self.taken) + self.owed


def spend(account: Account, points: int, *, day: date) -> Spending | Refusal:
    """Take `points` (≥ 0) for something, all of them or none; an activity, so rolling lots move their end."""
    if account.debt:
        return Refusal(Reason.DEBT, {"missing": account.debt})
    result = debit(account.lots, points, day=day)
    if result.short:
        return Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": points, "missing": result.short})
    return Spending(replace(account, lots=extend(result.lots, day=day)), result.taken)


def credit(account: Account, lot: Lot) -> Account:
    """Add a new lot; what is owed is paid from it first."""
    paid = min(account.debt, lot.left)
    paying = replace(lot, left=lot.left - paid)
    return replace(account, lots=(*account.lots, paying), debt=account.debt - paid)


def earn(account: Account, lot: Lot) -> Account:
    """Add a new lot that the member did something for: an activity, so rolling lots move their end."""
    return credit(replace(account, lots=extend(account.lots, day=lot.earned_on)), lot)


def settle(account: Account, *, day: date) -> Account:
    """Pay what is owed from the lots live on a day, as after points came back that had been spent."""
    result = debit(account.lots, account.debt, day=day)
    return replace(account, lots=result.lots, debt=result.short)


def deduct(account: Account, points: int, *, day: date, policy: ReturnPolicy = ReturnPolicy()) -> Deduction:
    """Take back `points` (≥ 0) that a returned order had earned; more than is there is owed or let go."""
    from_pending = 0 if policy.deduct_from is DeductFrom.ACTIVE_BALANCE else min(points, account.pending)
    rest = points - from_pending
    if policy.deduct_from is DeductFrom.PENDING_ONLY:
        left_alone = replace(account, pending=account.pending - from_pending)
        return Deduction(left_alone, from_pending, (), owed=0, let_go=rest)
    result = debit(account.lots, rest, day=day)
    owed = result.short if policy.shortfall is Shortfall.OWED else 0
    after = Account(result.lots, account.pending - from_pending, account.debt + owed)
    return Deduction(after, from_pending, result.taken, owed, let_go=result.short - owed)
