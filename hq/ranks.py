"""Those whom HQ put off: who came before whom, and when each will find room.

Whoever is put off gets a rank, once, and keeps it until they are let in. When they will find room follows from how many
stand before them and how fast HQ serves at that moment, so nobody who comes when they were told goes to the end again.
Whoever doesn't come is forgotten some seconds after their time, and those behind them move up.

A name here is a device and an address, and nobody elsewhere can use up a station's rank. There is room for a few
thousand. Where it is full the address that holds most of it gives way, its newest name first. So an address that
makes up names only takes ranks from itself, and HQ's memory has an end. Of IPv6 the first half counts as the address:
whoever has one line can choose the rest as they like.
"""

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Address

KEPT_MAX = 10_000
NETWORK_BYTES = 8  # of an IPv6 address, which name a line
LATE_S = 15.0  # behind the time by which a station comes that adds half of what it was told (sync/backoff.py)
SWEEP_S = 5.0


@dataclass(slots=True)
class Ticket:
    """`due` is when there will be room, and `until` when the ticket is forgotten."""

    rank: int
    due: float
    until: float
    address: str


class Ranks:
    """All who wait outside for one kind of work."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._tickets: dict[str, Ticket] = {}  # in the order in which they came first
        self._order: list[int] = []
        self._of_address: Counter[str] = Counter()
        self._next_rank = 0
        self._swept_at = 0.0

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._tickets)

    def before(self, who: str) -> int:
        """Return how many stand before somebody; who has no rank stands behind all."""
        ticket = self._tickets.get(who)
        return len(self._order) if ticket is None else bisect_left(self._order, ticket.rank)

    def is_due(self, who: str, *, now: float) -> bool:
        """Tell whether somebody's time has come."""
        ticket = self._tickets.get(who)
        return ticket is not None and ticket.due <= now

    def put_off(self, who: str, *, now: float, wait_s: float, told_s: float) -> bool:
        """Note that somebody who was told `told_s` will find room in `wait_s`. False where there is no rank left."""
        self._sweep(now)
        ticket = self._tickets.get(who)
        until = now + 1.5 * told_s + LATE_S
        if ticket is not None:
            ticket.due, ticket.until = now + wait_s, until
            return True
        address = _address(who)
        if len(self) >= KEPT_MAX and not self._has_made_room(address):
            return False
        self._add(who, Ticket(self._next_rank, now + wait_s, until, address))
        self._next_rank += 1
        return True

    def take(self, who: str) -> Ticket | None:
        """Take somebody out, who is let in."""
        ticket = self._tickets.pop(who, None)
        if ticket is not None:
            del self._order[bisect_left(self._order, ticket.rank)]
            self._of_address[ticket.address] -= 1
            if not self._of_address[ticket.address]:
                del self._of_address[ticket.address]
        return ticket

    def put_back(self, who: str, ticket: Ticket) -> None:
        """Undo `take`, for somebody who was let in and not served."""
        if who not in self._tickets:
            self._add(who, ticket)

    def _add(self, who: str, ticket: Ticket) -> None:
        self._tickets[who] = ticket
        insort(self._order, ticket.rank)
        self._of_address[ticket.address] += 1

    def _has_made_room(self, address: str) -> bool:
        """Forget the newest name of the address that holds most, unless that is who asks."""
        (most, count), *_ = self._of_address.most_common(1)
        if self._of_address[address] + 1 >= count:
            return False
        self.take(next(who for who, ticket in reversed(self._tickets.items()) if ticket.address == most))
        return True

    def _sweep(self, now: float) -> None:
        if now < self._swept_at + SWEEP_S:
            return
        self._swept_at = now
        for who in [who for who, ticket in self._tickets.items() if ticket.until < now]:
            self.take(who)


def _address(who: str) -> str:
    """Return where somebody comes from, as far as they could not choose it."""
    address = who.rpartition(" ")[2]
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or found.packed[:NETWORK_BYTES].hex())
