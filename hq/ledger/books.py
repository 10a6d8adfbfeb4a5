"""The ledger as people see it: what each account comes to, and the postings of one, the newest first.

A posting's moment is that of the order, redemption, return or gift card entry that it is of, or of HQ's own entry. So
the rows of an account in a period are looked for in the facts that may post to it, each by its own index; their sum is
the number that reports say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
)

from hq.access.actor import Actor
from hq.api.models import PATTERN, Day
from hq.api.paging import Paging, read_cursor, write_cursor
from hq.authority.settling import OVERSPENT
from hq.db import join_as_written, plan_by_values
from hq.gift_cards.postings import LAPSED, PAID, SOLD
from hq.gift_cards.tables import gift_card_fact
from hq.home import Hq
from hq.journal.own import OWNER
from hq.journal.postings import BREAKAGE, CORRECTIONS, CREDITED, EXPIRED, GIVEN, ISSUED, SPENT
from hq.journal.reversal_tables import reversal_fact
from hq.ledger.tables import own_entry
from hq.orders.lists import Text, moments
from hq.reports.folding import fresh
from hq.reports.tables import figure_day
from hq.tables import journal, order_fact, posting, redemption_fact

ORDER, REDEMPTION, RETURN, CARD, OWN = "order", "redemption", "return", "card", "own"
BY_HAND = "by hand"  # redemptions that head office made, which may post what stations' never do
FACTS = {
    ORDER: order_fact,
    REDEMPTION: redemption_fact,
    BY_HAND: redemption_fact,
    RETURN: reversal_fact,
    CARD: gift_card_fact,
}
ANYTHING = (ORDER, REDEMPTION, RETURN, CARD, OWN)
CAMPAIGN = "campaign:"
# What may post to an account that many entries post to. Members' and cards' own accounts are small.
SOURCES = {
    ISSUED: (ORDER, BY_HAND, RETURN, OWN),
    SPENT: (REDEMPTION, RETURN, OWN),
    EXPIRED: (OWN,),
    CORRECTIONS: (OWN,),
    BREAKAGE: (OWN,),
    OVERSPENT: (OWN,),
    GIVEN: (ORDER, REDEMPTION, RETURN, OWN),
    SOLD: (CARD, OWN),
    PAID: (ORDER, RETURN, OWN),
    LAPSED: (ORDER, RETURN, OWN),
    CREDITED: (ORDER, REDEMPTION, RETURN, OWN),
}
# What nearly all facts post to: a page is found soon from the moment on, and never among all that was posted there.
DENSE = (ISSUED, GIVEN)
# Of figures: what they say of an account, with its sign.
BY_FIGURES = {
    ISSUED: ("issued", -1),
    SPENT: ("spent", 1),
    EXPIRED: ("expired", 1),
    GIVEN: ("discount", 1),
    SOLD: ("sold", -1),
    PAID: ("paid", 1),
    LAPSED: ("lapsed", 1),
    CREDITED: ("credited", -1),
}
MEMBERS, CARDS, WALLETS = "member:", "gift_card:", "wallet:"
BY_HQ = OWNER.device_id


class PostingList(Paging):
    """Which postings: of one account, of days (both included), of a store."""

    account: Annotated[str, Field(min_length=1, max_length=100, pattern=PATTERN)]
    since: Day | None = None
    until: Day | None = None
    store: Text | None = None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What an account comes to, whole points or minor units. A name that ends in `:` stands for many accounts."""

    account: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class PostingRow:
    """An amount on an account: when (UTC ms), by what (`order`, `redemption`, `return`, `card`, or HQ's own kind)."""

    entry_id: str
    n: int
    account: str
    unit: str
    amount: int
    at_ms: int
    source: str
    store: str
    member: str
    about: str


def list_accounts(hq: Hq, actor: Actor, *, currency: str) -> list[AccountRow]:
    """Return what the accounts come to as of now; for points and for money the amounts sum to zero.

    Whoever sees some stores alone sees what was posted there.
    """
    fresh(hq)
    stores = actor.ceilings.stores
    seen = [figure_day.c.store.in_(sorted(stores))] if stores else []
    names = [*(name for name, _ in BY_FIGURES.values()), "points", "cards", "wallets"]
    sums = [func.coalesce(func.sum(figure_day.c[name]), 0).label(name) for name in names]
    given = (
        select(figure_day.c.campaign, func.sum(figure_day.c.discount))
        .where(figure_day.c.campaign != "", *seen)
        .group_by(figure_day.c.campaign)
        .order_by(figure_day.c.campaign)
    )
    with hq.database.reading() as connection:
        found = connection.execute(select(*sums).where(figure_day.c.campaign == "", *seen)).mappings().one()
        campaigns = connection.execute(given).all()
        small = [] if stores else _small(connection)
    rows = [
        AccountRow(MEMBERS, "points", int(found["points"])),
        *(_of(found, account, "points") for account in (ISSUED, SPENT, EXPIRED)),
        AccountRow(CARDS, currency, int(found["cards"])),
        AccountRow(WALLETS, currency, int(found["wallets"])),
        *(_of(found, account, currency) for account in (SOLD, PAID, LAPSED, CREDITED, GIVEN)),
        *(AccountRow(f"campaign:{name}", currency, -int(amount)) for name, amount in campaigns if amount),
        *small,
    ]
    return [row for row in rows if row.amount or row.account in (MEMBERS, CARDS, ISSUED, SPENT, EXPIRED)]


