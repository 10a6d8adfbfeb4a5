"""Bytes that changed on the disk: refused or unchanged data, never wrong data, and a refused file stays as it was.

What the mark in the key store promises about the WAL: everything up to the mark is there or the store is refused.
Younger entries can be lost with their frame, and then only as a tail: what opens is always a beginning of what was.
"""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.core.chain import Head
from app.core.entry import Entry
from app.station.identify import SeenMember, identify
from app.station.redeem import NoProgram, hand_in, quote_order
from app.store.faults import StoreDamaged, StoreRolledBack
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from tests.builders import (
    NOW_MS,
    a_keyset,
    a_member,
    a_program,
    a_store,
    an_order,
    at_till,
    put_document,
    put_program,
)
from tests.store.through_key import crash_image, flip

PAGE, WAL_HEADER, FRAME = 4096, 32, 4096 + 24
SEED = 20260105


class Original:
    """A store's files, and what they say."""

    def __init__(self, folder: Path, keys_in: MemoryKeyStore, entries: list[Entry], head: Head) -> None:
        self.folder, self.keys_in, self.entries, self.head = folder, keys_in, entries, head

    def copy(self, target: Path) -> Path:
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(self.folder, target)
        return target

    def open(self, folder: Path) -> StationStore:
        """Open a copy with a copy of the key store: the marks of one attempt are no business of the next."""
        keys_in = MemoryKeyStore()
        keys_in._texts.update(self.keys_in._texts)
        return StationStore(folder, key_store=keys_in, clock=SetClock(NOW_MS))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A store that was closed in peace: everything is in the main files."""
    folder, keys_in = tmp_path_factory.mktemp("closed") / "store", MemoryKeyStore()
    store = a_store(folder, keys_in=keys_in)
    for number in range(30):
        hand_in(store, an_order(f"A-{number}"), at_till())
    entries, head = list(store.journal.entries()), store.journal.head()
    store.close()
    return Original(folder, keys_in, entries, head)


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A store whose power was cut: its entries are in the WAL, and the mark stands in the middle."""
    folder, keys_in = tmp_path_factory.mktemp("crashed") / "store", MemoryKeyStore()
    store = a_store(folder, keys_in=keys_in)
    for number in range(12):
        hand_in(store, an_order(f"A-{number}"), at_till())
        if number == 5:
            store.save_mark()
            marked = dict(keys_in._texts)
    entries, head = list(store.journal.entries()), store.journal.head()
    image = crash_image(folder, folder.with_name("image"))
    store.close()
    keys_in._texts.clear()
    keys_in._texts.update(marked)
    return Original(image, keys_in, entries, head)


MARKED = 6


def test_a_flipped_byte_in_any_page_of_the_journal_is_found(tmp_path: Path, closed: Original) -> None:
    chance = random.Random(SEED)
    pages = (closed.folder / "journal.db").stat().st_size // PAGE
    assert pages > 10
    for page in range(pages):
        offset = page * PAGE + chance.randrange(PAGE)
        folder = closed.copy(tmp_path / "copy")
        flip(folder / "journal.db", offset, mask=chance.randrange(1, 256))
        before = (folder / "journal.db").read_bytes()
        with pytest.raises(StoreDamaged):
            closed.open(folder)
        assert (folder / "journal.db").read_bytes() == before, f"changed at {offset}"
    closed.open(closed.copy(tmp_path / "copy")).close()


def test_a_page_that_went_missing_or_came_twice_is_found(tmp_path: Path, closed: Original) -> None:
    content = (closed.folder / "journal.db").read_bytes()
    for broken in (
        content[:-PAGE],
        content[: 5 * PAGE] + content[6 * PAGE :],
        content[: 5 * PAGE] + bytes(PAGE) + content[6 * PAGE :],
        content[: 5 * PAGE] + content[7 * PAGE : 8 * PAGE] + content[6 * PAGE :],
    ):
        folder = closed.copy(tmp_path / "copy")
        (folder / "journal.db").write_bytes(broken)
        with pytest.raises(StoreDamaged):
            closed.open(folder)
        assert (folder / "journal.db").read_bytes() == broken


def flipped_places(size: int, chance: random.Random) -> list[int]:
    """Return places in the WAL: its header, and in each frame its header and its page."""
    places = [chance.randrange(WAL_HEADER) for _ in range(4)]
    for start in range(WAL_HEADER, size, FRAME):
        places += [start + chance.randrange(24), start + 24 + chance.randrange(PAGE)]
    return places


