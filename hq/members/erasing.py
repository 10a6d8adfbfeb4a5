"""Erasing a member because they ask for it: HQ forgets them at once, and each station with its next sync.

The account is closed (see closing) in a transaction that is committed when the list of erasures names the member (see
kept): a death in between is made good when HQ next opens. Files in which the name still stood go last: snapshots for
stations, lists of members that were brought, and SQLite's WAL.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection, func, select

from hq.faults import NotHere, NotPossible
from hq.home import Hq, folder_of
from hq.imports import service as imports
from hq.members import kept, kept_merges
from hq.members.closed import closed_at, newest_closing
from hq.members.closing import Closing, close_account
from hq.members.merged import no_member
from hq.members.service import ref_bytes
from hq.members.store import read_members, read_scopes
from hq.members.tables import member_import
from hq.snapshot import drop_before
from hq.tables import voucher

Note = Callable[[Connection, Closing], object]


def what_goes(hq: Hq, ref: str) -> dict[str, object]:
    """Say what erasing this member would take away. Raises `NotHere`, `NotPossible`."""
    with hq.database.reading() as connection:
        found = _find(connection, ref)
        owned = select(func.count()).select_from(voucher).where(voucher.c.owner == ref)
        return {
            "ref": ref,
            "name": found["name"],
            "balance": found["balance"],
            "stores": sorted(read_scopes(connection, [ref]).get(ref, {})),
            "vouchers": connection.execute(owned).scalar_one(),
        }


def erase_member(hq: Hq, ref: str, *, note: Note | None = None) -> Closing:
    """Erase a member; `note` writes down in the same transaction that it was done.

    Raises `NotHere`, `NotPossible`, `Busy`.
    """
    with hq.database.reading() as connection:
        _find(connection, ref)
    done = hq.database.write(partial(_erase, hq, ref=ref, note=note))
    for alias in done.aliases:
        kept_merges.forget(folder_of(hq), alias)
    forget_files(hq)
    imports.forget_all(hq, member_import)
    hq.database.fold_wal()
    return done


def forget_files(hq: Hq) -> None:
    """Delete the snapshots from before the newest erasure: one may have been written while it was under way."""
    with hq.database.reading() as connection:
        number = newest_closing(connection)
    drop_before(hq, number)


def _erase(hq: Hq, connection: Connection, *, ref: str, note: Note | None) -> Closing:
    now_ms = hq.clock.now_ms()
    done = close_account(connection, ref, now_ms=now_ms)
    if not done.was_known:  # somebody else did so a moment ago
        raise NotPossible(f"Member {ref} was erased already.")
    if note is not None:
        note(connection, done)
    for each in (ref, *done.aliases):
        kept.keep(
            folder_of(hq), each, at_ms=now_ms
        )  # before the commit, and when nothing more can be in its way
    return done


def _find(connection: Connection, ref: str) -> dict[str, object]:
    ref_bytes(ref)
    found = read_members(connection, [ref]).get(ref)
    if found is None and ref in closed_at(connection):
        raise NotPossible(f"Member {ref} was erased already.")
    if found is None:
        raise NotHere(no_member(connection, ref))
    return found
