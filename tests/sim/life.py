"""The life of a world: days of visits and syncs, with the incidents that this seed has in store; then peace.

Which faults there are, and how many, is drawn anew for each seed: worlds in which everything happens at once hide what
happens in worlds where only one thing does.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.sim.incidents import INCIDENTS, Incident
from tests.sim.line import FAULTS, Weather
from tests.sim.program import DAY_MS, START_MS
from tests.sim.visits import Mishaps, Visit

if TYPE_CHECKING:
    from tests.sim.station import Station
    from tests.sim.world import World

VISITS_A_DAY_MAX = 3
SYNCS_A_DAY = (0, 0, 1, 1, 2)
OPENS_MS, CLOSES_MS = 6 * 3_600_000, 20 * 3_600_000
DRIFT_A_DAY_MS = 1_500
SYNCS_TO_PEACE = 3  # a restored HQ, a new snapshot, and what they bring along
UNTIL_THE_NEXT_MS = 10 * 60_000  # what HQ may have to say twice it has said again by the last

Moment = tuple[int, int, Callable[[], None]]


class Life:
    """One world's days."""

    def __init__(self, world: "World", days: int) -> None:
        self.world, self.days = world, days
        rng = world.rng
        kinds = rng.sample(FAULTS, rng.randint(1, len(FAULTS)))
        self.weather = Weather(rng.choice((0.0, 0.05, 0.15, 0.3)), tuple(kinds), rng.random() < 0.5)
        self.mishaps = Mishaps(rng.choice((0.0, 0.02, 0.06)), rng.choice((0.0, 0.03)))
        self.offline_share = rng.choice((0.0, 0.1, 0.3))
        self.incidents: dict[int, list[Incident]] = {}
        for chance, lasts, incident in INCIDENTS:
            if rng.random() < chance:
                self.incidents.setdefault(rng.randrange(max(days - lasts, 1)), []).append(incident)
        self._orders = 0
        self._back_on: dict[str, int] = {}  # stations that are cut off, and the day they come back

    def live(self) -> None:
        """Go through all days, then let everything come to rest."""
        world = self.world
        for station in world.stations:
            if world.rng.random() < 0.9:
                world.sync(station)
        world.weather = self.weather
        for day in range(self.days):
            self._day(day)
        self._peace()

    def _day(self, day: int) -> None:
        world, rng = self.world, self.world.rng
        for station in world.running:
            self._morning(station, day)
        moments: list[Moment] = []

        def at(work: Callable[[], None]) -> None:
            moments.append((rng.randrange(OPENS_MS, CLOSES_MS), len(moments), work))

        for station in world.running:
            for _ in range(rng.randint(1, VISITS_A_DAY_MAX)):
                at(lambda station=station: self.visit(station))
            for _ in range(rng.choice(SYNCS_A_DAY)):
                at(lambda station=station: self._sync(station))
        for incident in self.incidents.get(day, []):
            at(lambda incident=incident: incident(self))
        for moment, _, work in sorted(moments, key=lambda each: each[:2]):
            world.true.set_ms(max(START_MS + day * DAY_MS + moment, world.true.now_ms()))
            work()

    def next_order_id(self, station: "Station") -> str:
        self._orders += 1
        return f"{station.name}-{self._orders}"

    @property
    def _today(self) -> int:
        return (self.world.true.now_ms() - START_MS) // DAY_MS

    @property
    def is_last_day(self) -> bool:
        return self._today >= self.days - 1

    def some_station(self) -> "Station | None":
        """Return one of the stations that run."""
        return self.world.rng.choice(self.world.running) if self.world.running else None

    def cut_off(self, station: "Station", *, days: int) -> None:
        """Let a station have no line for so many days."""
        station.line.is_up = False
        self._back_on[station.name] = self._today + days

    def later(self, days: int, incident: Incident) -> None:
        """Let something happen so many days from now, or on the last day."""
        day = self._today + days
        self.incidents.setdefault(min(day, self.days - 1), []).append(incident)

    def _morning(self, station: "Station", day: int) -> None:
        rng = self.world.rng
        station.clock.offset_ms += rng.randint(-DRIFT_A_DAY_MS, DRIFT_A_DAY_MS)
        if self._back_on.get(station.name, day) <= day:
            station.line.is_up = rng.random() >= self.offline_share
            self._back_on[station.name] = day if station.line.is_up else day + rng.randint(1, 4)

    def visit(self, station: "Station") -> None:
        if station.is_running:
            Visit(self.world, station, self.next_order_id(station)).go(self.mishaps)

    def _sync(self, station: "Station") -> None:
        if station.is_running:
            self.world.sync_or_die(station, chance=self.mishaps.kill)

    def _peace(self) -> None:
        """Nothing bad happens any more: whatever waits must find its way by itself."""
        world = self.world
        world.weather = Weather()
        world.say("peace")
        for station in world.stations:
            if station.is_in_use and station.is_off:
                world.switch_on(station)
        for _ in range(SYNCS_TO_PEACE):
            for station in world.running:
                station.line.be_good()
                world.sync_and_mend(station)
                world.true.set_ms(world.true.now_ms() + UNTIL_THE_NEXT_MS)
