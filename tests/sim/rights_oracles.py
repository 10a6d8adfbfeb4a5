"""The oracles of what a station gives by itself: by rights that it has, not past their end, no more than they allow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from tests.sim.budget_oracles import Known
from tests.sim.claims import Memory
from tests.sim.reading import Chain, Content, counted_in
from tests.sim.rows import StationRows
from tests.sim.taking import ALWAYS, FLOOR, HOME, LEASE, ONLINE, Promise, Right, Rules, rights_of

HOUR_MS = 3_600_000
HOME_LEASE_MS = 7 * 24 * HOUR_MS
SUFFICES = {ALWAYS: (ALWAYS,), FLOOR: (FLOOR, LEASE, ONLINE), LEASE: (LEASE, ONLINE), "never": (ONLINE,)}
BY_ITSELF = (FLOOR, LEASE)


class RightsOracles:
    """Follows what each station gives."""

    def __init__(self, memory: Memory, known: Known) -> None:
        self._memory, self._known = memory, known
        self._rows: dict[str, tuple[Chain, StationRows]] = {}
        self._promised: dict[str, tuple[str, str, str]] = {}  # device, order and thing, by reservation
        self._seen: set[Promise] = set()
        self._used: dict[str, tuple[str, str, str]] = {}
        self._closed: dict[tuple[str, Chain], set[str]] = defaultdict(set)

    # --- what HQ does ------------------------------------------------------------------------------------------------

    def stands(self, station: str, chain: Chain, rows: StationRows) -> None:
        """Where a station is, after a start or a sync."""
        self._rows[station] = chain, rows

    def gone(self, station: str) -> None:
        """Nobody uses it any more."""
        self._rows.pop(station, None)

    def said_yes(self, asked: tuple[str, str, str], reservation: str) -> None:
        """HQ has said yes, perhaps to something that uses nothing up, of which it keeps no row."""
        first = self._promised.setdefault(reservation, asked)
        self._memory.claim("I17", first == asked, f"one reservation is of {first} and of {asked}")

    def promised(self, promises: Iterable[Promise], *, now_ms: int) -> None:
        """HQ has made reservations. What another station may spend by itself is not HQ's to promise."""
        for promise in promises:
            asked = promise.device, promise.order_id, promise.name
            self.said_yes(asked, promise.reservation_id)
            if promise in self._seen:  # whoever came to hold it since has it all the same
                continue
            self._seen.add(promise)
            for station, (chain, rows) in self._rows.items():
                if (
                    chain[0] == promise.device
                    or promise.scope not in rows.holds
                    or self._is_odd(station, chain)
                ):
                    continue
                is_over = rows.as_of_ms + HOME_LEASE_MS <= now_ms
                self._memory.claim("I7", is_over, f"HQ promised {promise.scope}, which {station} holds")

    def _is_odd(self, station: str, chain: Chain) -> bool:
        """Whether it may hold something by somebody's hand, or has no right to anything any more."""
        memory = self._memory
        is_shut_out = chain in memory.revoked | memory.copied or chain[0] in self._known.written_off
        return is_shut_out or station in memory.set_back or station in memory.tampered

    # --- what a station does -----------------------------------------------------------------------------------------

    def wrote(self, station: str, chain: Chain, entry: Content) -> None:
        """An entry was written just now, and is not yet among those that the auditor has of this station."""
        if station in self._memory.tampered:
            return  # its records are put right afterwards, without what it writes until then
        if entry.type == "lease_close":
            self._closed[station, chain].add(entry.data["lease_id"])
        rules = self._known.rules.get(entry.data.get("program_version", 0))
        if rules is None:
            return
        for right in rights_of(entry):
            where = f"{station} at {entry.place}"
            is_allowed = right.kind in SUFFICES[rules.offline[right.campaign]]
            self._memory.claim("I14", is_allowed, f"{where} gave {right.campaign} by {right.kind}")
            self._leases(where, station, chain, entry, right)
            if right.kind == ONLINE:
                self._online(where, chain, entry, right)
            if right.kind in BY_ITSELF:
                self._bounds(where, station, chain, right, rules)
            if right.kind == FLOOR:
                self._floor(where, station, chain, entry, right, rules)
        if entry.type == "redeem" and entry.data["code_hash"]:
            self._voucher(station, chain, entry)

    def _own(self, station: str, chain: Chain, *, after_seq: int) -> Iterator[Right]:
        for place, entry in self._memory.files[station].items():
            if place[:2] == chain and place[2] > after_seq:
                yield from rights_of(entry)

    def _unheard(self, station: str, chain: Chain) -> Iterator[Right]:
        """Yield what it has given since HQ last heard of it."""
        _, rows = self._rows[station]
        return (
            right for right in self._own(station, chain, after_seq=rows.acked_seq) if right.kind in BY_ITSELF
        )

    def _leases(self, where: str, station: str, chain: Chain, entry: Content, right: Right) -> None:
        t_eff = entry.data["t_eff"]
        for lease_id, units in right.leases:
            if lease_id.startswith(HOME):
                self._home_lease(where, station, lease_id.removeprefix(HOME), t_eff)
                continue
            lease = self._known.leases.get(lease_id)
            is_ours = lease is not None and (lease.device, lease.epoch) == chain
            if self._memory.claim("I7", is_ours, f"{where} gave by lease {lease_id}, which is none of its"):
                used = units + self._used_of(station, chain, lease_id)
                signed = self._known.signed[lease_id]
                self._memory.claim(
                    "I7",
                    used <= signed,
                    f"{where} gave {used} by a lease of {signed} {lease.scope}",
                )
                is_on = (
                    lease.from_ms <= t_eff < lease.until_ms and lease_id not in self._closed[station, chain]
                )
                self._memory.claim("I14", is_on, f"{where} gave by lease {lease_id}, which was over")

    def _used_of(self, station: str, chain: Chain, lease_id: str) -> int:
        own = self._own(station, chain, after_seq=0)
        return sum(units for right in own for name, units in right.leases if name == lease_id)

    def _home_lease(self, where: str, station: str, scope: str, t_eff: int) -> None:
        _, rows = self._rows[station]
        self._memory.claim("I7", scope in rows.holds, f"{where} spent {scope}, which it does not hold")
        is_on = t_eff < rows.as_of_ms + HOME_LEASE_MS
        self._memory.claim("I14", is_on, f"{where} spent {scope}, of which it had not heard for a week")

    def _online(self, where: str, chain: Chain, entry: Content, right: Right) -> None:
        asked = chain[0], entry.data["order_id"], right.name
        is_named = self._promised.get(right.ref) == asked
        self._memory.claim("I17", is_named, f"{where} gave {right.name} by {right.ref}, which HQ never said")
        first = self._used.setdefault(right.ref, asked)
        self._memory.claim("I17", first == asked, f"{where} used reservation {right.ref} of {first}")

    def _bounds(self, where: str, station: str, chain: Chain, right: Right, rules: Rules) -> None:
        given = [*self._unheard(station, chain), right]
        spends, value = len(given), sum(each.value for each in given)
        is_in = spends <= rules.spends_max and value <= rules.value_max
        self._memory.claim("I8", is_in, f"{where} has given {value} in {spends} times, and HQ has not heard")

    def _floor(
        self, where: str, station: str, chain: Chain, entry: Content, right: Right, rules: Rules
    ) -> None:
        floor = rules.floors.get(right.ref, {"value": 0, "times": 0, "stale_hours": 0})
        times = 1 + sum(
            each.kind == FLOOR and each.spender == right.spender for each in self._unheard(station, chain)
        )
        is_little = right.value <= floor["value"] and times <= floor["times"]
        self._memory.claim(
            "I8", is_little, f"{where} gave {right.value} by {right.ref}, for the time {times}"
        )
        as_of_ms = authority_of(entry).get("as_of")
        if entry.type == "order" and as_of_ms is not None:
            is_named = as_of_ms in self._known.named_as_of
            self._memory.claim("I14", is_named, f"{where} goes by facts of {as_of_ms}, which HQ never named")
        _, rows = self._rows[station]
        age_ms = entry.data["t_eff"] - rows.as_of_ms
        is_fresh = age_ms <= floor["stale_hours"] * HOUR_MS
        self._memory.claim("I14", is_fresh, f"{where} gave by facts that are {age_ms // HOUR_MS} hours old")

    def _voucher(self, station: str, chain: Chain, entry: Content) -> None:
        """A station knows what it has itself taken, whatever anybody else knows."""
        code = entry.data["code_hash"]
        uses_max = self._rows[station][1].uses_max.get(code, 0)
        own = [counted_in(each) for place, each in self._memory.files[station].items() if place[:2] == chain]
        before = sum(each.type == "redeem" and each.data["code_hash"] == code for each in own)
        is_left = not uses_max or before < uses_max
        self._memory.claim(
            "I17", is_left, f"{station} took voucher {code} {before + 1} times at {entry.place}"
        )


def authority_of(entry: Content) -> Mapping[str, object]:
    """Return what a station says that it held when it decided an order."""
    found = entry.data.get("authority", {})
    return found if isinstance(found, dict) else {}
