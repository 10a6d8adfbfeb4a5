"""Points that end: a member's lots from their past, and what is posted when some of them are over.

The lots are worked out anew from all that HQ has heard of; only when a lot ends is kept from the first time, since a
later tier or rule changes nothing about it. What has ended by today, less what was posted as ended before, is posted:
so an entry that was made in time and comes late puts things right by itself, and doing it twice posts nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from app.core import lots
from app.core.expiry import ExpiryRule, Never
from app.core.lots import Account, Lot, Taken
from hq.benefits.past import Kind, Movement, Past
from hq.benefits.tables import expiration, lot
from hq.feed import MEMBER, Change
from hq.journal.postings import EXPIRED, pair
from hq.journal.store import move_balances
from hq.ledger.own import OwnKind, post_own
from hq.members.store import POINTS, account, read_scopes
from hq.rows import insert_rows

NEVER = Never()


@dataclass(frozen=True)
class Ends:
    """When a lot ends: as it was worked out first, for each lot that is known already."""

    first: Mapping[str, tuple[date | None, int | None]]
    rule: ExpiryRule | None
    tier: Callable[[date], str]
    segments: frozenset[str]

    def of(self, move: Movement) -> Lot:
        """Return the lot that a movement makes."""
        known = self.first.get(move.entry_id)
        made = lots.earned_lot(
            move.entry_id,
            move.points,
            earned_on=move.day,
            rule=self.rule or ExpiryRule(NEVER),
            tier=self.tier(move.day),
            segments=self.segments,
        )
        return made if known is None else replace(made, expires_on=known[0], rolling_days=known[1])


def fold(past: Past, ends: Ends) -> tuple[Account, dict[str, date | None]]:
    """Return a member's points as they stand by all that happened, and when each lot was to end at first."""
    held, taken, first = Account(), dict[str, list[Taken]](), dict[str, date | None]()
    for move in past.movements:
        if move.kind is Kind.UNDONE:
            held = _undo(held, move, taken)
        elif move.kind is Kind.SPENT or move.points < 0:
            spent = lots.debit(held.lots, abs(move.points), day=move.day)
            after = lots.extend(spent.lots, day=move.day) if move.kind is Kind.SPENT else spent.lots
            held = replace(held, lots=after, debt=held.debt + spent.short)
            taken.setdefault(move.order_id, []).extend(spent.taken)
        else:
            made = ends.of(move)
            first[made.lot_id] = made.expires_on
            held = (lots.earn if move.kind is Kind.EARNED else lots.credit)(held, made)
    return held, first


def _undo(held: Account, move: Movement, taken: dict[str, list[Taken]]) -> Account:
    """Take back what an order had earned, and give back what had been spent on it."""
    if move.points < 0:
        held = lots.deduct(held, -move.points, day=move.day).account
    elif move.points > 0:
        held = lots.credit(held, Lot(move.entry_id, move.points, move.points, move.day))
    if not move.back:
        return held
    of_order = taken.get(move.order_id, [])
    back = lots.give_back(held.lots, of_order, move.back, day=move.day, renewed_id=f"{move.entry_id}-back")
    taken[move.order_id] = list(back.still_taken)
    missing = move.back - lots.total(back.returned)
    if missing > 0:  # spent beyond what was there: that debt goes first
        held = replace(held, debt=max(held.debt - missing, 0))
    return lots.settle(replace(held, lots=back.lots), day=move.day)


def settle_points(
    connection: Connection, past: Past, ends: Ends, *, today: date, now_ms: int
) -> tuple[Account, list[Change]]:
    """Keep a member's lots as they stand today, post what has ended, and return who has to hear of it.

    The member's row is held.
    """
    held, first = fold(past, ends)
    after = lots.expire(held.lots, day=today)
    _keep(connection, past, after.lots, first)
    ended = sum(each.expired for each in after.lots) - past.posted_expired
    account_now = replace(held, lots=after.lots)
    if not ended:
        return account_now, []
    entry_id = post_own(
        connection,
        pair(EXPIRED, account(past.member), POINTS, ended),
        kind=OwnKind.EXPIRED,
        at_ms=now_ms,
        member=past.member,
    )
    row = {
        "entry_id": entry_id,
        "member": past.member,
        "day": today.isoformat(),
        "points": ended,
        "at_ms": now_ms,
    }
    connection.execute(insert(expiration), row)
    move_balances(connection, {past.member: -ended}, now_ms=now_ms)
    scopes = read_scopes(connection, [past.member]).get(past.member, {})
    return account_now, [Change(store, MEMBER, past.member) for store in sorted(scopes)]


def first_ends(connection: Connection, refs: Sequence[str]) -> dict[str, tuple[date | None, int | None]]:
    """Return when each lot of a member (by all their references) was to end at first, with its days if they move."""
    rows = connection.execute(select(lot).where(lot.c.member.in_(refs)))
    return {
        row.lot_id: (None if row.ends_on is None else date.fromisoformat(row.ends_on), row.rolling_days)
        for row in rows
    }


def lots_of(connection: Connection, member: str) -> list[Lot]:
    """Return a member's lots as they were worked out last, those that end first before the others."""
    statement = (
        select(lot).where(lot.c.member == member).order_by(lot.c.expires_on, lot.c.earned_on, lot.c.lot_id)
    )
    return [
        Lot(
            row.lot_id,
            row.points,
            row.left,
            date.fromisoformat(row.earned_on),
            None if row.expires_on is None else date.fromisoformat(row.expires_on),
            rolling_days=row.rolling_days,
            expired=row.expired,
        )
        for row in connection.execute(statement)
    ]


def _keep(
    connection: Connection, past: Past, found: tuple[Lot, ...], first: Mapping[str, date | None]
) -> None:
    connection.execute(delete(lot).where(lot.c.member.in_(past.refs)))
    rows = [
        {
            "lot_id": each.lot_id,
            "member": past.member,
            "points": each.points,
            "left": each.left,
            "expired": each.expired,
            "earned_on": each.earned_on.isoformat(),
            "ends_on": _text(first.get(each.lot_id, each.expires_on)),
            "expires_on": _text(each.expires_on),
            "rolling_days": each.rolling_days,
        }
        for each in found
    ]
    insert_rows(connection, lot, rows)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
