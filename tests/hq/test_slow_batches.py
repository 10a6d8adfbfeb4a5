"""Many slow entries in one batch: HQ ends it there, and others wait no longer than that (I15: a minute)."""

import pytest

from hq.journal import judge, patience
from hq.journal.again import judge_all_again
from hq.journal.desk import list_cases
from hq.journal.patience import Patience, judge_each
from hq.tables import device, journal
from tests.databases import on
from tests.hq.test_cases import denied
from tests.hq.test_ingest import count, rows, words
from tests.hq.test_poison import refuse, selling

POSTED = [(1, "posted", []), (2, "posted", []), (3, "posted", [])]


class SlowClock:
    """Each look at it takes four seconds of the ten that a batch has; nothing is waited for."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 4.0
        return self.now


@pytest.fixture
def slow(monkeypatch):
    """Let no batch have any time: one entry is judged all the same."""
    monkeypatch.setattr(patience, "PATIENCE", Patience(batch_s=0.0))


def test_a_batch_ends_where_it_has_taken_long(monkeypatch):
    monkeypatch.setattr(patience, "judge", lambda entry, books: entry)
    monkeypatch.setattr(patience.time, "monotonic", SlowClock())
    found, _ = judge_each(["a", "b", "c", "d", "e"], None, patience=Patience(total_s=1e9, batch_s=10.0))
    assert 1 <= len(found) < 5


def test_hq_acknowledges_what_it_judged_and_takes_the_rest_with_the_next_push(hq, station, slow):
    selling(station)
    for first in (1, 2, 3):
        answer = station.push(first)
        assert (answer.acked_seq, answer.acked_hash) == (first, rows(hq, journal)[-1].hash)
        assert words(answer) == [POSTED[first - 1]]
        assert (rows(hq, device)[0].head_seq, count(hq, journal)) == (first, first)
    assert words(station.push()) == POSTED  # all of it again: what is held has its words


def test_the_same_push_again_and_again_gets_through(hq, station, slow):
    """What a station of an older program does, which knows whole batches only."""
    selling(station)
    assert [station.push().acked_seq for _ in range(3)] == [1, 2, 3]
    assert list_cases(hq) == []


@pytest.mark.loud("an entry can't be stored, and the log says so")
def test_entries_stored_one_by_one_end_there_too(hq, station, slow, monkeypatch):
    refuse(monkeypatch, "insert_entries", KeyError("of ours"))
    selling(station)
    assert [station.push().acked_seq for _ in range(3)] == [1, 2, 3]
    assert [codes for _, _, codes in words(station.push())] == [[], ["UNPARSABLE"], []]


@on("sqlite")
def test_what_is_judged_again_goes_on_where_it_ended(hq, station, slow, monkeypatch):
    for _ in range(3):
        denied(station)
    for first in (1, 2, 3):
        station.push(first)
    known = judge.JUDGES | {"later_kind": judge.JUDGES["scan_denied"]}
    monkeypatch.setattr(judge, "JUDGES", known)
    monkeypatch.setattr("hq.journal.again.JUDGES", known)
    assert judge_all_again(hq) == 3
    assert list_cases(hq) == []
