"""What a member did, read from HQ's books: orders, points that came and went, events.

Days are those of the program's time zone. What was done under a reference that was merged into the member's counts as
theirs. Points are those of the ledger; when they moved is what the entry says, and for postings of HQ's own when HQ
made them (in books of before that was kept their id tells: UUID version 7, RFC 9562 §5.7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, and_, func, or_, select

from app.core.order import local_date
from app.core.referral import FriendOrder
from hq.benefits.tables import expiration, member_event
from hq.journal.own import ADJUST
from hq.journal.reversal_tables import reversal_fact
from hq.ledger.tables import own_entry
from hq.members.merged import refs_of
from hq.members.store import POINTS, account
from hq.members.tables import enrolment
from hq.tables import journal, order_fact, posting, redemption_fact

REDEEMED = "redeemed"
UUID_MS_DIGITS = 12  # hexadecimal ones at the beginning of an id: milliseconds since 1970


class Kind(StrEnum):
    """What moved points. At one moment what is spent comes before what is earned."""

    SPENT = "spent"
    UNDONE = "undone"
    EARNED = "earned"
    GIVEN = "given"  # by hand, by a mark that was reached, by a merging; below zero: taken


@dataclass(frozen=True, slots=True)
class Movement:
    """Points that moved, by the id of the entry or posting. Of an order that was undone, `back` had been spent."""

    entry_id: str
    at_ms: int
    day: date
    kind: Kind
    points: int
    order_id: str = ""
    back: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something a member did that is no order."""

    name: str
    day: date


@dataclass(frozen=True)
class Past:
    """All of it, in the order of time. `orders` say what was paid and not returned since."""

    member: str
    refs: tuple[str, ...]  # theirs, and those that were merged into it
    movements: tuple[Movement, ...] = ()
    orders: tuple[FriendOrder, ...] = ()
    events: tuple[Event, ...] = ()
    posted_expired: int = 0
    joined_on: date | None = None  # when they enrolled, or else when they were first heard of


def read_past(connection: Connection, member: str, *, time_zone: str) -> Past:
    """Return what a member did, by what HQ has heard of."""
    refs = refs_of(connection, member)
    back = _came_back(connection, refs)
    orders, movements = _orders(connection, refs, back, time_zone)
    movements += _spent(connection, refs, time_zone)
    movements += _undone(connection, refs, time_zone)
    movements += _given(connection, refs, time_zone)
    ended = select(func.coalesce(func.sum(expiration.c.points), 0)).where(expiration.c.member.in_(refs))
    events = tuple(_events(connection, refs))
    return Past(
        member=member,
        refs=tuple(refs),
        movements=tuple(sorted(movements, key=_in_time)),
        orders=tuple(orders),
        events=events,
        posted_expired=int(connection.execute(ended).scalar_one()),
        joined_on=_joined(connection, refs, time_zone)
        or min((*(each.day for each in movements), *(each.day for each in events)), default=None),
    )


def _in_time(move: Movement) -> tuple[int, int, str]:
    return move.at_ms, list(Kind).index(move.kind), move.entry_id


def _orders(
    connection: Connection, refs: Sequence[str], back: dict[str, int], time_zone: str
) -> tuple[list[FriendOrder], list[Movement]]:
    statement = (
        select(order_fact, journal.c.entry_id)
        .join(journal, _is_entry_of(order_fact))
        .where(order_fact.c.member.in_(refs))
        .order_by(order_fact.c.t_eff)
    )
    orders, earned = [], []
    for row in connection.execute(statement):
        day = local_date(row.t_eff, time_zone)
        kept = row.gross - row.discount - back.get(row.entry_id, 0)
        orders.append(FriendOrder(_name_of(row), day, row.t_eff, kept))
        if row.points:
            earned.append(Movement(row.entry_id, row.t_eff, day, Kind.EARNED, row.points, _name_of(row)))
    return orders, earned


def _came_back(connection: Connection, refs: Sequence[str]) -> dict[str, int]:
    """Return what of each order, by its entry's id, was returned or voided, in minor units."""
    statement = (
        select(reversal_fact.c.order_entry, journal.c.body)
        .join(journal, _is_entry_of(reversal_fact))
        .where(reversal_fact.c.member.in_(refs))
    )
    found: dict[str, int] = {}
    for row in connection.execute(statement):
        amount = orjson.loads(row.body).get("data", {}).get("amount", 0)
        found[row.order_entry] = found.get(row.order_entry, 0) + (amount if type(amount) is int else 0)
    return found


