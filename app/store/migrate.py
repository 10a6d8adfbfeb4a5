"""Brings a database to the form this program knows. Steps are numbered SQL files in resources/migrations/.

A step and the record that it ran (`user_version`) are one transaction. A database from a newer program is refused.
"""

from sqlite_utils import Database

from app.store.db import atomic
from app.store.faults import StoreTooNew
from resources import load


def migrate(database: Database, kind: str) -> None:
    """Run the steps of `kind` (journal or replica) that the database lacks. Raises `StoreTooNew`."""
    folder = f"migrations/{kind}"
    steps = [name for name in load.names(folder) if name.endswith(".sql")]
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found > len(steps):
        raise StoreTooNew(f"the {kind} has form {found}, this program knows {len(steps)}")
    for number, name in enumerate(steps[found:], start=found + 1):
        with atomic(database):
            # sqlite-utils' own method stays inside the transaction; the driver's would commit first.
            database.executescript(load.read_text(f"{folder}/{name}"))
            database.execute(f"PRAGMA user_version = {number}")
