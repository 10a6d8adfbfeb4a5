"""What each person at this station has read of what head office tells of campaigns, kept in the journal's file.

Only a few letters of a hash for each: another text is another hash, and is new again.
"""

from collections.abc import Collection, Mapping

from sqlite_utils import Database


class BriefingsSeen:
    """The marks in an open journal file. Call what writes inside `atomic`."""

    def __init__(self, database: Database) -> None:
        """Read from and write to a database that has been migrated."""
        self._db = database

    def of(self, staff: str) -> dict[str, str]:
        """Return what somebody has read: the hash of its texts by campaign. `staff` is "" for nobody who signed in."""
        found = self._db.conn.execute("SELECT campaign, hash FROM briefing_seen WHERE staff = ?", (staff,))
        return dict(found.fetchall())

    def keep(self, staff: str, read: Mapping[str, str]) -> None:
        """Keep what somebody has read, by campaign."""
        self._db.conn.executemany(
            "INSERT OR REPLACE INTO briefing_seen (staff, campaign, hash) VALUES (?, ?, ?)",
            [(staff, campaign, found) for campaign, found in read.items()],
        )

    def forget_but(self, campaigns: Collection[str]) -> None:
        """Let go of all campaigns that nothing is told of any more, so that this doesn't grow."""
        known = self._db.conn.execute("SELECT DISTINCT campaign FROM briefing_seen").fetchall()
        gone = [(campaign,) for (campaign,) in known if campaign not in campaigns]
        self._db.conn.executemany("DELETE FROM briefing_seen WHERE campaign = ?", gone)
