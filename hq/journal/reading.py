"""Journals as people read them: what stations recorded, HQ's word on it, what it moved in the books, and why.

An entry's place is written `D…-1-17`: device, epoch and number. A branch of a history, which HQ keeps apart under a
name with a slash, has `_` there. Why something was given or not is worked out anew from the recorded facts: the trace.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, desc, select, tuple_

from app.core.canonical import INTEGER_MAX
from app.core.decision import decide
from app.core.entry import ORDER, Entry, EntryInvalid, read_entry
from app.core.facts_record import RecordInvalid, read_facts
from hq.access.actor import Actor
from hq.campaigns.service import program_of
from hq.db import plan_by_values
from hq.faults import NotHere
from hq.home import Hq
from hq.journal.carried import BRANCH, carried_in
from hq.tables import device, journal, later_verdict, posting

BRANCH_SHOWN = "_"
PLACE = re.compile(r"([0-9A-Za-z_]{1,20})-([0-9]{1,9})-([0-9]{1,18})")
IN_ORDER = journal.c.received_ms, journal.c.device, journal.c.epoch, journal.c.seq
KINDS = int, str, int, int
SHOWN = (*IN_ORDER, journal.c.entry_id, journal.c.type, journal.c.verdict, journal.c.flags, journal.c.case_id)
_ID = journal.c.device, journal.c.epoch, journal.c.seq


@dataclass(frozen=True)
class EntryFilter:
    """Which entries; times are UTC milliseconds, `until_ms` is not included."""

    device: str | None = None
    store: str | None = None
    type: str | None = None
    verdict: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True)
class EntrySeen:
    """An entry in a list. `verdict` is HQ's newest word; `store` is empty where HQ itself wrote it."""

    place: str
    device: str
    epoch: int
    seq: int
    entry_id: str | None
    type: str
    store: str
    received_ms: int
    verdict: str
    flags: tuple[str, ...]
    case_id: str | None


@dataclass(frozen=True)
class WordSaid:
    """HQ's word on an entry, at `said_ms` (UTC): the first one when it was taken in."""

    verdict: str
    flags: tuple[str, ...]
    case_id: str | None
    said_ms: int


@dataclass(frozen=True)
class Moved:
    """What an entry moved: `amount` of `unit` (points, or minor units of a currency) on an account."""

    account: str
    unit: str
    amount: int


@dataclass(frozen=True)
class Traced:
    """What a rule did with an order: a discount in minor units and points paid, or the reasons why not."""

    rule: str
    campaign: str
    is_approved: bool
    discount: int
    points: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class EntryWhole:
    """An entry with its body as it came, and all that HQ made of it. `said` is the body as JSON, if it is any."""

    seen: EntrySeen
    hash: str
    body: str
    said: Mapping[str, Any] | None
    words: tuple[WordSaid, ...]
    moved: tuple[Moved, ...]
    trace: tuple[Traced, ...]
    carried: str | None


