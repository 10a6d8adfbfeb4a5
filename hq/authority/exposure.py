"""What can at worst be given too much while stations are cut off, worked out beforehand, and what was.

Leases give nothing too much: they are set aside. What can go beyond is what floor limits allow. Before HQ has heard of
it a station gives a member, or a voucher without one, so often so much by a code of one level, and by itself no more
than `value_max` in all. So of one member it is at worst what floors add up to at each station that may still give
(giving.py), the campaigns that allow floor limits taken together; of a store `value_max` for each of its stations;
of a campaign that all of them spend theirs on it; each by the worst of the programs that a station may go by.
`offline: always` has no bound, and says so with `has_no_bound`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.core.authority import Offline
from app.core.limits import discount_key, members_key, uses_key
from app.core.program import Program
from hq.authority.claims import OF_MEMBER
from hq.authority.giving import Giver, givers, programs_in_use
from hq.authority.tables import claim
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.home import Hq
from hq.members.merged import refs_of, survivor_of
from hq.members.store import POINTS
from hq.tables import device, order_fact, redemption_fact

Stations = Mapping[
    Giver, Sequence[Program]
]  # those that may still give, and the programs that each may go by


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
        stations = programs_in_use(hq, connection, givers(connection), now_ms=hq.clock.now_ms())
        found = []
        if member is not None:
            found.append(_of_member(connection, program, member, stations))
        if campaign is not None or (member is None and store is None):
            found += _of_campaigns(connection, program, campaign, stations)
        if store is not None or (member is None and campaign is None):
            found += _of_stores(connection, program, store, stations)
        return found


def member_bound(program: Program, stations: int) -> int:
    """Return what one member can at worst be given by floor limits at so many stations, in minor units.

    One level may allow more value and another more times: the n-th time is the highest value of those that allow it.
    """
    if not _has_floors(program):
        return 0
    policy = program.authority
    floors = policy.floors.values()
    most = max((floor.times for floor in floors), default=0)
    worst = sum(max(floor.value for floor in floors if floor.times >= n) for n in range(1, most + 1))
    return min(worst, policy.value_max) * stations


def _has_floors(program: Program, campaign: str | None = None) -> bool:
    of = [each for each in program.campaigns if campaign in (None, each.campaign_id)]
    return any(each.offline is Offline.FLOOR for each in of)


def _cap(programs: Sequence[Program], campaign: str | None = None) -> int:
    """Return what one station can at worst give by itself beyond what is there, or of one campaign."""
    caps = (each.authority.value_max for each in programs if _has_floors(each, campaign))
    return max(caps, default=0)


def _of_member(connection: Connection, program: Program, ref: str, stations: Stations) -> Exposure:
    refs = refs_of(connection, survivor_of(connection, ref))
    entries = select(order_fact.c.device, order_fact.c.epoch, order_fact.c.seq).where(
        order_fact.c.member.in_(refs)
    )
    redeemed = select(redemption_fact.c.device, redemption_fact.c.epoch, redemption_fact.c.seq)
    own = entries.union(redeemed.where(redemption_fact.c.member.in_(refs))).subquery()
    statement = _beyond().join(
        own, (own.c.device == claim.c.device) & (own.c.epoch == claim.c.epoch) & (own.c.seq == claim.c.seq)
    )
    money, points = _sums(connection, statement)
    bound = sum(max(member_bound(each, 1) for each in programs) for programs in stations.values())
    return Exposure("member", ref, bound, money, points, program.currency.code)


def _of_campaigns(
    connection: Connection, program: Program, name: str | None, stations: Stations
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
        bound = sum(_cap(programs, each.campaign_id) for programs in stations.values())
        is_open = each.offline is Offline.ALWAYS and each.campaign_id in program.counted_campaigns
        found.append(
            Exposure("campaign", each.campaign_id, bound, money, points, program.currency.code, is_open)
        )
    return found


def _of_stores(
    connection: Connection, program: Program, name: str | None, stations: Stations
) -> list[Exposure]:
    found = []
    for store in connection.execute(select(device.c.store).distinct().order_by(device.c.store)).scalars():
        if name is not None and store != name:
            continue
        own = select(device.c.device_id).where(device.c.store == store)
        beyond = _beyond().where(func.substr(claim.c.device, 1, 14).in_(own))
        money, points = _sums(connection, beyond)
        bound = sum(_cap(programs) for each, programs in stations.items() if each.store == store)
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
