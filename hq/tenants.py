"""Several programs in one server, with nothing shared: each tenant is an HQ of its own.

Its folder lies in `tenants/<name>` of the first one's, with a database, keys and people of its own, and it is served
under `/t/<name>`. So no query can forget whose rows it is about, a key or a session of one opens nothing of another,
and every command works on a tenant by its folder.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.clock import Clock
from hq.faults import SetUpFault
from hq.home import database_url as database_url_of
from hq.running import running
from hq.setup import Made, init_hq
from hq.web import create_app

FOLDER = "tenants"
PREFIX = "/t/"
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
TENANTS_MAX = 20  # each has threads and connections of its own


def add_tenant(
    folder: Path, name: str, *, database_url: str | None = None, clock: Clock | None = None
) -> Made:
    """Make a new tenant beside the HQ in a data folder; it is served from the next start on. Raises `SetUpFault`."""
    if not NAME.fullmatch(name):
        raise SetUpFault("A tenant's name has small letters, digits and hyphens: 31 at most, a letter first.")
    database_url_of(folder)  # or there is no HQ to be beside
    if len(list_tenants(folder)) >= TENANTS_MAX:
        raise SetUpFault(f"There are {TENANTS_MAX} tenants already, which is as many as one server has.")
    return init_hq(folder_of_tenant(folder, name), database_url=database_url, clock=clock)


def list_tenants(folder: Path) -> list[str]:
    """Return the names of the tenants beside the HQ in a data folder, without its own."""
    there = folder / FOLDER
    if not there.is_dir():
        return []
    return sorted(each.name for each in there.iterdir() if each.is_dir() and NAME.fullmatch(each.name))


def folder_of_tenant(folder: Path, name: str) -> Path:
    """Return the folder of a tenant."""
    return folder / FOLDER / name


@contextmanager
def all_running(folder: Path, *, clock: Clock | None = None) -> Iterator[ASGIApp]:
    """Let the HQ in a data folder and its tenants work, and give the application of all. Raises `SetUpFault`."""
    with ExitStack() as stack:
        first = create_app(stack.enter_context(running(folder, clock=clock)))
        others = {name: _app_of(stack, folder, name, clock) for name in list_tenants(folder)}
        yield Tenants(first, others) if others else first


def _app_of(stack: ExitStack, folder: Path, name: str, clock: Clock | None) -> FastAPI:
    """Let a tenant work until the stack ends. One that can't be opened keeps all from being served."""
    try:
        hq = stack.enter_context(running(folder_of_tenant(folder, name), clock=clock))
    except SetUpFault as problem:
        raise SetUpFault(f"The tenant {name} can't be opened. {problem}") from problem
    return create_app(hq)


class Tenants:
    """Hands each request to the application that its path names, or to the first one (ASGI)."""

    def __init__(self, first: FastAPI, others: Mapping[str, FastAPI]) -> None:
        """Serve `others` by their names."""
        self._first, self._others = first, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        path: str = scope.get("path", "")
        name = path.removeprefix(PREFIX).partition("/")[0] if path.startswith(PREFIX) else ""
        app = self._others.get(name)
        if app is None:
            await self._first(scope, receive, send)
        else:
            own = {"root_path": scope.get("root_path", "") + PREFIX + name}
            if path == PREFIX + name:
                own["path"] = path + "/"
            await app({**scope, **own}, receive, send)
