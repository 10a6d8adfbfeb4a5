"""The console as a whole: the pages of every noun, signing in and out, and its own three files."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from hq.api.rates import Rates
from hq.audit.pages import pages as audit
from hq.console.alerts import Bell
from hq.console.nav import grouped
from hq.console.pages import pages as own
from hq.console.render import HEADERS, render
from hq.console.routing import (
    LANGUAGE_COOKIE,
    NAV_COOKIE,
    NAVS,
    SIGN_IN,
    THEME_COOKIE,
    THEMES,
    Pages,
    check_same_site,
    look_of,
    read_form,
    to_sign_in,
)
from hq.console.sessions import COOKIE, WHOLE_MS, session_of, sign_in, sign_out
from hq.console.texts import LANGUAGES
from hq.faults import HqFault
from hq.home import Hq
from hq.stores.device_pages import pages as devices
from hq.stores.pages import pages as stores

HOME = "/console"
STATIC = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
YEAR_S = 365 * 24 * 3600
NAME_MAX, PASSWORD_MAX = 60, 200
NOUNS: tuple[Pages, ...] = (own, stores, devices, audit)


def add_console(app: FastAPI, hq: Hq) -> None:
    """Add the console to an HQ's application."""
    app.state.nav = tuple(noun.nav for noun in NOUNS if noun.is_listed)
    app.state.bell = Bell()
    for noun in NOUNS:
        app.include_router(noun.router)
    app.include_router(_public(hq, app.state.rates))


def _public(hq: Hq, rates: Rates) -> APIRouter:
    """Return what nobody has to be signed in for."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def go_home(request: Request) -> Response:
        return RedirectResponse(request.scope.get("root_path", "") + HOME, status_code=303)

    @router.get(HOME)
    def show_first(request: Request) -> Response:
        """Show the first page that somebody may see."""
        session = session_of(hq, request.cookies.get(COOKIE, ""))
        if session is None:
            return to_sign_in(request)
        groups = grouped([item for item in request.app.state.nav if item.is_for(session.actor)])
        first = groups[0].items[0].place if groups else SIGN_IN
        return RedirectResponse(request.scope.get("root_path", "") + first, status_code=303)

    @router.get(SIGN_IN)
    def show_sign_in(request: Request, to: str = HOME) -> Response:
        return render("sign_in.html", look_of(request, hq), {"fault": None, "to": to, "name": "", "said": ""})

    @router.post(SIGN_IN)
    def post_sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=NAME_MAX)] = "",
        password: Annotated[str, Form(max_length=PASSWORD_MAX)] = "",
        to: Annotated[str, Form(max_length=500)] = HOME,
    ) -> Response:
        look = look_of(request, hq)
        try:
            check_same_site(request)
            rates.count_sign_in(f"name {name}")
            rates.count_sign_in(f"address {request.client.host if request.client else ''}")
            token = sign_in(hq, name, password)
        except HqFault as fault:
            values = {"fault": fault, "to": to, "name": name, "said": ""}
            return render("sign_in.html", look, values, status=fault.status)
        place = to if to.startswith("/console") and "\\" not in to else HOME
        response = RedirectResponse(look.root + quote(place, safe="/?&=%:,+-._~"), status_code=303)
        _set_cookie(request, response, COOKIE, token, age_s=WHOLE_MS // 1000)
        return response

    @router.post("/console/sign-out")
    async def post_sign_out(request: Request) -> Response:
        session = await run_in_threadpool(session_of, hq, request.cookies.get(COOKIE, ""))
        response = to_sign_in(request)
        if session is not None:
            await read_form(request, session.csrf)
            await run_in_threadpool(sign_out, hq, session)
        response.delete_cookie(COOKIE, path=look_root(request))
        return response

    @router.get("/console/look")
    async def set_look(
        request: Request,
        language: Annotated[str, Query(max_length=5)] = "",
        theme: Annotated[str, Query(max_length=5)] = "",
        nav: Annotated[str, Query(max_length=6)] = "",
        to: Annotated[str, Query(max_length=500)] = HOME,
    ) -> Response:
        """Choose language and theme: nothing but how this browser's pages look, so a plain link does."""
        place = to if to.startswith("/console") and "\\" not in to else HOME
        response = RedirectResponse(request.scope.get("root_path", "") + place, status_code=303)
        if language in LANGUAGES:
            _set_cookie(request, response, LANGUAGE_COOKIE, language, age_s=YEAR_S)
        if theme in THEMES:
            _set_cookie(request, response, THEME_COOKIE, theme, age_s=YEAR_S)
        if nav in NAVS:
            _set_cookie(request, response, NAV_COOKIE, nav, age_s=YEAR_S)
        return response

    for name, kind in STATIC.items():
        router.add_api_route(f"/static/{name}", _file(name, kind), methods=["GET"])
    return router


def look_root(request: Request) -> str:
    """Return the path under which this HQ's cookies count."""
    return request.scope.get("root_path", "") or "/"


def _set_cookie(request: Request, response: Response, name: str, value: str, *, age_s: int) -> None:
    response.set_cookie(
        name, value, max_age=age_s, path=look_root(request), httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def _file(name: str, kind: str) -> Callable[[], Awaitable[Response]]:
    content = (files("hq.console") / "static" / name).read_text(encoding="utf-8")

    async def get_file() -> Response:
        headers = {**HEADERS, "Cache-Control": "no-cache"}
        return Response(content, media_type=f"{kind}; charset=utf-8", headers=headers)

    return get_file
