"""The thread that keeps a station in step with HQ: at once when asked, else when its back-off says so."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from app.clock import Clock
from app.store.faults import StoreFault
from sync.backoff import Backoff
from sync.faults import ClientTooOld, HqBusy, HqFault
from sync.syncer import Syncer

log = logging.getLogger(__name__)

STOP_WAIT_S = 5.0
BUG = "sync_bug"


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the line to HQ stands. `problem` is the code of what is in the way, empty when nothing is.

    `as_of_ms` is the moment of HQ's facts as the last sync left them, `next_ms` that of the next try. `update_by_ms`: a
    newer program must be here by then. `sending_after`: not how a try ended, but that one is at it; HQ has taken what
    follows this entry, up to the one it has acknowledged, and more is to come.
    """

    is_online: bool = False
    synced_at_ms: int | None = None
    problem: str = ""
    as_of_ms: int | None = None
    next_ms: int | None = field(default=None, compare=False)
    update_by_ms: int | None = None
    sending_after: int | None = None


class SyncWorker:
    """Runs a `Syncer` on its own thread."""

    def __init__(
        self,
        syncer: Syncer,
        *,
        waiting: Callable[[], int],
        clock: Clock,
        interval_s: float,
        on_change: Callable[[LinkState], None] = lambda state: None,
    ) -> None:
        """`waiting` counts unsent entries; `on_change` is called on this thread whenever the state changes."""
        self._syncer = syncer
        syncer.on_batch = self._batch_taken
        self._waiting = waiting
        self._clock = clock
        self._interval_s = interval_s
        self._on_change = on_change
        self._state = LinkState()
        self._backoff = Backoff()
        self._retry_after_s = 0
        self._planned_s = interval_s  # to the next try, as the last one left it
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._busy = threading.Lock()
        self._thread = threading.Thread(target=self._loop, name="sync", daemon=True)

    @property
    def state(self) -> LinkState:
        """How the line stands, as of the last try."""
        return self._state

    def start(self) -> None:
        """Begin, with a first sync at once."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Sync now: something was recorded, or somebody asks."""
        self._wake.set()

    def stop(self) -> None:
        """End after the step under way."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WAIT_S)

    def sync_now(self) -> LinkState:
        """Sync on the caller's thread and return how the line stands then."""
        with self._busy:
            self._try()
        return self._state

    def _loop(self) -> None:
        delay_s = 0.0
        while not self._stopping.is_set():
            # An HQ that asked for time gets it, whatever wakes us; otherwise new entries go at once.
            (self._stopping if self._backoff.busy_count else self._wake).wait(delay_s)
            self._wake.clear()
            if self._stopping.is_set():
                return
            delay_s = self._sync_and_plan()

    def _sync_and_plan(self) -> float:
        """Sync and return the seconds to the next time."""
        try:
            self.sync_now()
            return self._planned_s
        except Exception:  # outermost: of this thread. To stop syncing for good, unseen, is worse
            log.exception("a sync failed by a bug")
            self._state = replace(self._state, is_online=False, problem=BUG)
            return self._interval_s

    def _try(self) -> None:
        self._retry_after_s = 0
        try:
            report = self._syncer.sync()
        except HqBusy as fault:
            self._backoff = self._backoff.after_busy()
            self._retry_after_s = fault.retry_after_s
            self._became(replace(self._state, is_online=False, problem=fault.code))
        except (HqFault, StoreFault) as fault:
            has_answered = isinstance(fault, StoreFault | ClientTooOld)
            backoff = self._backoff
            self._backoff = backoff.after_answer() if has_answered else backoff.after_failure()
            self._became(replace(self._state, is_online=False, problem=fault.code))
        else:
            self._backoff = self._backoff.after_answer()
            problem = report.refusal.kind.value if report.refusal else ""
            now_ms, by_ms = self._clock.now_ms(), report.update_by_ms
            self._became(LinkState(not problem, now_ms, problem, report.as_of_ms, update_by_ms=by_ms))

    def _batch_taken(self, after_seq: int) -> None:
        """HQ answers, whatever the last try came to; on the thread that syncs, in the middle of it."""
        self._on_change(replace(self._state, is_online=True, problem="", sending_after=after_seq))

    def _became(self, state: LinkState) -> None:
        self._state = state
        self._planned_s = self._delay_s()
        next_ms = self._clock.now_ms() + round(self._planned_s * 1_000)
        self._state = replace(state, next_ms=next_ms)
        self._on_change(self._state)

    def _delay_s(self) -> float:
        return self._backoff.delay_s(
            interval_s=self._interval_s,
            waiting=self._count_waiting(),
            is_online=self._state.is_online,
            retry_after_s=self._retry_after_s,
            luck=random.random(),  # noqa: S311 it only spreads stations in time
        )

    def _count_waiting(self) -> int:
        try:
            return self._waiting()
        except StoreFault:
            return 1  # a store that can't be read may hold anything: keep asking at the shorter pace
