"""The line between a station and HQ, in one process: it cuts, loses, repeats, delays, reorders and lies.

Requests and answers pass through their wire form, as over HTTP. HQ's faults become what a station would see of them.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec import structs
from msgspec.json import decode, encode

from hq.faults import Busy, HqFault
from hq.service import DeviceSession
from sync.authority_wire import AuthorizeAnswer, AuthorizeRequest, LeaseAnswer, LeaseRequest
from sync.faults import HqBusy, HqRefused, HqUnreachable, HqUntrusted
from sync.protocol import (
    CHANGES_ROWS_MAX,
    Changes,
    Health,
    Manifest,
    MustRefetch,
    PushAnswer,
    PushRefusal,
    PushRefusalKind,
    PushRequest,
    Row,
    SealedPepper,
    SignedDocument,
    SignedManifest,
)
from tests.sim.disk import Killed, kill

if TYPE_CHECKING:
    from tests.sim.station import Station

PAGE_ROWS_MAX = 12  # of a page of changes, where the seed wants many small ones
RETRY_AFTER_S = 30
SLOW_MAX_MS = 90_000
WAITED_MS = 1_500  # by whoever asks while a member waits
UNSAID = ("program_version", "rows_skipped", "stops_version")  # by older programs
QUESTION = "authorize"  # asked for somebody who waits, and by them
HQ_POINTS = ("hq_mid_tx", "hq_before_commit", "hq_after_commit")
BEFORE = ("cut", "busy", "page", "garbage")  # the request does not arrive
AFTER = ("lost", "twice", "late", "slow", "hq_killed")
HANGS = ("late", "slow")  # a question whose answer comes when nobody waits for it any more
LIES = ("false_hash", "false_ack", "old_document")
FAULTS = BEFORE + AFTER + LIES


@dataclass
class Weather:
    """How bad the lines are in this world: the chance that something happens to a request, and what it may be."""

    badness: float = 0.0
    kinds: tuple[str, ...] = FAULTS
    has_small_pages: bool = False

    def draw(self, rng: random.Random) -> str:
        return rng.choice(self.kinds) if self.kinds and rng.random() < self.badness else ""


@dataclass
class Counts:
    """What the lines of a world have done."""

    cuts: int = 0
    duplicates_sent: int = 0
    lies: int = 0


@dataclass
class Line:
    """What a station talks to (`HqProtocol`)."""

    station: "Station"
    is_up: bool = True
    is_disturbed: bool = False  # has anything been done to it since this was last set back?
    late: list[PushRequest] = field(default_factory=list)
    asking: Callable[[], None] | None = None  # a question that is still under way
    lie_next: str = ""  # what happens to the next page of changes
    has_bad_row: bool = False  # in each page of changes there is one that nobody can use
    plays_old_time: bool = False  # somebody in it answers the next question for the time by HQ's first answer
    _is_old_next: bool = False

    @property
    def _world(self) -> Any:
        return self.station.world

    def be_good(self) -> None:
        """Nothing that was meant for this line happens any more."""
        self.is_up, self.lie_next, self._is_old_next, self.late = True, "", False, []
        self.plays_old_time = False
        self._end_question()

    def health(self) -> Health:
        return self._ask("health", lambda hq: hq.health())

    def push(self, request: PushRequest) -> PushAnswer | PushRefusal:
        self._world.witness.journal(self.station)  # a jump of the clock is written down just before
        sent = self._as_sent(request)
        answer = self._ask("push", lambda hq: self._pushed(hq, sent), sent)
        if isinstance(answer, PushAnswer) and answer.time and answer.time.nonce == request.clock.nonce:
            self._world.auditor.clocks.told(self.station.name)
        return answer

    def document(self, kind: str) -> SignedDocument:
        return self._ask("document", lambda hq: hq.document(kind))

    def keyset(self, version: int) -> SignedDocument:
        return self._ask("keyset", lambda hq: hq.keyset(version))

    def manifest(self) -> SignedManifest:
        return self._ask("manifest", lambda hq: hq.manifest())

    def snapshot(self, name: str) -> bytes:
        return self._ask("snapshot", lambda hq: hq.snapshot(name))

    def pepper(self) -> SealedPepper:
        return self._ask("pepper", lambda hq: hq.pepper())

    def changes(self, *, cursor: int, set_id: str, limit: int = CHANGES_ROWS_MAX) -> Changes | MustRefetch:
        if self._world.weather.has_small_pages:
            limit = PAGE_ROWS_MAX
        return self._ask("changes", lambda hq: hq.changes(cursor=cursor, set_id=set_id, limit=limit))

    def leases(self, request: LeaseRequest) -> LeaseAnswer:
        sent = decode(encode(request), type=LeaseRequest)
        return self._ask("leases", lambda hq: self._seen(hq.leases(sent)))

    def authorize(self, request: AuthorizeRequest) -> AuthorizeAnswer:
        sent = decode(encode(request), type=AuthorizeRequest)
        return self._ask(QUESTION, lambda hq: self._said(sent.order_id, self._seen(hq.authorize(sent))))

    def _said(self, order_id: str, answer: AuthorizeAnswer) -> AuthorizeAnswer:
        for word in answer.words:
            if word.reservation:
                asked = self.station.device_id, order_id, word.name
                self._world.auditor.rights.said_yes(asked, word.reservation)
        return answer

    def _seen(self, answer: Any) -> Any:
        self._world.witness.rights()
        return answer

    def close(self) -> None:
        """Let the connection go: nothing to do."""

    def carry(self, question: Callable[[], None]) -> None:
        """Carry a question while a member waits, or only when nobody waits any more; without a thread."""
        world = self._world
        if not self.is_up or world.weather.draw(world.rng) not in HANGS:
            question()
            return
        world.say(f"{self.station.name}: a question hangs")
        world.true.set_ms(world.true.now_ms() + WAITED_MS)
        self.asking = question

    def _end_question(self) -> None:
        question, self.asking = self.asking, None
        if question is not None:
            question()

    def _as_sent(self, request: PushRequest) -> PushRequest:
        """What arrives of a request: an older program says less, a newer one more than anybody reads."""
        said = decode(encode(request))
        if self.station.proto is not None:
            said["proto"] = self.station.proto
            said["clock"].pop("nonce")
            for name in UNSAID:
                said.pop(name)
        return decode(encode(said | {"of_a_newer_program": 1}), type=PushRequest)

    def _pushed(self, hq: DeviceSession, request: PushRequest) -> PushAnswer | PushRefusal:
        answer = hq.push(request)
        if isinstance(answer, PushAnswer):
            self._world.witness.acknowledged(self.station, request.epoch, answer)
        elif answer.kind is PushRefusalKind.FORK:
            self._world.auditor.fenced((self.station.device_id, request.epoch))
        return answer

    def _ask(
        self, what: str, call: Callable[[DeviceSession], Any], request: PushRequest | None = None
    ) -> Any:
        """Carry one request there and its answer back."""
        world, rng = self._world, self._world.rng
        if what != QUESTION:
            world.auditor.people.bounds.asks(self.station.name, what, is_at_work=self.station.is_at_work)
        if not self.is_up:
            raise HqUnreachable("the line is down")
        fault = world.weather.draw(rng)
        if what == QUESTION and fault == "slow":
            fault = "lost"  # whoever asked waits no longer by then
        if what == "changes" and self.lie_next:
            fault, self.lie_next = self.lie_next, ""
        if fault:
            self.is_disturbed = True
            world.say(f"{self.station.name}: {what} meets {fault}")
        self._end_question()
        self._deliver_late()
        self._stumble_before(fault)
        if fault == "false_ack" and request is not None:
            return self._invent(request)
        answer = self._answered(call, fault, request)
        self._remember_facts(answer)
        answer = self._lie(fault, answer)
        if isinstance(answer, SignedDocument):
            oldest = world.oldest_document(answer)
            if self._is_old_next:
                answer, self._is_old_next, self.is_disturbed = oldest, False, True
        return _as_received(answer)

    def _stumble_before(self, fault: str) -> None:
        counts = self._world.counts
        if fault == "cut":
            counts.cuts += 1
            raise HqUnreachable("cut before HQ heard of it")
        if fault == "busy":
            raise HqBusy("status 503", retry_after_s=RETRY_AFTER_S)
        if fault == "page":
            raise HqUnreachable("an answer of type 'text/html' is not HQ's")
        if fault == "garbage":
            raise HqUntrusted("an answer in a form we do not know")

    def _answered(self, call: Callable[[DeviceSession], Any], fault: str, request: PushRequest | None) -> Any:
        counts = self._world.counts
        if fault == "hq_killed":
            self._world.points.arm(self._world.rng.choice(HQ_POINTS), 1, kill)
        answer = self._at_hq(call)
        if fault == "twice":
            counts.duplicates_sent += 1
            answer = self._at_hq(call)
        if fault == "slow":
            world = self._world
            world.true.set_ms(world.true.now_ms() + world.rng.randrange(SLOW_MAX_MS))
        if fault in ("lost", "late"):
            counts.cuts += 1
            if request is not None and fault == "late":
                self.late.append(request)
            raise HqUnreachable("cut before HQ's answer came")
        return answer

    def _at_hq(self, call: Callable[[DeviceSession], Any]) -> Any:
        """Do what the web's routes do: turn HQ's exceptions into what a station sees of them."""
        try:
            return call(DeviceSession(self._world.hq, self.station.device_id))
        except Killed:
            self._world.restart_hq()
            raise HqUnreachable("HQ ended in the middle of it") from None
        except Busy as fault:
            raise HqBusy(str(fault), retry_after_s=RETRY_AFTER_S) from fault
        except HqFault as fault:
            raise HqRefused(str(fault)) from fault
        except Exception as bug:  # outermost: of a request at HQ, which answers 500
            self._world.say(f"HQ failed: {type(bug).__name__}")
            self._world.looking.died(bug)
            raise HqUnreachable("status 500") from bug
        finally:
            self._world.points.disarm(*HQ_POINTS)

    def _deliver_late(self) -> None:
        """Let requests arrive that were given up long ago, behind others that came after them."""
        waiting, self.late = self.late, []
        for request in waiting:
            self._world.counts.duplicates_sent += 1
            self._world.say(f"{self.station.name}: a push from {request.from_seq} arrives late")
            try:
                self._at_hq(lambda hq, request=request: self._pushed(hq, request))
            except (HqUnreachable, HqBusy, HqRefused):
                continue  # nobody listens any more

    def _invent(self, request: PushRequest) -> PushAnswer:
        """Acknowledge what HQ has never seen, by a hash that is made up."""
        world = self._world
        world.counts.lies += 1
        return PushAnswer(
            acked_seq=request.head.seq,
            acked_hash=world.rng.randbytes(32),
            hq_incarnation=world.hq.incarnation,
            results=[],
            time_ms=world.true.now_ms(),
        )

    def _remember_facts(self, answer: Any) -> None:
        """Let the auditor know what HQ's facts are at a place in its feed that a station may come to stand at."""
        if isinstance(answer, Changes) and answer.checkpoint:
            self._world.witness.checkpoint(self.station, answer.set_id, answer.next, answer.as_of_ms)
        elif isinstance(answer, SignedManifest):
            manifest = decode(answer.body, type=Manifest)
            self._world.witness.checkpoint(self.station, manifest.set_id, manifest.cursor, manifest.as_of_ms)

    def _lie(self, fault: str, answer: Any) -> Any:
        """Answer what HQ never said: a station must find it out, or not be harmed by it."""
        world = self._world
        if fault == "false_hash" and isinstance(answer, PushAnswer):
            world.counts.lies += 1
            return structs.replace(answer, acked_hash=world.rng.randbytes(32))
        if isinstance(answer, PushAnswer) and answer.time is not None:
            return self._with_time(answer, is_old=fault == "old_document")
        if fault == "old_document" and isinstance(answer, Changes):
            self._is_old_next = True
            kind = world.rng.choice(("program_version", "stops_version"))
            return structs.replace(answer, **{kind: getattr(answer, kind) + 100})
        if isinstance(answer, Changes) and self.has_bad_row:
            bad = Row(t="member", k="0000000000001", v={"ref": 1, "balance": "much"})
            answer = structs.replace(answer, rows=[*answer.rows, bad])
        if isinstance(answer, Changes) and fault:
            odd = Row(t="weather", k="today", v={"sky": "grey"})
            return structs.replace(answer, rows=[odd, *answer.rows])
        return answer

    def _with_time(self, answer: PushAnswer, *, is_old: bool) -> PushAnswer:
        """Let HQ's signed time pass, or play in its place what HQ once answered to another question."""
        oldest = self._world.oldest_time(answer.time)
        if not is_old and not self.plays_old_time:
            return answer
        self.plays_old_time, self.is_disturbed = False, True
        return structs.replace(answer, time=oldest)


def _as_received(answer: Any) -> Any:
    return answer if isinstance(answer, bytes) else decode(encode(answer), type=type(answer))
