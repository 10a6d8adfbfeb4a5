"""The page on the network: its three files, and what it asks of HQ. Nobody has to sign, so each answer is harmless."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from hq.bodies import Form, answer, read_body
from hq.faults import Malformed, TokenRefused
from hq.home import Hq
from hq.phone.drawing import draw
from hq.phone.service import BindRequest, bind

PAGE = {"": ("phone.html", "text/html"), "phone.js": ("phone.js", "text/javascript"),
        "phone.css": ("phone.css", "text/css")}  # fmt: skip
HEADERS = {
    # Nothing but our own three files, and nobody may put the page into a frame of theirs.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_bind_request = Form(BindRequest)


async def _whole(request: Request) -> bytes:
    return await read_body(request)


Body = Annotated[bytes, Depends(_whole)]


def add_phone(app: FastAPI, hq: Hq) -> None:
    """Add the page and its two questions to an HQ's application."""
    folder = files("hq.phone") / "page"
    for name, (file, kind) in PAGE.items():
        content = (folder / file).read_text(encoding="utf-8")
        path = f"/phone/{name}".rstrip("/")
        app.add_api_route(path, _file(content, kind), methods=["GET"], include_in_schema=False)

    @app.post("/v1/phone/bind", include_in_schema=False)
    def post_bind(request: Request, body: Body) -> Response:
        bound = bind(hq, _bind_request.read(body))
        if bound is None:
            raise TokenRefused("This link is unknown, was used, or is too old. Ask for a new one.")
        return answer(request, bound)

    @app.post("/v1/phone/draw", include_in_schema=False)
    def post_draw(request: Request, body: Body) -> Response:
        drawn = draw(body, now_ms=hq.clock.now_ms())
        if drawn is None:
            raise Malformed("This is no phone's code.")
        return answer(request, drawn)


def _file(content: str, kind: str) -> Callable[[], Awaitable[Response]]:
    async def get_file() -> Response:
        return Response(content, media_type=f"{kind}; charset=utf-8", headers=HEADERS)

    return get_file
