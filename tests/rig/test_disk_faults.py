"""The disk says no, or takes its time, to a station and an HQ that run: nothing is told that is not on it."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.rig import warm
from tests.rig.audit import audit
from tests.rig.company import Company, Station
from tests.rig.disks import spoiled
from tests.rig.processes import an_order
from tests.rig.stepped import step

WRITES_MAX = 40  # of one commit: far more than an order with a voucher takes
DECISION_S = 2.0
SYNCS = "fsync,fdatasync"  # which of them SQLite asks for depends on how it was built
TEN_MINUTES_MS = 600_000


@pytest.fixture
def station(company: Company) -> Station:
    first = company.first
    first.start()
    first.drains()
    first.line.refuse()  # so that nothing else commits meanwhile
    first.syncs()
    return first


def wal(station: Station) -> Path:
    return station.world.store_dir / "journal.db-wal"


def pid(station: Station) -> int:
    return station.process.process.pid


def comes_home(company: Company, station: Station, answered: list[str]) -> None:
    """Let all of it go to HQ, and hold both against each other."""
    station.line.heal()
    station.drains()
    company.close()
    assert set(audit(station.world, answered=answered).orders) == set(answered)


def test_an_fsync_that_fails_once_is_no_approval(company: Company, station: Station) -> None:
    """And it is not asked again as if nothing had been: everything is opened and verified anew."""
    assert station.sells("O-1", company.world.voucher)["discount"] == 100
    with spoiled(pid(station), f"{SYNCS}:error=EIO:when=1", wal(station)) as disk:
        refused = station.sells("O-2", company.world.voucher)
    assert disk.seen("sync") == 1
    assert (refused["answer"], refused["reason"]) == ("not_recorded", "disk_broken")
    again = station.sells("O-2", company.world.voucher)
    assert (again["discount"], again["repeat"]) == (100, False)
    comes_home(company, station, ["O-1", "O-2"])


def test_a_full_disk_at_each_write_of_a_commit(company: Company, station: Station) -> None:
    answered = []
    for number in range(1, WRITES_MAX):
        order_id = f"O-{number}"
        with spoiled(pid(station), f"pwrite64:error=ENOSPC:when={number}", wal(station)):
            first = station.sells(order_id)
        answered.append(order_id)
        if first["answer"] != "not_recorded":
            break
        assert first["reason"] == "disk_full"
        assert not station.sells(order_id)["repeat"]
    assert len(answered) > 3, "a commit takes some writes"
    assert first["answer"] == "approved_queued", "in the end there was room for all of it"
    comes_home(company, station, answered)


def test_a_file_system_that_turns_read_only_while_the_station_runs(
    company: Company, station: Station
) -> None:
    with spoiled(pid(station), "pwrite64:error=EROFS", wal(station)):
        for _ in range(2):
            refused = station.sells("O-1")
            assert refused["answer"] == "not_recorded"
            assert refused["reason"] in ("disk_broken", "store_read_only")
        assert station.status()["waiting"] == 0
    assert station.sells("O-1")["answer"] == "approved_queued"
    comes_home(company, station, ["O-1"])


def test_a_slow_disk_is_waited_for_once_an_order(company: Company, station: Station) -> None:
    with spoiled(pid(station), f"{SYNCS}:delay_exit=200000", wal(station)) as disk:
        for name in ("member_code", "voucher"):
            station.ask(getattr(company.world, name))
        began = time.monotonic()
        answer = station.ask(an_order("O-1"))
        took_s = time.monotonic() - began
    assert disk.seen("sync") == 1
    assert answer["discount"] == 100
    assert 0.2 <= took_s < DECISION_S
    comes_home(company, station, ["O-1"])


@pytest.mark.slow
def test_an_hq_whose_disk_fails_acknowledges_nothing(company: Company, station: Station) -> None:
    station.sells("O-1", company.world.voucher)
    write_ahead = company.world.hq_dir / "hq.db-wal"
    with spoiled(company.hq.process.pid, f"{SYNCS}:error=EIO:when=1", write_ahead) as disk:
        station.line.heal()
        station.drains()
    assert disk.seen("sync") > 1, "the first was refused, and asked for again"
    comes_home(company, station, ["O-1"])


@pytest.mark.slow
def test_a_station_stopped_in_the_middle_of_a_commit_goes_on_after_ten_minutes(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, clock = company.first, tmp_path / "clock"
    step(clock)
    monkeypatch.setattr(
        warm, "current", None
    )  # a child of this process: whoever has another can't wait for its stop
    first.start(fail_points="before_commit:30:stop", clock=clock)
    order_ids = [f"O-{number}" for number in range(40)]
    answers = []

    def sell() -> None:
        first.drains()
        first.line.refuse()  # so that nothing but orders commits
        answers.extend(first.sells(each, company.world.voucher) for each in order_ids)

    selling = threading.Thread(target=sell)
    selling.start()
    os.waitid(os.P_PID, pid(first), os.WSTOPPED | os.WNOWAIT)
    assert selling.is_alive() and answers
    step(clock, wall_ms=TEN_MINUTES_MS, boot_ms=TEN_MINUTES_MS)
    os.kill(pid(first), signal.SIGCONT)
    selling.join()
    assert [(answer["discount"], answer["repeat"]) for answer in answers] == [(100, False)] * len(order_ids)
    comes_home(company, first, order_ids)
