"""Working out whole segments, all members in parts, as a job; and beginning it when a day is over.

First what orders held of product sets that nobody asked about before, then the members. Each step is a transaction of
its own, so stations wait for none of it for longer than a push takes.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from app.core.history import DAY
from hq.access.actor import SYSTEM, Actor
from hq.faults import HqFault
from hq.home import Hq
from hq.jobs.service import RUNNING, WAITING, Job, Step, list_jobs, start_job, worker
from hq.segments.bulk import keep_range, move
from hq.segments.buying import gather_next, note_known, unknown_sets
from hq.segments.calendar import Today
from hq.segments.compiling import follows_the_calendar, product_sets_of
from hq.segments.keeping import Dynamic, dynamic_segments, today_of
from hq.segments.sources import between
from hq.segments.store import DYNAMIC, LEAVING, LIVE, note_size
from hq.segments.tables import segment, segment_member, segment_size
from hq.tables import member, order_fact

REFRESH, REMOVE = "segments.refresh", "segments.remove"
MEMBERS_A_STEP = 10_000
LEAVING_A_STEP = 5_000
BEFORE_ALL = {"segment": "", "behind": "", "moves": 0}


def start_refresh(hq: Hq, actor: Actor, ids: Sequence[str]) -> Job:
    """Begin to work out segments anew."""
    with hq.database.reading() as connection:
        today = today_of(hq, connection)
        total = connection.execute(select(func.count()).select_from(member)).scalar_one()
    asked = {"segments": sorted(ids), "day": today.day.isoformat(), "time_zone": today.time_zone}
    return start_job(hq, actor, REFRESH, asked, total=total)


def start_of_the_day(hq: Hq) -> Job | None:
    """Note all sizes; begin to work out segments that today is another day for, by the job that is returned.

    What is being taken away goes on where its job was stopped or failed.
    """
    with hq.database.atomic() as connection:
        today = today_of(hq, connection).day.isoformat()
        for row in connection.execute(select(segment.c.segment_id, segment.c.members)).all():
            note_size(connection, row.segment_id, row.members, day=today)
        statement = select(segment).where(
            segment.c.kind == DYNAMIC, segment.c.state == LIVE, segment.c.day != today
        )
        behind = {row.segment_id for row in connection.execute(statement) if _is_behind(row)}
        statement = select(segment.c.segment_id).where(segment.c.state == LEAVING)
        leaving = set(connection.execute(statement).scalars())
    for name in sorted(leaving - {job.asked["segment"] for job in _under_way(hq, REMOVE)}):
        start_job(hq, SYSTEM, REMOVE, {"segment": name})
    refreshed = [job.asked for job in _under_way(hq, REFRESH) if job.asked["day"] == today]
    behind -= {name for asked in refreshed for name in asked["segments"]}
    return start_refresh(hq, SYSTEM, sorted(behind)) if behind else None


def until_tomorrow_s(hq: Hq) -> float:
    """Return in how many seconds the program's next day has begun: of a day while the database does not answer."""
    try:
        with hq.database.reading() as connection:
            today = today_of(hq, connection)
    except HqFault:
        return DAY.total_seconds()
    return max((today.begin_ms(today.day + DAY) - hq.clock.now_ms()) / 1000, 0) + 1


def _under_way(hq: Hq, kind: str) -> list[Job]:
    return [job for job in list_jobs(hq, kind=kind) if job.state in (WAITING, RUNNING)]


def _is_behind(row: Any) -> bool:
    return not row.day or follows_the_calendar(json.loads(row.condition))


@worker(REFRESH)
def refresh_step(hq: Hq, connection: Connection, job: Job) -> Step:
    """Look at the next orders, then at the next members of one segment after the other."""
    segments = dynamic_segments(connection, job.asked["segments"])
    place = job.place
    if not place:
        return _first_step(connection, segments)
    if "sets" in place:
        return _orders_step(hq, connection, job)
    following = [each for each in segments if each.segment_id >= place["segment"]]
    if not following:  # taken away meanwhile
        return _last_step(job, place["moves"])
    return _members_step(hq, connection, job, following)


def _first_step(connection: Connection, segments: Sequence[Dynamic]) -> Step:
    wanted = set().union(*(product_sets_of(each.tree) for each in segments))
    unknown = unknown_sets(connection, wanted)
    orders = connection.execute(select(func.count()).select_from(order_fact)).scalar_one() if unknown else 0
    members = connection.execute(select(func.count()).select_from(member)).scalar_one()
    place: dict[str, Any] = {"sets": sorted(unknown), "after": None} if unknown else BEFORE_ALL
    return Step(place, 0, orders + members * len(segments))


def _orders_step(hq: Hq, connection: Connection, job: Job) -> Step:
    sets, after = job.place["sets"], job.place["after"]
    last, seen = gather_next(hq, connection, sets, None if after is None else (after[0], after[1], after[2]))
    if last is not None:
        return Step({"sets": sets, "after": list(last)}, job.done + seen, job.total, "Orders are looked at.")
    note_known(connection, sets)
    return Step(BEFORE_ALL, job.done + seen, job.total, "Members are looked at.")


def _members_step(hq: Hq, connection: Connection, job: Job, following: Sequence[Dynamic]) -> Step:
    """Look at the next members of the first of these segments."""
    today = Today(date.fromisoformat(job.asked["day"]), job.asked["time_zone"])
    each, place = following[0], job.place
    behind = place["behind"] if place["segment"] == each.segment_id else ""
    ahead = select(member.c.ref).where(member.c.ref > behind).order_by(member.c.ref)
    through = connection.execute(ahead.offset(MEMBERS_A_STEP - 1).limit(1)).scalar_one_or_none()
    if through is None:  # before the moves, which end with the feed's number
        values = {"day": job.asked["day"], "refreshed_ms": hq.clock.now_ms()}
        done_now = update(segment).where(segment.c.segment_id == each.segment_id)
        connection.execute(done_now.values(**values))
    moves = place["moves"] + keep_range(hq, connection, each, between(behind, through), today)
    done = min(job.done + MEMBERS_A_STEP, job.total)
    if through is not None:
        here = {"segment": each.segment_id, "behind": through, "moves": moves}
        return Step(here, done, job.total, "Members are looked at.")
    if len(following) == 1:
        return _last_step(job, moves)
    there = {"segment": following[1].segment_id, "behind": "", "moves": moves}
    return Step(there, done, job.total, "Members are looked at.")


def _last_step(job: Job, moves: int) -> Step:
    return Step(None, job.total, job.total, f"{moves} came or went.")


@worker(REMOVE)
def remove_step(hq: Hq, connection: Connection, job: Job) -> Step:
    """Take a segment off its next members, and away when nobody is left."""
    name = job.asked["segment"]
    found = select(segment_member.c.member).where(segment_member.c.segment == name)
    refs = list(connection.execute(found.order_by(segment_member.c.member).limit(LEAVING_A_STEP)).scalars())
    if not refs:
        for table, column in ((segment_size, segment_size.c.segment), (segment, segment.c.segment_id)):
            connection.execute(delete(table).where(column == name))
        return Step(None, job.done, job.done, "The segment is gone.")
    day = today_of(hq, connection).day.isoformat()
    move(connection, name, came=(), gone=refs, now_ms=hq.clock.now_ms(), day=day)
    return Step({"gone": job.done + len(refs)}, job.done + len(refs), job.total, "Members leave it.")
