"""How often PINs were tried, kept in the journal's file: it is the file whose commits wait for the disk."""

from sqlite_utils import Database

from app.core.lockout import Lockout


class PinTries:
    """The tries of each person on this station."""

    def __init__(self, database: Database) -> None:
        """Keep them in the journal's file."""
        self._db = database

    def of(self, staff_id: str) -> Lockout:
        """Return what is known of somebody's tries."""
        row = self._db.conn.execute(
            "SELECT tries, locks, boot, boot_ms, is_told FROM pin_try WHERE staff_id = ?", (staff_id,)
        ).fetchone()
        return Lockout() if row is None else Lockout(row[0], row[1], row[2], row[3], bool(row[4]))

    def note(self, staff_id: str, lockout: Lockout) -> None:
        """Keep what is known now. Call it inside `atomic`."""
        self._db.conn.execute(
            "INSERT OR REPLACE INTO pin_try (staff_id, tries, locks, boot, boot_ms, is_told)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                staff_id,
                lockout.tries,
                lockout.locks,
                lockout.boot,
                lockout.boot_ms,
                int(lockout.is_told),
            ),
        )
