"""Who is at the till: signing in by PIN, and what follows from who it is.

A try of a PIN is three steps: it is counted, and that is durable; it is looked at, for some 22 ms, off the store's
thread, so that no redemption waits for it; and then it is told what came of it. Whoever pulls the plug in between has
used the try up.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from app.core.approvals import Approval, Why, veiled
from app.core.entry import MODE_CHANGE, PIN_LOCK, SHIFT
from app.core.lockout import SECOND_MS, Lockout, refused_untried
from app.core.pepper import pepper_name
from app.core.pins import Role, is_pin, secret_of
from app.core.reasons import Reason, Refusal
from app.core.trusted_time import Reading
from app.failpoints import failpoint
from app.ids import new_id
from app.store.journal import Draft
from app.store.people import StaffRow
from app.store.store import StationStore

Run = Callable[[Callable[[StationStore], Any]], Any]  # calls a function on the store's thread
BEGIN, END = "begin", "end"  # of a shift
TRAINING, LIVE = "training", "live"  # what a station is used for
PIN_LENGTH_MAX = 40  # longer than any; what is longer isn't even hashed


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has shown that they are who they say."""

    staff_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class _Try:
    """A try that is counted and not looked at yet."""

    row: StaffRow
    pepper: bytes


def sign_in(run: Run, staff_id: str, pin: str, *, instead_of: SignedIn | None = None) -> SignedIn | Refusal:
    """Sign somebody in, in the place of whoever was; that shift ends and theirs begins. Raises a `StoreFault`.

    Call it on any thread but the store's, which `run` calls.
    """
    row = _proven(run, staff_id, pin)
    if isinstance(row, Refusal):
        return row
    found = SignedIn(staff_id, row.name, row.role)
    run(partial(_was_right, row=row, found=found, before=instead_of))
    return found


def unlock(run: Run, who: SignedIn, pin: str) -> SignedIn | Refusal:
    """Let whoever is signed in go on behind a lock; their shift has not ended. Call it as `sign_in`."""
    row = _proven(run, who.staff_id, pin)
    if isinstance(row, Refusal):
        return row
    run(partial(_was_proven, row=row))
    return SignedIn(row.staff_id, row.name, row.role)


def approve(run: Run, staff_id: str, pin: str, *, action: str, why: Why) -> Approval | Refusal:
    """Let a manager approve one action by their PIN. Nothing is recorded: the action's own entry will have both names.

    Whether it was the wrong person or the wrong PIN is not told. Call it as `sign_in`.
    """
    row = _proven(run, staff_id, pin)
    if isinstance(row, Refusal):
        return veiled(row)
    given = run(partial(_was_proven, row=row))
    if row.role != Role.MANAGER:
        return veiled()
    return Approval(new_id(), staff_id, action, why, given)


def _proven(run: Run, staff_id: str, pin: str) -> StaffRow | Refusal:
    """Return who somebody is, by their PIN. Whoever gets it tells the store that it was right."""
    counted: _Try | Refusal = run(partial(_count, staff_id=staff_id))
    if isinstance(counted, Refusal):
        return counted
    failpoint("pin_counted")
    secret = secret_of(counted.pepper, staff_id=staff_id, pin=pin)
    if len(pin) <= PIN_LENGTH_MAX and is_pin(counted.row.pin_hash, secret):
        return counted.row
    refusal: Refusal = run(partial(_was_wrong, row=counted.row))
    return refusal


def sign_out(store: StationStore, who: SignedIn) -> None:
    """End somebody's shift. What waits to be sent goes on waiting. On the store's thread; raises a `StoreFault`."""
    with store.atomic():
        store.journal.append([_shift(store, who, END)])


def change_mode(store: StationStore, mode: str, *, staff_id: str, has_walked: bool = False) -> None:
    """Record that this station is used for training from now on, or for real again. Raises a `StoreFault`.

    `has_walked`: every step of the walk through the training was done, so whoever trained has completed it.
    """
    moment = {"store": store.device.store_id, "t_eff": store.now_ms()}
    said = {**moment, "staff": staff_id, "mode": mode} | ({"walked": True} if has_walked else {})
    with store.atomic():
        store.journal.append([Draft(MODE_CHANGE, said)])


def _count(store: StationStore, *, staff_id: str) -> _Try | Refusal:
    """Count a try before it is looked at, if one is left."""
    row, pepper = store.people.find(staff_id), store.pepper
    refusal = refused_untried(
        rests_on=row.pepper if row else None, held=pepper_name(pepper) if pepper else None
    )
    if row is None or pepper is None or refusal is not None:
        return refusal or Refusal(Reason.PIN_UNCHECKED)
    now = store.time.reading()
    lockout = store.pin_tries.of(row).resumed(now)
    is_locked = lockout.remaining_ms(now) > 0
    with store.atomic():
        lockout = _told(store, staff_id, lockout)
        store.pin_tries.note(row, lockout if is_locked else lockout.tried(now))
    return lockout.refusal(now) if is_locked else _Try(row, pepper)


def _was_wrong(store: StationStore, *, row: StaffRow) -> Refusal:
    """Say how many tries are left, or how long the wait is that begins now: then an entry says so."""
    lockout, now = store.pin_tries.of(row), store.time.reading()
    if not lockout.is_told:
        with store.atomic():
            store.pin_tries.note(row, _told(store, row.staff_id, lockout))
        store.note_mark()  # an older copy of the journal, with tries left, is found out from here on
    return lockout.refusal(now)


def _was_right(store: StationStore, *, row: StaffRow, found: SignedIn, before: SignedIn | None) -> None:
    ended = [] if before is None else [_shift(store, before, END)]
    with store.atomic():
        store.pin_tries.note(row, Lockout(), seen_ms=store.now_ms())
        store.journal.append([*ended, _shift(store, found, BEGIN)])


def _was_proven(store: StationStore, *, row: StaffRow) -> Reading:
    """Give all tries back; return the moment."""
    with store.atomic():
        store.pin_tries.note(row, Lockout(), seen_ms=store.now_ms())
    return store.time.reading()


def _told(store: StationStore, staff_id: str, lockout: Lockout) -> Lockout:
    """Record a wait that no entry tells of yet: a station may have ended right after the last try."""
    if lockout.is_told:
        return lockout
    told = {
        "store": store.device.store_id,
        "t_eff": store.now_ms(),
        "staff": staff_id,
        "locks": lockout.locks,
        "wait_s": lockout.wait_ms // SECOND_MS,
    }
    store.journal.append([Draft(PIN_LOCK, told)])
    return replace(lockout, is_told=True)


def _shift(store: StationStore, who: SignedIn, what: str) -> Draft:
    moment = {"store": store.device.store_id, "t_eff": store.now_ms()}
    return Draft(SHIFT, {**moment, "staff": who.staff_id, "what": what})
