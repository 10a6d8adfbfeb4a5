"""`tillside hq upgrade`: an HQ whose database an older Tillside made, brought to the form of this one.

All migrations are one transaction. Before them a database that is a file is copied, whole and at one moment; of a
server's database the administrator makes the backup.
"""

from dataclasses import dataclass
from pathlib import Path

from hq import schema
from hq.db import Database
from hq.drafts import draft_of
from hq.faults import SetUpFault
from hq.home import database_url


@dataclass(frozen=True)
class Upgraded:
    """From which form to which, and where the copy of before is (None: the database is a server's, or was as it is)."""

    before: str
    after: str
    copy: Path | None


def upgrade_hq(folder: Path) -> Upgraded:
    """Bring the HQ in a folder up to date; one that is stays as it is. Raises `SetUpFault` or another `HqFault`.

    No HQ may be serving from it meanwhile: an older one would go on by the old form.
    """
    database = Database(database_url(folder))
    try:
        database.reach()
        before, newest = schema.form(database), schema.newest_form()
        if before == newest:
            return Upgraded(before, newest, None)
        copy = _copied(database, folder / f"before-{newest}-of-{before}.db") if database.is_sqlite else None
        schema.upgrade(database)
        return Upgraded(before, newest, copy)
    except OSError as problem:
        raise SetUpFault(f"The database can't be copied: {problem}. Nothing was changed.") from problem
    finally:
        database.close()


def _copied(database: Database, copy: Path) -> Path:
    """Copy a database that is a file; an older try's copy of the same form makes room."""
    with draft_of(copy) as draft:
        database.copy_to(draft)
    return copy
