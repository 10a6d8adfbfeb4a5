"""Places where a test may kill the process: nothing happens unless TILLSIDE_FAIL_POINTS is set when the program starts.

`TILLSIDE_FAIL_POINTS=hq_mid_tx:3,hq_after_commit` kills the process (SIGKILL, as a power cut would: no clean-up, no
flush) when it passes `hq_mid_tx` for the third time or `hq_after_commit` for the first. The simulator, which has many
stations in one process, is told of each passing instead (`watched_by`) and may raise there.
A leaf: imports nothing of ours.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

VARIABLE = "TILLSIDE_FAIL_POINTS"


def _armed(text: str) -> dict[str, int]:
    """Read `name:count,…`; a name without a count means the first passing."""
    pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
    return {name: int(count or 1) for name, _, count in pairs}


_passings_left = _armed(os.environ.get(VARIABLE, ""))
_lock = threading.Lock()  # two threads passing at once must not both count as the same passing
_watcher: Callable[[str], None] | None = None


@contextmanager
def watched_by(watcher: Callable[[str], None]) -> Iterator[None]:
    """Call `watcher` with the name of each place that is passed meanwhile; what it raises comes out there."""
    global _watcher  # noqa: PLW0603 a place in the code has no object to ask
    before, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = before


def failpoint(name: str) -> None:
    """Die here if the environment asked for it; otherwise do nothing."""
    if _watcher is not None:
        _watcher(name)
    if not _passings_left or name not in _passings_left:
        return
    with _lock:
        _passings_left[name] -= 1
        is_last = _passings_left[name] == 0
    if is_last:
        _die()


def _die() -> None:
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)  # Windows has no SIGKILL; this skips all clean-up as well
