"""`tillside journal verify | export | salvage`, as a person runs them on a station's files."""

import json
import shutil
from base64 import b64decode
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core.salvaged import read_salvaged
from app.station.redeem import hand_in
from app.store.keystore import FileKeyStore, load_keys, save_mark
from app.store.salvage import device_said, salvage
from app.store.store import StationStore
from tests.builders import a_store, an_order, at_till
from tests.store.through_key import flip, without_triggers

COUNT = 12
PAGE = 4096


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A station's folders: `store` and `state`."""
    home = tmp_path_factory.mktemp("station")
    store = a_store(home / "store", keys_in=FileKeyStore(home / "state" / "keys"))
    for number in range(COUNT):
        hand_in(store, an_order(f"A-{number}"), at_till())
    store.close()
    return home


@pytest.fixture
def home(made, tmp_path) -> Path:
    return shutil.copytree(made, tmp_path / "home")


def run(home: Path, *words: str, status: int = 0) -> str:
    folders = ["--dir", str(home / "store"), "--state", str(home / "state")]
    done = CliRunner().invoke(cli, ["journal", *words, *folders])
    assert done.exit_code == status, done.output
    return done.output


def told(home: Path, *words: str, status: int = 0) -> dict:
    return json.loads(run(home, *words, "--json", status=status))


def test_a_sound_journal_holds_and_what_cannot_be_known_is_said(home):
    """F76: the mark is named, behind which a loss leaves no trace here."""
    said = run(home, "verify")
    assert f"All {COUNT} entries" in said
    assert f"Not detectable here: if the last commits were lost after entry {COUNT}" in said
    assert told(home, "verify") | {"device": ""} == {
        "ok": True,
        "device": "",
        "epoch": 1,
        "entries": COUNT,
        "waiting": COUNT,
        "mark": COUNT,
    }


def test_the_first_bad_entry_is_named(home):
    with without_triggers(home / "store") as connection:
        connection.execute("UPDATE journal SET wall_ms = 0 WHERE seq = 5")
    assert told(home, "verify", status=1) | {"detail": ""} == {
        "ok": False,
        "code": "journal_broken",
        "detail": "",
        "first_bad_seq": 5,
    }
    assert "first entry that does not hold is 5" in run(home, "verify", status=1)


def test_a_broken_page_is_named_by_the_first_entry_in_it(home):
    path = home / "store" / "journal.db"
    for page in range(5, path.stat().st_size // PAGE):  # until it is one that entries lie in
        flip(path, page * PAGE + 99)
        found = told(home, "salvage")
        if 0 < found["entries"] < COUNT:
            break
        flip(path, page * PAGE + 99)
    assert not found["complete"]
    said = told(home, "verify", status=1)
    assert (said["code"], said["first_bad_seq"]) == ("store_damaged", found["first_bad_seq"])
    run(home, "export", str(home / "out"), status=1)
    assert not (home / "out").exists()


def test_entries_that_hold_are_not_doubted_because_the_page_beside_them_is_broken(home):
    """Where it can't be read whose journal it is, the entries say so themselves, and the signature bears them out."""
    path, out = home / "store" / "journal.db", home / "saved.jsonl"
    for page in range(1, path.stat().st_size // PAGE):
        flip(path, page * PAGE + 99)
        found = salvage(path, _keys(home).database)
        if device_said(found) is None and len(found.rows) == COUNT:
            break
        flip(path, page * PAGE + 99)
    assert device_said(found) is None
    said = run(home, "salvage", "--out", str(out))
    assert f"{COUNT} entries can be read: 1 to {COUNT}.\nAll of these hold." in said
    assert told(home, "salvage")["first_bad_seq"] is None
    assert all(read_salvaged(json.loads(line)).is_signed for line in out.read_text().splitlines())
    assert "All entries can be read and hold" in run(home, "verify", status=1)


def test_what_was_changed_is_told_from_what_is_missing(home):
    with without_triggers(home / "store") as connection:
        connection.execute("UPDATE journal SET body = (SELECT body FROM journal WHERE seq = 4) WHERE seq = 5")
    assert "Entry 5 is the first that was changed or is not this station's; those before it hold." in run(
        home, "salvage"
    )
    with without_triggers(home / "store") as connection:
        connection.execute("DELETE FROM journal WHERE seq = 5")
    assert "Entry 5 is the first that is missing; those before it hold." in run(home, "salvage")


def _keys(home):
    name = json.loads((home / "store" / "store.json").read_text())["name"]
    return load_keys(FileKeyStore(home / "state" / "keys"), name)


def test_an_older_copy_is_told_from_a_damaged_one(home):
    keys = FileKeyStore(home / "state" / "keys")
    name = json.loads((home / "store" / "store.json").read_text())["name"]
    store = StationStore(home / "store", key_store=keys, clock=a_clock())
    head = store.journal.head()
    store.close()
    save_mark(keys, name, type(head)(head.seq + 3, head.hash))
    assert told(home, "verify", status=1)["code"] == "store_rolled_back"


def a_clock():
    from app.clock import SystemClock

    return SystemClock()


def test_a_bundle_is_checked_without_the_store(home, tmp_path):
    bundle = tmp_path / "bundle.jsonl"
    run(home, "export", str(bundle))
    run(home, "export", str(bundle), status=1)  # never over something
    shutil.rmtree(home / "state")
    assert told(home, "verify", "--bundle", str(bundle))["entries"] == COUNT
    lines = bundle.read_bytes().splitlines(keepends=True)
    bundle.write_bytes(b"".join(lines[:4] + lines[5:]))
    assert told(home, "verify", "--bundle", str(bundle), status=1)["first_bad_seq"] == 4


def test_what_is_saved_can_be_written_out(home):
    out = home / "saved.jsonl"
    assert told(home, "salvage", "--out", str(out))["ranges"] == [[1, COUNT]]
    saved = [read_salvaged(json.loads(line)) for line in out.read_text().splitlines()]
    assert [(each.seq, each.is_signed) for each in saved] == [(seq, True) for seq in range(1, COUNT + 1)]
    assert b64decode(json.loads(out.read_text().splitlines()[0])["body"]).startswith(b"{")


@pytest.mark.parametrize("words", [("verify",), ("salvage",), ("export", "out")])
def test_without_keys_nothing_is_read(home, words):
    """F71: a copied folder says nothing to anybody."""
    shutil.rmtree(home / "state")
    assert "keys of this station are missing" in run(home, *words, status=1)
