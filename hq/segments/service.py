"""Segments as people and programs use them: made, changed, looked at, and given members by hand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.canonical import canonical
from hq.access.actor import Actor
from hq.api.paging import Paging, cut, page_of
from hq.audit.service import record
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version, read_document
from hq.faults import Malformed, NotHere, NotPossible
from hq.home import Hq
from hq.jobs.service import Job, start_job
from hq.segments.compiling import check_condition, compile_to_sql, follows_the_calendar
from hq.segments.keeping import today_of
from hq.segments.refreshing import REMOVE, start_refresh
from hq.segments.sources import Bound, Sources, between, everybody
from hq.segments.store import (
    DYNAMIC,
    LEAVING,
    LIVE,
    STATIC,
    adopt,
    recount,
)
from hq.segments.tables import segment, segment_member, segment_size
from hq.tables import member

SEGMENTS_MAX = 150  # their names stand in every member's row, which has room for so many
COUNTED_EXACTLY = 50_000  # of more members a preview looks at a part
SAMPLE = 20_000
SIZES_SHOWN = 400  # days


@dataclass(frozen=True)
class Segment:
    """A segment. `is_current`: its members are those of today; times are UTC milliseconds."""

    segment_id: str
    name: str
    kind: str
    state: str
    condition: Mapping[str, Any] | None
    version: int
    members: int
    is_current: bool
    refreshed_ms: int
    created_ms: int
    changed_ms: int
    who: str


@dataclass(frozen=True)
class SegmentMember:
    """Somebody in a segment, since when (UTC ms)."""

    ref: str
    name: str
    tier: str
    since_ms: int


@dataclass(frozen=True)
class Size:
    """How many were in a segment on a day."""

    day: str
    members: int


@dataclass(frozen=True)
class Count:
    """How many members a condition holds for, of how many. Estimated from a part of them where there are very many."""

    members: int
    of: int
    is_estimate: bool


@dataclass(frozen=True)
class Use:
    """What goes by a segment: a campaign, or the expiry of points."""

    kind: str
    id: str
    name: str


def list_segments(hq: Hq, paging: Paging, *, kind: str | None = None) -> tuple[list[Segment], str | None]:
    """Return segments by their ids, and the cursor of the next page."""
    statement = select(segment)
    if kind:
        statement = statement.where(segment.c.kind == kind)
    statement = page_of(statement, [segment.c.segment_id], paging, kinds=(str,), newest_first=False)
    with hq.database.reading() as connection:
        today = today_of(hq, connection).day.isoformat()
        rows, following = cut(connection.execute(statement).all(), paging, lambda row: [row.segment_id])
    return [_segment(row, today) for row in rows], following


def find_segment(hq: Hq, segment_id: str) -> Segment:
    """Return a segment. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return _segment(row_of(connection, segment_id), today_of(hq, connection).day.isoformat())


def create_segment(
    hq: Hq, actor: Actor, *, segment_id: str, name: str, kind: str, condition: Any = None
) -> Segment:
    """Make a segment; a dynamic one is worked out by a job at once. Raises `Malformed`, `NotPossible`."""
    text = _checked(hq, kind, condition)
    now_ms = hq.clock.now_ms()

    def create(connection: Connection) -> None:
        if connection.execute(select(func.count()).select_from(segment)).scalar_one() >= SEGMENTS_MAX:
            raise NotPossible(
                f"There are {SEGMENTS_MAX} segments already, and no more fit into a member's row."
            )
        if connection.execute(select(segment).where(segment.c.segment_id == segment_id)).first():
            raise NotPossible(f"There is a segment {segment_id} already.")
        row = {
            "segment_id": segment_id,
            "name": name,
            "kind": kind,
            "state": LIVE,
            "condition": text,
            "version": 1,
            "members": 0,
            "day": "",
            "refreshed_ms": 0,
            "created_ms": now_ms,
            "changed_ms": now_ms,
            "who": actor.name,
        }
        connection.execute(insert(segment), row)
        adopt(connection, segment_id, now_ms=now_ms)
        recount(connection, segment_id, day=today_of(hq, connection).day.isoformat())
        told = {"name": name, "kind": kind, "condition": condition}
        record(connection, actor, "segment.created", f"segment:{segment_id}", now_ms=now_ms, after=told)

    try:
        hq.database.write(create)
    except IntegrityError as problem:
        raise NotPossible(f"There is a segment {segment_id} already.") from problem
    if kind == DYNAMIC:
        start_refresh(hq, actor, [segment_id])
    return find_segment(hq, segment_id)


