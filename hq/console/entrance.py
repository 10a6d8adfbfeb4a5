"""What nobody is signed in for: signing in and out, choosing a password by a link, how pages look, three files."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from hq.api.rates import Rates
from hq.api.routing import keep_body
from hq.console.kept_form import read_kept
from hq.console.nav import grouped
from hq.console.render import HEADERS, STATIC, Look, render, static_file
from hq.console.routing import (
    LANGUAGE_COOKIE,
    NAV_COOKIE,
    NAVS,
    SIGN_IN,
    THEME_COOKIE,
    THEMES,
    check_same_site,
    look_of,
    read_form,
    to_sign_in,
)
from hq.console.sessions import COOKIE, WHOLE_MS, session_of, sign_in, sign_out
from hq.console.texts import LANGUAGES
from hq.faults import HqFault, NotPossible
from hq.home import Hq
from hq.staff.office import choose_password, name_of_link
from hq.staff.passwords import PASSWORD_MAX

HOME = "/console"
PASSWORD = "/console/password"  # noqa: S105 a page's path
YEAR_S = 365 * 24 * 3600
PLACE_MAX = (
    2_000  # characters of where a browser goes when somebody has signed in: a list with all its filters
)
TYPED_MAX = PASSWORD_MAX + 1  # characters that are looked at: what is longer is no name, password or link
Text = Annotated[str, Form()]


class _Route(APIRoute):
    """Reads a form whole before the framework takes it apart, which would answer 400 whatever hindered its coming."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves a request."""
        inner = super().get_route_handler()

        async def serve(request: Request) -> Response:
            if request.method == "POST":
                await keep_body(request)
            return await inner(request)

        return serve


def public_pages(hq: Hq, rates: Rates) -> APIRouter:
    """Return the pages and files that nobody has to be signed in for."""
    router = APIRouter(include_in_schema=False, route_class=_Route)
    _add_first(router, hq)
    _add_signing_in(router, hq, rates)
    _add_password(router, hq, rates)
    router.add_api_route("/console/look", _set_look, methods=["GET"])
    for name in STATIC:
        router.add_api_route(f"/static/{name}", _file(name), methods=["GET"])
    return router


def _add_first(router: APIRouter, hq: Hq) -> None:
    @router.get("/")
    @router.get(f"{HOME}/")
    async def go_home(request: Request) -> Response:
        return RedirectResponse(_root(request) + HOME, status_code=303)

    @router.get(HOME)
    def show_first(request: Request) -> Response:
        """Show the first page that somebody may see."""
        session = session_of(hq, request.cookies.get(COOKIE, ""))
        if session is None:
            return to_sign_in(request)
        groups = grouped([item for item in request.app.state.nav if item.is_for(session.actor)])
        first = groups[0].items[0].place if groups else "/console/me"
        return RedirectResponse(_root(request) + first, status_code=303)


