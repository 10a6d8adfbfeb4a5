"""Never is more given and promised than there is: any order of giving, telling, closing, ending and writing off."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hq.authority.writing_off import write_off
from hq.stores.devices import revoke
from sync.authority_wire import LeaseRequest
from tests.databases import on
from tests.hq.leasing import DAY_MS, gift_program, publish
from tests.hq.station import NOW_MS, enrol_station
from tests.hq.test_lease_books import books, close, use

pytestmark = on("sqlite")
LIMIT = 30
STATIONS = 3


class Machine(RuleBasedStateMachine):
    """Stations that give by leases, are cut off, and tell late or never; HQ that hands out what it believes is left.

    `given` is what stations gave by rights, told or not.
    """

    world = None  # HQ and its clock
    leases = Bundle("leases")

    def __init__(self):
        super().__init__()
        hq, clock, version = self.world
        self.hq, self.clock = hq, clock
        self.name = f"gifts{next(version)}"
        self.program = publish(hq, gift_program(next(version), uses=LIMIT, id=self.name))
        self.scope = f"uses:{self.name}"
        self.stations = [enrol_station(hq, "S1") for _ in range(STATIONS)]
        self.sent = [0] * STATIONS
        self.left = {}
        self.given = 0
        self.dead = set()
        self.clock.set_ms(NOW_MS)

    def teardown(self):
        for station in self.stations:  # the next ones share what there is among themselves
            revoke(self.hq, station.owner.device_id)

    def push(self, which):
        station = self.stations[which]
        station.push(self.sent[which] + 1, boot=bytes([1]) * 16)
        self.sent[which] = len(station.bodies)

    @rule(which=st.integers(0, STATIONS - 1))
    def uses_all_up(self, which):
        """A rush: it asks and gives for as long as it gets anything."""
        for _ in range(12):
            held = self._ask(which)
            if held is not None:
                self.gives(held, LIMIT)

    @rule(target=leases, which=st.integers(0, STATIONS - 1))
    def asks(self, which):
        return self._ask(which)

    def _ask(self, which):
        if which in self.dead:
            return None
        held = [each for each in self.left if each[0] == which]
        answer = self.stations[which].session.leases(self.request(which, held))
        mine = [each for each in answer.leases if each.scope == self.scope]
        for lease in mine:
            self.left.setdefault((which, lease), lease.units)
        return (which, mine[0]) if mine else None

    def request(self, which, held):
        told = [(lease.lease_id, self.left[which, lease]) for _, lease in held]
        return LeaseRequest(epoch=1, program_version=self.program.version, held=told)

    @rule(held=leases, times=st.integers(1, 3))
    def gives(self, held, times):
        if held is None or held not in self.left or held[1].until_ms <= self.clock.now_ms():
            return
        times = min(times, self.left[held])
        station = self.stations[held[0]]
        use(station, self.program, held[1], at_ms=self.clock.now_ms(), times=times)
        self.left[held] -= times
        self.given += times

    @rule(held=consumes(leases))
    def closes(self, held):
        if held is None or held not in self.left:
            return
        used = held[1].units - self.left.pop(held)
        close(self.stations[held[0]], held[1], used, at_ms=self.clock.now_ms())

    @rule(which=st.integers(0, STATIONS - 1))
    def tells(self, which):
        if which not in self.dead:
            self.push(which)

    @rule(days=st.sampled_from([1, 4, 8]))
    def time_goes_by(self, days):
        self.clock.set_ms(self.clock.now_ms() + days * DAY_MS)

    @rule(which=st.integers(0, STATIONS - 1))
    def burns(self, which):
        if which in self.dead or len(self.dead) == STATIONS - 1:
            return
        self.dead.add(which)
        device = self.stations[which].owner.device_id
        revoke(self.hq, device)
        write_off(self.hq, device, who="ann")
        self.left = {each: left for each, left in self.left.items() if each[0] != which}

    @invariant()
    def nothing_is_promised_twice(self):
        given, out = books(self.hq, self.scope)
        assert given + out <= LIMIT * 9 // 10, "the last tenth is never leased"
        assert self.given + sum(self.still_good()) <= LIMIT * 9 // 10, "nor given by all stations together"

    def still_good(self):
        now_ms = self.clock.now_ms()
        return [left for (_, lease), left in self.left.items() if now_ms < lease.until_ms]


def test_what_was_given_and_what_is_out_never_exceed_the_limit(hq, clock):
    Machine.world = hq, clock, iter(range(2, 100_000))
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=15, stateful_step_count=14, deadline=None, derandomize=True)
    )
