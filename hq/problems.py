"""Every error as a problem document (RFC 9457) with a sentence for people.

`type` is `urn:tillside:problem:<kind>`. Only a refused push has the members `kind`, `expect` and `hash`
(`PushRefusal`): a station tells by `kind` that the queue stopped for a reason and not for a fault.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from msgspec import to_builtins
from starlette.exceptions import HTTPException
from starlette.routing import Match

from hq.every_route import every_route
from hq.faults import Busy, HqFault
from hq.request_ids import current_request_id
from sync.protocol import MustRefetch, PushRefusal, PushRefusalKind

REFUSAL_STATUS = {
    PushRefusalKind.GAP: 409,
    PushRefusalKind.FORK: 409,
    PushRefusalKind.CHAIN: 400,
    PushRefusalKind.EPOCH_REVOKED: 403,
    PushRefusalKind.NOT_CONFIRMED: 403,
}
REFUSAL_TITLE = {
    PushRefusalKind.GAP: "Entries are missing before these",
    PushRefusalKind.FORK: "HQ holds another history of this station",
    PushRefusalKind.CHAIN: "The entries do not hold together",
    PushRefusalKind.EPOCH_REVOKED: "This station was replaced or shut out",
    PushRefusalKind.NOT_CONFIRMED: "This station waits to be confirmed",
}


def install(app: FastAPI) -> None:
    """Make an app answer all its errors as problems."""
    app.add_exception_handler(HqFault, lambda _request, fault: of_fault(fault))
    app.add_exception_handler(RequestValidationError, _of_parameters)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_bug)


def of_refusal(refusal: PushRefusal) -> Response:
    """Return a refused push."""
    members = to_builtins(refusal)
    return problem(
        REFUSAL_STATUS[refusal.kind],
        kind=refusal.kind.value,
        title=REFUSAL_TITLE[refusal.kind],
        detail=members.pop("detail"),
        members=members,
    )


def of_refetch(refetch: MustRefetch) -> Response:
    """Return that the feed can't go on from where the station is."""
    return problem(
        HTTPStatus.GONE,
        kind="must_refetch",
        title="The changes since then are not kept",
        detail="Fetch the manifest and its snapshot, then go on from there.",
        members=to_builtins(refetch),
    )


def problem(
    status: int, *, kind: str, title: str, detail: str, members: Mapping[str, Any] | None = None
) -> Response:
    """Return a problem document."""
    content = {
        "type": f"urn:tillside:problem:{kind}",
        "title": title,
        "status": int(status),
        "detail": detail,
        **(members or {}),
    }
    if request_id := current_request_id():
        content["request_id"] = request_id
    return Response(orjson.dumps(content), status_code=status, media_type="application/problem+json")


def of_fault(fault: Exception) -> Response:
    """Return a fault of HQ's as a problem."""
    assert isinstance(fault, HqFault)
    response = problem(
        fault.status, kind=fault.kind, title=fault.title, detail=str(fault), members=fault.members()
    )
    if isinstance(fault, Busy):
        response.headers["Retry-After"] = str(fault.retry_after_s)
    return response


def _of_parameters(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    found = "; ".join(f"{error['loc'][-1]}: {error['msg']}" for error in fault.errors())
    return problem(
        400,
        kind="malformed",
        title="The request is not of the agreed form",
        detail=f"Not understood: {found}.",
    )


def _of_http(request: Request, fault: Exception) -> Response:
    """Answer for what the framework itself refuses: an unknown path, a method that isn't there."""
    assert isinstance(fault, HTTPException)
    if fault.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        fault.headers = {"Allow": ", ".join(_methods(request))}  # the framework knows of the first route only
    title = HTTPStatus(fault.status_code).phrase
    response = problem(
        fault.status_code, kind=title.lower().replace(" ", "_"), title=title, detail=str(fault.detail) + "."
    )
    response.headers.update(fault.headers or {})
    return response


def _methods(request: Request) -> list[str]:
    """Return the methods of what a path names: by the route with the fewest parameters, as the document reads it."""
    matching = [
        route for route in every_route(request.app) if route.matches(request.scope)[0] is not Match.NONE
    ]
    path = min(matching, key=lambda route: len(route.param_convertors)).path
    found = {method for route in matching if route.path == path for method in route.methods or ()}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _of_bug(_request: Request, _fault: Exception) -> Response:
    """Answer for a bug of ours.

    The framework logs it. Nothing of it is told: it may hold what others must not see.
    """
    return problem(
        500,
        kind="bug",
        title="HQ failed",
        detail="HQ failed on this request. Its log says why; try again later.",
    )
