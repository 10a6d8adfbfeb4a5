"""ETags (RFC 9110 §8.8.3): a hash of what an answer says.

Reads that ask `If-None-Match` get 304 where nothing changed; a change that says `If-Match` happens only if nobody
changed the thing since (the service compares it with what it holds, in the transaction of the change).
"""

import hashlib
from http import HTTPStatus

from fastapi import Request, Response

from hq.faults import ChangedMeanwhile

DIGITS_MAX = 18  # of a version, which both databases keep in 64 bits


def etag_of(body: bytes) -> str:
    """Return the ETag of an answer's bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def mark(response: Response) -> Response:
    """Say the ETag of a whole answer; one that is sent in parts has none."""
    body: bytes = getattr(response, "body", b"")
    if response.status_code == HTTPStatus.OK and body:
        response.headers.setdefault("ETag", etag_of(body))
    return response


def answer(request: Request, response: Response) -> Response:
    """Answer a read: 304 where the asker holds the same already."""
    tag = mark(response).headers.get("ETag")
    asked = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag is None or not (tag in asked or "*" in asked):
        return response
    return Response(status_code=304, headers={"ETag": tag})


def check_match(request: Request, version: int) -> None:
    """Raise `ChangedMeanwhile` unless `If-Match` is missing, `*`, or the state that a thing has.

    Things that can be changed carry a whole `version`; their ETag in `If-Match` is that number in quotes.
    """
    asked = request.headers.get("if-match")
    if asked is None or asked.strip() == "*":
        return
    if f'"{version}"' not in [each.strip() for each in asked.split(",")]:
        raise ChangedMeanwhile(f"This is at version {version} by now. Read it again, then change it.")


def check_none(request: Request) -> None:
    """Raise `ChangedMeanwhile` where a change of what has no version is asked for on condition of one."""
    asked = request.headers.get("if-match")
    if asked is not None and asked.strip() != "*":
        raise ChangedMeanwhile("This has no version that could be compared. Ask without `If-Match`.")


def versioned(response: Response, version: int) -> None:
    """Say the ETag of a thing with a version."""
    response.headers["ETag"] = f'"{version}"'


def asked_version(request: Request) -> int | None:
    """Return the version that `If-Match` names, for a service that compares it in its transaction; None: any.

    Raises `ChangedMeanwhile` where it names none that a thing can have.
    """
    asked = request.headers.get("if-match")
    if asked is None or asked.strip() == "*":
        return None
    text = asked.strip().removeprefix('"').removesuffix('"')
    if not text.isascii() or not text.isdigit() or len(text) > DIGITS_MAX:
        raise ChangedMeanwhile("`If-Match` names no version of this. Read it again, then change it.")
    return int(text)
