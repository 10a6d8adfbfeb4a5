"""A whole HQ in a file, and back from it: on the same database and on the other one."""

import shutil
from base64 import b64encode
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import MetaData, select
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import Scope
from hq.archive import LEFT_OUT, check_archive, put_files, write_archive
from hq.audit.service import check_chain
from hq.console.sessions import sign_in
from hq.faults import SetUpFault
from hq.figures import figures, ledger_sums
from hq.home import BACKUP_FILE, DATABASE_FILE, KEYS_FOLDER, URL_FILE, open_hq
from hq.keysets.kept import FOLDER as KEYSETS
from hq.mark import MARK_FILE
from hq.members.erasing import erase_member
from hq.members.kept import FOLDER as ERASURES
from hq.members.matters import Channel, MatterKind, NewMatter, open_matter
from hq.members.service import MemberFacts, upsert_members
from hq.putting_back import put_back
from hq.tables import member
from sync.protocol import PushRefusal
from tests.databases import OnPostgres
from tests.hq.station import NOW_MS, REF, enrol_station
from tests.postgres import Postgres

OTHER = "0000000000002"
CHANGES_BY_ITSELF = {
    "meta",
    "document",
    "document_signature",
    "key",
    "feed",
    "counter",
    "audit",
    "recount",
    "lease",
}


def rows_of(hq):
    """Return all rows of all tables that a backup holds, by table."""
    with hq.database.reading() as connection:
        held = MetaData()
        held.reflect(connection)
        return {
            name: sorted(map(repr, connection.execute(select(table)).all()))
            for name, table in held.tables.items()
            if name not in LEFT_OUT
        }


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "hq.backup"


@pytest.fixture
def busy(hq, station):
    """An HQ with members, entries, an exception and a key."""
    upsert_members(
        hq, [MemberFacts(REF, "Ada", home_store="S1"), MemberFacts(OTHER, "Böb 🦊", home_store="S1")]
    )
    create_key(hq, SYSTEM, name="till", scopes=(Scope.AUDIT_READ,))
    station.order("o1")
    open_matter(hq, SYSTEM, REF, NewMatter(MatterKind.PRAISE, Channel.COUNTER, "Good tea"))
    station.append("later_kind", {"discount": 250, "currency": "USD"})
    station.push()
    return hq


@pytest.fixture
def new_url(homes, postgres):
    """Return where a database that was destroyed is put back: a new one on the server, or nothing for a file."""
    return postgres.create if isinstance(homes, OnPostgres) else (lambda: None)


def destroy(folder: Path, homes) -> None:
    """Lose the database and nothing else."""
    if isinstance(homes, OnPostgres):
        homes.forget(folder)
        return
    for path in folder.glob(f"{DATABASE_FILE}*"):
        path.unlink()


def test_what_is_put_back_is_what_was_there(busy, folder, homes, archive, new_url, clock) -> None:
    before = rows_of(busy)
    made = write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    assert made.rows == sum(len(rows) for rows in before.values())
    busy.close()
    destroy(folder, homes)
    assert put_back(archive, folder, url=new_url(), clock=clock) == made.rows
    again = open_hq(folder, clock=clock)
    after = rows_of(again)
    assert {name: rows for name, rows in after.items() if name not in CHANGES_BY_ITSELF} == {
        name: rows for name, rows in before.items() if name not in CHANGES_BY_ITSELF
    }
    assert set(before["audit"]) <= set(after["audit"])
    assert set(before["key"]) == set(after["key"])
    assert check_chain(again).broken_at is None
    assert (again.incarnation, again.set_id) != (busy.incarnation, busy.set_id)
    again.close()


def test_stations_send_what_came_after_and_the_figures_are_as_before(
    busy, folder, homes, archive, new_url, clock, station
) -> None:
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    station.order("o2")
    station.order("o3", amounts=(("TEA", 700),))
    station.push(3)
    before = figures(busy.database), ledger_sums(busy.database)
    busy.close()
    destroy(folder, homes)
    put_back(archive, folder, url=new_url(), clock=clock)
    again = open_hq(folder, clock=clock)
    assert figures(again.database).orders == before[0].orders - 2
    station.hq = again
    gap = station.push(5)
    assert isinstance(gap, PushRefusal)
    station.push(gap.expect)
    assert (figures(again.database), ledger_sums(again.database)) == before
    again.close()


def test_who_was_erased_after_the_backup_stays_erased(busy, folder, homes, archive, new_url, clock) -> None:
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    erase_member(busy, OTHER)
    busy.close()
    destroy(folder, homes)
    put_back(archive, folder, url=new_url(), clock=clock)
    again = open_hq(folder, clock=clock)
    with again.database.reading() as connection:
        names = {name for (name,) in connection.execute(select(member.c.name))}
    assert "Böb 🦊" not in names
    again.close()