def change_segment(
    hq: Hq,
    actor: Actor,
    segment_id: str,
    *,
    name: str | None = None,
    condition: Any = None,
    check: Callable[[int], None] = lambda _: None,
) -> Segment:
    """Change a segment's name or condition; another condition is worked out at once.

    `check` sees the version that stands. Raises `NotHere`, `Malformed`, `NotPossible`, and what `check` does.
    """
    found = find_segment(hq, segment_id)
    if condition is not None and found.kind != DYNAMIC:
        raise NotPossible("A static segment is a list of members and has no condition.")
    text = None if condition is None else _checked(hq, DYNAMIC, condition)
    now_ms = hq.clock.now_ms()

    def change(connection: Connection) -> bool:
        row = row_of(connection, segment_id, for_update=True)
        check(row.version)
        must_live(row)
        is_other = text is not None and text != row.condition
        values: dict[str, Any] = {"version": row.version + 1, "changed_ms": now_ms, "who": actor.name}
        values["name"] = name if name is not None else row.name
        if is_other:
            values |= {"condition": text, "day": ""}
        connection.execute(update(segment).where(segment.c.segment_id == segment_id).values(**values))
        before = {"name": row.name, "condition": _tree(row)}
        after = {"name": values["name"], "condition": condition if is_other else _tree(row)}
        about = f"segment:{segment_id}"
        record(connection, actor, "segment.changed", about, now_ms=now_ms, before=before, after=after)
        return is_other

    if hq.database.write(change):
        start_refresh(hq, actor, [segment_id])
    return find_segment(hq, segment_id)


def delete_segment(
    hq: Hq, actor: Actor, segment_id: str, *, check: Callable[[int], None] = lambda _: None
) -> Job:
    """Take a segment away, by a job that takes it off its members. Raises `NotHere`, `NotPossible`."""
    if uses := used_by(hq, segment_id):
        raise NotPossible(f"{uses[0].name} goes by this segment. Publish a program without it first.")
    now_ms = hq.clock.now_ms()

    def leave(connection: Connection) -> int:
        row = row_of(connection, segment_id, for_update=True)
        check(row.version)
        must_live(row)
        values = {"state": LEAVING, "version": row.version + 1, "changed_ms": now_ms, "who": actor.name}
        connection.execute(update(segment).where(segment.c.segment_id == segment_id).values(**values))
        before = {"name": row.name, "kind": row.kind, "condition": _tree(row), "members": row.members}
        record(connection, actor, "segment.deleted", f"segment:{segment_id}", now_ms=now_ms, before=before)
        return int(row.members)

    total = hq.database.write(leave)
    return start_job(hq, actor, REMOVE, {"segment": segment_id}, total=total)


def refresh_segment(hq: Hq, actor: Actor, segment_id: str) -> Job:
    """Work a dynamic segment out anew. Raises `NotHere`, `NotPossible`."""
    found = find_segment(hq, segment_id)
    if found.kind != DYNAMIC or found.state != LIVE:
        raise NotPossible("Only a dynamic segment is worked out: a static one is as people list it.")
    return start_refresh(hq, actor, [segment_id])


def list_members(hq: Hq, segment_id: str, paging: Paging) -> tuple[list[SegmentMember], str | None]:
    """Return who is in a segment, by reference, and the cursor of the next page. Raises `NotHere`."""
    statement = (
        select(member.c.ref, member.c.name, member.c.tier, segment_member.c.since_ms)
        .join(segment_member, segment_member.c.member == member.c.ref)
        .where(segment_member.c.segment == segment_id)
    )
    statement = page_of(statement, [segment_member.c.member], paging, kinds=(str,), newest_first=False)
    with hq.database.reading() as connection:
        row_of(connection, segment_id)
        rows, following = cut(connection.execute(statement).all(), paging, lambda row: [row.ref])
    return [SegmentMember(*row) for row in rows], following


