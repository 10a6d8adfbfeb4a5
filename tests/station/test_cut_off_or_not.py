"""Nobody at the till can make a station believe that it is cut off, and what waits is there whoever signs out."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.config import Config
from app.core.entry import ORDER
from app.headless import HeadlessStation
from app.store.store import StationStore
from app.store.thread import StoreThread
from sync.worker import LinkState
from tests.builders import NOW_MS, PIN, a_person, a_store

CLAIMS = {"link": "offline", "offline": True, "online": False, "mode": "offline", "is_online": False}


class Worker:
    """What the last talk with head office found, in the place of talking."""

    state = LinkState(is_online=True)

    def wake(self) -> None:
        pass

    def stop(self) -> None:
        pass


@pytest.fixture
def station(tmp_path: Path) -> Iterator[HeadlessStation]:
    clock = SetClock(NOW_MS)
    thread = StoreThread(lambda: a_store(tmp_path / "store", clock=clock))
    station = HeadlessStation(thread, config=Config.embedded(tmp_path), clock=clock)
    station._worker.stop()
    station._worker = Worker()
    yield station
    station.close()


def says(station: HeadlessStation, **command: Any) -> dict[str, Any]:
    return station.answer(json.dumps(command))


def sells(station: HeadlessStation, order_id: str, **claims: Any) -> dict[str, Any]:
    order = {"order_id": order_id, "lines": [{"sku": "coffee", "qty": 1, "amount": 500}], **claims}
    return says(station, order=order, **claims)


def told(station: HeadlessStation) -> list[dict[str, Any]]:
    entries = station._thread.call(lambda store: list(store.journal.entries()))
    return [entry.data for entry in entries if entry.type == ORDER]


def test_whoever_says_that_it_is_cut_off_is_not_believed(station: HeadlessStation) -> None:
    """The softer limits of a station that is cut off are not to be had by a word: the line itself must be down."""
    for claim, value in CLAIMS.items():
        assert says(station, **{claim: value})["answer"] == "not_understood"
    assert sells(station, "o1", **CLAIMS)["answer"] == "approved"
    station._worker.state = LinkState(is_online=False)
    assert sells(station, "o2", link="online", is_online=True)["answer"] == "approved_queued"
    assert [data["link"] for data in told(station)] == ["online", "offline"]
    assert not {field.name for field in fields(Config)} & CLAIMS.keys()


def test_what_waits_is_there_whoever_signs_out_and_in(station: HeadlessStation) -> None:
    people: list[str] = []

    def hire(store: StationStore) -> None:
        people.extend(a_person(store, seed=seed) for seed in (1, 2))

    station._thread.call(hire)
    for turn, staff in enumerate(people):
        assert says(station, sign_in={"staff": staff, "pin": PIN})["answer"] == "signed_in"
        sells(station, f"o{turn}")
        said = says(station, sign_out=True)
        assert (said["answer"], said["waiting"]) == ("signed_out", 3 * (turn + 1)), (
            "the order, and two of the shift"
        )
    assert says(station, status=True)["waiting"] == 6
    assert [data["order_id"] for data in told(station)] == ["o0", "o1"]
    station._thread.call(lambda store: store.journal.verify())
