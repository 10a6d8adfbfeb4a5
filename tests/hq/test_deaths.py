"""An entry that ends HQ's process each time it is judged: three times, and then it is set aside."""

import json
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from app.core.chain import ChainOwner
from hq.home import JUDGING_FOLDER
from hq.journal import again
from hq.journal.again import judge_all_again
from hq.journal.deaths import DEATHS_FILE, DEATHS_MAX, SLOTS, DeathWatch
from hq.journal.desk import list_cases, post_case
from tests.databases import on
from tests.hq.test_ingest import words
from tests.hq.test_poison import ONE_SET_ASIDE, selling

OWNER = ChainOwner("D1", 1)
DYING = """
import os, signal, sys
from pathlib import Path
from app.core.chain import ChainOwner
from hq.journal.deaths import DeathWatch

watch = DeathWatch(Path(sys.argv[1]))
with watch.batch(ChainOwner(sys.argv[2], 1), [1, 2, 3], trial=sys.argv[4]) as watched:
    for place in range(int(sys.argv[3])):
        watched.begin(place)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def die_judging(folder, number, *, device="D1", trial=""):
    """Let a process be killed while it judges an entry."""
    died = subprocess.run([sys.executable, "-c", DYING, folder, device, str(number), trial], check=False)
    assert died.returncode == -signal.SIGKILL


def deadly(watch, numbers=(1, 2, 3), owner=OWNER):
    with watch.batch(owner, numbers) as watched:
        return [watched.is_deadly(place) for place in range(len(numbers))]


@pytest.fixture
def watching(tmp_path):
    opened = []

    def start():
        opened.append(DeathWatch(tmp_path))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_the_third_death_at_one_entry_is_enough(tmp_path, watching):
    for count in range(1, DEATHS_MAX + 1):
        die_judging(tmp_path, 2)
        watch = watching()
        assert deadly(watch) == [False, count == DEATHS_MAX, False]
        assert deadly(watch, owner=ChainOwner("D2", 1)) == [False] * 3
    assert json.loads((tmp_path / DEATHS_FILE).read_text()) == {"D1 1 2": DEATHS_MAX}


def test_what_was_judged_in_time_or_is_being_judged_is_no_death(tmp_path, watching):
    first = watching()
    with first.batch(OWNER, [1]) as watched:
        watched.begin(0)
        for _ in range(DEATHS_MAX + 1):
            watching()  # another process of the same HQ
    first.close()
    assert deadly(watching()) == [False] * 3
    assert not (tmp_path / DEATHS_FILE).exists()


def test_more_batches_than_slots_are_judged_unwatched(watching):
    watch, batches = watching(), []
    for _ in range(SLOTS + 1):
        batches.append(watch.batch(OWNER, [1]))
        batches[-1].__enter__().begin(0)
    for batch in batches:
        batch.__exit__(None, None, None)
    assert deadly(watch) == [False] * 3


def test_a_count_that_can_not_be_read_begins_anew(tmp_path, watching):
    (tmp_path / DEATHS_FILE).write_text("{")
    die_judging(tmp_path, 1)
    assert deadly(watching()) == [False] * 3
    assert json.loads((tmp_path / DEATHS_FILE).read_text()) == {"D1 1 1": 1}


def test_an_innocent_entry_is_acquitted_once_it_was_judged(tmp_path, watching):
    """It stood beside a deadly one, or HQ was killed from outside: nothing of that counts once it was judged."""
    for _ in range(DEATHS_MAX + 1):
        die_judging(tmp_path, 2)
        watch = watching()
        with watch.batch(OWNER, [1, 2, 3]) as watched:
            assert not watched.is_deadly(1)
            watched.begin(1)
            watched.survive(1)
    assert json.loads((tmp_path / DEATHS_FILE).read_text()) == {}


def test_between_two_entries_nothing_is_being_judged(watching):
    watch = watching()
    with watch.batch(OWNER, [1, 2]) as watched:
        watched.begin(0)
        assert watch._slots[:].strip(b"\x00 ") == b"D1 1 1"
        watched.survive(0)
        assert not any(watch._slots[:])


def test_another_trial_begins_without_deaths_and_ends_with_one(tmp_path, watching):
    for _ in range(DEATHS_MAX):
        die_judging(tmp_path, 2)
    for deaths in range(2):
        watch = watching()
        assert deadly(watch) == [False, True, False]
        with watch.batch(OWNER, [1, 2, 3], trial="newer") as watched:
            assert [watched.is_deadly(place) for place in range(3)] == [False, bool(deaths), False]
        die_judging(tmp_path, 2, trial="newer")


@on("sqlite")
@pytest.mark.parametrize("who", ["a person", "a newer HQ"])
def test_what_was_counted_keeps_no_entry_from_being_tried_once_more(hq, station, folder, monkeypatch, who):
    for _ in range(DEATHS_MAX):
        die_judging(folder / JUDGING_FOLDER, 2, device=station.owner.device_id)
    watch = DeathWatch(folder / JUDGING_FOLDER)
    station.hq = serving = replace(hq, watch=watch)
    assert words(selling(station).push()) == ONE_SET_ASIDE
    if who == "a person":
        post_case(serving, "C-1", who="Eve")
    else:
        monkeypatch.setattr(again, "EDITION", again.EDITION + 1)
        assert judge_all_again(serving) == 1
    assert words(station.push()) == [(1, "posted", []), (2, "posted", []), (3, "posted", [])]
    watch.close()


@on("sqlite")
def test_a_serving_hq_sets_a_deadly_entry_aside_and_posts_the_others(hq, station, folder):
    for _ in range(DEATHS_MAX):
        die_judging(folder / JUDGING_FOLDER, 2, device=station.owner.device_id)
    watch = DeathWatch(folder / JUDGING_FOLDER)
    station.hq = replace(hq, watch=watch)
    assert words(selling(station).push()) == ONE_SET_ASIDE
    assert "ended each time" in list_cases(hq)[0].detail
    watch.close()
    assert [path.name for path in (folder / JUDGING_FOLDER).iterdir()] == [DEATHS_FILE]


@on("sqlite")
def test_a_serving_hq_acquits_what_it_judges(hq, station, folder):
    for _ in range(DEATHS_MAX - 1):
        die_judging(folder / JUDGING_FOLDER, 2, device=station.owner.device_id)
    watch = DeathWatch(folder / JUDGING_FOLDER)
    station.hq = replace(hq, watch=watch)
    assert [verdict for _, verdict, _ in words(selling(station).push())] == ["posted"] * 3
    assert json.loads((folder / JUDGING_FOLDER / DEATHS_FILE).read_text()) == {}
    watch.close()


def test_two_batches_may_acquit_at_once(tmp_path, monkeypatch):
    """What is written is what one of them saw; else it fails in the midst, and the entry is judged a second time."""
    watch = DeathWatch(tmp_path)
    watch._deaths.update({f"D1 1 {number}": 1 for number in (1, 2, 3)})
    written = []

    def write(_folder, counted):
        for name in counted:
            watch._deaths.pop(name, 0)  # the other one
        written.append(dict(counted))

    monkeypatch.setattr("hq.journal.deaths._write", write)
    with watch.batch(OWNER, [1]) as watched:
        watched.begin(0)
        watched.survive(0)
    watch.close()
    assert written == [{"D1 1 2": 1, "D1 1 3": 1}]
