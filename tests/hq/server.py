"""HQ's real server on a free port, in a thread of this process, and a way to ask it anything."""

import asyncio
import socket
import threading
from concurrent.futures import Future
from contextlib import contextmanager

import requests
import uvicorn

from hq.web import create_app

TIMEOUT_S = 20  # of a single request: what hangs must show itself


class Web:
    """Asks a server; `content` is a body as it goes over the wire."""

    def __init__(self, url):
        self.url = url
        self._session = requests.Session()
        self._session.headers["Accept-Encoding"] = "identity"

    def ask(self, method, target, *, content=None, files=None, headers=None, stream=False, follow=True):
        return self._session.request(
            method,
            self.url + target,
            data=content,
            files=files,
            headers=headers,
            timeout=TIMEOUT_S,
            stream=stream,
            allow_redirects=follow,
        )

    def get(self, target, **options):
        return self.ask("GET", target, **options)

    def post(self, target, **options):
        return self.ask("POST", target, **options)

    def close(self):
        self._session.close()


def serving(hq):
    """Serve an open HQ; what the server logs goes where the test's log goes."""
    return serving_app(create_app(hq))


class Connections(set):
    """Those of a server; `gone` is called when the last one goes."""

    gone = staticmethod(lambda: None)

    def discard(self, connection):
        super().discard(connection)
        if not self:
            self.gone()


class Server(uvicorn.Server):
    """Ends at once when it is told to: uvicorn itself looks ten times a second, and waits as long once more."""

    def __init__(self, config):
        super().__init__(config)
        self.over = Future()
        self.server_state.connections = Connections()

    async def main_loop(self):
        await self.on_tick(0)
        await asyncio.wrap_future(self.over)

    async def shutdown(self, sockets=None):
        for each in (*self.servers, *(sockets or ())):
            each.close()
        all_gone, connections = asyncio.Event(), self.server_state.connections
        connections.gone = all_gone.set
        for connection in list(connections):
            connection.shutdown()
        if connections:
            await all_gone.wait()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks)


def listening():
    """Return a socket on a free port. It says that it is TCP, or each answer would wait 40 ms (see hq/serve.py)."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


@contextmanager
def serving_app(app):
    """Serve an application."""
    server = Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    with listening() as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        web = Web(f"http://127.0.0.1:{listener.getsockname()[1]}")
        try:
            yield web
        finally:
            web.close()
            server.over.set_result(None)
            thread.join()
