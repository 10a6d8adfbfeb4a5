"""The oracles of bounds: how long anybody waits, and what a station gives by itself, keeps, and writes in a flood."""

from collections.abc import Mapping

from tests.sim.claims import Memory
from tests.sim.reading import Content

WAITED_MAX_MS = 2_000
FLOOD_ENTRIES_MAX = 12  # of one minute: ten unknown numbers, that it is enough, and a clock that has jumped
REPLICAS_MAX = 2  # the one in use, and one on its way
FILE_BYTES_MAX = 16 << 20
BY_ITSELF = ("lease", "floor")


class BoundOracles:
    """Holds stations to them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._spends_max = self._value_max = 0
        self._low: set[str] = set()
        self._given: dict[
            str, list[tuple[int, int]]
        ] = {}  # by station: number of an entry, value given by itself

    def waited(self, station: str, order_id: str, ms: int) -> None:
        """Somebody handed an order in and had to wait so long for the network."""
        self._memory.claim("I24", ms <= WAITED_MAX_MS, f"{station} let order {order_id} wait for {ms} ms")

    def asks(self, station: str, what: str, *, is_at_work: bool) -> None:
        """A request goes out. Whoever wants a decision meanwhile gets it, unless the store's thread waits too."""
        self._memory.claim("I24", not is_at_work, f"{station} keeps its store waiting for {what}")

    def flooded(self, station: str, *, entries: int) -> None:
        """Somebody tried many numbers within a moment, and the station wrote so many entries of it."""
        self._memory.claim(
            "I25", entries <= FLOOD_ENTRIES_MAX, f"{station} wrote {entries} entries of one flood"
        )

    def lies(self, station: str, files: Mapping[str, bytes]) -> None:
        """A station was started: these were its files."""
        replicas = [name for name in files if name.startswith("replica-") and name.endswith(".db")]
        self._memory.claim("I25", len(replicas) <= REPLICAS_MAX, f"{station} keeps {replicas}")
        large = [name for name, content in files.items() if len(content) > FILE_BYTES_MAX]
        self._memory.claim("I25", not large, f"{station} lets {large} grow")

    def full(self, station: str, *, sentence: str) -> None:
        """An order could not be recorded, as the disk is full; the cashier is told so."""
        self._memory.claim("I25", sentence.endswith("."), f"{station} has a full disk and says {sentence!r}")

    def is_low(self, station: str, *, is_low: bool) -> None:
        """Little room is left on a station's disk, or there is again."""
        (self._low.add if is_low else self._low.discard)(station)

    def caps(self, *, spends_max: int, value_max: int) -> None:
        """How often, and how much, a station may give before HQ has heard of it."""
        self._spends_max, self._value_max = spends_max, value_max

    def acknowledged(self, station: str, seq: int) -> None:
        """HQ has heard of entries up to a number."""
        self._given[station] = [each for each in self._given.get(station, []) if each[0] > seq]

    def forget(self, station: str) -> None:
        """Its files are older ones, or a new epoch begins."""
        self._given.pop(station, None)

    def copied(self, original: str, copy: str) -> None:
        self._given[copy] = list(self._given.get(original, []))

    def wrote(self, station: str, entry: Content) -> None:
        """An entry was written just now."""
        if station in self._low and entry.type in ("redeem", "refuse"):
            gives = entry.type == "redeem"
            self._memory.claim(
                "I25", not gives, f"{station} has little room left, and redeems at {entry.place}"
            )
        rights = []
        if entry.type == "order":
            rights = [given["auth"] for given in entry.data["campaigns"] if "auth" in given]
        if entry.type == "redeem":
            rights = [entry.data["auth"]]
        new = [(entry.place[2], right.get("value", 0)) for right in rights if right["kind"] in BY_ITSELF]
        if not new or not self._spends_max:
            return
        given = self._given.setdefault(station, [])
        given += new
        value = sum(value for _, value in given)
        is_bound = len(given) <= self._spends_max and value <= self._value_max
        self._memory.claim("I25", is_bound, f"{station} gave {len(given)} times, {value} in all, by itself")
