"""References of members who were merged: in the replica each leads to the survivor, as their card and number do."""

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Alias:
    """A reference that leads to a member. Signed codes of it that were issued before `codes_from_ms` are withdrawn."""

    survivor: str
    codes_from_ms: int


class Aliases:
    """The aliases in an open replica."""

    def __init__(self, database: Database) -> None:
        """Read from a replica that is open."""
        self._db = database

    def find(self, ref: str) -> Alias | None:
        """Return where a reference leads; None for one that is no alias."""
        sql = "SELECT survivor, codes_from_ms FROM alias WHERE ref = ?"
        row = self._db.conn.execute(sql, (ref,)).fetchone()
        return None if row is None else Alias(*row)

    def survivor(self, ref: str) -> str:
        """Return whose a reference is: itself, unless it leads to another."""
        found = self.find(ref)
        return ref if found is None else found.survivor

    def survivor_by_number(self, number_hash: str) -> str | None:
        """Return to whom the printed number of somebody who was merged leads."""
        sql = "SELECT survivor FROM alias WHERE number_hash = ?"
        row = self._db.conn.execute(sql, (number_hash,)).fetchone()
        return row[0] if row else None

    def refs_of(self, ref: str) -> list[str]:
        """Return all references under which entries may name a member: their own, then their aliases."""
        sql = (
            "SELECT ref, survivor FROM alias"
            " WHERE survivor = COALESCE((SELECT survivor FROM alias WHERE ref = ?1), ?1) ORDER BY ref"
        )
        rows = self._db.conn.execute(sql, (ref,)).fetchall()
        return [rows[0][1], *(row[0] for row in rows)] if rows else [ref]
