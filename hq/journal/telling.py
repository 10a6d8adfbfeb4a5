"""HQ's word on entries that only tell something: nothing of them is decided again, and all are posted.

What follows from some of them is for others: who joined is entered by hq/members, what a manager changed about the
staff by hq/staff.
"""

from collections.abc import Callable
from dataclasses import replace

from msgspec import convert

from app.core.entry import (
    CLOCK_JUMP,
    ENROL,
    EPOCH_START,
    MODE_CHANGE,
    NOTED,
    OVERRIDE,
    PAIRING,
    PIN_LOCK,
    SCAN_DENIED,
    SHIFT,
    STAFF_CHANGE,
    Entry,
)
from hq.journal.judgement import Doubts, Judgement
from hq.journal.schemas import (
    ClockJumpData,
    DeniedData,
    EnrolData,
    EpochStartData,
    ModeChangeData,
    NotedData,
    OverrideData,
    PairingData,
    PinLockData,
    ShiftData,
    StaffChangeData,
)
from sync.protocol import Flag

Told = DeniedData | ClockJumpData | ShiftData | OverrideData | PairingData | NotedData | EpochStartData
Telling = Callable[[Entry, str], Judgement]  # of an entry and the store that its station stands in


def _told(form: type[Told]) -> Telling:
    """Return what judges entries of a form."""

    def judged(entry: Entry, store: str) -> Judgement:
        doubts = Doubts()
        doubts.elsewhere(convert(entry.data, form).store, store)
        return doubts.judgement()

    return judged


def _pin_lock(entry: Entry, store: str) -> Judgement:
    lock, doubts = convert(entry.data, PinLockData), Doubts()
    doubts.elsewhere(lock.store, store)
    detail = f"every try of the PIN of {lock.staff} was wrong, {lock.locks} times in a row: {lock.wait_s} s to wait"
    doubts.add(Flag.PIN_LOCKED, detail)
    return doubts.judgement()


def _enrol(entry: Entry, store: str) -> Judgement:
    """Let somebody be a member. What speaks against it is found where members are entered."""
    joined, doubts = convert(entry.data, EnrolData), Doubts()
    doubts.elsewhere(joined.store, store)
    return replace(doubts.judgement(), enrolled=joined)


def _mode_change(entry: Entry, store: str) -> Judgement:
    """Let somebody have trained. Whether they are of the store's staff is found where it is kept."""
    said, doubts = convert(entry.data, ModeChangeData), Doubts()
    doubts.elsewhere(said.store, store)
    return replace(doubts.judgement(), trained=said if said.walked and said.staff else None)


def _staff_change(entry: Entry, store: str) -> Judgement:
    """Let a manager have changed something. Whether HQ goes along is found where it would be taken over."""
    said, doubts = convert(entry.data, StaffChangeData), Doubts()
    doubts.elsewhere(said.store, store)
    return replace(doubts.judgement(), staff_change=said)


TELLING: dict[str, Telling] = {
    SCAN_DENIED: _told(DeniedData),
    CLOCK_JUMP: _told(ClockJumpData),
    SHIFT: _told(ShiftData),
    MODE_CHANGE: _mode_change,
    OVERRIDE: _told(OverrideData),
    PAIRING: _told(PairingData),
    NOTED: _told(NotedData),
    EPOCH_START: _told(EpochStartData),
    PIN_LOCK: _pin_lock,
    ENROL: _enrol,
    STAFF_CHANGE: _staff_change,
}
