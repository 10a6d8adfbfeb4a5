"""All routes of an application, those of included routers too, which the framework keeps behind a door of its own."""

from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route


def every_route(app: FastAPI) -> list[Route]:
    """Return every route of an application."""
    return list(_flat(app.routes))


def _flat(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        included = getattr(
            route, "original_router", None
        )  # FastAPI's, since 0.137; before it they were copied
        if included is not None:
            yield from _flat(included.routes)
        elif isinstance(route, Route):
            yield route
