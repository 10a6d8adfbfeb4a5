"""The thread that does jobs while HQ serves."""

import logging
import threading

from hq.faults import Busy
from hq.home import Hq
from hq.jobs.service import work

log = logging.getLogger(__name__)

LOOK_S = 1.0  # after so long a job that was just started begins
STOP_WAIT_S = 10.0


class JobRunner:
    """Does what waits, one step after the other, beside everything else."""

    def __init__(self, hq: Hq) -> None:
        """Work on this HQ, once it is started."""
        self._hq = hq
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step under way; the rest is done after the next start."""
        self._stopping.set()
        self._thread.join(STOP_WAIT_S)

    def _loop(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                work(self._hq, is_over=self._stopping.is_set)
            except Busy:
                log.info("HQ's database is busy: jobs go on a little later")
            except Exception:  # outermost: of this thread. The next look may go better
                log.exception("HQ's jobs can't be done now")
