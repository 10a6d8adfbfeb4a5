"""Asking HQ about an order while a member waits: within a total time, whatever the network does, or not at all.

The question goes out on a thread of its own, and whoever asks waits for it until the time is over: names that nobody
resolves and handshakes that drip take no notice of the times of a socket. After three questions in vain none is asked
for half a minute, and a busy HQ is not asked before the time it named. Without an answer the station goes by its own
rights; a reservation that HQ made all the same lapses, or is settled by the order's entry.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Protocol

from app.clock import Clock
from app.core.asking import NOTHING_HEARD, Asking, Heard
from app.core.reasons import BY_CODE, Reason, Refusal, sentence
from sync.authority_wire import ASKED_MAX, Asked, AuthorizeAnswer, AuthorizeRequest, Word
from sync.client import DeviceSigner, HttpHq
from sync.faults import HqBusy, HqFault
from sync.line import Limits, Line

log = logging.getLogger(__name__)

LIMITS = Limits(connect_s=0.3, total_s=1.5, answer_bytes_max=1 << 20)
FAILURES_MAX = 3
PAUSE_MS = 30_000
BUSY_MS = 10_000  # where HQ is busy and doesn't say for how long
LETTING_GO_S = 0.1  # a question whose time is over is let go of a moment later

Begin = Callable[[Callable[[], None]], None]


class Hq(Protocol):
    """The part of HQ that is asked."""

    def authorize(self, request: AuthorizeRequest) -> AuthorizeAnswer:
        """Say what an order may use, and reserve it."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether asking is worth a member's time, by the boot clock."""

    failures: int = 0
    not_before_ms: int = 0

    def lets(self, now_ms: int) -> bool:
        """Tell whether HQ may be asked."""
        return now_ms >= self.not_before_ms

    def after_failure(self, now_ms: int) -> "Breaker":
        """Return the state after a question without an answer. After a pause a single one more begins the next."""
        failures = self.failures + 1
        if failures < FAILURES_MAX:
            return replace(self, failures=failures)
        return Breaker(FAILURES_MAX - 1, now_ms + PAUSE_MS)

    def after_busy(self, now_ms: int, retry_after_s: int) -> "Breaker":
        """Return the state after HQ said that it has no time."""
        return replace(self, not_before_ms=now_ms + (retry_after_s * 1_000 or BUSY_MS))


def authoriser_of(url: str, signer: DeviceSigner, *, epoch: int, clock: Clock) -> "Authoriser":
    """Return what asks the HQ at an address, over a line of its own: syncing must not hold up who waits."""
    return Authoriser(HttpHq(Line(url, limits=LIMITS), signer), epoch=epoch, clock=clock)


def on_its_own_thread(work: Callable[[], None]) -> None:
    """Begin a question: nobody waits for its thread, not even the end of the program."""
    threading.Thread(target=work, name="asking", daemon=True).start()


class Authoriser:
    """Asks one HQ, one question at a time."""

    def __init__(
        self,
        hq: Hq,
        *,
        epoch: int,
        clock: Clock,
        total_s: float = LIMITS.total_s,
        begin: Begin = on_its_own_thread,
    ) -> None:
        """`hq` speaks over a line of its own, with `LIMITS`. `clock` says how long ago failures were.

        `begin` carries a question there and back, now or some time; the simulator has no threads.
        """
        self._hq = hq
        self._epoch = epoch
        self._clock = clock
        self._total_s = total_s
        self._begin = begin
        self._breaker = Breaker()
        self._asking = threading.Lock()  # held by the thread whose question is under way

    def ask(self, asking: Asking, *, since: float | None = None) -> Heard:
        """Return HQ's words, or `NOTHING_HEARD` when the time is over. Never raises for what the world does.

        The time runs from `since` on, by the monotonic clock: what a busy machine took to find the questions is part
        of what the member waits.
        """
        until = (monotonic() if since is None else since) + self._total_s
        if not asking.questions or not self._breaker.lets(self._clock.boot_ms()):
            return NOTHING_HEARD
        answer: Future[AuthorizeAnswer] = Future()
        if not self._asking.acquire(timeout=LETTING_GO_S):  # an earlier question still hangs in the network
            self._failed("an earlier question is still under way")
            return NOTHING_HEARD
        self._begin(partial(self._carry, _request(asking, self._epoch), answer))
        heard = self._wait(answer, until)
        return NOTHING_HEARD if heard is None else _of(asking, heard)

    def close(self) -> None:
        """Let the connection go."""
        self._hq.close()

    def _carry(self, request: AuthorizeRequest, answer: "Future[AuthorizeAnswer]") -> None:
        try:
            answer.set_result(self._hq.authorize(request))
        except Exception as problem:  # outermost: of this thread; whoever waits gets it
            answer.set_exception(problem)
        finally:
            self._asking.release()

    def _wait(self, answer: "Future[AuthorizeAnswer]", until: float) -> AuthorizeAnswer | None:
        try:
            found = answer.result(max(until - monotonic(), 0))
        except HqBusy as fault:
            now_ms = self._clock.boot_ms()
            self._breaker = self._breaker.after_busy(now_ms, fault.retry_after_s)
            log.info("head office is busy: no question for %s s", fault.retry_after_s)
        except HqFault as fault:
            self._failed(fault.code)
        except TimeoutError:
            self._failed("the time for it is over")
        else:
            self._breaker = Breaker()
            return found
        return None

    def _failed(self, why: str) -> None:
        log.info("head office was asked in vain: %s", why)
        self._breaker = self._breaker.after_failure(self._clock.boot_ms())


def _request(asking: Asking, epoch: int) -> AuthorizeRequest:
    return AuthorizeRequest(
        epoch=epoch,
        order_id=asking.order_id,
        member=asking.member,
        level=asking.level,
        program_version=asking.program_version,
        total=max(asking.total, 0),
        asked=[
            Asked(
                name=each.name,
                rule=each.rule_id,
                campaign=each.campaign_id,
                code_hash=each.code_hash,
                points=each.points,
                discount=each.discount,
            )
            for each in asking.questions[:ASKED_MAX]
        ],
    )


def _of(asking: Asking, answer: AuthorizeAnswer) -> Heard:
    """Return HQ's words on what was asked, and none on anything else."""
    names = {each.name for each in asking.questions}
    words = [word for word in answer.words if word.name in names]
    return Heard(
        granted={word.name: word.reservation for word in words if word.reservation},
        denied={word.name: _refusal(word) for word in words if word.reason and not word.reservation},
        known=dict(answer.known),
        balance=answer.balance,
        left_open=frozenset(word.name for word in words if not word.reservation and not word.reason),
    )


def _refusal(word: Word) -> Refusal:
    """Return the reason of a no. One that only a newer HQ knows is a no all the same."""
    refusal = Refusal(BY_CODE.get(word.reason, Reason.STOPPED), word.numbers)
    try:
        sentence(refusal, money=str)
    except KeyError:  # without the numbers that its sentence needs
        return Refusal(Reason.STOPPED)
    return refusal
