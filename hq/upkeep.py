"""What HQ does by itself while it serves: on a thread of its own, at the start and then now and again."""

import logging

from hq.api import idempotency
from hq.authority.home import give_back
from hq.authority.reservations import forget_lapsed
from hq.batches.importing import forget_old as forget_code_imports
from hq.benefits.keeping import touch_by_day
from hq.beside import Beside
from hq.deletions import forget_deletions
from hq.home import Hq
from hq.journal.again import judge_all_again
from hq.journal.showings import forget_showings
from hq.members.erasing import forget_files
from hq.members.importing import forget_old as forget_imports
from hq.members.merging import merge_again
from hq.reports.folding import fold
from hq.segments.refreshing import start_of_the_day, until_tomorrow_s
from hq.webhooks.deliveries import forget_events

log = logging.getLogger(__name__)

INTERVAL_S = 3_600  # and when a day begins


class Upkeep(Beside):
    """Judges again what a newer HQ may understand, merges again, and gives back home leases that were called back.

    Forgets what is too old: deletions, showings of codes, promises, and snapshots from before somebody was erased.
    """

    def __init__(self, hq: Hq) -> None:
        """Work on this HQ, once it is started."""
        self._hq = hq
        super().__init__("upkeep")

    def _loop(self) -> None:
        while True:
            for work in (
                self._judge_again,
                self._merge_again,
                self._forget,
                self._give_back,
                self._by_day,
                self._fold,
            ):
                try:
                    work()
                except Exception:  # outermost: of this thread. The next time may go better
                    log.exception("HQ's upkeep failed")
            if self._stopping.wait(min(INTERVAL_S, until_tomorrow_s(self._hq))):
                return

    def _judge_again(self) -> None:
        judge_all_again(self._hq, is_over=self._stopping.is_set)

    def _merge_again(self) -> None:
        merge_again(self._hq)

    def _give_back(self) -> None:
        now_ms = self._hq.clock.now_ms()
        while self._hq.database.write(lambda connection: give_back(connection, now_ms=now_ms)):
            pass

    def _by_day(self) -> None:
        touch_by_day(self._hq)
        start_of_the_day(self._hq)

    def _fold(self) -> None:
        fold(self._hq, is_over=self._stopping.is_set)

    def _forget(self) -> None:
        forget_deletions(self._hq)
        forget_showings(self._hq)
        with self._hq.database.atomic() as connection:
            forget_lapsed(connection, now_ms=self._hq.clock.now_ms())
        forget_files(self._hq)
        idempotency.forget_old(self._hq)
        forget_events(self._hq)
        forget_imports(self._hq)
        forget_code_imports(self._hq)
