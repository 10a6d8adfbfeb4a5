"""The oracle of people who deal with themselves: a station that knows whose account it is gives them nothing of it."""

from tests.sim.claims import Memory
from tests.sim.reading import Content


class OwnOracles:
    """Knows which account is whose, and which stations have heard of it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.erased: set[str] = set()  # members
        self._accounts: dict[str, str] = {}  # by who works somewhere
        self._heard: dict[str, frozenset[str]] = {}  # by station: whose accounts it knows

    def has_account(self, staff_id: str, ref: str) -> None:
        """Somebody who works in a store is a member."""
        self._accounts[staff_id] = ref

    def knows(self, station: str, linked: frozenset[tuple[str, str]]) -> None:
        """A station holds these people and their accounts now."""
        self._heard[station] = frozenset(
            staff_id for staff_id, ref in linked if self._accounts.get(staff_id) == ref
        )

    def wrote(self, station: str, entry: Content) -> None:
        """An entry was written just now."""
        cashier = entry.data.get("cashier", "")
        if entry.type not in ("redeem", "refuse") or cashier not in self._heard.get(station, ()):
            return
        is_own = entry.data["member"] == self._accounts[cashier]
        gives = entry.type == "redeem"
        self._memory.claim(
            "I26", not (is_own and gives), f"{cashier} redeems for themselves at {entry.place}"
        )

    def is_deal(self, entry: Content, *, is_erased: bool) -> bool:
        """Tell whether an entry gives something to whoever was at the till."""
        data = entry.data
        if is_erased or entry.type not in ("order", "redeem") or not data["member"]:
            return False
        ref = data["member"]["ref"] if entry.type == "order" else data["member"]
        gives = entry.type == "redeem" or data["points"] > 0
        return gives and self._accounts.get(data.get("cashier", "")) == ref
