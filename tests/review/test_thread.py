"""The thread that reads for the manager's pages: beside the work, never in its way, no trouble when it fails."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.review.rows import Filter, find
from app.station.redeem import hand_in
from app.store.erasing import erase_store
from app.store.faults import DiskFull, ReviewDamaged, ReviewMissing, StoreErased, StoreFault, StoreReadOnly
from app.store.review import following
from app.store.review import thread as module
from app.store.review.file import NAME
from app.store.review.review import Review, ReviewClosed
from app.store.review.thread import ReviewThread
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import a_store, an_order, at_till

WAIT_S = 20.0


class Station:
    """A store's thread, and the one that reads beside it."""

    def __init__(self, folder: Path) -> None:
        self.thread = StoreThread(lambda: a_store(folder / "store"))
        self.review = ReviewThread(self.thread)
        self.path = folder / "store" / NAME

    def sell(self, *names: str) -> None:
        for name in names:
            self.thread.call(lambda store, name=name: hand_in(store, an_order(name), at_till(None)))

    def orders(self) -> list[str]:
        return self.review.call(lambda review: [row.order_id for row in find(review, Filter()).rows])


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    monkeypatch.setattr(module, "BEGIN_S", 1_000.0)  # unless it is asked
    made = Station(tmp_path)
    yield made
    made.review.close()
    made.thread.close()


def test_what_was_just_recorded_is_in_the_answer(station: Station) -> None:
    station.sell("A-1")
    assert station.orders() == ["A-1"]
    station.sell("A-2")
    assert station.orders() == ["A-2", "A-1"]


def test_it_follows_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEGIN_S", 0.0)
    monkeypatch.setattr(module, "READ_ON_S", 0.0)
    monkeypatch.setattr(following, "PIECE", 1)
    station = Station(tmp_path)
    station.sell(*(f"A-{number}" for number in range(20)))
    asked = 1
    while station.review.call(lambda review: review.behind):
        asked += 1
        station.review._closing.wait(0.01)
    assert asked < 20 and len(station.orders()) == 20  # most of it was read while nobody asked
    station.review.close()
    station.thread.close()


def test_a_page_that_asks_early_is_told_how_much_is_missing(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_ON_S", 0.0)
    monkeypatch.setattr(following, "PIECE", 1)
    station.sell("A-1", "A-2", "A-3")
    found = station.review.call(lambda review: find(review, Filter()))
    assert ([row.order_id for row in found.rows], found.behind) == (["A-1"], 2)


def test_it_steps_aside_while_the_store_works(station: Station) -> None:
    station.sell("A-1")
    working, go_on = threading.Event(), threading.Event()

    def work(_: StationStore) -> None:
        working.set()
        go_on.wait(WAIT_S)

    done = station.thread.post(work)
    working.wait(WAIT_S)
    waited: list[bool] = []

    def read(review: Review) -> None:
        threading.Timer(0.05, go_on.set).start()
        review.give_way()
        waited.append(go_on.is_set())

    station.review.call(read)
    done.result()
    assert waited == [True]


def test_closing_ends_a_long_read(station: Station) -> None:
    station.sell("A-1")
    reading = threading.Event()

    def read(review: Review) -> None:
        while True:
            reading.set()
            review.give_way()

    future = station.review.post(read)
    reading.wait(WAIT_S)
    station.review.close()
    with pytest.raises(ReviewClosed):
        future.result(WAIT_S)
    assert station.review.post(lambda review: review.behind).cancelled()


def test_a_full_disk_leaves_what_was_read(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    station.sell("A-1")
    assert station.orders() == ["A-1"]

    def full(_: Review) -> bool:
        raise DiskFull("no room")

    monkeypatch.setattr(Review, "step", full)
    station.sell("A-2")
    assert station.orders() == ["A-1"]
    monkeypatch.undo()
    assert station.orders() == ["A-2", "A-1"]


def test_with_little_room_nothing_is_written(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    station.sell("A-1")
    assert station.orders() == ["A-1"]
    monkeypatch.setattr(module, "is_room_low", lambda folder: True)
    station.sell("A-2")
    found = station.review.call(lambda review: find(review, Filter()))
    assert ([row.order_id for row in found.rows], found.behind) == (["A-1"], 1)


def test_where_no_file_can_be_made_the_page_says_so_and_the_station_works(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **_more: Any) -> None:
        raise StoreReadOnly("not here")

    monkeypatch.setattr("app.store.review.file.open_database", refused)
    with pytest.raises(ReviewMissing):
        station.orders()
    station.sell("A-1")
    monkeypatch.undo()
    assert station.orders() == ["A-1"]


def test_damage_that_is_met_is_mended_before_the_answer(station: Station) -> None:
    station.sell("A-1", "A-2")
    assert station.orders() == ["A-2", "A-1"]
    met: list[int] = []

    def read(review: Review) -> list[Any]:
        met.append(1)
        if len(met) == 1:
            review._db.execute("UPDATE action SET order_id = 'spoiled'")
            raise ReviewDamaged("a page")
        return review.rows("SELECT order_id FROM action ORDER BY seq")

    assert station.review.call(read) == [("A-1",), ("A-2",)]


def test_of_an_erased_station_nothing_can_be_read(station: Station) -> None:
    station.sell("A-1")
    assert station.orders() == ["A-1"]
    with pytest.raises(StoreErased):
        station.thread.call(lambda store: erase_store(store, kept=store.journal.head()))
    assert not station.path.exists()
    with pytest.raises(StoreErased):
        station.orders()
    assert station.review._review is None and not station.path.exists()


@pytest.mark.parametrize("fault", [StoreFault("the journal"), DiskFull("no room")])
def test_what_goes_wrong_in_a_page_is_the_pages(station: Station, fault: StoreFault) -> None:
    def fails(_: Review) -> None:
        raise fault

    with pytest.raises(type(fault)):
        station.review.call(fails)
    station.sell("A-1")
    assert station.orders() == ["A-1"]


def test_a_bug_in_a_page_is_told_to_who_asked(station: Station) -> None:
    station.sell("A-1")
    broken: Callable[[Review], Any] = lambda review: review.rows("SELECT * FROM nowhere")  # noqa: E731
    with pytest.raises(Exception, match="nowhere"):
        station.review.call(broken)
    assert station.orders() == ["A-1"]
