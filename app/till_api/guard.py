"""What a request must be before anybody reads it: from this machine, from no browser, with the token, small and quick.

A page in a browser on this computer can send to 127.0.0.1, too. It can't leave out what browsers say of themselves
(`Origin`, `Sec-Fetch-Site`), and without an answer to its preflight (CORS is never spoken) it can neither
show a token nor send JSON. A name that was made to point here (DNS rebinding) is seen by its `Host`. Each of these
alone would do; they are looked at in this order, and nothing of a refused request is read.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from app.till_api.problems import body_of
from app.till_api.token import Token

BODY_BYTES_MAX = 1 << 20  # 2,000 lines are about 200 KiB
BODY_WAIT_S = 5.0  # on the same machine it takes a millisecond
BEARER = b"bearer "
JSON = b"application/json"
FROM_BROWSERS = (
    b"origin",
    b"sec-fetch-site",
)  # not Sec-Fetch-Mode: Node's own fetch sends that, and tills use it
WITH_BODY = ("POST", "PUT", "PATCH")
NOT_KEPT = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Refused(Exception):
    """A request that nobody reads: status, kind, title and a sentence."""


class Guard:
    """Stands before the whole application, its OpenAPI and its unknown paths too."""

    def __init__(self, app: App, *, token: Token, port: int) -> None:
        """Let in who shows `token` at 127.0.0.1, `port`."""
        self._app = app
        self._token = token
        self._hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *NOT_KEPT]}
            await send(message)

        assert scope["type"] == "http", "nothing else is served"
        try:
            self._check(scope)
            body = await _body(receive)
        except Refused as refused:
            await _refuse(send_marked, *refused.args)
        except TimeoutError:
            await _refuse(send_marked, 408, "too_slow", "Too slow", "The body did not come within 5 seconds.")
        else:
            await self._app(scope, _once(body, receive), send_marked)

    def _check(self, scope: Message) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        names = [name for name, _ in headers]
        if [value for name, value in headers if name == b"host"] not in [[host] for host in self._hosts]:
            raise Refused(403, "foreign_host", "Not this address", "Ask http://127.0.0.1 with its port.")
        if any(name in FROM_BROWSERS for name in names):
            raise Refused(403, "from_a_browser", "Not for browsers", "Pages in a browser can't use this.")
        shown = [value for name, value in headers if name == b"authorization"]
        token = shown[0][len(BEARER) :] if len(shown) == 1 and shown[0].lower().startswith(BEARER) else b""
        if not self._token.fits(token):
            raise Refused(
                401, "no_token", "Not let in", "Show the token of this station: Authorization: Bearer …"
            )
        kinds = [
            value.partition(b";")[0].strip().lower() for name, value in headers if name == b"content-type"
        ]
        if kinds not in ([], [JSON]) or (not kinds and scope["method"] in WITH_BODY):
            raise Refused(
                415, "not_json", "Not JSON", "Send a body as application/json, and as nothing else."
            )
        if b"content-encoding" in names:
            raise Refused(415, "not_plain", "Compressed", "Send the body as it is, without compression.")


async def _body(receive: Receive) -> bytes:
    """Return the whole body. Raises `Refused` or `TimeoutError`."""
    parts, size, is_more = [], 0, True
    async with asyncio.timeout(BODY_WAIT_S):
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "cut", "Cut off", "The line was cut within the request.")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > BODY_BYTES_MAX:
                raise Refused(413, "too_large", "Too large", f"A body has at most {BODY_BYTES_MAX} bytes.")
            is_more = message.get("more_body", False)
    return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, and then whatever comes."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return left.pop() if left else await receive()

    return give


async def _refuse(send: Send, status: int, kind: str, title: str, detail: str) -> None:
    """Answer, and close the connection: what is left of the request is not read."""
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    body = body_of(status, kind=kind, title=title, detail=detail)
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
