"""Cases as people see them: what waits for a look, what is in it, and what can be done about it.

Nothing that was posted is ever edited. A quarantined entry is posted by judging it again; what a person gives or takes
back for a case is a posting of its own, and closing is an event beside the case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from app.core.chain import ChainOwner
from app.core.order import AMOUNT_MAX
from app.ids import new_id
from hq.db import Whole, hold_whole
from hq.faults import NotHere, NotPossible
from hq.feed import MEMBER, Change, announce
from hq.home import Hq
from hq.journal.again import judge_again
from hq.journal.carried import carried_in
from hq.journal.case_tables import case, case_event
from hq.journal.cases import CLOSED, CORRECTED, OPEN, add_event, set_state
from hq.journal.device_cases import NO_ENTRY
from hq.journal.firsts import case_before
from hq.journal.posting_held import post_carried
from hq.journal.postings import CORRECTIONS, pair
from hq.journal.store import move_balances
from hq.journal.undecided import release
from hq.journal.words import newest_words
from hq.ledger.own import OwnKind, post_own
from hq.members.merged import survivor_of
from hq.members.store import POINTS, account, lock_members, read_scopes
from hq.members.tables import enrolment
from hq.stores.devices import check_device
from hq.tables import journal, order_fact, redemption_fact
from sync.protocol import Flag

IN_ORDER = case.c.opened_ms, func.length(case.c.case_id), case.c.case_id  # C-9 before C-10
Teller = Callable[[Connection], None]
CASES_MAX = 500  # listed at once: more than a person goes through


@dataclass(frozen=True)
class Event:
    """Something done with a case, at `at_ms` (UTC)."""

    what: str
    who: str
    note: str
    at_ms: int


@dataclass(frozen=True)
class Case:
    """A case about an entry, or about a device: then `seq` is 0 and `verdict` is empty.

    `amount` is what its entry gave away, in minor units of `unit`; `verdict` is HQ's newest word on it.
    """

    case_id: str
    device: str
    epoch: int
    seq: int
    store: str
    flags: tuple[str, ...]
    detail: str
    state: str
    owner: str
    amount: int
    unit: str
    opened_ms: int
    verdict: str
    events: tuple[Event, ...] = ()
    assigned: str = ""
    decision: str = ""


def tell_nobody(_connection: Connection) -> None:
    """Write nothing down beside the case itself: the command line's way."""


def list_cases(hq: Hq, *, state: str | None = OPEN, store: str | None = None) -> list[Case]:
    """Return cases, the oldest first."""
    statement = select(case).order_by(*IN_ORDER).limit(CASES_MAX)
    if state is not None:
        statement = statement.where(case.c.state == state)
    if store is not None:
        statement = statement.where(case.c.store == store)
    with hq.database.reading() as connection:
        return [case_of(connection, row) for row in connection.execute(statement).all()]


