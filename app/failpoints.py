"""Places where a test may have something go wrong: nothing happens unless TILLSIDE_FAIL_POINTS is set at the start.

`TILLSIDE_FAIL_POINTS=hq_mid_tx:3,hq_after_commit` kills the process (SIGKILL, as a power cut would: no clean-up, no
flush) when it passes `hq_mid_tx` for the third time or `hq_after_commit` for the first. `name:3+` means the third
passing and every one after it. A third part says what is done instead of killing:

    before_commit:2:raise      a bug there: raises `FailPointReached`
    before_commit:2:stop       SIGSTOP, until somebody sends SIGCONT: a laptop's lid, a debugger, a frozen machine
    before_commit:2:sleep      waits for `SLEEP_S`: a disk or a processor that is slow for once

The simulator, which has many stations in one process, is told of each passing instead (`watched_by`) and may raise
there. A leaf: imports nothing of ours.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

VARIABLE = "TILLSIDE_FAIL_POINTS"
SLEEP_S = 3.0  # longer than a decision may take, shorter than a request


class FailPointReached(Exception):
    """What a test planted. No code expects it, so it goes the way of a bug."""


@dataclass
class _Armed:
    """What is to happen at a place, and at which passing."""

    passings_left: int
    is_repeated: bool
    action: str

    def is_due(self) -> bool:
        self.passings_left -= 1
        return self.passings_left == 0 or (self.is_repeated and self.passings_left < 0)


def _armed(text: str) -> dict[str, _Armed]:
    """Read `name:count:action,…`; without a count it is the first passing, without an action it kills."""
    found = {}
    for part in text.split(","):
        name, _, rest = part.strip().partition(":")
        count, _, action = rest.partition(":")
        if name:
            found[name] = _Armed(int(count.rstrip("+") or 1), count.endswith("+"), action or "kill")
    if unknown := {armed.action for armed in found.values()} - _ACTIONS.keys():
        raise ValueError(f"{VARIABLE}: no such action: {', '.join(sorted(unknown))}")
    return found


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
    """Do here what the environment asked for; otherwise nothing."""
    if _watcher is not None:
        _watcher(name)
    if not _places or name not in _places:
        return
    with _lock:
        armed = _places[name]
        is_due = armed.is_due()
    if is_due:
        _ACTIONS[armed.action](name)


def _kill(_name: str) -> None:
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)  # Windows has no SIGKILL; this skips all clean-up as well


def _raise(name: str) -> None:
    raise FailPointReached(name)


def _stop(_name: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _sleep(_name: str) -> None:
    time.sleep(SLEEP_S)


_ACTIONS = {"kill": _kill, "raise": _raise, "stop": _stop, "sleep": _sleep}
_lock = threading.Lock()  # two threads passing at once must not both count as the same passing
_watcher: Callable[[str], None] | None = None
_places = _armed(os.environ.get(VARIABLE, ""))
