"""HQ's real server on a free port, in a thread of this process, and a way to ask it anything."""

import socket
import threading
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

    def ask(self, method, target, *, content=None, headers=None, stream=False, follow=True):
        return self._session.request(
            method,
            self.url + target,
            data=content,
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


@contextmanager
def serving_app(app):
    """Serve an application."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        web = Web(f"http://127.0.0.1:{listener.getsockname()[1]}")
        try:
            yield web
        finally:
            web.close()
            server.should_exit = True
            thread.join()
