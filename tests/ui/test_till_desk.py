"""Orders of the till at the window: by a real API on a real store, confirmed by Enter; the till is another thread."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.core.approvals import Why
from app.till_api.desk import Handed, Taken
from app.till_api.server import TillApi
from tests.builders import NOW_MS, PIN, a_person, an_order
from tests.till_api.asking import Reply, Till, coffee
from tests.ui.real_station import RealStation, enrolled_store
from tests.ui.station_bench import Bench
from ui import texts_till
from ui.models.approving import Because
from ui.models.earn import EarnAmount
from ui.models.known_flows import FLOWS
from ui.models.pin_pad import GivePin
from ui.models.state import Screen
from ui.models.till_desk import WindowTillDesk

LONG_MS = 30_000  # a PIN takes its time where all are at work
HOUR_MS = 3_600_000


class Beside:
    """A till on a thread of its own, so that the window goes on while it asks."""

    def __init__(self, bench: Bench, desk: WindowTillDesk, till: Till) -> None:
        self.bench, self.desk, self._till = bench, desk, till
        self._pool = ThreadPoolExecutor(4)

    def begin(self, ask: Callable[[Till], Reply]) -> "Future[Reply]":
        return self._pool.submit(ask, self._till)

    def end(self, asked: "Future[Reply]") -> Reply:
        self.bench.qtbot.waitUntil(asked.done, timeout=LONG_MS)
        return asked.result()

    def ask(self, ask: Callable[[Till], Reply]) -> Reply:
        return self.end(self.begin(ask))

    def put(self, order_id: str, order: object) -> dict[str, Any]:
        reply = self.ask(lambda till: till.put(order_id, order))
        assert reply.status == 200, reply
        return reply.said

    def get(self, order_id: str) -> dict[str, Any]:
        return self.ask(lambda till: till.get(order_id)).said

    def until_state(self, order_id: str, state: str) -> dict[str, Any]:
        """Ask until an order stands so."""
        told = self.get(order_id)
        while told["state"] != state:
            query = f"?wait_s=10&after={told['revision']}"
            told = self.ask(lambda till, query=query: till.get(order_id, query)).said
        return told

    def shown(self, order_id: str) -> None:
        """Wait until the window shows an order."""
        state = lambda: self.bench.model.state  # noqa: E731
        self.bench.qtbot.waitUntil(
            lambda: state().screen is Screen.MEMBER and state().order.order_id == order_id
        )

    def buy(self, order_id: str, order: object) -> None:
        self.put(order_id, order)
        self.shown(order_id)
        self.bench.qtbot.waitUntil(
            lambda: self.bench.model.quoted is not None and not self.bench.model.state.is_new
        )
        self.bench.model.enter()
        self.bench.until(Screen.ANSWER)

    def close(self) -> None:
        self._pool.shutdown()


@pytest.fixture
def beside(bench: Bench, tmp_path: Path) -> Iterator[Beside]:
    bench.model.add_flows(*FLOWS)
    desk = WindowTillDesk(bench.tasks, bench.model)
    api = TillApi(bench.thread, desk, port=0, folder=tmp_path, register="1", receipt_text=lambda _: ())
    api.start()
    beside = Beside(bench, desk, Till(api.url, api.token_path))
    yield beside
    for _nth in range(3):  # a quote that is on its way, and what it asks for then
        home: list[None] = []
        bench.tasks.on_store(lambda store: None, then=home.append, failed=home.append)
        bench.qtbot.waitUntil(lambda home=home: bool(home))
    api.close()
    beside.close()


def tea(total: int) -> dict[str, Any]:
    return {
        "currency": "USD",
        "lines": [{"sku": "tea", "amount": total - 1_000}, {"sku": "pot", "amount": 1_000}],
    }


def test_what_enter_records_comes_off_the_tills_lines(beside: Beside) -> None:
    assert beside.put("T-1", tea(6_000))["state"] == "waiting"
    beside.shown("T-1")
    hears = beside.begin(lambda till: till.get("T-1", "?wait_s=20"))
    beside.bench.model.scan(beside.bench.card.code)
    quoted = beside.until_state("T-1", "quoted")["quote"]
    assert ([each["rule"] for each in quoted["usable"]], quoted["due"]) == (["ten", "five"], 6_000)
    beside.bench.model.pick(beside.bench.offer("ten").key)
    beside.bench.qtbot.waitUntil(lambda: beside.bench.model.state.order.discount == 600)
    beside.bench.settled()
    assert [each["rule"] for each in beside.get("T-1")["quote"]["given"]] == ["ten"]
    beside.bench.model.pick(beside.bench.offer("five").key)
    beside.bench.qtbot.waitUntil(lambda: beside.bench.model.state.order.discount > 600)
    beside.bench.settled()
    beside.bench.model.enter()
    told = beside.end(hears).said
    assert (told["state"], told["result"]["due"]) == ("recorded", 4_950)
    taken = [each["take_off"] for each in told["result"]["lines"]]
    assert (taken, sum(taken)) == ([875, 175], told["result"]["discount"])
    assert told["result"]["given"][0]["redemption_id"]
    assert beside.bench.model.state.screen is Screen.ANSWER


def test_an_order_that_is_dropped_here_can_come_again_and_one_taken_back_is_gone(beside: Beside) -> None:
    beside.put("T-1", coffee())
    beside.shown("T-1")
    beside.bench.model.escape()
    assert beside.until_state("T-1", "given_up")["why"] == "It was dropped at the station."
    assert beside.put("T-1", coffee())["state"] == "waiting"
    beside.shown("T-1")
    gone = beside.ask(lambda till: till.ask("DELETE", "/v1/orders/T-1")).said
    assert (gone["state"], gone["why"]) == ("given_up", "The till has given it up.")
    assert beside.bench.model.state.screen is Screen.IDLE and beside.bench.model.state.notice


def test_another_order_of_the_till_is_somebody_elses(beside: Beside) -> None:
    beside.bench.model.scan(beside.bench.card.code)
    beside.bench.until(Screen.MEMBER)
    beside.put("T-1", coffee())
    beside.until_state("T-1", "quoted")  # who was there before the first one is whose it is
    beside.put("T-2", coffee(800))
    assert beside.bench.model.state.member is None
    assert beside.get("T-1")["why"] == "Another order of the till took its place."
    assert beside.get("T-2")["state"] == "waiting"


def test_an_order_that_is_typed_over_is_not_the_tills_any_more(beside: Beside) -> None:
    beside.put("T-1", tea(4_000))
    beside.shown("T-1")
    beside.bench.model.type_amount("35")
    assert beside.until_state("T-1", "given_up")
    beside.bench.quoted(3_500)
    beside.bench.model.enter()
    beside.bench.until(Screen.ANSWER)
    assert (
        beside.ask(lambda till: till.get("T-1")).said["state"] == "given_up"
    )  # none of its lines was recorded


def test_it_waits_behind_a_page_and_behind_an_answer_that_nobody_can_have_read(beside: Beside) -> None:
    model = beside.bench.model
    model.open(Screen.UNDO)
    assert beside.put("T-1", coffee())["state"] == "waiting"
    assert model.state.screen is Screen.UNDO and model.state.notice
    for order_id in ("T-0", "T-1"):  # of three in a row behind a page, the one between is not forgotten
        beside.put(order_id, coffee())
    assert beside.get("T-0")["why"] == "Another order of the till took its place."
    model.escape()
    beside.shown("T-1")
    beside.bench.settled()
    beside.bench.paints = False
    model.enter()
    beside.bench.until(Screen.ANSWER)
    beside.put("T-2", coffee(800))
    assert model.state.screen is Screen.ANSWER and beside.get("T-1")["state"] == "recorded"
    beside.bench.paints = True
    model.painted()
    beside.shown("T-2")


def test_what_is_being_recorded_is_neither_changed_nor_taken_back(beside: Beside) -> None:
    beside.put("T-1", coffee())
    beside.shown("T-1")
    beside.bench.settled()
    words: list[Taken] = []
    order = an_order("T-1").lines
    with beside.bench.slow_store():
        beside.bench.model.enter()
        beside.desk.take(Handed("T-1", order), words.append)
        beside.desk.drop("T-1", words.append)
        beside.desk.take(Handed("T-2", order), words.append)
        beside.bench.qtbot.waitUntil(lambda: len(words) == 3)
    assert words == [Taken.CONFIRMING, Taken.CONFIRMING, Taken.YES]
    beside.shown("T-2")
    assert beside.get("T-1")["state"] == "recorded"


def test_a_void_that_needs_a_manager_is_asked_for_at_the_window(beside: Beside) -> None:
    bench = beside.bench
    bench.thread.call(lambda store: a_person(store, seed=3, role="manager", name="Eva"))
    beside.buy("T-1", tea(4_000))
    bench.leave_answer()
    bench.clock.set_ms(NOW_MS + HOUR_MS)
    asked = beside.ask(lambda till: till.void("T-1"))
    assert (asked.status, asked.said["approval"]) == (202, "asked")
    bench.until(Screen.APPROVAL)
    bench.model.escape()
    declined = beside.ask(lambda till: till.get("T-1", f"?wait_s=10&after={asked.said['revision']}")).said
    assert (declined["state"], declined["approval"]) == ("recorded", "declined")
    twice = [beside.begin(lambda till: till.void("T-1")) for _ in range(2)]  # at once
    assert [beside.end(each).said["approval"] for each in twice] == ["asked"] * 2
    bench.until(Screen.APPROVAL)
    assert beside.get("T-1")["approval"] == "asked"
    hears = beside.begin(lambda till: till.get("T-1", "?wait_s=20"))
    bench.qtbot.waitUntil(lambda: bool(bench.model.state.flow.pin.chosen))
    bench.model.ask(Because(Why.CHANGED_MIND))
    bench.model.ask(GivePin(PIN))
    told = beside.end(hears).said
    assert (told["state"], told["void"]["reason"], told["void"]["till"]) == ("voided", "till_voided", 3_500)
    again = beside.ask(lambda till: till.void("T-1"))
    assert (again.status, again.said) == (200, told)


def test_a_whole_station_answers_its_till_after_the_first_paint_and_stops_with_its_window(
    qtbot: QtBot, tmp_path: Path
) -> None:
    enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    station = RealStation(qtbot, tmp_path, till_api="0")
    station.until_screen(Screen.IDLE)
    station.until(lambda: station.running.till_api is not None)
    api = station.running.till_api
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(Till(api.url, api.token_path).put, "T-1", coffee())
        station.until_screen(Screen.MEMBER)
        station.until(asked.done)
    assert asked.result().said["state"] == "waiting"
    station.until_settled()
    station.close()
    with socket.socket() as line:
        assert line.connect_ex(("127.0.0.1", api.port)) != 0


def test_a_port_that_another_program_has_is_said_and_the_station_works(qtbot: QtBot, tmp_path: Path) -> None:
    enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        station = RealStation(qtbot, tmp_path, till_api=str(other.getsockname()[1]))
        try:
            station.until(lambda: station.has_shown(texts_till.cant_listen()))
            station.until_screen(Screen.IDLE)
        finally:
            station.close()


def test_the_points_page_goes_on_with_the_tills_order_as_it_is_by_now(beside: Beside) -> None:
    model = beside.bench.model
    model.scan(beside.bench.card.code)
    beside.bench.until(Screen.MEMBER)
    beside.put("T-1", tea(4_000))
    beside.shown("T-1")
    model.open(Screen.EARN)
    beside.put("T-1", tea(6_000))  # something was forgotten
    beside.bench.qtbot.waitUntil(lambda: model.state.flow.order.total == 6_000 and not model.state.is_new)
    assert model.state.flow.member is not None
    assert beside.ask(lambda till: till.ask("DELETE", "/v1/orders/T-1")).said["state"] == "given_up"
    assert (model.state.screen, model.state.flow.order.total, model.state.flow.member) == (
        Screen.EARN,
        0,
        None,
    )
    beside.put("T-2", coffee(800))
    beside.bench.qtbot.waitUntil(lambda: model.state.flow.order.total == 800 and not model.state.is_new)
    model.scan(beside.bench.card.code)
    beside.bench.qtbot.waitUntil(lambda: model.state.flow.member is not None)
    model.enter()
    beside.bench.until(Screen.ANSWER)
    assert beside.get("T-2")["result"]["total"] == 800
    assert beside.get("T-1")["state"] == "given_up"


def test_an_order_that_comes_behind_typed_points_is_there_when_those_are_recorded(beside: Beside) -> None:
    model = beside.bench.model
    model.open(Screen.EARN)
    model.scan(beside.bench.card.code)
    beside.bench.qtbot.waitUntil(lambda: model.state.flow.member is not None)
    model.ask(EarnAmount("25"))
    beside.put("T-1", coffee())
    model.enter()
    beside.bench.until(Screen.ANSWER)
    assert beside.get("T-1")["state"] == "waiting"
    beside.bench.leave_answer()
    beside.shown("T-1")


def test_an_order_that_comes_to_nothing_is_confirmed_too(beside: Beside) -> None:
    bottles = {"currency": "USD", "lines": [{"sku": "bottle", "quantity": 4, "amount": -100}]}
    beside.buy("T-1", bottles)
    assert beside.get("T-1")["result"]["due"] == -100
