"""`tillside hq keys …`: what people read, and that they read the passphrase before the key counts."""

import json
import re

import pytest
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.ids import new_ref
from hq import backup, faults
from hq.backup import read_backup
from hq.keysets import service
from hq.members.service import MemberFacts, upsert_members
from tests.databases import on

pytestmark = on("sqlite")
PASSPHRASE = re.compile(r"^  passphrase     ((?:[0-9A-Z]{5}-){4}[0-9A-Z]{5})$", re.MULTILINE)
BACKUP = re.compile(r"^  key backup     (.+)$", re.MULTILINE)


@pytest.fixture
def said(hq, folder, monkeypatch):
    """Give a command about the keys of this HQ, which serves meanwhile, and return what it says."""
    monkeypatch.setattr(backup, "MEMORY_KIB", 8)
    monkeypatch.setattr(backup, "PASSES", 1)

    def say(*words, status=0):
        done = CliRunner().invoke(hq_cli, [*words, "--dir", str(folder)])
        assert done.exit_code == status, done.output
        return done.output

    return say


def listed(said):
    return {key["kid"]: key for key in map(json.loads, said("keys", "list", "--json").splitlines())}


def test_a_new_key_is_told_with_its_backup_and_what_comes_next(said, tmp_path):
    text = said("keys", "rotate", "token")
    (passphrase,), (path,) = PASSPHRASE.findall(text), BACKUP.findall(text)
    assert read_backup(tmp_path / "hq" / path.rpartition("/")[2], passphrase=passphrase).public("t2")
    assert "t2 signs members' cards from now on" in text and "hq keys retire" in text
    found = listed(said)
    assert [found[kid]["signs_now"] for kid in ("t1", "t2")] == [False, True]
    assert "t1 is retired" in said("keys", "retire", "t1")
    assert listed(said)["t1"]["state"] == "retired"
    assert "signs members' cards" in said("keys", "list")


def test_the_passphrase_is_shown_before_the_key_counts(said, monkeypatch):
    """Were it the other way round, a terminal that dies in between would leave keys that nobody can restore."""

    def die(*_args):
        raise faults.Busy("HQ's database is held by another program. Try again in a moment.")

    monkeypatch.setattr(service, "publish_key", die)
    text = said("keys", "rotate", "sign", status=1)
    assert PASSPHRASE.search(text)
    assert "signs programs and snapshots from now on" not in text
    assert listed(said).keys() == {"b1", "r1", "s1", "t1"}


def test_a_key_that_can_not_be_written_changes_nothing(said, monkeypatch):
    def full(*_args, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(service, "write_backup", full)
    assert "Nothing counts that was not there before" in said("keys", "rotate", "root", status=1)
    assert listed(said).keys() == {"b1", "r1", "s1", "t1"}


def test_a_stolen_key_is_told_with_the_cards_to_make_anew(said, hq):
    ref = new_ref()
    upsert_members(hq, [MemberFacts(ref)])
    assert said("card", ref).startswith("L2:")
    said("keys", "rotate", "token")
    text = said("keys", "revoke", "t1")
    assert "none by another: 1." in text and "hq keys cards t1" in text
    assert said("keys", "cards", "t1").split() == [ref]
    said("card", ref)
    assert said("keys", "cards", "t1").split() == []


def test_what_cannot_be_is_said_in_words(said):
    assert "s1 is the key that signs now" in said("keys", "revoke", "s1", status=1)
    assert "no key t9" in said("keys", "retire", "t9", status=1)
    assert "no member" in said("card", new_ref(), status=1)
    said("keys", "rotate", "everything", status=2)
