"""A quick start holds only what came after the last mark against chain and signature; nothing less, and only once."""

import shutil
from pathlib import Path

import pytest

from app.clock import SetClock
from app.station.redeem import hand_in
from app.store.checking import Check
from app.store.device import read_card
from app.store.faults import JournalBroken, StoreRolledBack
from app.store.keystore import MemoryKeyStore, save_mark
from app.store.store import StationStore
from tests.builders import NOW_MS, a_store, an_order, at_till
from tests.store.victim import CHANGED_COLUMNS, Victim, set_column

ENTRIES, MARKED = 6, 3


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryKeyStore]:
    """A journal of six entries whose mark stands at the third: the station ended without saving a later one."""
    folder, keys_in = tmp_path_factory.mktemp("original") / "store", MemoryKeyStore()
    store = a_store(folder, keys_in=keys_in)
    for number in range(ENTRIES):
        hand_in(store, an_order(f"A-{number}"), at_till())
    marked = store.journal.at(MARKED)
    store.close()
    save_mark(keys_in, read_card(folder).name, marked)
    return folder, keys_in


@pytest.fixture
def folder(tmp_path: Path, original: tuple[Path, MemoryKeyStore]) -> Path:
    return Path(shutil.copytree(original[0], tmp_path / "store"))


def opened(folder: Path, keys_in: MemoryKeyStore, check: Check = Check.SINCE_MARK) -> StationStore:
    keys = MemoryKeyStore()
    keys._texts.update(keys_in._texts)
    return StationStore(folder, key_store=keys, clock=SetClock(NOW_MS), check=check)


def change(folder: Path, keys_in: MemoryKeyStore, name: str, seq: int) -> None:
    Victim(folder, keys_in).change(set_column(name, CHANGED_COLUMNS[name], seq))


def test_an_unchanged_store_opens_and_goes_on(folder, original):
    store = opened(folder, original[1])
    assert hand_in(store, an_order("A-next"), at_till()).seq == ENTRIES + 1
    store.close()


@pytest.mark.parametrize("name", sorted(CHANGED_COLUMNS.keys() - {"amount"}))
def test_what_came_after_the_mark_is_looked_at(folder, original, name):
    change(folder, original[1], name, MARKED + 2)
    with pytest.raises(JournalBroken) as caught:
        opened(folder, original[1])
    assert caught.value.first_bad_seq in (MARKED + 2, MARKED + 3)


def test_what_came_before_is_left_to_the_whole_check(folder, original):
    change(folder, original[1], "type", MARKED - 1)
    opened(folder, original[1]).close()
    with pytest.raises(JournalBroken):
        opened(folder, original[1], Check.EVERYTHING)


def test_after_a_fault_everything_is_looked_at(folder, original):
    change(folder, original[1], "type", MARKED - 1)
    store = opened(folder, original[1])
    with pytest.raises(JournalBroken):
        store.reopen()
    store.close()


def test_an_older_copy_is_found_out(folder, original):
    Victim(folder, original[1]).change(lambda db: db.execute("DELETE FROM effect WHERE seq > 2"))
    Victim(folder, original[1]).change(lambda db: db.execute("DELETE FROM journal WHERE seq > 2"))
    with pytest.raises(StoreRolledBack):
        opened(folder, original[1])


def test_without_a_mark_everything_is_looked_at(folder, original):
    change(folder, original[1], "type", MARKED - 1)
    unmarked = MemoryKeyStore()
    unmarked._texts.update(
        {name: text for name, text in original[1]._texts.items() if not name.endswith(".mark")}
    )
    with pytest.raises(JournalBroken):
        opened(folder, unmarked)
