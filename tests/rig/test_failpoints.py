"""Fail points do what the environment asks, at the passing it names, and nothing otherwise."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig.processes import was_killed

ROOT = Path(__file__).parents[2]
PASSES_FOUR_TIMES = """
from app.failpoints import FailPointReached, failpoint
for passing in range(4):
    try:
        failpoint("here")
    except FailPointReached:
        print("raised", end=" ", flush=True)
    print(passing, end=" ", flush=True)
"""


def started(asked: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PASSES_FOUR_TIMES],
        cwd=ROOT,
        env=os.environ | {"TILLSIDE_FAIL_POINTS": asked},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "0 1 2 3 "),
        ("elsewhere:1", "0 1 2 3 "),
        ("here:5", "0 1 2 3 "),
        ("here", ""),
        ("here:3,elsewhere", "0 1 "),
        ("here:2:raise", "0 raised 1 2 3 "),
        ("here:2+:raise", "0 raised 1 raised 2 raised 3 "),
    ],
)
def test_it_happens_at_the_passing_that_was_named(asked: str, said: str) -> None:
    with started(asked) as process:
        assert process.communicate()[0] == said
    assert was_killed(process.returncode) is (len(said.split()) < 4)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_a_stopped_process_goes_on_when_it_is_let() -> None:
    with started("here:3:stop") as process:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        os.kill(process.pid, signal.SIGCONT)
        assert process.communicate()[0] == "0 1 2 3 "


def test_what_cannot_be_done_is_said_at_once() -> None:
    with started("here:1:explode") as process:
        process.communicate()
    assert process.returncode == 1
