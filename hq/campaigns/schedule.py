"""The thread that publishes drafts at their moment, and starts and ends campaigns by their dates, while HQ serves."""

import logging

from hq.beside import Beside
from hq.campaigns.publishing import publish_due
from hq.campaigns.running import keep_states
from hq.home import Hq

log = logging.getLogger(__name__)

LOOK_S = 10.0  # a look is one short query each; nobody plans to the second


class Schedule(Beside):
    """Looks now and again at what is due."""

    def __init__(self, hq: Hq) -> None:
        """Work on this HQ, once it is started."""
        self._hq = hq
        super().__init__("campaigns")

    def _loop(self) -> None:
        while True:
            for work in (publish_due, keep_states):
                try:
                    work(self._hq)
                except Exception:  # outermost: of this thread. The next look may go better
                    log.exception("HQ's campaigns could not be looked after")
            if self._stopping.wait(LOOK_S):
                return
