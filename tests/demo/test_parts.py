"""A replay shared out over processes comes to what one process comes to, and a part that dies ends it."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo import parts
from app.demo.journey import Selection, load
from app.demo.run import Plan, run_demo
from app.demo.shares import Sampler
from tests.postgres import Postgres

SMALL = Selection(stores=3, first_week=33, last_week=34)
TWO = replace(parts.IN_PARTS, parts=2)
OF_THE_RUN = {
    "pictures_read",
    "processes",
    "fsync_probe_ms",
    "station_time_percent",
    "hq_cpu_seconds",
    "peak_mib",
    "seconds",
}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return run_demo(Plan(SMALL, tmp_path_factory.mktemp("demo") / "out"), say=lambda _: None)


def test_two_processes_come_to_what_one_comes_to(alone: dict, tmp_path: Path):
    said: list[str] = []
    together = run_demo(Plan(SMALL, tmp_path / "out", TWO), say=said.append)
    assert {name: value for name, value in together.items() if name not in OF_THE_RUN} == {
        name: value for name, value in alone.items() if name not in OF_THE_RUN
    }
    assert together["hq_equals_stations"] is True
    assert together["processes"] == 2
    assert together["pictures_read"] > together["redemptions_attempted"]
    assert any(f"{alone['orders']:,} of {alone['orders']:,} orders" in line for line in said)
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == together


@pytest.mark.slow
def test_postgresql_comes_to_the_same(alone: dict, postgres: Postgres, tmp_path: Path):
    url = postgres.create()
    plan = Plan(SMALL, tmp_path / "out", TWO, database_url=url)
    found = run_demo(plan, say=lambda _: None)
    postgres.drop(url)
    assert {name: value for name, value in found.items() if name not in OF_THE_RUN} == {
        name: value for name, value in alone.items() if name not in OF_THE_RUN
    }


def test_it_is_said_where_the_time_went_and_how_much_memory_it_took(alone: dict):
    shares = alone["station_time_percent"]
    assert set(shares) == {"engine", "journal", "signature", "http", "other"}
    assert 99 < sum(shares.values()) < 101
    assert shares["journal"] > 0 and shares["http"] > 0
    assert alone["hq_cpu_seconds"] > 0
    assert alone["peak_mib"] > 100
    assert alone["fsync_probe_ms"] > 0


def test_a_part_that_fails_ends_the_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):

    monkeypatch.setattr(parts, "LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(parts, "_part_process", _dies)
    with pytest.raises(parts.PartFailed):
        run_demo(Plan(SMALL, tmp_path / "out", TWO), say=lambda _: None)


def _dies(*_: object) -> None:
    raise SystemExit(3)


def test_the_sampler_gives_the_time_to_what_was_running():
    sampler = Sampler()
    until = time.perf_counter() + 0.1
    while time.perf_counter() < until:
        pass
    seconds = sampler.stop()
    assert seconds["other"] == pytest.approx(sum(seconds.values()))
    assert 0.05 < seconds["other"] < 1


def test_every_shop_is_in_one_part_and_the_parts_have_as_much_to_do():
    journey = load(Selection(stores=40, first_week=30, last_week=33))
    shared = parts.shared_out(journey, 4)
    assert sorted(shop for part in shared for shop in part) == sorted(journey.shops)
    orders = journey.orders_by_shop_day()
    each = [sum(2 + orders[key] for key in orders if key[1] in part) for part in shared]
    assert max(each) < 1.05 * min(each)
    assert parts.shared_out(journey, 1) == [tuple(sorted(journey.shops))]
