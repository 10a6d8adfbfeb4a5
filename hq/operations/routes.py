"""`/ready` and `/metrics`, beside `/v1/health`.

Health says that the process lives and touches nothing; readiness that it can serve: its database answers and is of the
form that this program works with. A load balancer asks for the second, whoever restarts processes for the first.

Figures are for whoever shows a key with the right `settings:read`, also from this machine: behind a proxy everybody
comes from this machine.
"""

import threading
import time
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest

from hq import schema
from hq.access.scopes import Scope
from hq.api.models import Answer
from hq.api.routing import let_in
from hq.faults import HqFault
from hq.home import Hq
from hq.operations.metrics import new_registry
from hq.operations.watch import Tally, Watch

READY, METRICS = "/ready", "/metrics"
KEPT_S = 1.0


class ReadyAnswer(Answer):
    """Whether HQ can serve; `why_not` is empty if it can."""

    ok: bool
    why_not: str


class Readiness:
    """Looks whether an HQ can serve, at most once a second however many ask."""

    def __init__(self, hq: Hq) -> None:
        """Look at this HQ."""
        self._hq = hq
        self._lock = threading.Lock()
        self._looked_at, self._why_not = float("-inf"), ""

    def why_not(self) -> str:
        """Return why HQ can't serve, or nothing."""
        with self._lock:
            if time.monotonic() - self._looked_at >= KEPT_S:
                self._why_not = self._look()
                self._looked_at = time.monotonic()
            return self._why_not

    def _look(self) -> str:
        try:
            schema.check(self._hq.database)
        except HqFault as fault:
            return str(fault)
        return ""


def add_operations(app: FastAPI, hq: Hq) -> None:
    """Add the routes to an HQ's application, and the watch around it."""
    registry = new_registry(hq)
    app.add_middleware(Watch, tally=Tally(registry))
    readiness = Readiness(hq)
    unready: dict[int | str, dict[str, Any]] = {
        503: {"model": ReadyAnswer, "description": "HQ can't serve now."}
    }

    @app.get(
        READY,
        response_model=ReadyAnswer,
        responses=unready,
        tags=["operations"],
        openapi_extra={"security": []},
    )
    def get_ready() -> Response:
        """Tell whether HQ can serve: its database answers and is of this program's form."""
        why_not = readiness.why_not()
        content = {"ok": not why_not, "why_not": why_not}
        return JSONResponse(
            content, status_code=503 if why_not else 200, headers={"Cache-Control": "no-store"}
        )

    @app.get(METRICS, include_in_schema=False)
    def get_metrics(request: Request) -> Response:
        let_in(hq, request).need(Scope.SETTINGS_READ)
        return PlainTextResponse(exposed(registry), media_type=CONTENT_TYPE_PLAIN_1_0_0)


def exposed(registry: CollectorRegistry) -> bytes:
    """Return all figures as Prometheus reads them."""
    return generate_latest(registry)
