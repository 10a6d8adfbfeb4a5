"""Cases: one for each entry whose verdict a person must look at. Opened here; what people do with them: see desk.

Those about a device itself are in device_cases. Each has an owner, who is to look: the store where its own people can
tell (a voucher used twice between two shops), head office where the store itself may be the trouble (something
differs, something can't be read).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from hq.feed import take_numbers
from hq.journal.case_tables import case, case_event
from hq.rows import insert_rows, storable
from hq.webhooks.outbox import Event, Kind, announce_events
from sync.protocol import Flag

COUNTER = "case"
OPEN, CLOSED = "open", "closed"
POSTED, CORRECTED = "posted", "corrected"  # events, beside CLOSED
HEAD_OFFICE = "head office"
HQ_ITSELF = "HQ"  # who did something with a case, where no person did
FOR_THE_STORE = frozenset({Flag.COUPON_TWICE, Flag.RULE_STALE, Flag.PIN_LOCKED, Flag.LATE})
WHO_LENGTH_MAX = 60
DETAIL_LENGTH_MAX = 2_000  # enough to see what is wrong; the entry itself is kept whole


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case is about; `amount` is what the entry gave away, in minor units or points of `unit`."""

    seq: int
    flags: str
    detail: str
    amount: int = 0
    unit: str = ""


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
            "owner": _owner(each.flags.split(), store),
            "amount": each.amount,
            "unit": each.unit,
        }
        for each in found
    ]
    insert_rows(connection, case, rows)
    place = {"device": device, "store": store}
    opened = [
        Event(
            Kind.EXCEPTION_OPENED,
            {
                **place,
                "case": names[each.seq],
                "flags": each.flags.split(),
                "amount": each.amount,
                "unit": each.unit,
            },
        )
        for each in found
    ]
    announce_events(connection, opened, now_ms=now_ms)
    return names


def add_event(connection: Connection, case_id: str, what: str, *, who: str, note: str, now_ms: int) -> None:
    """Add to a case what was done with it."""
    before = select(func.count()).where(case_event.c.case_id == case_id)
    connection.execute(
        insert(case_event),
        {
            "case_id": case_id,
            "n": connection.execute(before).scalar_one() + 1,
            "what": what,
            "who": storable(who)[:WHO_LENGTH_MAX],
            "note": storable(note)[:DETAIL_LENGTH_MAX],
            "at_ms": now_ms,
        },
    )


def set_state(connection: Connection, case_id: str, state: str) -> None:
    """Copy what the newest event means to where open cases are looked for."""
    connection.execute(update(case).where(case.c.case_id == case_id).values(state=state))


def tell_case(connection: Connection, case_id: str, flags: Sequence[str], *, store: str) -> None:
    """Change what a case is about, and with it who is to look."""
    told = {"flags": " ".join(flags), "owner": _owner(flags, store)} if flags else {}
    if told:
        connection.execute(update(case).where(case.c.case_id == case_id).values(told))


def _owner(flags: Sequence[str], store: str) -> str:
    return store if FOR_THE_STORE.issuperset(flags) else HEAD_OFFICE
