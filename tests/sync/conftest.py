"""An HQ made once and copied for each test, in a world that speaks HTTP, or doesn't, or does both in turn."""

import shutil

import pytest

from tests.databases import OnPostgres
from tests.sync.server import Server
from tests.sync.world import World, make_hq


@pytest.fixture(scope="session")
def hq_template(tmp_path_factory):
    """A furnished HQ; its passwords take a while to hash."""
    folder = tmp_path_factory.mktemp("template") / "hq"
    make_hq(folder)
    return folder


@pytest.fixture(scope="session")
def on_postgres(postgres):
    return OnPostgres(postgres)


@pytest.fixture(scope="session")
def postgres_template(on_postgres, tmp_path_factory):
    """The same, its database on the server."""
    folder = tmp_path_factory.mktemp("template") / "hq"
    make_hq(folder, database_url=on_postgres.new_url())
    return folder


@pytest.fixture(scope="session")
def server():
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def hq_folder(hq_template, tmp_path):
    return shutil.copytree(hq_template, tmp_path / "hq")


@pytest.fixture
def world(hq_folder, tmp_path):
    """The service itself, for tests of the station's side."""
    made = World(hq_folder, tmp_path, server=None)
    yield made
    made.close()


@pytest.fixture
def web_world(hq_folder, tmp_path, server):
    """The real server."""
    made = World(hq_folder, tmp_path, server=server)
    yield made
    made.close()


@pytest.fixture
def postgres_world(on_postgres, postgres_template, tmp_path, server):
    """The real server on PostgreSQL."""
    folder = on_postgres.copy(postgres_template, tmp_path / "hq")
    made = World(folder, tmp_path, server=server, homes=on_postgres)
    yield made
    made.close()
    on_postgres.forget(folder)


@pytest.fixture(params=["world", "web_world", "postgres_world"], ids=["service", "server", "postgresql"])
def both(request):
    """Each implementation of the protocol in turn, and both databases: what holds for one holds for the others."""
    return request.getfixturevalue(request.param)
