"""How a page of the console is made, and what happens around each: who is at the browser, and that a form is ours.

    pages = Pages("vouchers", N_("Vouchers"), place="/console/vouchers", needs=Scope.VOUCHERS_READ)

    @pages.get("")
    def show_vouchers(ask: Page) -> Response:
        return ask.page("vouchers/list.html", rows=…)

    @pages.post("/new", needs=Scope.VOUCHERS_WRITE)
    def make_vouchers(ask: Page) -> Response:
        …
        return ask.go("/console/vouchers", said=_("The vouchers are made."))

Where an address needs the id of something, its page says which to take when all pages are looked at (tests, pictures):

    pages.example("/{voucher}", voucher=newest_voucher)  # a text, or a function of the HQ that finds one

What a service refuses (`HqFault`) is shown in the page it came from, by `ask.again(template, fault, …)`, or as a page
of its own. Forms that change something carry `csrf`; what a browser says to come from elsewhere is turned away.
"""

import hmac
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.ids import new_number
from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.bodies import BODY_BYTES_MAX
from hq.console import once
from hq.console.alerts import Bell
from hq.console.kept_form import kept_of
from hq.console.nav import NavItem, grouped
from hq.console.program_of_pages import money_and_time, shop_name
from hq.console.render import Look, render
from hq.console.sessions import COOKIE, Session, session_of
from hq.console.texts import language_of, translations
from hq.console.views import list_views
from hq.faults import Forbidden, HqFault, Malformed, TooLarge
from hq.home import Hq
from hq.request_ids import current_request_id

LANGUAGE_COOKIE, THEME_COOKIE, NAV_COOKIE = "tillside-language", "tillside-theme", "tillside-nav"
THEMES = ("auto", "light", "dark")
NAVS = ("wide", "narrow")
SIGN_IN = "/console/sign-in"
FIELDS_MAX = 2_000
SAID = "said"  # the parameter behind a redirect whose sentence the next page shows
SAID_MAX = 300
MARK = 16  # characters before that sentence, which this session alone could write


Sample = str | Callable[[Hq], str | None]


@dataclass(frozen=True)
class Example:
    """An address of a page as it may be asked for: `path` as its route says it, and what stands for its parameters.

    What the path doesn't name goes behind the question mark.
    """

    path: str
    samples: Mapping[str, Sample]

    def address(self, hq: Hq) -> str | None:
        """Return the address in this HQ, or None where it has nothing of that kind."""
        path, query = self.path, dict[str, str]()
        for name, sample in self.samples.items():
            value = sample if isinstance(sample, str) else sample(hq)
            if value is None:
                return None
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", quote(value, safe=""))
            else:
                query[name] = value
        return path + (f"?{urlencode(query)}" if query else "")


