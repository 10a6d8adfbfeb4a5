"""What HQ does by itself while it serves."""

import threading

import pytest

from app.core.entry import SCAN_DENIED
from hq import upkeep
from hq.deletions import horizon
from hq.journal import again, judge
from hq.journal.desk import list_cases
from hq.upkeep import Upkeep
from tests.databases import on
from tests.hq.test_cases import denied

pytestmark = on("sqlite")  # what it does is tested on both

WAIT_S = 20


def once(hq, monkeypatch):
    """Run the upkeep until it has been through once."""
    done, real = threading.Event(), upkeep.forget_deletions

    def forgetting(hq):
        found = real(hq)
        done.set()
        return found

    monkeypatch.setattr(upkeep, "forget_deletions", forgetting)
    running = Upkeep(hq)
    running.start()
    assert done.wait(WAIT_S)
    running.stop()


def test_an_updated_hq_judges_at_its_start_what_it_did_not_understand(hq, station, monkeypatch):
    denied(station)
    station.push()
    known = judge.JUDGES | {"later_kind": judge.JUDGES[SCAN_DENIED]}
    monkeypatch.setattr(judge, "JUDGES", known)
    monkeypatch.setattr(again, "JUDGES", known)
    once(hq, monkeypatch)
    assert list_cases(hq) == []
    with hq.database.reading() as connection:
        assert horizon(connection) == 0


@pytest.mark.loud("HQ's upkeep fails, and the log says so")
def test_upkeep_that_fails_ends_nothing(hq, monkeypatch):
    tried = threading.Event()

    def fail(*_others, **_named):
        tried.set()
        raise KeyError("of ours")

    monkeypatch.setattr(upkeep, "judge_all_again", fail)
    running = Upkeep(hq)
    running.start()
    assert tried.wait(WAIT_S)
    assert running._thread.is_alive()
    running.stop()
    assert not running._thread.is_alive()


def test_an_entry_that_breaks_the_judging_does_not_stop_those_behind_it(hq, station, monkeypatch):
    """I15: whoever comes first among the entries that were set aside."""
    for kind in ("later_kind", "broken_kind", "later_kind", "later_kind"):
        denied(station, kind)
    station.push()
    known = dict.fromkeys(("later_kind", "broken_kind"), judge.JUDGES[SCAN_DENIED]) | judge.JUDGES
    monkeypatch.setattr(judge, "JUDGES", known)
    monkeypatch.setattr(again, "JUDGES", known)
    real = again.post

    def breaks(connection, place, kept, books, *, now_ms):
        if any(each.entry.type == "broken_kind" for each in kept):
            raise ValueError("the database will not have it")
        return real(connection, place, kept, books, now_ms=now_ms)

    monkeypatch.setattr(again, "post", breaks)
    once(hq, monkeypatch)
    assert [each.seq for each in list_cases(hq)] == [2]
