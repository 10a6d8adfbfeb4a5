"""A world for each test: made once, copied as folders, its processes ended whatever happens."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from tests.e2e.windows import OPEN_S, WindowProcess
from tests.rig.processes import HqProcess, StationProcess, World, build_world, enrol
from tests.x_screen import XScreen, require_x


@pytest.fixture(autouse=True)
def _warm(warm_starts: None) -> None:
    """Let HQ and stations be forked from what is warm."""


@pytest.fixture(scope="session")
def world_template(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(world_template: World, tmp_path: Path) -> World:
    copied = copytree(world_template.hq_dir, tmp_path / "hq")
    return replace(
        world_template, hq_dir=copied, store_dir=tmp_path / "station", state_dir=tmp_path / "state"
    )


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
