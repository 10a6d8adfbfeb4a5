"""Drafts of files: whole or gone."""

import os

import pytest

from app.clock import SystemClock
from hq import drafts, serve, snapshot
from hq.drafts import draft_of, drop_old_drafts
from hq.faults import SetUpFault
from hq.home import FOLDERS
from hq.keysets import kept as kept_keys
from hq.members import kept as kept_members
from hq.stops.service import stop_it
from sync.protocol import SignedDocument
from tests.databases import on


@on("sqlite")
def test_a_snapshot_that_breaks_off_leaves_nothing_behind(hq, station, monkeypatch):
    def breaks(*_others):
        yield b"a line"
        raise OSError("no space left on device")

    monkeypatch.setattr(snapshot, "_lines", breaks)
    with pytest.raises(OSError, match="no space"):
        station.session.manifest()
    assert list(hq.snapshots.iterdir()) == []


def test_what_a_draft_held_takes_its_place(tmp_path):
    with draft_of(tmp_path / "a") as draft:
        draft.write_text("whole")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "whole")]


@on("sqlite")
def test_what_a_restored_database_is_held_against_is_on_the_disk_before_its_name(hq, folder, monkeypatch):
    """After a power cut an empty list of what is stopped would keep HQ from starting, and an empty set of keys too."""
    synced, placed, replace = [], [], drafts.Path.replace

    def note_place(draft, path):
        placed.append((path.name, draft.stat().st_ino in synced))
        return replace(draft, path)

    monkeypatch.setattr(drafts.os, "fsync", lambda file: synced.append(os.fstat(file).st_ino))
    monkeypatch.setattr(drafts.Path, "replace", note_place)
    stop_it(hq, "program")
    kept_keys.keep(folder, SignedDocument(kind="keyset", version=9, kid="r1", sig=bytes(64), body=b"{}"))
    kept_members.keep(folder, "0000000000001", at_ms=1)
    assert placed == [("stops.json", True), ("keyset-9.json", True), ("0000000000001", True)]


@on("sqlite")
def test_a_file_of_them_that_can_not_be_read_says_the_way_out(hq, folder):
    (folder / "erasures").mkdir(exist_ok=True)
    (folder / "erasures" / "0000000000001").touch()
    with pytest.raises(
        SetUpFault, match=r"Delete the file, start HQ.*`tillside hq erase 0000000000001 --confirm`"
    ):
        kept_members.kept_ms(folder, "0000000000001")
    (folder / "keysets" / "keyset-2.json").write_bytes(b"")
    with (
        hq.database.atomic() as connection,
        pytest.raises(SetUpFault, match=r"newest copy of the folder.*`tillside hq restored`"),
    ):
        kept_keys.catch_up(connection, folder, now_ms=0)


def test_only_drafts_older_than_an_hour_are_dropped(tmp_path):
    now_ms = SystemClock().now_ms()
    for name, age_ms in (
        ("old.draft", drafts.OLD_MS + 9_000),
        (".key.draft", drafts.OLD_MS * 5),
        ("new.draft", 0),
        ("a.zst", drafts.OLD_MS * 5),
    ):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, times=((now_ms - age_ms) / 1000,) * 2)
    assert drop_old_drafts([tmp_path, tmp_path / "missing"], now_ms=now_ms) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zst", "new.draft"]


@on("sqlite")
def test_a_start_drops_what_a_killed_hq_left(hq, folder, monkeypatch):
    left = [folder / "old.draft", *(folder / name / "old.draft" for name in FOLDERS)]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, times=(1, 1))
    hq.close()
    monkeypatch.setattr(serve.gc, "freeze", lambda: None)
    monkeypatch.setattr(serve._Server, "run", lambda _self, **_named: None)
    serve.serve(folder, port=0, announce=lambda _line: None)
    assert not any(path.exists() for path in left)
