"""A whole chain comes back at once, to HQ as a process on a real port: bench/storm.py with its limits held."""

import pytest

from bench._report import table
from bench.storm import storm
from tests.databases import on

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), on("postgresql")]

STATIONS, ENTRIES = 1_000, 300


@pytest.fixture(autouse=True)
def _on_postgres(homes):
    """For the mark: HQ is made by the bench."""


def hold(lines):
    """Fail with the whole table when a limit was missed."""
    assert not [line.name for line in lines if line.is_missed], "\n" + table(lines)
    return {line.name: line for line in lines}


def test_a_thousand_stations_are_drained_and_hq_stays_small_and_quick(postgres, tmp_path):
    found = hold(storm(tmp_path / "hq", postgres.create(), STATIONS, ENTRIES))
    assert len(found["until a station is drained"].values) == STATIONS
    assert found["pushes sent again"].counts >= STATIONS / 5
    assert len(found["to say that HQ is busy, p99"].values) > STATIONS / 4  # it was a storm


def test_stations_may_go_from_one_process_of_hq_to_the_other(postgres, tmp_path):
    """Each push, and each repetition of one, goes to the process that did not get the one before."""
    found = hold(storm(tmp_path / "hq", postgres.create(), 60, 1_200, processes=2))
    assert found["pushes sent again"].counts >= 60 / 5
