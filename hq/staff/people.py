"""The staff of stores: who may sign in at a station, with which role, and by which PIN.

What HQ keeps of a PIN is a hash under the store's pepper, which is among HQ's keys (peppers.py). Whoever leaves stays
in the table without a PIN, since entries that name them may come late; stations forget them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, insert, select, update

from app.core.pepper import pepper_info, pepper_name
from app.core.pins import SALT_SIZE, PinTooWeak, Role, check_pin, hash_pin, secret_of
from app.core.sealed import seal
from app.ids import new_ref, new_secret
from hq.faults import NotHere, NotPossible, SetUpFault
from hq.feed import DELETE, STAFF, Change, announce
from hq.home import Hq
from hq.members.merged import no_member
from hq.members.store import read_members
from hq.staff.peppers import make_pepper, read_pepper
from hq.staff.store import ACTIVE, REMOVED, SUSPENDED
from hq.stores.service import read_store
from hq.tables import device, store, store_staff

NAME_LENGTH_MAX = 40
FREE, SPENDING = "free", "spending"  # what a store asks of who is at the till


@dataclass(frozen=True)
class Person:
    """Somebody as people at HQ see them. `has_pin` is false where their PIN must be set anew: its pepper is lost.

    `trained_ms` is when they last completed a training at a station (UTC ms), 0 where they never did.
    """

    staff_id: str
    store: str
    name: str
    role: str
    member: str | None
    state: str
    has_pin: bool
    trained_ms: int


@dataclass(frozen=True)
class PinSet:
    """Somebody whose PIN was set; `is_new_pepper`: for the first time in their store, so no backup holds its pepper."""

    staff_id: str
    is_new_pepper: bool


def add_person(
    hq: Hq, *, store_id: str, name: str, role: Role, pin: str, member: str | None = None
) -> PinSet:
    """Add somebody to the staff of a store. Raises `NotPossible`."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > NAME_LENGTH_MAX:
        raise NotPossible(f"A given name has 1 to {NAME_LENGTH_MAX} characters, all of them printable.")
    _check_pin(pin, role)
    with hq.database.reading() as connection:
        if read_store(connection, store_id) is None:
            raise NotPossible(f"There is no store {store_id}.")
        if member is not None and not read_members(connection, [member]):
            raise NotPossible(no_member(connection, member))
    staff_id, (pepper, is_new) = new_ref(), make_pepper(_folder(hq), store_id)
    row = {
        "staff_id": staff_id,
        "store": store_id,
        "name": name,
        "role": role.value,
        **_hashed(pepper, staff_id, pin),
        "member": member,
        "state": ACTIVE,
        "created_ms": hq.clock.now_ms(),
    }
    with hq.database.atomic() as connection:
        connection.execute(insert(store_staff), row)
        announce(connection, [Change(store_id, STAFF, staff_id)])
    return PinSet(staff_id, is_new)


def set_pin(hq: Hq, staff_id: str, pin: str) -> PinSet:
    """Give somebody another PIN; whoever was suspended works here again. Raises `NotHere`, `NotPossible`."""
    with hq.database.reading() as connection:
        found = _find(connection, staff_id)
    _check_pin(pin, Role(found.role))
    pepper, is_new = make_pepper(_folder(hq), found.store)
    with hq.database.atomic() as connection:
        _change(connection, staff_id, state=ACTIVE, **_hashed(pepper, staff_id, pin))
        announce(connection, [Change(found.store, STAFF, staff_id)])
    return PinSet(staff_id, is_new)


def remove_person(hq: Hq, staff_id: str) -> str | None:
    """Let somebody sign in no more; stations forget them with their next sync. Raises `NotHere`.

    Where nobody is left to sign in, a store can't ask for it any more; returns the store that asked until now.
    """
    with hq.database.atomic() as connection:
        found = _find(connection, staff_id)
        _change(connection, staff_id, state=REMOVED, pin_hash="", pepper="")
        asked = None if _ids_of(connection, found.store) else _ask(connection, found.store, FREE)
        announce(connection, [Change(found.store, STAFF, staff_id, op=DELETE)])
    return found.store if asked == SPENDING else None


