"""What is said beside the offers: with the quote it belongs to, gone with the order, and joining keeps the order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.core.order import Line
from app.core.prompted import NO_PROMPTS, JoiningGives, Want
from tests.builders import put_document
from tests.station.test_enrol import box_keys
from tests.ui.station_bench import Bench, open_bench, open_member
from ui.gallery import StillModel, states
from ui.models.enrol import Enrol, EnrolTyped
from ui.models.quotes import Quotes
from ui.models.state import Screen
from ui.models.till import new_visit
from ui.widgets.label import Label
from ui.widgets.prompt import Prompt
from ui.window import StationWindow

LINES = (Line(1, "bread", 1, 2_360),)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    with open_bench(qtbot, tmp_path) as opened:
        yield opened


def told(bench: Bench) -> tuple[Want, int, int] | None:
    near = bench.model.state.prompts.next_best
    return near and (near.want, near.missing, near.worth)


def test_what_is_nearly_there_is_said_with_its_own_order(bench: Bench) -> None:
    open_member(bench)
    bench.model.type_amount("23.60")
    bench.quoted(2_360)
    assert told(bench) == (Want.AMOUNT, 640, 500)
    assert bench.model.state.prompts.joining is None
    bench.model.type_amount("29.00")
    bench.quoted(2_900)
    assert told(bench) == (Want.AMOUNT, 100, 500)
    bench.model.escape()
    assert bench.model.state.prompts == NO_PROMPTS


def test_a_prompt_that_comes_late_is_dropped(bench: Bench) -> None:
    open_member(bench)
    with bench.slow_store():
        bench.model.type_amount("23.60")
        bench.model.type_amount("3.00")
        bench.model.escape()
    bench.settled()
    assert bench.model.state.prompts == NO_PROMPTS


def test_whoever_joins_with_f5_has_the_order_that_was_there(bench: Bench) -> None:
    bench.thread.call(lambda store: put_document(store, "keyset", box_keys("b9")))
    bench.model.add_flows(Enrol)
    bench.model.till_order("A-1", LINES)
    bench.quoted(2_360)
    assert bench.model.state.prompts.joining == JoiningGives(off=0, points=23)
    bench.model.open(Screen.ENROL)
    bench.model.ask(EnrolTyped("contact", "0301234567"))
    for screen in (Screen.ENROL, Screen.MEMBER):
        bench.settled()
        bench.model.enter()
        bench.until(screen)
        bench.qtbot.waitUntil(lambda: not bench.model.state.is_busy)
    bench.qtbot.waitUntil(lambda: bench.model.state.order.points == 23)
    assert bench.model.state.order.order_id == "A-1" and bench.model.state.member is not None
    bench.settled()
    assert bench.model.state.prompts.joining is None


class Held:
    """Tasks whose results come home when the test lets them."""

    def __init__(self) -> None:
        self.home: list[object] = []

    def on_store(self, work, *, then, failed) -> None:
        self.home.append(then)


def test_what_comes_home_behind_another_order_is_nobodys(qapp) -> None:
    tasks, came = Held(), []
    parent = QObject()
    quotes = Quotes(tasks, register="1", who=lambda: None, parent=parent)
    quotes.prompted.connect(came.append)
    quotes.ask(new_visit(), link="offline")
    tasks.home.pop()("a quote")
    said = tasks.home.pop()
    quotes.drop()
    said(NO_PROMPTS)
    assert came == []


def test_prompts_are_on_the_page_and_lead_to_joining(qtbot: QtBot) -> None:
    said = states()
    model = StillModel(said["member-joining-both"])
    window = StationWindow(model)
    qtbot.addWidget(window)
    window.show()
    shown = [label.whole for label in window.findChildren(Label) if label.isVisible()]
    assert "Joining now takes €2.36 off this order and gives 1 point." in shown
    (join,) = [each for each in window.findChildren(Prompt) if each.button.isVisible()]
    join.button.click()
    assert model.asked == [("open", Screen.ENROL)]
    model.show(said["member-nearly-amount"])
    shown = [label.whole for label in window.findChildren(Label) if label.isVisible()]
    assert "5.00 off from 30.00: €6.40 more on this order, and €5.00 comes off." in shown
    assert not join.isVisible()
    model.show(said["member"])
    assert not any(prompt.isVisible() for prompt in window.findChildren(Prompt))
