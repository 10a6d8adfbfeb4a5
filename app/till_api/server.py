"""The till's API on its socket: a thread with one event loop, from when the station is open until it closes.

It is bound to 127.0.0.1 and nothing else. A port that is taken keeps no station from working: the API is then not
there, and whoever started it is told.
"""

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.store.thread import StoreThread
from app.till_api.desk import TillDesk
from app.till_api.guard import Guard
from app.till_api.routes import create_app
from app.till_api.service import TillService
from app.till_api.telling import ReceiptText, Telling
from app.till_api.token import Token

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
CONNECTIONS_MAX = 64
BACKLOG = 32
KEEP_ALIVE_S = 75  # between two requests of a till
SILENT_S = 10.0  # that a connection may take for the head of its first request
STOP_S = 1
END_S = 5.0


class NotListening(Exception):
    """The API can't be there; the message says why in plain words."""


class TillApi:
    """The API of one station."""

    def __init__(
        self,
        thread: StoreThread,
        desk: TillDesk,
        *,
        port: int,
        folder: Path,
        register: str,
        receipt_text: ReceiptText,
    ) -> None:
        """Listen on `port` (0: the system chooses); the token lies in `folder`. Raises `NotListening`."""
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        try:
            token = Token(folder)
        except OSError as problem:
            self._socket.close()
            raise NotListening(f"The token in {folder} can't be made: {problem.strerror}.") from problem
        self.token_path = token.path
        self._service = TillService(
            thread, desk, Telling(thread.store.device.currency, receipt_text), register=register
        )
        app = Guard(create_app(self._service), token=token, port=self.port)
        self._server = uvicorn.Server(_config(app))
        self._thread = threading.Thread(target=self._run, name="till api", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Answer from now on; what came before waits at the socket."""
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more: whoever waits gets what there is."""
        self._service.end()
        self._server.should_exit = True
        self._thread.join(END_S)
        self._socket.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:  # outermost: of this thread; the station goes on without its till
            log.exception("the till's API ended by a bug")

    async def _serve(self) -> None:
        self._service.begin()
        await self._server.serve(sockets=[self._socket])


class _Impatient(H11Protocol):
    """Lets no connection stay that says nothing, or never comes to the end of a request's head.

    Where too many are there, the oldest that asks nothing makes room: whoever opens lines and is silent on them neither
    uses up what the station may open, nor keeps the till out.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own type
        super().connection_made(transport)
        self._made_at = self.loop.time()
        self._patience = self.loop.call_later(SILENT_S, self._give_up)
        self._make_room()

    @property
    def _is_silent(self) -> bool:
        return vars(self)["cycle"] is None  # no request has begun yet, whatever its type says

    def _give_up(self) -> None:
        if self._is_silent and not self.transport.is_closing():
            self.transport.close()

    def _make_room(self) -> None:
        here = [
            each
            for each in self.connections
            if isinstance(each, _Impatient) and not each.transport.is_closing()
        ]
        if len(here) > CONNECTIONS_MAX:
            idle = [each for each in here if each._is_silent or each.cycle.response_complete]
            goes = min(idle, key=lambda each: (not each._is_silent, each._made_at), default=self)
            goes.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        super().connection_lost(exc)


def _config(app: Callable[..., object]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Impatient,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,  # what it logs goes where ours goes
        log_level="error",  # of requests that are none it would warn
        access_log=False,  # paths hold the till's numbers
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
    )


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only for sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":  # there the other option would let a second program listen beside us
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # so that a restart needn't wait until the system has forgotten the old connections
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        raise NotListening(f"Port {port} can't be listened on: {problem.strerror}.") from problem
    return listener
