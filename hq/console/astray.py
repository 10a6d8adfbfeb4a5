"""What a browser gets below `/console` where there is no page, or where something failed: a page of ours, not JSON.

An address that only takes forms is met by whoever loads a refused form's address anew, or changes the language there:
it leads to the page that the form stands on.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from inspect import isawaitable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match

from hq.console.render import Look, render
from hq.console.routing import LANGUAGE_COOKIE, ask_of, look_of
from hq.console.sessions import COOKIE, session_of
from hq.console.texts import N_, language_of
from hq.every_route import every_route
from hq.faults import Busy, HqFault, Malformed, NotHere
from hq.home import Hq

PLACE = "/console"
Answering = Callable[[Request, Exception], Response | Awaitable[Response]]


class _Bug(HqFault):
    """What a page says of a bug of ours: nothing of it, since it may hold what others must not see."""

    title = N_("Head office failed")


def add_astray(app: FastAPI, hq: Hq) -> None:
    """Answer what fails below `/console` as pages; elsewhere it is answered as before."""
    for kind in (HqFault, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _handler(hq, app.exception_handlers[kind]))


def _handler(hq: Hq, elsewhere: Answering) -> Answering:
    async def answer(request: Request, problem: Exception) -> Response:
        path = _path_of(request)
        if path != PLACE and not path.startswith(f"{PLACE}/"):
            found = elsewhere(request, problem)
            return await found if isawaitable(found) else found
        status, fault = _fault_of(problem)
        if isinstance(fault, _Bug | Busy):  # no page that asks the database, which may be what is the matter
            language = language_of(
                request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", "")
            )
            return _alone(
                Look(language, "auto", request.scope.get("root_path", ""), "", "UTC"), fault, status
            )
        if request.method == "GET" and status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            above = _page_above(request, path)
            if above is not None:
                return RedirectResponse(request.scope.get("root_path", "") + above, status_code=303)
        return await run_in_threadpool(_page, hq, request, fault, status)

    return answer


def _page(hq: Hq, request: Request, fault: HqFault, status: int) -> Response:
    session = session_of(hq, request.cookies.get(COOKIE, ""))
    if session is None:
        return _alone(look_of(request, hq), fault, status)
    noun = _path_of(request).removeprefix(f"{PLACE}/").partition("/")[0]
    return ask_of(hq, session, request, noun).page("fault.html", status=status, fault=fault)


def _alone(look: Look, fault: HqFault, status: int) -> Response:
    response = render("astray.html", look, {"fault": fault}, status=status)
    if isinstance(fault, Busy):
        response.headers["Retry-After"] = str(fault.retry_after_s)
    return response


def _fault_of(problem: Exception) -> tuple[int, HqFault]:
    """Return what is said of a problem, and its status."""
    if isinstance(problem, HqFault):
        return problem.status, problem
    if isinstance(problem, RequestValidationError):
        return HTTPStatus.BAD_REQUEST, Malformed(N_("This address is not one of ours."))
    if not isinstance(problem, HTTPException):
        return HTTPStatus.INTERNAL_SERVER_ERROR, _Bug(N_("Its log says why. Try again later."))
    if problem.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return problem.status_code, NotHere(N_("There is no page at this address."))
    return problem.status_code, Malformed(str(problem.detail))


def _page_above(request: Request, path: str) -> str | None:
    """Return the page that a form's address stands below, or that is named with a slash behind it; None: neither."""
    if path.endswith("/"):
        return path.rstrip("/") if _is_shown(request, path.rstrip("/")) else None
    if not any(route.matches(request.scope)[0] is Match.PARTIAL for route in every_route(request.app)):
        return None
    above = path
    while above.startswith(f"{PLACE}/") and not _is_shown(request, above):
        above = above.rpartition("/")[0]
    return above


def _is_shown(request: Request, path: str) -> bool:
    scope = {**request.scope, "path": request.scope.get("root_path", "") + path, "method": "GET"}
    return any(route.matches(scope)[0] is Match.FULL for route in every_route(request.app))


def _path_of(request: Request) -> str:
    return request.url.path.removeprefix(request.scope.get("root_path", ""))
