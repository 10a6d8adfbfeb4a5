"""What pages read follows the journal, whatever happens in between: killed, damaged, put back, carried over, erased."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.core.chain import next_hash
from app.core.entry import EPOCH_START, SALVAGED, read_entry, write_entry
from app.core.salvaged import Salvaged, salvaged_record
from app.review.rows import Filter, Standing, find
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store.db import atomic, look_into_database
from app.store.faults import ReviewDamaged
from app.store.journal import Draft, WordOfHq
from app.store.keystore import MemoryKeyStore
from app.store.review import following, schema
from app.store.review.file import NAME
from app.store.review.review import Review
from app.store.review.thread import place_of
from app.store.store import JOURNAL, StationStore
from tests.builders import NOW_MS, a_store, a_voucher, an_order, at_till
from tests.station.test_void import Till

Read = Callable[[StationStore], Review]
COLUMNS = ", ".join(
    f"action.{column}" for column in schema.ACTION if column != "combo"
)  # numbered as they come
ALL = (
    f"SELECT {COLUMNS}, offers, combo.refused FROM action JOIN combo ON combo.id = combo ORDER BY seq",  # noqa: S608
    "SELECT * FROM look ORDER BY seq",
    "SELECT * FROM staff ORDER BY id",
    "SELECT * FROM meta ORDER BY k",
)


def contents(review: Review) -> list[Any]:
    return [review.rows(query) for query in ALL]


def sell(store: StationStore, *names: str, presented: bool = True) -> None:
    for name in names:
        shown: Any = [identify(store, a_voucher(store))] if presented else []
        hand_in(store, an_order(name), at_till(None, *shown))


def orders_of(review: Review) -> list[str]:
    return [row.order_id for row in find(review, Filter()).rows]


def test_pieces_of_any_size_come_to_the_same(till: Till, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        order = till.buys()
    till.undo(order)
    with till.store.atomic():
        till.store.journal.append_verdicts([WordOfHq(seq, "posted", ()) for seq in range(1, 8)])
    found = []
    for piece in (1, 2, 3, 100):
        monkeypatch.setattr(following, "PIECE", piece)
        monkeypatch.setattr(following, "WORDS", piece)
        for part in till.store.folder.glob(f"{NAME}*"):
            part.unlink()
        found.append(contents(read(till.store)))
    assert all(each == found[0] for each in found) and len(found[0][0]) == 4


@pytest.mark.parametrize("point", ["before_review_commit", "after_review_commit"])
def test_killed_while_it_reads_on_it_goes_on_where_it_stands(
    store: StationStore, read: Read, tmp_path: Path, point: str
) -> None:
    sell(store, "A-1", "A-2", "A-3")
    work = (
        "import sys; from pathlib import Path; from app.core.chain import ChainOwner\n"
        "from app.store.review import following; from app.store.review.review import Place, Review\n"
        "folder, key, device = Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3]\n"
        "following.PIECE = 2\n"
        "place = Place(folder, key, ChainOwner(device, 1), 'S', 'America/New_York', 'USD', lambda: folder)\n"
        "review = Review(place)\n"
        "while review.step(): pass\n"
    )
    device = store.device
    killed = subprocess.run(
        [sys.executable, "-c", work, str(store.folder), store.keys.database.hex(), device.device_id],
        env={**os.environ, "TILLSIDE_FAIL_POINTS": f"{point}:4", "PYTHONPATH": str(Path.cwd())},
        check=False,
    )
    assert killed.returncode == -9
    sell(store, "A-4")
    resumed = contents(read(store))
    for part in store.folder.glob(f"{NAME}*"):
        part.unlink()
    assert contents(read(store)) == resumed and len(resumed[0]) == 4


def test_a_damaged_file_is_made_anew(store: StationStore, read: Read) -> None:
    sell(store, "A-1", "A-2")
    path = store.folder / NAME
    whole = contents(read(store))
    read(store).close()
    for spoil in (lambda: path.write_bytes(b"no database"), lambda: _flip(path, 0)):
        spoil()
        assert contents(read(store)) == whole


def test_a_page_that_is_found_damaged_later_is_told_as_its_own(store: StationStore, read: Read) -> None:
    sell(store, *(f"A-{number}" for number in range(8)))
    read(store).close()
    path = store.folder / NAME
    for page in range(2, path.stat().st_size // 4096):
        _flip(path, page)
    review = Review(place_of(store))
    with pytest.raises(ReviewDamaged):
        review.rows("SELECT * FROM action")
    review.close()
    review.drop()
    assert len(orders_of(read(store))) == 8


def test_another_form_is_made_anew(store: StationStore, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(store, "A-1")
    review = read(store)
    with atomic(review._db):
        review._db.execute("DELETE FROM action")
        review._db.execute(f"PRAGMA user_version = {schema.FORM + 1}")
    assert orders_of(read(store)) == ["A-1"]


def test_a_journal_that_was_put_back_is_read_anew(tmp_path: Path, read: Read) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys_in)
    sell(store, "A-1", "A-2")
    store.close()
    shutil.copytree(store.folder, tmp_path / "copy")
    store = StationStore(store.folder, key_store=keys_in, clock=SetClock(NOW_MS))
    sell(store, "A-3", "A-4")
    read(store).close()
    derived = (store.folder / NAME).read_bytes()
    kept = dict(keys_in._texts)
    store.close()
    keys_in._texts.update({name: text for name, text in kept.items() if "mark" not in name})
    older = tmp_path / "copy"
    (older / NAME).write_bytes(derived)
    back = StationStore(older, key_store=_without_marks(keys_in), clock=SetClock(NOW_MS + 1))
    sell(back, "B-3", "B-4", "B-5", presented=False)
    assert orders_of(read(back)) == ["B-5", "B-4", "B-3", "A-2", "A-1"]
    back.close()


def test_verdicts_that_are_gone_are_read_anew(store: StationStore, read: Read) -> None:
    sell(store, "A-1")
    review = read(store)
    with atomic(review._db):
        review._db.execute("UPDATE meta SET v = 7 WHERE k = 'word'")  # as if seven had been read
        review._db.execute("UPDATE action SET word = 1")
    assert find(read(store), Filter()).rows[0].standing is Standing.WAITING


def test_a_word_on_an_entry_that_was_not_read_yet_waits_for_it(
    store: StationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(store, "A-1", "A-2", presented=False)
    with store.atomic():
        store.journal.append_verdicts([WordOfHq(seq, "posted", ()) for seq in (1, 2)])
    monkeypatch.setattr(following, "PIECE", 1)
    review = Review(place_of(store))
    review.step()
    review._following._verdicts()  # while another entry comes
    while review.step():
        pass
    assert review.rows("SELECT word FROM action ORDER BY seq") == [(1,), (1,)]
    review.close()


def test_a_new_epoch_has_what_was_carried_over(store: StationStore, read: Read) -> None:
    sell(store, "A-1")
    sell(store, "A-2", presented=False)
    carried = list(_carried(store))
    with store.atomic():
        store.journal.append([Draft(EPOCH_START, {"store": "S-0007", "t_eff": NOW_MS, "from_epoch": 1})])
        store.journal.append([Draft(SALVAGED, salvaged_record(each, store="S-0007")) for each in carried])
    sell(store, "B-1", presented=False)
    rows = {row.seq: row for row in find(read(store), Filter()).rows}
    assert [rows[seq].order_id for seq in sorted(rows)] == ["A-1", "A-2", "A-1", "A-2", "B-1"]
    (again,) = [row for row in rows.values() if row.former == (1, 1)]
    assert (again.order_id, again.offers, again.total) == ("A-1", ("1.00 off coffee",), 499)


def test_of_another_device_or_epoch_nothing_is_kept(store: StationStore, read: Read) -> None:
    sell(store, "A-1")
    review = read(store)
    with atomic(review._db):
        review._db.execute("UPDATE meta SET v = '[\"another\", 1, \"UTC\"]' WHERE k = 'of'")
        review._db.execute("INSERT INTO staff VALUES ('nobody here')")
    assert read(store).rows("SELECT * FROM staff") == []


def test_what_is_no_record_of_ours_is_a_row_all_the_same(store: StationStore, read: Read) -> None:
    sell(store, "A-1")
    (order, _) = _carried(store)
    entry = read_entry(order.body)._replace(data={"order_id": 7, "t_eff": "noon"})
    body = write_entry(entry)
    odd = replace(order, body=body, hash=next_hash(order.prev, body))
    torn = replace(order, body=order.body[:40])
    with store.atomic():
        carried = [Draft(SALVAGED, salvaged_record(each, store="S-0007")) for each in (odd, torn)]
        store.journal.append([*carried, Draft("news", {"about": 3})])
    kinds = [kind for (kind,) in read(store).rows("SELECT kind FROM action ORDER BY seq")]
    assert kinds == ["order", "order", "salvaged", "news"]


def test_nothing_but_the_derived_file_is_written(store: StationStore, read: Read) -> None:
    sell(store, "A-1")
    database = look_into_database(store.folder / JOURNAL, store.keys.database)
    review = read(store)
    with pytest.raises(Exception, match="readonly"):
        review._journal.execute("INSERT INTO handed VALUES (1, 1, 1, '')")
    database.close()


def _flip(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[page * 4096 + 100] ^= 1
    path.write_bytes(bytes(content))


def _without_marks(keys_in: MemoryKeyStore) -> MemoryKeyStore:
    found = MemoryKeyStore()
    found._texts.update({name: text for name, text in keys_in._texts.items() if "mark" not in name})
    return found


def _carried(store: StationStore) -> list[Salvaged]:
    owner, found = store.device.owner, []
    rows = store._db.execute("SELECT seq, body, prev, hash, sig FROM journal ORDER BY seq").fetchall()
    for seq, body, prev, hash_, sig in rows:
        found.append(Salvaged(owner, seq, body, prev, hash_, sig, is_signed=True))
    return found
