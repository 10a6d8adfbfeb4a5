"""SIGKILL at any moment: what was acknowledged is there, once, and the chain holds."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from app.clock import SetClock
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from tests.builders import NOW_MS, a_store

ROOT = Path(__file__).parents[2]
KILLED = (-9, 137)


class Round:
    """One life of the station: what it said before it was killed."""

    def __init__(self, folder: Path, first: int, *, after_lines: int, fail_point: str = "") -> None:
        environment = os.environ | {"TILLSIDE_FAIL_POINTS": fail_point}
        command = [
            sys.executable,
            "-m",
            "tests.store.busy_station",
            folder / "store",
            folder / "keys",
            str(first),
        ]
        self.lines: list[list[str]] = []
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                self.lines.append(line.split())
                if len(self.lines) == after_lines:
                    process.kill()  # it goes on meanwhile: what it says until it dies is read too
            self.status = process.wait()


def lives_and_dies(tmp_path: Path, seed: int, rounds: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    a_store(tmp_path / "store", keys_in=FileKeyStore(tmp_path / "keys")).close()
    said: dict[str, int] = {}
    first, doubtful, outcomes = 0, -1, []
    for number in range(rounds):
        kind = ("before_commit", "after_commit", "any moment")[number % 3]
        # `a_voucher` is the first commit of a life.
        fail_point = "" if kind == "any moment" else f"{kind}:{chance.randrange(2, 12)}"
        life = Round(
            tmp_path,
            first,
            after_lines=chance.randrange(1, 12) if not fail_point else -1,
            fail_point=fail_point,
        )
        assert life.status in KILLED, f"round {number} ended by itself"
        for place, (order, seq, is_new) in enumerate(life.lines):
            if order in said:
                assert (is_new, int(seq)) == ("repeat", said[order]), (
                    "an acknowledged order was recorded anew"
                )
            elif place == doubtful:
                outcomes.append(is_new)  # the order that was being recorded when the life before ended
            else:
                assert is_new == "new"
            said[order] = int(seq)
        # Ask for the last acknowledged order again, and then for the one that may or may not have been recorded.
        first, doubtful = max((int(order) for order in said), default=0), 1 if said else 0
        if life.lines and kind != "any moment":
            check_doubt(tmp_path, first + 1, is_recorded=kind == "after_commit")
    check_everything(tmp_path, said)
    assert {"new", "repeat"} <= set(outcomes)


def opened(folder: Path) -> StationStore:
    return StationStore(folder / "store", key_store=FileKeyStore(folder / "keys"), clock=SetClock(NOW_MS))


def check_doubt(folder: Path, order: int, *, is_recorded: bool) -> None:
    store = opened(folder)
    assert (store.journal.claimed("order", f"A-{order}") is not None) is is_recorded
    store._close_files()  # as it was found: without a new mark
    store._lock.release()


def check_everything(folder: Path, said: dict[str, int]) -> None:
    store = opened(folder)
    entries = list(store.journal.entries())
    store.close()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    orders = [entry for entry in entries if entry.type == "order"]
    redemptions = [entry for entry in entries if entry.type == "redeem"]
    by_id = {entry.data["order_id"]: entry.seq for entry in orders}
    assert len(by_id) == len(orders), "an order is there twice"
    assert {f"A-{order}": seq for order, seq in said.items()}.items() <= by_id.items(), "one is lost"
    assert [entry.data["order_id"] for entry in redemptions] == [entry.data["order_id"] for entry in orders]
    assert len(by_id) - len(said) in (0, 1), "only the last one can be recorded and not said"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_twenty_times_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    lives_and_dies(tmp_path, random.randrange(2**32), 20)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_two_hundred_times_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    lives_and_dies(tmp_path, random.randrange(2**32), 200)
