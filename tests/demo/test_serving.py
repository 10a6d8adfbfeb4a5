"""`tillside hq --demo`: filled before it listens, with a way in; and whoever ends it ends all that it started."""

import os
import re
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from app.clock import SetClock, SystemClock
from app.demo.beside import TOLD_TO_END
from hq.clock import FollowingClock, RunningClock, clock_of_people

DEADLINE_S = 240
GONE_S = 15  # far less than the replay would take
PROCESSES = 4  # the one that fills, and its parts but the first
pytestmark = pytest.mark.timeout(2 * DEADLINE_S)
SERVE = """
import sys
from app.demo.journey import Selection
from app.demo.serving import Stand, serve_demo
if __name__ == "__main__":
    is_early = sys.argv[1] == "early"
    weeks = (1, 53) if is_early else (33, 33)
    selection = Selection(8 if is_early else 4, *weeks)
    stand = Stand(0, selection, is_early=is_early)
    serve_demo(stand, show=lambda text: print(text, flush=True))
"""


@contextmanager
def serving(tmp_path, when):
    """Serve a small part of the year; yields the process and what it showed, by the first word of each line."""
    script = tmp_path / "serve.py"
    script.write_text(SERVE)
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(script), when],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as running:
        try:
            lines = [running.stdout.readline() for _ in range(6)]
            assert lines[0].startswith("Tillside HQ is listening on"), running.stderr.read()
            said = {words[0]: words[-1] for line in lines if (words := re.split(r"\s{2,}", line.strip()))}
            yield running, lines[0].split()[5], said
        finally:
            running.kill()


def fields_of(pid):
    """Return what Linux says of a process behind its name: state, parent …; a process that is gone is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["Z", "0"]


def descendants(pid):
    """Return the processes that a process has started, and those that they have."""
    parents = {int(each.name): int(fields_of(each.name)[1]) for each in Path("/proc").glob("[0-9]*")}
    found, pending = [], [pid]
    while pending:
        pending = [child for child, parent in parents.items() if parent in pending]
        found += pending
    return found


def wait_until_gone(pids):
    for pid in pids:
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ready, _, _ = select.select([watched], [], [], GONE_S)  # a process that has ended can be read
        os.close(watched)
        assert ready, f"process {pid} is still there"


def test_whoever_asks_first_finds_it_filled(tmp_path):
    with serving(tmp_path, "filled") as (running, url, said):
        key = {"Authorization": f"Bearer {said['API key']}"}
        stores = requests.get(f"{url}/v1/stores", headers=key, timeout=DEADLINE_S).json()["items"]
        assert len(stores) == 4
        assert sum(store["queue"] for store in stores) == 0
        entries = requests.get(f"{url}/v1/journal?type=order", headers=key, timeout=DEADLINE_S).json()[
            "items"
        ]
        assert len(entries) == 50
        person = requests.Session()
        form = {"name": said["sign in as"], "password": said["password"]}
        page = person.post(f"{url}/console/sign-in", data=form, timeout=DEADLINE_S)
        assert page.status_code == 200 and "Sign out" in page.text
        assert "Tillside-Demo-Clock" in page.headers
        running.send_signal(signal.SIGTERM)
        assert running.wait(DEADLINE_S) == 0
    assert not list(tmp_path.glob("tillside-hq-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ending_it_while_it_fills_ends_what_it_started(tmp_path):
    with serving(tmp_path, "early") as (running, url, _):
        while " orders · " not in running.stderr.readline():  # every part is past its pairing
            assert running.poll() is None
        started = descendants(running.pid)
        assert len(started) >= PROCESSES
        assert requests.get(f"{url}/v1/health", timeout=DEADLINE_S).ok
        running.kill()
        running.wait(DEADLINE_S)
        wait_until_gone(started)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_replay_that_is_told_to_end_ends_its_head_office(tmp_path):
    command = [sys.executable, "-m", "app.main", "demo", "--stores", "2", "--out", str(tmp_path / "demo")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        while "Enrolling" not in running.stderr.readline():
            assert running.poll() is None
        started = descendants(running.pid)
        assert started
        running.terminate()
        assert running.wait(GONE_S) == TOLD_TO_END
        wait_until_gone(started)


def test_a_clock_that_runs_follows_and_never_goes_back():
    clock = RunningClock(1_000)
    assert 1_000 <= clock.now_ms() < 1_000 + DEADLINE_S * 1000
    clock.follow(5_000_000)
    clock.follow(2_000)
    assert clock.now_ms() >= 5_000_000


def test_people_are_signed_out_by_no_year_that_flies_past():
    own = SetClock(7)
    assert clock_of_people(own) is own
    assert isinstance(clock_of_people(FollowingClock(7)), SystemClock)
