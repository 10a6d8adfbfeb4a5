"""All routes of an application: how they are added, and how they are listed."""

from fastapi import APIRouter, FastAPI
from starlette.routing import Route


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add a router's routes to an application as they are.

    `include_router` would have the framework make each of them anew for each application, when the first request
    comes: that request then waits for half a second.
    """
    app.router.routes.extend(router.routes)


def every_route(app: FastAPI) -> list[Route]:
    """Return every route of an application."""
    return [route for route in app.routes if isinstance(route, Route)]
