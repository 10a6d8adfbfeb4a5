"""How many entries that people see a journal holds up to one of them, without going through a million.

Every thousand entries the sum up to there is noted with the entry itself. It is for people's eyes: what waits is sent
by number, and HQ counts for itself.
"""

from sqlite_utils import Database

from app.core.entry import LISTED

MARKS = ",".join("?" * len(LISTED))
COUNT = f"SELECT COUNT(*) FROM journal WHERE epoch = ? AND seq > ? AND seq <= ? AND type IN ({MARKS})"  # noqa: S608
EACH = 1_000  # entries between two notes: this many are counted at most, in a few milliseconds


def note_listed(database: Database, epoch: int, seq: int) -> None:
    """Note the sum up to an entry that has just been written. Call it inside `atomic`."""
    database.conn.execute(
        "INSERT INTO tally (epoch, seq, listed) VALUES (?, ?, ?)",
        (epoch, seq, _listed_until(database, epoch, seq)),
    )


def listed_between(database: Database, epoch: int, after_seq: int, until_seq: int) -> int:
    """Return how many of them there are after one entry up to another."""
    if until_seq - after_seq <= EACH:
        return _count(database, epoch, after_seq, until_seq)
    return _listed_until(database, epoch, until_seq) - _listed_until(database, epoch, after_seq)


def _listed_until(database: Database, epoch: int, seq: int) -> int:
    noted = database.conn.execute(
        "SELECT seq, listed FROM tally WHERE epoch = ? AND seq <= ? ORDER BY seq DESC LIMIT 1", (epoch, seq)
    ).fetchone()
    noted_seq, listed = noted or (0, 0)
    return int(listed) + _count(database, epoch, noted_seq, seq)


def _count(database: Database, epoch: int, after_seq: int, until_seq: int) -> int:
    row = database.conn.execute(COUNT, (epoch, after_seq, until_seq, *LISTED)).fetchone()
    return int(row[0])
