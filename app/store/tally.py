"""How many orders a journal holds up to an entry, without going through a million of them.

Every thousand entries the sum up to there is noted with the entry itself. It is for people's eyes: what waits is sent
by number, and HQ counts for itself.
"""

from sqlite_utils import Database

from app.core.entry import ORDER

EACH = 1_000  # entries between two notes: this many are counted at most, in a few milliseconds


def note_orders(database: Database, epoch: int, seq: int) -> None:
    """Note the sum up to an entry that has just been written. Call it inside `atomic`."""
    database.conn.execute(
        "INSERT INTO tally (epoch, seq, orders) VALUES (?, ?, ?)",
        (epoch, seq, _orders_until(database, epoch, seq)),
    )


def orders_between(database: Database, epoch: int, after_seq: int, until_seq: int) -> int:
    """Return how many orders there are after one entry up to another."""
    if until_seq - after_seq <= EACH:
        return _count(database, epoch, after_seq, until_seq)
    return _orders_until(database, epoch, until_seq) - _orders_until(database, epoch, after_seq)


def _orders_until(database: Database, epoch: int, seq: int) -> int:
    noted = database.conn.execute(
        "SELECT seq, orders FROM tally WHERE epoch = ? AND seq <= ? ORDER BY seq DESC LIMIT 1", (epoch, seq)
    ).fetchone()
    noted_seq, orders = noted or (0, 0)
    return int(orders) + _count(database, epoch, noted_seq, seq)


def _count(database: Database, epoch: int, after_seq: int, until_seq: int) -> int:
    row = database.conn.execute(
        "SELECT COUNT(*) FROM journal WHERE epoch = ? AND seq > ? AND seq <= ? AND type = ?",
        (epoch, after_seq, until_seq, ORDER),
    ).fetchone()
    return int(row[0])
