"""Cases about a device itself, beside those about its entries: its records and HQ's have parted, and people decide.

Such a case names no entry (its number is 0) and belongs to head office. One is open for a device and epoch at a time.
A station that nobody sets up anew says the same with every sync, so what a person has closed is opened again for the
same reason after a day at the earliest.
"""

from enum import StrEnum

from sqlalchemy import Connection, func, select

from hq.console.texts import N_
from hq.journal.case_tables import case, case_event
from hq.journal.cases import OPEN, NewCase, open_cases
from hq.stores.devices import Device

NO_ENTRY = 0
QUIET_MS = 86_400_000


class Trouble(StrEnum):
    """Why people must look at a device; stands where an entry's case has its flags."""

    FORKED = "FORKED"
    ROLLED_BACK = "ROLLED_BACK"
    CHAIN_BROKEN = "CHAIN_BROKEN"


DETAILS = {  # stored in English, and shown in the language of whoever reads
    Trouble.FORKED: N_(
        "HQ was sent two histories of this station: it was copied or restored from a backup. Nothing of it is posted "
        "by itself. Look at `hq held list`, and set it up again by `hq enrol --device`"
    ),
    Trouble.ROLLED_BACK: N_(
        "this station says that it runs on an older copy of its records than HQ holds. Set it up again by "
        "`hq enrol --device`"
    ),
    Trouble.CHAIN_BROKEN: N_(
        "this station's records do not hold: they were damaged, or changed by somebody. What comes before the break "
        "is taken in. Set it up again by `hq enrol --device`"
    ),
}


def tell_of_device(connection: Connection, device: Device, trouble: Trouble, *, now_ms: int) -> None:
    """Open a case about a device, which the caller holds, unless people have been told already."""
    owner = device.owner
    of = case.c.device == owner.device_id, case.c.epoch == owner.epoch, case.c.seq == NO_ENTRY
    if connection.execute(select(case.c.case_id).where(*of, case.c.state == OPEN)).first():
        return
    closed_ms = select(func.max(case_event.c.at_ms)).join(case, case.c.case_id == case_event.c.case_id)
    latest_ms = connection.execute(closed_ms.where(*of, case.c.flags == trouble.value)).scalar_one()
    if latest_ms is not None and now_ms - latest_ms < QUIET_MS:
        return
    told = NewCase(NO_ENTRY, trouble.value, DETAILS[trouble])
    open_cases(
        connection, [told], device=owner.device_id, epoch=owner.epoch, store=device.store, now_ms=now_ms
    )
