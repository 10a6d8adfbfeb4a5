"""An HQ on PostgreSQL with a large past: orders, redemptions and the ledger of two years, written by SQL.

The rows are shaped as HQ's own, with balanced postings and moments that follow one another. Their journal bodies are
short and nobody reads them: lists and reports never do.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from hq.home import Hq
from hq.stores.service import add_store

STORES, CAMPAIGNS, DAYS = 20, 12, 730
ZONE, CURRENCY = "Europe/Berlin", "EUR"
SEGMENT = "regulars"  # every tenth member
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
BODY = 300  # bytes


@dataclass(frozen=True)
class Past:
    """How much there is: so many redemptions, one an order, and members, and when it ends (UTC ms)."""

    redemptions: int
    members: int
    until_ms: int
    currency: str = CURRENCY


# Every number of a row follows from its place in the series, so that two runs have the same past.
NUMBERED = """
    CREATE UNLOGGED TABLE bench_row AS
    SELECT n, 'S' || lpad((n % :stores)::text, 2, '0') AS store, 'D' || lpad((n % :stores)::text, 2, '0') AS device,
        2 * n - 1 AS seq, :from_ms + n * :step_ms AS t_eff,
        lpad(((n * 7919 + n / 977) % :members + 1)::text, 13, '0') AS member,
        500 + (n * 7919) % 20000 AS gross, 'c' || (n * 31) % :campaigns AS campaign, n % 10 <> 0 AS is_redeemed,
        CASE WHEN n % 10 = 0 THEN 0 ELSE 100 + n % 400 END AS discount,
        CASE WHEN n % 5 = 0 AND n % 10 <> 0 THEN 50 ELSE 0 END AS spent,
        lpad(to_hex(:from_ms + n * :step_ms), 12, '0') || '7' || substr(md5('o' || n), 1, 19) AS order_entry,
        lpad(to_hex(:from_ms + n * :step_ms), 12, '0') || '7' || substr(md5('r' || n), 1, 19) AS redeem_entry
    FROM generate_series(1::bigint, :redemptions) AS n
"""
MEMBERS = """
    INSERT INTO member (ref, name, tier, segments, balance, home_store, state)
    SELECT lpad(n::text, 13, '0'), 'Member ' || n, '', CASE n % 10 WHEN 0 THEN :labels ELSE '[]' END, 0,
        'S' || lpad((n % :stores)::text, 2, '0'), 'active'
    FROM generate_series(1::bigint, :members) AS n
"""
SCOPES = """
    INSERT INTO member_scope (member, store, last_visit_ms)
    SELECT member, store, max(t_eff) FROM bench_row GROUP BY member, store
"""
JOURNAL = """
    INSERT INTO journal (device, epoch, seq, entry_id, type, body, hash, received_ms, verdict, flags)
    SELECT device, 1, seq + more, CASE more WHEN 0 THEN order_entry ELSE redeem_entry END,
        CASE WHEN more = 0 THEN 'order' WHEN is_redeemed THEN 'redeem' ELSE 'refuse' END,
        convert_to(rpad('{"n":' || n || '}', :body, ' '), 'UTF8'), sha256(('h' || n || '/' || more)::bytea),
        t_eff + 60000, 'posted', ''
    FROM bench_row, (VALUES (0), (1)) AS both_of (more)
"""
ORDERS = """
    INSERT INTO order_fact (device, epoch, seq, order_id, store, member, t_eff, link, lines, gross, discount, points)
    SELECT device, 1, seq, 'O-' || n, store, member, t_eff, CASE WHEN n % 20 = 0 THEN 'offline' ELSE 'online' END,
        4, gross, discount, (gross - discount) / 100
    FROM bench_row
"""
REDEMPTIONS = """
    INSERT INTO redemption_fact (redemption_id, device, epoch, seq, order_id, campaign, rule, member, outcome, reason,
        discount, at_till, t_eff, store, points)
    SELECT 'R-' || lpad(n::text, 9, '0'), device, 1, seq + 1, 'O-' || n, campaign, campaign || '-1', member,
        CASE WHEN is_redeemed THEN 'redeemed' ELSE 'refused' END,
        CASE WHEN is_redeemed THEN '' ELSE 'limit_total_reached' END,
        discount, device, t_eff, store, spent
    FROM bench_row
