"""Events: what members did that is no order (joined the newsletter, wrote a review), and what it earns them.

Whoever tells of an event names it; the same name again is the same event and earns nothing more, with another content
it is refused. Points are those of the program of today, as the event's rules and their limits say.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from app.core.circumstances import Circumstances
from app.core.earning import POINTS, Earned, EarningRule, earn_by_event, earned_key, keys_of, times_key
from app.core.history import EVENTS, first_of_period, read_key
from app.core.member import Member
from app.core.order import Order, local_date
from app.core.program import Program
from hq.access.actor import Actor
from hq.audit.service import record
from hq.benefits.asking import asks
from hq.benefits.tables import member_event
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.faults import NotHere, NotPossible
from hq.feed import MEMBER, Change, announce
from hq.home import Hq
from hq.journal.postings import ISSUED, pair
from hq.journal.store import move_balances
from hq.ledger.own import OwnKind, post_own
from hq.members.merged import refs_of, survivor_of
from hq.members.store import account, lock_members, read_members, read_scopes
from hq.touched import touch


@dataclass(frozen=True)
class NewEvent:
    """An event as it is told of. `at_ms` (UTC) is when it happened; `said` is whatever else is worth keeping."""

    event_id: str
    name: str
    at_ms: int | None = None
    said: Mapping[str, str] | None = None


@dataclass(frozen=True)
class HeardEvent:
    """An event that counts: the points it earned, and whether it is new. Times are UTC milliseconds."""

    event_id: str
    member: str
    name: str
    at_ms: int
    day: str
    points: int
    is_new: bool


def hear(hq: Hq, actor: Actor, ref: str, new: NewEvent) -> HeardEvent:
    """Take an event in and post what it earns. Raises `NotHere`, `NotPossible`."""
    return hq.database.write(lambda connection: _hear(hq, connection, actor, ref, new))


def _hear(hq: Hq, connection: Connection, actor: Actor, said_ref: str, new: NewEvent) -> HeardEvent:
    ref = survivor_of(connection, said_ref)
    hold_whole(connection, Whole.MEMBERS, is_shared=True)
    if ref not in lock_members(connection, [ref]):
        raise NotHere(f"There is no member {said_ref}.")
    before = connection.execute(
        select(member_event).where(member_event.c.event_id == new.event_id)
    ).one_or_none()
    if before is not None:
        if (survivor_of(connection, before.member), before.name) != (ref, new.name):
            raise NotPossible(f"The event {new.event_id} was told of before, with another content.")
        return HeardEvent(
            new.event_id, ref, before.name, before.at_ms, before.day, before.points, is_new=False
        )
    now_ms = hq.clock.now_ms()
    at_ms = now_ms if new.at_ms is None else new.at_ms
    if at_ms > now_ms:
        raise NotPossible("An event is told of after it happened.")
    program = program_of(hq, connection, newest_version(connection, "program"))
    zone = "UTC" if program is None else program.time_zone
    day = local_date(at_ms, zone)
    earned = () if program is None else _earned(connection, program, ref, new.name, at_ms=at_ms)
    points = sum(each.points for each in earned if each.currency == POINTS)
    row = {
        "event_id": new.event_id,
        "member": ref,
        "name": new.name,
        "day": day.isoformat(),
        "at_ms": at_ms,
        "points": points,
        "earned": json.dumps([[each.rule_id, each.points] for each in earned]),
        "said": json.dumps(dict(new.said or {})),
    }
    connection.execute(insert(member_event), row)
    touch(connection, [ref])
    record(
        connection, actor, "event.heard", f"member:{ref}", now_ms=now_ms,
        after={"event": new.event_id, "name": new.name, "points": points},
    )  # fmt: skip
    if points:
        post_own(
            connection,
            pair(account(ref), ISSUED, POINTS, points),
            kind=OwnKind.ISSUED,
            at_ms=now_ms,
            member=ref,
            about=f"event:{new.event_id}",
        )
        move_balances(connection, {ref: points}, now_ms=now_ms)
    if points or any(read_key(key).about == new.name for key in _counted(connection)):
        scopes = read_scopes(connection, [ref]).get(ref, {})
        announce(connection, [Change(store, MEMBER, ref) for store in sorted(scopes)])
    return HeardEvent(new.event_id, ref, new.name, at_ms, day.isoformat(), points, is_new=True)


def _counted(connection: Connection) -> Iterator[str]:
    """Yield the counters of events that stations are told."""
    return (key for key in asks(connection).history if key.startswith(EVENTS))


def _earned(
    connection: Connection, program: Program, ref: str, name: str, *, at_ms: int
) -> tuple[Earned, ...]:
    """Return what an event earns a member by the program, within its limits."""
    rules = [rule for rule in program.earning if rule.event == name]
    if not rules:
        return ()
    facts = read_members(connection, [ref])[ref]
    seen = Circumstances(
        order=Order("", "", "", at_ms, program.time_zone, program.currency.code, ()),
        member=Member(
            ref=ref,
            is_known=True,
            tier=facts["tier"],
            segments=frozenset(facts["segments"]),
            balance=facts["balance"],
        ),
        product_sets=program.product_sets,
        known=_known(connection, rules, ref, local_date(at_ms, program.time_zone)),
        segments=program.segments,
    )
    return earn_by_event(rules, name, seen=seen)


def _known(connection: Connection, rules: Iterable[EarningRule], ref: str, day: date) -> dict[str, int]:
    """Return what these rules have given a member in the periods that their limits ask about."""
    rows = connection.execute(
        select(member_event.c.day, member_event.c.earned).where(
            member_event.c.member.in_(refs_of(connection, ref))
        )
    ).all()
    given = [
        (date.fromisoformat(row.day), rule, points) for row in rows for rule, points in json.loads(row.earned)
    ]
    found: dict[str, int] = {}
    for rule in rules:
        for limit in rule.limits:
            begins = first_of_period(limit.period, day) if limit.period else date.min
            counted = [
                points
                for on, rule_id, points in given
                if rule_id == rule.rule_id
                and (not limit.period or first_of_period(limit.period, on) == begins)
            ]
            found[earned_key(rule.rule_id, limit.period)] = sum(counted)
            found[times_key(rule.rule_id, limit.period)] = len(counted)
    return {key: found[key] for rule in rules for key in keys_of(rule) if key in found}


def events_of(hq: Hq, ref: str) -> list[dict[str, Any]]:
    """Return a member's events, the newest first."""
    with hq.database.reading() as connection:
        refs = refs_of(connection, survivor_of(connection, ref))
        rows = connection.execute(
            select(member_event)
            .where(member_event.c.member.in_(refs))
            .order_by(member_event.c.at_ms.desc(), member_event.c.event_id)
        )
        return [dict(row) for row in rows.mappings()]
