"""What stands around the work: how the line to head office is, what waits, and the figures of the day."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.clock import Clock
from app.station.today import TodaysWork
from sync.worker import LinkState
from ui.models import pill as pills
from ui.models.outside import Worker
from ui.models.state import SECOND_MS, Pill
from ui.models.today import Overview, read_overview
from ui.tasks import Tasks

LOOK_AGAIN_S = 5  # while the records can't be written: soon enough once they can be again


class Around(QObject):
    """Asks store and worker; tells what was read."""

    read = Signal(object)  # an Overview
    unreadable = Signal(object)  # what went wrong

    def __init__(self, tasks: Tasks, *, clock: Clock, parent: QObject) -> None:
        """Know nothing of the line yet."""
        super().__init__(parent)
        self._tasks = tasks
        self._clock = clock
        self._worker: Worker | None = None
        self._line = pills.Line()
        self._seconds = 0
        self._work: TodaysWork | None = None
        self._ahead_ms: int | None = None  # of the boot clock is trusted time, as the store said it last

    @property
    def link(self) -> str:
        """How the line stands, as entries say it."""
        return "online" if self._line.link.is_online else "offline"

    def now_ms(self) -> int:
        """Return the station's trusted time, by which it decides; before the store has said it the machine's."""
        return self._clock.now_ms() if self._ahead_ms is None else self._clock.boot_ms() + self._ahead_ms

    def until_next_second_ms(self) -> int:
        """Return how long the present second of trusted time still lasts."""
        return SECOND_MS - self.now_ms() % SECOND_MS

    def pill(self, now_ms: int) -> Pill:
        """Return what the pill shows now."""
        return pills.pill(self._line, now_ms=now_ms)

    def connect_worker(self, worker: Worker) -> None:
        """Know whom to ask for a sync."""
        self._worker = worker

    def sync_now(self) -> None:
        """Ask for a sync."""
        if self._worker is not None:
            self._worker.wake()

    def second_passed(self) -> None:
        """Look again whether the records can be written, where they could not be."""
        self._seconds += 1
        if pills.is_storage(self._line.link.problem) and self._seconds % LOOK_AGAIN_S == 0:
            self.sync_now()

    def link_changed(self, link: LinkState) -> None:
        """Take how the line stands; called on the worker's thread."""
        self._tasks.at_home(lambda: self._link_came(link))

    def refresh(self) -> None:
        """Read the figures anew."""
        before, after = self._work, self._line.sending_after
        self._tasks.on_store(
            lambda store: read_overview(store, before, sending_after=after),
            then=self._came,
            failed=self.unreadable.emit,
        )

    def _link_came(self, link: LinkState) -> None:
        self._line = pills.heard(self._line, link, now_ms=self._clock.now_ms())
        self.refresh()

    def _came(self, found: Overview) -> None:
        self._work = found.work
        self._ahead_ms = found.now_ms - found.boot_ms
        self._line = replace(
            self._line,
            waiting=found.waiting,
            sent=found.sent,
            flagged=found.flagged,
            standing=found.standing,
            stale_s=found.stale_s,
            limit_s=found.limit_s,
        )
        self.read.emit(found)
