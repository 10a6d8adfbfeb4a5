"""The power goes and the disk forgets what was not synced: what was acknowledged is there, with FULL and only so."""

import random
from pathlib import Path

import apsw
import pytest

from app.store.db import REPLICA_SETTINGS, SETTINGS, Settings, atomic
from tests.rig.forgetful_disk import ForgetfulDisk, open_on

CUTS = 8
COMMITS_MAX = 30
NOTHING_MORE, SOME, ALL = 0.0, 0.5, 1.0


@pytest.fixture
def disk():
    made = ForgetfulDisk()
    yield made
    made.unregister()


def lost_after(disk: ForgetfulDisk, folder: Path, settings: Settings, seed: int, *, keeps: float) -> int:
    """Commit until the power goes; return how many acknowledged rows are not there afterwards."""
    chance = random.Random(seed)
    (folder / "before").mkdir(parents=True)
    (folder / "after").mkdir()
    database = open_on(folder / "before" / "journal.db", settings=settings)
    with atomic(database):
        database.conn.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, body BLOB)")
    acknowledged = chance.randrange(10, COMMITS_MAX)
    for seq in range(acknowledged):
        with atomic(database):
            database.conn.execute("INSERT INTO journal VALUES (?, ?)", (seq, chance.randbytes(900)))
    disk.after_power_cut(folder / "after", chance, keeps=keeps)
    database.conn.close()
    left = open_on(folder / "after" / "journal.db", vfs="unix", settings=settings)
    try:
        (is_whole,) = left.conn.execute("PRAGMA integrity_check").fetchone()
        assert is_whole == "ok"
        (count,) = left.conn.execute("SELECT COUNT(*) FROM journal").fetchone()
        return acknowledged - count
    except apsw.SQLError:
        return acknowledged  # not even the table is left
    finally:
        left.conn.close()


@pytest.mark.parametrize("keeps", [NOTHING_MORE, SOME, ALL])
def test_a_power_cut_takes_nothing_that_was_acknowledged(disk, tmp_path: Path, keeps: float) -> None:
    for seed in range(CUTS):
        assert lost_after(disk, tmp_path / str(seed), SETTINGS, seed, keeps=keeps) == 0, f"seed {seed}"


def test_with_less_than_full_it_would(disk, tmp_path: Path) -> None:
    """Otherwise the test above could not fail: the replica is written so, since HQ has what it would lose."""
    lost = [
        lost_after(disk, tmp_path / str(seed), REPLICA_SETTINGS, seed, keeps=NOTHING_MORE)
        for seed in range(CUTS)
    ]
    assert all(lost)


def test_an_fsync_that_failed_once_is_not_believed(disk, tmp_path: Path) -> None:
    """The commit is refused, and what is said to be recorded afterwards is on the disk."""
    (tmp_path / "after").mkdir()
    database = open_on(tmp_path / "journal.db")
    with atomic(database):
        database.conn.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY)")
    disk.fails_next_sync = True
    with pytest.raises(apsw.IOError), atomic(database):
        database.conn.execute("INSERT INTO journal VALUES (1)")
    database.conn.close()
    again = open_on(tmp_path / "journal.db")
    with atomic(again):
        again.conn.execute("INSERT INTO journal VALUES (2)")
    disk.after_power_cut(tmp_path / "after", random.Random(1), keeps=NOTHING_MORE)
    again.conn.close()
    left = open_on(tmp_path / "after" / "journal.db", vfs="unix")
    assert (2,) in left.conn.execute("SELECT seq FROM journal").fetchall()
    left.conn.close()
