"""Every refusal of the till's API as a problem document (RFC 9457) with a sentence for people."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.station.redeem import NotRecorded
from app.store.faults import StoreFault

ERRORS_SHOWN = 5  # of a body that isn't as agreed


class TillProblem(Exception):
    """A refusal: HTTP status, a stable `kind`, a short title, and a sentence in plain words."""

    def __init__(
        self, status: int, kind: str, title: str, detail: str, *, retry_s: int = 0, **members: Any
    ) -> None:
        """`retry_s`: when asking again may help. `members` stand beside the rest."""
        super().__init__(detail)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail
        self.retry_s, self.members = retry_s, members


def install(app: FastAPI) -> None:
    """Make an app answer all its refusals as problems."""
    app.add_exception_handler(TillProblem, lambda _request, fault: of_problem(fault))
    app.add_exception_handler(StoreFault, _of_fault)
    app.add_exception_handler(NotRecorded, _of_fault)
    app.add_exception_handler(RequestValidationError, _of_form)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_bug)


def body_of(
    status: int, *, kind: str, title: str, detail: str, members: Mapping[str, Any] | None = None
) -> bytes:
    """Return the bytes of a problem document."""
    told = {"type": f"urn:tillside:problem:{kind}", "title": title, "status": int(status), "detail": detail}
    return json.dumps(told | dict(members or {}), ensure_ascii=False).encode(
        "utf-8", "replace"
    )  # what came in may be quoted, and JSON can spell halves of characters


def of_problem(problem: Exception) -> Response:
    """Return a refusal of ours."""
    assert isinstance(problem, TillProblem)
    body = body_of(
        problem.status,
        kind=problem.kind,
        title=problem.title,
        detail=problem.detail,
        members=problem.members,
    )
    headers = {"Retry-After": str(problem.retry_s)} if problem.retry_s else None
    return Response(body, problem.status, headers, "application/problem+json")


def _of_fault(_request: Request, fault: Exception) -> Response:
    """Answer when the station's records can't be used, or it has no rules yet."""
    assert isinstance(fault, StoreFault | NotRecorded)
    problem = TillProblem(503, fault.code, "The station can't do this right now", fault.sentence, retry_s=5)
    return of_problem(problem)


def _of_form(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    places = [
        f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
        for error in fault.errors()[:ERRORS_SHOWN]
    ]
    return of_problem(
        TillProblem(400, "malformed", "The request is not of the agreed form", "; ".join(places) + ".")
    )


def _of_http(_request: Request, fault: Exception) -> Response:
    """Answer for what the framework itself refuses: an unknown path, a method that isn't there."""
    assert isinstance(fault, HTTPException)
    title = HTTPStatus(fault.status_code).phrase
    kind = "malformed" if fault.status_code == HTTPStatus.BAD_REQUEST else title.lower().replace(" ", "_")
    response = of_problem(TillProblem(fault.status_code, kind, title, f"{str(fault.detail).rstrip('.')}."))
    response.headers.update(fault.headers or {})
    return response


def _of_bug(_request: Request, _fault: Exception) -> Response:
    """Answer for a bug of ours; the framework logs it."""
    return of_problem(
        TillProblem(500, "bug", "The station failed", "The station failed on this request. Its log says why.")
    )
