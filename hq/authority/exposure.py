"""What can at worst be given too much while stations are cut off, worked out beforehand, and what was.

Leases give nothing too much: they are set aside. What can go beyond is what floor limits allow. Each station gives a
member, or a voucher without one, at most `times` of `value` by a code of one level before HQ has heard of it, and no
station gives more than `value_max` by itself. So of one member it is at worst the highest level's times · value at each
active station, the campaigns that allow floor limits taken together; of a store `value_max` for each of its stations;
of a campaign that all of them spend theirs on it. `offline: always` has no bound, and says so with `has_no_bound`.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.core.authority import Offline
from app.core.limits import discount_key, members_key, uses_key
from app.core.program import Program
from hq.authority.claims import OF_MEMBER
from hq.authority.tables import claim
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.home import Hq
from hq.journal.carried import BRANCH
from hq.members.store import POINTS
from hq.stores.devices import DeviceState
from hq.tables import device, order_fact, redemption_fact


@dataclass(frozen=True)
class Exposure:
    """Of a member, a campaign or a store: the worst in minor units of `unit`, and what happened (points apart)."""

    kind: str
    name: str
    bound: int
    happened: int
    happened_points: int
    unit: str
    has_no_bound: bool = False


def exposure(
    hq: Hq, *, member: str | None = None, campaign: str | None = None, store: str | None = None
) -> list[Exposure]:
    """Return the exposure of each store and campaign, or of what is asked for alone."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
        if program is None:
            return []
        stations = _stations(connection)
        found = []
        if member is not None:
            found.append(_of_member(connection, program, member, sum(stations.values())))
        if campaign is not None or (member is None and store is None):
            found += _of_campaigns(connection, program, campaign, sum(stations.values()))
        if store is not None or (member is None and campaign is None):
            found += _of_stores(connection, program, store, stations)
        return found


def member_bound(program: Program, stations: int) -> int:
    """Return what one member can at worst be given by floor limits at so many stations, in minor units."""
    if not any(each.offline is Offline.FLOOR for each in program.campaigns):
        return 0
    policy = program.authority
    worst = max((floor.value * floor.times for floor in policy.floors.values()), default=0)
    return min(worst, policy.value_max) * stations


def _of_member(connection: Connection, program: Program, ref: str, stations: int) -> Exposure:
    entries = select(order_fact.c.device, order_fact.c.epoch, order_fact.c.seq).where(
        order_fact.c.member == ref
    )
    redeemed = select(redemption_fact.c.device, redemption_fact.c.epoch, redemption_fact.c.seq)
    own = entries.union(redeemed.where(redemption_fact.c.member == ref)).subquery()
    statement = _beyond().join(
        own, (own.c.device == claim.c.device) & (own.c.epoch == claim.c.epoch) & (own.c.seq == claim.c.seq)
    )
    money, points = _sums(connection, statement)
    return Exposure("member", ref, member_bound(program, stations), money, points, program.currency.code)


def _of_campaigns(
    connection: Connection, program: Program, name: str | None, stations: int
) -> list[Exposure]:
    found = []
    for each in program.campaigns:
        if name is not None and each.campaign_id != name:
            continue
        scopes = [key(each.campaign_id) for key in (uses_key, members_key, discount_key)]
        is_of_member = claim.c.scope.startswith(OF_MEMBER) & claim.c.scope.endswith(
            f"|{each.campaign_id}", autoescape=True
        )
        money, points = _sums(connection, _beyond().where(claim.c.scope.in_(scopes) | is_of_member))
        bound = program.authority.value_max * stations if each.offline is Offline.FLOOR else 0
        is_open = each.offline is Offline.ALWAYS and each.campaign_id in program.counted_campaigns
        found.append(
            Exposure("campaign", each.campaign_id, bound, money, points, program.currency.code, is_open)
        )
    return found


def _of_stores(
    connection: Connection, program: Program, name: str | None, stations: dict[str, int]
) -> list[Exposure]:
    has_floors = any(each.offline is Offline.FLOOR for each in program.campaigns)
    found = []
    for store, count in sorted(stations.items()):
        if name is not None and store != name:
            continue
        own = select(device.c.device_id).where(device.c.store == store)
        beyond = _beyond().where(func.substr(claim.c.device, 1, 14).in_(own))
        money, points = _sums(connection, beyond)
        bound = program.authority.value_max * count if has_floors else 0
        found.append(Exposure("store", store, bound, money, points, program.currency.code))
    return found


def _beyond() -> Select[Any]:
    return select(claim.c.unit, func.max(claim.c.worth * claim.c.beyond / claim.c.units)).where(
        claim.c.beyond > 0
    )


def _sums(connection: Connection, statement: Select[Any]) -> tuple[int, int]:
    """Return money and points: of several limits that one entry exceeded, the one that says most."""
    by_entry = statement.group_by(claim.c.device, claim.c.epoch, claim.c.seq, claim.c.unit)
    sums = {True: 0, False: 0}
    for row in connection.execute(by_entry):
        sums[row[0] == POINTS] += int(row[1])
    return sums[False], sums[True]


def _stations(connection: Connection) -> dict[str, int]:
    statement = (
        select(device.c.store, func.count())
        .where(device.c.state == DeviceState.ACTIVE.value, ~device.c.device_id.contains(BRANCH))
        .group_by(device.c.store)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}
