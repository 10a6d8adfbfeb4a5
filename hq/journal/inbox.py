"""The inbox of exceptions: who looks at which, what they decided, and what was said on the way.

What is decided here is the same that the commands do (`hq/journal/desk.py`), with its row in the audit. Nothing that
was posted is edited: what is taken back is a posting of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, select, update

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.audit.service import record
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.journal.case_tables import case
from hq.journal.cases import CLOSED, HEAD_OFFICE, OPEN, add_event
from hq.journal.desk import Case, case_of, close_case, find_case, post_case
from hq.stops.service import stop_by
from hq.tables import staff

ASSIGNED, NOTED, CONTACTED = "assigned", "noted", "contacted"  # events beside those of cases
IN_ORDER = case.c.opened_ms, case.c.case_id
KINDS = int, str


class Decision(StrEnum):
    """What somebody does with an exception. All but CONTACT end it."""

    ACCEPT = "accept"  # the loss is ours
    REVERSE = "reverse"  # take points back from the member
    CONTACT = "contact"  # the member or the shop is asked; it stays open
    RULE = "rule"  # stop what made it possible
    POST = "post"  # judge the entry again by what HQ knows today


KEPT = {
    Decision.ACCEPT: "accepted",
    Decision.REVERSE: "reversed",
    Decision.CONTACT: "contacted",
    Decision.RULE: "ruled",
}


@dataclass(frozen=True)
class CaseFilter:
    """Which exceptions. `is_ours`: those that head office looks at; False: those of stores; None: both."""

    state: str | None = OPEN
    store: str | None = None
    device: str | None = None
    flag: str | None = None
    assigned: str | None = None
    is_ours: bool | None = None


@dataclass(frozen=True)
class Decided:
    """A decision on an exception: `points` are taken back with REVERSE, `stop` names what RULE stops."""

    decision: Decision
    note: str
    points: int = 0
    stop: str = ""


def statement_of(actor: Actor, wanted: CaseFilter) -> Select[Any]:
    """Return the exceptions that fit and are somebody's to see, to be cut into pages in IN_ORDER: the oldest first."""
    statement = select(case)
    for column, value in (
        (case.c.state, wanted.state),
        (case.c.store, wanted.store),
        (case.c.device, wanted.device),
        (case.c.assigned, wanted.assigned),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.flag is not None:
        statement = statement.where((" " + case.c.flags + " ").contains(f" {wanted.flag} ", autoescape=True))
    if wanted.is_ours is not None:
        ours = case.c.owner == HEAD_OFFICE
        statement = statement.where(ours if wanted.is_ours else ~ours)
    if actor.ceilings.stores:
        statement = statement.where(case.c.store.in_(actor.ceilings.stores))
    return statement


def list_exceptions(hq: Hq, statement: Select[Any]) -> list[Case]:
    """Return the exceptions of a page."""
    with hq.database.reading() as connection:
        return [case_of(connection, row) for row in connection.execute(statement).all()]


def find_exception(hq: Hq, actor: Actor, case_id: str) -> Case:
    """Return an exception. Raises `NotHere`, also for one that is not somebody's to see."""
    found = find_case(hq, case_id)
    if not actor.sees_store(found.store):
        raise NotHere(f"There is no case {case_id}.")
    return found


def assign(hq: Hq, actor: Actor, case_id: str, *, to: str) -> Case:
    """Say who of head office looks at an exception; nobody with an empty name. Raises `NotHere`, `NotPossible`."""
    before = find_exception(hq, actor, case_id)
    now_ms = hq.clock.now_ms()
    with hq.database.atomic() as connection:
        _hold(connection, case_id)
        known = select(staff.c.name).where(staff.c.name == to, staff.c.state == "active")
        if to and connection.execute(known).one_or_none() is None:
            raise NotPossible(f"There is nobody called {to} at head office.")
        connection.execute(update(case).where(case.c.case_id == case_id).values(assigned=to))
        add_event(connection, case_id, ASSIGNED, who=actor.name, note=to, now_ms=now_ms)
        said = {"before": {"assigned": before.assigned}, "after": {"assigned": to}}
        _record(connection, actor, "exception.assigned", case_id, now_ms, **said)
    return find_case(hq, case_id)


def note(hq: Hq, actor: Actor, case_id: str, text: str) -> Case:
    """Keep a word beside an exception. Raises `NotHere`."""
    find_exception(hq, actor, case_id)
    now_ms = hq.clock.now_ms()
    with hq.database.atomic() as connection:
        _hold(connection, case_id)
        add_event(connection, case_id, NOTED, who=actor.name, note=text, now_ms=now_ms)
        _record(connection, actor, "exception.noted", case_id, now_ms, reason=text)
    return find_case(hq, case_id)


def decide(hq: Hq, actor: Actor, case_id: str, decided: Decided) -> Case:
    """Do what somebody decided. Raises `NotHere`, `NotPossible`, `Forbidden`, `OverCeiling`."""
    found = find_exception(hq, actor, case_id)
    if decided.points and decided.decision is not Decision.REVERSE:
        raise NotPossible("Points are taken back by a reversal only.")
    if decided.decision is Decision.POST:
        return _post(hq, actor, found, decided)
    if decided.decision is Decision.CONTACT:
        return _contact(hq, actor, found, decided)
    if decided.decision is Decision.REVERSE:
        actor.need(Scope.POINTS_WRITE)
        actor.check_ceilings(points=abs(decided.points))
        if decided.points <= 0:
            raise NotPossible("Say how many points are taken back.")
    if decided.decision is Decision.RULE:
        actor.need(Scope.CAMPAIGNS_STOP)
        if found.state == CLOSED:
            raise NotPossible(f"{case_id} is closed already.")
        stop_by(hq, actor, decided.stop, note=f"{case_id}: {decided.note}")
    kept = KEPT[decided.decision]

    def tell(connection: Connection) -> None:
        connection.execute(update(case).where(case.c.case_id == case_id).values(decision=kept))
        after = {"decision": kept, "points": -decided.points, "stop": decided.stop}
        _record(
            connection,
            actor,
            "exception.decided",
            case_id,
            hq.clock.now_ms(),
            reason=decided.note,
            after=after,
        )

    return close_case(hq, case_id, who=actor.name, note=decided.note, points=-decided.points, tell=tell)


def _post(hq: Hq, actor: Actor, found: Case, decided: Decided) -> Case:
    def tell(connection: Connection) -> None:
        now_ms = hq.clock.now_ms()
        _record(connection, actor, "exception.posted", found.case_id, now_ms, reason=decided.note)

    return post_case(hq, found.case_id, who=actor.name, note=decided.note, tell=tell)


def _contact(hq: Hq, actor: Actor, found: Case, decided: Decided) -> Case:
    now_ms, case_id = hq.clock.now_ms(), found.case_id
    with hq.database.atomic() as connection:
        if _hold(connection, case_id) == CLOSED:
            raise NotPossible(f"{case_id} is closed already.")
        add_event(connection, case_id, CONTACTED, who=actor.name, note=decided.note, now_ms=now_ms)
        contacted = KEPT[Decision.CONTACT]
        connection.execute(update(case).where(case.c.case_id == case_id).values(decision=contacted))
        _record(connection, actor, "exception.contacted", case_id, now_ms, reason=decided.note)
    return find_case(hq, case_id)


def _hold(connection: Connection, case_id: str) -> str:
    """Hold a case until the commit and return its state."""
    held = select(case.c.state).where(case.c.case_id == case_id).with_for_update()
    state: str = connection.execute(held).scalar_one()
    return state


def _record(
    connection: Connection, actor: Actor, action: str, case_id: str, now_ms: int, **said: Any
) -> None:
    record(connection, actor, action, f"exception:{case_id}", now_ms=now_ms, **said)
