"""How often PINs were tried, kept in the journal's file: it is the file whose commits wait for the disk."""

from sqlite_utils import Database

from app.core.canonical import digest
from app.core.lockout import Lockout
from app.store.people import StaffRow


class PinTries:
    """The tries of each person on this station, of the PIN that they have: one that head office sets begins anew."""

    def __init__(self, database: Database) -> None:
        """Keep them in the journal's file."""
        self._db = database

    def of(self, row: StaffRow) -> Lockout:
        """Return what is known of somebody's tries."""
        found = self._db.conn.execute(
            "SELECT tries, locks, boot, boot_ms, is_told FROM pin_try WHERE staff_id = ? AND pin = ?",
            (row.staff_id, _name(row)),
        ).fetchone()
        if found is None:
            return Lockout()
        tries, locks, boot, boot_ms, is_told = found
        return Lockout(tries, locks, boot, boot_ms, bool(is_told))

    def note(self, row: StaffRow, lockout: Lockout) -> None:
        """Keep what is known now. Call it inside `atomic`."""
        known = (lockout.tries, lockout.locks, lockout.boot, lockout.boot_ms, int(lockout.is_told))
        self._db.conn.execute(
            "INSERT OR REPLACE INTO pin_try (staff_id, pin, tries, locks, boot, boot_ms, is_told)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.staff_id, _name(row), *known),
        )


def _name(row: StaffRow) -> str:
    return digest(row.pin_hash.encode("utf-8"))[:16]
