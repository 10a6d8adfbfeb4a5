"""Periods in which something was stopped, in the database. They stay for ever: entries may come weeks late."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.core.stops import Stop
from hq.rows import storable
from hq.tables import document, stop

NOTE_LENGTH_MAX = 200
WHO_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class Period:
    """One thing that was stopped: by which version of the list, and by which it was let go. Times are UTC ms.

    `before_program`: it was let go for this version of the program and later ones, and is stopped under those before.
    """

    what: str
    version: int
    since_ms: int
    note: str = ""
    who: str = ""
    lifted_version: int | None = None
    until_ms: int | None = None
    before_program: int | None = None
    program_version: int = 0  # the newest when it was stopped; 0 where nobody knows

    @property
    def is_over(self) -> bool:
        """Whether it was let go, if only for newer rules."""
        return self.lifted_version is not None

    def is_under(self, program_version: int) -> bool:
        """Tell whether it still holds, or holds again, for whoever decides by this version of the program."""
        return not self.is_over or (self.before_program is not None and program_version < self.before_program)

    def was_known_by(self, stops_version: int, program_version: int) -> bool:
        """Tell whether a station that had heard of this version of the list had to obey it."""
        if stops_version < self.version:
            return False
        has_heard_of_end = self.lifted_version is not None and stops_version >= self.lifted_version
        return not has_heard_of_end or self.is_under(program_version)

    def was_on(self, at_ms: int, program_version: int) -> bool:
        """Tell whether it held at a moment."""
        if at_ms < self.since_ms:
            return False
        return self.until_ms is None or at_ms < self.until_ms or self.is_under(program_version)


@dataclass(frozen=True, slots=True)
class Lists:
    """All periods there ever were, by what was stopped, and the versions of the list that HQ holds.

    A station may have heard of others, which an HQ that was put back has lost: nobody knows what they said.
    """

    periods: Mapping[str, Sequence[Period]] = field(default_factory=dict)
    versions: frozenset[int] = frozenset()


COLUMNS = [
    stop.c[name]
    for name in (
        "what",
        "version",
        "since_ms",
        "program_version",
        "note",
        "who",
        "lifted_version",
        "until_ms",
        "before_program",
    )
]


def all_periods(connection: Connection) -> list[Period]:
    """Return all periods there ever were, the oldest first."""
    statement = select(*COLUMNS).order_by(stop.c.version, stop.c.what)
    return [Period(**row) for row in connection.execute(statement).mappings()]


def held_of(connection: Connection, words: Collection[str], *, program_version: int) -> set[str]:
    """Return which of these are stopped now for whoever decides by a version of the program."""
    statement = select(*COLUMNS).where(stop.c.what.in_(sorted(words)))
    periods = (Period(**row) for row in connection.execute(statement).mappings())
    return {each.what for each in periods if each.is_under(program_version)}


def listed(periods: Sequence[Period]) -> list[Stop]:
    """Return what the list for stations says: what holds, and what holds under older rules."""
    return [
        Stop(each.what, each.since_ms, each.before_program)
        for each in periods
        if not each.is_over or each.before_program is not None
    ]


def read_lists(connection: Connection) -> Lists:
    """Return all that entries are judged by."""
    found: dict[str, list[Period]] = {}
    for each in all_periods(connection):
        found.setdefault(each.what, []).append(each)
    versions = select(document.c.version).where(document.c.kind == "stops")
    return Lists(found, frozenset(connection.execute(versions).scalars()))


def insert_period(
    connection: Connection,
    what: str,
    *,
    version: int,
    since_ms: int,
    program_version: int = 0,
    note: str = "",
    who: str = "",
) -> None:
    """Begin a period."""
    row: dict[str, Any] = {
        "what": what,
        "version": version,
        "since_ms": since_ms,
        "program_version": program_version,
        "note": storable(note)[:NOTE_LENGTH_MAX],
        "who": storable(who)[:WHO_LENGTH_MAX],
    }
    connection.execute(insert(stop), row)


def end_period(
    connection: Connection, period: Period, *, version: int, until_ms: int, before_program: int | None
) -> None:
    """End a period with a version of the list."""
    of = stop.c.what == period.what, stop.c.version == period.version
    values = {"lifted_version": version, "until_ms": until_ms, "before_program": before_program}
    connection.execute(update(stop).where(*of).values(values))


def forget_older_rules(connection: Connection, *, before_ms: int) -> None:
    """Let go for good what was let go for newer rules before a moment: nobody decides by the older ones any more."""
    of = stop.c.before_program.is_not(None), stop.c.until_ms < before_ms
    connection.execute(update(stop).where(*of).values(before_program=None))
