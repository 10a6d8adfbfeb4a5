"""Matters of all members as lists.

Those that aren't closed stand by what their member is worth, then by age: the oldest first. Others: the newest first.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import Field
from sqlalchemy import Column, ColumnElement, Connection, Select, exists, func, select

from hq.access.actor import Actor
from hq.api.models import PATTERN
from hq.api.paging import Paging, cut, page_of
from hq.home import Hq
from hq.members.finding import held_by, see
from hq.members.matters import Matter, MatterKind, MatterState, matter_of
from hq.members.owners import is_nobodys
from hq.members.tables import matter
from hq.tables import member, member_scope

GOING = (MatterState.OPEN.value, MatterState.WAITING.value)  # what isn't closed
OLD_MS = 3 * 86_400_000  # a matter that is open for longer is told of, whoever's it is
Text = Annotated[str, Field(max_length=60, pattern=PATTERN)]


class MatterList(Paging):
    """Which matters: those that aren't closed unless `state` says otherwise.

    `whose`: mine, or nobody's: then also of those who can't look after any more. `store` is one that holds the member.
    """

    state: Literal["open", "waiting", "closed", "all"] | None = None
    kind: MatterKind | None = None
    whose: Literal["mine", "nobody"] | None = None
    owner: Text | None = None
    store: Annotated[str, Field(max_length=40, pattern=PATTERN)] | None = None
    member: Annotated[str, Field(max_length=13, pattern=PATTERN)] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many matters wait for somebody: those that are one's own, nobody's, and open for too long."""

    mine: int
    nobodys: int
    old: int


def list_matters(hq: Hq, actor: Actor, asked: MatterList) -> tuple[list[Matter], str | None]:
    """Return matters and the cursor of the next ones. Raises `NotHere` for a member who isn't theirs, `Malformed`."""
    conditions = _seen_by(actor)
    if asked.member is not None:
        conditions.append(matter.c.member == see(hq, actor, asked.member))
    with hq.database.reading() as connection:
        if asked.whose == "nobody":
            conditions.append(is_nobodys(connection))
        conditions += _asked(actor, asked)
        statement = select(matter, member.c.name).join(member, member.c.ref == matter.c.member)
        is_by_worth = asked.state is None or asked.state in GOING
        page = _by_worth if is_by_worth else _newest
        rows = connection.execute(page(statement.where(*conditions), asked)).all()
    if is_by_worth:
        shown, following = cut(rows, asked, lambda row: (-row.value, row.opened_ms, row.n))
    else:
        shown, following = cut(rows, asked, lambda row: (row.opened_ms, row.n))
    return [matter_of(row) for row in shown], following


def newest_matters(connection: Connection, ref: str, *, limit: int) -> list[Matter]:
    """Return a member's newest matters."""
    statement = select(matter, member.c.name).join(member, member.c.ref == matter.c.member)
    newest = statement.where(matter.c.member == ref).order_by(matter.c.opened_ms.desc(), matter.c.n.desc())
    return [matter_of(row) for row in connection.execute(newest.limit(limit))]


def count_waiting(hq: Hq, actor: Actor) -> Waiting:
    """Count the matters that somebody sees and that ask for an eye."""
    going = *_seen_by(actor), matter.c.state.in_(GOING)
    late = matter.c.state == MatterState.OPEN.value, matter.c.opened_ms < hq.clock.now_ms() - OLD_MS
    with hq.database.reading() as connection:
        nobodys = is_nobodys(connection)
        counted = select(
            func.count().filter(matter.c.owner == actor.name),
            func.count().filter(nobodys),
            func.count().filter(*late),
        )
        return Waiting(*connection.execute(counted.select_from(matter).where(*going)).one())


def _asked(actor: Actor, asked: MatterList) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.state is None:
        found.append(matter.c.state.in_(GOING))
    elif asked.state != "all":
        found.append(matter.c.state == asked.state)
    if asked.kind is not None:
        found.append(matter.c.kind == asked.kind.value)
    if asked.whose == "mine":
        found.append(matter.c.owner == actor.name)
    if asked.owner is not None:
        found.append(matter.c.owner == asked.owner)
    if asked.store is not None:
        holds = select(member_scope.c.member).where(member_scope.c.store == asked.store)
        found.append(exists(holds.where(member_scope.c.member == matter.c.member)))
    return found


def _seen_by(actor: Actor) -> list[ColumnElement[bool]]:
    if not actor.ceilings.stores:
        return []
    return [exists(held_by(actor).where(member_scope.c.member == matter.c.member))]


def _by_worth(statement: Select[Any], asked: MatterList) -> Select[Any]:
    place = cast("Column[Any]", -matter.c.value), matter.c.opened_ms, matter.c.n
    return page_of(statement, place, asked, kinds=(int, int, int), newest_first=False)


def _newest(statement: Select[Any], asked: MatterList) -> Select[Any]:
    return page_of(statement, (matter.c.opened_ms, matter.c.n), asked, kinds=(int, int))
