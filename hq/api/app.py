"""The API as a whole: the routes of every noun, and the document that describes them."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi

from hq.access.routes import routes as keys
from hq.api import station_document
from hq.api.models import Problem
from hq.api.rates import Rates
from hq.api.routing import Routes
from hq.audit.routes import routes as audit
from hq.batches.import_routes import routes as code_imports
from hq.batches.routes import routes as batches
from hq.benefits.routes import routes as benefits
from hq.campaigns.program_routes import routes as program
from hq.campaigns.routes import routes as campaigns
from hq.campaigns.scenario_routes import routes as scenarios
from hq.every_route import add_routes
from hq.gift_cards.routes import routes as gift_cards
from hq.home import Hq
from hq.jobs.routes import routes as jobs
from hq.journal.exception_routes import routes as exceptions
from hq.journal.routes import routes as journal
from hq.ledger.routes import routes as ledger
from hq.members.act_routes import routes as members
from hq.members.attribute_routes import routes as attributes
from hq.members.import_routes import routes as imports
from hq.members.matter_routes import routes as matters
from hq.orders.routes import orders, redemptions, returns
from hq.reports.routes import routes as reports
from hq.rewards.routes import routes as rewards
from hq.segments.routes import routes as segments
from hq.settings.routes import routes as settings
from hq.staff.routes import routes as staff
from hq.stops.routes import routes as stops
from hq.stores.device_routes import routes as devices
from hq.stores.routes import routes as stores
from hq.tiers.routes import routes as tiers
from hq.vouchers.routes import routes as vouchers
from hq.webhooks.routes import feed as events
from hq.webhooks.routes import routes as webhooks

DOCUMENT = "/openapi.json"
ABOUT = (
    "Everything that head office does. Send a key with each request: `Authorization: Bearer tsk_…`."
    " Lists come in pages: ask for the next one with `cursor`."
    " A POST with an `Idempotency-Key` is done once, however often it comes."
    " Errors are problem documents (RFC 9457). Amounts are minor units, times UTC milliseconds."
)
NOUNS: tuple[Routes, ...] = (
    attributes,
    audit,
    batches,
    benefits,
    campaigns,
    code_imports,
    devices,
    events,
    exceptions,
    gift_cards,
    imports,
    jobs,
    journal,
    keys,
    ledger,
    matters,
    members,
    orders,
    program,
    rewards,
    redemptions,
    reports,
    returns,
    scenarios,
    segments,
    settings,
    staff,
    stops,
    tiers,
    stores,
    vouchers,
    webhooks,
)


def add_api(app: FastAPI, hq: Hq) -> None:
    """Add the API to an HQ's application."""
    app.state.hq = hq
    app.state.rates = Rates()
    for noun in NOUNS:
        add_routes(app, noun.router)

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    async def get_document(request: Request) -> dict[str, Any]:
        root = request.scope.get("root_path", "")
        return {**document(), "servers": [{"url": root}]} if root else document()

    app.openapi = document  # type: ignore[method-assign]  # the framework's own way to change it
    app.add_api_route(DOCUMENT, get_document, methods=["GET"], include_in_schema=False)


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version="1",
        openapi_version="3.1.0",
        description=ABOUT,
        routes=app.routes,
        tags=[{"name": name, "description": about} for name, about in sorted(_tags().items())],
    )
    parts = found.setdefault("components", {})
    found["paths"].update(station_document.paths())
    parts.setdefault("schemas", {}).update(station_document.schemas())
    parts["securitySchemes"] = {
        **station_document.SECURITY_SCHEMES,
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "tsk_…"},
    }
    parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    for schema in parts["schemas"].values():
        _close_names(schema)
    for path in found["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None) if _is_frameworks(operation) else None
    return found


def _close_names(node: Any) -> None:
    """Say of objects whose names have a pattern that there are no others."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node.setdefault("additionalProperties", False)
        for each in node.values():
            _close_names(each)
    elif isinstance(node, list):
        for each in node:
            _close_names(each)


def _tags() -> dict[str, str]:
    return {noun.noun: noun.about for noun in NOUNS} | {station_document.TAG: station_document.ABOUT}


def _is_frameworks(operation: dict[str, Any]) -> bool:
    """Tell whether a 422 is the framework's own, which HQ never says."""
    return "HTTPValidationError" in str(operation["responses"].get("422", ""))
