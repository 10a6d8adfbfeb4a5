"""A segment worked out for very many members: the databases move them, and only who moves comes by here.

The same as `apply_moves` does for a few, in four statements a part: memberships, the names in members' rows, the
counts, and the feed. `Whole.SEGMENTS` is held from before the looking to the commit, and by whoever looks at members
after a change of theirs. So of a purchase in between somebody looks again, and nothing stale is written over it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as on_postgresql
from sqlalchemy.dialects.sqlite import insert as on_sqlite

from hq.db import Whole, hold_whole
from hq.feed import COUNTER, MEMBER, PUT, take_numbers
from hq.home import Hq
from hq.members.store import lock_members, parts_of
from hq.rows import is_among
from hq.segments.calendar import Today
from hq.segments.compiling import compile_to_sql
from hq.segments.keeping import Dynamic
from hq.segments.sources import Bound, Sources
from hq.segments.store import MEMBERSHIP, move_sizes
from hq.segments.tables import segment_member
from hq.tables import feed, member, member_scope

AT_ONCE = 5_000

GOING = delete(segment_member).where(
    segment_member.c.segment == bindparam("label"), is_among(segment_member.c.member)
)
SCOPES = select(func.count()).select_from(member_scope).where(is_among(member_scope.c.member))

# The names in a member's row with one more, or without it, sorted; how a list in JSON is taken apart differs.
WITH_NAME = {
    "postgresql": '(SELECT CAST(json_agg(v ORDER BY v COLLATE "C") AS text) FROM'
    " (SELECT json_array_elements_text(CAST(member.segments AS json)) AS v"
    " UNION SELECT CAST(:label AS text)) AS names)",
    "sqlite": "(SELECT json_group_array(v) FROM"
    " (SELECT value AS v FROM json_each(member.segments) UNION SELECT :label ORDER BY 1))",
}
WITHOUT_NAME = {
    "postgresql": "(SELECT COALESCE(CAST(json_agg(v ORDER BY v COLLATE \"C\") AS text), '[]') FROM"
    " json_array_elements_text(CAST(member.segments AS json)) AS v WHERE v <> CAST(:label AS text))",
    "sqlite": "(SELECT json_group_array(value) FROM json_each(member.segments) WHERE value <> :label)",
}


def keep_range(hq: Hq, connection: Connection, each: Dynamic, bound: Bound, today: Today) -> int:
    """Work a segment out for all members within a bound, in the caller's transaction, which ends with this.

    Returns how many came or went.
    """
    hold_whole(connection, Whole.SEGMENTS)
    came, gone = _differences(connection, each, bound, today)
    if came or gone:
        move(
            connection,
            each.segment_id,
            came=came,
            gone=gone,
            now_ms=hq.clock.now_ms(),
            day=today.day.isoformat(),
        )
    return len(came) + len(gone)


def move(
    connection: Connection, name: str, *, came: Sequence[str], gone: Sequence[str], now_ms: int, day: str
) -> None:
    """Let members come into a segment and go out of it, and tell their stations. Ends its transaction."""
    lock_members(connection, [*came, *gone])
    told: list[str] = []
    for some in parts_of(came, AT_ONCE):
        new = select(literal(name), member.c.ref, literal(now_ms)).where(is_among(member.c.ref))
        connection.execute(insert(segment_member).from_select(list(MEMBERSHIP), new), {"names": list(some)})
        told += _relabel(connection, WITH_NAME, name, some)
    for some in parts_of(gone, AT_ONCE):
        connection.execute(GOING, {"label": name, "names": list(some)})
        told += _relabel(connection, WITHOUT_NAME, name, some)
    move_sizes(connection, {name: len(came) - len(gone)}, day=day)
    _announce(connection, told)


def _differences(
    connection: Connection, each: Dynamic, bound: Bound, today: Today
) -> tuple[list[str], list[str]]:
    """Return who belongs into a segment and is not there, and who is there and does not belong."""
    sources = Sources(bound)
    holds = compile_to_sql(each.tree, sources, today)
    belongs = sources.statement(member.c.ref).where(holds).subquery("belongs")
    there = (
        select(segment_member.c.member)
        .where(segment_member.c.segment == each.segment_id, bound(segment_member.c.member))
        .subquery("there")
    )
    both = belongs.join(there, there.c.member == belongs.c.ref, full=True)
    differs = belongs.c.ref.is_(None) | there.c.member.is_(None)
    came: list[str] = []
    gone: list[str] = []
    for ref, was in connection.execute(
        select(belongs.c.ref, there.c.member).select_from(both).where(differs)
    ):
        (came if was is None else gone).append(ref or was)
    return sorted(came), sorted(gone)


def _relabel(connection: Connection, how: dict[str, str], name: str, refs: Sequence[str]) -> list[str]:
    """Write a name into members' rows or out of them; return those whose row says something else now."""
    is_there = member.c.segments.contains(f'"{name}"', autoescape=True)
    statement = (
        update(member)
        .where(is_among(member.c.ref), ~is_there if how is WITH_NAME else is_there)
        .values(segments=text(how[connection.dialect.name]))
        .returning(member.c.ref)
    )
    return list(connection.execute(statement, {"names": list(refs), "label": name}).scalars())


def _announce(connection: Connection, refs: Sequence[str]) -> None:
    """Write members into the feed of the stores that hold them."""
    parts = [list(some) for some in parts_of(refs, AT_ONCE)]
    counts = [int(connection.execute(SCOPES, {"names": some}).scalar_one()) for some in parts]
    if not sum(counts):
        return
    n = take_numbers(connection, COUNTER, sum(counts)) - sum(counts)
    for some, count in zip(parts, counts, strict=True):
        connection.execute(_told(connection.dialect.name), {"before": n, "names": some})
        n += count


@cache
def _told(dialect: str) -> Any:
    """Return the statement that gives members new numbers in each store's feed, from one behind `before` on."""
    place = func.row_number().over(order_by=(member_scope.c.store, member_scope.c.member))
    rows = select(
        member_scope.c.store,
        literal(MEMBER),
        member_scope.c.member,
        literal(PUT),
        bindparam("before", type_=BigInteger) + place,
    ).where(is_among(member_scope.c.member))
    made = (on_sqlite if dialect == "sqlite" else on_postgresql)(feed)
    made = made.from_select(["scope", "t", "k", "op", "n"], rows)
    newer = {name: made.excluded[name] for name in ("op", "n")}
    return made.on_conflict_do_update(index_elements=["scope", "t", "k"], set_=newer)
