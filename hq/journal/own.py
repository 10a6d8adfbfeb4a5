"""HQ's own chain: what people at head office do to the books, as entries beside those of stations.

Its device is `hq`, which no station can be. An entry has no more signature than its hash on the one before: it never
leaves HQ. What somebody typed as a reason stands in the audit and not here, since an entry stays for ever.
"""

from typing import Any

from sqlalchemy import Connection, insert, select

from app.core.chain import ChainOwner, genesis, next_hash
from app.core.entry import Entry, write_entry
from app.ids import new_id
from hq.db import Whole, hold_whole
from hq.tables import journal
from sync.protocol import Verdict

OWNER = ChainOwner("hq", 1)
ADJUST = "adjust"  # points given or taken: {member, points, t_eff}
CREDIT = "credit"  # money given to a wallet or taken: {member, amount, currency, t_eff}
PAST_REDEEM = "past_redeem"  # a redemption for an order of the past: see hq/redemptions
START = genesis(OWNER, bytes(32)).hash


def append_own(connection: Connection, kind: str, data: dict[str, Any], *, now_ms: int) -> tuple[int, str]:
    """Write an entry of HQ's own down and return its number and id. Two at once get their numbers one by one.

    Whoever calls holds members and vouchers before, and counters behind it.
    """
    hold_whole(connection, Whole.OWN_CHAIN)
    newest = select(journal.c.seq, journal.c.hash).where(
        journal.c.device == OWNER.device_id, journal.c.epoch == OWNER.epoch
    )
    last = connection.execute(newest.order_by(journal.c.seq.desc()).limit(1)).one_or_none()
    seq, before = (1, START) if last is None else (last.seq + 1, bytes(last.hash))
    entry_id = new_id()
    body = write_entry(
        Entry(OWNER.device_id, OWNER.epoch, seq, entry_id, kind, now_ms, "0" * 32, 0, "anchored", data)
    )
    row = {
        "device": OWNER.device_id,
        "epoch": OWNER.epoch,
        "seq": seq,
        "entry_id": entry_id,
        "type": kind,
        "body": body,
        "hash": next_hash(before, body),
        "received_ms": now_ms,
        "verdict": Verdict.POSTED.value,
        "flags": "",
        "case_id": None,
    }
    connection.execute(insert(journal), row)
    return seq, entry_id
