"""Whatever was wrong with the clocks at both ends: once they are right again, a station comes to redeem again.

Over a journal as it is, since what a program finds when it starts again is half of the matter.
"""

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st
from sqlite_utils import Database
from sqlite_utils.db import sqlite3

from app.core.chain import ChainOwner
from app.core.entry import SCAN_DENIED
from app.core.trusted_time import OFF_MAX_MS, WAIT_MAX_MS
from app.store.journal import Draft, Journal
from app.store.meta import read_meta, write_meta
from app.store.migrate import migrate
from app.store.timekeeper import TIME, TimeKeeper, carried_time
from tests.builders import station_keys
from tests.clocks import Machine

NOW_MS = 1_767_632_400_000
MINUTE_MS, DAY_MS, YEAR_MS = 60_000, 86_400_000, 365 * 86_400_000
KEY = station_keys().sign


class Station:
    """A journal and its time on a machine, without the rest of a store."""

    def __init__(self, *, off_by_ms: int = 0) -> None:
        self.machine = Machine(NOW_MS)
        self.machine.set_wall(NOW_MS + off_by_ms)
        self.epoch = 0
        self.begin()

    def begin(self) -> None:
        self.epoch += 1
        self.database = Database(sqlite3.connect(":memory:", isolation_level=None))
        migrate(self.database, "journal")
        self.start_program()

    def start_program(self) -> None:
        self.time = TimeKeeper(self.database, self.machine, store_id="s-1")
        owner = ChainOwner(device_id="d-1", epoch=self.epoch)
        self.journal = Journal(
            self.database, owner=owner, nonce=bytes(16), key=KEY, clock=self.machine, time=self.time
        )

    def write(self) -> None:
        self.journal.append([Draft(SCAN_DENIED, {"t_eff": self.time.now_ms(), "code_hash": "c"})])
        self.time.ended(is_committed=True)

    def sync(self, *, off_by_ms: int = 0) -> None:
        if self.time.has_jumped():
            self.journal.append([])
        self.time.anchor(self.time.reading(), self.machine.really_ms + off_by_ms)
        self.time.ended(is_committed=True)

    def reenrol(self) -> None:
        old = self.database.conn.execute("SELECT epoch, seq, body FROM journal ORDER BY seq DESC")
        known = carried_time(read_meta(self.database, TIME), old.fetchall())
        self.begin()
        if known is not None:
            write_meta(self.database, **{TIME: known})
        self.start_program()

    def restart(self, *, off_ms: int = DAY_MS // 2) -> None:
        self.machine.restart(off_ms=off_ms)
        self.start_program()

    @property
    def error_ms(self) -> int:
        return self.time.now_ms() - self.machine.really_ms

    @property
    def redeems(self) -> bool:
        return abs(self.error_ms) <= WAIT_MAX_MS and not self.time.is_doubtful()


FAR_OFF = st.sampled_from([-56 * YEAR_MS, -YEAR_MS, -DAY_MS, DAY_MS, YEAR_MS, 80 * YEAR_MS])
OFF_BY = st.one_of(FAR_OFF, st.integers(-30 * DAY_MS, 30 * DAY_MS))
# Never what a wall clock says that is far off as well: two clocks that agree are believed, and only a new epoch helps.
OFF_AT_HQ = st.one_of(
    st.sampled_from([-9 * YEAR_MS, -DAY_MS, DAY_MS, 2 * YEAR_MS, 90 * YEAR_MS]),
    st.integers(-OFF_MAX_MS, OFF_MAX_MS),
)
EVENTS = st.one_of(
    st.tuples(st.sampled_from(["write", "start program", "sync", "set right", "re-enrol"]), st.just(0)),
    st.tuples(st.sampled_from(["set wrong", "restart and set wrong"]), OFF_BY),
    st.tuples(st.sampled_from(["go on", "restart"]), st.integers(0, 3 * DAY_MS)),
    st.tuples(st.just("sync with a wrong HQ"), OFF_AT_HQ),
)


def happen(station: Station, what: str, number: int) -> None:
    machine = station.machine
    match what:
        case "write":
            station.write()
        case "start program":
            station.start_program()
        case "sync" | "sync with a wrong HQ":
            station.sync(off_by_ms=number)
        case "set wrong" | "set right":
            machine.set_wall(machine.really_ms + number)
        case "go on":
            machine.go_on(number)
        case "restart":
            station.restart(off_ms=number)
        case "restart and set wrong":
            machine.restart()
            machine.set_wall(machine.really_ms + number)
            station.start_program()
        case _:
            station.reenrol()


def only_one_wrong(events: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    wrong = [event for event in events if event[0] == "sync with a wrong HQ"]
    return [event for event in events if event not in wrong[1:]]


@given(off_by_ms=st.one_of(st.just(0), OFF_BY), events=st.lists(EVENTS, max_size=20).map(only_one_wrong))
@example(off_by_ms=80 * YEAR_MS, events=[("write", 0), ("set right", 0), ("sync", 0), ("start program", 0)])
@example(off_by_ms=0, events=[("sync", 0), ("restart", DAY_MS), ("sync with a wrong HQ", YEAR_MS)])
def test_a_world_that_is_right_again_heals_every_station(
    off_by_ms: int, events: list[tuple[str, int]]
) -> None:
    station = Station(off_by_ms=off_by_ms)
    for what, number in events:
        happen(station, what, number)
    machine = station.machine
    machine.set_wall(machine.really_ms)
    for _ in range(2 * OFF_MAX_MS // DAY_MS + 1):
        station.restart()
        station.sync()
        machine.go_on(DAY_MS // 2)
        station.write()
        station.sync()
    assert station.redeems, (station.error_ms / DAY_MS, station.time._time)


@given(off_by_ms=st.one_of(st.just(0), OFF_BY), events=st.lists(EVENTS, max_size=12))
@example(
    off_by_ms=0,
    events=[("sync", 0), ("restart", 0), *[("sync with a wrong HQ", YEAR_MS), ("go on", DAY_MS)] * 2],
)
def test_there_is_always_a_way_out(off_by_ms: int, events: list[tuple[str, int]]) -> None:
    """HQ wrong for as long as it likes: once both ends are right, a new epoch begins at HQ's word."""
    station = Station(off_by_ms=off_by_ms)
    for what, number in events:
        happen(station, what, number)
    station.machine.set_wall(station.machine.really_ms)
    station.reenrol()
    station.sync()
    station.write()
    assert station.redeems and abs(station.error_ms) <= MINUTE_MS
    station.start_program()
    assert station.redeems and abs(station.error_ms) <= MINUTE_MS


def test_a_new_epoch_is_told_what_was_written_last() -> None:
    """A first clock in 2106, put right by HQ's word before the new epoch; and entries that came after such a word."""
    station = Station(off_by_ms=80 * YEAR_MS)
    station.write()
    happen(station, "set right", 0)
    station.sync()
    station.reenrol()
    assert station.redeems and station.error_ms == 0
    station.sync()
    station.machine.go_on(DAY_MS)
    station.write()
    station.machine.restart()
    station.machine.set_wall(NOW_MS)
    station.reenrol()
    assert station.error_ms >= -2 * MINUTE_MS and not station.redeems
