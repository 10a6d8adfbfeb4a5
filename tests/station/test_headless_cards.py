"""Gift cards in lines: scanned, paid with, and money put on them once, by who may."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.config import Config
from app.headless import HeadlessStation
from app.station.identify import identify
from app.store.thread import StoreThread
from tests.builders import NOW_MS, PIN, a_gift_card, a_person, a_store, move_replica


class Till:
    """A station that nobody serves and that is cut off, with a card."""

    def __init__(self, folder: Path) -> None:
        clock = SetClock(NOW_MS)
        self.thread = StoreThread(lambda: a_store(folder / "store", clock=clock))
        self.station = HeadlessStation(self.thread, config=Config.embedded(folder), clock=clock)
        self.station._worker.stop()
        self.thread.call(lambda store: move_replica(store, included_seq=0))
        self.eva = self.thread.call(lambda store: a_person(store, role="manager", name="Eva"))
        self.number = self.thread.call(a_gift_card)
        self.card = self.thread.call(lambda store: identify(store, self.number)).ref  # type: ignore[union-attr]

    def says(self, **command: Any) -> dict[str, Any]:
        return self.station.answer(json.dumps(command))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.station.close()


def test_a_scanned_card_pays_of_the_next_order_and_of_no_other(till: Till) -> None:
    seen = till.station.answer(till.number)
    assert (seen["answer"], seen["card"], seen["balance"], seen["alone"]) == (
        "gift_card",
        till.card,
        10_000,
        5_000,
    )
    assert till.says(quote={"order_id": "A-1", "total": 700})["due"] == 0
    done = till.says(order={"order_id": "A-1", "total": 700})
    assert (done["paid"], done["due"]) == (
        [{"card": till.card, "amount": 700, "left": 9_300, "rest": "stays"}],
        0,
    )
    assert "paid" not in till.says(order={"order_id": "A-2", "total": 700})


def test_what_a_card_does_not_pay_has_its_sentence(till: Till) -> None:
    till.station.answer(till.number)
    done = till.says(order={"order_id": "A-1", "total": 5_001})
    assert (done["answer"], done["due"]) == ("not_possible", 5_001)
    (paid,) = done["paid"]
    assert (paid["amount"], paid["reason"]) == (0, "card_floor") and "50.00" in paid["sentence"]


def test_money_is_put_on_once_with_a_managers_word(till: Till) -> None:
    asked = {"card": till.card, "amount": 500, "id": "once"}
    seen = till.says(top_up={**asked, "preview": True})
    assert (seen["answer"], seen["balance_after"], seen["needs_approval"]) == ("preview", 10_500, True)
    assert till.says(top_up=asked)["reason"] == "approval_needed"
    approve = {"staff": till.eva, "pin": PIN, "why": "promised"}
    done = till.says(top_up={**asked, "approve": approve})
    assert (done["answer"], done["movement"], done["balance"]) == ("topped_up", "topped_up", 10_500)
    assert till.says(top_up=asked) == {**done, "repeat": True}


def test_an_undoing_says_what_goes_back_on_the_card_and_not_out_of_the_till(till: Till) -> None:
    till.station.answer(till.number)
    till.says(order={"order_id": "A-1", "total": 700})
    asked = {"order_id": "A-1", "reason": "mistake", "id": "V-1"}
    seen, done = till.says(void={**asked, "preview": True}), till.says(void=asked)
    assert [(each["till"], each["on_cards"]) for each in (seen, done)] == [(0, 700), (0, 700)]
