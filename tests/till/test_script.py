"""The till by a script beside a real station: what it hears is what is recorded, also where one of them starts anew."""

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.core.entry import ORDER
from app.till.script import NotAsItHasToBe, Script
from app.till.station import Station
from app.till.tape import Tape
from tests.rig.processes import eventually
from tests.till_api.conftest import Shop

COFFEE = ["coffee", 1, 499]
STUCK_S = 20


class AtTill:
    """A script that runs on a thread of its own, as the till is another program."""

    def __init__(self, shop: Shop, tape: Path, *steps: dict[str, Any]) -> None:
        self.said: list[dict[str, Any]] = []
        self.problem: BaseException | None = None
        ready = shop.station.ready()
        self._arguments = (
            tape,
            ready["till_api"],
            Path(ready["till_token"]),
            [json.dumps(each) for each in steps],
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        path, url, token, lines = self._arguments
        tape = Tape(path)
        try:
            self.said.extend(Script(tape, Station(url, token), clock=SystemClock()).run(lines))
        except NotAsItHasToBe as problem:
            self.problem = problem
        finally:
            tape.close()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def takings(self) -> dict[str, Any]:
        self._thread.join(STUCK_S)
        assert self.problem is None and not self.is_running
        return self.said[-1]["takings"]


def confirm_all(shop: Shop, till: AtTill, *scans: str) -> int:
    """Be the cashier until the till is done: scan something for each order, and confirm."""
    confirmed = 0
    pause = threading.Event()
    for _ in range(2_000):
        if not till.is_running:
            return confirmed
        if shop.say({"till": True})["order"]:
            for text in scans:
                shop.say(text)
            confirmed += shop.confirm()["answer"] != "not_understood"
        pause.wait(0.005)
    raise AssertionError("the till never came to its end")


def orders(shop: Shop) -> Counter[str]:
    return Counter(
        entry.data["order_id"]
        for entry in shop.station._thread.call(lambda store: list(store.journal.entries()))
        if entry.type == ORDER
    )


def test_orders_repeats_and_voids_come_to_the_same_on_both_sides(shop: Shop, tmp_path: Path) -> None:
    till = AtTill(
        shop, tmp_path / "tape",
        {"sell": [COFFEE, ["bread", 2, 500]]}, {"again": 1}, {"other": 1}, {"sell": [COFFEE]}, {"void": 1},
        {"again": 1}, {"void": 1},
    )  # fmt: skip
    assert confirm_all(shop, till, shop.card.code, shop.voucher) == 2
    found = till.takings()
    assert (found["orders"], found["discount"], found["voids"], found["till"]) == (2, 200, 1, 399)
    assert found["points_earned"] == 3, "8 less the 8 of the one that is undone, and 3"
    assert [each.get("refused") for each in till.said[:-1]] == [
        None,
        None,
        "order_recorded",
        None,
        None,
        None,
        None,
    ]
    assert set(orders(shop).values()) == {1}
    lines = map(json.loads, (tmp_path / "tape").read_bytes().splitlines())
    written = Counter((line.get("step"), line.get("id")) for line in lines)
    assert {written[step, sale] for step, sale in written if step} == {1}, "each is written down once"


def test_an_order_that_is_taken_back_is_recorded_on_neither_side(shop: Shop, tmp_path: Path) -> None:
    till = AtTill(shop, tmp_path / "tape", {"give_up": [COFFEE]}, {"sell": [COFFEE]})
    eventually(lambda: bool(shop.say({"till": True})["order"].endswith("-2")), within_s=STUCK_S, every_s=0.01)
    assert confirm_all(shop, till) == 1
    assert till.takings()["orders"] == 1 and till.said[0]["state"] == "given_up"


def test_the_till_goes_on_where_it_was_when_it_starts_again(shop: Shop, tmp_path: Path) -> None:
    """It died when the station had recorded the order and it had heard nothing of that."""
    tape = Tape(tmp_path / "tape")
    lines = [{"sku": "coffee", "quantity": 1, "amount": 499}]
    order = {"currency": "USD", "lines": lines}
    sale = tape.begin(order, 1)
    shop.redeem(sale.order_id, order)
    tape.close()
    till = AtTill(shop, tmp_path / "tape", {"sell": [COFFEE]}, {"sell": [COFFEE]})
    assert confirm_all(shop, till) == 1
    assert till.takings()["orders"] == 2 and till.takings()["discount"] == 100
    again = AtTill(shop, tmp_path / "tape", {"sell": [COFFEE]}, {"sell": [COFFEE]})
    assert again.takings() == till.takings() and len(again.said) == 1, "all was done already"


def test_the_station_may_drop_an_order_and_gets_it_once_more(shop: Shop, tmp_path: Path) -> None:
    till = AtTill(shop, tmp_path / "tape", {"sell": [COFFEE]})
    for _ in range(2):
        eventually(lambda: bool(shop.say({"till": True})["order"]), within_s=STUCK_S, every_s=0.01)
        shop.say({"clear": True})
    assert confirm_all(shop, till) == 1
    assert till.takings()["orders"] == 1
