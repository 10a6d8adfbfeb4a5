"""Signals as the replica holds them: what head office says is so in the world."""

from collections.abc import Collection

import orjson
from sqlite_utils import Database

# What is said of this store comes last, and stands above what is said of all.
SIGNALS = """
SELECT name, value FROM signal WHERE name IN (SELECT value FROM json_each(?)) AND (until_ms IS NULL OR until_ms > ?)
ORDER BY key = '/' || name DESC
"""


def read_signals(database: Database, names: Collection[str], *, at_ms: int) -> dict[str, str]:
    """Return those of some signals that are so at a moment (UTC ms), by name."""
    rows = database.conn.execute(SIGNALS, (orjson.dumps(sorted(names)).decode(), at_ms))
    return dict(rows.fetchall())
