"""A window as a process of its own: its events, its memory, and its certain end. Linux: it reads /proc."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
DROP_CACHES = Path("/proc/sys/vm/drop_caches")
WAIT_S = 60.0
POLL_S = 0.01
IDLE_S = 2.0
END_S = 5.0

Event = dict[str, Any]


class Screen:
    """An Xvfb of our own; where there is none, Qt's offscreen platform (`keys` is None then)."""

    def __init__(self) -> None:
        self.keys: Any = None
        self.name = "offscreen"
        self.environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}

    def __enter__(self) -> Self:
        from tests.x_screen import XScreen

        try:
            self.keys = XScreen()
        except (OSError, AssertionError):
            return self
        self.keys.set_layout("us")
        self.environment, self.name = dict(self.keys.environment), "Xvfb"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.keys is not None:
            self.keys.__exit__(kind, problem, trace)


class Window:
    """A process that writes an event log."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, began_ms: float) -> None:
        self.process = process
        self.log = log
        self.began_ms = began_ms

    def events(self) -> list[Event]:
        """Return the events there are; a line that is still being written waits for its end."""
        if not self.log.exists():
            return []
        text = self.log.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def wait(
        self, what: str, is_it: Callable[[Event], bool], *, after: int = 0, wait_s: float = WAIT_S
    ) -> Event:
        """Return the first event from place `after` on that is it."""
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            found = next(filter(is_it, self.events()[after:]), None)
            if found is not None:
                return found
            if self.process.poll() is not None:
                raise RuntimeError(f"the window ended with status {self.process.returncode} before {what}")
            time.sleep(POLL_S)
        raise TimeoutError(f"{what} did not come; there was {[each['event'] for each in self.events()]}")

    def wait_for(self, name: str, *, after: int = 0) -> Event:
        """Return the first event of this name from place `after` on."""
        return self.wait(name, lambda event: event["event"] == name, after=after)

    def first_paint_ms(self) -> float:
        """Milliseconds from the start of the process to the end of its first paint."""
        return float(self.wait_for("window_painted")["t_ms"]) - self.began_ms

    def idle_mb(self, seconds: float = IDLE_S) -> float:
        """Let it idle, then return its resident memory."""
        time.sleep(seconds)
        return resident_mb(self.process.pid)


@contextmanager
def watched(
    command: Sequence[str], log: Path, environment: Mapping[str, str], *, errors: Path | None = None
) -> Iterator[Window]:
    """Start a process that writes to `log`, and its errors to `errors` if named; ended whatever happens."""
    variables = {**environment, "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:
        stderr = stack.enter_context(errors.open("wb")) if errors else None
        began_ms = time.monotonic() * 1000
        process = subprocess.Popen(
            list(command), cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stderr=stderr
        )
        stack.callback(end, process)
        yield Window(process, log, began_ms)


def end(process: "subprocess.Popen[Any]") -> None:
    """Ask a process to end, and make it."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(END_S)


def resident_mb(pid: int) -> float:
    """Return what a process holds in memory (VmRSS), in megabytes of 2**20."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no memory to speak of")


def drop_caches() -> bool:
    """Let the machine forget what it read from disk; False where that isn't allowed."""
    os.sync()
    try:
        DROP_CACHES.write_text("3", encoding="ascii")
    except OSError:
        return False
    return True
