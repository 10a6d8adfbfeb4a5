"""The oracles of a sync to which nothing was done: nothing stops it without a reason, and HQ holds all afterwards."""

from dataclasses import dataclass

from tests.sim.claims import Memory
from tests.sim.hq_oracles import HqBooks
from tests.sim.reading import KNOWN_TYPES, Chain, Content, Place


@dataclass(frozen=True)
class Synced:
    """How a station's sync ended: so many entries wait, and a code says what stopped it."""

    station: str
    chain: Chain
    waiting: int
    stopped_by: str
    is_older: bool

    def undisturbed(self, memory: Memory, books: HqBooks) -> None:
        """Hold it against what happened before."""
        station, stopped_by = self.station, self.stopped_by
        mine, waiting = self._sent(memory)
        if station in memory.tampered:
            memory.tampered[station] |= bool(stopped_by)
            is_found = memory.tampered[station]
            memory.claim("I21", is_found, f"{station} was tampered with and synced as if nothing were")
            return
        is_expected = self.chain in memory.revoked | memory.copied or station in memory.set_back
        if is_expected or any(memory.is_forked(place) for place in mine):
            return  # held to other oracles
        memory.claim("I15", not stopped_by, f"{station} was stopped by {stopped_by} for no reason")
        memory.claim("I15", waiting == 0, f"{waiting} entries of {station} wait after a good sync")
        if self.is_older:
            memory.claim(
                "I23", not stopped_by, f"{station}, of an older version, was stopped by {stopped_by}"
            )
        for place, entry in mine.items():
            is_there = books.holds(place, entry.hash)
            if place in memory.lost_by_hq:
                memory.claim("I27", is_there, f"{place} was lost by HQ and did not come back")
            elif entry.type not in KNOWN_TYPES:
                memory.claim("I23", is_there, f"{place} of type {entry.type} is not at HQ")
            elif not stopped_by:
                memory.claim("I9", is_there, f"{place} is not at HQ")

    def _sent(self, memory: Memory) -> tuple[dict[Place, Content], int]:
        """Return the entries that there was something to send of, and how many of them wait.

        A lease that HQ wants back is closed behind the push, and goes with the next one.
        """
        mine = {
            place: entry for place, entry in memory.files[self.station].items() if place[:2] == self.chain
        }
        waiting = self.waiting
        for place in sorted(mine, reverse=True):
            if mine[place].type != "lease_close" or not waiting:
                break
            waiting -= 1
            del mine[place]
        return mine, waiting