def _spent(connection: Connection, refs: Sequence[str], time_zone: str) -> list[Movement]:
    points = func.sum(posting.c.amount).label("points")
    statement = (
        select(
            journal.c.entry_id,
            redemption_fact.c.t_eff,
            redemption_fact.c.store,
            redemption_fact.c.order_id,
            points,
        )
        .join(journal, _is_entry_of(redemption_fact))
        .join(posting, posting.c.entry_id == journal.c.entry_id)
        .where(
            redemption_fact.c.member.in_(refs),
            redemption_fact.c.outcome == REDEEMED,
            posting.c.account.in_(list(map(account, refs))),
            posting.c.unit == POINTS,
        )
        .group_by(
            journal.c.entry_id,
            redemption_fact.c.t_eff,
            redemption_fact.c.store,
            redemption_fact.c.order_id,
        )
    )
    return [
        Movement(
            row.entry_id,
            row.t_eff,
            local_date(row.t_eff, time_zone),
            Kind.SPENT
            if row.points < 0
            else Kind.GIVEN,  # one made at head office may bring more than it costs
            abs(int(row.points)),
            _name_of(row),
        )
        for row in connection.execute(statement)
        if row.points
    ]


def _undone(connection: Connection, refs: Sequence[str], time_zone: str) -> list[Movement]:
    statement = (
        select(reversal_fact, journal.c.entry_id)
        .join(journal, _is_entry_of(reversal_fact))
        .where(reversal_fact.c.member.in_(refs))
    )
    return [
        Movement(
            row.entry_id,
            row.t_eff,
            local_date(row.t_eff, time_zone),
            Kind.UNDONE,
            row.points,
            _name_of(row),
            back=row.points_back,
        )
        for row in connection.execute(statement)
        if row.points or row.points_back
    ]


def _given(connection: Connection, refs: Sequence[str], time_zone: str) -> list[Movement]:
    """Return what people gave or took, and what moved without an entry; what ended follows from the rest."""
    points = func.sum(posting.c.amount).label("points")
    made = func.max(own_entry.c.at_ms).label("own_ms")
    statement = (
        select(posting.c.entry_id, points, made)
        .outerjoin(journal, journal.c.entry_id == posting.c.entry_id)
        .outerjoin(own_entry, own_entry.c.entry_id == posting.c.entry_id)
        .outerjoin(expiration, expiration.c.entry_id == posting.c.entry_id)
        .where(
            posting.c.account.in_(list(map(account, refs))),
            posting.c.unit == POINTS,
            or_(journal.c.entry_id.is_(None), journal.c.type == ADJUST),
            expiration.c.entry_id.is_(None),
        )
        .group_by(posting.c.entry_id)
    )
    found = []
    for row in connection.execute(statement):
        at_ms = int(row.own_ms or int(row.entry_id[:UUID_MS_DIGITS], 16))
        if row.points:
            day = local_date(at_ms, time_zone)
            found.append(Movement(row.entry_id, at_ms, day, Kind.GIVEN, int(row.points)))
    return found


def _events(connection: Connection, refs: Sequence[str]) -> list[Event]:
    statement = select(member_event.c.name, member_event.c.day).where(member_event.c.member.in_(refs))
    rows = connection.execute(statement.order_by(member_event.c.day))
    return [Event(row.name, date.fromisoformat(row.day)) for row in rows]


def _joined(connection: Connection, refs: Sequence[str], time_zone: str) -> date | None:
    first = select(func.min(enrolment.c.at_ms)).where(enrolment.c.member.in_(refs))
    at_ms = connection.execute(first).scalar_one()
    return None if at_ms is None else local_date(at_ms, time_zone)


def _name_of(row: Any) -> str:
    """Return what tells an order from others: tills of two stores may both have an order 1001."""
    return f"{row.store}/{row.order_id}"


def _is_entry_of(facts: Any) -> Any:
    return and_(
        journal.c.device == facts.c.device, journal.c.epoch == facts.c.epoch, journal.c.seq == facts.c.seq
    )