def list_postings(hq: Hq, actor: Actor, asked: PostingList) -> tuple[list[PostingRow], str | None]:
    """Return postings of an account, the newest first, and the cursor of the next ones. Raises `Malformed`."""
    behind = read_cursor(asked.cursor, (int, str, int))
    first, last = moments(hq, asked.since, asked.until)
    with hq.database.reading() as connection:
        plan_by_values(connection)
        found = []
        for source in sorted(_sources(asked.account), key=lambda each: each != OWN):
            if asked.account in DENSE and source != OWN:
                join_as_written(connection)
            found += _some(connection, actor, asked, source, behind=behind, first=first, last=last)
    found.sort(key=lambda row: (row.at_ms, row.entry_id, row.n), reverse=True)
    shown = found[: asked.limit]
    following = (shown[-1].at_ms, shown[-1].entry_id, shown[-1].n) if len(found) > asked.limit else None
    return shown, None if following is None else write_cursor(following)


def _of(found: Any, account: str, unit: str) -> AccountRow:
    name, sign = BY_FIGURES[account]
    return AccountRow(account, unit, sign * int(found[name]))


def _small(connection: Connection) -> list[AccountRow]:
    """Return the accounts that few entries post to."""
    names = (CORRECTIONS, BREAKAGE, OVERSPENT)
    statement = (
        select(posting.c.account, posting.c.unit, func.sum(posting.c.amount))
        .where(posting.c.account.in_(names))
        .group_by(posting.c.account, posting.c.unit)
        .order_by(posting.c.account, posting.c.unit)
    )
    return [AccountRow(row[0], row[1], int(row[2])) for row in connection.execute(statement)]


def _sources(account: str) -> tuple[str, ...]:
    if account.startswith(CAMPAIGN):
        return (ORDER, REDEMPTION, BY_HAND, RETURN, OWN)
    return SOURCES.get(account, ANYTHING)


def _some(
    connection: Connection,
    actor: Actor,
    asked: PostingList,
    source: str,
    *,
    behind: Sequence[Any] | None,
    first: int | None,
    last: int | None,
) -> list[PostingRow]:
    """Return postings of one source, as many as a page can need."""
    statement, at, store = _joined(source)
    statement = statement.where(posting.c.account == asked.account, *_of_source(source, asked.account))
    if first is not None:
        statement = statement.where(at >= first)
    if last is not None:
        statement = statement.where(at < last)
    if asked.store is not None:
        statement = statement.where(store == asked.store)
    if actor.ceilings.stores:
        statement = statement.where(store.in_(sorted(actor.ceilings.stores)))
    if behind is not None:
        at_ms, entry_id, n = behind
        same = posting.c.entry_id
        later = or_(same < entry_id, and_(same == entry_id, posting.c.n < n))
        statement = statement.where(at <= at_ms, or_(at < at_ms, later))
    statement = statement.order_by(at.desc(), posting.c.entry_id.desc(), posting.c.n.desc())
    return [PostingRow(*row) for row in connection.execute(statement.limit(asked.limit + 1))]


def _of_source(source: str, account: str) -> list[ColumnElement[bool]]:
    """Return which facts of a source can post to an account at all: those have an index of their own.

    Without it, what posts to an account seldom would be looked for among everything.
    """
    redeemed = redemption_fact.c
    campaign = account.removeprefix(CAMPAIGN) if account.startswith(CAMPAIGN) else None
    if source == ORDER and (campaign is not None or account == GIVEN):
        return [order_fact.c.given != 0]
    if source == REDEMPTION and campaign is not None:
        return [redeemed.campaign == campaign]
    if source == BY_HAND:
        return [redeemed.device == BY_HQ, *([] if campaign is None else [redeemed.campaign != campaign])]
    return []


def _joined(source: str) -> tuple[Select[Any], Any, Any]:
    """Return postings joined with what tells their moment and store, and those two columns."""
    of = (posting.c.entry_id, posting.c.n, posting.c.account, posting.c.unit, posting.c.amount)
    if source == OWN:
        own = own_entry.c
        statement = select(*of, own.at_ms, own.kind, own.store, own.member, own.about)
        joined = own_entry.join(posting, posting.c.entry_id == own.entry_id)
        return statement.select_from(joined), own.at_ms, own.store
    facts, said = FACTS[source], REDEMPTION if source == BY_HAND else source
    is_it = and_(*(journal.c[name] == facts.c[name] for name in ("device", "epoch", "seq")))
    member = func.coalesce(facts.c.member, "") if "member" in facts.c else literal("")
    about = literal("order:") + cast(facts.c.order_id, String) if "order_id" in facts.c else literal("")
    statement = select(*of, facts.c.t_eff, literal(said), facts.c.store, member, about)
    joined = facts.join(journal, is_it).join(posting, posting.c.entry_id == journal.c.entry_id)
    return statement.select_from(joined), facts.c.t_eff, facts.c.store
