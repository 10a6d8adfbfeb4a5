"""A form that is sent twice is done once: an impatient double click, or a page that was loaded again.

Each form carries a number of its own, `form_id`. The first request leaves a row beside those of the API's idempotency
keys. Whoever comes with the same form again waits for it and is sent where it led. What was refused, or only shown, may
be sent again; so may the same form with other content, since somebody changed it.
"""

import asyncio
import hashlib
import json

from fastapi import Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from hq.access.actor import Actor
from hq.access.tables import idempotency
from hq.faults import NotPossible
from hq.home import Hq

FIELD = "form_id"
LENGTH = 20
PREFIX = "form:"
DONE = 1  # in the place of a status: done, with an answer that is shown once
WAITS = 60  # times that a form which came again looks whether the first one is through
WAIT_S = 0.05
SHOWN_ONCE = "x-shown-once"  # an answer that says so did something, though it sends nobody on


async def begin(hq: Hq, actor: Actor, form: FormData) -> Response | str | None:
    """Return where the same form led before, the key of one that begins, or None where it carries no number.

    Raises `NotPossible` where the first answer can't be given again.
    """
    number = form.get(FIELD)
    if not isinstance(number, str) or len(number) != LENGTH or not number.isalnum():
        return None
    key, content = PREFIX + number, _hash(form)
    for _ in range(WAITS):
        try:
            found = await run_in_threadpool(_begin, hq, actor.name, key, content)
        except IntegrityError:  # its twin was a moment earlier
            found = (0, "")
        if found is None:
            return key
        status, place = found
        if status == DONE:
            raise NotPossible(
                "This form was sent twice. What it asks for was done once, at its first sending."
            )
        if status:
            return RedirectResponse(place, status_code=303) if place else None
        await asyncio.sleep(WAIT_S)
    raise NotPossible("This form was sent twice, and the first has no answer yet. Look whether it was done.")


async def keep(hq: Hq, actor: Actor, key: str | None, response: Response | None) -> None:
    """Keep where a form led; forget one that was refused, failed, or did nothing but show a page."""
    if key is None:
        return
    place = "" if response is None else response.headers.get("location", "")
    is_shown_once = response is not None and SHOWN_ONCE in response.headers
    row = idempotency.c.actor == actor.name, idempotency.c.k == key

    def note(connection: Connection) -> None:
        if place or is_shown_once:
            status, headers = (303, json.dumps({"location": place})) if place else (DONE, "{}")
            connection.execute(update(idempotency).where(*row).values(status=status, headers=headers))
        else:
            connection.execute(delete(idempotency).where(*row))

    await run_in_threadpool(hq.database.write, note)


def _begin(hq: Hq, actor: str, key: str, content: str) -> tuple[int, str] | None:
    """Leave the row of a form that begins, or return status and place of one that came before."""

    def look(connection: Connection) -> tuple[int, str] | None:
        of = idempotency.c.actor == actor, idempotency.c.k == key
        found = connection.execute(select(idempotency).where(*of)).one_or_none()
        if found is not None and found.request_hash == content:
            return int(found.status), str(json.loads(found.headers).get("location", ""))
        if found is not None:
            connection.execute(delete(idempotency).where(*of))
        row = {"actor": actor, "k": key, "request_hash": content, "status": 0, "headers": "{}", "body": ""}
        connection.execute(insert(idempotency), row | {"at_ms": hq.clock.now_ms()})
        return None

    return hq.database.write(look)


def _hash(form: FormData) -> str:
    said = [
        (name, [value.filename, value.size] if isinstance(value, UploadFile) else value)
        for name, value in form.multi_items()
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
