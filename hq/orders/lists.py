"""Orders, redemptions, voids and returns as lists, the newest first by the station's time.

What is redeemed or refused stands here too, with its reason; so does when it came, which may be days later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, Table, select

from hq.access.actor import Actor
from hq.api.models import PATTERN, Day
from hq.api.paging import Paging, cut, page_of
from hq.db import plan_by_values
from hq.home import Hq
from hq.journal.reversal_tables import reversal_fact
from hq.members.merged import refs_of
from hq.reports.folding import span_of, zone_named
from hq.reports.service import day_named
from hq.tables import journal, order_fact, redemption_fact

Text = Annotated[str, Field(max_length=80, pattern=PATTERN)]


class Listing(Paging):
    """Filters that all of these lists have. `since` and `until` are days, both included."""

    since: Day | None = None
    until: Day | None = None
    store: Text | None = None
    member: Text | None = None
    order_id: Text | None = None


class OrderList(Listing):
    """Which orders."""

    discount: Literal["with", "without"] | None = None
    link: Literal["online", "offline"] | None = None
    device: Text | None = None


class RedemptionList(Listing):
    """Which redemptions."""

    campaign: Text | None = None
    outcome: Literal["redeemed", "refused"] | None = None
    reason: Text | None = None


class ReturnList(Listing):
    """Which voids and returns."""

    kind: Literal["void", "return"] | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order. Amounts are minor units; `entry_id` leads to it; `received_ms` is when it came."""

    entry_id: str
    order_id: str
    store: str
    member: str | None
    t_eff: int
    received_ms: int
    link: str
    lines: int
    gross: int
    discount: int
    points: int
    device: str
    epoch: int
    seq: int
    verdict: str


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """A redemption: `outcome` is redeemed or refused, then with the reason that was shown."""

    redemption_id: str
    order_id: str
    store: str
    campaign: str
    rule: str
    member: str | None
    outcome: str
    reason: str
    discount: int
    points: int
    at_till: str
    t_eff: int
    received_ms: int
    device: str
    epoch: int
    seq: int
    entry_id: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A void or a return: `goods` is what came back as priced, `value` what had been given and was taken back."""

    reversal_id: str
    kind: str
    order_entry: str
    order_id: str
    store: str
    member: str | None
    goods: int
    value: int
    points: int
    points_back: int
    reason: str
    at_till: str
    approver: str
    t_eff: int
    received_ms: int
    device: str
    epoch: int
    seq: int
    entry_id: str
    verdict: str


OF_JOURNAL = (journal.c.entry_id, journal.c.received_ms, journal.c.verdict)


def list_orders(hq: Hq, actor: Actor, asked: OrderList) -> tuple[list[OrderRow], str | None]:
    """Return orders and the cursor of the next ones. Raises `Malformed`."""
    facts = order_fact.c
    conditions = _common(hq, actor, order_fact, asked)
    if asked.discount is not None:
        conditions.append(facts.discount > 0 if asked.discount == "with" else facts.discount <= 0)
    conditions += [facts[name] == said for name in ("link", "device") if (said := getattr(asked, name))]
    place = (facts.t_eff, facts.device, facts.epoch, facts.seq)
    return _page(hq, order_fact, OrderRow, conditions, asked, place, (int, str, int, int))


def list_redemptions(hq: Hq, actor: Actor, asked: RedemptionList) -> tuple[list[RedemptionRow], str | None]:
    """Return redemptions, refused ones too, and the cursor of the next ones. Raises `Malformed`."""
    facts = redemption_fact.c
    conditions = _common(hq, actor, redemption_fact, asked)
    for name in ("campaign", "outcome", "reason"):
        if said := getattr(asked, name):
            conditions.append(facts[name] == said)
    if asked.reason:
        conditions.append(facts.outcome == "refused")  # as the index of reasons has them
    return _page(
        hq, redemption_fact, RedemptionRow, conditions, asked, (facts.t_eff, facts.redemption_id), (int, str)
    )


def list_returns(hq: Hq, actor: Actor, asked: ReturnList) -> tuple[list[ReturnRow], str | None]:
    """Return voids and returns and the cursor of the next ones. Raises `Malformed`."""
    facts = reversal_fact.c
    conditions = _common(hq, actor, reversal_fact, asked)
    if asked.kind:
        conditions.append(facts.kind == asked.kind)
    return _page(
        hq, reversal_fact, ReturnRow, conditions, asked, (facts.t_eff, facts.reversal_id), (int, str)
    )


def moments(hq: Hq, since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Return from when until before when (UTC ms) days are, of the program's time zone. Raises `Malformed`."""
    zone = zone_named(hq)
    first = None if not since else span_of(day_named(since), zone)[0]
    last = None if not until else span_of(day_named(until), zone)[1]
    return first, last


def _common(hq: Hq, actor: Actor, facts: Table, asked: Listing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    first, last = moments(hq, asked.since, asked.until)
    if first is not None:
        found.append(facts.c.t_eff >= first)
    if last is not None:
        found.append(facts.c.t_eff < last)
    if asked.store:
        found.append(facts.c.store == asked.store)
    if actor.ceilings.stores:
        found.append(facts.c.store.in_(sorted(actor.ceilings.stores)))
    if asked.order_id:
        found.append(facts.c.order_id == asked.order_id)
    if asked.member:
        with hq.database.reading() as connection:
            refs = refs_of(connection, asked.member)
        found.append(facts.c.member.in_(refs))
    return found


def _page(
    hq: Hq,
    facts: Table,
    kind: type[Any],
    conditions: Sequence[ColumnElement[bool]],
    asked: Paging,
    place: Sequence[Any],
    kinds: Sequence[type],
) -> tuple[list[Any], str | None]:
    """Return one page: the rows by the index of the facts first, and of those few what the journal says."""
    some = page_of(select(facts).where(*conditions), place, asked, kinds=kinds).subquery()
    own = [name for name in kind.__dataclass_fields__ if name in some.c]
    is_it = (journal.c.device == some.c.device) & (journal.c.epoch == some.c.epoch) & (
        journal.c.seq == some.c.seq
    )  # fmt: skip
    statement = (
        select(*(some.c[name] for name in own), *OF_JOURNAL)
        .select_from(some.join(journal, is_it))
        .order_by(*(some.c[column.name].desc() for column in place))
    )
    with hq.database.reading() as connection:
        plan_by_values(connection)
        rows = [
            kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})
            for row in connection.execute(statement)
        ]
    return cut(rows, asked, lambda row: [getattr(row, column.name) for column in place])
