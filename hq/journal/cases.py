"""Cases: one for each entry whose verdict a person must look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from hq.feed import take_numbers
from hq.rows import insert_rows, storable
from hq.tables import case

COUNTER = "case"
OPEN = "open"
DETAIL_LENGTH_MAX = 2_000  # enough to see what is wrong; the entry itself is kept whole


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case is about."""

    seq: int
    flags: str
    detail: str


def open_cases(
    connection: Connection, found: Sequence[NewCase], *, device: str, epoch: int, store: str, now_ms: int
) -> dict[int, str]:
    """Open a case for each and return their names (`C-91`) by seq."""
    if not found:
        return {}
    end = take_numbers(connection, COUNTER, len(found))
    names = {each.seq: f"C-{n}" for n, each in enumerate(found, start=end - len(found) + 1)}
    rows = [
        {
            "case_id": names[each.seq],
            "device": device,
            "epoch": epoch,
            "seq": each.seq,
            "store": store,
            "flags": each.flags,
            "detail": storable(each.detail)[:DETAIL_LENGTH_MAX],
            "state": OPEN,
            "opened_ms": now_ms,
        }
        for each in found
    ]
    insert_rows(connection, case, rows)
    return names