def list_sizes(hq: Hq, segment_id: str) -> list[Size]:
    """Return how large a segment was, the newest day first. Raises `NotHere`."""
    statement = (
        select(segment_size.c.day, segment_size.c.members)
        .where(segment_size.c.segment == segment_id)
        .order_by(segment_size.c.day.desc())
        .limit(SIZES_SHOWN)
    )
    with hq.database.reading() as connection:
        row_of(connection, segment_id)
        return [Size(row.day, row.members) for row in connection.execute(statement)]


def count_members(hq: Hq, condition: Any) -> Count:
    """Return how many members a condition holds for. Raises `Malformed` where it is none about members."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
        check_condition(condition, {} if program is None else program.product_sets)
        of: int = connection.execute(select(func.count()).select_from(member)).scalar_one()
        is_estimate = of > COUNTED_EXACTLY
        bound: Bound = everybody
        seen = of
        if is_estimate:  # references are by chance, so the first ones are a fair part
            sample = select(member.c.ref).order_by(member.c.ref).offset(SAMPLE - 1).limit(1)
            bound, seen = between("", connection.execute(sample).scalar_one()), SAMPLE
        sources = Sources(bound)
        holds = compile_to_sql(condition, sources, today_of(hq, connection))
        found: int = connection.execute(sources.statement(func.count()).where(holds)).scalar_one()
    return Count(found * of // seen if seen else 0, of, is_estimate)


def used_by(hq: Hq, segment_id: str) -> list[Use]:
    """Return what of the published program goes by a segment. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row_of(connection, segment_id)
        document = read_document(connection, "program", newest_version(connection, "program"))
    if document is None:
        return []
    said = orjson.loads(document.body)
    uses = [
        Use("campaign", each["id"], each["name"])
        for each in said.get("campaigns", [])
        if _names(each, segment_id)
    ]
    rest = {key: value for key, value in said.items() if key in ("expiry", "earning", "joining")}
    return uses + [Use(key, key, key) for key, value in rest.items() if _names(value, segment_id)]


def _names(value: Any, segment_id: str) -> bool:
    """Tell whether something published asks for a segment."""
    if isinstance(value, list):
        return any(_names(each, segment_id) for each in value)
    if not isinstance(value, dict):
        return False
    if value.get("fact") == "member.segments":
        wanted = value.get("value")
        return wanted == segment_id or (isinstance(wanted, list) and segment_id in wanted)
    if segment_id in (value.get("segments") or ()):
        return True
    return any(_names(each, segment_id) for each in value.values())


def _checked(hq: Hq, kind: str, condition: Any) -> str:
    """Return a condition as it is kept: empty for a list. Raises `Malformed`."""
    if kind == STATIC:
        if condition is not None:
            raise Malformed("A static segment is a list of members and has no condition.")
        return ""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
    check_condition(condition, {} if program is None else program.product_sets)
    return canonical(condition).decode("utf-8")


def row_of(connection: Connection, segment_id: str, *, for_update: bool = False) -> Row[Any]:
    """Return a segment's row, held if asked to. Raises `NotHere`."""
    statement = select(segment).where(segment.c.segment_id == segment_id.replace("\x00", ""))
    row = connection.execute(statement.with_for_update() if for_update else statement).one_or_none()
    if row is None:
        raise NotHere(f"There is no segment {segment_id}.")
    return row


def must_live(row: Row[Any]) -> None:
    """Raise `NotPossible` for a segment that is being taken away."""
    if row.state != LIVE:
        raise NotPossible(f"Segment {row.segment_id} is being taken away.")


def _tree(row: Row[Any]) -> Any:
    return json.loads(row.condition) if row.condition else None


def _segment(row: Row[Any], today: str) -> Segment:
    tree = _tree(row)
    is_current = row.kind == STATIC or row.day == today or (row.day != "" and not follows_the_calendar(tree))
    return Segment(
        segment_id=row.segment_id,
        name=row.name,
        kind=row.kind,
        state=row.state,
        condition=tree,
        version=row.version,
        members=row.members,
        is_current=is_current,
        refreshed_ms=row.refreshed_ms,
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
        who=row.who,
    )
