"""What HQ's tables must say after a storm, asked in SQL and by nothing of HQ's own."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from bench import floors
from bench._storm_stations import Report

BARE_DEVICES = 60
TABLES = ("journal", "order_fact", "posting")
WITHIN = "SELECT device_id FROM device ORDER BY device_id LIMIT %s"

# Each question, and what the answer must be: a number, or the name of a figure that the stations tell.
QUESTIONS: tuple[tuple[str, str, str | int], ...] = (
    ("entries in the journal", "SELECT count(*) FROM journal", "total"),
    ("different ids of entries", "SELECT count(DISTINCT entry_id) FROM journal", "total"),
    (
        "journals that are not the numbers from 1 on",
        "SELECT count(*) FROM (SELECT 1 FROM journal GROUP BY device, epoch"
        " HAVING min(seq) <> 1 OR max(seq) <> %(entries)s OR count(*) <> %(entries)s) AS odd",
        0,
    ),
    ("devices with a journal", "SELECT count(DISTINCT device) FROM journal", "stations"),
    ("entries that were not simply posted", "SELECT count(*) FROM journal WHERE verdict <> 'posted'", 0),
    ("heads that are not the last entry's",
     "SELECT count(*) FROM device d LEFT JOIN journal j ON j.device = d.device_id AND j.epoch = d.epoch"
     " AND j.seq = d.head_seq WHERE j.hash IS DISTINCT FROM d.head_hash", 0),
    ("orders", "SELECT count(*) FROM order_fact", "orders"),
    ("orders, by number", "SELECT count(DISTINCT (device, order_id)) FROM order_fact", "orders"),
    ("points of the orders", "SELECT coalesce(sum(points), 0)::int8 FROM order_fact", "points"),
    (
        "entries whose postings do not sum to zero",
        "SELECT count(*) FROM (SELECT 1 FROM posting GROUP BY entry_id, unit HAVING sum(amount) <> 0) AS odd",
        0,
    ),
    ("points posted to members",
     "SELECT coalesce(sum(amount), 0)::int8 FROM posting WHERE account LIKE 'member:%%'", "points"),
    ("points on the members' balances", "SELECT sum(balance)::int8 FROM member", "points"),
    (
        "members whose balance is not the sum of their postings",
        "SELECT count(*) FROM member m LEFT JOIN (SELECT account, sum(amount) AS points FROM posting"
        " GROUP BY account) AS p ON p.account = 'member:' || m.ref WHERE m.balance <> coalesce(p.points, 0)",
        0,
    ),
    ("numbers of the feed beyond its counter",
     "SELECT count(*) FROM feed WHERE n > (SELECT n FROM counter WHERE name = 'feed')", 0),
    ("cases", 'SELECT count(*) FROM "exception"', 0),
    ("pushes held aside", "SELECT count(*) FROM held_push", 0),
)  # fmt: skip


def faults(url: str, reports: Sequence[Report], *, stations: int, entries: int) -> list[str]:
    """Return a sentence for everything that is not as the stations know it to be."""
    told = {
        "total": stations * entries,
        "stations": stations,
        "orders": sum(report.orders for report in reports),
        "points": sum(report.points for report in reports),
    }
    found = [wrong for report in reports for wrong in report.wrong]
    with psycopg.connect(url) as connection:
        for name, question, expected in QUESTIONS:
            (answer,) = connection.execute(question, {"entries": entries}).fetchone() or (None,)
            right = told[expected] if isinstance(expected, str) else expected
            if answer != right:
                found.append(f"{name}: {answer}, not {right}")
        heads = dict(connection.execute("SELECT device_id, encode(head_hash, 'hex') FROM device").fetchall())
    for report in reports:
        found += [f"the head of {of}" for of, its in report.heads.items() if heads[of] != its]
    if sum(len(report.heads) for report in reports) != stations:
        found.append("not every station was drained")
    return found


def bare_entries_s(url: str) -> float:
    """Insert once more what some devices sent, by a bare loop and under other names; return entries a second."""
    with psycopg.connect(url) as connection:
        devices = [name for (name,) in connection.execute(WITHIN, (BARE_DEVICES,))]
        batches = [list(_rows_of(connection, name)) for name in devices]
    entries = sum(len(rows) for batch in batches for table, _, rows in batch if table == "journal")
    return entries / floors.insert_postgres(url, batches)


def _rows_of(connection: Any, name: str) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Yield the rows of a device, table by table."""
    for table in TABLES:
        where = "device = %s" if table != "posting" else (
            "entry_id IN (SELECT entry_id FROM journal WHERE device = %s)"
        )  # fmt: skip
        cursor = connection.execute(f"SELECT * FROM {table} WHERE {where}", (name,))  # noqa: S608 names of ours
        columns = tuple(column.name for column in cursor.description)
        rows = [tuple(map(_renamed, columns, row)) for row in cursor]
        if rows:
            yield table, columns, rows


def _renamed(column: str, value: Any) -> Any:
    return f"f{value[1:]}" if column in ("device", "entry_id") and value else value
