"""A store whose journal is read for the manager's pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.store.review.review import Review
from app.store.review.thread import place_of
from app.store.store import StationStore
from tests.builders import a_store
from tests.station.test_void import Till


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StationStore]:
    """A store with the coffee program."""
    store = a_store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """A station with Ada at it, who has points, and Ben, Cem and Eva, their manager."""
    till = Till(tmp_path / "till")
    yield till
    till.store.close()


@pytest.fixture
def read() -> Iterator[Callable[[StationStore], Review]]:
    """Opens what has been derived of a store, and reads all there is."""
    opened: list[Review] = []

    def read(store: StationStore) -> Review:
        while opened:
            opened.pop().close()
        opened.append(Review(place_of(store)))
        while opened[0].step():
            pass
        return opened[0]

    yield read
    for review in opened:
        review.close()
