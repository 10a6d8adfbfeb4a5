"""HQ's two databases for tests: `homes` makes and copies HQs on either, as quickly as it can be done."""

import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from hq.home import URL_FILE, Hq, write_database_url
from tests.postgres import FAST, Postgres, name_of, running_postgres

LOOKS_MAX = 20_000
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class OnSqlite:
    """HQs whose database is a file in their folder."""

    name = "sqlite"

    def new_url(self) -> str | None:
        """Return what `init_hq` is given for a new HQ."""
        return None

    def copy(self, source: Path, target: Path) -> Path:
        """Copy an HQ that is closed."""
        return shutil.copytree(source, target)

    def forget(self, folder: Path) -> None:
        """Delete what lies outside the folder."""


class OnPostgres:
    """HQs whose database is one of a PostgreSQL server's."""

    name = "postgresql"

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def new_url(self) -> str | None:
        return self._server.create()

    def copy(self, source: Path, target: Path) -> Path:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(URL_FILE))
        write_database_url(target, self._server.create(name_of(_url_of(source))))
        return target

    def forget(self, folder: Path) -> None:
        self._server.drop(_url_of(folder))


Homes = OnSqlite | OnPostgres


def _url_of(folder: Path) -> str:
    return (folder / URL_FILE).read_text(encoding="utf-8").strip()


class SharedEngines:
    """Makes engines that share what SQLAlchemy has made of statements, since each test has an HQ of its own.

    An HQ makes the text of a statement once and lives for months; for tests that would be most of their time at HQ.
    """

    STATEMENTS_MAX = 10_000

    def __init__(self) -> None:
        self._first: dict[str, Engine] = {}

    def __call__(self, *url: Any, **options: Any) -> Engine:
        """Make an engine as `create_engine` does."""
        engine = create_engine(*url, query_cache_size=self.STATEMENTS_MAX, **options)
        first = self._first.setdefault(engine.dialect.name, engine)
        if first.dialect.server_version_info is None:  # it never was connected
            self._first[engine.dialect.name] = engine
        elif first is not engine:
            engine.dialect = engine.pool._dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        return engine


@pytest.fixture(scope="session", autouse=True)
def shared_engines() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hq.db.create_engine", SharedEngines())
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run one server for each process that runs tests, from the first test that wants it."""
    with running_postgres(FAST) as server:
        yield server


@pytest.fixture(scope="session", params=[OnSqlite.name, OnPostgres.name])
def homes(request: pytest.FixtureRequest) -> Homes:
    """Each of the two databases in turn: what holds on one holds on the other."""
    return OnSqlite() if request.param == OnSqlite.name else OnPostgres(request.getfixturevalue("postgres"))


def wait_until_over_or_blocked(hq: Hq, others: Future[Any]) -> None:
    """Return when another thread's work is done, or when PostgreSQL says that somebody waits for a lock."""
    for _ in range(LOOKS_MAX):
        with hq.database.reading() as connection:
            if others.done() or connection.execute(WAITING).scalar_one():
                return
    pytest.fail("the others are neither done nor waiting")


def on(name: str) -> pytest.MarkDecorator:
    """Mark a test that is about one of the databases."""
    return pytest.mark.parametrize("homes", [name], indirect=True, scope="session")
