"""Home leases: what members own is spent by one station alone, one of the store that they are at home in.

The first device of a store that asks for leases leads it: it holds the points of the members at home there and the
uses of their vouchers, as long as its replica is young enough (`HOME_LEASE_MS` after HQ's moment of it). Rows say so
(`holder`). Who asks at another station needs head office, which must call the lease back first: rows then name no
holder, and once the leading station has told that it read that, nobody holds it and HQ can reserve. A day after the
last reservation the home lease comes back by itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from app.core.chain import ChainOwner
from hq.authority import recounting
from hq.authority.holding import POINTS, VOUCHER_OF, called_back, holder_of
from hq.authority.store import head_time
from hq.authority.tables import home_lead, recall, reservation
from hq.db import NAMES_AT_ONCE
from hq.feed import EVERYWHERE, MEMBER, VOUCHER, Change, announce, last_number
from hq.members.merged import survivors
from hq.members.store import read_scopes
from hq.members.tables import merged_account
from hq.rows import upsert
from hq.stores.devices import Device, read_device
from hq.tables import member, voucher
from sync.authority_wire import HOME_LEASE_MS

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
RECALLS_MAX = 1_000  # that are called back for one device; each comes back after a day


def take_lead(connection: Connection, asking: Device, *, now_ms: int) -> list[Change]:
    """Let a device that asks for leases lead its store, if nobody does any more; return the rows that change by it.

    Nobody takes it while another may have led in a time that HQ has forgotten, and hold by what it read then.
    """
    if recounting.may_have_led(connection, asking.store, since_ms=now_ms - HOME_LEASE_MS):
        return []
    of = home_lead.c.store == asking.store
    row = connection.execute(select(home_lead).where(of).with_for_update()).one_or_none()
    owner = asking.owner
    values = {"device": owner.device_id, "epoch": owner.epoch, "until_ms": 0}
    if row is None:
        connection.execute(insert(home_lead), {"store": asking.store, **values})
    elif (row.device, row.epoch) == (owner.device_id, owner.epoch) or not _has_ended(connection, row):
        return []
    else:
        connection.execute(update(home_lead).where(of).values(values))
        _let_go(connection, row.device, at_ms=row.until_ms)
    _keep_promises(connection, owner.device_id, now_ms=now_ms)
    return _rows_at_home(connection, asking.store)


def _keep_promises(connection: Connection, leading: str, *, now_ms: int) -> None:
    """Leave out of a new home lease what HQ has promised to others: it comes to it a day after the last promise."""
    to_others = (
        select(reservation.c.scope)
        .distinct()
        .where(
            reservation.c.device != leading,
            reservation.c.until_ms > now_ms,
            _of_home(reservation.c.scope, home_lead.c.device == leading),
        )
    )
    rows = [
        {
            "scope": scope,
            "device": leading,
            "n": 0,
            "asked_ms": now_ms,
            "confirmed_ms": now_ms,
            "asked_by": "",
        }
        for scope in connection.execute(to_others).scalars()
    ]
    upsert(connection, recall, rows, changes=("device", "n", "asked_ms", "confirmed_ms", "asked_by"))


def _let_go(connection: Connection, device_id: str, *, at_ms: int) -> None:
    """Note that a device holds nothing any more of what was called back from it: its time is over."""
    of_it = recall.c.device == device_id, recall.c.confirmed_ms.is_(None)
    connection.execute(update(recall).where(*of_it).values(confirmed_ms=at_ms))


def _has_ended(connection: Connection, lead: Any) -> bool:
    """Tell whether the device that leads can't spend by it any more: it is gone, and has told of a later moment."""
    device_id, epoch, until_ms = lead.device, lead.epoch, lead.until_ms
    present = read_device(connection, device_id)
    if present is None or (present.is_active and present.owner.epoch == epoch):
        return present is None
    told_ms = max(head_time(connection, ChainOwner(device_id, each)) for each in (epoch, present.owner.epoch))
    return bool(until_ms <= told_ms)


def give_up_lead(connection: Connection, device_id: str) -> list[Change]:
    """Let nobody lead where this device did: a person has written it off. Return the rows that change by it."""
    led = delete(home_lead).where(home_lead.c.device == device_id).returning(home_lead.c.store)
    stores = sorted(connection.execute(led).scalars())
    called = delete(recall).where(recall.c.device == device_id).returning(recall.c.scope)
    changes = _changes_of(connection, sorted(connection.execute(called).scalars()))
    return changes + [change for store in stores for change in _rows_at_home(connection, store)]


def is_to_note(connection: Connection, reading: Device, *, now_ms: int) -> bool:
    """Tell whether what a device is about to read lets it hold home leases for longer than is noted."""
    owner = reading.owner
    statement = select(home_lead.c.until_ms).where(
        home_lead.c.store == reading.store,
        home_lead.c.device == owner.device_id,
        home_lead.c.epoch == owner.epoch,
    )
    until_ms = connection.execute(statement).scalar_one_or_none()
    return until_ms is not None and until_ms < now_ms + HOME_LEASE_MS


def note_told(connection: Connection, reading: Device, *, now_ms: int) -> None:
    """Note until when a device may hold home leases by what it reads; an hour more, so as to write but once in that."""
    until_ms = now_ms + HOME_LEASE_MS + HOUR_MS
    of = home_lead.c.store == reading.store, home_lead.c.device == reading.owner.device_id
    connection.execute(
        update(home_lead).where(*of, home_lead.c.until_ms < until_ms).values(until_ms=until_ms)
    )


# --- calling back ----------------------------------------------------------------------------------------------------


