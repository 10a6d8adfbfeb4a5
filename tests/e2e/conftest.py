"""A world for each test: made once, copied as folders, its processes ended whatever happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.processes import HqProcess, StationProcess, World, build_world, enrol


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build_world(tmp_path)


@pytest.fixture
def hq(world: World) -> Iterator[HqProcess]:
    with HqProcess(world) as process:
        yield process


@pytest.fixture
def enrolled(world: World, hq: HqProcess) -> World:
    enrol(world, hq)
    return world


@pytest.fixture
def station(enrolled: World) -> Iterator[StationProcess]:
    process = StationProcess(enrolled)
    assert process.first["answer"] == "ready"
    assert process.ask({"sync": True})["answer"] == "synced"
    yield process
    if process.process.poll() is None:
        process.kill()
