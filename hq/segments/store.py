"""Who is in which segment, in the database, and what stations are told of it.

A member's row lists the names of their segments, since stations get it with the member. Those given with the member by
an import stand there too; a name that is a segment of HQ's belongs to the segment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, literal, select, update

from hq.feed import MEMBER, Change
from hq.members.store import parts_of, read_scopes
from hq.rows import insert_tuples, is_among, set_texts, upsert
from hq.segments.tables import segment, segment_member, segment_size
from hq.tables import member

STATIC, DYNAMIC = "static", "dynamic"
LIVE, LEAVING = "live", "leaving"
ROWS_AT_ONCE = 5_000
MEMBERSHIP = ("segment", "member", "since_ms")

LABELS = select(member.c.ref, member.c.segments).where(is_among(member.c.ref))
IN_SEGMENTS = select(segment_member.c.segment, segment_member.c.member).where(
    is_among(segment_member.c.member)
)


@dataclass(frozen=True, slots=True)
class Move:
    """A member who comes into a segment or goes out of it."""

    segment: str
    member: str
    is_in: bool


def apply_moves(connection: Connection, moves: Sequence[Move], *, now_ms: int, day: str) -> list[Change]:
    """Bring moves into the tables; return what stations have to hear. Whoever calls holds the members' rows.

    The moves are true ones: nobody comes into a segment who is in it. `day` is today's, for the sizes.
    """
    if not moves:
        return []
    came = [(move.segment, move.member, now_ms) for move in moves if move.is_in]
    gone: dict[str, list[str]] = defaultdict(list)
    for move in moves:
        if not move.is_in:
            gone[move.segment].append(move.member)
    for name, refs in sorted(gone.items()):
        statement = delete(segment_member).where(
            segment_member.c.segment == name, is_among(segment_member.c.member)
        )
        for some in parts_of(refs, ROWS_AT_ONCE):
            connection.execute(statement, {"names": some})
    for part in parts_of(came, ROWS_AT_ONCE):
        insert_tuples(connection, segment_member, MEMBERSHIP, list(part))
    changes = tell(connection, relabel(connection, moves))
    sizes = Counter[str]()
    for move in moves:
        sizes[move.segment] += 1 if move.is_in else -1
    move_sizes(connection, sizes, day=day)
    return changes


def relabel(connection: Connection, moves: Sequence[Move]) -> list[str]:
    """Write the names of their segments into members' rows; return those whose row changed."""
    added: dict[str, set[str]] = defaultdict(set)
    removed: dict[str, set[str]] = defaultdict(set)
    for move in moves:
        (added if move.is_in else removed)[move.member].add(move.segment)
    changed: dict[str, str] = {}
    for some in parts_of(sorted(added.keys() | removed.keys()), ROWS_AT_ONCE):
        for row in connection.execute(LABELS, {"names": list(some)}):
            old = orjson.loads(row.segments)
            new = sorted((set(old) - removed.get(row.ref, set())) | added.get(row.ref, set()))
            if new != sorted(old):
                changed[row.ref] = orjson.dumps(new).decode("utf-8")
    for part in parts_of(sorted(changed), ROWS_AT_ONCE):
        set_texts(connection, member.c.segments, {ref: changed[ref] for ref in part})
    return sorted(changed)


def tell(connection: Connection, refs: Sequence[str]) -> list[Change]:
    """Return the changes of members for the stations that hold them."""
    scopes = read_scopes(connection, refs)
    return [Change(store, MEMBER, ref) for ref in refs for store in sorted(scopes.get(ref, ()))]


def move_sizes(connection: Connection, by: Mapping[str, int], *, day: str) -> None:
    """Count segments larger or smaller, and note the size of the day unless it is empty."""
    for name, more in sorted(by.items()):
        grown = (
            update(segment)
            .where(segment.c.segment_id == name)
            .values(members=segment.c.members + more)
            .returning(segment.c.members)
        )
        members = connection.execute(grown).scalar_one_or_none()
        if members is not None and day:
            note_size(connection, name, members, day=day)


def note_size(connection: Connection, name: str, members: int, *, day: str) -> None:
    """Note how many are in a segment on a day; of several times the last counts."""
    upsert(
        connection, segment_size, [{"segment": name, "day": day, "members": members}], changes=("members",)
    )


def recount(connection: Connection, name: str, *, day: str) -> int:
    """Count a segment anew. Whoever moves members counts last, so the row held here keeps them waiting."""
    held = select(segment.c.segment_id).where(segment.c.segment_id == name).with_for_update()
    connection.execute(held)
    count = select(func.count()).select_from(segment_member).where(segment_member.c.segment == name)
    members: int = connection.execute(count).scalar_one()
    connection.execute(update(segment).where(segment.c.segment_id == name).values(members=members))
    note_size(connection, name, members, day=day)
    return members


def adopt(connection: Connection, name: str, *, now_ms: int) -> None:
    """Take in whoever was given this name by an import before there was such a segment."""
    given = select(literal(name), member.c.ref, literal(now_ms)).where(
        member.c.segments.contains(f'"{name}"', autoescape=True)
    )
    connection.execute(insert(segment_member).from_select(list(MEMBERSHIP), given))


def names_in(connection: Connection, refs: Iterable[str]) -> dict[str, set[str]]:
    """Return the segments of HQ's that each of these members is in."""
    found: dict[str, set[str]] = defaultdict(set)
    for some in parts_of(sorted(set(refs)), ROWS_AT_ONCE):
        for row in connection.execute(IN_SEGMENTS, {"names": list(some)}):
            found[row.member].add(row.segment)
    return found


def own_names(connection: Connection) -> dict[str, str]:
    """Return the names of all segments of HQ's, each with its kind."""
    return {
        row.segment_id: row.kind for row in connection.execute(select(segment.c.segment_id, segment.c.kind))
    }


def memberships(connection: Connection, of: Sequence[str], bound: Any) -> set[tuple[str, str]]:
    """Return who is in these segments by now, of the members within a bound: pairs of segment and member."""
    statement = select(segment_member.c.segment, segment_member.c.member).where(
        segment_member.c.segment.in_(of), bound(segment_member.c.member)
    )
    return {(row.segment, row.member) for row in connection.execute(statement)}
