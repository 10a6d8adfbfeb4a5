"""A station's store, by a clock that tests set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import SetClock
from app.store.store import StationStore
from tests.builders import NOW_MS, a_store


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW_MS)


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[StationStore]:
    store = a_store(tmp_path / "store", clock=clock)
    yield store
    store.close()
