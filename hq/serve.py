"""Running HQ: uvicorn in this process, on one socket, until it is told to stop.

Plain http goes to a loopback address only, since a station sends there what others must not read or change; another
address needs a certificate, which comes with the next issues.
"""

import gc
import ipaddress
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from app.clock import Clock
from hq.clock import FollowingClock
from hq.faults import SetUpFault
from hq.tenants import all_running

BACKLOG = 2_048  # connections not yet accepted: all stations of a chain coming back at once
CONNECTIONS_MAX = 4_000  # most of them idle: stations keep theirs. Who works is for `hq.admission` to say
FILES_WANTED = CONNECTIONS_MAX + 200  # each connection is one; systems often give 1,024 until asked
STOP_S = 10  # requests under way may finish; a cut push is sent again, so this is politeness
KEEP_ALIVE_S = 75  # longer than a station's 30 s between syncs, so that connections are used again


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8470,
    clock: Clock | None = None,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Serve the HQ in a data folder until a signal stops it.

    With port 0 the system chooses; the line announced says which.

    Raises `SetUpFault` when HQ can't be opened, or when others could listen in.
    """
    if not is_loopback(host):
        raise SetUpFault(
            f"HQ would be reachable at {host} without encryption. Without a certificate it serves this machine only: "
            "use 127.0.0.1, and put a TLS proxy in front for other machines."
        )
    with all_running(folder, clock=clock) as app, _listen(host, port) as listener:
        address, real_port = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        line = f"Tillside HQ is listening on http://{shown}:{real_port}"
        if isinstance(clock, FollowingClock):
            line += " (its clock follows the stations': for the demo only)"
        server = _Server(_config(app), lambda: (announce or _print)(line))
        _ask_for_files()
        gc.freeze()  # what is there by now stays: looking through it again and again takes time from pushes
        with _stopped_by_a_word():
            server.run(sockets=[listener])


@contextmanager
def _stopped_by_a_word() -> Iterator[None]:
    """Let the signal to stop end the server and nothing more.

    uvicorn raises it once more when it has stopped, and the system's way of taking it would leave the database open:
    beside its file there would be another without which it is not whole.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # nobody but the main thread hears signals
        return
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine talking to itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Server(uvicorn.Server):
    """Says that it listens once it really answers."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # FastAPI's own type is one of those uvicorn lists
        log_config=None,  # what it logs goes where ours goes (app/logs.py), without what exceptions say
        log_level="warning",
        access_log=False,  # paths name devices, and nobody reads them
        server_header=False,
        lifespan="off",
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay off only for sockets that say they are TCP; with it each answer takes 40 ms more.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # So that a restart needn't wait until the system has forgotten the old connections.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        raise SetUpFault(f"HQ can't listen on {host}, port {port}: {problem.strerror}.") from problem
    return listener


def _ask_for_files() -> None:
    """Ask the system for as many open files as may be needed, or as it gives. Windows has no such limit."""
    try:
        import resource  # noqa: PLC0415 not on Windows
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
