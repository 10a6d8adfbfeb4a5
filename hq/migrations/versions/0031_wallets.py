"""Figures of the money in wallets, and the postings of what orders had promised to wallets before HQ posted it."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

NEW = ("credited", "wallets")
INDEX, TABLE, KEY = "ix_figure_member_of_all_member_day", "figure_member", ["member", "day"]
MEASURES = (
    "orders",
    "orders_with",
    "value",
    "value_with",
    "returned",
    "discount",
    "redeemed",
    "refused",
    "issued",
    "spent",
    "expired",
    "points",
    "sold",
    "paid",
    "lapsed",
    "cards",
    *NEW,
)
HOUR_MS = 3_600_000
PLACE = "j.device = f.device AND j.epoch = f.epoch AND j.seq = f.seq"


def upgrade() -> None:
    """Add the columns, and post what was promised; its figures, and those of what marks had given, are due anew."""
    for table in ("figure_member", "figure_day"):
        for name in NEW:
            op.add_column(table, sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    rows, include = sa.text("campaign = ''"), ["store", *MEASURES]
    op.drop_index(INDEX, table_name=TABLE, if_exists=True)
    op.create_index(INDEX, TABLE, KEY, postgresql_include=include, postgresql_where=rows, sqlite_where=rows)
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "INSERT INTO figure_due (store, hour) SELECT DISTINCT o.store, o.at_ms / :hour_ms"
            " FROM own_entry o JOIN posting p ON p.entry_id = o.entry_id WHERE p.account LIKE 'wallet:%'"
            " ORDER BY 1, 2"
        ),
        {"hour_ms": HOUR_MS},
    )
    if _found(connection, "document", "kind = 'program'"):
        for row, currency, amount in _promised(connection):
            if amount:
                _post(connection, row, currency, amount)


def _promised(connection: sa.Connection) -> Iterator[tuple[Any, str, int]]:
    """Yield entries of members with what they put into a wallet, in minor units of a currency."""

    @cache
    def currency_of(version: int) -> str:
        program = sa.text("SELECT body FROM document WHERE kind = 'program' AND version = :version")
        return str(json.loads(connection.execute(program, {"version": version}).scalar_one())["currency"])

    for row, said in _facts(connection, "order_fact", b'"credit"'):
        yield row, said["currency"], sum(each.get("credit", 0) for each in said["campaigns"])
    for row, said in _facts(connection, "redemption_fact", b'"credit"'):
        if row.type == "redeem" and said.get("credit"):
            yield row, currency_of(said["program_version"]), said["credit"]
    for row, said in _facts(connection, "reversal_fact", b'"wallet"'):
        yield row, said["currency"], dict(said.get("earned", ())).get("wallet", 0)


def _facts(connection: sa.Connection, table: str, word: bytes) -> list[tuple[Any, dict[str, Any]]]:
    found = sa.text(
        f"SELECT f.member, f.store, f.t_eff, j.entry_id, j.type, j.body FROM {table} f JOIN journal j ON {PLACE}"  # noqa: S608 ours
        f" WHERE f.member IS NOT NULL AND {_has(connection, 'j.body')}"
    )
    rows = connection.execute(found, {"word": word})
    return [(row, json.loads(row.body)["data"]) for row in rows]


def _found(connection: sa.Connection, table: str, condition: str) -> bool:
    some = sa.text(f"SELECT 1 FROM {table} WHERE {condition} AND {_has(connection, 'body')} LIMIT 1")  # noqa: S608 ours
    return connection.execute(some, {"word": b'"credit"'}).first() is not None


def _has(connection: sa.Connection, column: str) -> str:
    """Return the condition that bytes have a word in them."""
    return (
        f"instr({column}, :word) > 0"
        if connection.dialect.name == "sqlite"
        else f"position(:word in {column}) > 0"
    )


def _post(connection: sa.Connection, row: Any, currency: str, amount: int) -> None:
    """Post to the wallet of who the member is by now; of somebody who was erased on to `breakage`."""
    to = sa.text("SELECT survivor FROM merged_account WHERE ref = :ref")
    ref = connection.execute(to, {"ref": row.member}).scalar_one_or_none() or row.member
    made = [(f"wallet:{ref}", amount), ("wallet-credited", -amount)]
    if connection.execute(sa.text("SELECT 1 FROM closed_account WHERE ref = :ref"), {"ref": ref}).first():
        made += [("breakage", amount), (f"wallet:{ref}", -amount)]
    last = sa.text("SELECT COALESCE(MAX(n), -1) FROM posting WHERE entry_id = :entry_id")
    first = connection.execute(last, {"entry_id": row.entry_id}).scalar_one() + 1
    connection.execute(
        sa.text(
            "INSERT INTO posting (entry_id, n, account, unit, amount) VALUES (:entry_id, :n, :account, :unit, :amount)"
        ),
        [
            {"entry_id": row.entry_id, "n": n, "account": account, "unit": currency, "amount": each}
            for n, (account, each) in enumerate(made, start=first)
        ],
    )
    due = sa.text("INSERT INTO figure_due (store, hour) VALUES (:store, :hour)")
    connection.execute(due, {"store": row.store, "hour": row.t_eff // HOUR_MS})
