"""One entry at which HQ's code fails, never ends, or that its database won't have: set aside, and the others posted."""

import itertools
import threading
import time

import pytest
from sqlalchemy.exc import DataError, OperationalError

from app.core.entry import Entry
from hq.faults import Busy
from hq.journal import intake, judge, patience
from hq.journal.case_tables import case
from hq.journal.desk import list_cases
from hq.journal.judge import Books
from hq.journal.patience import Patience, judge_each
from hq.tables import journal, order_fact, posting
from hq.vouchers.store import Uses
from tests.databases import on
from tests.hq.test_ingest import count, rows, words

SHORT = Patience(busy_s=0.05, total_s=0.3, look_s=0.01)
ENOUGH_S = 10  # for a thread to end that was told to
STUCK = Entry("D", 1, 1, "e" * 32, "x", 0, "", 0, "weak", {})
ORDERS = ("o1", "poison", "o2")
ONE_SET_ASIDE = [(1, "posted", []), (2, "quarantined", ["UNPARSABLE"]), (3, "posted", [])]


def selling(station):
    for order_id in ORDERS:
        station.order(order_id)
    return station


def spoil(monkeypatch, work):
    """Let HQ's code do something else with one order than with others."""
    real = judge.replay_order

    def spoilt(record, program):
        if record["order_id"] == "poison":
            work()
        return real(record, program)

    monkeypatch.setattr(judge, "replay_order", spoilt)


def work_for_ever():
    for _ in itertools.count():
        pass


def judging():
    return [thread for thread in threading.enumerate() if thread.name == "judge"]


@on("sqlite")
@pytest.mark.loud("HQ's code never ends on an entry, and the log says so")
@pytest.mark.parametrize("kind", ["works for ever", "waits for ever"])
def test_an_entry_that_never_ends_is_given_up(hq, station, monkeypatch, kind):
    monkeypatch.setattr(patience, "PATIENCE", SHORT)
    release = threading.Event()
    spoil(monkeypatch, release.wait if kind == "waits for ever" else work_for_ever)
    answer = selling(station).push()
    release.set()
    assert words(answer) == ONE_SET_ASIDE
    assert "too long" in list_cases(hq)[0].detail
    assert count(hq, order_fact) == 2
    assert words(station.push()) == ONE_SET_ASIDE  # and the same again


@on("sqlite")
@pytest.mark.loud("HQ's code never ends on an entry, and the log says so")
def test_what_was_given_up_ends(monkeypatch, station):
    monkeypatch.setattr(patience, "PATIENCE", SHORT)
    spoil(monkeypatch, work_for_ever)
    selling(station).push()
    for thread in judging():
        thread.join(ENOUGH_S)
    assert judging() == []


def test_a_slow_entry_of_a_busy_hq_is_not_given_up(monkeypatch):
    """It waits for the processor and does nothing: that is no endless loop."""
    judged = iter([0.0, 0.2])
    monkeypatch.setattr(patience, "judge", lambda entry, books: threading.Event().wait(next(judged)) or entry)
    found, _ = judge_each([None, None], None, patience=Patience(busy_s=0.05, total_s=60, look_s=0.01))
    assert found == [None, None]


def test_each_entry_has_the_time_for_itself(monkeypatch):
    """A batch may take long: it is one entry that may not."""

    def work(entry, _books):
        until = time.thread_time() + 0.04
        while time.thread_time() < until:
            pass
        return entry

    monkeypatch.setattr(patience, "judge", work)
    found, _ = judge_each([None] * 6, None, patience=Patience(busy_s=0.15, total_s=60, look_s=0.005))
    assert len(found) == 6


def refuse(monkeypatch, name, fault):
    """Let the database refuse one order where a function of intake stores it."""
    real = getattr(intake, name)

    def storing(connection, owner, kept, *others, **named):
        if any(each.entry is not None and each.entry.data.get("order_id") == "poison" for each in kept):
            raise fault
        return real(connection, owner, kept, *others, **named)

    monkeypatch.setattr(intake, name, storing)


@pytest.mark.loud("an entry can't be stored, and the log says so")
@pytest.mark.parametrize("place", ["insert_entries", "insert_facts"])
@pytest.mark.parametrize("fault", [DataError("INSERT", {}, Exception("too long")), KeyError("of ours")])
def test_an_entry_that_the_database_refuses_is_set_aside(hq, station, monkeypatch, place, fault):
    refuse(monkeypatch, place, fault)
    assert words(selling(station).push()) == ONE_SET_ASIDE
    assert [bytes(row.body) for row in rows(hq, journal)] == station.bodies
    assert (count(hq, order_fact), count(hq, case), count(hq, posting)) == (2, 1, 4)
    station.order("o4")
    assert words(station.push(4)) == [(4, "posted", [])]


@pytest.mark.loud("HQ's disk is broken, and the log says so")
def test_a_database_that_fails_is_no_entrys_fault(hq, station, monkeypatch):
    refuse(monkeypatch, "insert_entries", OperationalError("INSERT", {}, Exception("disk I/O error")))
    with pytest.raises(Busy, match="disk is full or broken"):
        selling(station).push()
    assert count(hq, journal) == 0


@pytest.mark.loud("an entry can't be stored, and the log says so")
def test_a_text_that_the_database_can_not_keep_stops_nobody(hq, station):
    station.append("x\x00y", {"order_id": "a\x00b"})
    station.order("o2")
    answer = station.push()
    assert [codes for _, _, codes in words(answer)] == [["UNKNOWN_TYPE"], []]


@pytest.mark.loud("an entry takes too long, and the log says so")
def test_what_was_given_up_reaches_no_books_any_more(monkeypatch):
    """It may come back from wherever it was, and go on: by then the others are judged from copies of its facts."""
    go_on, came_back = threading.Event(), threading.Event()

    def judging(entry, books):
        if entry is STUCK:
            go_on.wait(ENOUGH_S)
            books.uses["v"].uses += 100
            books.taken_ids.add("of the stuck one")
            books.posted_orders["o1"] = entry
            books.repeated_orders.add("o1")
            came_back.set()
        return entry

    monkeypatch.setattr(patience, "judge", judging)
    monkeypatch.setattr(patience, "_throw", lambda thread, fault: None)  # it does not even notice
    books = Books("S1", {}.get, {"e1"}, set(), {"v": Uses("r", 0, 1, 1)}, {})
    words, after = judge_each(
        [None, STUCK, None], books, patience=Patience(busy_s=9, total_s=0.05, look_s=0.01)
    )
    go_on.set()
    assert came_back.wait(ENOUGH_S)
    assert [words[0], words[1].verdict, words[2]] == [None, "quarantined", None]
    assert (after.uses["v"].uses, after.taken_ids) == (1, {"e1"})
    assert (after.posted_orders, after.repeated_orders) == ({}, set())
