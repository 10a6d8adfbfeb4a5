"""What stations say of their store's staff, taken over as it comes: emergency PINs, suspensions, completed trainings.

A station vouches for the manager, and a station can be lied with. So nothing here gives anybody more than the person
had: a PIN is for a cashier of the device's own store who works there, and a suspension leaves somebody who can sign in.
Each change is a case for people at head office, whether it was taken over or not. What comes late, by a person's word
or judged again, gives nobody a PIN any more: head office may have set another since. A suspension still counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from app.core.pepper import pepper_name
from app.core.pins import Role
from app.core.sealed import NotOpened, open_sealed
from app.core.staff_change import PIN, EmergencyPin, may_be_given_pin, pin_info, read_pin
from hq.db import Whole, hold_whole
from hq.faults import SetUpFault
from hq.feed import DELETE, STAFF, Change
from hq.home import Hq
from hq.journal.schemas import StaffChangeData
from hq.journal.store import Kept
from hq.staff.peppers import read_pepper
from hq.staff.store import ACTIVE, SUSPENDED
from hq.tables import store_staff
from sync.protocol import Flag

LATE = "it came too late: head office may have set another PIN since"


@dataclass(frozen=True)
class Changed:
    """What came of the changes in a batch: the entries with their flags, and who has to hear of whom."""

    kept: list[Kept]
    changes: list[Change]


class _Person(NamedTuple):
    """What somebody may do, and whether they work here."""

    role: str
    state: str


class _NotTaken(Exception):
    """Head office does not go along with a change; the message says why."""


def change_staff(
    hq: Hq, connection: Connection, kept: Sequence[Kept], *, store: str, is_late: bool
) -> Changed:
    """Take over what managers changed, behind the judging. `is_late`: no PIN is, and the cases say so."""
    found = Changed(list(kept), [])
    _note_trained(connection, kept, store=store)
    for at, each in enumerate(kept):
        said = each.judgement.staff_change
        if said is None:
            continue
        try:
            if is_late and said.what == PIN:
                raise _NotTaken(LATE)
            hold_whole(
                connection, Whole.MEMBERS, is_shared=True
            )  # before people, as whoever merges their accounts
            found.changes.append(_change(hq, connection, said, store=store))
            doubt = Flag.STAFF_CHANGED, f"{_told(said)}: from now on at all stations of the store"
        except _NotTaken as problem:
            doubt = Flag.STAFF_UNCHANGED, f"{_told(said)}, at that station alone: {problem}"
        found.kept[at] = replace(each, judgement=each.judgement.doubted([doubt]))
    return found


def _note_trained(connection: Connection, kept: Sequence[Kept], *, store: str) -> None:
    """Keep when people of a store have completed their training, the last time where it was several."""
    newest = dict[str, int]()
    for said in (each.judgement.trained for each in kept):
        if said is not None:
            newest[said.staff] = max(newest.get(said.staff, 0), said.t_eff)
    for staff_id, at_ms in sorted(newest.items()):
        of = (
            store_staff.c.staff_id == staff_id,
            store_staff.c.store == store,
            store_staff.c.trained_ms < at_ms,
        )
        connection.execute(update(store_staff).where(*of).values(trained_ms=at_ms))


def _told(said: StaffChangeData) -> str:
    did = "gave an emergency PIN to" if said.what == PIN else "suspended"
    return f"{said.approver} {did} {said.staff}"


def _change(hq: Hq, connection: Connection, said: StaffChangeData, *, store: str) -> Change:
    if said.store != store:
        raise _NotTaken("it speaks of another store")
    people = _lock_people(connection, store)
    found, approver = people.get(said.staff), people.get(said.approver)
    if found is None or found.state != ACTIVE:
        raise _NotTaken("nobody of this id works in the store")
    if approver is None or approver.role != Role.MANAGER:
        raise _NotTaken("whoever approved it is no manager of the store")
    of = store_staff.c.staff_id == said.staff
    if said.what == PIN:
        record = _pin(hq, said, found, approver)
        connection.execute(
            update(store_staff).where(of).values(pin_hash=record.pin_hash, pepper=record.pepper)
        )
        return Change(store, STAFF, said.staff)
    if not any(row.state == ACTIVE for name, row in people.items() if name != said.staff):
        raise _NotTaken("nobody would be left in the store who can sign in")
    connection.execute(update(store_staff).where(of).values(pin_hash="", pepper="", state=SUSPENDED))
    return Change(store, STAFF, said.staff, op=DELETE)


def _lock_people(connection: Connection, store: str) -> dict[str, _Person]:
    """Hold everybody of a store, those who left too, so that two stations don't suspend the last two of them."""
    columns = store_staff.c.staff_id, store_staff.c.role, store_staff.c.state
    statement = select(*columns).where(store_staff.c.store == store).order_by(store_staff.c.staff_id)
    return {
        row.staff_id: _Person(row.role, row.state) for row in connection.execute(statement.with_for_update())
    }


def _pin(hq: Hq, said: StaffChangeData, found: _Person, approver: _Person) -> EmergencyPin:
    """Return what is kept of the PIN. A suspension by somebody who has left since counts, a PIN from them doesn't."""
    if not may_be_given_pin(found.role):
        raise _NotTaken("only head office sets a manager's PIN")
    if approver.state != ACTIVE:
        raise _NotTaken("whoever approved it works there no more")
    try:
        key = hq.keys.box_key(said.kid)
        box = open_sealed(key, said.box, info=pin_info(store=said.store, staff_id=said.staff))
        record = read_pin(box)
    except SetUpFault as problem:
        raise _NotTaken("the PIN is sealed to a key that head office lacks") from problem
    except (NotOpened, ValueError) as problem:  # what is wrong with it is nobody's business
        raise _NotTaken("the sealed PIN can't be read") from problem
    pepper = None if hq.keys.folder is None else read_pepper(hq.keys.folder, said.store)
    if pepper is None or record.pepper != pepper_name(pepper):
        raise _NotTaken("the PIN rests on a pepper that the store has no more: set it anew")
    return record
