"""Another word on entries that were posted before, since what came later changes what is to be said of them.

Which of two took what was no more there is a question of effective time (see hq/authority/settling.py); the entry that
has the flag may have come first. Its case is opened, changed or closed accordingly, and its station hears of it.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from app.core.chain import ChainOwner
from hq.authority.settling import BY_TIME, Doubt
from hq.feed import VERDICT, Change
from hq.journal.carried import BRANCH
from hq.journal.cases import (
    CLOSED,
    HQ_ITSELF,
    OPEN,
    NewCase,
    add_event,
    open_cases,
    set_state,
    tell_case,
)
from hq.journal.words import KEY_LENGTH_MAX, Word, key_of, newest_words, say
from hq.tables import device, journal
from sync.protocol import Flag, Verdict

FLAGGED = "flagged"  # what was done with a case


def review(
    connection: Connection,
    doubts: Mapping[tuple[str, int, int], Doubt],
    *,
    now_ms: int,
    about: frozenset[Flag] = BY_TIME,
) -> list[Change]:
    """Say what is now to be said of entries; return who has to hear of it. Flags that are not `about` it stay."""
    changes: list[Change] = []
    for (device_id, epoch, seq), doubt in sorted(doubts.items()):
        place = ChainOwner(device_id, epoch)
        before = _newest(connection, place, seq)
        others = tuple(flag for flag in before.flags if flag not in about)
        flags = tuple(dict.fromkeys((*others, *doubt.flags)))
        if set(flags) == set(before.flags):
            continue
        store = _store_of(connection, device_id)
        name = _note_case(connection, place, before, flags, doubt, store=store, now_ms=now_ms)
        verdict = Verdict.FLAGGED if flags else Verdict.POSTED
        say(connection, place, Word(seq, verdict, flags, name), now_ms=now_ms)
        key = key_of(place, seq)
        if BRANCH not in device_id and len(key) <= KEY_LENGTH_MAX:
            changes.append(Change(store, VERDICT, key))
    return changes


def _newest(connection: Connection, place: ChainOwner, seq: int) -> Word:
    later = newest_words(connection, place, first=seq, last=seq)
    if seq in later:
        return later[seq]
    statement = select(journal.c.verdict, journal.c.flags, journal.c.case_id).where(
        journal.c.device == place.device_id, journal.c.epoch == place.epoch, journal.c.seq == seq
    )
    row = connection.execute(statement).one()
    return Word(seq, row.verdict, tuple(row.flags.split()), row.case_id)


def _note_case(
    connection: Connection,
    place: ChainOwner,
    before: Word,
    flags: tuple[str, ...],
    doubt: Doubt,
    *,
    store: str,
    now_ms: int,
) -> str | None:
    """Open a case for an entry that had none; of one that has, note what is said now."""
    if before.case is None:
        new = NewCase(before.seq, " ".join(flags), doubt.detail, doubt.amount, doubt.unit)
        return open_cases(
            connection, [new], device=place.device_id, epoch=place.epoch, store=store, now_ms=now_ms
        )[before.seq]
    note = doubt.detail or "an entry that came later settles it"
    tell_case(connection, before.case, flags, store=store)
    add_event(connection, before.case, FLAGGED if flags else CLOSED, who=HQ_ITSELF, note=note, now_ms=now_ms)
    set_state(connection, before.case, OPEN if flags else CLOSED)
    return before.case


def _store_of(connection: Connection, device_id: str) -> str:
    of = device.c.device_id == device_id.partition(BRANCH)[0]
    found: str = connection.execute(select(device.c.store).where(of)).scalar_one()
    return found
