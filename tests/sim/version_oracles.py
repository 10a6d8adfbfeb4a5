"""The oracle of versions: what a station has ever seen it knows for ever, through restarts and new epochs.

Only somebody's hand on its files makes it forget.
"""

from tests.sim.claims import Memory

HIGHEST = (
    "highest_"  # begins the name of what a station keeps beside its copy of HQ's facts, which it may lose
)


class VersionOracles:
    """Follows the highest version of each kind that each station has seen."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._highest: dict[str, dict[str, int]] = {}  # by station
        self._kept: dict[str, dict[str, int]] = {}

    def stands(self, station: str, versions: dict[str, int]) -> None:
        """What a station says that it has seen."""
        highest = self._highest.setdefault(station, {})
        found = {kind: version for kind, version in versions.items() if kind.startswith(HIGHEST)}
        for kind, earlier in highest.items():
            now = found.get(kind, 0)
            self._memory.claim("I12", now >= earlier, f"{station} has seen {kind} {earlier}, and now {now}")
        self._highest[station] = highest | found

    def forget(self, station: str) -> None:
        """Its files are older ones."""
        self._highest.pop(station, None)

    def keep(self, station: str) -> None:
        """Somebody will put its files back as they are now."""
        self._kept[station] = dict(self._highest.get(station, {}))

    def put_back(self, station: str) -> None:
        self._highest[station] = self._kept.pop(station)
