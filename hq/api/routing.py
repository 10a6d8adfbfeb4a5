"""How a route of the API is made, and what happens around each: who asks, how often, whether it came before.

    routes = Routes("vouchers", "Vouchers and gift cards.")

    @routes.get("", needs=Scope.VOUCHERS_READ, answers=Page[VoucherAnswer])
    def list_vouchers(ask: Asked, paging: Annotated[VoucherList, Query()]) -> Any: ...

A route without a scope can't be written: what nobody was given, nobody may do.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from hq.access.actor import Actor
from hq.access.api_keys import PREFIX, actor_of
from hq.access.scopes import Scope
from hq.api import etags, idempotency
from hq.api.rates import Left, Rates
from hq.bodies import read_body, read_json
from hq.faults import HqFault, Malformed, NotHere, NotPossible, NotSignedIn
from hq.home import Hq
from hq.problems import of_fault

VERSION = "/v1"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SECURITY: list[dict[str, list[str]]] = [{"key": []}]
PROBLEM = "application/problem+json"
QUERY_MAX = 8_000  # characters: far more than all parameters of any list
# What any route may answer, beside what it names itself.
ALWAYS = (400, 401, 403, 409, 413, 429, 503)
SENTENCES = {
    304: "Not changed since the ETag that was sent.",
    400: "The request is not of the agreed form.",
    401: "The key is missing, unknown or no longer good.",
    403: "The key has no right to this, or it is above its ceiling.",
    404: "There is no such thing here.",
    409: "What is asked contradicts itself, or what stands.",
    412: "It was changed since the ETag in `If-Match`.",
    413: "The request is too large.",
    422: "The idempotency key belongs to another request.",
    429: "Too many requests: `Retry-After` says when to ask again.",
    503: "HQ is busy: `Retry-After` says when to ask again.",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that was let in: this HQ, who asks, and the request itself."""

    hq: Hq
    actor: Actor
    request: Request


async def _ask(request: Request) -> Ask:
    return Ask(request.app.state.hq, request.state.actor, request)


Asked = Annotated[Ask, Depends(_ask)]


