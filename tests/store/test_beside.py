"""A large store opens on trust and is gone through beside the work: what the start leaves out, the watch finds.

Files count as large here from the first byte on. `gone_through` waits until the watch has found something or nothing.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.clock import SetClock
from app.core.chain import Head
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store import checking, watch
from app.store.checking import Check
from app.store.db import look_into_database
from app.store.faults import DiskBroken, JournalBroken, StoreDamaged, StoreFault, StoreRolledBack
from app.store.keystore import MemoryKeyStore, load_verified, save_mark, save_verified
from app.store.store import StationStore, read_card
from app.store.thread import StoreThread
from app.store.verifying import NOTHING
from tests.builders import NOW_MS, a_member, a_store, a_voucher, an_order, at_till, station_keys
from tests.store.test_damaged_files import is_empty
from tests.store.test_tampering import EFFECT_CHANGES
from tests.store.through_key import flip
from tests.store.victim import CHANGED_COLUMNS, Victim, set_column

ORDERS, VERIFIED = 6, 6  # an order and a redemption each; the first half was verified
PAGE = 4096
WAIT_S = 20.0


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be large, and the watch take no rests."""
    monkeypatch.setattr(checking, "LARGE_BYTES", 0)
    monkeypatch.setattr(watch, "REST", 0.0)
    monkeypatch.setattr(watch, "FOLLOW_S", 0.01)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryKeyStore]:
    """Twelve entries, of which the first six were verified when that was noted last; the mark stands there too."""
    folder, keys_in = tmp_path_factory.mktemp("original") / "store", MemoryKeyStore()
    store = a_store(folder, keys_in=keys_in)
    voucher = a_voucher(store)
    a_member(store)
    for number in range(ORDERS):
        hand_in(store, an_order(f"A-{number}"), at_till(None, identify(store, voucher)))
    noted, name = store.journal.reached_at(store.journal.at(VERIFIED)), read_card(folder).name
    store.close()
    save_verified(keys_in, name, noted)
    save_mark(keys_in, name, noted.head)
    return folder, keys_in


class Copy:
    """A copy of the store with its own key store, to be changed and opened."""

    def __init__(self, folder: Path, keys_in: MemoryKeyStore) -> None:
        self.folder, self.keys_in = folder, MemoryKeyStore()
        self.keys_in._texts.update(keys_in._texts)
        self.change = Victim(folder, self.keys_in).change

    def store(self, check: Check = Check.BESIDE) -> StationStore:
        return StationStore(self.folder, key_store=self.keys_in, clock=SetClock(NOW_MS), check=check)

    def noted(self) -> int:
        found = load_verified(self.keys_in, read_card(self.folder).name)
        assert found is not None
        return found.head.seq

    @contextmanager
    def running(self) -> Iterator[StoreThread]:
        thread = StoreThread(self.store)
        try:
            yield thread
        finally:
            thread.close()

    @contextmanager
    def gone_through(self) -> Iterator[StoreThread]:
        """Open it and wait until all of it was looked at."""
        with self.running() as thread:
            found = threading.Event()
            thread.on_found(lambda _: found.set())
            for _ in range(int(WAIT_S / 0.005)):
                if found.wait(0.005) or thread.is_gone_through:
                    break
            yield thread


@pytest.fixture
def copy(tmp_path: Path, original: tuple[Path, MemoryKeyStore]) -> Copy:
    return Copy(Path(shutil.copytree(original[0], tmp_path / "store")), original[1])


def redeem(store: StationStore, order_id: str = "A-new") -> int:
    return hand_in(store, an_order(order_id), at_till()).seq


@pytest.mark.parametrize("junk", ["", "junk", "12 zz 3", "0000000003 00 x"])
def test_a_note_that_can_not_be_read_counts_as_none(copy: Copy, junk: str) -> None:
    copy.keys_in.write(f"{read_card(copy.folder).name}.verified", junk)
    with copy.gone_through() as thread:
        assert thread.found is None and thread.call(redeem) == 2 * ORDERS + 1


