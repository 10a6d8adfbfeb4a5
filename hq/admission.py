"""Who is let in when more come than HQ can serve: so many work at once, a few wait, all others are told when to return.

Without it a chain that comes back at once queues inside HQ without bound. Everybody's answer then comes later than
they wait for it, and what HQ does is done for nobody. So a request is refused early, at the door and before its body is
read, when it would stay longer than STAY_S with those before it. A refusal costs next to nothing and carries an
appointment: the time by which HQ will have served those whom it put off earlier. Who must come more than once keeps
their rank among them (`hq/ranks.py`): nobody is put off much more often than the line before them is minutes long.

A place is taken when the body has come whole, so that a slow line holds none, and given back when the answer is ready.
What waits is bounded in number, in bytes and in time (`hq/under_way.py`). All of it runs on the event loop: no locks.
"""

import asyncio
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hq.auth import read_header
from hq.faults import Busy, NotSigned
from hq.problems import of_fault
from hq.ranks import Ranks, Ticket
from hq.under_way import BUSY, PEOPLE_BYTES_MAX, UNSIGNED_BYTES_MAX, Guest, UnderWay
from sync.protocol import SIGNATURE_HEADER

PUSHES_AT_ONCE = 2  # one computes, as threads of Python do, while the other waits for rows and the disk
READS_AT_ONCE = 8
UNSIGNED_AT_ONCE = 2  # of their own, so that whoever has no key takes none of the stations'
PEOPLE_AT_ONCE = 4  # pages of the console and other programs, which show a key or a session: of their own too
STAY_S = 1.0  # waiting and work; who would stay longer is better off asking again
TOLD_STAY_S = 3.0  # of those who come when they were told: room that nobody else takes from them
PATIENCE_S = 3.5  # of those who were let in: their body may have come over a slow line
PACE_FIRST_S = 0.1  # what a request is thought to take until some have been served
UNPROVEN = (
    2  # times the places, before it is known how long those take: a chain may stand at the door already
)
PACE_WEIGHT = 0.1  # of the newest
RETRY_MIN_S, RETRY_MAX_S = 2, 60
EARLY_S = 1.0  # before its time a station may come, whose times are rounded

TRY_LATER = "Too many stations are asking at once. Try again a little later."
PUSH_END = "/journal"
SIGNATURE_NAME = SIGNATURE_HEADER.lower().encode("ascii")
SESSION = b"tillside="  # in the cookies of who is signed in
NOBODY = ""  # has no rank: names are all that ranks go by
# Answered whoever else asks: stations want to know who they are waiting for, and those who run HQ how it is.
ALWAYS = frozenset({"/v1/health", "/ready", "/metrics"})


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
        self._ranks = Ranks()

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
        is_due = self._ranks.is_due(who, now=monotonic() + EARLY_S)
        stay_s = self.wait_s() + self._places * self._pace_s
        return self._inside >= self._places and stay_s > (TOLD_STAY_S if is_due else STAY_S)

    def welcome(self, who: str) -> Ticket | None:
        """Let somebody in, who needs no rank any more."""
        self._inside += 1
        return self._ranks.take(who)

    async def enter(self, who: str) -> None:
        """Wait for a place, but not for ever. Raises `Busy`."""
        if self.wait_s() > PATIENCE_S:
            raise self.put_off(who)
        ticket = self.welcome(who)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._semaphore.acquire()
        except TimeoutError:
            self._inside -= 1
            if ticket is not None:
                self._ranks.put_back(who, ticket)
            raise self.put_off(who) from None
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
        """Return a refusal with a time of their own, which comes no later for those who come before it."""
        now = monotonic()
        after_s = max(self._after_s(who), RETRY_MIN_S)
        told_s = _told(after_s)
        if not who or not self._ranks.put_off(who, now=now, wait_s=after_s, told_s=told_s):
            told_s = _told(self._book(now) - now)
        return Busy(TRY_LATER, retry_after_s=told_s)

    def _after_s(self, who: str) -> float:
        """Return after how long there will be room for somebody, behind those inside and those before them outside."""
        return self.wait_s() + (self._ranks.before(who) + 1) * self._pace_s

    def _book(self, now: float) -> float:
        """Return a time for somebody without a rank, each later than the one before."""
        self._booked_at = max(self._booked_at, now + self.wait_s()) + self._pace_s
        if self._booked_at > now + RETRY_MAX_S:
            self._booked_at = now + RETRY_MIN_S  # from the beginning: then more are told the same time
        return self._booked_at


def _told(after_s: float) -> int:
    return min(max(round(after_s), RETRY_MIN_S), RETRY_MAX_S)


class Admission:
    """Stands before the whole application (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        """Let requests in to `app`."""
        self._app = app
        self._pushes, self._reads = Lane(PUSHES_AT_ONCE), Lane(READS_AT_ONCE)
        self._unsigned, self._people = Lane(UNSIGNED_AT_ONCE), Lane(PEOPLE_AT_ONCE)
        self._under_way = UnderWay()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) in ALWAYS:
            await self._app(scope, receive, send)
            return
        device = _device(scope)
        lane = self._lane(scope, device)
        who = _who(scope, device)
        if lane.is_full(who if device else NOBODY):
            await of_fault(lane.put_off(who if device else NOBODY))(scope, receive, send)
            return
        bytes_max = PEOPLE_BYTES_MAX if lane is self._people else UNSIGNED_BYTES_MAX
        guest = Guest(who, is_signed=bool(device), brings_body=_brings_body(scope), bytes_max=bytes_max)
        if not self._under_way.take_in(
            guest
        ):  # no appointment: those are for stations that wait for each other
            await of_fault(Busy(BUSY))(scope, receive, send)
            return
        try:
            await _Visit(lane, self._under_way, guest, receive, send).run(self._app, scope)
        finally:
            self._under_way.let_go(guest)

    def _lane(self, scope: Scope, device: str) -> Lane:
        if not device:
            return self._people if _is_of_people(scope) else self._unsigned
        return self._pushes if scope["path"].endswith(PUSH_END) else self._reads


class _Visit:
    """One request that was let in: it takes a place with the end of its body and gives it back with its answer."""

    def __init__(self, lane: Lane, under_way: UnderWay, guest: Guest, receive: Receive, send: Send) -> None:
        self._lane, self._under_way, self._guest = lane, under_way, guest
        self._receive, self._send = receive, send
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
        message = await self._guest.hear(self._receive)
        if message["type"] == "http.request":
            self._is_read = not message.get("more_body", False)
            self._under_way.hold(self._guest, len(message.get("body", b"")), is_whole=self._is_read)
        if self._is_read:
            await self._lane.enter(self._guest.who if self._guest.is_signed else NOBODY)
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


def _device(scope: Scope) -> str:
    """Return the device that a request says it comes from, or nothing where no signature can be read."""
    for name, value in scope["headers"]:
        if name == SIGNATURE_NAME:
            try:
                return read_header(value.decode("latin-1")).device_id
            except NotSigned:
                return ""
    return ""


def _is_of_people(scope: Scope) -> bool:
    """Tell whether a request shows a key or a session. Whether that is good is found out behind the door."""
    return any(
        name == b"authorization" or (name == b"cookie" and SESSION in value)
        for name, value in scope["headers"]
    )


def _who(scope: Scope, device: str) -> str:
    """Return whose places a request takes: with the address, so that nobody elsewhere takes those of a station."""
    address = (scope.get("client") or ("",))[0]
    return f"{device} {address}"


def _brings_body(scope: Scope) -> bool:
    """Tell whether a request says that more comes than its head."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