def statement_of(actor: Actor, wanted: EntryFilter) -> Select[Any]:
    """Return the entries that fit and are somebody's to see, to be cut into pages in IN_ORDER."""
    joined = journal.outerjoin(device, device.c.device_id == journal.c.device)
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (journal.c.device, wanted.device),
        (device.c.store, wanted.store),
        (journal.c.type, wanted.type),
        (journal.c.verdict, wanted.verdict),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.since_ms is not None:
        conditions.append(journal.c.received_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        conditions.append(journal.c.received_ms < wanted.until_ms)
    if actor.ceilings.stores:
        conditions.append(device.c.store.in_(actor.ceilings.stores))
    return select(*SHOWN, device.c.store).select_from(joined).where(*conditions)


def list_entries(hq: Hq, statement: Select[Any]) -> list[EntrySeen]:
    """Return the entries of a page."""
    with hq.database.reading() as connection:
        plan_by_values(connection)
        rows = connection.execute(statement).all()
        newest = _newest_words(connection, [(row.device, row.epoch, row.seq) for row in rows])
    return [_seen(row, newest.get((row.device, row.epoch, row.seq))) for row in rows]


def order_place(each: EntrySeen) -> tuple[int, str, int, int]:
    """Return where an entry stands in IN_ORDER."""
    return each.received_ms, each.device, each.epoch, each.seq


def find_entry(hq: Hq, actor: Actor, place: str) -> EntryWhole:
    """Return an entry by its place. Raises `NotHere`, also for one that is not somebody's to see."""
    read = PLACE.fullmatch(place)
    if read is None or int(read[3]) > INTEGER_MAX or int(read[2]) >= 1 << 31:
        raise NotHere(f"There is no entry {place}.")
    device_id = read[1].replace(BRANCH_SHOWN, BRANCH)
    of = device_id, int(read[2]), int(read[3])
    with hq.database.reading() as connection:
        joined = journal.outerjoin(device, device.c.device_id == journal.c.device)
        whole = select(*SHOWN, device.c.store, journal.c.body, journal.c.hash).select_from(joined)
        row = connection.execute(whole.where(*_is_at(journal, of))).one_or_none()
        if row is None or (actor.ceilings.stores and row.store not in actor.ceilings.stores):
            raise NotHere(f"There is no entry {place}.")
        later = connection.execute(
            select(later_verdict).where(*_is_at(later_verdict, of)).order_by(later_verdict.c.n)
        ).all()
        moved = select(posting.c.account, posting.c.unit, posting.c.amount).where(
            posting.c.entry_id == row.entry_id
        )
        postings = [] if row.entry_id is None else connection.execute(moved.order_by(posting.c.n)).all()
        entry = _entry(row.body)
        trace = () if entry is None else _trace(hq, connection, entry)
    words = [WordSaid(row.verdict, tuple(row.flags.split()), row.case_id, row.received_ms)]
    words += [WordSaid(each.verdict, tuple(each.flags.split()), each.case_id, each.said_ms) for each in later]
    carried = carried_in(row.body)
    return EntryWhole(
        seen=_seen(row, later[-1] if later else None),
        hash=row.hash.hex(),
        body=_text(row.body),
        said=None if entry is None else orjson.loads(row.body),
        words=tuple(words),
        moved=tuple(Moved(each.account, each.unit, each.amount) for each in postings),
        trace=trace,
        carried=None if carried is None else _text(carried.body),
    )


def place_of(device_id: str, epoch: int, seq: int) -> str:
    """Return how an entry's place is written."""
    return f"{device_id.replace(BRANCH, BRANCH_SHOWN)}-{epoch}-{seq}"


def newest_first(statement: Select[Any]) -> Select[Any]:
    """Return entries in the order of a list."""
    return statement.order_by(*(desc(column) for column in IN_ORDER))


def _entry(body: bytes) -> Entry | None:
    try:
        return read_entry(body)
    except EntryInvalid:
        return None


def _trace(hq: Hq, connection: Connection, entry: Entry) -> tuple[Traced, ...]:
    """Decide an order again, with reasons, by the program that it names; nothing where that can't be done."""
    version = entry.data.get("program_version")
    if entry.type != ORDER or not isinstance(version, int) or abs(version) > INTEGER_MAX:
        return ()
    try:
        program = program_of(hq, connection, version)
        if program is None:
            return ()
        decision = decide(read_facts(entry.data, program))
    except (RecordInvalid, ValueError, KeyError, TypeError):  # a record that HQ quarantines for that
        return ()
    return tuple(
        Traced(
            rule=outcome.rule_id,
            campaign=outcome.campaign_id,
            is_approved=outcome.is_approved,
            discount=outcome.discount,
            points=outcome.points,
            reasons=tuple(refusal.reason.code for refusal in outcome.refusals),
        )
        for outcome in decision.outcomes
    )


def _newest_words(
    connection: Connection, places: Sequence[tuple[str, int, int]]
) -> dict[tuple[str, int, int], Any]:
    if not places:
        return {}
    key = tuple_(later_verdict.c.device, later_verdict.c.epoch, later_verdict.c.seq)
    rows = connection.execute(select(later_verdict).where(key.in_(places)).order_by(later_verdict.c.n))
    return {(row.device, row.epoch, row.seq): row for row in rows}


def _seen(row: Any, word: Any) -> EntrySeen:
    said = row if word is None else word
    return EntrySeen(
        place=place_of(row.device, row.epoch, row.seq),
        device=row.device,
        epoch=row.epoch,
        seq=row.seq,
        entry_id=row.entry_id,
        type=row.type,
        store=row.store or "",
        received_ms=row.received_ms,
        verdict=said.verdict,
        flags=tuple(said.flags.split()),
        case_id=said.case_id,
    )


def _is_at(table: Any, of: tuple[str, int, int]) -> tuple[ColumnElement[bool], ...]:
    return table.c.device == of[0], table.c.epoch == of[1], table.c.seq == of[2]


def _text(body: bytes) -> str:
    """Return a body as a text that can be shown whatever came."""
    return body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