def test_an_unchanged_store_opens_goes_on_and_is_gone_through(copy: Copy) -> None:
    with copy.gone_through() as thread:
        assert thread.found is None and thread.is_gone_through
        assert thread.call(redeem) == 2 * ORDERS + 1
    assert copy.noted() >= 2 * ORDERS


@pytest.mark.parametrize("name", sorted(CHANGED_COLUMNS))
def test_a_change_of_what_was_verified_before_is_found_beside_the_work(copy: Copy, name: str) -> None:
    column = "body" if name == "amount" else name
    copy.change(set_column(column, CHANGED_COLUMNS[name], 4))
    with copy.gone_through() as thread:
        assert isinstance(thread.found, JournalBroken) and thread.found.first_bad_seq == 4
        for _ in range(2):
            with pytest.raises(JournalBroken):
                thread.call(redeem)


@pytest.mark.parametrize("name", EFFECT_CHANGES)
def test_changed_effects_are_named_beside_the_work_too(copy: Copy, name: str) -> None:
    statement, seq = EFFECT_CHANGES[name]
    statement = statement.replace("'points_pending'", "'order'") if "seq = 3" in statement else statement
    copy.change(lambda db: db.execute(statement))
    try:
        with copy.gone_through() as thread:
            found = thread.found
    except JournalBroken as fault:
        found = fault  # it lay behind what was verified
    assert isinstance(found, JournalBroken)
    assert found.first_bad_seq == (
        VERIFIED + 1 if name == "all" else seq
    )  # the first that the start looks at


@pytest.mark.parametrize("name", sorted(CHANGED_COLUMNS))
def test_what_was_not_verified_is_looked_at_before_anything_else(copy: Copy, name: str) -> None:
    column = "body" if name == "amount" else name
    copy.change(set_column(column, CHANGED_COLUMNS[name], VERIFIED + 2))
    with pytest.raises(JournalBroken) as caught:
        copy.store()
    assert caught.value.first_bad_seq == VERIFIED + 2


def test_after_a_finding_the_next_start_looks_at_everything(copy: Copy) -> None:
    copy.change(set_column("tq", "'strong'", 2))
    with copy.gone_through() as thread:
        assert thread.found is not None
    assert copy.noted() == 0
    with pytest.raises(JournalBroken) as caught:
        copy.store()
    assert caught.value.first_bad_seq == 2


@pytest.mark.parametrize("lost", [".verified", ".mark", ""])
def test_without_a_note_everything_is_looked_at_first(copy: Copy, lost: str) -> None:
    copy.change(set_column("tq", "'strong'", 2))
    copy.keys_in._texts = {
        name: text for name, text in copy.keys_in._texts.items() if not lost or lost not in name
    }
    if not lost:
        save_verified(copy.keys_in, read_card(copy.folder).name, NOTHING)
    with pytest.raises(JournalBroken):
        copy.store()


