"""Boxes that come after their entry: the data is kept then, and the flag that it lacks is taken back.

So it is where an entry was set aside and posted later, or the station sent its box once more because an answer was
lost. A transaction of its own behind the push: what it has done stays done, and asking again does nothing.
"""

import logging
from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError

from hq.authority.settling import Doubt
from hq.db import NAMES_AT_ONCE, Whole, hold_whole
from hq.faults import HqFault
from hq.feed import MEMBER, Change, announce
from hq.home import Hq
from hq.journal.reviewing import review
from hq.members.boxes import Opened
from hq.members.closed import closed_refs
from hq.members.contacts import store_personal
from hq.members.enrolling import AWAITED, KEPT, of_the_same
from hq.members.merged import survivor_of
from hq.members.store import lock_members, parts_of, read_scopes
from hq.members.tables import enrolment
from hq.rows import is_among
from hq.stores.devices import read_device
from sync.protocol import BoxAnswer, BoxWord, Flag

log = logging.getLogger(__name__)

STATES = select(enrolment.c.member, enrolment.c.box_hash, enrolment.c.state).where(
    is_among(enrolment.c.member)
)
CAME_LATER = "what they said of themselves came later"


def settle_boxes(hq: Hq, boxes: Mapping[str, Opened]) -> list[BoxAnswer]:
    """Say of each box what became of it, and keep what is in those that come late. None: ask again another time."""
    if not boxes:
        return []
    with hq.database.reading() as connection:
        closed = closed_refs(connection, boxes)
        states: dict[str, tuple[str, str]] = {}
        for some in parts_of(sorted(boxes), NAMES_AT_ONCE):
            rows = connection.execute(STATES, {"names": some})
            states.update((row.member, (row.box_hash, row.state)) for row in rows)
    answers = []
    for ref, opened in boxes.items():
        try:
            word = BoxWord.ERASED if ref in closed else _word(hq, opened, *states.get(ref, (None, "")))
        except (HqFault, OperationalError):
            raise  # the station may ask again
        except Exception:  # outermost: of one box, so that what it breaks keeps no answer to a push back
            log.exception("a box could not be kept", extra={"member": ref})
            continue
        if word is not None:
            answers.append(BoxAnswer(member=ref, word=word))
    return answers


def _word(hq: Hq, opened: Opened, box_hash: str | None, state: str) -> BoxWord | None:
    if box_hash is None or not opened.has_key:
        return None
    if state == KEPT:
        return BoxWord.KEPT
    if not opened.is_of(box_hash) or opened.said is None:
        return BoxWord.UNREADABLE
    return hq.database.write(partial(_keep, opened=opened, now_ms=hq.clock.now_ms()))


def _keep(connection: Connection, *, opened: Opened, now_ms: int) -> BoxWord | None:
    """Hold what is held in the order of all writers: the station, then members, cases and the feed."""
    ref = opened.member
    row = connection.execute(select(enrolment).where(enrolment.c.member == ref)).one_or_none()
    if row is None or opened.said is None:
        return None
    read_device(
        connection, row.device, for_update=True
    )  # of a branch there is none, and nobody else has a word on it
    hold_whole(connection, Whole.CLOSING, is_shared=True)
    hold_whole(connection, Whole.MEMBERS)
    mine = enrolment.c.member == ref, enrolment.c.state == AWAITED
    if not connection.execute(update(enrolment).where(*mine).values(state=KEPT)).rowcount:
        return None  # somebody was quicker, or erased them
    ref = survivor_of(connection, ref)
    lock_members(connection, [ref])
    same = of_the_same(ref, store_personal(connection, ref, opened.said, now_ms=now_ms))
    doubt = Doubt(tuple(flag for flag, _ in same), "; ".join((CAME_LATER, *(detail for _, detail in same))))
    place = row.device, row.epoch, row.seq
    changes = review(connection, {place: doubt}, about=frozenset({Flag.DATA_LACKS}), now_ms=now_ms)
    scopes = read_scopes(connection, [ref]).get(ref, {})
    announce(connection, [*changes, *(Change(scope, MEMBER, ref) for scope in sorted(scopes))])
    return BoxWord.KEPT
