"""Migrations: step by step gives what a fresh start gives, and a step that fails leaves nothing of itself."""

from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2
from sqlite_utils import Database

from app.clock import SetClock
from app.station.redeem import hand_in
from app.store.db import open_database
from app.store.faults import StoreTooNew
from app.store.journal import WordOfHq
from app.store.keystore import MemoryKeyStore
from app.store.migrate import migrate
from app.store.replica import Replica
from app.store.store import StationStore
from resources import load
from tests.builders import NOW_MS, a_store, an_order, at_till

KEY = bytes(32)
KINDS = ("journal", "replica")


def schema(database: Database) -> list[Any]:
    return database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()


def form(database: Database) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


class Steps:
    """Real migrations with made-up ones behind them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.more: dict[str, str] = {}
        self.shown: int | None = None
        self.shown_of = ("journal", "replica")
        self._names, self._read = load.names, load.read_text
        monkeypatch.setattr(load, "names", self.names)
        monkeypatch.setattr(load, "read_text", self.read_text)

    def names(self, folder: str) -> list[str]:
        found = [*self._names(folder), "notes.txt", *sorted(self.more)]
        return found[: self.shown] if folder.endswith(self.shown_of) else found

    def read_text(self, name: str) -> str:
        last = name.rpartition("/")[2]
        return self.more[last] if last in self.more else self._read(name)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_start_equals_step_by_step(tmp_path: Path, steps: Steps, kind: str) -> None:
    steps.more = {"9001.sql": "CREATE TABLE later (a INTEGER) STRICT;\nINSERT INTO later VALUES (1);"}
    fresh = open_database(tmp_path / "fresh.db", KEY)
    migrate(fresh, kind)
    stepwise = open_database(tmp_path / "stepwise.db", KEY)
    for shown in range(1, len(steps.names(f"migrations/{kind}")) + 1):
        steps.shown = shown
        migrate(stepwise, kind)
        migrate(stepwise, kind)  # twice is no harm
        stepwise.close()
        stepwise = open_database(tmp_path / "stepwise.db", KEY)
    assert schema(stepwise) == schema(fresh) and form(stepwise) == form(fresh) >= 2
    assert stepwise.execute("SELECT a FROM later").fetchall() == [(1,)]
    fresh.close()
    stepwise.close()


@pytest.mark.parametrize(
    "bad",
    [
        "CREATE TABLE later (a INTEGER) STRICT; INSERT INTO later VALUES (1); INSERT INTO nowhere VALUES (1);",
        "CREATE TABLE later (a INTEGER) STRICT; DROP TABLE meta; CREATE TABLE later (a INTEGER);",
        "CREATE TABLE later (a INTEGER) STRICT; INSERT INTO later VALUES ('text');",
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_fails_leaves_nothing_of_itself(
    tmp_path: Path, steps: Steps, kind: str, bad: str
) -> None:
    database = open_database(tmp_path / "any.db", KEY)
    migrate(database, kind)
    before, form_before = schema(database), form(database)
    steps.more = {"9001.sql": "CREATE TABLE whole (a INTEGER) STRICT;", "9002.sql": bad}
    with pytest.raises(dbapi2.DatabaseError):
        migrate(database, kind)
    assert not database.conn.in_transaction
    database.close()
    database = open_database(tmp_path / "any.db", KEY)
    assert form(database) == form_before + 1  # the step before it stays
    assert [row for row in schema(database) if row[1] != "whole"] == before
    steps.more["9002.sql"] = "CREATE TABLE later (a INTEGER) STRICT;"
    migrate(database, kind)
    assert form(database) == form_before + 2
    database.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_newer_form_is_refused_before_any_step(tmp_path: Path, kind: str) -> None:
    database = open_database(tmp_path / "any.db", KEY)
    database.execute("PRAGMA user_version = 1000")
    with pytest.raises(StoreTooNew, match="1000"):
        migrate(database, kind)
    assert schema(database) == []
    database.close()


def test_a_journal_of_an_earlier_form_is_brought_along_whole(tmp_path: Path, steps: Steps) -> None:
    steps.shown, steps.shown_of = 2, ("journal",)  # what is decided by is this program's
    key_store = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=key_store)
    for number in range(3):
        hand_in(store, an_order(f"A-{number}"), at_till())
    with store.atomic():
        store.journal.append_verdicts([WordOfHq(1, "posted", ())])
    hashes, verdicts = store.journal.hashes(), store.journal.verdict_counts()
    store.close()
    steps.shown = None
    store = StationStore(tmp_path / "store", key_store=key_store, clock=SetClock(NOW_MS))
    assert form(store._db) >= 3
    assert store.journal.hashes() == hashes and store.journal.verdict_counts() == verdicts == {"posted": 1}
    assert store.journal.verify() == store.journal.head()
    assert hand_in(store, an_order("A-1"), at_till()).is_repeat
    for change in ("DELETE FROM {}", "UPDATE {} SET seq = 7"):
        for table in ("journal", "effect", "verdict"):
            with pytest.raises(dbapi2.DatabaseError, match="append-only"):
                store._db.execute(change.format(table))
    with pytest.raises(dbapi2.IntegrityError, match="FOREIGN KEY"):
        store._db.execute("INSERT INTO effect VALUES (1, 99, 'points_pending', 'x', 5)")
    store.close()


def test_a_replica_that_knew_nothing_of_rights_is_followed_by_a_snapshot(
    tmp_path: Path, steps: Steps
) -> None:
    """An older program left rows out that it did not know, and the feed brings no row twice."""
    steps.shown, steps.shown_of = 5, ("replica",)
    database = open_database(tmp_path / "any.db", KEY)
    migrate(database, "replica")
    for name, value in (("set_id", "set-1"), ("cursor", 7), ("as_of_ms", NOW_MS), ("included_seq", 3)):
        database.execute("INSERT INTO meta (k, v) VALUES (?, ?)", (name, value))
    steps.shown = None
    migrate(database, "replica")
    position = Replica(database).position()
    assert position is not None and (position.set_id, position.included_seq) == ("", 3)
    database.close()
