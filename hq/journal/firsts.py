"""What must be posted before something else: without its order a redemption can't be decided again.

Only what waits for a person counts. What was decided, one way or the other, is in nobody's way.
"""

from sqlalchemy import Connection, select

from app.core.chain import ChainOwner
from app.core.entry import ORDER, REDEEM, REFUSE, SALVAGED
from hq.journal.carried import entry_inside
from hq.journal.case_tables import case
from hq.journal.cases import OPEN
from hq.journal.held import HeldPush, HeldState, hashes_of, read_request, to_listed
from hq.journal.held_tables import held_push
from hq.journal.store import is_anywhere, read_orders
from hq.tables import journal
from sync.protocol import PushRequest, Verdict

LOOKED_AT_MAX = 1_000  # entries before it: a redemption comes right behind its order


def case_before(connection: Connection, place: ChainOwner, seq: int) -> str | None:
    """Return the open case of the order that the redemption at this place belongs to, if that is not posted yet."""
    of = journal.c.device == place.device_id, journal.c.epoch == place.epoch
    body = connection.execute(select(journal.c.body).where(*of, journal.c.seq == seq)).scalar_one()
    entry = entry_inside(body)
    if entry is None or entry.type not in (REDEEM, REFUSE):
        return None
    order_id = entry.data.get("order_id")
    if not isinstance(order_id, str) or "\x00" in order_id:
        return None  # judging it says so
    if read_orders(connection, ChainOwner(entry.device_id, entry.epoch), [order_id]):
        return None
    statement = (
        select(journal.c.body, journal.c.case_id)
        .join(case, case.c.case_id == journal.c.case_id)
        .where(*of, journal.c.seq < seq, journal.c.type.in_((ORDER, SALVAGED)), case.c.state == OPEN)
        .where(journal.c.verdict == Verdict.QUARANTINED.value)
        .order_by(journal.c.seq.desc())
        .limit(LOOKED_AT_MAX)
    )
    for row in connection.execute(statement):
        order = entry_inside(row.body)
        if order is not None and order.type == ORDER and order.data.get("order_id") == order_id:
            name: str = row.case_id
            return name
    return None


def held_before(connection: Connection, found: HeldPush, request: PushRequest) -> HeldPush | None:
    """Return the held push that this one goes on from, if nobody has decided about it and it is needed."""
    there = is_anywhere(ChainOwner(found.device_id, found.epoch))
    before = there & (journal.c.seq == request.from_seq - 1) & (journal.c.hash == request.prev_hash)
    if connection.execute(select(journal.c.seq).where(before)).first():
        return None
    statement = select(held_push).where(
        held_push.c.device == found.device_id,
        held_push.c.epoch == found.epoch,
        held_push.c.from_seq < request.from_seq,
        held_push.c.to_seq >= request.from_seq - 1,
        held_push.c.state == HeldState.HELD.value,
    )
    for row in connection.execute(statement.order_by(held_push.c.from_seq)):
        if request.prev_hash in hashes_of(read_request(row.body)):
            return to_listed(row)
    return None
