"""An HQ made once and copied for each test, in a world that speaks HTTP, or doesn't, or does both in turn."""

import shutil

import pytest

from tests.sync.server import Server
from tests.sync.world import World, make_hq


@pytest.fixture(scope="session")
def hq_template(tmp_path_factory):
    """A furnished HQ; its passwords take a while to hash."""
    folder = tmp_path_factory.mktemp("template") / "hq"
    make_hq(folder)
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


@pytest.fixture(params=["service", "server"])
def both(request):
    """Each of the two implementations of the protocol in turn: what holds for one holds for the other."""
    return request.getfixturevalue("world" if request.param == "service" else "web_world")
