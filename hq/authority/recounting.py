"""An HQ that was put back from a backup has forgotten leases of the lost time, while stations still give by them.

Until it has heard of all of them it hands out nothing: no lease, and no reservation. It has heard of a device once
that asked for leases again and showed those that HQ didn't know (they are signed, so nobody can make one up), or once
an entry came that was made when the longest lease of the lost time had ended, or when a person has written it off.
Of one that was enrolled in the lost time HQ knows the name alone (hq/holders.py), and can't hear: there a person must.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, select

from app.core.chain import ChainOwner
from app.core.entry import ORDER, REDEEM, RETURN, VOID, EntryInvalid, read_entry
from app.core.keyset import KeyUse
from hq.authority.judging import leases_given_back, rights_of
from hq.authority.store import LeaseRow, head_time, insert_leases, lock_leases
from hq.authority.tables import recount
from hq.db import NAMES_AT_ONCE
from hq.keysets.store import all_keys
from hq.tables import device, journal
from sync.authority_wire import LeaseWire, lease_message
from sync.protocol import Verdict

LEASE_MS = 7 * 86_400_000  # how long a lease holds
A_DAY_MS = 86_400_000  # no clock of a station goes back further than this within an epoch
POSTED = (Verdict.POSTED.value, Verdict.FLAGGED.value)


def is_under_way(connection: Connection) -> bool:
    """Tell whether some device may hold leases that HQ doesn't know of."""
    for row in connection.execute(
        select(recount.c.device, recount.c.since_ms, device.c.epoch).join(
            device, device.c.device_id == recount.c.device, isouter=True
        )
    ):
        if (
            row.epoch is None
            or head_time(connection, ChainOwner(row.device, row.epoch)) < row.since_ms + LEASE_MS
        ):
            return True
    return False


def lost_devices(connection: Connection) -> dict[str, int]:
    """Return whom HQ waits for and knows nothing else of, and since when (UTC ms): enrolled in the lost time."""
    known = select(device.c.device_id)
    rows = connection.execute(
        select(recount).where(recount.c.device.not_in(known)).order_by(recount.c.device)
    )
    return {row.device: row.since_ms for row in rows}


def may_have_led(connection: Connection, store_id: str, *, since_ms: int) -> bool:
    """Tell whether HQ, put back after `since_ms`, waits for a device of a store, or for one that may be of any."""
    waits = select(recount.c.device).join(device, device.c.device_id == recount.c.device, isouter=True)
    is_there = device.c.store.is_(None) | (device.c.store == store_id)
    return (
        connection.execute(waits.where(is_there, recount.c.since_ms > since_ms).limit(1)).first() is not None
    )


def heard_of(connection: Connection, device_id: str) -> None:
    """Note that HQ knows all that a device holds."""
    connection.execute(delete(recount).where(recount.c.device == device_id))


def take_back(connection: Connection, shown: Iterable[LeaseWire], owner: ChainOwner) -> None:
    """Know leases again that a device shows, as far as HQ signed them for it.

    What is used of them its entries tell, of which those of the lost time may have come again before: a station pushes
    first.
    """
    keys = {key.kid: key.public for key in all_keys(connection) if key.use == KeyUse.SIGN}
    ours = {
        each.lease_id: each
        for each in shown
        if each.device == owner.device_id
        and each.epoch <= owner.epoch
        and _is_signed(each, keys.get(each.kid))
    }
    known = lock_leases(connection, ours)
    rows = [_row(each) for name, each in ours.items() if name not in known]
    for epoch in {row.owner for row in rows}:
        of_epoch = [row for row in rows if row.owner == epoch]
        used = _told(connection, epoch, since_ms=min(row.from_ms for row in of_epoch))
        for row in of_epoch:
            row.used = used[row.lease_id]
    insert_leases(connection, rows)


def _told(connection: Connection, owner: ChainOwner, *, since_ms: int) -> Counter[str]:
    """Return how much of each lease the entries tell that HQ has posted of an epoch, from a moment on."""
    used: Counter[str] = Counter()
    of_epoch = (journal.c.device == owner.device_id) & (journal.c.epoch == owner.epoch)
    giving = journal.c.type.in_([ORDER, REDEEM, VOID, RETURN]) & journal.c.verdict.in_(POSTED)
    statement = select(journal.c.body).where(of_epoch, giving).order_by(journal.c.seq.desc())
    with connection.execute(statement.execution_options(yield_per=NAMES_AT_ONCE)) as bodies:
        for body in bodies.scalars():
            try:
                entry = read_entry(body)
            except EntryInvalid:
                continue
            t_eff = entry.data.get("t_eff")
            if type(t_eff) is int and t_eff < since_ms - A_DAY_MS:
                break
            for auth in rights_of(entry):
                for name, units in auth.leases:
                    used[name] += units
            for name, units in leases_given_back(entry):
                used[name] -= units
    return used


def unknown(connection: Connection, held: Sequence[str]) -> list[str]:
    """Return those of the leases that HQ doesn't know."""
    known = lock_leases(connection, held)
    return [name for name in held if name not in known]


def _row(each: LeaseWire) -> LeaseRow:
    owner = ChainOwner(each.device, each.epoch)
    return LeaseRow(each.lease_id, each.scope, owner, each.units, 0, each.from_ms, each.until_ms)


def _is_signed(each: LeaseWire, public: bytes | None) -> bool:
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(each.sig, lease_message(each))
    except InvalidSignature:
        return False
    return True
