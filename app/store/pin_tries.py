"""How often PINs were tried, kept in the journal's file: it is the file whose commits wait for the disk."""

from sqlite_utils import Database

from app.core.lockout import Lockout
from app.store.people import StaffRow, pin_name

NOTE = """
INSERT INTO pin_try (staff_id, pin, tries, locks, boot, boot_ms, is_told, seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (staff_id) DO UPDATE SET pin = excluded.pin, tries = excluded.tries, locks = excluded.locks,
boot = excluded.boot, boot_ms = excluded.boot_ms, is_told = excluded.is_told, seen_ms = MAX(seen_ms, excluded.seen_ms)
"""


class PinTries:
    """The tries of each person on this station, of the PIN that they have: another one begins anew."""

    def __init__(self, database: Database) -> None:
        """Keep them in the journal's file."""
        self._db = database

    def of(self, row: StaffRow) -> Lockout:
        """Return what is known of somebody's tries."""
        found = self._db.conn.execute(
            "SELECT tries, locks, boot, boot_ms, is_told FROM pin_try WHERE staff_id = ? AND pin = ?",
            (row.staff_id, pin_name(row)),
        ).fetchone()
        if found is None:
            return Lockout()
        tries, locks, boot, boot_ms, is_told = found
        return Lockout(tries, locks, boot, boot_ms, bool(is_told))

    def note(self, row: StaffRow, lockout: Lockout, *, seen_ms: int = 0) -> None:
        """Keep what is known now; `seen_ms`: that their PIN was right just now. Call it inside `atomic`."""
        known = (lockout.tries, lockout.locks, lockout.boot, lockout.boot_ms, int(lockout.is_told))
        self._db.conn.execute(NOTE, (row.staff_id, pin_name(row), *known, seen_ms))

    def seen(self) -> dict[str, int]:
        """Return when each person's PIN was last right here (UTC ms); of those whose never was there is none."""
        rows = self._db.conn.execute("SELECT staff_id, seen_ms FROM pin_try WHERE seen_ms > 0")
        return dict(rows.fetchall())
