"""Matters: what members came with (a question, a complaint), who of head office looks after it, and how it ended.

What a member said and what was noted stand in these tables alone, so that they go with the member; the audit has who
changed what from what to what. A matter is never deleted, and its text never edited: what comes later is a note.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from hq.access.actor import Actor
from hq.audit.service import record
from hq.db import Whole, hold_whole
from hq.faults import ChangedMeanwhile, Malformed, NotHere, NotPossible
from hq.feed import take_numbers
from hq.home import Hq
from hq.members.finding import check_seen, row_of
from hq.members.merged import refs_of
from hq.members.notes import TEXT_MAX
from hq.members.owners import check_owner
from hq.members.tables import matter, matter_event
from hq.members.worth import worth_of
from hq.tables import journal, member, order_fact

COUNTER = "matter"
IS_ID = re.compile(r"M-([1-9][0-9]{0,17})")


class MatterKind(StrEnum):
    """What a member wants."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    REQUEST = "request"
    PRAISE = "praise"


class Channel(StrEnum):
    """How it came."""

    COUNTER = "counter"
    PHONE = "phone"
    EMAIL = "email"
    LETTER = "letter"
    OTHER = "other"


class MatterState(StrEnum):
    """Where it stands: it waits when the next word is somebody else's, the member's for instance."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How it ended."""

    SOLVED = "solved"
    MADE_GOOD = "made_good"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class NewMatter:
    """A matter to be opened: `owner` looks after it, `order` is the id of an order's entry; both may be empty."""

    kind: MatterKind
    channel: Channel
    text: str
    owner: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What of a matter is to be another; None stays. `note` is kept beside it."""

    kind: MatterKind | None = None
    owner: str | None = None
    state: MatterState | None = None
    outcome: Outcome | None = None
    order: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing of a matter that was changed: from what to what. Empty texts are nothing and nobody."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MatterEvent:
    """What somebody did with a matter, at `at_ms` (UTC)."""

    at_ms: int
    who: str
    changes: tuple[Changed, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter. `value`: what the member's orders of the year before it came to, in minor units; times UTC."""

    matter_id: str
    member: str
    member_name: str
    kind: str
    channel: str
    text: str
    order: str
    owner: str
    state: str
    outcome: str
    value: int
    opened_by: str
    opened_ms: int
    changed_ms: int
    version: int
    events: tuple[MatterEvent, ...] = ()


def open_matter(hq: Hq, actor: Actor, ref: str, new: NewMatter) -> Matter:
    """Open a matter of a member. Raises `NotHere`, `NotPossible`, `Malformed`."""
    text = _checked(new.text, least=1)
    now_ms = hq.clock.now_ms()

    def add(connection: Connection) -> Matter:
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        of = row_of(connection, ref).ref
        check_seen(connection, actor, of)
        check_owner(connection, new.owner, of)
        refs = refs_of(connection, of)
        if new.order:
            _check_order(connection, new.order, refs)
        n = take_numbers(connection, COUNTER, 1)
        row = {
            "n": n,
            "member": of,
            "kind": new.kind.value,
            "channel": new.channel.value,
            "body": text,
            "order_entry": new.order,
            "owner": new.owner,
            "state": MatterState.OPEN.value,
            "outcome": "",
            "value": worth_of(connection, refs, now_ms=now_ms).value,
            "opened_by": actor.name,
            "opened_ms": now_ms,
            "changed_ms": now_ms,
            "version": 1,
        }
        connection.execute(insert(matter), row)
        after = {name: row[name] for name in ("member", "kind", "channel", "owner", "order_entry")}
        record(connection, actor, "matter.opened", f"matter:M-{n}", now_ms=now_ms, after=after)
        return _find(connection, n)

    return hq.database.write(add)


def change_matter(
    hq: Hq, actor: Actor, matter_id: str, changes: Changes, *, version: int | None = None
) -> Matter:
    """Change what stands of a matter, keep a note beside it, or both; what is so already is no change.

    Raises `NotHere`, `NotPossible`, `Malformed`, and `ChangedMeanwhile` where `version` is not the one that stands.
    """
    n, note, now_ms = _number(matter_id), _checked(changes.note, least=0), hq.clock.now_ms()

    def change(connection: Connection) -> Matter:
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        connection.execute(select(matter.c.n).where(matter.c.n == n).with_for_update())
        before = _seen(connection, actor, n)
        if version is not None and version != before.version:
            raise ChangedMeanwhile("Somebody changed this matter meanwhile. Read it again, then change it.")
        changed = _changed(connection, before, changes)
        if changed or note:
            _write(connection, actor, before, changed, note, now_ms=now_ms)
        return _find(connection, n)

    return hq.database.write(change)


