"""Places where a test may kill the process: nothing happens unless TILLSIDE_FAIL_POINTS is set when the program starts.

`TILLSIDE_FAIL_POINTS=hq_mid_tx:3,hq_after_commit` kills the process (SIGKILL, as a power cut would: no clean-up, no
flush) when it passes `hq_mid_tx` for the third time or `hq_after_commit` for the first.
A leaf: imports nothing of ours.
"""

import os
import signal
import threading

VARIABLE = "TILLSIDE_FAIL_POINTS"


def _armed(text: str) -> dict[str, int]:
    """Read `name:count,…`; a name without a count means the first passing."""
    pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
    return {name: int(count or 1) for name, _, count in pairs}


_passings_left = _armed(os.environ.get(VARIABLE, ""))
_lock = threading.Lock()  # two threads passing at once must not both count as the same passing


def failpoint(name: str) -> None:
    """Die here if the environment asked for it; otherwise do nothing."""
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
