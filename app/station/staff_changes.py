"""What a manager does about the staff at a station, with a line or without one: emergency PINs, and suspensions.

Head office is master of who works in a store. What is done here counts on this station with the commit that records it,
and is an entry that head office takes over; the store's other stations hear of it from there. Of two changes to one
person the later at head office stands. Who may do what:

- An emergency PIN is for a cashier. A manager's PIN signs approvals: whoever could set it could sign in their name.
- Anybody can be suspended but the one who approves it, so that somebody stays who can sign in.
- Only head office lets somebody back.
"""

from base64 import b64encode
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from app.core.approvals import Approval
from app.core.codes import badge
from app.core.entry import STAFF_CHANGE
from app.core.keyset import PublicKey
from app.core.pepper import pepper_name
from app.core.pins import SALT_SIZE, PinObvious, PinTooWeak, Role, check_pin, hash_pin, secret_of
from app.core.sealed import seal
from app.core.staff_change import PIN, SUSPEND, EmergencyPin, may_be_given_pin, pin_info, write_pin
from app.failpoints import failpoint
from app.ids import new_secret
from app.station.approval import ApprovalOver, use
from app.station.keyset import box_key
from app.station.staff import Run
from app.store.journal import Draft
from app.store.people import StaffRow
from app.store.staff_words import changed
from app.store.store import StationStore


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the store's staff, as a manager sees them on this station. Moments are UTC milliseconds, 0 for none.

    `waits_ms`: how long no PIN of theirs is looked at. `seen_ms`: when their PIN was last right here. `pin_given_ms`,
    `is_suspended`: what was done here and head office has not taken in yet. `badge`: the text of their badge's code.
    """

    staff_id: str
    name: str
    role: Role
    badge: str
    waits_ms: int = 0
    seen_ms: int = 0
    pin_given_ms: int = 0
    is_suspended: bool = False


class NotChanged(Enum):
    """Why nothing was changed: a code, and a sentence for the manager. Nothing was recorded."""

    GONE = "gone", "They don't work here any more."
    OF_A_MANAGER = "of_a_manager", "Only head office sets a manager's PIN."
    OWN = "own", "Nobody can suspend themselves. Another manager or head office can."
    DIGITS = "pin_digits", "A cashier's PIN has 4 to 12 digits and nothing else."
    OBVIOUS = "pin_obvious", "This PIN is one of the first that anybody would try. Choose another."
    NO_KEY = (
        "no_box_key",
        "Head office has sent this station no key to seal a PIN with. Ask head office to set it.",
    )
    NO_PEPPER = "no_pepper", "This station can check no PIN now. Let it reach head office first."

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a PIN is hashed and sealed with."""

    pepper: bytes
    key: PublicKey
    store_id: str


def colleagues(store: StationStore) -> tuple[Colleague, ...]:
    """Return everybody who works in the store, by name, those who are suspended too. On the store's thread."""
    reading, seen = store.time.reading(), store.pin_tries.seen()
    found = []
    for told, word in store.people.told():
        row = told if word is None else changed(told, word) or told
        found.append(
            Colleague(
                staff_id=row.staff_id,
                name=row.name,
                role=Role(row.role),
                badge=badge(row.staff_id),
                waits_ms=store.pin_tries.of(row).resumed(reading).remaining_ms(reading),
                seen_ms=seen.get(row.staff_id, 0),
                pin_given_ms=word.at_ms if word is not None and word.pin is not None else 0,
                is_suspended=word is not None and word.pin is None,
            )
        )
    return tuple(found)


def pin_given(staff_id: str) -> str:
    """Return how an approval names that somebody gets an emergency PIN."""
    return f"pin_given:{staff_id}"


def suspended(staff_id: str) -> str:
    """Return how an approval names that somebody is suspended."""
    return f"suspended:{staff_id}"


def is_unfit(pin: str) -> NotChanged | None:
    """Return why it can be no cashier's PIN, None where it can."""
    try:
        check_pin(pin, Role.CASHIER)
    except PinTooWeak as problem:
        return NotChanged.OBVIOUS if isinstance(problem, PinObvious) else NotChanged.DIGITS
    return None


