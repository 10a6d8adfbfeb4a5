"""Figures of a period: read from the days that were made, by what people filter and group by.

Order value is what orders come to as priced, less what came back; a void takes its order back on the day of the void.
Points, discounts, gift cards and wallets are the ledger's own sums. Amounts are minor units, points whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, literal_column, or_, select

from hq.members.tables import merged_account
from hq.reports.tables import MEASURES, figure_day, figure_member
from hq.segments.tables import segment_member

EVERYTHING = ""  # the rows of figures that are of no campaign have all there was


class By(StrEnum):
    """What rows of a report stand for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    STORE = "store"
    CAMPAIGN = "campaign"
    SEGMENT = "segment"

    @property
    def is_time(self) -> bool:
        """Whether rows follow one another in time."""
        return self in (By.DAY, By.WEEK, By.MONTH)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which days, both included, and of what: empty texts are everything; no `stores` are all of them."""

    since: date
    until: date
    store: str = ""
    campaign: str = ""
    segment: str = ""
    stores: frozenset[str] = frozenset()  # that whoever asks may see


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums. `points`, `cards` and `wallets` are by how much what members, cards and wallets hold has moved."""

    orders: int = 0
    orders_with: int = 0
    value: int = 0
    value_with: int = 0
    returned: int = 0
    discount: int = 0
    redeemed: int = 0
    refused: int = 0
    issued: int = 0
    spent: int = 0
    expired: int = 0
    points: int = 0
    sold: int = 0
    paid: int = 0
    lapsed: int = 0
    cards: int = 0
    credited: int = 0
    wallets: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Add two up."""
        return Figures(*(getattr(self, name) + getattr(other, name) for name in MEASURES))

    @property
    def average(self) -> int | None:
        """Order value for each order, rounded half up; None without orders."""
        return _ratio(self.value, self.orders)

    @property
    def average_with(self) -> int | None:
        """The same of orders with a discount."""
        return _ratio(self.value_with, self.orders_with)

    @property
    def average_without(self) -> int | None:
        """The same of orders without one."""
        return _ratio(self.value - self.value_with, self.orders - self.orders_with)

    @property
    def discount_share(self) -> int | None:
        """The discount's share of the order value, in basis points."""
        return _ratio(self.discount * 10_000, self.value)

    @property
    def attempts(self) -> int:
        """Redemptions that were tried."""
        return self.redeemed + self.refused

    @property
    def rate(self) -> int | None:
        """The share of them that went through, in basis points."""
        return _ratio(self.redeemed * 10_000, self.attempts)

    @property
    def points_other(self) -> int:
        """What moved members' points besides: corrections, accounts that were closed, what was taken too much."""
        return self.points - self.issued + self.spent + self.expired

    @property
    def cards_other(self) -> int:
        """What moved the money on gift cards besides."""
        return self.cards - self.sold + self.paid + self.lapsed

    @property
    def wallets_other(self) -> int:
        """What moved the money in wallets besides: store credit by hand, and accounts that were closed."""
        return self.wallets - self.credited


NOTHING = Figures()
assert tuple(each.name for each in fields(Figures)) == MEASURES


@dataclass(frozen=True, slots=True)
class Group:
    """Members who did something in a period: how many, and what their orders came to."""

    members: int = 0
    orders: int = 0
    value: int = 0
    discount: int = 0
    redeemed: int = 0

    @property
    def average(self) -> int | None:
        """Order value for each order."""
        return _ratio(self.value, self.orders)

    @property
    def per_member(self) -> int | None:
        """Order value for each member."""
        return _ratio(self.value, self.members)

    @property
    def orders_milli(self) -> int | None:
        """Orders for each member, in thousandths."""
        return _ratio(self.orders * 1000, self.members)


def total(connection: Connection, wanted: Wanted) -> Figures:
    """Return the sums of a period."""
    table = _table(wanted)
    row = connection.execute(select(*_sums(table)).where(*_conditions(table, wanted))).one()
    return _figures(row)


def before(connection: Connection, wanted: Wanted) -> Figures:
    """Return the sums of all there was before a period: what was held when it began."""
    return total(connection, earlier(wanted))


def earlier(wanted: Wanted) -> Wanted:
    """Return all days before a period, with its filters."""
    return replace(wanted, since=date.min, until=wanted.since - timedelta(days=1))


def rows(connection: Connection, wanted: Wanted, by: By) -> list[tuple[str, Figures]]:
    """Return sums by day, week (its Monday), month (its first day), store, campaign or segment, in their order.

    Days without anything are left out; a row of time begins with its first day.
    """
    table = _table(wanted)
    if by is By.SEGMENT:
        return _by_segment(connection, wanted)
    month = func.substr(table.c.day, 1, 7) + "-01"
    key = {By.STORE: table.c.store, By.CAMPAIGN: table.c.campaign, By.MONTH: month}.get(by, table.c.day)
    statement = (
        select(key.label("key"), *_sums(table))
        .where(*_conditions(table, wanted, by_campaign=by is By.CAMPAIGN))
        .group_by(key)
        .order_by(key)
    )
    found = [(str(row.key), _figures(row)) for row in connection.execute(statement)]
    if by is not By.WEEK:
        return found
    return _joined((first_day(date.fromisoformat(key), by).isoformat(), each) for key, each in found)