def test_a_flipped_byte_in_the_wal_never_gives_wrong_data(tmp_path: Path, crashed: Original) -> None:
    chance = random.Random(SEED)
    size = (crashed.folder / "journal.db-wal").stat().st_size
    outcomes: dict[str, int] = {}
    for place in flipped_places(size, chance):
        folder = crashed.copy(tmp_path / "copy")
        flip(folder / "journal.db-wal", place, mask=chance.randrange(1, 256))
        before = {name: (folder / name).read_bytes() for name in ("journal.db", "journal.db-wal")}
        try:
            store = crashed.open(folder)
        except (StoreDamaged, StoreRolledBack) as fault:
            outcomes[fault.code] = outcomes.get(fault.code, 0) + 1
            # What lies behind the broken frame could still be salvaged: nobody may fold or drop it.
            assert {name: (folder / name).read_bytes() for name in before} == before
            continue
        found = list(store.journal.entries())
        assert found == crashed.entries[: len(found)] and len(found) >= MARKED
        outcomes[str(len(found))] = outcomes.get(str(len(found)), 0) + 1
        hand_in(store, an_order("A-new"), at_till())
        store.close()
    assert outcomes["store_rolled_back"] and outcomes[str(MARKED)], "the places hit neither side of the mark"


def test_a_wal_that_is_gone_is_found_by_the_mark(tmp_path: Path, crashed: Original) -> None:
    folder = crashed.copy(tmp_path / "copy")
    (folder / "journal.db-wal").unlink()
    before = (folder / "journal.db").read_bytes()
    with pytest.raises(StoreRolledBack):
        crashed.open(folder)
    assert (folder / "journal.db").read_bytes() == before


def test_after_a_crash_everything_is_there_with_or_without_the_shared_memory(
    tmp_path: Path, crashed: Original
) -> None:
    for left in (None, b"", bytes(32768), b"nonsense" * 4096):
        folder = crashed.copy(tmp_path / "copy")
        if left is not None:
            (folder / "journal.db-shm").write_bytes(left)
        store = crashed.open(folder)
        assert list(store.journal.entries()) == crashed.entries
        store.close()


def fill_again(store: StationStore) -> None:
    put_program(store, a_program())
    put_document(store, "keyset", a_keyset())


def is_empty(store: StationStore) -> bool:
    try:
        quote_order(store, an_order(), at_till())
    except NoProgram:
        return store.replica.position() is None
    return False


def test_a_damaged_replica_is_set_aside_and_a_new_snapshot_is_due(tmp_path: Path, closed: Original) -> None:
    chance = random.Random(SEED)
    pages = (closed.folder / "replica-1.db").stat().st_size // PAGE
    for page in range(pages):
        folder = closed.copy(tmp_path / "copy")
        flip(folder / "replica-1.db", page * PAGE + chance.randrange(PAGE))
        damaged = (folder / "replica-1.db").read_bytes()
        store = closed.open(folder)
        assert is_empty(store) and list(store.journal.entries()) == closed.entries
        assert (folder / "damaged-replica-1.db").read_bytes() == damaged
        fill_again(store)
        store.close()
        store = closed.open(folder)
        assert not is_empty(store)
        hand_in(store, an_order("A-new"), at_till())
        store.close()


@pytest.mark.parametrize("content", [b"", b"x", b"no database" * 1000, None])
def test_a_replica_that_is_gone_or_no_database_is_replaced_too(
    tmp_path: Path, closed: Original, content: bytes | None
) -> None:
    folder = closed.copy(tmp_path / "copy")
    replica = folder / "replica-1.db"
    replica.unlink() if content is None else replica.write_bytes(content)
    store = closed.open(folder)
    assert is_empty(store)
    fill_again(store)
    assert hand_in(store, an_order("A-0"), at_till()).is_repeat
    store.close()


def test_damage_that_shows_while_reading_is_a_fault_and_heals_by_reopening(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys_in)
    with store.replica_atomic():
        for number in range(2000):
            store.replica.put_row("member", _row(number))
    member = a_member(store, seed=5000)
    store.close()
    store = StationStore(tmp_path / "store", key_store=keys_in, clock=SetClock(NOW_MS))
    replica = tmp_path / "store" / "replica-1.db"
    content = bytearray(replica.read_bytes())
    for page in range(5, len(content) // PAGE):
        content[page * PAGE + 100] ^= 1
    with replica.open("r+b") as file:
        file.write(content)
    store._replica_db.execute("PRAGMA shrink_memory")  # or it would go on reading from its memory
    with pytest.raises(StoreDamaged):
        store.replica.member("r-1000")
    with pytest.raises(StoreDamaged):
        identify(store, member.number)
    store.reopen()
    fill_again(store)
    assert isinstance(identify(store, a_member(store).code), SeenMember)
    store.close()


def _row(number: int) -> dict[str, Any]:
    facts = {"name": "x" * 60, "tier": "", "segments": [], "balance": 0, "state": "active"}
    return {"ref": f"r-{number}", "number_hash": f"n-{number}", **facts}
