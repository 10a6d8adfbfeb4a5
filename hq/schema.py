"""Bringing HQ's database to the form this program expects, and refusing one that is newer.

Alembic keeps the versions.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hq.db import Database
from hq.faults import SetUpFault

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Run the migrations that are missing, in one transaction."""
    config = _config()
    with database.atomic() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(database: Database) -> None:
    """Refuse a database that is newer than this program, or older. Raises `SetUpFault`."""
    scripts = ScriptDirectory.from_config(_config())
    with database.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == scripts.get_current_head():
        return
    known = {script.revision for script in scripts.walk_revisions()}
    if found is None:
        raise SetUpFault("This is no HQ database. `tillside hq init` makes one.")
    if found in known:
        raise SetUpFault("This database is of an older Tillside and has to be brought up to date first.")
    raise SetUpFault(
        f"This database was written by a newer Tillside (form {found}). Update this program; nothing was changed."
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
