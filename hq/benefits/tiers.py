"""Which tier a member has, from what they did and what they paid for, and what comes behind it.

Only where the program has tiers that are earned or paid for; otherwise a member's tier is what people say. A tier that
somebody set by hand is held from that day on, beside whatever the member reaches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from app.core.program import Program
from app.core.tiers import Access, Activity, Spell, Subscription, What, tier_now, tier_on
from hq.benefits.past import Kind, Past
from hq.benefits.tables import subscription, tier_held, tier_move, tier_state
from hq.feed import MEMBER, Change
from hq.members.store import POINTS, read_scopes
from hq.rows import upsert
from hq.tables import member
from hq.touched import SEGMENTS, touch
from hq.webhooks.outbox import Kind as EventKind
from hq.webhooks.outbox import announce_event

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TierNow:
    """A member's tier on a day; its last day where it has one, and what comes then."""

    tier: str
    since: date | None = None
    ends_on: date | None = None
    after: str = ""


def works_out_tiers(program: Program) -> bool:
    """Tell whether tiers follow from what members do."""
    return any(tier.access is not Access.BASE for tier in program.tiers)


def activities_of(past: Past) -> list[Activity]:
    """Return what of a past counts for tiers."""
    found = [Activity(order.on_day, What.SPEND, order.kept) for order in past.orders]
    for move in past.movements:
        if move.kind is Kind.SPENT:
            found.append(Activity(move.day, What.POINTS_GONE, -move.points, POINTS))
        elif move.kind in (Kind.EARNED, Kind.UNDONE) and move.points:
            found.append(Activity(move.day, What.POINTS_EARNED, move.points, POINTS))
    return found + [Activity(event.day, What.EVENT, 1, event.name) for event in past.events]


def tier_of(
    program: Program,
    past: Past,
    *,
    held: Sequence[Spell],
    paid: Sequence[Subscription],
    today: date,
    now_ms: int,
) -> TierNow:
    """Return a member's tier today, as far as is known by now."""
    activities = activities_of(past)
    earned = tier_on(program.tiers, activities, day=today, held=held)
    tier = tier_now(program.tiers, earned.tier_id, paid, at_ms=now_ms, time_zone=program.time_zone)
    if tier == earned.tier_id:
        if earned.until is None:
            return TierNow(tier, earned.since)
        then = tier_on(program.tiers, activities, day=earned.until + DAY, held=held)
        return TierNow(tier, earned.since, earned.until, then.tier_id)
    last = max(one.last_day for one in paid if one.tier_id == tier)
    then = tier_on(program.tiers, activities, day=last + DAY, held=held)
    return TierNow(tier, None, last, then.tier_id)


def settle_tier(
    connection: Connection, program: Program, past: Past, *, today: date, now_ms: int
) -> tuple[TierNow, list[Change]]:
    """Keep a member's tier as it is today; return it, and who has to hear of it. The member's row is held."""
    ref = past.member
    now_is = connection.execute(select(member.c.tier).where(member.c.ref == ref)).scalar_one()
    before = connection.execute(select(tier_state).where(tier_state.c.member == ref)).one_or_none()
    if now_is and now_is != ("" if before is None else before.tier):
        _hold(connection, ref, now_is, today)  # somebody set it by hand, or brought it along
    found = tier_of(
        program, past, held=_held(connection, past), paid=_paid(connection, past), today=today, now_ms=now_ms
    )
    row = {
        "member": ref,
        "tier": found.tier,
        "since": _text(found.since),
        "ends_on": _text(found.ends_on),
        "after": found.after,
    }
    if before is not None and tuple(before) == tuple(row.values()) and now_is == found.tier:
        return found, []
    upsert(connection, tier_state, [row], changes=("tier", "since", "ends_on", "after"))
    if now_is != found.tier:
        connection.execute(update(member).where(member.c.ref == ref).values(tier=found.tier))
        moved = {"member": ref, "at_ms": now_ms, "was": now_is, "became": found.tier}
        upsert(connection, tier_move, [moved], changes=("became",))
        touch(connection, [ref], readers=(SEGMENTS,))
        announce_event(connection, EventKind.MEMBER_TIER_CHANGED, moved, now_ms=now_ms)
    scopes = read_scopes(connection, [ref]).get(ref, {})
    return found, [Change(store, MEMBER, ref) for store in sorted(scopes)]


def foreseen_tier(
    connection: Connection, program: Program, past: Past, *, today: date, now_ms: int
) -> tuple[str, TierNow]:
    """Return the tier that a member has, and the one that `settle_tier` would give by a program; nothing is kept."""
    ref = past.member
    now_is = connection.execute(select(member.c.tier).where(member.c.ref == ref)).scalar_one()
    before = connection.execute(
        select(tier_state.c.tier).where(tier_state.c.member == ref)
    ).scalar_one_or_none()
    held = _held(connection, past)
    if now_is and now_is != (before or ""):
        held.append(Spell(now_is, today, None))  # as somebody set it by hand since
    paid = _paid(connection, past)
    return now_is, tier_of(program, past, held=held, paid=paid, today=today, now_ms=now_ms)


def _held(connection: Connection, past: Past) -> list[Spell]:
    rows = connection.execute(select(tier_held).where(tier_held.c.member.in_(past.refs)))
    return [
        Spell(row.tier, date.fromisoformat(row.since), None if row.until is None else _day(row.until))
        for row in rows
    ]


def _paid(connection: Connection, past: Past) -> list[Subscription]:
    rows = connection.execute(select(subscription).where(subscription.c.member.in_(past.refs)))
    return [Subscription(row.tier, row.paid_ms, _day(row.last_day)) for row in rows]


def _hold(connection: Connection, ref: str, tier: str, today: date) -> None:
    """Keep that somebody gave a member a tier; what they were given by hand before ends the day before."""
    ended: Any = (
        update(tier_held)
        .where(tier_held.c.member == ref, tier_held.c.until.is_(None))
        .values(until=(today - DAY).isoformat())
    )
    connection.execute(ended)
    row = {"member": ref, "tier": tier, "since": today.isoformat(), "until": None}
    upsert(connection, tier_held, [row], changes=("until",))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _text(day: date | None) -> str | None:
    return None if day is None or day == date.min else day.isoformat()