def test_a_lost_folder_comes_back_with_the_backup_of_its_keys(
    busy, folder, homes, archive, made, tmp_path, new_url, clock
):
    """Nothing is left but two files and a passphrase on paper: stations know HQ again, by its keys."""
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    root = busy.keys
    busy.close()
    keys = tmp_path / "keys.backup"
    shutil.copy(folder / BACKUP_FILE, keys)
    where = tmp_path / "elsewhere"
    with pytest.raises(SetUpFault, match="has no keys"):
        put_back(archive, where, url=new_url(), clock=clock)
    with pytest.raises(SetUpFault, match="passphrase is another"):
        put_back(archive, where, url=new_url(), keys_backup=keys, passphrase="wrong", clock=clock)
    assert not where.exists()
    put_back(archive, where, url=new_url(), keys_backup=keys, passphrase=made[1].passphrase, clock=clock)
    again = open_hq(where, clock=clock)
    assert set(again.keys.private) == set(root.private)
    assert enrol_station(again, "S1").push().acked_seq == 0
    again.close()


def test_a_backup_of_one_database_is_put_back_into_the_other(
    busy, folder, homes, archive, made, tmp_path, postgres: Postgres, clock
) -> None:
    before = figures(busy.database), rows_of(busy)["member"]
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    busy.close()
    where, url = tmp_path / "other", None if isinstance(homes, OnPostgres) else postgres.create()
    shutil.copytree(folder / KEYS_FOLDER, where / KEYS_FOLDER)
    put_back(archive, where, url=url, clock=clock)
    again = open_hq(where, clock=clock)
    assert again.database.is_sqlite is isinstance(homes, OnPostgres)
    assert (figures(again.database), rows_of(again)["member"]) == before
    again.close()
    assert (where / URL_FILE).exists() is (url is not None)


def test_nothing_is_put_over_a_database(busy, folder, homes, archive, clock) -> None:
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    before = rows_of(busy)
    with pytest.raises(SetUpFault, match=r"There is a database|not empty"):
        put_back(archive, folder, clock=clock)
    assert rows_of(busy) == before


@pytest.mark.parametrize("cut", [0, 1, 100, -30])
def test_a_file_that_was_cut_off_is_refused(busy, folder, archive, tmp_path, cut) -> None:
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    archive.write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(SetUpFault):
        check_archive(archive)
    with pytest.raises(SetUpFault):
        put_back(archive, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_that_lacks_its_end_is_refused_though_all_that_is_there_is_whole(
    busy, folder, archive
) -> None:
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    lines = zstandard.ZstdDecompressor().stream_reader(archive.read_bytes()).read().splitlines(keepends=True)
    archive.write_bytes(zstandard.compress(b"".join(lines)))
    check_archive(archive)
    for left in (lines[:-1], lines[:5] + lines[6:]):
        archive.write_bytes(zstandard.compress(b"".join(left)))
        with pytest.raises(SetUpFault, match="not whole"):
            check_archive(archive)


def test_a_file_that_was_damaged_is_refused(busy, folder, archive) -> None:
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    with pytest.raises(SetUpFault):
        check_archive(archive)


def test_files_of_the_folder_come_back_where_it_has_none(busy, folder, archive, tmp_path) -> None:
    """What is there is newer and stays."""
    erase_member(busy, OTHER)
    busy.mark.note(feed=5, program=1)
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    where = tmp_path / "elsewhere"
    where.mkdir()
    (where / MARK_FILE).write_text("newer")
    assert put_files(archive, where) > 0
    assert (where / MARK_FILE).read_text() == "newer"
    for each in (f"{ERASURES}/{OTHER}", *(f"{KEYSETS}/{path.name}" for path in (folder / KEYSETS).iterdir())):
        assert (where / each).read_bytes() == (folder / each).read_bytes()
    assert put_files(archive, where) == 0


def test_a_backup_holds_no_key_and_nobodys_session(busy, folder, archive, made) -> None:
    sign_in(busy, "admin", made[1].password)
    write_archive(busy.database, folder, archive, now_ms=NOW_MS)
    assert archive.stat().st_mode & 0o077 == 0
    text = zstandard.ZstdDecompressor().stream_reader(archive.read_bytes()).read()
    for key in busy.keys.private.values():
        secret = key.private_bytes_raw()
        assert secret not in text and secret.hex().encode() not in text and b64encode(secret) not in text
    assert b'"table":"console_session"' not in text


def test_by_the_commands_while_hq_is_open(busy, folder, homes, archive, new_url) -> None:
    run = CliRunner().invoke
    done = run(hq_cli, ["backup", str(archive), "--dir", str(folder)])
    assert done.exit_code == 0, done.output
    assert "no keys" in done.stdout
    again = run(hq_cli, ["backup", str(archive), "--dir", str(folder)])
    assert (again.exit_code, "there already" in again.stderr) == (1, True)
    refused = run(hq_cli, ["restore", str(archive), "--dir", str(folder)])
    assert refused.exit_code == 1
    busy.close()
    destroy(folder, homes)
    url = new_url()
    done = run(hq_cli, ["restore", str(archive), "--dir", str(folder), *(["--db", url] if url else [])])
    assert done.exit_code == 0, done.output
    open_hq(folder).close()
