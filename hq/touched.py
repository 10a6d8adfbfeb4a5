"""Members about whom something changed, until everybody who works out more from it has looked: segments and benefits.

Whoever changes something (an order is posted, an attribute set, an event heard of) writes the member down in the same
transaction, once for each reader. A reader works the member out anew and takes the row away in one transaction of its
own, so nothing is lost whenever HQ dies, and what changed meanwhile has left the row anew. Readers run on a thread of
their own (`Followers`), a moment after the change; that a push waits for none of it is the point.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, func, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite

from hq.beside import Beside
from hq.db import Whole, hold_whole
from hq.faults import HqFault
from hq.home import Hq
from hq.members.store import lock_members
from hq.rows import is_among, upsert
from hq.tables import member
from hq.touched_table import touched

log = logging.getLogger(__name__)

SEGMENTS, BENEFITS = "segments", "benefits"
READERS = (SEGMENTS, BENEFITS)
AT_ONCE = 200  # members of one transaction: others wait for their rows no longer than for a push
LOOK_S = 0.2  # between two looks: a purchase moves a member well within a second

Follow = Callable[[Hq, Connection, Sequence[str]], None]


def touch(connection: Connection, members: Collection[str], *, readers: Iterable[str] = READERS) -> None:
    """Write down that something about these members changed."""
    rows = [{"reader": reader, "member": ref} for reader in readers for ref in sorted(members)]
    upsert(connection, touched, rows, changes=("member",))


def touch_all(connection: Connection, reader: str) -> None:
    """Write down that something about every member changed for a reader: the rules it goes by did."""
    everybody = select(literal(reader), member.c.ref).where(true())
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(touched).from_select(["reader", "member"], everybody).on_conflict_do_nothing())


def waiting(hq: Hq, reader: str) -> int:
    """Return how many members a reader has yet to look at."""
    with hq.database.reading() as connection:
        found = select(func.count()).select_from(touched).where(touched.c.reader == reader)
        return int(connection.execute(found).scalar_one())


def follow(hq: Hq, reader: str, work: Follow, *, is_over: Callable[[], bool] = lambda: False) -> int:
    """Have a reader look at all members that wait for it; return how many there were."""
    looked = 0
    while not is_over():
        done: int = hq.database.write(lambda connection: _some(hq, connection, reader, work))
        looked += done
        if done < AT_ONCE:
            break
    return looked


def _some(hq: Hq, connection: Connection, reader: str, work: Follow) -> int:
    of_reader = select(touched.c.member).where(touched.c.reader == reader).order_by(touched.c.member)
    members = list(connection.execute(of_reader.limit(AT_ONCE)).scalars())
    if members:
        # Held first, as by whoever changes them: what is written down from now on waits, and is not taken away unseen.
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        lock_members(connection, members)
        gone = delete(touched).where(touched.c.reader == reader, is_among(touched.c.member))
        connection.execute(gone, {"names": members})
        work(hq, connection, members)
    return len(members)


class Followers(Beside):
    """The thread on which readers look, while HQ serves."""

    def __init__(self, hq: Hq, readers: dict[str, Follow]) -> None:
        """Work on this HQ for these readers, once it is started."""
        self._hq, self._readers = hq, readers
        super().__init__("followers")

    def _loop(self) -> None:
        while not self._stopping.wait(LOOK_S):
            for reader, work in self._readers.items():
                try:
                    follow(self._hq, reader, work, is_over=self._stopping.is_set)
                except HqFault as fault:
                    log.info("%s wait: %s", reader, fault)
                except Exception:  # outermost: of this thread. The next look may go better
                    log.exception("%s could not be brought up to date", reader)
