"""The thread that publishes drafts at their moment, and starts and ends campaigns by their dates, while HQ serves."""

import logging
import threading

from hq.campaigns.publishing import publish_due
from hq.campaigns.running import keep_states
from hq.home import Hq

log = logging.getLogger(__name__)

LOOK_S = 10.0  # a look is one short query each; nobody plans to the second
STOP_WAIT_S = 10.0


class Schedule:
    """Looks now and again at what is due."""

    def __init__(self, hq: Hq) -> None:
        """Work on this HQ, once it is started."""
        self._hq = hq
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="campaigns", daemon=True)

    def start(self) -> None:
        """Begin at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction under way; what is left is done after the next start."""
        self._stopping.set()
        self._thread.join(STOP_WAIT_S)

    def _loop(self) -> None:
        while True:
            for work in (publish_due, keep_states):
                try:
                    work(self._hq)
                except Exception:  # outermost: of this thread. The next look may go better
                    log.exception("HQ's campaigns could not be looked after")
            if self._stopping.wait(LOOK_S):
                return
