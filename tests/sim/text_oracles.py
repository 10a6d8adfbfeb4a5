"""The oracle of texts: what is scanned, typed, handed in by a till or told by head office is text, and does nothing."""

import hashlib
import json
import re

from tests.sim.claims import Memory
from tests.sim.reading import Content

READ_OUT_MAX = 100
DENIED = {"store", "reason", "code_hash", "t_eff"}
STATION_FILES = re.compile(
    r"(journal|replica-[0-9]+)\.db(-wal|-shm|-journal)?|(unusable-[0-9]+-)?replica-[0-9]+\.db.*|store\.json|lock"
)
WORLD_FILES = re.compile(r"hq|station-[0-9]+(\.epoch-[0-9]+)?")


class TextOracles:
    """Holds what came in against what was written and shown."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._names: dict[str, set[str]] = {}  # that a member ever had
        self._scanned: dict[str, set[str]] = {}  # by station: hashes of texts that were refused there
        self._orders: dict[str, tuple[str, list[str]]] = {}  # by id: the register and what was bought
        self._tables: dict[str, frozenset[str]] = {}  # of a kind of database

    def is_called(self, ref: str, name: str) -> None:
        """Head office was told a member's name."""
        self._names.setdefault(ref, {""}).add(name)

    def shown(self, station: str, ref: str, line: bytes) -> None:
        """A station shows a member, as one line for whoever draws it."""
        is_one = line.endswith(b"\n") and min(line[:-1], default=32) >= 32
        self._memory.claim("I28", is_one, f"{station} shows member {ref} in lines of their own making")
        name = json.loads(line)["name"]
        is_right = ref not in self._names or name in self._names[ref]
        self._memory.claim("I28", is_right, f"{station} calls member {ref} {name!r}")

    def refused(self, station: str, text: str, read_out: str) -> None:
        """A text was scanned and refused with a sentence."""
        is_calm = read_out.isprintable() and len(read_out) <= READ_OUT_MAX
        self._memory.claim("I28", is_calm, f"{station} reads out {read_out!r}")
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self._scanned.setdefault(station, set()).add(digest)

    def not_refused(self, station: str, text: str) -> None:
        """A text that is none of ours meant something."""
        self._memory.claim("I28", None, f"{station} takes {text!r} for something")

    def hands_in(self, order_id: str, register: str, skus: list[str]) -> None:
        """A till has an order by this number, of these things."""
        self._orders[order_id] = register, skus

    def broke(self, what: str, problem: str) -> None:
        """Something that is text to everybody ended in a bug."""
        self._memory.claim("I28", None, f"{what}: {problem}")

    def served(self, what: str, *, is_served: bool) -> None:
        """A device asked head office for something by a name that is a way to somewhere else."""
        self._memory.claim("I28", not is_served, f"HQ serves {what!r}")

    def wrote(self, station: str, entry: Content) -> None:
        """An entry was written just now."""
        data = entry.data
        if entry.type == "scan_denied" and data["code_hash"] in self._scanned.get(station, ()):
            self._memory.claim(
                "I28", data.keys() == DENIED, f"{entry.place} says more of a scan: {data.keys()}"
            )
        if entry.type == "order" and data["order_id"] in self._orders:
            register, skus = self._orders[data["order_id"]]
            is_same = data["register"] == register and [line["sku"] for line in data["lines"]] == skus
            self._memory.claim("I28", is_same, f"{entry.place} is not what the till handed in")

    def lies(self, folders: list[str], files: dict[str, list[str]]) -> None:
        """What there is on the disk of a world, and in its stations' folders."""
        odd = [name for name in folders if not WORLD_FILES.fullmatch(name)]
        self._memory.claim("I28", not odd, f"somebody made {odd}")
        for folder, names in files.items():
            odd = [name for name in names if not STATION_FILES.fullmatch(name)]
            self._memory.claim("I28", not odd, f"somebody made {odd} in {folder}")

    def has_tables(self, kind: str, tables: frozenset[str]) -> None:
        """The tables of a database; all of a kind have the same."""
        first = self._tables.setdefault(kind, tables)
        self._memory.claim("I28", tables == first, f"{kind} has other tables: {sorted(tables ^ first)}")
