"""Who is let in when more come than HQ can serve: so many work at once, a few wait, all others are told when to return.

Without it a chain that comes back at once queues inside HQ without bound. Everybody's answer then comes later than
they wait for it, and what HQ does is done for nobody. So a request is refused early, at the door and before its body is
read, when those before it take longer than WAIT_S. A refusal costs next to nothing and carries an appointment:
the time by which HQ will have served those whom it told to come earlier.

A place is taken when the body has come whole, so that a slow line holds none, and given back when the answer is ready.
What waits is bounded in number, in bytes and in time. Everything here runs on the event loop: no locks.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hq.bodies import BODY_BYTES_MAX
from hq.faults import Busy, TooSlow
from hq.problems import of_fault
from sync.protocol import SIGNATURE_HEADER

PUSHES_AT_ONCE = 4  # of which one computes, as threads of Python do; the others wait for rows and the disk
READS_AT_ONCE = 8
WAIT_S = 1.0  # who would wait longer is better off asking again
TOLD_WAIT_S = 2.0  # of those who come when they were told: room that nobody else takes from them
PATIENCE_S = 3.5  # of those who were let in: their body may have come over a slow line
UNDER_WAY_MAX = 256  # requests let in and not answered, however slow their lines
HELD_BYTES_MAX = 64 << 20  # of their bodies, by what they say: 16 of the largest, or all of them with 256 KiB
BODY_S = 60.0  # a station gives up after 30; without an end a line that was cut would hold its place for ever
PACE_FIRST_S = 0.1  # what a request is thought to take until some have been served
UNPROVEN = (
    2  # times the places, before it is known how long those take: a chain may stand at the door already
)
PACE_WEIGHT = 0.1  # of the newest
RETRY_MIN_S, RETRY_MAX_S = 2, 60
EARLY_S = 1.0  # before its time a station may come, whose times are rounded
TOLD_KEPT_MAX = 10_000  # whom HQ told a time; above it the oldest are forgotten

PUSH_END = "/journal"
SIGNATURE_NAME = SIGNATURE_HEADER.lower().encode("ascii")
DEVICE_LENGTH_MAX = 40
ALWAYS = "/v1/health"  # answered without a thread, so that stations know who they are waiting for


class Lane:
    """Places for requests of one kind; whoever waits is served in the order of coming."""

    def __init__(self, places: int) -> None:
        """Let so many work at once."""
        self._places = places
        self._semaphore = asyncio.Semaphore(places)
        self._inside = 0  # working, and waiting for a place
        self._served = 0
        self._pace_s = PACE_FIRST_S / places  # after how long another is done, while there is work
        self._booked_at = 0.0
        self._told: OrderedDict[str, float] = OrderedDict()  # at what time who may come

    def wait_s(self) -> float:
        """Return how long one more would wait."""
        return max(self._inside + 1 - self._places, 0) * self._pace_s

    def is_full(self, who: str) -> bool:
        """Tell whether one more would wait too long. Those whose time has come may wait longer than newcomers.

        Without that, stations that were just served would take each place that comes free, again and again.
        """
        is_unproven = self._served < self._places
        if is_unproven and self._inside >= UNPROVEN * self._places:
            return True
        is_expected = self._told.get(who, inf) <= monotonic() + EARLY_S
        return self.wait_s() > (TOLD_WAIT_S if is_expected else WAIT_S)

    def welcome(self, who: str) -> None:
        """Note that somebody was let in."""
        self._told.pop(who, None)

    async def enter(self) -> None:
        """Wait for a place, but not for ever. Raises `Busy`."""
        if self.wait_s() > PATIENCE_S:
            raise _busy(self.wait_s())
        self._inside += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._semaphore.acquire()
        except TimeoutError:
            self._inside -= 1
            raise _busy(self.wait_s()) from None
        except asyncio.CancelledError:
            self._inside -= 1
            raise

    def leave(self, took_s: float) -> None:
        """Give the place back after so many seconds."""
        self._inside -= 1
        self._semaphore.release()
        self._served += 1
        self._pace_s += max(PACE_WEIGHT, 1 / self._served) * (took_s / self._places - self._pace_s)

    def put_off(self, who: str) -> Busy:
        """Return a refusal with a time of their own, which stays the same for those who come before it."""
        now = monotonic()
        at = self._told.pop(who, 0.0)
        if at <= now + EARLY_S:
            at = self._book(now)
        if who:
            self._told[who] = at
        if len(self._told) > TOLD_KEPT_MAX:
            self._told.popitem(last=False)
        return _busy(at - now)

    def _book(self, now: float) -> float:
        """Return the time at which there should be room for one more, each later than the one before."""
        self._booked_at = max(self._booked_at, now + self.wait_s()) + self._pace_s
        if self._booked_at > now + RETRY_MAX_S:
            self._booked_at = now + RETRY_MIN_S  # from the beginning: then more are told the same time
        return self._booked_at


def _busy(after_s: float) -> Busy:
    whole_s = max(round(after_s), RETRY_MIN_S)
    return Busy("Too many stations are asking at once. Try again a little later.", retry_after_s=whole_s)


class Admission:
    """Stands before the whole application (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        """Let requests in to `app`."""
        self._app = app
        self._pushes, self._reads = Lane(PUSHES_AT_ONCE), Lane(READS_AT_ONCE)
        self._under_way = 0
        self._held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http" or scope["path"] == ALWAYS:
            await self._app(scope, receive, send)
            return
        lane = self._pushes if scope["path"].endswith(PUSH_END) else self._reads
        size = _announced(scope)
        who = _who(scope)
        if self._is_full(size) or lane.is_full(who):
            await of_fault(lane.put_off(who))(scope, receive, send)
            return
        lane.welcome(who)
        with self._let_in(size):
            await _Visit(lane, receive, send).run(self._app, scope)

    def _is_full(self, size: int) -> bool:
        return self._under_way >= UNDER_WAY_MAX or self._held_bytes + size > HELD_BYTES_MAX

    @contextmanager
    def _let_in(self, size: int) -> Iterator[None]:
        self._under_way += 1
        self._held_bytes += size
        try:
            yield
        finally:
            self._under_way -= 1
            self._held_bytes -= size


class _Visit:
    """One request that was let in: it takes a place with the end of its body and gives it back with its answer."""

    def __init__(self, lane: Lane, receive: Receive, send: Send) -> None:
        self._lane, self._receive, self._send = lane, receive, send
        self._body_until = monotonic() + BODY_S
        self._since: float | None = None
        self._is_read = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._heard, self._said)
        finally:
            self._leave()

    async def _heard(self) -> Message:
        if self._is_read:
            return await self._receive()
        try:
            async with asyncio.timeout(self._body_until - monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow("The request did not come to its end in time.") from None
        if message["type"] == "http.request" and not message.get("more_body", False):
            self._is_read = True
            await self._lane.enter()
            self._since = monotonic()
        return message

    async def _said(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._leave()
        await self._send(message)

    def _leave(self) -> None:
        if self._since is not None:
            self._lane.leave(monotonic() - self._since)
            self._since = None


def _who(scope: Scope) -> str:
    """Return the device that a request says it comes from, or nothing. Not yet believed: it only keeps a place."""
    for name, value in scope["headers"]:
        if name == SIGNATURE_NAME:
            return bytes(value[:DEVICE_LENGTH_MAX]).partition(b";")[0].decode("latin-1")
    return ""


def _announced(scope: Any) -> int:
    """Return how many bytes a request says that it brings; as many as there may be where it doesn't say."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return min(int(value), BODY_BYTES_MAX) if value.isdigit() else BODY_BYTES_MAX
        if name == b"transfer-encoding":
            return BODY_BYTES_MAX
    return 0
