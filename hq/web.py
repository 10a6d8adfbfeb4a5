"""HQ on the network: one route for each thing a station may ask, each a signature check, one call and an answer.

Plain `def` routes: they run in a pool of threads, since the database is what they wait for. The framework's
documentation pages are off: they load scripts from another host. docs/protocol.md describes what is said here.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.responses import FileResponse

from app.core.canonical import INTEGER_MAX
from hq import problems
from hq.admission import Admission
from hq.api.app import add_api
from hq.auth import Asked, Gate, read_header
from hq.bodies import Form, answer, decode, read_body
from hq.campaigns.service import keyset_at
from hq.clock import DEMO_CLOCK_HEADER, FollowingClock
from hq.console.app import add_console
from hq.faults import NotSigned, TokenRefused
from hq.heads import Heads
from hq.home import Hq
from hq.operations.routes import add_operations
from hq.phone.routes import add_phone
from hq.request_ids import RequestIds
from hq.service import DeviceSession, EnrolService, health
from sync.authority_wire import AuthorizeRequest, LeaseRequest
from sync.devices_wire import PairingRequest
from sync.enrolment_wire import EnrolRequest
from sync.protocol import (
    CHANGES_ROWS_MAX,
    SIGNATURE_HEADER,
    DocumentKind,
    MustRefetch,
    PushRefusal,
    PushRequest,
)

T = TypeVar("T")

_push_request = Form(PushRequest)
_authorize_request = Form(AuthorizeRequest)
_lease_request = Form(LeaseRequest)
_pairing_request = Form(PairingRequest)
_enrol_request = Form(EnrolRequest)


async def _whole(request: Request) -> "Whole":
    return Whole(request, await read_body(request))


@dataclass(frozen=True)
class Whole:
    """A request with its body as sent."""

    request: Request
    body: bytes


Asking = Annotated[Whole, Depends(_whole)]


def create_app(hq: Hq) -> FastAPI:
    """Return the web application of an HQ. With a `FollowingClock` every answer says so in a header."""
    # A path with a slash behind it is another one: the framework would send whoever asks to the host that they named.
    app = FastAPI(
        title="Tillside HQ", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    problems.install(app)
    add_api(app, hq)
    add_console(app, hq)
    gate = Gate(hq)

    def session(asking: Whole) -> DeviceSession:
        """Admit a signed request. Called by each route and no dependency: that would be a second wait for a thread."""
        header = read_header(asking.request.headers.get(SIGNATURE_HEADER))
        gate.admit(header, _asked(asking))
        return DeviceSession(hq, header.device_id, header.epoch)

    @app.get("/v1/health", include_in_schema=False)
    async def get_health(request: Request) -> Response:  # no thread to wait for: nothing of it waits
        return answer(request, health(hq))

    @app.get("/v1/keyset", include_in_schema=False)
    def get_keyset(
        request: Request, version: Annotated[int | None, Query(ge=1, le=INTEGER_MAX)] = None
    ) -> Response:
        return answer(request, EnrolService(hq).keyset() if version is None else keyset_at(hq, version))

    @app.post("/v1/enrol", include_in_schema=False)
    def post_enrol(asking: Asking) -> Response:
        enrolled = EnrolService(hq).enrol(_read(_enrol_request, asking))
        if enrolled is None:
            raise TokenRefused("This pairing code is unknown, was used, or is too old. Show a new one.")
        return answer(asking.request, enrolled)

    @app.post("/v1/devices/{device_id}/journal", include_in_schema=False)
    def post_journal(asking: Asking, device_id: str) -> Response:
        device = session(asking)
        if device_id != device.device_id:
            raise NotSigned("The signature is of another device.")
        answered = device.push(_read(_push_request, asking))
        if isinstance(answered, PushRefusal):
            return problems.of_refusal(answered)
        return answer(asking.request, answered)

    add_phone(app, hq)
    _add_reading(app, session)
    _add_authority(app, session)
    app.add_middleware(Admission)
    add_operations(app, hq)  # which count what is put off at the door, too
    app.add_middleware(RequestIds)
    app.add_middleware(Heads)
    if isinstance(hq.clock, FollowingClock):
        app.add_middleware(_DemoClockHeader, clock=hq.clock)
    return app


def _add_reading(app: FastAPI, session: Callable[["Whole"], DeviceSession]) -> None:
    """Add what stations read."""

    @app.get("/v1/sync/manifest", include_in_schema=False)
    def get_manifest(asking: Asking) -> Response:
        return answer(asking.request, session(asking).manifest())

    @app.get("/v1/sync/snapshot/{name}", include_in_schema=False)
    def get_snapshot(asking: Asking, name: str) -> Response:
        return FileResponse(session(asking).snapshot_path(name), media_type="application/zstd")

    @app.get("/v1/sync/changes", include_in_schema=False)
    def get_changes(
        asking: Asking,
        cursor: Annotated[int, Query(ge=0, le=INTEGER_MAX)],
        set_id: str,
        limit: Annotated[int, Query(ge=1, le=INTEGER_MAX)] = CHANGES_ROWS_MAX,
    ) -> Response:
        changes = session(asking).changes(cursor=cursor, set_id=set_id, limit=limit)
        if isinstance(changes, MustRefetch):
            return problems.of_refetch(changes)
        return answer(asking.request, changes)

    @app.get("/v1/sync/pepper", include_in_schema=False)
    def get_pepper(asking: Asking) -> Response:
        return answer(asking.request, session(asking).pepper())

    @app.get("/v1/sync/devices", include_in_schema=False)
    def get_devices(asking: Asking) -> Response:
        return answer(asking.request, session(asking).devices())

    @app.get("/v1/sync/day", include_in_schema=False)
    def get_day(asking: Asking, day: str) -> Response:
        return answer(asking.request, session(asking).store_day(day))

    @app.get("/v1/sync/document/{kind}", include_in_schema=False)
    def get_document(asking: Asking, kind: DocumentKind) -> Response:
        return answer(asking.request, session(asking).document(kind))


def _add_authority(app: FastAPI, session: Callable[["Whole"], DeviceSession]) -> None:
    """Add what stations ask about their right to give."""

    @app.post("/v1/devices/{device_id}/authorize", include_in_schema=False)
    def post_authorize(asking: Asking, device_id: str) -> Response:
        device = session(asking)
        if device_id != device.device_id:
            raise NotSigned("The signature is of another device.")
        return answer(asking.request, device.authorize(_read(_authorize_request, asking)))

    @app.post("/v1/devices/{device_id}/pairings", include_in_schema=False)
    def post_pairings(asking: Asking, device_id: str) -> Response:
        device = session(asking)
        if device_id != device.device_id:
            raise NotSigned("The signature is of another device.")
        return answer(asking.request, device.pairing(_read(_pairing_request, asking)))

    @app.post("/v1/devices/{device_id}/leases", include_in_schema=False)
    def post_leases(asking: Asking, device_id: str) -> Response:
        device = session(asking)
        if device_id != device.device_id:
            raise NotSigned("The signature is of another device.")
        return answer(asking.request, device.leases(_read(_lease_request, asking)))


def _asked(asking: Whole) -> Asked:
    """Return what the signature must cover, from the bytes of the request and not from what a router made of them."""
    scope = asking.request.scope
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    path = path.removeprefix(scope.get("root_path", ""))  # a station signs what stands behind HQ's address
    target = f"{path}?{query}" if query else path
    return Asked(scope["method"], target, hashlib.sha256(asking.body).digest())


def _read(form: Form[T], asking: Whole) -> T:
    return form.read(decode(asking.body, asking.request.headers.get("content-encoding")))


class _DemoClockHeader:
    """Says in every answer that HQ's clock is not the real one, errors included."""

    def __init__(self, app: Any, *, clock: FollowingClock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_marked(message: Any) -> None:
            if message["type"] == "http.response.start":
                name = DEMO_CLOCK_HEADER.lower().encode("ascii")
                mark = (name, str(self._clock.now_ms()).encode("ascii"))
                message = {**message, "headers": [*message["headers"], mark]}
            await send(message)

        await self._app(scope, receive, send_marked if scope["type"] == "http" else send)
