"""Which stations may still give something by themselves, as far as HQ knows, and by which rules.

A station that was shut out, or replaced by another epoch, may be cut off and know nothing of that: it goes on until it
was erased, or a person has written it off. An epoch whose records the next one carried over has ended, since they are
on one machine. What a station that is cut off goes by is any program from the one that it told last to the newest.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from app.core.chain import ChainOwner
from app.core.entry import EPOCH_START, EntryInvalid, read_entry
from app.core.program import Program
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_program_versions
from hq.home import Hq
from hq.journal.carried import BRANCH
from hq.stores.devices import DeviceState
from hq.tables import device, device_epoch, journal

PROGRAMS_MAX = 100  # the newest that are looked at
BEGINNING_MAX = 5  # an `epoch_start` stands among the first entries of its epoch


@dataclass(frozen=True, slots=True)
class Giver:
    """An epoch of a station that may still give, and the oldest version of the program that it may go by."""

    owner: ChainOwner
    store: str
    program_version: int = 0


def givers(connection: Connection) -> list[Giver]:
    """Return what may still give by itself."""
    ours = device.c.state != DeviceState.WAITING.value, ~device.c.device_id.contains(BRANCH)
    left = device.c.wiped_ms.is_(None), device.c.written_off_ms.is_(None)
    rows = connection.execute(
        select(device.c.device_id, device.c.epoch, device.c.store, device.c.program_version).where(
            *ours, *left
        )
    )
    found = [Giver(ChainOwner(row.device_id, row.epoch), row.store, row.program_version) for row in rows]
    replaced = (
        select(device_epoch.c.device_id, device_epoch.c.epoch, device.c.store)
        .join(device, device.c.device_id == device_epoch.c.device_id)
        .where(device_epoch.c.wiped_ms.is_(None), device_epoch.c.written_off_ms.is_(None))
    )
    old = [
        Giver(ChainOwner(row.device_id, row.epoch), row.store) for row in connection.execute(replaced).all()
    ]
    carried = _carried(connection, {each.owner.device_id for each in old})
    return found + [each for each in old if each.owner not in carried]


def note_written_off(connection: Connection, device_id: str, *, now_ms: int, is_active: bool) -> int:
    """Remember that what a device may still give was counted: all of it, or of an active one the replaced epochs'.

    Returns how many epochs were not written off before.
    """
    count = 0
    for table in (device_epoch,) if is_active else (device_epoch, device):
        of = table.c.device_id == device_id, table.c.written_off_ms.is_(None)
        count += connection.execute(update(table).where(*of).values(written_off_ms=now_ms)).rowcount
    return count


def programs_in_use(
    hq: Hq, connection: Connection, found: Iterable[Giver], *, now_ms: int
) -> dict[Giver, list[Program]]:
    """Return the programs that each may go by: none that has expired, but always the newest."""
    versions = newest_program_versions(connection, PROGRAMS_MAX)
    programs = [program for each in versions if (program := program_of(hq, connection, each)) is not None]
    return {
        giver: [
            each
            for n, each in enumerate(programs)
            if n == 0 or (each.version >= giver.program_version and now_ms < each.expires_ms)
        ]
        for giver in found
    }


def _carried(connection: Connection, device_ids: Iterable[str]) -> set[ChainOwner]:
    """Return the epochs of these devices of which a later one says that it goes on from it, on the same machine."""
    statement = (
        select(journal.c.body)
        .where(journal.c.device.in_(sorted(device_ids)), journal.c.seq <= BEGINNING_MAX)
        .where(journal.c.type == EPOCH_START)
    )
    found = set()
    for body in connection.execute(statement).scalars():
        try:
            entry = read_entry(body)
        except EntryInvalid:
            continue
        epoch = entry.data.get("from_epoch")
        if type(epoch) is int:
            found.add(ChainOwner(entry.device_id, epoch))
    return found
