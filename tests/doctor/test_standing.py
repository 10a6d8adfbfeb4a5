"""The doctor says how a station stands, from its records alone."""

from pathlib import Path

import pytest

from app.core.standing import Standing
from app.doctor.finding import Level
from app.doctor.records import _check_standing
from app.headless_told import _standing
from app.store.device import read_card
from app.store.keystore import MemoryKeyStore
from tests.builders import NOW_MS, a_store
from tests.clocks import Machine


@pytest.mark.parametrize(
    ("standing", "level"),
    [(Standing.GOOD, Level.OK), (Standing.HQ_DOUBTED, Level.WARN), (Standing.FORKED, Level.BAD)],
)
def test_it_is_told_with_its_sentence(tmp_path: Path, standing: Standing, level: Level) -> None:
    keys = MemoryKeyStore()
    store = a_store(tmp_path / "store", keys_in=keys)
    store.set_standing(standing)
    told = _standing(store)
    assert told["standing"] == standing.value
    assert told["may_redeem"] is not standing.forbids_spending
    assert told.get("sentence", "") == standing.sentence
    store.close()
    found = _check_standing(store.folder, read_card(store.folder), keys)
    assert found.level is level
    assert standing is Standing.GOOD or found.text == standing.sentence


def test_a_doubtful_clock_is_told(tmp_path: Path) -> None:
    keys, machine = MemoryKeyStore(), Machine(NOW_MS)
    store = a_store(tmp_path / "store", keys_in=keys, clock=machine)
    machine.set_wall(0)
    store.settle_time()
    store.close()
    found = _check_standing(store.folder, read_card(store.folder), keys)
    assert found.level is Level.WARN and "clock is in doubt" in found.text
