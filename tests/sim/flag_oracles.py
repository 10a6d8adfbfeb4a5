"""Which flags an entry must have for what people did: dealt with themselves, showed a code twice, guessed a PIN, or
are erased."""

from collections import Counter
from collections.abc import Mapping

from tests.sim.claims import Memory
from tests.sim.own_oracles import OwnOracles
from tests.sim.reading import POINTS, REVERSALS, Content, Place

BREAKAGE = "breakage"
ERASED, REPLAYED, OWN, LOCKED = "MEMBER_ERASED", "CODE_REPLAYED", "SELF_DEAL", "PIN_LOCKED"


class FlagOracles:
    """Foretells them for one HQ's journal, entry by entry in the order in which they came."""

    def __init__(self, memory: Memory, own: OwnOracles, *, before: Mapping[Place, str]) -> None:
        """`before` are the flags of entries that were judged when HQ held another history than now."""
        self._memory = memory
        self._own = own
        self._before = before
        self._first: dict[
            str, tuple[str, str]
        ] = {}  # by showing: the device and order that it was redeemed with

    def is_read(self) -> None:
        """All that HQ held already has been gone through; whatever comes now is judged by what is true now."""
        self._before = {}

    def came(self, entry: Content) -> None:
        """An entry has come, whatever HQ makes of it."""
        if entry.type == "redeem" and "shown" in entry.data:
            self._first.setdefault(entry.data["shown"]["nonce_hash"], _use(entry))

    def of_people(self, entry: Content, found: set[str]) -> set[str]:
        """Return which of these flags a posted entry must have."""
        expected = set()
        if entry.type == "pin_lock":
            expected.add(LOCKED)
        if self.is_of_erased(entry):
            expected.add(ERASED)
        if expected | found >= {ERASED} and entry.type in ("order", "redeem", *REVERSALS):
            self._memory.claim("I22", expected & found, f"{entry.place} has {found}")
        if self._own.is_deal(entry, is_erased=ERASED in expected):
            expected.add(OWN)
        self._memory.claim("I26", (OWN in expected) == (OWN in found), f"{entry.place} has {found}")
        if entry.type == "redeem" and "shown" in entry.data:
            if self._first[entry.data["shown"]["nonce_hash"]] != _use(entry):
                expected.add(REPLAYED)
            self._memory.claim(
                "I17", (REPLAYED in expected) == (REPLAYED in found), f"{entry.place} has {found}"
            )
        return expected

    def is_of_erased(self, entry: Content) -> bool:
        """Tell whether an entry moves points of somebody who was erased before it came."""
        if (before := self._before.get(entry.place)) is not None:
            return ERASED in before.split()
        return _member_of(entry) in self._own.erased

    def is_erased_by_now(self, entry: Content) -> bool:
        """Tell whether an entry is of somebody who was erased since, or before it came."""
        return _member_of(entry) in self._own.erased

    def moved_on(self, entry: Content, amounts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
        """Return what an entry posts, all in all: what it does to the account of who was erased goes on at once."""
        account = f"member:{_member_of(entry)}"
        amount = amounts[account, POINTS]
        if not amount or not self.is_of_erased(entry):
            return amounts
        moved = Counter(amounts)
        moved[account, POINTS] -= amount
        moved[BREAKAGE, POINTS] += amount
        return Counter({name: amount for name, amount in moved.items() if amount})


def _use(entry: Content) -> tuple[str, str]:
    return entry.place[0], entry.data["order_id"]


def _member_of(entry: Content) -> str:
    if entry.type == "order" and entry.data["member"]:
        return str(entry.data["member"]["ref"])
    is_of_member = entry.type in ("redeem", *REVERSALS)
    return str(entry.data["member"] or "") if is_of_member else ""
