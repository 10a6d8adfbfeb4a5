"""Programs that a newer one has replaced, kept in the journal's file: orders are undone by the rules they had."""

import zstandard
from sqlite_utils import Database

from app.core.program import Program
from app.core.program_format import read_program
from app.store.replica import DOCUMENT_BYTES_MAX

KEPT_MAX = 40  # a new version a day, for longer than a station undoes anything by itself


class FormerPrograms:
    """The former programs in an open journal file. Their signatures were checked when they came."""

    def __init__(self, database: Database) -> None:
        """Read from and write to a database that has been migrated."""
        self._db = database

    def keep(self, version: int, body: bytes) -> None:
        """Keep one that is about to be replaced, and let the oldest go. Call it inside `atomic`."""
        self._db.conn.execute(
            "INSERT OR REPLACE INTO former_program (version, body) VALUES (?, ?)",
            (version, zstandard.compress(body)),
        )
        self._db.conn.execute(
            "DELETE FROM former_program WHERE version NOT IN"
            " (SELECT version FROM former_program ORDER BY version DESC LIMIT ?)",
            (KEPT_MAX,),
        )

    def find(self, version: int, program_hash: str) -> Program | None:
        """Return a former program; None where this station doesn't hold it."""
        row = self._db.conn.execute(
            "SELECT body FROM former_program WHERE version = ?", (version,)
        ).fetchone()
        if row is None:
            return None
        program = read_program(zstandard.decompress(row[0], max_output_size=DOCUMENT_BYTES_MAX))
        return program if program.hash == program_hash else None
