"""The thread that does jobs while HQ serves."""

import logging

from hq.beside import Beside
from hq.faults import Busy
from hq.home import Hq
from hq.jobs.service import work

log = logging.getLogger(__name__)

LOOK_S = 1.0  # after so long a job that was just started begins


class JobRunner(Beside):
    """Does what waits, one step after the other, beside everything else."""

    def __init__(self, hq: Hq) -> None:
        """Work on this HQ, once it is started."""
        self._hq = hq
        super().__init__("jobs")

    def _loop(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                work(self._hq, is_over=self._stopping.is_set)
            except Busy:
                log.info("HQ's database is busy: jobs go on a little later")
            except Exception:  # outermost: of this thread. The next look may go better
                log.exception("HQ's jobs can't be done now")
