"""Handing out leases: to whom, of what, and how much.

A lease is for a week, and for about twice what its device is expected to need in three days, by what it gave in the
last week, and at least for the largest that anybody gave then; while nobody has given anything it is half of an equal
share. Nobody gets more than an equal share of what may be leased at once, nor holds more than two, whatever it says
that it has left; and the last tenth of a limit is never leased (rights.py). A lease that ended counts until its device
can't give by it any more: it was closed, an entry came that was made after its end, or a person has written it off;
and what entries took of it that were set aside, until people have decided about them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec import structs
from sqlalchemy import Connection, func, select

from app.core.authority import Offline
from app.core.keyset import KeyUse
from app.core.limits import of_campaign, stock_key
from app.core.program import Program
from app.core.stops import CAMPAIGN, PROGRAM, RULE
from app.ids import new_id
from hq.authority import counters, recounting
from hq.authority.recounting import LEASE_MS
from hq.authority.rights import OPEN, OVER, free, leasable, limits_of
from hq.authority.store import LeaseRow, end_lease, head_time, insert_leases, lock_open_leases, tell_of_leases
from hq.authority.tables import claim
from hq.authority.undecided import leases_undecided
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.home import Hq
from hq.keysets.store import current_kid
from hq.stops.store import held_of
from hq.stores.devices import Device, DeviceState
from hq.tables import device as devices
from sync.authority_wire import LeaseAnswer, LeaseRequest, LeaseWire, lease_message

DAY_MS = 86_400_000
WEEK_DAYS, CONTACT_DAYS = 7, 3  # a long weekend without a line
SIZE = 2  # times the expected demand
REFILL_PERCENT = 30  # of a lease's full size: with less, more is given
OUT_MAX = 2  # equal shares that one device may hold: a full lease, and the one before it that ends soon
FRESH_MS = LEASE_MS // 3  # a lease that ends sooner doesn't count as something to go on with


@dataclass(frozen=True)
class _Demand:
    """Of a scope: what a device gave in the last week, whether anybody gave anything, and the most given at once."""

    own: int
    is_known: bool
    at_once: int


def answer(hq: Hq, connection: Connection, device: Device, request: LeaseRequest) -> LeaseAnswer:
    """Return what a device should hold beside what it says it holds. The caller holds the device's row."""
    now_ms = hq.clock.now_ms()
    held = dict(request.held)
    recounting.take_back(connection, request.shown, device.owner)
    show = recounting.unknown(connection, list(held))
    shown = {each.lease_id for each in request.shown}
    if any(name not in shown for name in show):
        return LeaseAnswer(leases=[], show=[name for name in show if name not in shown])
    recounting.heard_of(connection, device.owner.device_id)
    program = program_of(hq, connection, newest_version(connection, "program"))
    scopes = (
        set() if program is None else leased_scopes(program, now_ms=now_ms) - _stopped(connection, program)
    )
    limits = {} if program is None else limits_of(connection, program, scopes)
    _end_what_is_over(connection, lock_open_leases(connection, device=device.owner.device_id), now_ms=now_ms)
    _end_what_is_over(connection, lock_open_leases(connection, scopes=limits), now_ms=now_ms)
    own = [
        each
        for each in lock_open_leases(connection, device=device.owner.device_id)
        if each.owner == device.owner and each.state == OPEN
    ]
    close = [each.lease_id for each in own if each.until_ms <= now_ms or each.scope not in limits]
    good = [each for each in own if each.lease_id not in close]
    new: list[LeaseRow] = []
    if limits and not recounting.is_under_way(connection):
        new = _new_leases(connection, device, limits, good, held, now_ms=now_ms)
        insert_leases(connection, new)
        tell_of_leases(connection, new, store=device.store, now_ms=now_ms)
    lost = [each for each in good if each.lease_id not in held]  # the answer with them may not have arrived
    return LeaseAnswer(leases=_signed(hq, connection, lost + new), close=close)


def leased_scopes(program: Program, *, now_ms: int) -> set[str]:
    """Return the scopes of campaigns that may be given by lease, now or before a lease of today would end."""
    today = datetime.fromtimestamp(now_ms / 1000, tz=UTC)
    first, last = (today - timedelta(days=1)).date(), (today + timedelta(days=WEEK_DAYS)).date()
    found: set[str] = set()
    for campaign in program.campaigns:
        is_on = campaign.starts_at[:10] <= last.isoformat() and first.isoformat() <= campaign.ends_at[:10]
        if is_on and campaign.offline in (Offline.FLOOR, Offline.LEASE):
            name = campaign.campaign_id
            found |= of_campaign(name)
            found |= {stock_key(rule.rule_id) for rule in campaign.rules if rule.has_stock}
    return found


