"""The journal's rows as they go into a bare file of the same tables."""

from typing import Any

COLUMNS = {
    "journal": "epoch, seq, entry_id, type, body, prev, hash, sig, wall_ms, boot, boot_ms, tq",
    "effect": "epoch, seq, kind, ref, delta",
}


def insert(table: str) -> str:
    """Return the statement that inserts a row of a table."""
    marks = ", ".join("?" * (COLUMNS[table].count(",") + 1))
    return f"INSERT INTO {table} ({COLUMNS[table]}) VALUES ({marks})"  # noqa: S608 ours


def schema(database: Any) -> list[str]:
    """Return the statements that make the tables and indexes of a journal."""
    found = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return [sql for (sql,) in found]
