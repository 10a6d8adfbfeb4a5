"""Requests that were let in and are not answered: how many, whose, and what HQ holds of their bodies.

A place costs whoever takes it nothing, and nothing is proven at the door. So no request holds one by what it
announces: bytes count as they come, and a body that stands still for some seconds is given up. Where places run out
the one that was silent longest makes way, since an honest body comes right behind its head. Requests without a
signature that can be read (only enrolment and the set of keys need none) share a few places among themselves.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from starlette.types import Message, Receive

from hq.bodies import BODY_BYTES_MAX
from hq.faults import Busy, TooLarge, TooSlow

UNDER_WAY_MAX = 256
UNSIGNED_MAX = 16
OF_ONE_MAX = 4  # a station asks for one thing after the other; more are those whose line it gave up
HELD_BYTES_MAX = 96 << 20  # a third more than all without a signature can take, so that stations have room
BYTES_MIN = 4 << 10  # a request counts as so many at least: its head is held too
UNSIGNED_BYTES_MAX = 256 << 10  # an enrolment has about one thousand
PEOPLE_BYTES_MAX = BODY_BYTES_MAX  # who shows a key or a session may bring a file, or members by the hundred
BODY_S = 60.0  # a station gives up after 30; without an end a line that was cut would hold its place for ever
SILENT_S = 10.0  # of the line; a packet that was lost comes again sooner
PROGRESS_BYTES = 512  # fewer are no progress: one now and then would hold a place as long as it likes
STANDS_STILL_S = 1.0  # a signed body that rests for less does not make way for another station's
BUSY = "Too many requests are under way. Try again a little later."


class Guest:
    """One request that was let in. `who` is whom it says it comes from, which is not yet believed."""

    def __init__(
        self, who: str, *, is_signed: bool, brings_body: bool, bytes_max: int = UNSIGNED_BYTES_MAX
    ) -> None:
        """Begin where the head has come. One without a body waits for nothing and makes no way.

        `bytes_max` is of a body without a signature; with one it is read within its own limit.
        """
        self.who, self.is_signed, self.is_coming = who, is_signed, brings_body
        self._bytes_max = bytes_max
        self.bytes = self._seen_bytes = 0
        self.heard_at = monotonic()
        self._until = self.heard_at + BODY_S
        self._made_way = False
        self._wait: asyncio.Timeout | None = None

    @property
    def held_bytes(self) -> int:
        """What is held for it."""
        return max(self.bytes, BYTES_MIN)

    async def hear(self, receive: Receive) -> Message:
        """Return the next part of the body. Raises `TooSlow`, `TooLarge`, and `Busy` when it had to make way."""
        rest_s = 0.0 if self._made_way else min(self._until, self.heard_at + SILENT_S) - monotonic()
        try:
            async with asyncio.timeout(rest_s) as self._wait:
                message = await receive()
        except TimeoutError:
            if self._made_way:
                raise Busy(BUSY) from None
            raise TooSlow("The request did not come to its end in time.") from None
        finally:
            self._wait = None
        if not self.is_signed and self.bytes + len(message.get("body", b"")) > self._bytes_max:
            raise TooLarge(f"A request without a signature has at most {self._bytes_max} bytes.")
        return message

    def note(self, size: int, *, is_whole: bool) -> bool:
        """Count so many more bytes. Tell whether that was progress."""
        self.bytes += size
        self.is_coming = not is_whole
        is_progress = is_whole or self.bytes >= self._seen_bytes + PROGRESS_BYTES
        if is_progress:
            self._seen_bytes, self.heard_at = self.bytes, monotonic()
        return is_progress

    def make_way(self) -> None:
        """Stop waiting for the rest."""
        self._made_way = True
        if self._wait is not None:
            self._wait.reschedule(0.0)


class UnderWay:
    """All of them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._guests: OrderedDict[Guest, None] = OrderedDict()  # who was silent longest comes first
        self._held_bytes = 0

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._guests)

    def take_in(self, guest: Guest) -> bool:
        """Let one more in, where there is room or somebody silent makes way. Tell whether it was let in."""

        def is_same(other: Guest) -> bool:
            return (other.is_signed, other.who) == (guest.is_signed, guest.who)

        def is_unsigned(other: Guest) -> bool:
            return not other.is_signed

        if not self._has_room(is_same, OF_ONE_MAX):
            return False
        if not guest.is_signed and not self._has_room(is_unsigned, UNSIGNED_MAX):
            return False
        while len(self) >= UNDER_WAY_MAX or self._held_bytes + guest.held_bytes > HELD_BYTES_MAX:
            if not self._make_way():
                return False
        self._guests[guest] = None
        self._held_bytes += guest.held_bytes
        return True

    def let_go(self, guest: Guest) -> None:
        """Give the place of an answered request back. One that made way has none any more."""
        if guest in self._guests:
            del self._guests[guest]
            self._held_bytes -= guest.held_bytes

    def hold(self, guest: Guest, size: int, *, is_whole: bool) -> None:
        """Note so many more bytes of a body. Raises `Busy` where HQ holds too many already."""
        if guest not in self._guests:
            raise Busy(BUSY)
        before = guest.held_bytes
        if guest.note(size, is_whole=is_whole):
            self._guests.move_to_end(guest)
        self._held_bytes += guest.held_bytes - before
        while self._held_bytes > HELD_BYTES_MAX:
            if not self._make_way():
                raise Busy(BUSY)

    def _has_room(self, is_of: Callable[[Guest], bool], most: int) -> bool:
        """Tell whether a group has room. Of its own, the one silent longest makes way, however short that was."""
        group = [each for each in self._guests if is_of(each)]
        if len(group) < most:
            return True
        silent = next((each for each in group if each.is_coming), None)
        if silent is not None:
            self._end(silent)
        return silent is not None

    def _make_way(self) -> bool:
        """End whoever was silent longest of all, if that was long."""
        silent = next((each for each in self._guests if each.is_coming), None)
        if silent is None or monotonic() - silent.heard_at < STANDS_STILL_S:
            return False
        self._end(silent)
        return True

    def _end(self, guest: Guest) -> None:
        self.let_go(guest)
        guest.make_way()
