"""The oracle of PINs: five tries, then a wait that doubles, whatever is killed, restarted or set to another time.

Whoever tries has a watch of their own.
"""

from tests.sim.claims import Memory

TRIES = 5
FIRST_WAIT_MS, LONGEST_WAIT_MS = 60_000, 86_400_000


class PinOracles:
    """Counts the tries of each person's PIN at each machine."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._tries: dict[str, dict[str, list[int]]] = {}  # by station and person: when

    def tried(self, station: str, staff_id: str, *, at_ms: int) -> None:
        """A PIN is being looked at, or its try was counted when the program ended."""
        tries = self._tries.setdefault(station, {}).setdefault(staff_id, [])
        turns, rest = divmod(len(tries), TRIES)
        is_on_time, says = True, ""
        if turns and not rest:
            wait_ms = min(FIRST_WAIT_MS << (turns - 1), LONGEST_WAIT_MS)
            waited_ms = at_ms - tries[-1]
            is_on_time = waited_ms >= wait_ms
            says = f"try {len(tries) + 1} at {station} after {waited_ms} ms of {wait_ms}"
        self._memory.claim("I20", is_on_time, says)
        tries.append(at_ms)

    def was_right(self, station: str, staff_id: str) -> None:
        self._tries.get(station, {}).pop(staff_id, None)

    def forget(self, station: str) -> None:
        """Its files are older ones, or a person at head office has let it in again."""
        self._tries.pop(station, None)

    def copied(self, original: str, copy: str) -> None:
        tries = self._tries.get(original, {})
        self._tries[copy] = {staff_id: list(each) for staff_id, each in tries.items()}
