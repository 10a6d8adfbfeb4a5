"""Figures from HQ's tables alone: what the demo shows and what a person may hold against the stations' own."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, distinct, func, select

from hq.db import Database
from hq.journal.postings import GIVEN, ISSUED
from hq.journal.store import REDEEMED, REFUSED
from hq.members.tables import merged_account
from hq.tables import device, journal, later_verdict, member, order_fact, posting, redemption_fact


@dataclass(frozen=True)
class Figures:
    """Totals over everything posted. Money in minor units; members and stores are those with an order."""

    orders: int
    lines: int
    members: int
    stores: int
    gross_cents: int
    redemptions_attempted: int
    redemptions_approved: int
    redemptions_refused: int
    refused_by_reason: dict[str, int]
    discount_cents: int
    points_earned: int
    approved_by_campaign: dict[str, int]
    journal_entries: int
    verdicts: dict[str, int]
    offline_orders: int


@dataclass(frozen=True)
class HeldHead:
    """What HQ holds of a device: its head, and how many entries of that epoch are really there."""

    device_id: str
    store: str
    epoch: int
    seq: int
    hash: bytes
    entries: int


def figures(database: Database) -> Figures:
    """Count everything, as of one moment."""
    with database.reading() as connection:
        outcomes = _counts(connection, redemption_fact.c.outcome)
        return Figures(
            **_orders(connection),
            redemptions_attempted=sum(outcomes.values()),
            redemptions_approved=outcomes.get(REDEEMED, 0),
            redemptions_refused=outcomes.get(REFUSED, 0),
            refused_by_reason=_counts(
                connection, redemption_fact.c.reason, redemption_fact.c.outcome == REFUSED
            ),
            approved_by_campaign=_counts(
                connection, redemption_fact.c.campaign, redemption_fact.c.outcome == REDEEMED
            ),
            journal_entries=connection.execute(select(func.count()).select_from(journal)).scalar_one(),
            verdicts=_verdicts(connection),
        )


def heads(database: Database) -> dict[str, HeldHead]:
    """Return what HQ holds of each device, by device id.

    An entry missing from the middle shows as `entries` < `seq`.
    """
    counted = (
        select(journal.c.device, journal.c.epoch, func.count().label("entries"))
        .group_by(journal.c.device, journal.c.epoch)
        .subquery()
    )
    statement = select(device, func.coalesce(counted.c.entries, 0).label("entries")).outerjoin(
        counted, (counted.c.device == device.c.device_id) & (counted.c.epoch == device.c.epoch)
    )
    with database.reading() as connection:
        return {
            row.device_id: HeldHead(
                row.device_id, row.store, row.epoch, row.head_seq, row.head_hash, row.entries
            )
            for row in connection.execute(statement)
        }


def held_bodies(database: Database, device_id: str) -> list[tuple[int, bytes]]:
    """Return number and body of every entry that HQ holds of a device, in order."""
    statement = (
        select(journal.c.seq, journal.c.body).where(journal.c.device == device_id).order_by(journal.c.seq)
    )
    with database.reading() as connection:
        return [(row.seq, row.body) for row in connection.execute(statement)]


@dataclass(frozen=True)
class LedgerSums:
    """What the ledger comes to. `unbalanced` counts entries whose postings of a unit don't sum to zero."""

    points_earned: int
    discount_cents: int
    balances: int
    unbalanced: int


def ledger_sums(database: Database) -> LedgerSums:
    """Add up the postings and the members' balances, as of one moment."""
    entries = (
        select(posting.c.entry_id)
        .group_by(posting.c.entry_id, posting.c.unit)
        .having(func.sum(posting.c.amount) != 0)
        .subquery()
    )
    with database.reading() as connection:
        return LedgerSums(
            points_earned=-_sum_of(connection, ISSUED),
            discount_cents=_sum_of(connection, GIVEN),
            balances=int(
                connection.execute(select(func.coalesce(func.sum(member.c.balance), 0))).scalar_one()
            ),
            unbalanced=connection.execute(select(func.count()).select_from(entries)).scalar_one(),
        )


def _sum_of(connection: Connection, account: str) -> int:
    amounts = select(func.coalesce(func.sum(posting.c.amount), 0)).where(posting.c.account == account)
    return int(connection.execute(amounts).scalar_one())


def _orders(connection: Connection) -> dict[str, Any]:
    facts = order_fact.c
    statement = select(
        func.count().label("orders"),
        func.coalesce(func.sum(facts.lines), 0).label("lines"),
        func.count(distinct(func.coalesce(merged_account.c.survivor, facts.member))).label("members"),
        func.count(distinct(facts.store)).label("stores"),
        func.coalesce(func.sum(facts.gross), 0).label("gross_cents"),
        func.coalesce(func.sum(facts.discount), 0).label("discount_cents"),
        func.coalesce(func.sum(facts.points), 0).label("points_earned"),
        func.count().filter(facts.link == "offline").label("offline_orders"),
    )
    whose = order_fact.outerjoin(merged_account, merged_account.c.ref == facts.member)
    row = connection.execute(statement.select_from(whose)).mappings().one()
    return {name: int(value) for name, value in row.items()}


def _verdicts(connection: Connection) -> dict[str, int]:
    """Count entries by HQ's newest word on them."""
    counts = Counter(_counts(connection, journal.c.verdict))
    place = (later_verdict.c.device, later_verdict.c.epoch, later_verdict.c.seq)
    is_it = (journal.c.device == place[0]) & (journal.c.epoch == place[1]) & (journal.c.seq == place[2])
    statement = (
        select(*place, later_verdict.c.verdict, journal.c.verdict.label("before"))
        .join(journal, is_it)
        .order_by(*place, later_verdict.c.n)
    )
    newest = {(row.device, row.epoch, row.seq): row for row in connection.execute(statement)}
    for row in newest.values():
        counts[row.before] -= 1
        counts[row.verdict] += 1
    return {verdict: count for verdict, count in sorted(counts.items()) if count}


def _counts(
    connection: Connection, column: ColumnElement[str], *conditions: ColumnElement[bool]
) -> dict[str, int]:
    """Count rows by the value of a column, values in order."""
    statement = select(column, func.count()).where(*conditions).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(statement)}