class ApiRoute(APIRoute):
    """A route with all that stands around it. Its scope is in `openapi_extra`, so that the document says it too."""

    @property
    def scope_needed(self) -> Scope:
        """Return the right that it asks for."""
        return Scope((self.openapi_extra or {})["x-scope"])

    @property
    def is_kept(self) -> bool:
        """Tell whether its answer is kept for a request that comes again: one with a secret in it is not."""
        return (self.openapi_extra or {}).get("x-kept", True) is True

    @property
    def is_versioned(self) -> bool:
        """Tell whether what it changes has a version that `If-Match` can name."""
        return (self.openapi_extra or {}).get("x-versioned", True) is True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves a request."""
        inner = super().get_route_handler()

        async def serve(request: Request) -> Response:
            hq: Hq = request.app.state.hq
            rates: Rates = request.app.state.rates
            left: Left | None = None
            try:
                actor = await run_in_threadpool(let_in, hq, request)
                left = rates.count(actor.name)
                left.check()
                actor.need(self.scope_needed)
                _check_target(request)
                request.state.actor = actor
                response = await self._answer(hq, actor, request, inner)
            except HqFault as fault:
                response = of_fault(fault)
            if left is not None:
                response.headers.update(left.headers())
            return response

        return serve

    async def _answer(
        self,
        hq: Hq,
        actor: Actor,
        request: Request,
        inner: Callable[[Request], Coroutine[Any, Any, Response]],
    ) -> Response:
        """Serve a request of somebody who may: a read by its ETag, a change once for each idempotency key."""
        if request.method not in WRITES:
            return etags.answer(request, await _served(request, inner))
        if not self.is_versioned:
            etags.check_none(request)
        await keep_body(request)
        seen = await idempotency.begin(hq, actor, request)
        if isinstance(seen, Response):
            return seen
        try:
            response = await _served(request, inner)
        except (
            asyncio.CancelledError
        ):  # HQ stops while a thread works on it, which may still commit: the row stays
            raise
        except BaseException:  # nothing was done: the same key may come again
            await idempotency.forget(hq, seen)
            raise
        await idempotency.keep(hq, seen, response, with_body=self.is_kept)
        return etags.mark(response)


async def _served(request: Request, inner: Callable[[Request], Coroutine[Any, Any, Response]]) -> Response:
    """Let a route answer. What is of the agreed form by now (`400` says what isn't) can only contradict something."""
    try:
        return await inner(request)
    except Malformed as fault:
        raise NotPossible(str(fault)) from fault


def _check_target(request: Request) -> None:
    """Refuse what no id or parameter can hold. Raises `NotHere` or `Malformed`."""
    if any("\x00" in str(value) for value in request.path_params.values()):
        raise NotHere("There is no such thing here.")
    if "%00" in request.url.query or len(request.url.query) > QUERY_MAX:
        raise Malformed("The parameters are not of the agreed form.")


async def keep_body(request: Request) -> None:
    """Read a body within its limit, and leave it for the route to read again. Raises `TooLarge`, `Malformed`."""
    body = await read_body(request)
    request._body = body  # where Starlette's own `body()` and `json()` keep what they read
    if (
        body
        and request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    ):
        request._json = read_json(body)


def let_in(hq: Hq, request: Request) -> Actor:
    """Return who asks. Raises `NotSignedIn`."""
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    actor = actor_of(hq, text.strip()) if kind.lower() == "bearer" and text.startswith(PREFIX) else None
    if actor is None:
        raise NotSignedIn("Send a key of this HQ: `Authorization: Bearer tsk_…`.")
    return actor


class Routes:
    """The routes of one noun. Paths are given behind `/v1/<noun>`."""

    def __init__(self, noun: str, about: str, *, prefix: str | None = None) -> None:
        """Begin a noun's routes; `about` stands in the document."""
        self.noun, self.about = noun, about
        self.router = APIRouter(
            prefix=f"{VERSION}/{noun}" if prefix is None else prefix, route_class=ApiRoute, tags=[noun]
        )

    def get(self, path: str, **said: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a route that reads. See `_add` for what is said of it."""
        return self._add("GET", path, **said)

    def post(self, path: str, **said: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a route that makes or does something: 201 unless `status` says otherwise."""
        return self._add("POST", path, **{"status": 201, **said})

    def put(self, path: str, **said: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a route that sets something as a whole."""
        return self._add("PUT", path, **said)

    def patch(self, path: str, **said: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a route that changes parts of something."""
        return self._add("PATCH", path, **said)

    def delete(self, path: str, **said: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a route that takes something away: 204."""
        return self._add("DELETE", path, **{"status": 204, **said})

    def _add(
        self,
        method: str,
        path: str,
        *,
        needs: Scope,
        answers: Any = None,
        status: int = 200,
        faults: tuple[int, ...] = (),
        is_kept: bool = True,
        is_versioned: bool = True,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a route: `answers` is the model of its answer, `faults` the statuses beside those of every route.

        `is_kept` False: its answer holds a secret, and is not kept for a request that comes again. `is_versioned`
        False: what it changes has no version, so a change on a condition of one is refused.
        """
        own = (422,) if method == "POST" else (412,) if method in WRITES else ()
        own = (*own, 404) if "{" in path else own
        possible = {*ALWAYS, *own, *faults}
        responses: dict[int | str, dict[str, Any]] = {
            code: {
                "description": SENTENCES[code],
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for code in sorted(possible)
        }
        if method == "GET":
            responses[304] = {"description": SENTENCES[304]}

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            self.router.add_api_route(
                path,
                function,
                methods=[method],
                response_model=answers,
                status_code=status,
                responses=responses,
                operation_id=function.__name__,
                response_class=Response if status == HTTPStatus.NO_CONTENT else JSONResponse,
                openapi_extra={
                    "x-scope": needs.value,
                    "security": SECURITY,
                    **({} if is_kept else {"x-kept": False}),
                    **({} if is_versioned else {"x-versioned": False}),
                },
            )
            return function

        return add


def of_nothing() -> Response:
    """Return the answer of a route that has nothing to say."""
    return Response(status_code=HTTPStatus.NO_CONTENT)
