"""An HQ on each of its databases for each test, made once and copied, and a station with nothing of our own."""

from pathlib import Path
from shutil import copytree

import pytest

from app.clock import SetClock
from hq.home import Hq, open_hq
from hq.mark import MARK_FILE
from hq.members.kept_merges import FOLDER as MERGINGS
from hq.members.service import MemberFacts, upsert_members
from hq.setup import Made, init_hq
from tests.databases import Homes, OnPostgres
from tests.hq.merging import GONE, NUMBER, STAYS
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


@pytest.fixture
def put_back(homes, folder, clock, tmp_path):
    """Take a backup of the database now; later, open HQ with that one in the place of its own."""
    opened = []

    def take(hq):
        hq.close()
        backup = homes.copy(folder, tmp_path / "backup")
        back_again = open_hq(folder, clock=clock)
        opened.append(back_again)

        def restore(open_now):
            open_now.close()
            kept = (folder / MARK_FILE).read_text() if (folder / MARK_FILE).exists() else None
            (backup / MARK_FILE).unlink(missing_ok=True)
            if (folder / MERGINGS).exists():  # and so do these
                copytree(folder / MERGINGS, backup / MERGINGS, dirs_exist_ok=True)
            if kept is not None:
                (backup / MARK_FILE).write_text(kept)  # it lies beside the database and was not put back
            again = open_hq(backup, clock=clock)
            opened.append(again)
            return again

        return back_again, restore

    yield take
    for each in opened:
        each.close()
    homes.forget(tmp_path / "backup") if isinstance(homes, OnPostgres) else None


@pytest.fixture
def two(hq):
    """An HQ with two members who are one person."""
    upsert_members(hq, [
        MemberFacts(GONE, "Zenobia Q.", NUMBER, tier="gold", home_store="S1"),
        MemberFacts(STAYS, "Zen Q.", home_store="S1"),
    ])  # fmt: skip
    return hq


@pytest.fixture
def elsewhere(hq):
    return enrol_station(hq, "S2")