def _stopped(connection: Connection, program: Program) -> set[str]:
    """Return the scopes of what is stopped: nothing of it is given, and what is out comes back."""
    bounded = [
        each
        for each in program.campaigns
        if each.campaign_id in program.counted_campaigns or any(rule.has_stock for rule in each.rules)
    ]
    asked = {PROGRAM, *(CAMPAIGN + each.campaign_id for each in bounded)}
    asked |= {RULE + rule.rule_id for each in bounded for rule in each.rules if rule.has_stock}
    stopped = held_of(connection, asked, program_version=program.version)
    found: set[str] = set()
    for each in bounded:
        is_stopped = PROGRAM in stopped or CAMPAIGN + each.campaign_id in stopped
        rules = {rule.rule_id for rule in each.rules if is_stopped or RULE + rule.rule_id in stopped}
        found |= {stock_key(rule_id) for rule_id in rules}
        if is_stopped:
            name = each.campaign_id
            found |= of_campaign(name)
    return found


def _end_what_is_over(connection: Connection, rows: Sequence[LeaseRow], *, now_ms: int) -> None:
    """End the leases after whose end their device has told something: what it gave by them is all told, too.

    Not those that entries name which wait for a decision: what these took is not in the books yet.
    """
    late = [row for row in rows if row.until_ms <= now_ms]
    if not late:
        return
    counters.hold(connection, {row.scope for row in late})
    heads = {owner: head_time(connection, owner) for owner in {row.owner for row in late}}
    over = [row for row in late if row.until_ms <= heads[row.owner]]
    devices_left = {row.owner.device_id for row in over if row.left}
    undecided = {name for each in sorted(devices_left) for name in leases_undecided(connection, each)}
    for row in over:
        if not row.left or row.lease_id not in undecided:
            end_lease(connection, row.lease_id, OVER, by=row.owner.device_id, now_ms=now_ms)


def _new_leases(
    connection: Connection,
    device: Device,
    limits: Mapping[str, int],
    own: Sequence[LeaseRow],
    held: Mapping[str, int],
    *,
    now_ms: int,
) -> list[LeaseRow]:
    given = counters.hold(connection, limits)
    left = free(connection, limits, given, now_ms=now_ms)
    active = select(func.count()).where(devices.c.state == DeviceState.ACTIVE.value)
    stations = max(connection.execute(active).scalar_one(), 1)
    demands = _demands(connection, device.owner.device_id, limits, now_ms=now_ms)
    new = []
    for scope, limit in sorted(limits.items()):
        most = leasable(limit, left[scope])
        share = max(-(-leasable(limit, limit) // stations), 1)
        size = _size(demands[scope], share)
        has = sum(
            min(each.left, held.get(each.lease_id, each.left))
            for each in own
            if each.scope == scope and each.until_ms - now_ms > FRESH_MS
        )
        out = sum(each.left for each in own if each.scope == scope)  # by our books, whatever the device says
        units = min(size - has, most, OUT_MAX * share - out)
        if units > 0 and has * 100 < size * REFILL_PERCENT:
            until_ms = now_ms + LEASE_MS
            new.append(LeaseRow(new_id(), scope, device.owner, units, 0, now_ms, until_ms))
    return new


def _size(demand: _Demand, share: int) -> int:
    """Return how large a device's lease should be, of which its equal share is `share`."""
    if not demand.is_known:
        return max(share // 2, 1)
    return min(max(-(-SIZE * CONTACT_DAYS * demand.own // WEEK_DAYS), demand.at_once), share)


def _demands(
    connection: Connection, device_id: str, scopes: Mapping[str, int], *, now_ms: int
) -> dict[str, _Demand]:
    week_ago = now_ms - WEEK_DAYS * DAY_MS
    statement = (
        select(claim.c.scope, claim.c.device, func.sum(claim.c.units), func.max(claim.c.units))
        .where(claim.c.scope.in_(sorted(scopes)), claim.c.t_eff >= week_ago)
        .group_by(claim.c.scope, claim.c.device)
    )
    own: dict[str, int] = {}
    at_once: dict[str, int] = {}
    for scope, name, units, most in connection.execute(statement):
        at_once[scope] = max(most, at_once.get(scope, 0))
        if name == device_id:
            own[scope] = int(units)
    return {scope: _Demand(own.get(scope, 0), scope in at_once, at_once.get(scope, 1)) for scope in scopes}


def _signed(hq: Hq, connection: Connection, rows: Sequence[LeaseRow]) -> list[LeaseWire]:
    if not rows:
        return []
    kid = current_kid(connection, KeyUse.SIGN)
    return [sign(hq, row, kid) for row in rows]


def sign(hq: Hq, row: LeaseRow, kid: str) -> LeaseWire:
    """Return a lease as it travels."""
    unsigned = LeaseWire(
        lease_id=row.lease_id,
        scope=row.scope,
        device=row.owner.device_id,
        epoch=row.owner.epoch,
        units=row.units,
        from_ms=row.from_ms,
        until_ms=row.until_ms,
        kid=kid,
        sig=b"",
    )
    return structs.replace(unsigned, sig=hq.keys.sign(kid, lease_message(unsigned)))
