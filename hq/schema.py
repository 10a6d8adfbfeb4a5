"""Bringing HQ's database to the form this program expects, and refusing one that is newer.

Alembic keeps the versions.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select

from hq.db import Database, Whole, hold_whole
from hq.faults import SetUpFault

MIGRATIONS = Path(__file__).parent / "migrations"
MAY_CREATE = func.has_schema_privilege(func.current_schema(), "create")


def upgrade(database: Database, *, to: str = "head") -> None:
    """Run the migrations that are missing, in one transaction."""
    config = _config()
    with database.atomic() as connection:
        hold_whole(connection, Whole.SCHEMA)
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def check_empty(database: Database) -> None:
    """Refuse a database that holds tables already, of an HQ or of somebody else's. Raises `SetUpFault`."""
    with database.reading() as connection:
        if inspect(connection).get_table_names():
            raise SetUpFault("The database is not empty. Make a new one for HQ; nothing was changed.")
        if not database.is_sqlite and not connection.execute(select(MAY_CREATE)).scalar_one():
            raise SetUpFault("This user may not make tables in the database. Make it the database's owner.")


def check(database: Database) -> None:
    """Refuse a database that is newer than this program, or older. Raises `SetUpFault`."""
    if form(database) != newest_form():
        raise SetUpFault(
            "This database is of an older Tillside. Stop HQ everywhere, then run `tillside hq upgrade`."
        )


def form(database: Database) -> str:
    """Return the form that a database has. Raises `SetUpFault` for one that this program doesn't know."""
    with database.reading() as connection:
        return form_of(connection)


def form_of(connection: Connection) -> str:
    """Return the form of the database that a transaction reads. Raises `SetUpFault`."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise SetUpFault("This is no HQ database. `tillside hq init` makes one.")
    if found not in _known_forms():
        raise SetUpFault(
            f"This database was written by a newer Tillside (form {found}). Update this program; nothing was changed."
        )
    return found


def newest_form() -> str:
    """Return the form that this program works with."""
    return _known_forms()[0]


def is_known(form: str) -> bool:
    """Tell whether this program knows a form: its own, or an older one that it can bring up to date."""
    return form in _known_forms()


@cache
def _known_forms() -> tuple[str, ...]:
    """Return the forms that this program knows, the newest first. Alembic reads every script for it, hence once."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