"""
POSTINGS = """
    INSERT INTO posting (entry_id, n, account, unit, amount)
    SELECT order_entry, 0, 'member:' || member, 'points', (gross - discount) / 100 FROM bench_row
    UNION ALL SELECT order_entry, 1, 'points-issued', 'points', -((gross - discount) / 100) FROM bench_row
    UNION ALL SELECT redeem_entry, 0, 'discounts-given', :currency, discount FROM bench_row WHERE discount > 0
    UNION ALL SELECT redeem_entry, 1, 'campaign:' || campaign, :currency, -discount FROM bench_row WHERE discount > 0
    UNION ALL SELECT redeem_entry, 2, 'points-spent', 'points', spent FROM bench_row WHERE spent > 0
    UNION ALL SELECT redeem_entry, 3, 'member:' || member, 'points', -spent FROM bench_row WHERE spent > 0
"""
BALANCES = """
    UPDATE member SET balance = sums.amount
    FROM (SELECT member, sum((gross - discount) / 100 - spent) AS amount FROM bench_row GROUP BY member) sums
    WHERE member.ref = sums.member
"""
DUE = """
    INSERT INTO figure_due (store, hour) SELECT store, hour FROM (
        SELECT DISTINCT store, t_eff / 3600000 AS hour FROM bench_row) hours ORDER BY hour / 24, store, hour
"""
SEGMENTS = """
    INSERT INTO segment (segment_id, name, kind, condition, state, version, members, day, refreshed_ms, created_ms,
        changed_ms, who)
    VALUES (:segment, 'Regulars', 'static', '', 'live', 1, :members / 10, '', 0, 0, 0, 'bench')
"""
IN_SEGMENT = """
    INSERT INTO segment_member (segment, member, since_ms)
    SELECT :segment, lpad(n::text, 13, '0'), 0 FROM generate_series(10::bigint, :members, 10) AS n
"""
STEPS = (
    NUMBERED,
    MEMBERS,
    SCOPES,
    JOURNAL,
    ORDERS,
    REDEMPTIONS,
    POSTINGS,
    BALANCES,
    DUE,
    SEGMENTS,
    IN_SEGMENT,
)
TABLES = (
    "member",
    "member_scope",
    "journal",
    "order_fact",
    "redemption_fact",
    "posting",
    "figure_due",
    "segment_member",
)


def fill(hq: Hq, past: Past) -> None:
    """Write the past into an HQ that has a program and nothing else."""
    for n in range(STORES):
        add_store(hq, store_id=f"S{n:02d}", name=f"Store {n}", time_zone=ZONE, currency=past.currency)
    values = {
        "stores": STORES,
        "campaigns": CAMPAIGNS,
        "members": past.members,
        "redemptions": past.redemptions,
        "from_ms": past.until_ms - DAYS * DAY_MS,
        "step_ms": max(1, DAYS * DAY_MS // past.redemptions),
        "body": BODY,
        "currency": past.currency,
        "segment": SEGMENT,
        "labels": json.dumps([SEGMENT]),
    }
    for step in STEPS:
        with hq.database.atomic() as connection:
            _run(connection, step, values)
    with hq.database.atomic() as connection:
        connection.execute(text("DROP TABLE bench_row"))
    with hq.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in TABLES:
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def analyse(hq: Hq, *tables: str) -> None:
    """Let the database look at tables that were filled since, as it does by itself after a while."""
    with hq.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def program(now_ms: int) -> dict[str, object]:
    """Return a program with nothing in it but its money and its time."""
    return {
        "format": 1,
        "program_id": "bench",
        "version": 1,
        "name": "Bench",
        "currency": CURRENCY,
        "time_zone": ZONE,
        "expires_ms": now_ms + 90 * DAY_MS,
        "product_sets": {},
        "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
        "campaigns": [],
    }


def folder_in(parent: Path) -> Path:
    """Return where the HQ lies."""
    return parent / "hq"


def _run(connection: Connection, step: str, values: dict[str, object]) -> None:
    used = {name: value for name, value in values.items() if f":{name}" in step}
    connection.execute(text(step), used)