def call_back(connection: Connection, scopes: Iterable[str], *, now_ms: int, asked_by: str = "") -> None:
    """Call home leases back that somebody holds, and tell so by the feed: the last thing that a transaction does.

    For one device only so many at once: what all homes hold is worth more than the word of one that may be stolen.
    """
    call_back_from(connection, held_now(connection, scopes), now_ms=now_ms, asked_by=asked_by)


def held_now(connection: Connection, scopes: Iterable[str]) -> dict[str, str]:
    """Return who holds these scopes, or may still do so since they were called back; the others are left out."""
    return {scope: holder for scope in sorted(set(scopes)) if (holder := holder_of(connection, scope))}


def call_back_from(
    connection: Connection, held: Mapping[str, str], *, now_ms: int, asked_by: str = ""
) -> None:
    """Call home leases back from those who hold them: what they hold need no longer be at home in their store."""
    known = called_back(connection, held)
    new = {scope: holder for scope, holder in held.items() if scope not in known}
    room = max(RECALLS_MAX - _called_back_for(connection, asked_by), 0) if new and asked_by else len(new)
    new = dict(list(new.items())[:room])
    if not new:
        return
    rows = [
        {
            "scope": scope,
            "device": holder,
            "n": 0,
            "asked_ms": now_ms,
            "confirmed_ms": None,
            "asked_by": asked_by,
        }
        for scope, holder in new.items()
    ]
    upsert(connection, recall, rows, changes=("device", "n", "asked_ms", "confirmed_ms", "asked_by"))
    announce(connection, _changes_of(connection, new))
    n = last_number(connection)  # at least the number of each of these rows
    connection.execute(update(recall).where(recall.c.scope.in_(list(new))).values(n=n))


def _called_back_for(connection: Connection, device_id: str) -> int:
    statement = select(func.count()).where(recall.c.asked_by == device_id)
    return int(connection.execute(statement).scalar_one())


def confirm(connection: Connection, device_id: str, *, cursor: int, now_ms: int) -> None:
    """Note that a device has read what was called back, and that HQ holds all that it did before it did."""
    connection.execute(
        update(recall)
        .where(
            recall.c.device == device_id,
            recall.c.confirmed_ms.is_(None),
            recall.c.n > 0,
            recall.c.n <= cursor,
        )
        .values(confirmed_ms=now_ms)
    )


def give_back(connection: Connection, *, now_ms: int) -> int:
    """End what was called back a day ago and of which nothing is reserved any more; return how many there were.

    It goes to whoever leads where its member is at home now: another than held it only when that one has let it go.
    """
    is_reserved = exists().where(
        reservation.c.scope == recall.c.scope, reservation.c.until_ms > now_ms - DAY_MS
    )
    is_free = recall.c.confirmed_ms.is_not(None) | _stays_at_home()
    statement = select(recall.c.scope).where(
        recall.c.asked_ms <= now_ms - DAY_MS, ~is_reserved, is_free, ~_has_called_alias()
    )
    scopes = list(connection.execute(statement.limit(NAMES_AT_ONCE)).scalars())
    if scopes:
        connection.execute(delete(recall).where(recall.c.scope.in_(scopes)))
        announce(connection, _changes_of(connection, scopes))
    return len(scopes)


def _stays_at_home() -> ColumnElement[bool]:
    """Tell whether what was called back would go to the device that it was called back from."""
    return _of_home(recall.c.scope, home_lead.c.device == recall.c.device)


def _of_home(scope: ColumnElement[str], is_led: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether a scope is of a member who is at home in a store whose leading device fulfils a condition."""
    leads = exists().where(home_lead.c.store == member.c.home_store, is_led)
    points = leads.where(member.c.ref == func.substr(scope, len(POINTS) + 1))
    uses = leads.where(
        voucher.c.code_hash == func.substr(scope, len(VOUCHER_OF) + 1), member.c.ref == voucher.c.owner
    )
    return (scope.startswith(POINTS) & points) | (scope.startswith(VOUCHER_OF) & uses)


def _has_called_alias() -> ColumnElement[bool]:
    """Tell whether points that were merged into these are called back themselves: they come back behind them."""
    of_alias = recall.alias()
    return exists().where(
        merged_account.c.survivor == func.substr(recall.c.scope, len(POINTS) + 1),
        of_alias.c.scope == POINTS + merged_account.c.ref,
        recall.c.scope.startswith(POINTS),
    )


def _changes_of(connection: Connection, scopes: Iterable[str]) -> list[Change]:
    named = [scope.removeprefix(POINTS) for scope in scopes if scope.startswith(POINTS)]
    to = survivors(connection, named)
    refs = list(dict.fromkeys(to.get(ref, ref) for ref in named))
    codes = [scope.removeprefix(VOUCHER_OF) for scope in scopes if scope.startswith(VOUCHER_OF)]
    stores = read_scopes(connection, refs)
    return [Change(store, MEMBER, ref) for ref in refs for store in sorted(stores.get(ref, ()))] + [
        Change(EVERYWHERE, VOUCHER, code) for code in codes
    ]


def _rows_at_home(connection: Connection, store: str) -> list[Change]:
    """Return the rows of members at home in a store, and of their vouchers; a hundred thousand take a second."""
    refs = select(member.c.ref).where(member.c.home_store == store)
    codes = select(voucher.c.code_hash).join(member, member.c.ref == voucher.c.owner)
    codes = codes.where(member.c.home_store == store)
    return [Change(store, MEMBER, ref) for ref in connection.execute(refs).scalars()] + [
        Change(EVERYWHERE, VOUCHER, code) for code in connection.execute(codes).scalars()
    ]