def find_case(hq: Hq, case_id: str) -> Case:
    """Return a case with all that was done with it. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return _find(connection, case_id)


def entry_of(hq: Hq, found: Case) -> bytes:
    """Return the body of the entry that a case is about, as it came; of a case about a device there is none."""
    if found.seq == NO_ENTRY:
        return b""
    with hq.database.reading() as connection:
        body: bytes = connection.execute(select(journal.c.body).where(*_is_of(journal, found))).scalar_one()
        return body


def carried_by(body: bytes) -> bytes | None:
    """Return the body of the entry that another one carries, if it is a `salvaged` one."""
    found = carried_in(body)
    return None if found is None else found.body


def post_case(
    hq: Hq, case_id: str, *, who: str, note: str = "", is_again: bool = False, tell: Teller = tell_nobody
) -> Case:
    """Judge the entry of a case again, by what HQ knows today, and post it; `is_again`: also of a closed one.

    `tell` writes down last, in the same transaction, that it was done. Raises `NotHere` or `NotPossible`.
    """

    def post(connection: Connection) -> Case:
        after = _post(hq, connection, case_id=case_id, who=who, note=note, is_again=is_again)
        tell(connection)
        return after

    return hq.database.write(post)


def carried_cases(hq: Hq, device_id: str) -> list[str]:
    """Return the open cases of entries that a device saved out of its earlier epochs, in the order of their numbers.

    A redemption comes right behind its order there. Raises `NotHere`.
    """
    check_device(hq, device_id)
    statement = (
        select(case.c.case_id, journal.c.body)
        .join(journal, journal.c.case_id == case.c.case_id)
        .where(case.c.device == device_id, case.c.state == OPEN, case.c.flags == Flag.OLD_EPOCH.value)
        .order_by(case.c.epoch, case.c.seq)
    )
    found: list[tuple[int, int, str]] = []
    with hq.database.reading() as connection:
        for row in connection.execute(statement):
            carried = carried_in(row.body)
            if carried is not None:
                found.append((carried.owner.epoch, carried.seq, row.case_id))
    return [case_id for *_, case_id in sorted(found, key=lambda each: each[:2])]


def close_case(
    hq: Hq, case_id: str, *, who: str, note: str = "", points: int = 0, tell: Teller = tell_nobody
) -> Case:
    """Close a case; `points` are given to its member, or taken back when negative.

    `tell` writes down last, in the same transaction, that it was done. Raises `NotHere` or `NotPossible`.
    """
    if abs(points) > AMOUNT_MAX:
        raise NotPossible("These are more points than an account may hold.")

    def close(connection: Connection) -> Case:
        _close(hq, connection, case_id=case_id, who=who, note=note, points=points)
        tell(connection)
        return _find(connection, case_id)

    return hq.database.write(close)


def _post(hq: Hq, connection: Connection, *, case_id: str, who: str, note: str, is_again: bool) -> Case:
    found = _find(connection, case_id)
    if found.seq == NO_ENTRY:
        raise NotPossible(
            f"{case_id} is about a device, not about an entry. Close it when that is set right."
        )
    place = ChainOwner(found.device, found.epoch)
    if found.verdict == "quarantined":
        if found.state == CLOSED and not is_again:
            raise NotPossible(f"{case_id} is closed. To post its entry all the same, say --again.")
        first = case_before(connection, place, found.seq)
        if first is not None:
            raise NotPossible(
                f"{first} comes first: it is the order that {case_id} belongs to. Post it before, or close it."
            )
    post_carried(hq, connection, place, found.seq)
    trial = new_id()  # a person's word: whatever HQ died of before
    said, _ = judge_again(hq, connection, place, [found.seq], who=who, note=note, trial=trial)
    after = _find(connection, case_id)
    if said:
        return after
    if after.verdict != "quarantined":
        raise NotPossible(f"The entry of {case_id} is posted already.")
    raise NotPossible(f"HQ still can't post the entry of {case_id}: {found.detail}.")


def _close(hq: Hq, connection: Connection, *, case_id: str, who: str, note: str, points: int) -> None:
    now_ms = hq.clock.now_ms()
    held = connection.execute(select(case).where(case.c.case_id == case_id).with_for_update()).one_or_none()
    found = _find(connection, case_id)
    if held is None or found.state == CLOSED:
        raise NotPossible(f"{case_id} is closed already.")
    told: Callable[..., None] = partial(add_event, connection, case_id, who=who, now_ms=now_ms)
    changes: list[Change] = []
    if points:
        entry_id, changes = _correct(connection, found, points, now_ms=now_ms)
        told(CORRECTED, note=f"{points:+d} points, posting {entry_id}")
    told(CLOSED, note=note)
    set_state(connection, case_id, CLOSED)
    if found.verdict == "quarantined":
        release(
            connection, connection.execute(select(journal.c.body).where(*_is_of(journal, found))).scalar_one()
        )
    announce(connection, changes)


def _correct(connection: Connection, found: Case, points: int, *, now_ms: int) -> tuple[str, list[Change]]:
    """Post points to the account of the member whom a case is about, under an id of its own."""
    hold_whole(connection, Whole.MEMBERS, is_shared=True)
    ref = _member_of(connection, found)
    if ref is None or ref not in lock_members(connection, [ref]):
        raise NotPossible(
            f"{found.case_id} is about no member whom HQ knows, so no points can be given or taken."
        )
    entry_id = post_own(
        connection,
        pair(account(ref), CORRECTIONS, POINTS, points),
        kind=OwnKind.CASE,
        at_ms=now_ms,
        store=found.store,
        member=ref,
        about=f"case:{found.case_id}",
    )
    move_balances(connection, {ref: points}, now_ms=now_ms)
    scopes = read_scopes(connection, [ref]).get(ref, {})
    return entry_id, [Change(scope, MEMBER, ref) for scope in sorted(scopes)]


def _member_of(connection: Connection, found: Case) -> str | None:
    for facts in (order_fact, redemption_fact, enrolment):
        row = connection.execute(select(facts.c.member).where(*_is_of(facts, found))).one_or_none()
        if row is not None:
            ref: str | None = row.member
            return None if ref is None else survivor_of(connection, ref)
    return None


def _find(connection: Connection, case_id: str) -> Case:
    row = connection.execute(select(case).where(case.c.case_id == case_id)).one_or_none()
    if row is None:
        raise NotHere(f"There is no case {case_id}.")
    return case_of(connection, row)


def case_of(connection: Connection, row: Any) -> Case:
    """Return a row of the cases with what was done with it."""
    place = ChainOwner(row.device, row.epoch)
    later = newest_words(connection, place, first=row.seq, last=row.seq).get(row.seq)
    first = connection.execute(select(journal.c.verdict).where(*_is_of(journal, row))).scalar_one_or_none()
    events = select(case_event).where(case_event.c.case_id == row.case_id).order_by(case_event.c.n)
    return Case(
        case_id=row.case_id,
        device=row.device,
        epoch=row.epoch,
        seq=row.seq,
        store=row.store,
        flags=tuple(row.flags.split()),
        detail=row.detail,
        state=row.state,
        owner=row.owner,
        amount=row.amount,
        unit=row.unit,
        opened_ms=row.opened_ms,
        verdict=later.verdict if later else first or "",
        assigned=row.assigned,
        decision=row.decision,
        events=tuple(
            Event(done.what, done.who, done.note, done.at_ms) for done in connection.execute(events)
        ),
    )


def _is_of(table: Any, found: Any) -> tuple[Any, ...]:
    """Return the conditions that rows of a table are of the entry that a case is about."""
    return table.c.device == found.device, table.c.epoch == found.epoch, table.c.seq == found.seq
