"""Judging entries again that were set aside: by a person's word, and by HQ itself once it can read more than before.

They go the way of new entries (see intake), with the same judge and the same books, so that each has at most one set of
postings. The entry and HQ's first word on it stay as they are; what changes is said in a later word (see words).
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, tuple_, update
from sqlalchemy.exc import OperationalError

from app.core.chain import ChainOwner
from hq.authority.settling import settle
from hq.faults import HqFault
from hq.feed import VERDICT, Change, announce
from hq.home import Hq
from hq.journal.carried import BRANCH
from hq.journal.case_tables import case
from hq.journal.cases import CLOSED, HQ_ITSELF, OPEN, POSTED, add_event, set_state
from hq.journal.intake import counter_changes, post, read_here
from hq.journal.judge import EDITION, JUDGES
from hq.journal.judgement import Judgement
from hq.journal.opening_books import open_books
from hq.journal.patience import judge_each
from hq.journal.receipt import Receipt
from hq.journal.reviewing import review
from hq.journal.store import Kept
from hq.journal.words import KEY_LENGTH_MAX, Word, key_of, newest_words, say
from hq.members.enrolling import enter_members
from hq.rows import upsert
from hq.signed_time import vouches_for_time
from hq.staff.changing import change_staff
from hq.stores.devices import read_device
from hq.tables import document, journal, meta
from sync.protocol import Flag, Verdict

log = logging.getLogger(__name__)

PART = 200  # entries of a transaction: stations' pushes go in between
MAY_PASS = (
    Flag.UNKNOWN_TYPE,
    Flag.UNPARSABLE,
    Flag.UNKNOWN_PROGRAM,
    Flag.NO_SUCH_ORDER,
)  # with a newer program of ours, or of the scheme
PROGRESS = "judged_again"  # in `meta`: by which program, and how far


def judge_again(
    hq: Hq,
    connection: Connection,
    place: ChainOwner,
    numbers: Sequence[int],
    *,
    who: str,
    note: str,
    trial: str,
) -> tuple[list[Word], int]:
    """Judge those of a device's entries that are set aside; return the words on those that were posted now.

    And the last of the numbers that is settled: not all are, where judging them takes too long. `trial` names this
    attempt, so that an entry which HQ died of is tried once more in each.
    """
    owner = ChainOwner(place.device_id.partition(BRANCH)[0], place.epoch)
    device = read_device(connection, owner.device_id, for_update=True)
    if device is None:
        return [], numbers[-1]
    held = _set_aside(connection, place, numbers)
    entries = [read_here(row.body, owner, row.seq) for row in held]
    books = open_books(hq, connection, place, entries, store=device.store)
    books.taken_ids -= {row.entry_id for row in held}
    if held and vouches_for_time(
        hq
    ):  # all that is left of their pushes: nothing in them can have been made later
        books.receipt = Receipt(max(row.received_ms for row in held), boot="", boot_ms=0)
    with hq.watch.batch(place, [row.seq for row in held], trial=trial) as watched:
        words, books = judge_each(entries, books, watched=watched)
    last = numbers[-1] if len(words) == len(held) else held[len(words) - 1].seq
    held, entries = held[: len(words)], entries[: len(words)]
    kept = [
        Kept(row.seq, row.hash, row.body, entry, word)
        for row, entry, word in zip(held, entries, words, strict=True)
        if word.verdict is not Verdict.QUARANTINED
    ]
    now_ms = hq.clock.now_ms()
    entered = enter_members(connection, place, kept, {}, store=device.store, now_ms=now_ms)
    changed = change_staff(hq, connection, entered.kept, store=device.store, is_late=True)
    settled = settle(hq, connection, place, changed.kept, books, now_ms=now_ms)
    kept = settled.kept
    changes = entered.changes + review(connection, settled.doubts, now_ms=now_ms)
    changes += post(connection, place, kept, books, now_ms=now_ms)
    changes += counter_changes(connection, settled)
    names = {row.seq: row.case_id for row in held}
    said = [Word(each.seq, each.judgement.verdict, each.judgement.flags, names[each.seq]) for each in kept]
    for each, word in zip(kept, said, strict=True):
        _name_entry(connection, place, each)
        say(connection, place, word, now_ms=now_ms)
        _note_case(connection, word, each.judgement, who=who, note=note, now_ms=now_ms)
    announce(connection, changes + _news(owner, place, said, store=device.store))
    return said, last


def judge_all_again(hq: Hq, *, is_over: Callable[[], bool] = lambda: False) -> int:
    """Judge once more what was set aside, if this program may know better than the last. Returns how many passed.

    In parts, each a transaction of its own that also notes how far it came, so that a start that was cut off goes on.
    """
    edition = _edition(hq)
    passed = 0
    while not is_over():
        found = _next_in_any_way(hq, edition)
        if found is None:
            break
        passed += found
    if passed:
        log.info("%s entries that were set aside could be posted", passed)
    return passed


def _next_in_any_way(hq: Hq, edition: str) -> int | None:
    """Judge the next part; where something makes that fail, its first entry alone; and leave that one if need be."""
    ways = (
        partial(_next_part, hq, edition=edition, most=PART),
        partial(_next_part, hq, edition=edition, most=1),
    )
    for way in ways:
        try:
            return hq.database.write(way)
        except (HqFault, OperationalError):
            raise  # the database: another time
        except Exception:  # outermost: of one part, so that what one entry breaks does not stop all behind it
            log.info("entries that were set aside could not be judged again", exc_info=True)
    return hq.database.write(partial(_next_part, hq, edition=edition, most=0))


def _next_part(hq: Hq, connection: Connection, *, edition: str, most: int) -> int | None:
    """Judge the next entries of one device, at most so many; return how many passed, or None at the end.

    With `most` 0 the next entry is left as it is.
    """
    after = _progress(connection, edition)
    if after is None:
        return None
    part = _next_cases(connection, after)
    if not part:
        _note_progress(connection, edition, None)
        return None
    place = ChainOwner(part[0].device, part[0].epoch)
    numbers = [row.seq for row in part if (row.device, row.epoch) == (place.device_id, place.epoch)]
    numbers = numbers[: max(most, 1)]
    if not most:
        _note_progress(connection, edition, (place.device_id, place.epoch, numbers[0]))
        return 0
    note, trial = "judged again by a newer HQ", hashlib.sha256(edition.encode("utf-8")).hexdigest()[:12]
    said, last = judge_again(hq, connection, place, numbers, who=HQ_ITSELF, note=note, trial=trial)
    _note_progress(connection, edition, (place.device_id, place.epoch, last))
    return len(said)


def _next_cases(connection: Connection, after: tuple[str, int, int]) -> Sequence[Any]:
    at = tuple_(case.c.device, case.c.epoch, case.c.seq)
    return connection.execute(
        select(case.c.device, case.c.epoch, case.c.seq)
        .where(case.c.state == OPEN, case.c.flags.in_(MAY_PASS), at > after)
        .order_by(case.c.device, case.c.epoch, case.c.seq)
        .limit(PART)
    ).all()


def _edition(hq: Hq) -> str:
    """Name what decides whether an entry can be judged: our own code, and the programs that HQ holds."""
    programs = select(func.count()).where(document.c.kind == "program")
    with hq.database.reading() as connection:
        held = connection.execute(programs).scalar_one()
    return f"{EDITION} {','.join(sorted(JUDGES))} {held}"


def _progress(connection: Connection, edition: str) -> tuple[str, int, int] | None:
    """Return after which entry to go on, or None when this edition is through."""
    kept = connection.execute(select(meta.c.v).where(meta.c.k == PROGRESS)).scalar_one_or_none() or ""
    of, _, place = kept.partition("|")
    if of != edition:
        return "", 0, 0
    if not place:
        return None
    device_id, epoch, seq = place.rsplit(" ", 2)
    return device_id, int(epoch), int(seq)


def _note_progress(connection: Connection, edition: str, place: tuple[str, int, int] | None) -> None:
    value = f"{edition}|" + ("" if place is None else " ".join(map(str, place)))
    upsert(connection, meta, [{"k": PROGRESS, "v": value}], changes=("v",))


def _set_aside(connection: Connection, place: ChainOwner, numbers: Sequence[int]) -> list[Any]:
    """Return those of the entries on which HQ's newest word is that they are quarantined, in order."""
    if not numbers:
        return []
    first, last = min(numbers), max(numbers)
    later = newest_words(connection, place, first=first, last=last)
    statement = (
        select(journal)
        .where(journal.c.device == place.device_id, journal.c.epoch == place.epoch)
        .where(journal.c.seq.between(first, last), journal.c.verdict == Verdict.QUARANTINED.value)
        .order_by(journal.c.seq)
    )
    wanted = set(numbers)
    return [
        row
        for row in connection.execute(statement)
        if row.seq in wanted and (row.seq not in later or later[row.seq].verdict == Verdict.QUARANTINED)
    ]


