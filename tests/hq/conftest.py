"""An HQ on each of its databases for each test, made once and copied, and a station with nothing of our own."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.clock import SetClock
from hq.home import Hq, open_hq
from hq.mark import MARK_FILE
from hq.members.kept_merges import FOLDER as MERGINGS
from hq.members.service import MemberFacts, upsert_members
from hq.setup import Made, init_hq
from hq.staff import service as staff
from tests.databases import Homes, OnPostgres
from tests.hq.merging import GONE, NUMBER, STAYS
from tests.hq.station import NOW_MS, Station, add_store_and_program, enrol_station

# What is shown and asked, rights, wording and forms. What lies behind them has tests of its own on both databases (the
# API's tests, segments, reports, jobs …), so that these run on PostgreSQL with --slow only.
SHOWN = (
    "tests/hq/api/test_document.py",
    "tests/hq/api/test_matrix.py",
    "tests/hq/builder/",
    *(
        f"tests/hq/console/test_{name}_pages.py"
        for name in (
            "campaign", "exceptions", "matters", "members", "own", "program", "segments", "stops", "stores", "trying",
            "webhooks",
        )
    ),
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before the slow ones are left out: tests/conftest.py
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark those of SHOWN that would run on PostgreSQL as slow."""
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        if item.nodeid.startswith(SHOWN) and given.get("homes") == OnPostgres.name:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes():
    """Hash passwords of head office in no time, since each test of a page signs in; give the usual hasher."""
    usual = staff._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield usual


@pytest.fixture(scope="session")
def kept() -> dict[tuple[str, str], Any]:
    """What is made once for each database, while tests go from one to the other and back with each file."""
    return {}


@pytest.fixture(scope="session")
def made(
    homes: Homes,
    kept: dict[tuple[str, str], Any],
    quick_hashes: PasswordHasher,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Made]:
    """A new HQ, whose keys' backup takes a while to lock."""
    if ("made", homes.name) not in kept:
        folder = tmp_path_factory.mktemp("template") / "hq"
        done = init_hq(folder, database_url=homes.new_url(), clock=SetClock(NOW_MS))
        kept["made", homes.name] = folder, done
    return kept["made", homes.name]


@pytest.fixture(scope="session")
def furnished(
    homes: Homes,
    kept: dict[tuple[str, str], Any],
    made: tuple[Path, Made],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The same with two stores and a published program."""
    if ("furnished", homes.name) not in kept:
        folder = homes.copy(made[0], tmp_path_factory.mktemp("furnished") / "hq")
        hq = open_hq(folder, clock=SetClock(NOW_MS))
        add_store_and_program(hq)
        hq.close()
        kept["furnished", homes.name] = folder
    return kept["furnished", homes.name]


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
