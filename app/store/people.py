"""Who works in the store, as HQ says: read from the replica."""

from dataclasses import dataclass

from sqlite_utils import Database

from app.core.canonical import digest

FREE, SPENDING = (
    "free",
    "spending",
)  # what a store asks of who is at the till: nothing, or to sign in before redeeming


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody who may sign in here. `member` is the reference of their own account, if HQ knows of one.

    `pin_hash` is what core.pins makes of their PIN under the pepper of that name.
    """

    staff_id: str
    name: str
    role: str
    pin_hash: str
    pepper: str
    member: str | None


def pin_name(row: StaffRow) -> str:
    """Return how the PIN that somebody has is called where its hash isn't needed: another one has another name."""
    return digest(row.pin_hash.encode("utf-8"))[:16]


class People:
    """The staff of a store in its replica."""

    def __init__(self, database: Database) -> None:
        """Read from a replica that is open."""
        self._db = database

    def find(self, staff_id: str) -> StaffRow | None:
        """Find somebody by their id."""
        row = self._db.conn.execute(
            "SELECT staff_id, name, role, pin_hash, pepper, member FROM staff WHERE staff_id = ?", (staff_id,)
        ).fetchone()
        return None if row is None else StaffRow(*row)

    def all(self) -> list[StaffRow]:
        """Return everybody, by name."""
        rows = self._db.conn.execute(
            "SELECT staff_id, name, role, pin_hash, pepper, member FROM staff ORDER BY name, staff_id"
        )
        return [StaffRow(*row) for row in rows]

    def is_sign_in_needed(self) -> bool:
        """Tell whether this store asks that somebody has signed in before anything is redeemed."""
        row = self._db.conn.execute("SELECT 1 FROM staff WHERE sign_in = ?", (SPENDING,)).fetchone()
        return row is not None

    def peppers(self) -> set[str]:
        """Return the names of the peppers that PINs here rest on: one, but for a while when HQ has made another."""
        return {name for (name,) in self._db.conn.execute("SELECT DISTINCT pepper FROM staff")}
