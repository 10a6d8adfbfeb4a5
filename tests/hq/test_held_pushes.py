"""What a shut-out device may send for as long as it likes: each push costs the same, and the truth keeps its room."""

from dataclasses import replace

import pytest
from sqlalchemy import event, text

from app.core.chain import next_hash
from hq import schema
from hq.db import Database, sqlite_url
from hq.journal import held
from hq.journal.held import HISTORIES_MAX, dismiss, list_held, read_held
from hq.journal.held_tables import held_entry, held_push
from hq.stores.devices import revoke
from tests.databases import on
from tests.hq.test_devices import REVOKED, refused, replace_head, sells
from tests.hq.test_ingest import rows


def made_up(station, n: int, *, entries: int = 2, first: int = 1):
    """Return a push that says of entries from `first` on what nobody has said before."""
    liar = replace(station.copy(), bodies=[*station.bodies[: first - 1]])
    for each in range(entries):
        liar.append("order", {"order_id": f"lie-{n}-{each}"})
    return liar.request(first)


@pytest.fixture
def work(hq, monkeypatch):
    """Count what HQ does: entries hashed, held pushes read, rows fetched."""
    done = {"hashed": 0, "read": 0, "statements": 0}

    def hashed(previous: bytes, body: bytes) -> bytes:
        done["hashed"] += 1
        return next_hash(previous, body)

    def read(body: bytes):
        done["read"] += 1
        return real_read(body)

    def ran(*_: object) -> None:
        done["statements"] += 1

    real_read = held.read_request
    monkeypatch.setattr(held, "next_hash", hashed)
    monkeypatch.setattr(held, "read_request", read)
    event.listen(hq.database.engine, "before_cursor_execute", ran)
    return done


def test_the_sixtieth_push_of_a_device_costs_what_the_tenth_does(hq, station, work, monkeypatch):
    """It made HQ hash all it held of that place each time, in the one transaction that writes."""
    monkeypatch.setattr(held, "HISTORIES_MAX", 100)
    revoke(hq, station.owner.device_id)
    costs = []
    for n in range(60):
        work.update(dict.fromkeys(work, 0))
        assert refused(station.session.push(made_up(station, n)), REVOKED).kept_seq == 2
        costs.append(dict(work))
    assert costs[59] == costs[9]
    assert costs[59]["hashed"] == 2
    assert costs[59]["read"] == 0
    assert len(list_held(hq)) == 60


def test_of_one_place_only_so_many_histories_are_kept_and_the_true_one_stays(hq, station):
    revoke(hq, station.owner.device_id)
    true = sells(station, "o1", "o2").request()
    assert refused(station.session.push(true), REVOKED).kept_seq == 2
    for n in range(HISTORIES_MAX - 1):
        assert refused(station.session.push(made_up(station, n)), REVOKED).kept_seq == 2
    assert refused(station.session.push(made_up(station, 99)), REVOKED).kept_seq == 0
    assert len(list_held(hq)) == HISTORIES_MAX
    # What is known stays known, and what goes on from it has room, in whatever batches it comes.
    assert refused(station.session.push(true), REVOKED).kept_seq == 2
    assert refused(sells(station, "o3").push(1), REVOKED).kept_seq == 3
    assert refused(sells(station, "o4").push(4), REVOKED).kept_seq == 4
    dismiss(hq, next(each.id for each in list_held(hq) if read_held(hq, each.id)[1].entries != true.entries))
    assert refused(station.session.push(made_up(station, 99)), REVOKED).kept_seq == 2


@on("sqlite")
def test_who_names_another_hash_than_its_own_keeps_nothing_of_the_truth_out(hq, station):
    """The head that a push names counts where the next one goes on from, and never as an entry that is here."""
    revoke(hq, station.owner.device_id)
    true = sells(station, "o1").request()
    lie = replace_head(made_up(station.copy(), 0, entries=1), hash=true.head.hash)
    assert refused(station.session.push(lie), REVOKED).kept_seq == 1
    assert refused(station.session.push(true), REVOKED).kept_seq == 1
    assert true.entries in [read_held(hq, each.id)[1].entries for each in list_held(hq)]


@on("sqlite")
def test_an_hq_that_is_upgraded_knows_the_entries_it_held_before(hq, station, tmp_path):
    revoke(hq, station.owner.device_id)
    sells(station, "o1", "o2", "o3")
    for first, last in ((1, 2), (2, 3)):
        refused(station.push(first, last), REVOKED)
    pushes, entries = rows(hq, held_push), rows(hq, held_entry)
    older = Database(sqlite_url(tmp_path / "older.db"))
    schema.upgrade(older, to="0010")
    with older.atomic() as connection:
        for row in pushes:
            known = {
                name: value for name, value in row._mapping.items() if name not in ("bytes", "head_hash")
            }
            names = ", ".join(known)
            marks = ", ".join(f":{name}" for name in known)
            connection.execute(text(f"INSERT INTO held_push ({names}) VALUES ({marks})"), known)  # noqa: S608 ours
    schema.upgrade(older)
    with older.reading() as connection:
        for table, before in ((held_push, pushes), (held_entry, entries)):
            assert set(connection.execute(table.select()).all()) == set(before)
    older.close()
