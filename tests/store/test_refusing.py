"""Every reason to refuse a store that is there, and that the refused one stays as it was found."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.clock import SetClock
from app.station.redeem import hand_in
from app.store.faults import (
    JournalBroken,
    KeysMissing,
    SqliteTooOld,
    StoreBusy,
    StoreDamaged,
    StoreMissing,
    StoreRolledBack,
    StoreTooNew,
)
from app.store.keystore import FileKeyStore, MemoryKeyStore
from app.store.store import StationStore
from tests.builders import (
    NOW_MS,
    a_signing_key,
    a_store,
    an_empty_store,
    an_order,
    at_till,
)
from tests.store.through_key import crash_image, through_key

ROOT = Path(__file__).parents[2]


def reopened(folder: Path, keys_in: MemoryKeyStore | FileKeyStore) -> StationStore:
    return StationStore(folder, key_store=keys_in, clock=SetClock(NOW_MS))


def files(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds, without the files in which SQLite keeps its locks."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.name != "lock" and not path.name.endswith("-shm") and path.stat().st_size
    }


OPEN_ELSEWHERE = """
import sys
from pathlib import Path
from app.clock import SystemClock
from app.store.faults import StoreFault
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
try:
    StationStore(Path(sys.argv[1]), key_store=FileKeyStore(Path(sys.argv[2])), clock=SystemClock()).close()
    print("opened")
except StoreFault as fault:
    print(fault.code)
"""


def open_elsewhere(folder: Path, keys: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_ELSEWHERE, folder, keys],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_second_process_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    folder, keys = tmp_path / "store", tmp_path / "keys"
    store = an_empty_store(folder, keys_in=FileKeyStore(keys))
    assert open_elsewhere(folder, keys) == StoreBusy.code
    store.reopen()
    assert open_elsewhere(folder, keys) == StoreBusy.code
    with pytest.raises(StoreBusy):
        reopened(folder, FileKeyStore(keys))
    store.close()
    assert open_elsewhere(folder, keys) == "opened"


def test_an_opening_that_was_refused_lets_the_lock_go(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    an_empty_store(tmp_path / "store", keys_in=keys_in).close()
    journal = tmp_path / "store" / "journal.db"
    journal.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreDamaged):
        reopened(tmp_path / "store", keys_in)
    (tmp_path / "elsewhere").rename(journal)
    reopened(tmp_path / "store", keys_in).close()


def test_a_copied_folder_opens_nothing(tmp_path: Path) -> None:
    an_empty_store(tmp_path / "store").close()
    with pytest.raises(KeysMissing):
        reopened(tmp_path / "store", MemoryKeyStore())


def test_another_database_key_opens_nothing(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    an_empty_store(tmp_path / "store", keys_in=keys_in).close()
    before = files(tmp_path / "store")
    (name,) = [name for name in keys_in._texts if name.endswith(".keys")]
    found = json.loads(keys_in._texts[name])
    keys_in._texts[name] = json.dumps(found | {"database": "00" * 32})
    with pytest.raises(StoreDamaged):
        reopened(tmp_path / "store", keys_in)
    assert files(tmp_path / "store") == before


def test_another_signing_key_does_not_pass_for_this_device(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys_in)
    hand_in(store, an_order(), at_till())
    store.close()
    (name,) = [name for name in keys_in._texts if name.endswith(".keys")]
    found = json.loads(keys_in._texts[name])
    keys_in._texts[name] = json.dumps(found | {"sign": a_signing_key(5).private_bytes_raw().hex()})
    with pytest.raises(JournalBroken):
        reopened(tmp_path / "store", keys_in)


def test_without_its_card_it_is_no_store(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    an_empty_store(tmp_path / "store", keys_in=keys_in).close()
    card = tmp_path / "store" / "store.json"
    for broken in ("", "[]", "{}", "7", "\xff"):
        card.write_text(broken, encoding="latin-1")
        with pytest.raises(StoreDamaged):
            reopened(tmp_path / "store", keys_in)
    card.unlink()
    before = files(tmp_path / "store")
    with pytest.raises(StoreMissing):
        reopened(tmp_path / "store", keys_in)
    with pytest.raises(StoreMissing):
        reopened(tmp_path / "nowhere", keys_in)
    assert files(tmp_path / "store") == before


@pytest.mark.parametrize("kept", [0, 1, 4095, 4096, 8192])
def test_a_shortened_journal_is_refused_as_it_is(tmp_path: Path, kept: int) -> None:
    keys_in = MemoryKeyStore()
    an_empty_store(tmp_path / "store", keys_in=keys_in).close()
    journal = tmp_path / "store" / "journal.db"
    shortened = journal.read_bytes()[:kept]
    journal.write_bytes(shortened)
    with pytest.raises(StoreDamaged):
        reopened(tmp_path / "store", keys_in)
    assert journal.read_bytes() == shortened


@pytest.mark.parametrize("kind", ["journal.db", "replica-1.db"])
def test_files_of_a_newer_program_are_refused_and_not_written(tmp_path: Path, kind: str) -> None:
    keys_in = MemoryKeyStore()
    an_empty_store(tmp_path / "store", keys_in=keys_in).close()
    with through_key(tmp_path / "store" / kind) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = files(tmp_path / "store")
    with pytest.raises(StoreTooNew, match="99"):
        reopened(tmp_path / "store", keys_in)
    assert files(tmp_path / "store") == before


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_an_sqlite_that_can_lose_commits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(dbapi2, "sqlite_version_info", version)
    with pytest.raises(SqliteTooOld):
        an_empty_store(tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


def test_a_restored_older_folder_is_found_out_and_left_as_it_is(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys_in)
    hand_in(store, an_order("A-1"), at_till())
    image = crash_image(tmp_path / "store", tmp_path / "backup")
    hand_in(store, an_order("A-2"), at_till())
    store.close()  # notes the mark
    before = files(image)
    assert "journal.db-wal" in before
    with pytest.raises(StoreRolledBack):
        reopened(image, keys_in)
    assert files(image) == before


def test_a_restored_folder_that_went_on_by_itself_is_found_out(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys_in)
    shutil.copytree(tmp_path / "store", tmp_path / "backup", ignore=shutil.ignore_patterns("*-shm"))
    mark_free = MemoryKeyStore()
    mark_free._texts.update(keys_in._texts)
    hand_in(store, an_order("A-1"), at_till())
    store.close()
    branch = reopened(tmp_path / "backup", mark_free)
    for order_id in ("B-1", "B-2"):
        hand_in(branch, an_order(order_id), at_till())
    branch.close()
    with pytest.raises(StoreRolledBack):
        reopened(tmp_path / "backup", keys_in)