@dataclass(frozen=True)
class PageAsk:
    """A request for a page by somebody who is signed in and may."""

    hq: Hq
    session: Session
    request: Request
    look: Look
    nav: tuple[NavItem, ...]
    noun: str
    form: FormData = field(default_factory=FormData)

    @property
    def actor(self) -> Actor:
        """Return who asks."""
        return self.session.actor

    @property
    def query(self) -> Mapping[str, str]:
        """Return the parameters behind the question mark, the last of each name."""
        return self.request.query_params

    def said(self, sentence: str) -> str:
        """Return a sentence in the page's language."""
        return translations(self.look.language).gettext(sentence)

    def text(self, name: str, fallback: str = "") -> str:
        """Return a field of the form as one text without spaces around it; a line ends by \\n."""
        value = self.form.get(name, fallback)
        return _as_counted(value) if isinstance(value, str) else fallback

    def secret(self, name: str) -> str:
        """Return a field of the form exactly as it was typed: a password may begin with a space."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return all values of a field of the form."""
        values = [value for value in self.form.getlist(name) if isinstance(value, str)]
        return [_as_counted(value) for value in values]

    def file(self, name: str) -> UploadFile | None:
        """Return a file of the form."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) else None

    def page(
        self, template: str, *, fault: HqFault | None = None, status: int | None = None, **values: Any
    ) -> Response:
        """Return a page, with why something was refused where it was, which then says the status too.

        Every template may use `actor`, `nav`, `noun`, `csrf`, `said` and `fault` too, and `sent("note")`: what stood in
        a field of the form that was refused.
        """
        said = self._told()
        bell: Bell = self.request.app.state.bell
        common = {
            "actor": self.actor,
            "nav": grouped(self.nav),
            "bell": cache(lambda: bell.count(self.hq, self.actor)),
            "views": cache(lambda: list_views(self.hq, self.actor, self.noun)),
            "noun": self.noun,
            "csrf": self.session.csrf,
            "form_id": partial(new_number, once.LENGTH),
            "said": said,
            "fault": fault,
            "here": self.request.url.path.removeprefix(self.look.root),
            "query": self.query,
            "sent": self.text,
            "may": lambda scope: self.actor.may(Scope(scope)),
            "request_id": current_request_id(),
        }
        if status is None:
            status = 200 if fault is None else fault.status
        return render(template, self.look, {**common, **values}, status=status)

    def _told(self) -> str:
        """Return the sentence that a redirect of this session brought; one that a link of others brings is none."""
        text = self.query.get(SAID, "")[: SAID_MAX + MARK]
        return (
            text[MARK:] if hmac.compare_digest(text[:MARK].encode(), self._mark(text[MARK:]).encode()) else ""
        )

    def _mark(self, said: str) -> str:
        return hmac.new(self.session.csrf.encode(), said.encode(), "sha256").hexdigest()[:MARK]

    def page_once(self, template: str, **values: Any) -> Response:
        """Return a page with what is shown this one time: its form did something, and isn't to be done again."""
        response = self.page(template, **values)
        response.headers[once.SHOWN_ONCE] = "1"
        return response

    def again(self, template: str, fault: HqFault, **values: Any) -> Response:
        """Return the page that a form came from, with why it was refused and what was typed."""
        return self.page(template, fault=fault, **values)

    def go(self, place: str, *, said: str = "") -> Response:
        """Send the browser to another page of ours, which shows a sentence once."""
        said = said[:SAID_MAX]
        tail = f"{'&' if '?' in place else '?'}{SAID}={self._mark(said)}{quote(said)}" if said else ""
        return RedirectResponse(self.look.root + place + tail, status_code=303)


async def _answer(
    ask: PageAsk, inner: Callable[[Request], Coroutine[Any, Any, Response]], request: Request
) -> Response:
    """Let a page answer; the form that came before is sent where it led then."""
    begun = await once.begin(ask.hq, ask.actor, ask.form)
    if isinstance(begun, Response):
        return begun
    response = None
    try:
        response = await inner(request)
        return response
    finally:
        await once.keep(ask.hq, ask.actor, begun, response)


async def _page_ask(request: Request) -> PageAsk:
    ask: PageAsk = request.state.page_ask
    return ask


Page = Annotated[PageAsk, Depends(_page_ask)]


