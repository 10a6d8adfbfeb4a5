"""Brings a database to the form this program knows. Steps are numbered SQL files in resources/migrations/.

A step and the record that it ran (`user_version`) are one transaction. A database from a newer program is refused.
"""

from functools import cache

import orjson
from sqlcipher3 import dbapi2
from sqlite_utils import Database

from app.store.db import atomic
from app.store.faults import StoreTooNew
from app.store.names import later_keys, name_key
from resources import load


def migrate(database: Database, kind: str) -> None:
    """Run the steps of `kind` (journal or replica) that the database lacks. Raises `StoreTooNew`."""
    found = refuse_newer(database, kind)
    if found == len(_steps(kind)):
        return
    database.conn.create_function("name_key", 1, name_key)
    database.conn.create_function("later_keys", 1, lambda key: orjson.dumps(later_keys(key)).decode())
    for number, name in enumerate(_steps(kind)[found:], start=found + 1):
        with atomic(database):
            # One by one: the driver's own method for scripts would commit first.
            for statement in _statements(load.read_text(name)):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {number}")


def refuse_newer(database: Database, kind: str) -> int:
    """Return the form that the database has. Raises `StoreTooNew` when this program doesn't know it."""
    form: int = database.execute("PRAGMA user_version").fetchone()[0]
    known = len(_steps(kind))
    if form > known:
        raise StoreTooNew(f"the {kind} has form {form}, this program knows {known}")
    return form


@cache  # a process may lay out many stores
def _statements(script: str) -> tuple[str, ...]:
    """Return the statements of a script, comments with the statement that they stand before."""
    found, begun = [], ""
    for part in script.split(";")[:-1]:
        begun += part + ";"
        if dbapi2.complete_statement(begun):
            found.append(begun)
            begun = ""
    return tuple(found)


def _steps(kind: str) -> list[str]:
    folder = f"migrations/{kind}"
    return [f"{folder}/{name}" for name in load.names(folder) if name.endswith(".sql")]
