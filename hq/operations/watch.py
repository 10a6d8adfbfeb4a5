"""Counts and times every request, and tells of it in the log where that is asked for (`tillside hq serve --log json`).

By the route and not by the path: paths name devices, members and codes. It stands around the door (`hq.admission`), so
that whoever was put off there is counted too.
"""

import logging
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
NO_ROUTE = "none"  # what nobody serves, or what was put off at the door
NO_ANSWER = 0  # the connection broke before there was one
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Tally:
    """The figures of one HQ's requests, in a registry of its own: tenants of one server share nothing."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Count from now on."""
        self.requests = Counter(
            "tillside_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self.seconds = Histogram(
            "tillside_request_seconds",
            "How long requests took until their last byte.",
            ("method", "route"),
            buckets=SECONDS,
            registry=registry,
        )


class Watch:
    """Stands around the application (ASGI)."""

    def __init__(self, app: ASGIApp, *, tally: Tally) -> None:
        """Count what `app` serves."""
        self._app, self._tally = app, tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = NO_ANSWER, perf_counter()

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_seen)
        finally:
            self._count(scope, status, perf_counter() - began)

    def _count(self, scope: Scope, status: int, took_s: float) -> None:
        route: Any = scope.get("route")
        path = getattr(route, "path_format", NO_ROUTE)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._tally.requests.labels(method, path, str(status)).inc()
        self._tally.seconds.labels(method, path).observe(took_s)
        log.info("%s %s %s", method, path, status, extra={"took_ms": round(took_s * 1000, 1)})