def find_matter(hq: Hq, actor: Actor, matter_id: str) -> Matter:
    """Return a matter with all that was done with it. Raises `NotHere`, also for one that isn't theirs to see."""
    with hq.database.reading() as connection:
        return _seen(connection, actor, _number(matter_id))


def matter_of(row: Any) -> Matter:
    """Return a row of the table, joined with the member's name."""
    return Matter(
        f"M-{row.n}",
        row.member,
        row.name,
        row.kind,
        row.channel,
        row.body,
        row.order_entry,
        row.owner,
        row.state,
        row.outcome,
        row.value,
        row.opened_by,
        row.opened_ms,
        row.changed_ms,
        row.version,
    )


def _seen(connection: Connection, actor: Actor, n: int) -> Matter:
    found = _find(connection, n)
    try:
        check_seen(connection, actor, found.member)
    except NotHere as problem:
        raise NotHere("There is no such matter.") from problem
    return found


def _find(connection: Connection, n: int) -> Matter:
    statement = select(matter, member.c.name).join(member, member.c.ref == matter.c.member)
    row = connection.execute(statement.where(matter.c.n == n)).one_or_none()
    if row is None:
        raise NotHere("There is no such matter.")
    events = select(matter_event).where(matter_event.c.n == n).order_by(matter_event.c.place)
    done = tuple(
        MatterEvent(each.at_ms, each.who, _read(each.changes), each.note)
        for each in connection.execute(events)
    )
    return replace(matter_of(row), events=done)


def _read(changes: str) -> tuple[Changed, ...]:
    return tuple(Changed(what, *pair) for what, pair in json.loads(changes).items())


def _number(matter_id: str) -> int:
    found = IS_ID.fullmatch(matter_id)
    if found is None:
        raise NotHere("There is no such matter.")
    return int(found[1])


def _changed(connection: Connection, before: Matter, changes: Changes) -> dict[str, tuple[str, str]]:
    """Return what would be another, from what to what. Raises `NotPossible`."""
    asked: dict[str, str] = {
        name: str(value)
        for name in ("kind", "owner", "state", "outcome", "order")
        if (value := getattr(changes, name)) is not None
    }
    state = asked.get("state", before.state)
    if before.state == MatterState.CLOSED and state == MatterState.CLOSED:
        if changes.note or any(getattr(before, name) != value for name, value in asked.items()):
            raise NotPossible("This matter is closed. Open it again first.")
        return {}
    if state == MatterState.CLOSED and not asked.get("outcome"):
        raise NotPossible("Say how it ended.")
    if state != MatterState.CLOSED:
        if changes.outcome is not None:
            raise NotPossible("How it ended is said when it is closed.")
        asked["outcome"] = ""
    changed = {
        name: (now, value) for name, value in asked.items() if (now := str(getattr(before, name))) != value
    }
    if "owner" in changed:
        check_owner(connection, asked["owner"], before.member)
    if "order" in changed and asked["order"]:
        _check_order(connection, asked["order"], refs_of(connection, before.member))
    return changed


def _write(
    connection: Connection,
    actor: Actor,
    before: Matter,
    changed: Mapping[str, tuple[str, str]],
    note: str,
    *,
    now_ms: int,
) -> None:
    n, columns = _number(before.matter_id), {"order": "order_entry"}
    values = {columns.get(name, name): after for name, (_, after) in changed.items()}
    said = {"version": before.version + 1, "changed_ms": now_ms}
    connection.execute(update(matter).where(matter.c.n == n).values(**values, **said))
    last = select(func.coalesce(func.max(matter_event.c.place), 0)).where(matter_event.c.n == n)
    row = {
        "n": n,
        "place": connection.execute(last).scalar_one() + 1,
        "member": before.member,
        "who": actor.name,
        "changes": json.dumps(changed),
        "note": note,
        "at_ms": now_ms,
    }
    connection.execute(insert(matter_event), row)
    was, now = ({name: pair[side] for name, pair in changed.items()} for side in (0, 1))
    after = now | ({"noted": True} if note else {})
    record(connection, actor, "matter.changed", f"matter:M-{n}", now_ms=now_ms, before=was, after=after)


def _check_order(connection: Connection, entry_id: str, refs: list[str]) -> None:
    facts = order_fact.c
    place = (
        (journal.c.device == facts.device) & (journal.c.epoch == facts.epoch) & (journal.c.seq == facts.seq)
    )
    theirs = journal.c.entry_id == entry_id, facts.member.in_(refs)
    statement = select(facts.seq).join(journal, place).where(*theirs)
    if connection.execute(statement.limit(1)).one_or_none() is None:
        raise NotPossible("This is no order of the member's.")


def _checked(text: str, *, least: int) -> str:
    text = text.strip()
    if not least <= len(text) <= TEXT_MAX or "\x00" in text:
        raise Malformed(f"The text of a matter, and each note on it, has 1 to {TEXT_MAX} characters.")
    return text
