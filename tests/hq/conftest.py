"""An HQ on real files for each test, made once and copied, and a station that speaks to it with none of our own."""

import shutil
from pathlib import Path

import pytest

from app.clock import SetClock
from hq.home import Hq, open_hq
from hq.setup import Made, init_hq
from tests.hq.station import NOW_MS, Station, add_store_and_program, enrol_station


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """A new HQ, whose passwords take a while to hash."""
    folder = tmp_path_factory.mktemp("template") / "hq"
    return folder, init_hq(folder, clock=SetClock(NOW_MS))


@pytest.fixture(scope="session")
def furnished(made: tuple[Path, Made], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two stores and a published program."""
    folder = tmp_path_factory.mktemp("furnished") / "hq"
    shutil.copytree(made[0], folder)
    hq = open_hq(folder, clock=SetClock(NOW_MS))
    add_store_and_program(hq)
    hq.close()
    return folder


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW_MS)


@pytest.fixture
def folder(furnished: Path, tmp_path: Path) -> Path:
    shutil.copytree(furnished, tmp_path / "hq")
    return tmp_path / "hq"


@pytest.fixture
def hq(folder: Path, clock: SetClock):
    opened = open_hq(folder, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def station(hq: Hq) -> Station:
    return enrol_station(hq, "S1")
