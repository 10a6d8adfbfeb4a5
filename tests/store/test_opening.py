"""Creating, opening and closing a store."""

from contextlib import closing
from pathlib import Path

import pytest

from app.clock import SetClock
from app.station.redeem import hand_in
from app.store import creating, db
from app.store.creating import create_store
from app.store.device import read_card
from app.store.faults import (
    StoreDamaged,
    StoreReadOnly,
    StoreRolledBack,
)
from app.store.keystore import FileKeyStore, MemoryKeyStore, StationKeys, load_mark
from app.store.store import StationStore
from tests.builders import (
    NOW_MS,
    a_device,
    a_store,
    an_empty_store,
    an_order,
    at_till,
    station_keys,
)
from tests.store.through_key import crash_image

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


def test_a_new_store_opens_as_what_it_was_created_for(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    an_empty_store(tmp_path / "store", keys_in=keys_in).close()
    store = reopened(tmp_path / "store", keys_in)
    assert store.device == a_device()
    assert store.journal.head().seq == store.acked_seq() == store.waiting_count() == 0
    assert store.replica.position() is None and store.replica.program() is None
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]
    assert read_card(tmp_path / "store").key_store == "memory"


def test_nothing_readable_lies_in_the_folder(tmp_path: Path) -> None:
    store = a_store(tmp_path / "store")
    hand_in(store, an_order("secret-order"), at_till())
    image = crash_image(tmp_path / "store", tmp_path / "image")
    everything = b"".join(files(image).values())
    secrets = (b"SQLite format", b"secret-order", b"coffee", b"Harbour", station_keys().database)
    assert not [secret for secret in secrets if secret in everything]
    store.close()


def test_what_was_handed_in_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys_in)
    answer = hand_in(store, an_order(), at_till())
    before = list(store.journal.entries())
    store.close()
    store = reopened(tmp_path / "store", keys_in)
    assert list(store.journal.entries()) == before and before[-1].seq == answer.seq
    store.close()


@pytest.mark.parametrize("step", ["save_keys", "migrate", "new_database", "end_filling", "replica_name"])
def test_a_creation_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fails(*_: object) -> None:
        raise PermissionError("a disk that says no")

    monkeypatch.setattr(creating, step, fails)
    with pytest.raises(StoreReadOnly):
        an_empty_store(tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_anything_is_never_touched(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"a picture")
    keys_in = MemoryKeyStore()
    with pytest.raises(StoreReadOnly):
        an_empty_store(folder, keys_in=keys_in)
    assert files(tmp_path / "store") == {"holiday.jpg": b"a picture"}
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    assert keys_in._texts == {}  # no keys of a store that isn't there


def test_a_store_is_not_created_over_a_store_nor_over_a_file(tmp_path: Path) -> None:
    an_empty_store(tmp_path / "store").close()
    before = files(tmp_path / "store")
    (tmp_path / "file").write_text("not a folder")
    for place in ("store", "file"):
        with pytest.raises(StoreReadOnly):
            an_empty_store(tmp_path / place)
    assert files(tmp_path / "store") == before
    assert (tmp_path / "file").read_text() == "not a folder"


def test_the_settings_that_make_a_commit_durable_are_on(tmp_path: Path) -> None:
    database = db.open_database(tmp_path / "any.db", bytes(32))
    found = {
        name: database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "cell_size_check")
    }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
    }
    database.close()
    for wrong in (b"", bytes(31), b"x" * 64):
        with pytest.raises(ValueError, match="32"):
            db.open_database(tmp_path / "any.db", wrong)


def test_only_a_store_that_is_told_to_spares_the_disk(tmp_path: Path) -> None:
    with closing(an_empty_store(tmp_path / "store")) as store:
        both = (store._db, store._replica_db)
        assert [each.execute("PRAGMA synchronous").fetchone()[0] for each in both] == [2, 1]  # FULL, NORMAL
        store.spare_disk()
        assert [each.execute("PRAGMA synchronous").fetchone()[0] for each in both] == [0, 0]


def test_after_a_reopening_that_failed_the_store_can_still_be_closed(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys_in)
    hand_in(store, an_order(), at_till())
    store.save_mark()
    marks = dict(keys_in._texts)
    card = tmp_path / "store" / "journal.db"
    card.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreDamaged):
        store.reopen()
    store.close()
    assert keys_in._texts == marks
    (tmp_path / "elsewhere").rename(card)
    reopened(tmp_path / "store", keys_in).close()


def test_keys_of_the_wrong_size_create_nothing(tmp_path: Path) -> None:
    keys = station_keys()
    with pytest.raises(ValueError, match="32"):
        create_store(
            tmp_path / "store",
            device=a_device(),
            keys=StationKeys(b"short", keys.sign, keys.box),
            key_store=MemoryKeyStore(),
            key_store_kind="memory",
        )
    assert list(tmp_path.iterdir()) == []


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    an_empty_store(tmp_path / "store").close()
    reader = db.look_into_database(tmp_path / "store" / "journal.db", station_keys().database)
    with pytest.raises(StoreReadOnly), db.atomic(reader):
        reader.execute("DELETE FROM meta")
    assert reader.execute("SELECT COUNT(*) FROM meta").fetchone()[0] > 10
    reader.close()
    with pytest.raises(StoreDamaged):
        db.look_into_database(tmp_path / "store" / "nothing.db", bytes(32))
    assert not (tmp_path / "store" / "nothing.db").exists()


def test_the_mark_follows_while_entries_come(tmp_path: Path) -> None:
    """Without any sync: what is lost later than a minute after its commit is found out at the next start."""
    keys_in, clock = MemoryKeyStore(), SetClock(NOW_MS)
    a_store(tmp_path / "store", keys_in=keys_in).close()
    store = StationStore(tmp_path / "store", key_store=keys_in, clock=clock)
    hand_in(store, an_order("A-1"), at_till())
    image = crash_image(tmp_path / "store", tmp_path / "image")
    clock.set_ms(NOW_MS + 59_999)
    hand_in(store, an_order("A-2"), at_till())
    assert load_mark(keys_in, store._name) == store.journal.at(0)
    clock.set_ms(NOW_MS + 60_000)
    hand_in(store, an_order("A-3"), at_till())
    assert load_mark(keys_in, store._name) == store.journal.head()
    with pytest.raises(StoreRolledBack):
        StationStore(image, key_store=keys_in, clock=clock)
    store.close()
