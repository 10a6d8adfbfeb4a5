"""A request that comes twice is done once: `Idempotency-Key` of a POST, and the answer it had.

The first one leaves a row before it begins. Whoever comes with the same key meanwhile is told to come again; behind it
they get the same answer. A server that died in between leaves the row: then nobody can say whether it was done, and the
answer says so until the row is forgotten.
"""

import hashlib
import json
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy import Connection, Update, delete, insert, select, update
from starlette.concurrency import run_in_threadpool

from hq.access.actor import Actor
from hq.access.tables import idempotency
from hq.faults import Malformed, NotPossible, RepeatedOtherwise
from hq.home import Hq

HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 80
KEPT_MS = 24 * 3_600_000
KEPT_HEADERS = ("content-type", "location", "etag")
BODY_KEPT_MAX = 1 << 20
SHOWN_ONCE = 1  # in the place of a status: done, and its answer held a secret


@dataclass(frozen=True)
class Begun:
    """A row of a request under way."""

    actor: str
    k: str


async def begin(hq: Hq, actor: Actor, request: Request) -> Response | Begun | None:
    """Return the answer that the request had before, the row of its beginning, or None where it brings no key.

    Raises `Malformed`, `RepeatedOtherwise` or `NotPossible`.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise Malformed(f"An {HEADER} has 1 to {KEY_LENGTH_MAX} plain characters.")
    body = await request.body()  # read by now, within its limit
    return await run_in_threadpool(_begin, hq, Begun(actor.name, key), _hash(request, body))


async def keep(hq: Hq, begun: Begun | None, response: Response, *, with_body: bool = True) -> None:
    """Keep an answer for those who come again. What failed for a reason of HQ's own may be tried again.

    Without its body, what was done stays done once, and whoever comes again is told so and hears no more.
    """
    if begun is None:
        return
    is_shown_once = not with_body and response.status_code < 300
    body = b"" if is_shown_once else bytes(getattr(response, "body", b""))
    if response.status_code >= 500 or len(body) > BODY_KEPT_MAX:
        await forget(hq, begun)
        return
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    values = {
        "status": SHOWN_ONCE if is_shown_once else response.status_code,
        "headers": json.dumps(headers),
        "body": body.decode("utf-8"),
    }
    await run_in_threadpool(
        hq.database.write, lambda connection: connection.execute(_of(begun).values(**values))
    )


async def forget(hq: Hq, begun: Begun | None) -> None:
    """Take the row away again."""
    if begun is not None:
        gone = delete(idempotency).where(idempotency.c.actor == begun.actor, idempotency.c.k == begun.k)
        await run_in_threadpool(hq.database.write, lambda connection: connection.execute(gone))


def forget_old(hq: Hq) -> None:
    """Forget answers of more than a day ago."""
    old = delete(idempotency).where(idempotency.c.at_ms < hq.clock.now_ms() - KEPT_MS)
    hq.database.write(lambda connection: connection.execute(old))


def _of(begun: Begun) -> Update:
    return update(idempotency).where(idempotency.c.actor == begun.actor, idempotency.c.k == begun.k)


def _begin(hq: Hq, begun: Begun, request_hash: str) -> Response | Begun:
    def look(connection: Connection) -> Response | Begun:
        found = connection.execute(
            select(idempotency).where(idempotency.c.actor == begun.actor, idempotency.c.k == begun.k)
        ).one_or_none()
        if found is None:
            row = {
                "actor": begun.actor,
                "k": begun.k,
                "request_hash": request_hash,
                "status": 0,
                "headers": "{}",
                "body": "",
                "at_ms": hq.clock.now_ms(),
            }
            connection.execute(insert(idempotency), row)
            return begun
        if found.request_hash != request_hash:
            raise RepeatedOtherwise(f"This {HEADER} came before, with another request. Nothing was done.")
        if not found.status:
            raise NotPossible(
                f"The request with this {HEADER} has begun and has no answer yet. Look whether it was done."
            )
        if found.status == SHOWN_ONCE:
            raise NotPossible(
                f"The request with this {HEADER} was done. Its answer held a secret, which is shown once."
            )
        headers = {**json.loads(found.headers), "Idempotent-Replayed": "true"}
        return Response(found.body, status_code=found.status, headers=headers)

    return hq.database.write(look)


def _hash(request: Request, body: bytes) -> str:
    target = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(target + body).hexdigest()