def _name_entry(connection: Connection, place: ChainOwner, each: Kept) -> None:
    """Keep the id of an entry whose body could not be read before, so that no other can have it."""
    if each.entry is not None:
        connection.execute(
            update(journal)
            .where(journal.c.device == place.device_id, journal.c.epoch == place.epoch)
            .where(journal.c.seq == each.seq, journal.c.entry_id.is_(None))
            .values(entry_id=each.entry.entry_id)
        )


def _note_case(
    connection: Connection, word: Word, judgement: Judgement, *, who: str, note: str, now_ms: int
) -> None:
    """Note in the case that its entry is posted. That closes it unless there is something to look at."""
    if word.case is None:
        return
    details = "; ".join(text for text in (note, " ".join(word.flags), judgement.detail) if text)
    add_event(connection, word.case, POSTED, who=who, note=details, now_ms=now_ms)
    set_state(connection, word.case, CLOSED if word.verdict == Verdict.POSTED else OPEN)


def _news(owner: ChainOwner, place: ChainOwner, said: Sequence[Word], *, store: str) -> list[Change]:
    """Return the words that a station hears of: those on entries in their own place, which no branch's are."""
    if place != owner:
        return []
    keys = [key_of(owner, word.seq) for word in said]
    return [Change(store, VERDICT, key) for key in keys if len(key) <= KEY_LENGTH_MAX]
