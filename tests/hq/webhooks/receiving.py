"""Somebody who is told: a real server on a free port that answers what it is told to and keeps what it got."""

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import time_machine
from standardwebhooks import Webhook

from hq.home import folder_of
from hq.webhooks.guard import allow_networks

WAIT_S = 20


@dataclass
class Receiver:
    """`statuses` are answered in turn, then 204; while `gate` is shut nobody is answered.

    All but 204 come with what it `says`. Of each event the first `fails` tries are answered with 500.
    """

    url: str
    statuses: deque = field(default_factory=deque)
    fails: int = 0
    headers: dict = field(default_factory=dict)
    says: bytes = b""
    got: list = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def wait_for(self, count=1):
        """Wait until so many more requests have come."""
        for _ in range(count):
            assert self.came.acquire(timeout=WAIT_S), "nothing came"

    def verified(self, secret, *, at_ms):
        """Return what came as Standard Webhooks' own library verifies it at a moment."""
        with time_machine.travel(at_ms / 1000, tick=False):
            return [Webhook(secret).verify(body, headers) for headers, body in self.got]

    def told(self):
        """Return what came, each event once, as a receiver that goes by `webhook-id` has it."""
        return {headers["webhook-id"]: orjson.loads(body) for headers, body in self.got}


@contextmanager
def receiving(hq, *, is_open=True):
    """Listen on a free port of this machine, and let this HQ's webhooks go there."""
    allow_networks(folder_of(hq), ["127.0.0.0/8"])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.release()
            receiver.gate.wait(WAIT_S)
            status = receiver.statuses.popleft() if receiver.statuses else 204
            event_id = self.headers["webhook-id"]
            if sum(headers["webhook-id"] == event_id for headers, _ in receiver.got) < receiver.fails:
                status = 500
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            said = b"" if status == 204 else receiver.says
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_said):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook?of=shop")
    if is_open:
        receiver.gate.set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
