"""The oracles of stations that may not go on: shut out and told so, or started on older files than they know of."""

from tests.sim.claims import Memory
from tests.sim.reading import Content


class StandingOracles:
    """Follows which stations were told to stop, and which must not start."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._told: set[str] = set()
        self._older: set[str] = set()
        self._told_before: dict[str, bool] = {}  # of stations whose files somebody will put back

    def keep(self, station: str) -> None:
        """Somebody keeps a copy of its files."""
        self._told_before[station] = station in self._told

    def put_back(self, station: str) -> None:
        """Its files are that copy again: what it was told since is in no file, and it will be told again."""
        if not self._told_before.pop(station):
            self._told.discard(station)

    def told(self, station: str) -> None:
        """HQ's word that it is shut out or copied has arrived."""
        self._told.add(station)

    def begins_anew(self, station: str) -> None:
        self._told.discard(station)
        self._older.discard(station)

    def wrote(self, station: str, entry: Content) -> None:
        """An entry was written just now."""
        if station in self._told:
            gives = entry.type == "redeem"
            self._memory.claim("I11", not gives, f"{station} was told to stop, and gave at {entry.place}")

    def must_refuse(self, station: str) -> None:
        """Its files were put in the place of newer ones, and what it keeps beside its keys says so."""
        self._older.add(station)

    def started(self, station: str, *, runs: bool) -> None:
        """The program was started, and runs or refuses to."""
        if station in self._older:
            self._older.discard(station)
            self._memory.claim("I21", not runs, f"{station} runs on files that are older than it knows of")
