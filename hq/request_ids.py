"""The id of the request that is being served: in every answer, in the log and in the audit.

It is HQ's own unless the asker brings one that can stand in a log as it is.
"""

import re
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.ids import new_id

HEADER = "X-Request-Id"
SOUND = re.compile(rb"[0-9A-Za-z._-]{8,40}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the id of the request under way, or nothing outside of one."""
    return _current.get()


class RequestIds:
    """Gives every request its id and says it in the answer (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        brought = dict(scope["headers"]).get(HEADER.lower().encode("ascii"), b"")
        request_id = brought.decode("ascii") if SOUND.fullmatch(brought) else new_id()
        token = _current.set(request_id)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            _current.reset(token)