def ask_sign_in(hq: Hq, store_id: str, *, is_needed: bool) -> int:
    """Say whether somebody must sign in before anything is redeemed in a store. Returns how many can.

    Raises `NotPossible`.
    """
    with hq.database.atomic() as connection:
        if read_store(connection, store_id) is None:
            raise NotPossible(f"There is no store {store_id}.")
        ids = _ids_of(connection, store_id)
        if is_needed and not ids:
            raise NotPossible(f"Nobody works in store {store_id} yet: then nothing could be redeemed there.")
        _ask(connection, store_id, SPENDING if is_needed else FREE)
        announce(connection, [Change(store_id, STAFF, staff_id) for staff_id in ids])
    return len(ids)


def read_person(hq: Hq, staff_id: str) -> Person:
    """Return somebody who works in a store. Raises `NotHere`."""
    return next((each for each in list_people(hq) if each.staff_id == staff_id), None) or _nobody(staff_id)


def list_people(hq: Hq, *, store_id: str | None = None, every: bool = False) -> list[Person]:
    """Return the staff of a store or of all, by store and name; with `every` those who left too."""
    statement = select(store_staff).order_by(store_staff.c.store, store_staff.c.name, store_staff.c.staff_id)
    if store_id is not None:
        statement = statement.where(store_staff.c.store == store_id)
    if not every:
        statement = statement.where(store_staff.c.state != REMOVED)
    with hq.database.reading() as connection:
        rows = connection.execute(statement).all()
    folder, peppers = _folder(hq), dict[str, bytes | None]()
    for name in {row.store for row in rows}:
        peppers[name] = read_pepper(folder, name)
    return [_person(row, peppers[row.store]) for row in rows]


def sealed_pepper(hq: Hq, connection: Connection, device_id: str) -> bytes | None:
    """Return the pepper of a device's store, sealed to the device; None where the store has none."""
    of = select(device.c.store, device.c.box_pub).where(device.c.device_id == device_id)
    store_id, box_pub = connection.execute(of).one()
    pepper = None if hq.keys.folder is None else read_pepper(hq.keys.folder, store_id)
    if pepper is None:
        return None
    try:
        return seal(box_pub, pepper, info=pepper_info(store=store_id, device_id=device_id))
    except ValueError:
        return None  # what the device showed is no key: then it gets nothing


def _ids_of(connection: Connection, store_id: str) -> list[str]:
    here = store_staff.c.store == store_id, store_staff.c.state == ACTIVE
    return list(connection.execute(select(store_staff.c.staff_id).where(*here)).scalars())


def _ask(connection: Connection, store_id: str, sign_in: str) -> str:
    """Note what a store asks of who is at the till, and return what it asked before."""
    of = store.c.store_id == store_id
    before: str = connection.execute(select(store.c.sign_in).where(of)).scalar_one()
    connection.execute(update(store).where(of).values(sign_in=sign_in))
    return before


def _folder(hq: Hq) -> Path:
    if hq.keys.folder is None:
        raise SetUpFault("HQ's keys are not in a folder.")
    return hq.keys.folder


def _check_pin(pin: str, role: Role) -> None:
    try:
        check_pin(pin, role)
    except PinTooWeak as problem:
        raise NotPossible(str(problem)) from problem


def _hashed(pepper: bytes, staff_id: str, pin: str) -> dict[str, str]:
    secret = secret_of(pepper, staff_id=staff_id, pin=pin)
    return {"pin_hash": hash_pin(secret, salt=new_secret(SALT_SIZE)), "pepper": pepper_name(pepper)}


def _nobody(staff_id: str) -> NoReturn:
    raise NotHere(f"Nobody with the id {staff_id} works in a store. `tillside hq staff list` shows who does.")


def _find(connection: Connection, staff_id: str) -> Person:
    of = store_staff.c.staff_id == staff_id, store_staff.c.state.in_((ACTIVE, SUSPENDED))
    row = connection.execute(select(store_staff).where(*of)).one_or_none()
    if row is None:
        _nobody(staff_id)
    return _person(row, None)


def _change(connection: Connection, staff_id: str, **values: str) -> None:
    connection.execute(update(store_staff).where(store_staff.c.staff_id == staff_id).values(values))


def _person(row: object, pepper: bytes | None) -> Person:
    names = ("staff_id", "store", "name", "role", "member", "state", "trained_ms")
    facts = {name: getattr(row, name) for name in names}
    held = None if pepper is None else pepper_name(pepper)
    return Person(**facts, has_pin=getattr(row, "pepper", "") == held)
