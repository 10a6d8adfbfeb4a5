"""Stopping and letting go, by whoever runs the program: a change is the next version of one signed list.

Stations hear its number with every answer and fetch it before anything else. What is let go after the rules were
changed is let go for the new rules only: a store that still decides by the old ones goes on refusing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.core.stops import CAMPAIGN, PROGRAM, REFERRAL, RULE
from app.failpoints import failpoint
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.benefits.tables import referral
from hq.campaigns.catching_up import check_rules_changed, mark_let_go, mark_stopped
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.faults import NotHere
from hq.home import Hq
from hq.members.merged import survivors
from hq.restored import STOPS_OF_BACKUP, read_about
from hq.stops import kept
from hq.stops.document import STOPS, publish_stops
from hq.stops.names import listed_word, near, word_of
from hq.stops.store import Lists, Period, all_periods, end_period, insert_period, read_lists
from hq.tables import device
from hq.touched import BENEFITS, touch, touch_all

NOTHING = Lists()


@dataclass(frozen=True)
class Changed:
    """What a stop or its end did: the word, the version of the list that says so, and whether anything changed.

    `before_program`: it stays stopped for whoever decides by an older version of the program.
    """

    what: str
    version: int
    is_new: bool
    before_program: int | None = None


@dataclass(frozen=True)
class ListedStop:
    """Something that is stopped, and the active devices that have not heard of it yet, of how many.

    `is_of_backup`: a folder that a person put back says so, and it may have been let go since.
    """

    period: Period
    missing: tuple[str, ...]
    devices: int
    is_of_backup: bool = False


def stop_it(hq: Hq, said: str, *, note: str = "", who: str = "") -> Changed:
    """Stop something everywhere; what is stopped already stays so. Raises `NotHere`, `NotPossible`."""
    with changing_stops(hq) as connection:
        return stop_in(hq, connection, said, note=note, who=who)


def stop_in(hq: Hq, connection: Connection, said: str, *, note: str = "", who: str = "") -> Changed:
    """Do so in a transaction of `changing_stops`."""
    now_ms = hq.clock.now_ms()
    what, periods = word_of(hq, connection, said), all_periods(connection)
    current = next((each for each in periods if each.what == what and not each.is_over), None)
    if current is not None:
        return Changed(what, current.version, is_new=False)
    version = newest_version(connection, STOPS) + 1
    insert_period(
        connection,
        what,
        version=version,
        since_ms=now_ms,
        program_version=newest_version(connection, "program"),
        note=note,
        who=who,
    )
    publish_stops(connection, hq.keys, version, now_ms=now_ms)
    if what.startswith(CAMPAIGN):
        mark_stopped(connection, what.removeprefix(CAMPAIGN), who=who or SYSTEM.name, now_ms=now_ms)
    return Changed(what, version, is_new=True)


def lift(hq: Hq, said: str, *, who: str = "") -> Changed:
    """Let go what is stopped; where the rules were changed meanwhile, for the new ones only. Raises `NotHere`."""
    with changing_stops(hq) as connection:
        return lift_in(hq, connection, said, who=who)


def lift_in(hq: Hq, connection: Connection, said: str, *, who: str = "") -> Changed:
    """Do so in a transaction of `changing_stops`."""
    now_ms = hq.clock.now_ms()
    periods = [each for each in all_periods(connection) if not each.is_over]
    words = {each.what: each for each in periods}
    what = listed_word(said)
    period = words.get(what)
    if period is None:
        what = word_of(hq, connection, said)  # a member by the number on the card; or there is no such thing
        period = words.get(what)
    if period is None:
        raise NotHere(f"{what} is not stopped.{near(what, words)}")
    version, before = newest_version(connection, STOPS) + 1, _changed_rules(connection, period)
    end_period(connection, period, version=version, until_ms=now_ms, before_program=before)
    publish_stops(connection, hq.keys, version, now_ms=now_ms)
    _touch_waiting(connection, what)
    program = program_of(hq, connection, newest_version(connection, "program"))
    if what.startswith(CAMPAIGN) and program is not None:
        mark_let_go(
            connection,
            what.removeprefix(CAMPAIGN),
            time_zone=program.time_zone,
            who=who or SYSTEM.name,
            now_ms=now_ms,
        )
    return Changed(what, version, is_new=True, before_program=before)


def _touch_waiting(connection: Connection, what: str) -> None:
    """Have HQ look again at members who may have come to something while it was stopped."""
    if what == PROGRAM:
        touch_all(connection, BENEFITS)
    if what.startswith(REFERRAL):
        of_scheme = select(referral.c.friend).where(referral.c.scheme == what.removeprefix(REFERRAL))
        friends = list(connection.execute(of_scheme).scalars())
        to = survivors(connection, friends)
        touch(connection, {to.get(ref, ref) for ref in friends}, readers=(BENEFITS,))


def stop_by(hq: Hq, actor: Actor, said: str, *, note: str = "") -> Changed:
    """Stop something, with its line in the audit. Raises `NotHere`, `NotPossible`."""
    with changing_stops(hq) as connection:
        done = stop_in(hq, connection, said, note=note, who=actor.name)
        if done.is_new:
            now_ms, after = hq.clock.now_ms(), {"version": done.version}
            record(connection, actor, "stop.made", done.what, now_ms=now_ms, reason=note, after=after)
        return done


def lift_by(hq: Hq, actor: Actor, said: str, *, note: str = "") -> Changed:
    """Let go what is stopped, with its line in the audit. Raises `NotHere`, and `NotPossible` for what was killed."""
    with changing_stops(hq) as connection:
        word = listed_word(said)
        if word.startswith(CAMPAIGN):
            check_rules_changed(connection, word.removeprefix(CAMPAIGN))
        done = lift_in(hq, connection, said, who=actor.name)
        after = {"version": done.version, "before_program": done.before_program}
        record(
            connection, actor, "stop.lifted", done.what, now_ms=hq.clock.now_ms(), reason=note, after=after
        )
        return done


def list_stops(hq: Hq) -> list[ListedStop]:
    """Return what is stopped now, what stays so under older rules too, each with the devices that don't know."""
    with hq.database.reading() as connection:
        periods = [each for each in all_periods(connection) if not each.is_over or each.before_program]
        active = select(device.c.device_id, device.c.stops_version).where(device.c.state == "active")
        heard = {row.device_id: row.stops_version for row in connection.execute(active)}
        of_backup = int(read_about(connection).get(STOPS_OF_BACKUP, "0"))
    return [
        ListedStop(
            each,
            tuple(sorted(name for name, at in heard.items() if at < each.version)),
            len(heard),
            is_of_backup=each.version <= of_backup,
        )
        for each in periods
    ]


def periods_now(hq: Hq, connection: Connection, version: int) -> Lists:
    """Return what was stopped when. Read once for each version of the list in the life of the process."""
    if not version:
        return NOTHING
    if version not in hq.stops:
        hq.stops.clear()
        hq.stops[version] = read_lists(connection)
    return hq.stops[version]


def _changed_rules(connection: Connection, period: Period) -> int | None:
    """Return the newest program, if there was an older one when this was stopped and its end is about rules."""
    if period.what != PROGRAM and not period.what.startswith((CAMPAIGN, RULE)):
        return None
    newest = newest_version(connection, "program")
    return newest if newest > period.program_version else None


@contextmanager
def changing_stops(hq: Hq) -> Iterator[Connection]:
    """One change of the list, alone; afterwards the list is kept beside the database."""
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        yield connection
    failpoint("hq_stops_published")
    if hq.keys.folder is not None:
        with hq.database.reading() as connection:
            kept.keep_newest(connection, hq.keys.folder.parent)