def test_a_small_store_is_looked_at_whole_as_ever(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.change(set_column("tq", "'strong'", 2))
    monkeypatch.setattr(checking, "LARGE_BYTES", 8 << 20)
    with pytest.raises(JournalBroken):
        copy.store()


@pytest.mark.parametrize("kept", [VERIFIED - 1, 2, 0])
def test_an_older_copy_than_what_was_verified_is_found_out(copy: Copy, kept: int) -> None:
    with look(copy.folder) as database:
        (digest,) = database.execute("SELECT hash FROM journal WHERE seq = 2").fetchone()
    save_mark(
        copy.keys_in, read_card(copy.folder).name, Head(2, digest)
    )  # what was verified speaks for itself

    def shorten(db):
        db.execute("DELETE FROM effect WHERE seq > ?", (kept,))
        db.execute("DELETE FROM journal WHERE seq > ?", (kept,))

    copy.change(shorten)
    with pytest.raises(StoreRolledBack):
        copy.store()


def test_another_entry_in_the_place_of_the_verified_one_is_found_out(copy: Copy) -> None:
    copy.change(set_column("hash", "zeroblob(32)", VERIFIED))
    with pytest.raises(StoreRolledBack):
        copy.store()


def test_any_damaged_page_is_found_at_the_start_or_beside_the_work_and_until_then_never_read_wrong(
    copy: Copy, tmp_path: Path, original: tuple[Path, MemoryKeyStore]
) -> None:
    content = (original[0] / "journal.db").read_bytes()
    with look(original[0]) as database:
        unused = database.execute("PRAGMA freelist_count").fetchone()[0]
        orders = dict(database.execute("SELECT seq, body FROM journal").fetchall())
    missed = 0
    for page in range(len(content) // PAGE):
        target = tmp_path / f"page-{page}"
        shutil.copytree(original[0], target)
        flip(target / "journal.db", page * PAGE + 17 + page % 3000, mask=1 + page % 255)
        missed += not is_found(Copy(target, original[1]), orders)
    assert missed <= unused, "a page that holds nothing may be damaged"


def is_found(copy: Copy, orders: dict[int, bytes]) -> bool:
    try:
        with copy.running() as thread:
            try:
                thread.call(redeem)
            except StoreFault:
                return True
            found = threading.Event()
            thread.on_found(lambda _: found.set())
            while not found.wait(0.002) and not thread.is_gone_through:
                pass
            if thread.found is None:
                with look(copy.folder) as database:
                    assert orders.items() <= dict(database.execute("SELECT seq, body FROM journal")).items()
            return thread.found is not None
    except StoreDamaged:
        return True


@contextmanager
def look(folder: Path):
    database = look_into_database(folder / "journal.db", station_keys().database)
    try:
        yield database
    finally:
        database.close()


@pytest.mark.parametrize("share", [0.0, 1 / PAGE, 0.3, 0.5, 0.9])
def test_a_truncated_journal_is_found_at_the_start_or_beside_the_work(copy: Copy, share: float) -> None:
    path = copy.folder / "journal.db"
    content = path.read_bytes()
    path.write_bytes(content[: max(int(len(content) * share), 1 if share else 0)])
    try:
        with copy.gone_through() as thread:
            assert thread.found is not None
            with pytest.raises(StoreDamaged):
                thread.call(redeem)
    except (StoreDamaged, StoreRolledBack):
        pass


def test_a_damaged_replica_is_found_beside_the_work_and_set_aside(copy: Copy) -> None:
    path = copy.folder / "replica-1.db"
    flip(path, path.stat().st_size - PAGE + 500)
    with copy.gone_through() as thread:
        assert thread.found is None
        assert thread.call(is_empty)
        assert (copy.folder / "damaged-replica-1.db").exists()
        assert [entry.seq for entry in thread.call(lambda store: list(store.journal.entries()))][
            -1
        ] == 2 * ORDERS


def test_after_a_fault_everything_is_gone_through_again(copy: Copy) -> None:
    def breaks(store: StationStore) -> None:
        raise DiskBroken("once")

    with copy.gone_through() as thread:
        assert thread.found is None
        copy.change(set_column("tq", "'strong'", 2))
        found = threading.Event()
        thread.on_found(lambda _: found.set())
        with pytest.raises(DiskBroken):
            thread.call(breaks)
        thread.call(redeem)  # it opens the store anew, and the watch begins again
        assert found.wait(WAIT_S)
        with pytest.raises(JournalBroken):
            thread.call(redeem)


def test_the_watch_follows_what_is_appended_and_notes_it(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EACH", 10)
    with copy.gone_through() as thread:
        for number in range(30):
            thread.call(lambda store, number=number: redeem(store, f"B-{number}"))
        waiting = threading.Event()
        while copy.noted() < 2 * ORDERS + 20:
            waiting.wait(0.005)
        assert thread.found is None


def test_it_ends_at_once_when_the_station_closes(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "REST", 1e6)  # after its first piece it would rest for hours
    with copy.running() as thread:
        thread.call(redeem)
    assert not thread._watch._thread.is_alive()
    assert copy.noted() == 2 * ORDERS  # what the start had looked at
