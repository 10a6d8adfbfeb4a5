"""Commands of the product, forked from a process that has imported what they need: importing is most of a start.

    with Warm("hq") as warm:
        started = warm.start(["hq", "serve", …], env=…)  # used like a `subprocess.Popen`

Whoever is started is a process of its own, with a number, pipes and an environment of its own, killed as any other.
Only the imports are spared. That commands start by themselves is seen by those tests that run them as people do:
`test_commands.py` and the window's in `tests/e2e`, `tests/hq/test_operations.py`. Stations fork from another process
than HQ: what one imports isn't there for the other, and their sets lie in different orders.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = {
    "hq": ("app.cli", "app.logs", "hq.serve", "uvicorn.loops.auto", "uvicorn.protocols.http.auto"),
    "station": ("app.cli", "app.logs", "app.headless", "app.headless_till", "pydantic.type_adapter"),
}
REQUEST_BYTES = 1 << 20


class Started:
    """A process that was forked: as much of `subprocess.Popen` as the tests use."""

    def __init__(self, warm: "Warm", pid: int, stdin: IO[str] | None, stdout: IO[str]) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self.returncode: int | None = None
        self._warm, self._watched = warm, os.pidfd_open(pid)
        self._lock = threading.Lock()  # its status is told once, whoever asks

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit status."""
        if not select.select([self._watched], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        with self._lock:
            if self.returncode is None:
                self.returncode = self._warm.status_of(self.pid)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:  # its number is taken until `status_of`, so it is nobody else's
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def __del__(self) -> None:
        os.close(self._watched)


class Warm:
    """A process that forks for each command of one kind: a key of `IMPORTED`."""

    def __init__(self, kind: str) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.rig.warm", kind, str(theirs.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()], cwd=ROOT,
            )  # fmt: skip

    def __enter__(self) -> "Warm":
        return self

    def __exit__(self, *problem: object) -> None:
        self._line.close()
        self._process.wait()

    def start(
        self,
        words: Sequence[str],
        *,
        env: Mapping[str, str],
        clock: Path | None = None,
        errors: IO[str] | None = None,
        is_asked: bool = False,
    ) -> Started:
        """Run a command; its output is a pipe, so is its input if it `is_asked`; errors go to ours or a file."""
        stdin = None
        if is_asked:
            their_input, ours = os.pipe()
            stdin = open(ours, "w")  # noqa: PTH123, SIM115 whoever started it closes it
        else:
            their_input = os.open(os.devnull, os.O_RDONLY)
        ours, their_output = os.pipe()
        stdout = open(ours)  # noqa: PTH123, SIM115 as above
        their_errors = 2 if errors is None else errors.fileno()
        asked = {
            "words": [*words],
            "env": dict(env),
            "folder": str(Path.cwd()),
            "clock": clock and str(clock),
        }
        try:
            pid = self._ask(asked, [their_input, their_output, their_errors])
        finally:
            os.close(their_input)
            os.close(their_output)
        return Started(self, pid, stdin, stdout)

    def status_of(self, pid: int) -> int:
        """Return the exit status of one that has ended."""
        return self._ask({"ended": pid}, [])

    def _ask(self, asked: dict[str, Any], streams: list[int]) -> int:
        with self._lock:
            socket.send_fds(self._line, [json.dumps(asked).encode()], streams)
            return int(self._line.recv(REQUEST_BYTES))


class Warmth:
    """One of each kind, from the first command on."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._found: dict[str, Warm] = {}

    def of(self, kind: str) -> Warm:
        """Return the one for a kind of command."""
        if kind not in self._found:
            self._found[kind] = self._stack.enter_context(Warm(kind))
        return self._found[kind]


current: Warmth | None = None


@pytest.fixture(scope="session")
def warmth() -> Iterator[Warmth]:
    with ExitStack() as stack:
        yield Warmth(stack)


@pytest.fixture
def warm_starts(warmth: Warmth, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of `tests/rig/processes.py` be forked, where the system can watch what isn't its child."""
    if hasattr(os, "pidfd_open"):
        monkeypatch.setattr("tests.rig.warm.current", warmth)


# --- the process itself -----------------------------------------------------------------------------------------------


def _serve(line: socket.socket) -> None:
    """Fork for each command that is asked for: returns in the new process, and exits in this one."""
    while True:
        asked, streams, _, _ = socket.recv_fds(line, REQUEST_BYTES, 3)
        if not asked:
            os._exit(0)  # whoever asked is gone
        words = json.loads(asked)
        if "ended" in words:
            line.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(words["ended"], 0)[1]))
        elif pid := os.fork():
            for each in streams:
                os.close(each)
            line.send(b"%d" % pid)
        else:
            line.close()
            return _become(words, streams)


def _become(asked: dict[str, Any], streams: list[int]) -> None:
    """Take on what belongs to the new process."""
    for target, each in enumerate(streams):
        os.dup2(each, target)
        os.close(each)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["folder"])
    sys.argv[1:] = asked["words"]
    importlib.reload(failpoints)  # reads the environment
    if asked["clock"]:
        stepped.go_by(Path(asked["clock"]))


if __name__ == "__main__":
    from app import failpoints
    from tests.rig import stepped

    for name in IMPORTED[sys.argv[1]]:
        importlib.import_module(name)
    from app.cli import main

    gc.freeze()  # nothing of this is looked through again, nor copied
    _serve(socket.socket(fileno=int(sys.argv[2])))
    main()
