"""Merging two members who are one person: all that was the first one's is the second one's from then on.

The first one's reference, card and number become aliases, which lead to the survivor (see merged): at stations from
their next sync on, and at HQ for whatever entries still name them. Nothing that was posted is changed; what the account
held moves by a posting. See joining for the transaction.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from app.core.stops import MEMBER as STOPPED_MEMBER
from hq.access.actor import SYSTEM
from hq.audit.service import record
from hq.db import Whole, hold_whole
from hq.faults import NotHere, NotPossible
from hq.home import Hq, folder_of
from hq.journal.cases import WHO_LENGTH_MAX
from hq.members import kept_merges
from hq.members.closed import closed_refs
from hq.members.joining import Joined, join_accounts
from hq.members.kept_merges import Kept
from hq.members.merged import no_member, survivor_of, survivors
from hq.members.service import ref_bytes
from hq.members.store import read_members
from hq.members.tables import merged_account
from hq.rows import storable
from hq.stops.store import held_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Merging:
    """What merging did. `is_repeat`: the two had been merged before, and nothing was done now."""

    survivor: str
    joined: Joined | None = None

    @property
    def is_repeat(self) -> bool:
        """Tell whether they were one already."""
        return self.joined is None


Note = Callable[[Connection, Merging], object]


def what_merges(hq: Hq, ref: str, into: str) -> Mapping[str, Any]:
    """Say of both what a person should look at before they merge them. Raises `NotHere`, `NotPossible`."""
    with hq.database.reading() as connection:
        if _is_done(connection, ref, into):
            return {"ref": ref, "merged_into": into}
        _check(connection, ref, into)
        found = read_members(connection, [ref, into])
    points = sum(each["balance"] for each in found.values())
    return {"goes": _shown(found[ref]), "stays": _shown(found[into]), "points_then": points}


def merge_members(hq: Hq, ref: str, into: str, *, who: str, note: Note | None = None) -> Merging:
    """Merge the member `ref` into the member `into`; `note` writes down in the same transaction that it was done.

    Raises `NotHere`, `NotPossible`, `Busy`.
    """
    kept = Kept(hq.clock.now_ms(), ref, into, storable(who)[:WHO_LENGTH_MAX])
    return hq.database.write(partial(_merge, hq, kept=kept, note=note))


def merge_again(hq: Hq) -> int:
    """Merge those whom the files know to be merged and the database doesn't, as after a backup was put back.

    Of a merging whose two members aren't both there (again) nothing can be done yet: their entries may still come.
    Returns how many were merged. Raises `SetUpFault`.
    """
    folder, count = folder_of(hq), 0
    listed = kept_merges.all_kept(folder)
    with hq.database.reading() as connection:
        rows = {row.ref: row for row in connection.execute(select(merged_account))}
    known = {kept.ref for kept in listed}
    for row in rows.values():
        if row.ref not in known:
            kept_merges.keep(folder, Kept(row.at_ms, row.ref, row.merged_into, row.who))
    for kept in listed:
        if kept.ref not in rows:
            count += hq.database.write(partial(_again, hq, kept=kept))
    if count:
        log.info("%s members had been merged since this database was backed up, and are again", count)
    return count


def _merge(hq: Hq, connection: Connection, *, kept: Kept, note: Note | None) -> Merging:
    _hold(connection)
    if _is_done(connection, kept.ref, kept.into):
        return Merging(kept.into)
    _check(connection, kept.ref, kept.into)
    done = Merging(kept.into, join_accounts(hq, connection, kept))
    if note is not None:
        note(connection, done)
    kept_merges.keep(folder_of(hq), kept)  # before the commit, and when nothing more can be in its way
    return done


def _again(hq: Hq, connection: Connection, *, kept: Kept) -> bool:
    _hold(connection)
    into = survivor_of(connection, kept.into)
    there = read_members(connection, [kept.ref, into])
    if len(there) < 2:
        return False
    join_accounts(hq, connection, kept)
    about, after = f"member:{kept.ref}", {"into": into, "by": kept.who}
    record(connection, SYSTEM, "member.merged", about, now_ms=hq.clock.now_ms(), reason="again", after=after)
    return True


def _hold(connection: Connection) -> None:
    """Let no entry be judged, and no member come, go or change, until the commit: in the order of all writers."""
    hold_whole(connection, Whole.CLOSING)


def _is_done(connection: Connection, ref: str, into: str) -> bool:
    to = survivors(connection, [ref]).get(ref)
    return to is not None and to in (into, survivor_of(connection, into))


def _check(connection: Connection, ref: str, into: str) -> None:
    """Raise `NotHere` or `NotPossible` where two members can't be merged."""
    for each in (ref, into):
        ref_bytes(each)
    if ref == into:
        raise NotPossible("A member can't be merged into themselves. Nothing was changed.")
    closed, there = closed_refs(connection, [ref, into]), read_members(connection, [ref, into])
    for each in (ref, into):
        if each in closed:
            raise NotPossible(f"Member {each} was erased. Nothing was changed.")
        if (to := survivor_of(connection, each)) != each:
            raise NotPossible(f"Member {each} was merged into {to} before: say {to} in their place.")
        if each not in there:
            raise NotHere(no_member(connection, each))
    word = f"{STOPPED_MEMBER}{ref}"
    if held_of(connection, {word}, program_version=0):
        raise NotPossible(
            f"Member {ref} is stopped, and what they have would be free again. Lift that first, or merge the other way "
            f"round: `tillside hq lift {word}`."
        )


def _shown(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("ref", "name", "tier", "balance")}
