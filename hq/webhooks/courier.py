"""The threads that tell endpoints while HQ serves: one that looks, and one for each endpoint that something is due for.

So a slow endpoint holds up its own queue and no other.
"""

import logging
import threading

from hq.beside import Beside
from hq.home import Hq
from hq.webhooks.feed import give_places
from hq.webhooks.sending import due_endpoints, send_due

log = logging.getLogger(__name__)

LOOK_S = 1.0  # after so long what has just happened is on its way
TRY_WAIT_S = 5.0  # a try under way may end; cut off, it is made again


class Courier(Beside):
    """Tells endpoints what happened, beside everything else."""

    def __init__(self, hq: Hq, *, look_s: float = LOOK_S) -> None:
        """Work on this HQ, once it is started."""
        self._hq, self._look_s = hq, look_s
        super().__init__("webhooks")
        self._senders: dict[str, threading.Thread] = {}

    def stop(self) -> None:
        """End after the tries under way; the rest is sent after the next start."""
        super().stop()
        for sender in list(self._senders.values()):
            sender.join(TRY_WAIT_S)

    def _loop(self) -> None:
        while not self._stopping.wait(self._look_s):
            try:
                give_places(self._hq)
                self._send_out()
            except Exception:  # outermost: of this thread. The next look may go better
                log.exception("HQ's webhooks can't be sent now")

    def _send_out(self) -> None:
        self._senders = {name: sender for name, sender in self._senders.items() if sender.is_alive()}
        for endpoint_id in due_endpoints(self._hq):
            if endpoint_id not in self._senders:
                name = f"webhook-{endpoint_id}"
                sender = threading.Thread(target=self._send, args=(endpoint_id,), name=name, daemon=True)
                self._senders[endpoint_id] = sender
                sender.start()

    def _send(self, endpoint_id: str) -> None:
        try:
            send_due(self._hq, endpoint_id, is_over=self._stopping.is_set)
        except Exception:  # outermost: of this thread. What it was at is due again
            log.exception("HQ can't tell the endpoint %s now", endpoint_id)
