"""An HQ on each of its databases for each test, made once and copied, and a station with nothing of our own."""

from pathlib import Path

import pytest

from app.clock import SetClock
from hq.home import Hq, open_hq
from hq.setup import Made, init_hq
from tests.databases import Homes
from tests.hq.station import NOW_MS, Station, add_store_and_program, enrol_station


@pytest.fixture(scope="session")
def made(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """A new HQ, whose passwords take a while to hash."""
    folder = tmp_path_factory.mktemp("template") / "hq"
    return folder, init_hq(folder, database_url=homes.new_url(), clock=SetClock(NOW_MS))


@pytest.fixture(scope="session")
def furnished(homes: Homes, made: tuple[Path, Made], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two stores and a published program."""
    folder = homes.copy(made[0], tmp_path_factory.mktemp("furnished") / "hq")
    hq = open_hq(folder, clock=SetClock(NOW_MS))
    add_store_and_program(hq)
    hq.close()
    return folder


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW_MS)


@pytest.fixture
def folder(homes: Homes, furnished: Path, tmp_path: Path):
    copied = homes.copy(furnished, tmp_path / "hq")
    yield copied
    homes.forget(copied)


@pytest.fixture
def hq(folder: Path, clock: SetClock):
    opened = open_hq(folder, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def station(hq: Hq) -> Station:
    return enrol_station(hq, "S1")
