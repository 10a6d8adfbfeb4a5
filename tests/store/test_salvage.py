"""What can be saved of a damaged journal, and bundles that anybody can check."""

import shutil
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from app.core.chain import genesis
from app.core.salvaged import read_salvaged, salvaged_record
from app.station.redeem import hand_in
from app.store.export import BundleInvalid, check_bundle, write_bundle
from app.store.keystore import MemoryKeyStore
from app.store.salvage import Found, device_said, first_bad, salvage, salvaged_of
from tests.builders import a_store, an_order, at_till, station_keys
from tests.store.through_key import crash_image, flip, without_triggers

PAGE = 4096
COUNT = 30
KEYS = station_keys()
PUBLIC = KEYS.sign.public_key()


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("closed") / "store"
    store = a_store(folder, keys_in=MemoryKeyStore())
    for number in range(COUNT):
        hand_in(store, an_order(f"A-{number}"), at_till())
    store.close()
    return folder


@pytest.fixture
def folder(closed, tmp_path):
    return shutil.copytree(closed, tmp_path / "store")


def read(folder: Path) -> Found:
    return salvage(folder / "journal.db", KEYS.database)


def bad_of(found: Found, whole: Found) -> int | None:
    device = device_said(whole)
    return first_bad(found, owner=device.owner, nonce=device.nonce, key=PUBLIC)


def test_a_sound_journal_is_read_whole_and_left_alone(folder):
    before = (folder / "journal.db").read_bytes()
    found = read(folder)
    assert (found.ranges(), found.is_complete, found.acked_seq) == ([(1, COUNT)], True, 0)
    assert bad_of(found, found) is None
    assert (folder / "journal.db").read_bytes() == before


def test_whichever_page_is_broken_the_rest_survives_and_the_first_bad_entry_is_named(closed, tmp_path):
    """F09: of each page some entries at most are lost, before and behind it all is there."""
    whole = read(closed)
    pages = (closed / "journal.db").stat().st_size // PAGE
    holes = 0
    for page in range(pages):
        folder = shutil.copytree(closed, tmp_path / str(page))
        flip(folder / "journal.db", page * PAGE + 1000)
        found = read(folder)
        kept = {row.seq for row in found.rows}
        assert [row for row in whole.rows if row.seq in kept] == found.rows
        if page == 0:
            assert found.rows == []  # what tells how the file lies is in it
            continue
        lost = sorted(set(range(1, COUNT + 1)) - kept)
        if lost and kept:
            holes += 1
            assert len(lost) <= 8
            assert bad_of(found, whole) == lost[0]
            if lost[-1] < COUNT:
                assert found.ranges()[-1] == (lost[-1] + 1, COUNT)
    assert holes > 5


@pytest.mark.parametrize("size", ["0", "1", "half", "most", "page-1"])
def test_of_a_file_that_was_cut_off_the_beginning_survives(folder, closed, size):
    """F12: nothing is read of nothing, and of a part all entries that lie in it."""
    path, whole = folder / "journal.db", read(closed)
    length = path.stat().st_size
    cut = {"0": 0, "1": 1, "half": length // 2, "most": length * 7 // 8, "page-1": length - 1}[size]
    path.write_bytes(path.read_bytes()[:cut])
    found = read(folder)
    assert found.rows == [row for row in whole.rows if row.seq in {row.seq for row in found.rows}]
    assert not found.is_complete
    if cut < 17 * PAGE:  # where the entries begin
        assert found.rows == []
    else:
        assert found.ranges()[0][0] == 1
        assert len(found.rows) >= COUNT // 6


def test_after_a_cut_the_wal_is_read_too(tmp_path):
    """F10, F12: entries that only the WAL holds survive, and without it what was folded in before."""
    store = a_store(tmp_path / "store", keys_in=MemoryKeyStore())
    for number in range(5):
        hand_in(store, an_order(f"A-{number}"), at_till())
    image = crash_image(tmp_path / "store", tmp_path / "image")
    store.close()
    assert read(image).ranges() == [(1, 5)]
    (image / "journal.db-wal").unlink()
    assert read(image).rows == []


def test_a_changed_row_is_kept_and_told_from_those_that_hold(folder):
    """F74: what somebody wrote into it is carried as it lies there, and is not signed."""
    with without_triggers(folder) as connection:
        connection.execute("UPDATE journal SET body = CAST(body || x'20' AS BLOB) WHERE seq = 7")
    found = read(folder)
    assert bad_of(found, found) == 7
    carried = [salvaged_of(row, device_id=device_said(found).device_id, key=PUBLIC) for row in found.rows]
    assert [each.seq for each in carried if not each.is_signed] == [7]


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ("DELETE FROM journal WHERE seq = 4", 4),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 5", 5),
        ("UPDATE journal SET sig = zeroblob(64) WHERE seq = 30", 30),
    ],
)
def test_the_first_entry_that_does_not_hold_is_named(folder, change, bad):
    with without_triggers(folder) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(change)
    found = read(folder)
    assert bad_of(found, found) == bad


def test_an_entry_is_carried_as_the_bytes_that_it_had(folder):
    found = read(folder)
    carried = salvaged_of(found.rows[3], device_id="D1", key=PUBLIC)
    assert read_salvaged(salvaged_record(carried, store="S1")) == carried
    large = replace(carried, body=b'"' + b"x" * 500_000 + b'"')
    record = salvaged_record(large, store="S1")
    assert len(record["body"]) < 10_000
    assert read_salvaged(record) == large


# --- bundles --------------------------------------------------------------------------------------------------------


def a_bundle(folder: Path) -> list[bytes]:
    found = read(folder)
    device = device_said(found)
    return list(write_bundle(found.rows, owner=device.owner, nonce=device.nonce, key=PUBLIC))


def test_a_bundle_holds_anywhere(folder):
    found = check_bundle(a_bundle(folder))
    device = device_said(read(folder))
    assert (found.entries, found.owner, found.head.seq) == (COUNT, device.owner, COUNT)


def test_an_empty_journal_makes_a_bundle_too(folder):
    device = device_said(read(folder))
    lines = list(write_bundle([], owner=device.owner, nonce=device.nonce, key=PUBLIC))
    assert check_bundle(lines).head == genesis(device.owner, device.nonce)


def changed(line: bytes, **changes: object) -> bytes:
    return orjson.dumps(orjson.loads(line) | changes)


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        (lambda lines: lines[:5] + lines[6:], 5),
        (lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]], 5),
        (lambda lines: lines[:-1], COUNT + 1),
        (lambda lines: [*lines[:-2], lines[-1]], COUNT),
        (lambda lines: [*lines[:9], changed(lines[9], body="e30="), *lines[10:]], 9),
        (lambda lines: [changed(lines[0], device="D9"), *lines[1:]], 1),
        (lambda lines: [changed(lines[0], nonce=None), *lines[1:]], 0),
        (lambda lines: [*lines, lines[3]], 0),
        (lambda lines: [*lines[:4], b"\xff", *lines[4:]], 0),
        (lambda lines: [], 1),
    ],
)
def test_what_is_changed_dropped_or_put_in_shows(folder, change, bad):
    with pytest.raises(BundleInvalid) as found:
        check_bundle(change(a_bundle(folder)))
    assert found.value.first_bad_seq == bad


def test_a_bundle_with_another_signature_does_not_hold(folder):
    lines = a_bundle(folder)
    head = orjson.loads(lines[-1])["head"]
    lines[-1] = orjson.dumps({"head": head | {"sig": "AA" * 42 + "AA=="}})
    with pytest.raises(BundleInvalid, match="signature"):
        check_bundle(lines)
