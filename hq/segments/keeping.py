"""Keeping dynamic segments right: for some members after a change of theirs, for all of them in parts by a job."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, case, select

from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.feed import announce
from hq.home import Hq
from hq.members.store import lock_members
from hq.segments.buying import gather_of_members
from hq.segments.calendar import Today
from hq.segments.compiling import Tree, compile_to_sql, product_sets_of
from hq.segments.sources import Bound, Sources, among
from hq.segments.store import DYNAMIC, LIVE, Move, apply_moves, memberships
from hq.segments.tables import segment
from hq.tables import member, store

NO_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A segment by its condition."""

    segment_id: str
    tree: Tree


def dynamic_segments(connection: Connection, ids: Sequence[str] | None = None) -> list[Dynamic]:
    """Return the dynamic segments that live, or those of them with these ids."""
    statement = select(segment.c.segment_id, segment.c.condition).where(
        segment.c.kind == DYNAMIC, segment.c.state == LIVE
    )
    if ids is not None:
        statement = statement.where(segment.c.segment_id.in_(ids))
    found = [Dynamic(row.segment_id, orjson.loads(row.condition)) for row in connection.execute(statement)]
    return sorted(found, key=lambda each: each.segment_id)


def today_of(hq: Hq, connection: Connection) -> Today:
    """Return the day it is now by the newest program's calendar."""
    program = program_of(hq, connection, newest_version(connection, "program"))
    if program is not None:
        return Today.at(hq.clock.now_ms(), program.time_zone)
    zone = connection.execute(
        select(store.c.time_zone).order_by(store.c.store_id).limit(1)
    ).scalar_one_or_none()
    return Today.at(hq.clock.now_ms(), zone or NO_ZONE)


def who_belongs(
    connection: Connection, segments: Sequence[Dynamic], bound: Bound, today: Today
) -> set[tuple[str, str]]:
    """Return who belongs into which segment by its condition: pairs of segment and member."""
    sources = Sources(bound)
    holds = [compile_to_sql(each.tree, sources, today) for each in segments]
    columns = [case((each, 1), else_=0).label(f"s{place}") for place, each in enumerate(holds)]
    statement = sources.statement(member.c.ref, *columns)
    if len(holds) == 1:
        statement = statement.where(holds[0])
    found: set[tuple[str, str]] = set()
    for ref, *flags in connection.execute(statement):
        found.update((each.segment_id, ref) for each, flag in zip(segments, flags, strict=True) if flag)
    return found


def moves_of(connection: Connection, segments: Sequence[Dynamic], bound: Bound, today: Today) -> list[Move]:
    """Return who has to come into these segments or go out of them."""
    belongs = who_belongs(connection, segments, bound, today)
    there = memberships(connection, [each.segment_id for each in segments], bound)
    came = [Move(name, ref, is_in=True) for name, ref in sorted(belongs - there)]
    return came + [Move(name, ref, is_in=False) for name, ref in sorted(there - belongs)]


def follow(hq: Hq, connection: Connection, members: Sequence[str]) -> None:
    """Look at some members again. The reader `segments` of `hq/touched.py`."""
    segments = dynamic_segments(connection)
    if not segments:
        return
    hold_whole(connection, Whole.SEGMENTS)  # see hq/segments/bulk.py
    lock_members(connection, members)
    wanted = set().union(*(product_sets_of(each.tree) for each in segments))
    gather_of_members(hq, connection, members, wanted)
    today = today_of(hq, connection)
    moves = moves_of(connection, segments, among(members), today)
    announce(connection, apply_moves(connection, moves, now_ms=hq.clock.now_ms(), day=today.day.isoformat()))
