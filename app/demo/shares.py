"""Where a replay's time goes, by looking at what its main thread is doing some two hundred times a second.

The product carries no stopwatch for it. A look finds the innermost function of ours or of a library that stands for
one of the shares, and gives it the time since the look before; what none of them explains (reading the data, drawing
pictures) is `other`.

A timer's signal interrupts the thread itself. Looking from another thread would keep its frames alive, and with them
the cursors in them, beyond the commit that must find them closed.
"""

import signal
import time
from collections import defaultdict
from types import FrameType

EVERY_S = 0.005
SHARES = (  # the innermost frame whose module starts with one of these decides
    ("signature", ("app.core.codes", "app.core.chain", "sync.trust")),
    ("engine", ("app.core.",)),
    ("journal", ("app.store.",)),
    ("http", ("sync.line", "sync.client")),
)
OTHER = "other"


class Sampler:
    """Adds up the seconds of the main thread from its making until it is stopped. Where there's no timer, none."""

    def __init__(self) -> None:
        """Begin. Call it on the main thread."""
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._last = time.perf_counter()
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._look)
            signal.setitimer(signal.ITIMER_REAL, EVERY_S, EVERY_S)

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        now = time.perf_counter()
        self._seconds[_share(frame)] += now - self._last
        self._last = now

    def stop(self) -> dict[str, float]:
        """End, and return the seconds of each share."""
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        return {name: self._seconds[name] for name in (*(name for name, _ in SHARES), OTHER)}


def _share(frame: FrameType | None) -> str:
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        for share, beginnings in SHARES:
            if module.startswith(beginnings):
                return share
        frame = frame.f_back
    return OTHER