def _add_signing_in(router: APIRouter, hq: Hq, rates: Rates) -> None:
    @router.get(SIGN_IN)
    def show_sign_in(request: Request, to: Annotated[str, Query()] = HOME) -> Response:
        values = {"fault": None, "to": to, "name": "", "said": "", "kept": ""}
        return render("sign_in.html", look_of(request, hq), values)

    @router.post(SIGN_IN)
    def post_sign_in(
        request: Request,
        name: Text = "",
        password: Text = "",
        to: Text = HOME,
        kept: Annotated[str, Form()] = "",
    ) -> Response:
        look, name, password = look_of(request, hq), name[:TYPED_MAX], password[:TYPED_MAX]
        try:
            _check_tries(request, rates)
            rates.count_sign_in(f"name {name}")
            token = sign_in(hq, name, password)
        except HqFault as fault:
            values = {"fault": fault, "to": to, "name": name, "said": "", "kept": kept}
            return render("sign_in.html", look, values, status=fault.status)
        response = _send_again(hq, look, kept, token) or RedirectResponse(
            look.root + quote(_own(to), safe="/?&=%:,+-._~"), status_code=303
        )
        _set_cookie(request, response, COOKIE, token, age_s=WHOLE_MS // 1000)
        return response

    @router.post("/console/sign-out")
    async def post_sign_out(request: Request) -> Response:
        session = await run_in_threadpool(session_of, hq, request.cookies.get(COOKIE, ""))
        response = RedirectResponse(_root(request) + SIGN_IN, status_code=303)
        if session is not None:
            await read_form(request, session.csrf)
            await run_in_threadpool(sign_out, hq, session)
        response.delete_cookie(COOKIE, path=_root(request) + HOME)
        return response


def _send_again(hq: Hq, look: Look, text: str, token: str) -> Response | None:
    """Return the page that sends what somebody had typed before their session ended; None where there is nothing."""
    kept, session = read_kept(text), session_of(hq, token)
    if kept is None or session is None or _own(kept.place) != kept.place:
        return None
    return render("own/send_again.html", look, {"kept": kept, "csrf": session.csrf})


def _add_password(router: APIRouter, hq: Hq, rates: Rates) -> None:
    def page(request: Request, token: str, fault: HqFault | None) -> Response:
        try:
            name = name_of_link(hq, token)
        except HqFault as gone:
            name, fault = "", fault or gone
        values = {"fault": fault, "name": name, "token": token}
        look = look_of(request, hq)
        return render("own/password.html", look, values, status=200 if fault is None else fault.status)

    @router.get(PASSWORD)
    def show_password(request: Request, token: Annotated[str, Query()] = "") -> Response:
        return page(request, token, None)

    @router.post(PASSWORD)
    def post_password(
        request: Request,
        token: Text = "",
        new: Text = "",
        again: Text = "",
    ) -> Response:
        try:
            _check_tries(request, rates)
            if new != again:
                raise NotPossible("The new password was not typed twice in the same way.")
            name = choose_password(hq, token, new)
            session = sign_in(hq, name, new)
        except HqFault as fault:
            return page(request, token, fault)
        response = RedirectResponse(_root(request) + HOME, status_code=303)
        _set_cookie(request, response, COOKIE, session, age_s=WHOLE_MS // 1000)
        return response


async def _set_look(
    request: Request,
    language: Annotated[str, Query(max_length=5)] = "",
    theme: Annotated[str, Query(max_length=5)] = "",
    nav: Annotated[str, Query(max_length=6)] = "",
    to: Annotated[str, Query()] = HOME,
) -> Response:
    """Choose language and theme: nothing but how this browser's pages look, so a plain link does."""
    response = RedirectResponse(_root(request) + _own(to), status_code=303)
    if language in LANGUAGES:
        _set_cookie(request, response, LANGUAGE_COOKIE, language, age_s=YEAR_S)
    if theme in THEMES:
        _set_cookie(request, response, THEME_COOKIE, theme, age_s=YEAR_S)
    if nav in NAVS:
        _set_cookie(request, response, NAV_COOKIE, nav, age_s=YEAR_S)
    return response


def _check_tries(request: Request, rates: Rates) -> None:
    """Raise `Forbidden` for a form of another site, `TooMany` where one address tries too often."""
    check_same_site(request)
    rates.count_sign_in(f"address {request.client.host if request.client else ''}")


def _own(place: str) -> str:
    """Return a place of ours: the first page where it leads elsewhere."""
    is_own = place.startswith("/console") and "\\" not in place and place.isprintable()
    return place if is_own and len(place) <= PLACE_MAX else HOME


def _root(request: Request) -> str:
    root: str = request.scope.get("root_path", "")
    return root


def _set_cookie(request: Request, response: Response, name: str, value: str, *, age_s: int) -> None:
    """Set a cookie for the console's pages of this HQ: another's in the same server never get it."""
    response.set_cookie(
        name, value, max_age=age_s, path=_root(request) + HOME, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def _file(name: str) -> Callable[[], Awaitable[Response]]:
    kind, content = STATIC[name], static_file(name)

    async def get_file() -> Response:
        headers = {**HEADERS, "Cache-Control": f"public, max-age={YEAR_S}, immutable"}
        return Response(content, media_type=f"{kind}; charset=utf-8", headers=headers)

    return get_file
