"""Voids and returns in lines: seen beforehand, done once, and refused with a sentence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.config import Config
from app.headless import HeadlessStation
from app.store.thread import StoreThread
from tests.builders import NOW_MS, PIN, a_member, a_person, a_store

MINUTE_MS = 60_000


class Till:
    """A station that nobody serves, at which things are said."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(NOW_MS)
        self.thread = StoreThread(lambda: a_store(folder / "store", clock=self.clock))
        self.station = HeadlessStation(self.thread, config=Config.embedded(folder), clock=self.clock)
        self.station._worker.stop()
        self.card = self.thread.call(a_member).code
        self.eva = self.thread.call(lambda store: a_person(store, role="manager", name="Eva"))

    def says(self, **command: Any) -> dict[str, Any]:
        return self.station.answer(json.dumps(command))

    def sells(self) -> None:
        self.station.answer(self.card)
        lines = [{"sku": "coffee", "qty": 2, "amount": 1000}, {"sku": "milk", "qty": 1, "amount": 250}]
        assert self.says(order={"order_id": "A-1", "lines": lines})["points"] == 12


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    made.sells()
    yield made
    made.station.close()


def test_an_order_is_looked_at_and_undone_once(till: Till) -> None:
    asked = {"order_id": "A-1", "reason": "mistake", "id": "once"}
    seen = till.says(void={**asked, "preview": True})
    assert seen == {
        "answer": "preview",
        "id": "once",
        "order_id": "A-1",
        "amount": 1250,
        "till": 1250,
        "points": -12,
        "points_back": 0,
        "value": 0,
        "needs_approval": False,
        "balance_after": 0,
    }
    done = till.says(void=asked)
    assert (done["answer"], done["amount"], done["points"], done["repeat"]) == ("undone", 1250, -12, False)
    assert till.says(void=asked) == {**done, "repeat": True}
    again = till.says(void={**asked, "id": "twice"})
    assert (again["answer"], again["reason"]) == ("refused", "order_undone") and again["sentence"]


def test_units_come_back_and_the_rest_with_a_void(till: Till) -> None:
    asked = {"order_id": "A-1", "reason": "goods_back", "lines": [{"line": 1, "qty": 1}]}
    assert till.says(**{"return": asked})["amount"] == 500
    too_much = till.says(**{"return": {**asked, "lines": [{"line": 1, "qty": 1, "milli": 1}]}})
    assert too_much["reason"] == "returned_too_much"
    assert till.says(void={"order_id": "A-1", "reason": "mistake"})["amount"] == 750


def test_what_is_older_takes_a_manager(till: Till) -> None:
    till.clock.set_ms(NOW_MS + 11 * MINUTE_MS)
    asked: dict[str, Any] = {"order_id": "A-1", "reason": "mistake"}
    assert till.says(void=asked)["reason"] == "approval_needed"
    wrong = {"staff": till.eva, "pin": "0000", "why": "goodwill"}
    assert till.says(void={**asked, "approve": wrong})["reason"] == "not_approved"
    assert till.says(void={**asked, "approve": {**wrong, "pin": PIN}})["answer"] == "undone"


@pytest.mark.parametrize(
    "wrong",
    [
        {"void": {"order_id": "A-1"}},
        {"void": {"order_id": "A-1", "reason": "goods_back"}},
        {"void": {"order_id": "A-1", "reason": "because"}},
        {"return": {"order_id": "A-1", "reason": "goods_back"}},
        {"return": {"order_id": "A-1", "reason": "goods_back", "lines": []}},
        {"return": {"order_id": "A-1", "reason": "goods_back", "lines": [{"line": 0, "qty": 1}]}},
        {"return": {"order_id": "A-1", "reason": "goods_back", "lines": [{"line": 1, "qty": -1}]}},
        {"void": {"order_id": "A-1", "reason": "mistake", "note": "for my cousin"}},
    ],
)
def test_what_is_not_understood_undoes_nothing(till: Till, wrong: dict[str, Any]) -> None:
    assert till.says(**wrong)["answer"] == "not_understood"
    assert till.thread.call(lambda store: store.journal.head().seq) == 1
