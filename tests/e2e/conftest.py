"""A world for each test: made once, copied as folders, its processes ended whatever happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.windows import OPEN_S, WindowProcess
from tests.rig.processes import HqProcess, StationProcess, World, build_world, enrol
from tests.x_screen import XScreen, require_x


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


@pytest.fixture(scope="module")
def screen() -> Iterator[XScreen]:
    require_x()
    with XScreen() as screen:
        yield screen


@pytest.fixture
def window(enrolled: World, screen: XScreen, tmp_path: Path) -> Iterator[WindowProcess]:
    """Open a window of its own process on its idle page."""
    window = WindowProcess(enrolled, screen, tmp_path / "events.jsonl")
    try:
        window.wait("idle_painted", within_s=OPEN_S)
        yield window
    finally:
        window.kill()
