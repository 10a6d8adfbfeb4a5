"""Small facts by name in a database's `meta` table."""

from typing import Any

from sqlite_utils import Database


def read_meta(database: Database, name: str, default: Any = None) -> Any:
    """Return a fact, or the default when it isn't there."""
    row = database.conn.execute("SELECT v FROM meta WHERE k = ?", (name,)).fetchone()
    return row[0] if row else default


def write_meta(database: Database, **facts: Any) -> None:
    """Set facts. Call it inside `atomic`."""
    database.conn.executemany(
        "INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
        list(facts.items()),
    )
