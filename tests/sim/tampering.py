"""Somebody who has a station's keys changes its journal behind the program's back."""

from typing import TYPE_CHECKING

from app.store.db import open_database
from app.store.faults import StoreFault
from app.store.store import JOURNAL
from tests.sim.disk import image_of, put_back
from tests.sim.station import Station

if TYPE_CHECKING:
    from tests.sim.world import World


def _other_amount(connection, seq: int) -> None:
    body = connection.execute("SELECT body FROM journal WHERE seq = ?", (seq,)).fetchone()[0]
    changed = body.replace(b'"store":"s-', b'"store":"S-')
    connection.execute("UPDATE journal SET body = ? WHERE seq = ?", (changed, seq))


def _gone(connection, seq: int) -> None:
    connection.execute("DELETE FROM effect WHERE seq = ?", (seq,))
    connection.execute("DELETE FROM verdict WHERE seq = ?", (seq,))
    connection.execute("DELETE FROM journal WHERE seq = ?", (seq,))


def _swapped(connection, seq: int) -> None:
    first, second = (
        connection.execute("SELECT body FROM journal WHERE seq = ?", (each,)).fetchone()[0]
        for each in (seq, seq + 1)
    )
    connection.execute("UPDATE journal SET body = ? WHERE seq = ?", (second, seq))
    connection.execute("UPDATE journal SET body = ? WHERE seq = ?", (first, seq + 1))


def _one_effect_more(connection, seq: int) -> None:
    """The entry stays what it is; what it does, as the station counts it, does not."""
    connection.execute(
        "INSERT INTO effect (epoch, seq, kind, ref, delta)"
        " SELECT epoch, seq, 'points', '0000000000000', 500 FROM journal WHERE seq = ?",
        (seq,),
    )


WAYS = (_other_amount, _gone, _swapped)
WAYS_OFF = (*WAYS, _one_effect_more)  # found when the station starts


def tamper_with(world: "World", station: Station, *, is_running: bool) -> None:
    """Change an entry that HQ has not seen, while the program runs or while it doesn't; mend it once it is noticed."""
    head, acked = station.run(lambda: (station.store.journal.head().seq, station.store.acked_seq()))
    if head - acked < 2:
        return
    seq = world.rng.randint(
        acked + 1, head - 1
    )  # the last one is the head itself: what its loss shows is the mark
    way = world.rng.choice(WAYS if is_running else WAYS_OFF)
    station.close()
    good = image_of(station.folder), dict(station.keys._texts)
    if is_running and world.start(station):
        world.say(f"somebody changes entry {seq} of {station.name} ({way.__name__}) while it runs")
        _change(station.store._db.conn, way, seq)
    elif not is_running:
        database = open_database(station.folder / JOURNAL, station.database_key)
        world.say(f"somebody changes entry {seq} of {station.name} ({way.__name__}) while it is off")
        _change(database.conn, way, seq)
        database.close()
    world.auditor.tampered(station.name)
    if station.store is not None or world.start(station):
        station.line.is_up = True
        world.sync_calmly(station)
    _repair(world, station, good)


def _change(connection, way, seq: int) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    way(connection, seq)
    for _, sql in triggers:
        connection.execute(sql)


def _repair(world: "World", station: Station, good) -> None:
    """Put the files back as they were. What the station did with HQ meanwhile, if it did, happens again."""
    if station.store is not None:
        try:
            station.close()
        except StoreFault:
            station.store = None
    put_back(station.folder, good[0])
    station.keys._texts = good[1]  # the mark too: it may have closed a lease meanwhile
    world.witness.repaired(station)
    world.start(station)
    world.say(f"the records of {station.name} are put right")