class PageRoute(APIRoute):
    """A page with what stands around it."""

    @property
    def scope_needed(self) -> Scope | None:
        """Return the right that it asks for; None: of everybody who is signed in."""
        said = (self.openapi_extra or {})["x-scope"]
        return Scope(said) if said else None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves a request."""
        inner = super().get_route_handler()

        async def serve(request: Request) -> Response:
            hq: Hq = request.app.state.hq
            session = await run_in_threadpool(session_of, hq, request.cookies.get(COOKIE, ""))
            if session is None:
                return to_sign_in(request) if request.method == "GET" else await _signed_out(hq, request)
            ask = await run_in_threadpool(ask_of, hq, session, request, str(self.tags[0]))
            try:
                if request.method == "POST":
                    ask = PageAsk(**{**ask.__dict__, "form": await read_form(request, session.csrf)})
                if self.scope_needed is not None:
                    session.actor.need(self.scope_needed)
                request.state.page_ask = ask
                try:
                    return await _answer(ask, inner, request)
                finally:
                    await ask.form.close()  # files of a form lie on the disk until then
            except HqFault as fault:
                return ask.page("fault.html", fault=fault)
            except RequestValidationError:
                return ask.page("fault.html", fault=Malformed(ask.said("This address is not one of ours.")))
            except HTTPException as problem:
                if problem.status_code < 400:
                    raise
                return ask.page(
                    "fault.html", status=problem.status_code, fault=Malformed(str(problem.detail))
                )

        return serve


class Pages:
    """The pages of one noun. Paths are given behind its place."""

    def __init__(
        self, noun: str, title: str, *, place: str, needs: Scope | None, is_listed: bool = True
    ) -> None:
        """Begin a noun's pages: `title` is its line in the navigation, `needs` the right to see it.

        Without a right are only pages of one's own, which show what each reader may see anyway.
        """
        self.nav = NavItem(noun, title, place, needs)
        self.is_listed = is_listed
        self.router = APIRouter(prefix=place, route_class=PageRoute, tags=[noun], include_in_schema=False)
        self._examples: list[Example] = []
        self._shown: list[str] = []  # the paths of what is a page and no file

    def get(
        self, path: str, *, needs: Scope | None = None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a page that only shows, or a file where the path ends like one: `.csv`, `.svg`."""
        if "." not in path.rpartition("/")[2]:
            self._shown.append(self.nav.place + path)
        return self._add("GET", path, needs or self.nav.needs)

    def example(self, path: str, **samples: Sample) -> None:
        """Say with which parameters a page is looked at when all are: see `Example`. Several for one page are well."""
        self._examples.append(Example(self.nav.place + path, samples))

    def examples(self) -> list[Example]:
        """Return an address for each page: as said, else its own. One that needs an id and has none is a bug."""
        told = {each.path for each in self._examples}
        silent = [path for path in self._shown if path not in told]
        lacking = [path for path in silent if "{" in path]
        assert not lacking, f"these pages have no example: {', '.join(lacking)}"
        return [*(Example(path, {}) for path in silent), *self._examples]

    def post(self, path: str, *, needs: Scope | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add what a form of ours asks for."""
        return self._add("POST", path, needs)

    def _add(
        self, method: str, path: str, needs: Scope | None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            said = {"x-scope": "" if needs is None else needs.value}
            self.router.add_api_route(
                path, function, methods=[method], response_model=None, openapi_extra=said
            )
            return function

        return add


def _as_counted(value: str) -> str:
    """Return what was typed: browsers count the end of a line as one character and send it as two."""
    return value.strip().replace("\r\n", "\n").replace("\x00", "")


def to_sign_in(request: Request) -> Response:
    """Send a browser that nobody is signed in at to the sign-in page, and back behind it where it only looked."""
    root = request.scope.get("root_path", "")
    target = request.url.path.removeprefix(root) + (f"?{request.url.query}" if request.url.query else "")
    tail = f"?to={quote(target)}" if request.method == "GET" else ""
    return RedirectResponse(root + SIGN_IN + tail, status_code=303)


async def _signed_out(hq: Hq, request: Request) -> Response:
    """Ask somebody whose session ended to sign in, on a page that keeps what they had typed."""
    try:
        form = await read_fields(request)
    except HqFault:
        return to_sign_in(request)
    kept = kept_of(request, form)
    await form.close()
    look = await run_in_threadpool(look_of, request, hq)
    values = {"fault": None, "to": "/console", "name": "", "said": "", "kept": kept.text()}
    return render("sign_in.html", look, values, status=401)


async def read_form(request: Request, csrf: str) -> FormData:
    """Read a form that is ours. Raises `Forbidden` where it isn't, `TooLarge`, `Malformed`."""
    form = await read_fields(request)
    if not hmac.compare_digest(str(form.get("csrf", "")).encode(), csrf.encode()):
        raise Forbidden("This form is not from this session. Open the page again, then send it.")
    return form


async def read_fields(request: Request) -> FormData:
    """Read a form of a page of ours, whoever sends it. Raises `Forbidden`, `TooLarge`, `Malformed`."""
    check_same_site(request)
    if int(request.headers.get("content-length") or 0) > BODY_BYTES_MAX:
        raise TooLarge(f"What is sent at once has at most {BODY_BYTES_MAX >> 20} MB. Cut a file into parts.")
    try:
        return await request.form(max_fields=FIELDS_MAX, max_part_size=BODY_BYTES_MAX)
    except (HTTPException, ValueError) as problem:
        raise Malformed("This form can't be read.") from problem


def check_same_site(request: Request) -> None:
    """Raise `Forbidden` where a browser says that another site made it ask."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This was asked for by a page of another site.")
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise Forbidden("This was asked for by a page of another site.")


def look_of(request: Request, hq: Hq) -> Look:
    """Return how pages for this browser look."""
    language = language_of(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", ""))
    theme = request.cookies.get(THEME_COOKIE, "auto")
    currency, time_zone = money_and_time(hq)
    return Look(
        language,
        theme if theme in THEMES else "auto",
        request.scope.get("root_path", ""),
        currency,
        time_zone,
        shop_name(hq),
        request.cookies.get(NAV_COOKIE) == "narrow",
    )


def ask_of(hq: Hq, session: Session, request: Request, noun: str) -> PageAsk:
    """Return a request for a page of a noun's."""
    nav = tuple(item for item in request.app.state.nav if item.is_for(session.actor))
    return PageAsk(hq, session, request, look_of(request, hq), nav, noun)
