"""What a manager should look at: what was let happen, what was tried, and what head office doubts.

A row is an entry, and what it is as an exception. What a manager has seen is in the journal (`noted`), so it stays
seen; where head office says something else of it afterwards, it is new again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import orjson

from app.core.entry import (
    CLOCK_JUMP,
    DAY_CLOSE,
    NOTED,
    ORDER,
    OVERRIDE,
    PIN_LOCK,
    RETURN,
    SCAN_DENIED,
    STAFF_CHANGE,
    VOID,
)
from app.core.order import zone
from app.core.reasons import Reason
from app.core.verdicts import Flag
from app.store.review.review import Review

DAYS = 30  # looked back
ORDERS_A_DAY = 3  # of one member's: more are a row
DENIED_MOST, DENIED_WITHIN_MS = (
    4,
    10 * 60_000,
)  # codes turned away, with no longer pause between two; more is a row
GUESSES = frozenset(
    each.code
    for each in (
        Reason.UNKNOWN_CODE,
        Reason.TOO_MANY_UNKNOWN,
        Reason.CODE_FORGED,
        Reason.CODE_WITHDRAWN,
        Reason.CODE_REPLAYED,
    )
)
TOLD_ANYWAY = frozenset({Flag.PIN_LOCKED, Flag.STAFF_CHANGED})  # head office flags what is a row by itself
OVER = frozenset({Flag.OVERSPENT, Flag.COUPON_TWICE, Flag.LEASE_EXCEEDED})


class What(StrEnum):
    """As which exception an entry is shown; the words stand in journals."""

    OVERRIDE = "override"  # a manager let it happen
    VOID = "void"
    RETURN = "return"
    LOOKUPS = "lookups"  # code after code was turned away
    OFTEN = "often"  # the same member more often a day than usual
    OVER_LIMIT = "over_limit"  # head office: more than there was, or might be given
    FLAGGED = "flagged"  # head office doubts it, or has set it aside
    CLOCK = "clock"  # the computer's clock moved
    PIN_LOCK = "pin_lock"
    HANDED = "handed"  # a cashier handed it to the manager


ABOUT_STAFF = frozenset({OVERRIDE, STAFF_CHANGE})  # whose `staff` is who it was done to
OF_KIND = {VOID: What.VOID, RETURN: What.RETURN, CLOCK_JUMP: What.CLOCK, PIN_LOCK: What.PIN_LOCK}


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """An exception. `name` is what a note says that it is about; `since_ms` when it came up, `at_ms` when it was done.

    `count`: how many, of lookups and of orders a day; `value` in minor units. `moved_ms`: by how much the clock did.
    `whom`: whose PIN it was about. `flags`: head office's; `detail`: the entry's own word, such as why it was approved.
    """

    what: What
    seq: int
    at_ms: int
    since_ms: int
    name: str
    kind: str  # the entry's type
    order_id: str = ""
    member_ref: str = ""
    staff: str = ""
    approver: str = ""
    value: int = 0
    count: int = 1
    moved_ms: int = 0
    whom: str = ""
    detail: str = ""
    flags: tuple[str, ...] = ()
    is_seen: bool = False
    note: str = ""
    seen_by: str = ""
    seen_ms: int = 0

    @property
    def kinds(self) -> frozenset[What]:
        """All that it counts as: what was undone with an approval is an override, too."""
        return frozenset({self.what, *([What.OVERRIDE] if self.approver else [])})


def exceptions(review: Review, *, today: date, days: int = DAYS) -> tuple[ExceptionRow, ...]:
    """Return what came up within so many days, the newest first. Raises a `StoreFault`."""
    since = today - timedelta(days=days)
    found = [*_done(review, since), *_lookups(review, since), *_often(review, since), *_words(review)]
    found += _handed(review)
    midnight = datetime.combine(since, time(), zone(review.place.time_zone))
    begin_ms = int(midnight.timestamp() * 1000)
    seen = dict(_seen(review, since))
    rows = [_marked(row, seen) for row in found if row.since_ms >= begin_ms]
    return tuple(sorted(rows, key=lambda row: (row.since_ms, row.seq, row.what), reverse=True))


def count_unseen(review: Review, *, today: date) -> int:
    """Return how many of them nobody has marked as seen. Raises a `StoreFault`."""
    return sum(not row.is_seen for row in exceptions(review, today=today))


COLUMNS = (
    "a.seq, a.at_ms, a.kind, a.order_id, a.member, a.staff, a.approver, a.discount, a.put_on, a.why, a.what, "
    "a.total"
)
DONE = f"SELECT {COLUMNS} FROM action a WHERE a.day >= ? AND (a.kind IN (?, ?, ?, ?) OR a.approver <> '')"  # noqa: S608
DENIED = f"SELECT {COLUMNS} FROM action a WHERE a.day >= ? AND a.kind = ? ORDER BY a.seq"  # noqa: S608 ours
OFTEN = f"""
SELECT {COLUMNS}, times FROM (
    SELECT MAX(seq) AS of, COUNT(*) AS times FROM action
    WHERE day >= ? AND kind = ? AND member <> '' AND undone <> 'void' GROUP BY member, day HAVING COUNT(*) > ?
) JOIN action a ON a.seq = of
"""  # noqa: S608 ours
WORDS = f"SELECT {COLUMNS}, l.seq, l.word, l.flags, l.at_ms FROM look l JOIN action a ON a.seq = l.action"  # noqa: S608
OF_NUMBERS = f"SELECT {COLUMNS} FROM action a WHERE a.seq IN (SELECT value FROM json_each(?))"  # noqa: S608 ours
NOTES = "SELECT seq FROM action WHERE day >= ? AND kind = ?"


def _row(what: What, columns: Sequence[Any], **more: Any) -> ExceptionRow:
    seq, at_ms, kind, order_id, member, staff, approver, discount, put_on, why, word, total = columns[:12]
    given = {"since_ms": at_ms, "name": str(what), "detail": why or word} | more
    value = (
        abs(total) if kind in (VOID, RETURN) else abs(discount) or put_on
    )  # of what was undone: what came back
    return ExceptionRow(
        what, seq, at_ms, kind=kind, order_id=order_id, member_ref=member, staff=staff, approver=approver,
        value=value, **given,
    )  # fmt: skip


def _done(review: Review, since: date) -> Iterator[ExceptionRow]:
    """Yield what an entry says by itself."""
    rows = review.rows(DONE, (since.toordinal(), *OF_KIND))
    read = [row[0] for row in rows if row[2] in ABOUT_STAFF or row[2] == CLOCK_JUMP]
    said = {entry.seq: entry.data for entry in review.entries_of(read)}
    for row in rows:
        seq, kind = row[0], row[2]
        if kind == CLOCK_JUMP and seq in said:
            yield _row(What.CLOCK, row, moved_ms=said[seq]["to_ms"] - said[seq]["from_ms"])
        elif kind in ABOUT_STAFF and seq in said:
            by, whom = said[seq].get("cashier", ""), said[seq].get("staff", "")
            yield replace(_row(What.OVERRIDE, row), staff=by, whom=whom)
        elif kind != DAY_CLOSE:
            yield _row(OF_KIND.get(kind, What.OVERRIDE), row)


def _lookups(review: Review, since: date) -> Iterator[ExceptionRow]:
    """Yield a row for each time that code after code was turned away: it stands at the first that was too many."""
    run: list[Any] = []
    for row in [*review.rows(DENIED, (since.toordinal(), SCAN_DENIED)), None]:
        if row is not None and row[10] not in GUESSES:
            continue
        if run and (row is None or row[1] - run[-1][1] > DENIED_WITHIN_MS):
            if len(run) > DENIED_MOST:
                yield _row(What.LOOKUPS, run[DENIED_MOST], count=len(run), since_ms=run[-1][1])
            run = []
        if row is not None:
            run.append(row)


def _often(review: Review, since: date) -> Iterator[ExceptionRow]:
    """Yield a row a member and day, at the last order: another one makes it new again."""
    for row in review.rows(OFTEN, (since.toordinal(), ORDER, ORDERS_A_DAY)):
        yield _row(What.OFTEN, row, count=row[-1])


def _words(review: Review) -> Iterator[ExceptionRow]:
    """Yield what head office wants looked at; it comes up when its word came, and anew with another word."""
    for *row, seq, word, flags, at_ms in review.rows(WORDS):
        told = tuple(flags.split())
        if TOLD_ANYWAY.issuperset(told) and told:
            continue
        what = What.OVER_LIMIT if OVER.intersection(told) else What.FLAGGED
        name = ":".join((what, str(seq), word, *told))
        yield _row(what, row, name=name, since_ms=at_ms, flags=told, detail=word)


def _handed(review: Review) -> Iterator[ExceptionRow]:
    handed = {each.seq: (each.at_ms, each.staff) for each in review.listing.handed()}
    for row in review.rows(OF_NUMBERS, (orjson.dumps(list(handed)).decode(),)):
        at_ms, staff = handed[row[0]]
        yield replace(_row(What.HANDED, row, since_ms=at_ms), staff=staff)


def _seen(review: Review, since: date) -> Iterable[tuple[tuple[int, str], tuple[str, str, int]]]:
    """Yield by entry and name who has seen it, when, and what they said: of several the last."""
    numbers = [seq for (seq,) in review.rows(NOTES, (since.toordinal(), NOTED))]
    for entry in review.entries_of(numbers):
        data = entry.data
        yield (data["about"]["seq"], data["about"]["what"]), (data["note"], data["staff"], data["t_eff"])


def _marked(row: ExceptionRow, seen: dict[tuple[int, str], tuple[str, str, int]]) -> ExceptionRow:
    if (row.seq, row.name) not in seen:
        return row
    note, staff, at_ms = seen[row.seq, row.name]
    return replace(row, is_seen=True, note=note, seen_by=staff, seen_ms=at_ms)