def first_day(day: date, by: By) -> date:
    """Return the first day of the week or month that a day is in, or the day."""
    if by is By.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by is By.MONTH else day


def last_day(first: date, by: By) -> date:
    """Return the last day of the week or month that begins on a day, or the day."""
    if by is By.WEEK:
        return first + timedelta(days=6)
    if by is By.MONTH:
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first


def engaged(connection: Connection, wanted: Wanted) -> tuple[Group, Group]:
    """Return the members who redeemed something in a period, and the others who ordered in it."""
    table = figure_member
    whose = table.outerjoin(merged_account, merged_account.c.ref == table.c.member)
    who = func.coalesce(merged_account.c.survivor, table.c.member)
    each = (
        select(
            case((func.sum(table.c.redeemed) > 0, 1), else_=0).label("is_engaged"),
            func.sum(table.c.orders).label("orders"),
            func.sum(table.c.value).label("value"),
            func.sum(table.c.discount).label("discount"),
            func.sum(table.c.redeemed).label("redeemed"),
        )
        .select_from(whose)
        .where(*_conditions(table, replace(wanted, campaign=EVERYTHING)), table.c.member != "")
        .group_by(who)
        .having(or_(func.sum(table.c.orders) > 0, func.sum(table.c.redeemed) > 0))
        .subquery()
    )
    statement = select(
        each.c.is_engaged,
        func.count(),
        func.sum(each.c.orders),
        func.sum(each.c.value),
        func.sum(each.c.discount),
        func.sum(each.c.redeemed),
    ).group_by(each.c.is_engaged)
    found = {row[0]: Group(*map(int, row[1:])) for row in connection.execute(statement)}
    return found.get(1, Group()), found.get(0, Group())


def _ratio(over: int, under: int) -> int | None:
    """Return a quotient rounded half up, as amounts are; None where there is nothing to divide by."""
    if under <= 0:
        return None
    return (2 * over + under) // (2 * under)


def _table(wanted: Wanted) -> Table:
    return figure_member if wanted.segment else figure_day


def _sums(table: Table) -> list[ColumnElement[Any]]:
    return [func.coalesce(func.sum(table.c[name]), 0).label(name) for name in MEASURES]


def _figures(row: Any) -> Figures:
    return Figures(*(int(getattr(row, name)) for name in MEASURES))


def _conditions(table: Table, wanted: Wanted, *, by_campaign: bool = False) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        table.c.day.between(wanted.since.isoformat(), wanted.until.isoformat())
    ]
    if by_campaign and not wanted.campaign:
        found.append(table.c.campaign != EVERYTHING)
    else:
        # Written out where it is nothing: an index of these rows alone is not used for what comes as a parameter.
        found.append(table.c.campaign == (wanted.campaign or literal_column("''")))
    if wanted.store:
        found.append(table.c.store == wanted.store)
    if wanted.stores:
        found.append(table.c.store.in_(sorted(wanted.stores)))
    if wanted.segment:
        found.append(table.c.member.in_(_refs_in(segment_member.c.segment == wanted.segment)))
    return found


def _refs_in(condition: ColumnElement[bool]) -> Select[Any]:
    """Return all references of the members of segments, those of accounts that were merged into theirs too."""
    merged = (
        select(merged_account.c.ref)
        .join(segment_member, segment_member.c.member == merged_account.c.survivor)
        .where(condition)
    )
    return select(select(segment_member.c.member).where(condition).union(merged).subquery().c.member)


def _by_segment(connection: Connection, wanted: Wanted) -> list[tuple[str, Figures]]:
    table = figure_member
    own = select(segment_member.c.segment, segment_member.c.member.label("ref"))
    merged = select(segment_member.c.segment, merged_account.c.ref).join(
        merged_account, merged_account.c.survivor == segment_member.c.member
    )
    refs = own.union(merged).subquery()
    statement = (
        select(refs.c.segment.label("key"), *_sums(table))
        .select_from(table.join(refs, refs.c.ref == table.c.member))
        .where(*_conditions(table, wanted))
        .group_by(refs.c.segment)
        .order_by(refs.c.segment)
    )
    return [(str(row.key), _figures(row)) for row in connection.execute(statement)]


def _joined(found: Iterable[tuple[str, Figures]]) -> list[tuple[str, Figures]]:
    """Add up neighbours with the same key."""
    sums: dict[str, Figures] = {}
    for key, each in found:
        sums[key] = sums.get(key, NOTHING) + each
    return list(sums.items())
