"""HQ's database elsewhere: how it is found again, what is refused, and what HQ asks of a connection."""

import subprocess
import sys

import pytest
from sqlalchemy import text

from hq import faults
from hq.home import DATABASE_FILE, URL_FILE, open_hq
from hq.setup import init_hq
from tests.databases import on
from tests.postgres import name_of

pytestmark = on("postgresql")

RUN_S = 60


@pytest.fixture(autouse=True)
def _on_postgres(homes):
    """For the mark, also where a test makes its HQ itself."""


def test_the_url_is_kept_where_only_the_owner_reads_it(folder):
    assert (folder / URL_FILE).stat().st_mode & 0o777 == 0o600
    assert not (folder / DATABASE_FILE).exists()


def test_every_command_finds_the_database_again(postgres, tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "app.cli", "hq", *arguments, "--dir", str(tmp_path / "hq")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S, check=False)
        return done.returncode, done.stdout + done.stderr

    url = postgres.create()
    assert run("init", "--db", url)[0] == 0
    store = ("store", "S1", "--name", "One", "--time-zone", "Europe/Berlin", "--currency", "EUR")
    assert run(*store) == (0, "Store S1 is added.\n")
    assert run(*store) == (1, "There is a store S1 already.\n")
    postgres.drop(url)
    status, said = run("enrol", "--store", "S1")
    assert (status, "can't be reached" in said, "Traceback" in said) == (1, True, False)


def test_a_database_that_holds_something_is_refused_and_nothing_is_made(homes, furnished, tmp_path):
    url = (furnished / URL_FILE).read_text(encoding="utf-8").strip()
    with pytest.raises(faults.SetUpFault, match="not empty"):
        init_hq(tmp_path / "new", database_url=url)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://someone:secret@127.0.0.1:1/none", "can't be reached"),
        ("mysql://someone:secret@127.0.0.1/none", "can't use mysql"),
        ("someone:secret@127.0.0.1", "must be given as"),
    ],
)
def test_what_is_no_database_is_refused_without_a_word_of_the_password(tmp_path, url, words):
    with pytest.raises(faults.SetUpFault, match=words) as found:
        init_hq(tmp_path / "new", database_url=url)
    assert "secret" not in str(found.value)
    assert not (tmp_path / "new").exists()


def test_a_database_that_keeps_not_every_letter_is_refused(postgres, tmp_path):
    url = postgres.create("template0 ENCODING 'LATIN1'")
    with pytest.raises(faults.SetUpFault, match="LATIN1"):
        init_hq(tmp_path / "new", database_url=url)


def test_a_user_who_may_not_make_tables_is_told(postgres, tmp_path):
    url = postgres.create()
    postgres.run(url, "CREATE ROLE weak LOGIN")
    with pytest.raises(faults.SetUpFault, match="may not make tables"):
        init_hq(tmp_path / "new", database_url=url.replace("postgres@", "weak@"))


def test_a_url_may_name_the_driver(postgres, tmp_path):
    init_hq(tmp_path / "hq", database_url=postgres.create().replace("postgresql:", "postgresql+psycopg:"))
    open_hq(tmp_path / "hq").close()


def test_a_commit_waits_for_the_disk_whatever_the_server_takes_for_its_default(hq, folder, postgres):
    name = name_of((folder / URL_FILE).read_text(encoding="utf-8"))
    postgres.run(postgres.url(name), f"ALTER DATABASE {name} SET synchronous_commit = off")
    postgres.run(
        postgres.url(name), f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'"
    )
    hq.database.close()
    for door, isolation in ((hq.database.atomic, "read committed"), (hq.database.reading, "repeatable read")):
        with door() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
            assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == isolation


def test_after_the_server_was_away_a_station_asks_again_and_goes_on(hq, station, postgres, folder):
    station.order("o1")
    url = (folder / URL_FILE).read_text(encoding="utf-8").strip()
    postgres.run(
        url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND datname = current_database()"
    )  # fmt: skip
    with pytest.raises(faults.Busy):
        station.push()
    assert station.push().acked_seq == 1
    postgres.drop(url)
    hq.database.close()
    with pytest.raises(faults.Busy):
        station.push()
    postgres.run(postgres.url("postgres"), f"CREATE DATABASE {name_of(url)}")  # for the fixture to delete
