"""Leases that entries name which HQ has set aside: nobody knows yet whether those will be posted.

Until people have decided, what they took of a lease is given to nobody else.
"""

from sqlalchemy import Connection, exists, select

from hq.authority.judging import rights_of
from hq.db import NAMES_AT_ONCE
from hq.journal.carried import entry_inside
from hq.journal.case_tables import case
from hq.journal.cases import OPEN
from hq.tables import journal, later_verdict
from sync.protocol import Verdict


def leases_undecided(connection: Connection, device_id: str) -> frozenset[str]:
    """Return the leases that a device's quarantined entries name whose cases are open; carried ones are read, too."""
    is_decided = exists().where(
        later_verdict.c.device == journal.c.device,
        later_verdict.c.epoch == journal.c.epoch,
        later_verdict.c.seq == journal.c.seq,
        later_verdict.c.verdict != Verdict.QUARANTINED.value,
    )
    statement = (
        select(journal.c.body)
        .join(case, case.c.case_id == journal.c.case_id)
        .where(case.c.state == OPEN, case.c.device == device_id)
        .where(journal.c.verdict == Verdict.QUARANTINED.value, ~is_decided)
    )
    named: set[str] = set()
    with connection.execute(statement.execution_options(yield_per=NAMES_AT_ONCE)) as bodies:
        for body in bodies.scalars():
            entry = entry_inside(body)
            if entry is not None:
                named |= {name for auth in rights_of(entry) for name, _ in auth.leases}
    return frozenset(named)
