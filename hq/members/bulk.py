"""Many members at once, each by itself: in a few transactions, since each one waits for the disk."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hq.access.actor import Actor
from hq.faults import HqFault, NotPossible
from hq.home import Hq
from hq.members.attributes import Side
from hq.members.keeping import Put, Said, put_in

MEMBERS_A_TIME = 50  # in one transaction: other writers wait for it


def put_members(hq: Hq, actor: Actor, members: Sequence[Said], *, side: Side) -> list[Put | HqFault]:
    """Add or change members, and return what came of each. What is wrong with one stops no other. Raises `Busy`."""
    found: list[Put | HqFault] = []
    for start in range(0, len(members), MEMBERS_A_TIME):
        some = members[start : start + MEMBERS_A_TIME]
        found += hq.database.write(partial(_put_some, hq, actor=actor, members=some, side=side))
    return found


def _put_some(
    hq: Hq, connection: Connection, *, actor: Actor, members: Sequence[Said], side: Side
) -> list[Put | HqFault]:
    return [_put(hq, connection, actor, said, side) for said in members]


def _put(hq: Hq, connection: Connection, actor: Actor, said: Said, side: Side) -> Put | HqFault:
    try:
        with connection.begin_nested():
            return put_in(hq, connection, actor=actor, said=said, side=side)
    except IntegrityError:
        return NotPossible("Another member has that number.")
    except HqFault as fault:
        if fault.status >= 500:
            raise
        return fault
