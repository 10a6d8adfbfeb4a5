"""A desk behind HQ's door, and visitors who send as much as a test likes."""

import asyncio
import json

from starlette.responses import PlainTextResponse

from hq.admission import Admission
from hq.faults import HqFault
from hq.problems import of_fault

PUSH, PULL, HEALTH = "/v1/devices/D1/journal", "/v1/sync/changes", "/v1/health"


class Desk:
    """The application behind: each request that has a place stays until `go_on`."""

    def __init__(self):
        self.admission = Admission(self)
        self.working: list[str] = []
        self.done: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, scope, receive, send):
        name = scope["name"]
        try:
            while (await receive()).get("more_body"):
                pass
        except HqFault as fault:
            await of_fault(fault)(scope, receive, send)
            return
        self.working.append(name)
        await self.go_on.wait()
        self.done.append(name)
        await PlainTextResponse("ok")(scope, receive, send)


class Visitor:
    """A request; `body` are its parts, after the last of which it ends if `is_whole`."""

    def __init__(
        self, desk, name, path, *, device, body=(b"",), is_whole=True, headers=(), address="10.0.0.1"
    ):
        signed = (b"tillside-signature", f"device={device};epoch=1;time=1;nonce=n;sig=".encode())
        named = [signed, *headers] if device else list(headers)
        if not is_whole and not headers:
            named.append((b"transfer-encoding", b"chunked"))
        self.scope = {"type": "http", "path": path, "headers": named, "name": name, "method": "POST"}
        self.scope["client"] = (address, 1)
        self.parts, self.is_whole = list(body), is_whole
        self.messages = []
        self.read = 0
        self.rest = asyncio.Event()
        self.task = asyncio.create_task(desk.admission(self.scope, self._receive, self._send))

    async def _receive(self):
        if self.read == len(self.parts):
            await self.rest.wait()
            return {"type": "http.request", "body": b"", "more_body": False}
        self.read += 1
        is_last = self.read == len(self.parts) and self.is_whole
        return {"type": "http.request", "body": self.parts[self.read - 1], "more_body": not is_last}

    async def _send(self, message):
        self.messages.append(message)

    @property
    def status(self):
        return self.messages[0]["status"] if self.messages else None

    @property
    def retry_after_s(self):
        named = dict(self.messages[0]["headers"])
        assert json.loads(self.messages[1]["body"])["type"] == "urn:tillside:problem:busy"
        return int(named[b"retry-after"])


def run(story):
    """Run a story to its end, with a desk; what it leaves waiting is let go."""

    async def told():
        desk = Desk()
        try:
            await story(desk)
        finally:
            desk.go_on.set()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    asyncio.run(told())


class Turn:
    """Lets the loop turn once, which takes no time."""

    def __await__(self):
        yield


async def settle():
    """Let everything go on that can."""
    for _ in range(50):
        await Turn()


async def come(desk, count, path=PUSH, **how):
    """Let so many devices ask."""
    found = [Visitor(desk, f"{path}{n}", path, device=f"D{n}", **how) for n in range(count)]
    await settle()
    return found