def give_pin(
    run: Run, staff_id: str, pin: str, approval: Approval, *, cashier: str = ""
) -> NotChanged | None:
    """Give a cashier an emergency PIN, which is theirs from the commit on. None: it is done.

    Call it on any thread but the store's, which `run` calls: hashing takes some 22 ms. Raises `ApprovalOver` or a
    `StoreFault`, and then nothing was recorded.
    """
    ready: _Ready | NotChanged = run(partial(_ready, staff_id=staff_id))
    if isinstance(ready, NotChanged):
        return ready
    if (unfit := is_unfit(pin)) is not None:
        return unfit
    secret = secret_of(ready.pepper, staff_id=staff_id, pin=pin)
    record = EmergencyPin(hash_pin(secret, salt=new_secret(SALT_SIZE)), pepper_name(ready.pepper))
    box = seal(ready.key.public, write_pin(record), info=pin_info(store=ready.store_id, staff_id=staff_id))
    said = {"what": PIN, "kid": ready.key.kid, "box": b64encode(box).decode("ascii")}
    failpoint("pin_hashed")
    done: NotChanged | None = run(
        partial(_give, staff_id=staff_id, approval=approval, cashier=cashier, said=said, record=record)
    )
    return done


def suspend(
    store: StationStore, staff_id: str, approval: Approval, *, cashier: str = ""
) -> NotChanged | None:
    """Let somebody sign in no more, from the commit on. None: it is done; once more is no harm. On the store's thread.

    Raises `ApprovalOver` or a `StoreFault`, and then nothing was recorded.
    """
    row = store.people.find(staff_id)
    if row is None:
        is_done = store.replica.people.find(staff_id) is not None
        return None if is_done else NotChanged.GONE
    if staff_id == approval.approver:
        return NotChanged.OWN
    action = suspended(staff_id)
    _record(store, row, approval, action=action, cashier=cashier, said={"what": SUSPEND}, record=None)
    return None


def _ready(store: StationStore, *, staff_id: str) -> _Ready | NotChanged:
    row, pepper, key = store.people.find(staff_id), store.pepper, box_key(store.replica)
    if row is None:
        return NotChanged.GONE
    if not may_be_given_pin(row.role):
        return NotChanged.OF_A_MANAGER
    if pepper is None:
        return NotChanged.NO_PEPPER
    return NotChanged.NO_KEY if key is None else _Ready(pepper, key, store.device.store_id)


def _give(
    store: StationStore,
    *,
    staff_id: str,
    approval: Approval,
    cashier: str,
    said: dict[str, Any],
    record: EmergencyPin,
) -> NotChanged | None:
    ready = _ready(store, staff_id=staff_id)  # a sync may have come in between
    if isinstance(ready, NotChanged):
        return ready
    if pepper_name(ready.pepper) != record.pepper:
        return NotChanged.NO_PEPPER
    row = store.people.find(staff_id)
    assert row is not None, "they were found just now"
    action = pin_given(staff_id)
    _record(store, row, approval, action=action, cashier=cashier, said=said, record=record)
    return None


def _record(
    store: StationStore,
    row: StaffRow,
    approval: Approval,
    *,
    action: str,
    cashier: str,
    said: dict[str, Any],
    record: EmergencyPin | None,
) -> None:
    """Record a change and let it count here, both or neither."""
    approver = store.people.find(approval.approver)
    if approver is None or approver.role != Role.MANAGER:
        raise ApprovalOver  # they were one when they approved it
    now_ms = store.now_ms()
    who = {"store": store.device.store_id, "t_eff": now_ms, "cashier": cashier, "staff": row.staff_id}
    told = store.replica.people.find(row.staff_id)
    assert told is not None, "nobody is here whom head office didn't tell of"
    with store.atomic():
        used = use(store, approval, action=action)
        (entry,) = store.journal.append([Draft(STAFF_CHANGE, {**who, **said, **used})])
        store.staff_words.keep(told, seq=entry.seq, at_ms=now_ms, pin=record)
        failpoint("staff_change_mid_tx")
    store.note_mark()  # an older copy of the journal, without it, is found out from here on
