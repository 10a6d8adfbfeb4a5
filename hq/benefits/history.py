"""What members did before, as sums by day for the counters that conditions ask for: read from HQ's books.

Orders that were voided never were; what came back of one changes nothing. What stands under a reference that was merged
into a member's counts as theirs. Only what the transaction that posts an entry writes is read here, so the row of a
member includes exactly the entries that a station no longer adds by itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
)

from app.core.canonical import INTEGER_MAX, canonical
from app.core.entry import VOID
from app.core.history import (
    AMOUNT_OF,
    DAY,
    DAYS_SINCE_ORDER,
    EVENTS,
    OF_SETS,
    ORDERS,
    REDEMPTIONS,
    SPANS,
    SPEND,
    Asked,
    read_key,
)
from app.core.order import local_date
from hq.benefits.tables import member_event
from hq.journal.reversal_tables import reversal_fact
from hq.members.merged import aliases_of
from hq.rows import is_among
from hq.segments.tables import bought_fact
from hq.tables import device, journal, order_fact, redemption_fact, store

Sums = dict[date, int]  # by the day under which something is added up
Found = dict[str, dict[str, Sums]]  # by member and counter

LAST_ORDERS = 20  # of which the days are told, for how long ago the last one was: some may yet be voided
DAY_MS = 86_400_000
REDEEMED = "redeemed"
SINCE, UNTIL = bindparam("since", type_=BigInteger), bindparam("until", type_=BigInteger)


def _is_place_of(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(one.c.device == other.c.device, one.c.epoch == other.c.epoch, one.c.seq == other.c.seq)


def _stands(facts: FromClause) -> ColumnElement[bool]:
    """Tell whether an order, or what head office redeemed, was not voided by its entry."""
    undone = select(reversal_fact.c.seq).join(journal, journal.c.entry_id == reversal_fact.c.order_entry)
    return ~exists(undone.where(reversal_fact.c.kind == VOID, _is_place_of(journal, facts)).correlate(facts))


def _orders(*columns: ColumnElement[Any]) -> Select[Any]:
    there = select(order_fact.c.member, *columns).outerjoin(store, store.c.store_id == order_fact.c.store)
    return there.where(is_among(order_fact.c.member), _within(order_fact), _stands(order_fact))


def _within(facts: FromClause) -> ColumnElement[bool]:
    return and_(facts.c.t_eff >= SINCE, facts.c.t_eff < UNTIL)


SPENT = order_fact.c.gross - order_fact.c.beside - order_fact.c.discount  # for goods
EACH = _orders(order_fact.c.t_eff, store.c.time_zone, SPENT.label("spent"))
IN_ALL = _orders(func.count().label("n"), func.sum(SPENT).label("spent")).group_by(order_fact.c.member)
TURN = func.row_number().over(partition_by=order_fact.c.member, order_by=order_fact.c.t_eff.desc())
RANKED = _orders(order_fact.c.t_eff, store.c.time_zone, TURN.label("turn")).subquery()
LAST = select(RANKED.c.member, RANKED.c.t_eff, RANKED.c.time_zone).where(RANKED.c.turn <= LAST_ORDERS)
BOUGHT = (
    select(
        bought_fact.c.member, bought_fact.c.products, bought_fact.c.t_eff, bought_fact.c.amount,
        bought_fact.c.quantity_milli, store.c.time_zone,
    )
    .join(order_fact, _is_place_of(bought_fact, order_fact))
    .outerjoin(store, store.c.store_id == order_fact.c.store)
    .where(
        is_among(bought_fact.c.member),
        bought_fact.c.products.in_(bindparam("sets", expanding=True)),
        _within(bought_fact),
        _stands(order_fact),
    )
)  # fmt: skip
USE = ("store", "order_id", "t_eff")  # of whichever device: head office may add to a station's order

# A redemption goes with the order that it belongs to.
ORDER_OF = (
    select(order_fact.c.seq)
    .where(
        order_fact.c.device == redemption_fact.c.device,
        order_fact.c.epoch == redemption_fact.c.epoch,
        order_fact.c.order_id == redemption_fact.c.order_id,
        order_fact.c.t_eff == redemption_fact.c.t_eff,
        ~_stands(order_fact),
    )
    .correlate(redemption_fact)
)
REDEMPTIONS_OF = (
    select(
        redemption_fact.c.member, redemption_fact.c.campaign, *(redemption_fact.c[name] for name in USE),
        store.c.time_zone,
    )
    .outerjoin(store, store.c.store_id == redemption_fact.c.store)
    .where(
        is_among(redemption_fact.c.member),
        redemption_fact.c.campaign.in_(bindparam("campaigns", expanding=True)),
        redemption_fact.c.outcome == REDEEMED,
        _within(redemption_fact),
        _stands(redemption_fact),
        ~exists(ORDER_OF),
    )
)  # fmt: skip


def _by_itself(holds: ColumnElement[bool]) -> Select[Any]:
    """Select the orders whose entries may name a campaign among the rules that applied by themselves."""
    columns = *(order_fact.c[name] for name in USE), store.c.time_zone, journal.c.body
    return _orders(*columns).join(journal, _is_place_of(journal, order_fact)).where(holds)


SAID = bindparam("said", type_=LargeBinary)
BY_ITSELF = {
    "sqlite": _by_itself(func.instr(journal.c.body, SAID) > 0),
    "postgresql": _by_itself(func.position(SAID.op("in")(journal.c.body)) > 0),
}
EVENTS_OF = (
    select(member_event.c.member, member_event.c.name, member_event.c.day, func.count().label("n"))
    .where(
        is_among(member_event.c.member),
        member_event.c.name.in_(bindparam("events", expanding=True)),
        member_event.c.day >= bindparam("since_day", type_=String),
        member_event.c.at_ms < UNTIL,
    )
    .group_by(member_event.c.member, member_event.c.name, member_event.c.day)
)
HEARD = select(func.coalesce(func.max(device.c.last_seen_ms), literal(0)))


class _Reading:
    """One reading: whose references are asked about, and until when."""

    def __init__(self, connection: Connection, refs: Sequence[str], *, until_ms: int | None) -> None:
        aliases = aliases_of(connection, refs)
        self.connection = connection
        self.whose = {alias: ref for ref in refs for alias in (ref, *aliases[ref])}
        self.until_ms = INTEGER_MAX if until_ms is None else until_ms
        now_ms = connection.execute(HEARD).scalar_one() if until_ms is None else until_ms
        self.today = (
            datetime.fromtimestamp(max(now_ms, DAY_MS) / 1000, UTC).date() - DAY
        )  # somewhere it still is

    def first(self, asked: Iterable[Asked]) -> date:
        """Return from which day on something could count for one of these counters, today or later."""
        return min(map(self._first, asked), default=date.max)

    def _first(self, asked: Asked) -> date:
        window = asked.window
        if not window.days and not window.period:
            return date.min
        reach = window.days + 1 if window.days else SPANS[window.period]
        return self.today - timedelta(days=reach)

    def rows(self, statement: Select[Any], first: date, **more: Any) -> list[Any]:
        """Run a statement over what happened on a day or later, wherever that was."""
        since_ms = -INTEGER_MAX if first == date.min else _ms(first) - DAY_MS
        told = {"names": sorted(self.whose), "since": since_ms, "until": self.until_ms, **more}
        return list(self.connection.execute(statement, told))


def history_of(
    connection: Connection,
    refs: Sequence[str],
    keys: Collection[str],
    *,
    by_hand: Collection[str] = (),
    until_ms: int | None = None,
) -> Found:
    """Return sums for those of some counters that are told, of all these members; an empty one for nothing done.

    What no window reaches any more is left out. `until_ms`: as it was before that moment (UTC). `by_hand` are campaigns
    whose uses are all redemptions.
    """
    asked = list(map(read_key, sorted(keys)))
    found: Found = {ref: {each.key: {} for each in asked} for ref in refs}
    if not asked or not refs:
        return found
    reading = _Reading(connection, refs, until_ms=until_ms)
    by_figure: dict[str, list[Asked]] = defaultdict(list)
    for each in asked:
        by_figure[each.figure].append(each)
    _add_orders(reading, found, [*by_figure[SPEND], *by_figure[ORDERS]])
    _add_last_orders(reading, found, by_figure[DAYS_SINCE_ORDER])
    _add_uses(reading, found, by_figure[REDEMPTIONS], by_hand)
    _add_bought(reading, found, [each for figure in OF_SETS for each in by_figure[figure]])
    _add_events(reading, found, by_figure[EVENTS])
    for sums_of in found.values():
        for each in asked:
            for day in each.window.stale(sums_of[each.key], reading.today):
                del sums_of[each.key][day]
    return found


def _add_orders(reading: _Reading, found: Found, asked: list[Asked]) -> None:
    windowed = [each for each in asked if each.window.days or each.window.period]
    ever = [each for each in asked if each not in windowed]
    if windowed:
        for row in reading.rows(EACH, reading.first(windowed)):
            day = _day(row)
            for each in windowed:
                _add(found[reading.whose[row.member]], each, day, row.spent if each.figure == SPEND else 1)
    if ever:
        for row in reading.rows(IN_ALL, date.min):
            for each in ever:
                n = int(row.spent) if each.figure == SPEND else row.n
                _add(found[reading.whose[row.member]], each, date.min, n)


def _add_last_orders(reading: _Reading, found: Found, asked: list[Asked]) -> None:
    for each in asked:
        for row in reading.rows(LAST, date.min):
            _add(found[reading.whose[row.member]], each, _day(row), 1)


def _add_bought(reading: _Reading, found: Found, asked: list[Asked]) -> None:
    if not asked:
        return
    for row in reading.rows(BOUGHT, reading.first(asked), sets=sorted({each.about for each in asked})):
        day = _day(row)
        for each in asked:
            if each.about == row.products:
                n = row.amount if each.figure == AMOUNT_OF else row.quantity_milli
                _add(found[reading.whose[row.member]], each, day, n)


def _add_uses(reading: _Reading, found: Found, asked: list[Asked], by_hand: Collection[str]) -> None:
    """Add the orders on which a campaign was used; several of its rules on one are one use."""
    if not asked:
        return
    by_campaign: dict[str, list[Asked]] = defaultdict(list)
    for each in asked:
        by_campaign[each.about].append(each)
    names = sorted(by_campaign)
    uses = {
        (row.campaign, row.member, *_use(row))
        for row in reading.rows(REDEMPTIONS_OF, reading.first(asked), campaigns=names)
    }
    statement = BY_ITSELF[reading.connection.dialect.name]
    for name in sorted(by_campaign.keys() - set(by_hand)):
        said = canonical({"campaign": name})[1:-1]
        rows = reading.rows(statement, reading.first(by_campaign[name]), said=said)
        uses |= {(name, row.member, *_use(row)) for row in rows if _applied(name, row.body)}
    for name, member, _, _, _, day in uses:
        for each in by_campaign[name]:
            _add(found[reading.whose[member]], each, day, 1)


def _applied(campaign: str, body: bytes) -> bool:
    """Tell whether rules of a campaign applied by themselves: an attribute may be called and say the same."""
    return any(each.get("campaign") == campaign for each in orjson.loads(body)["data"]["campaigns"])


def _use(row: Any) -> tuple[str, str, int, date]:
    return row.store, row.order_id, row.t_eff, _day(row)


def _add_events(reading: _Reading, found: Found, asked: list[Asked]) -> None:
    if not asked:
        return
    first, names = reading.first(asked), sorted({each.about for each in asked})
    for row in reading.rows(EVENTS_OF, first, events=names, since_day=first.isoformat()):
        for each in asked:
            if each.about == row.name:
                _add(found[reading.whose[row.member]], each, date.fromisoformat(row.day), row.n)


def _add(sums_of: Mapping[str, Sums], asked: Asked, day: date, n: int) -> None:
    sums, begin = sums_of[asked.key], asked.begin(day)
    sums[begin] = sums.get(begin, 0) + n


def _day(row: Any) -> date:
    return local_date(row.t_eff, row.time_zone or "UTC")


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
