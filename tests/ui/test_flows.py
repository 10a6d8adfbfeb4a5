"""Flows beside the member's page: brought up, asked, left, and what stays behind them."""

from dataclasses import dataclass

import pytest

from app.core.voucher import Presentation
from tests.ui.station_bench import Bench, open_member
from ui.models.flow import Flow
from ui.models.state import AnswerView, AnswerWord, Screen

A_PAGE = Screen.PAIRING  # any page that is no flow's own otherwise


@dataclass(frozen=True)
class Typed:
    text: str


class Counting(Flow):
    """Shows what was typed last, and how often it began and ended."""

    screen = A_PAGE

    def __init__(self, means, parent):
        super().__init__(means, parent)
        self.text, self.begun, self.ended = "", 0, 0

    @property
    def view(self) -> object:
        return (self.text, self.begun)

    def begin(self) -> None:
        self.text, self.begun = "", self.begun + 1

    def end(self) -> None:
        self.ended += 1

    def take(self, intent: object) -> None:
        assert isinstance(intent, Typed)
        self.text = intent.text
        self.changed.emit()

    def seen(self, seen) -> bool:
        return isinstance(seen, Presentation)

    def enter(self) -> None:
        self.desk.answer(AnswerView(AnswerWord.LOOK, sentence=self.text))


@pytest.fixture
def flow(bench: Bench) -> Counting:
    bench.model.add_flows(Counting)
    return next(iter(bench.model._flows._flows.values()))


def test_a_flow_shows_what_its_page_asked(bench: Bench, flow: Counting):
    bench.model.open(A_PAGE)
    assert (bench.model.state.screen, bench.model.state.flow) == (A_PAGE, ("", 1))
    bench.model.ask(Typed("12"))
    assert bench.model.state.flow == ("12", 1)
    bench.model.open(A_PAGE)
    assert bench.model.state.flow == ("12", 1)  # it is up already


def test_leaving_a_flow_goes_back_to_the_order_as_it_was(bench: Bench, flow: Counting):
    open_member(bench)
    bench.model.type_amount("60")
    bench.quoted(6000)
    bench.model.pick(bench.offer("ten").key)
    bench.qtbot.waitUntil(lambda: bench.model.state.order.discount == 600)
    bench.model.open(A_PAGE)
    bench.model.escape()
    bench.quoted(6000)
    assert bench.model.state.screen is Screen.MEMBER
    assert (bench.model.state.order.typed, bench.model.state.order.discount) == ("60", 600)
    assert (flow.ended, bench.model.state.flow) == (1, None)


def test_a_members_card_leaves_the_flow_and_opens_the_member(bench: Bench, flow: Counting):
    bench.model.open(A_PAGE)
    open_member(bench)
    assert (flow.ended, bench.model.state.flow) == (1, None)


def test_a_flow_may_take_a_scan_for_itself(bench: Bench, flow: Counting):
    bench.model.open(A_PAGE)
    bench.model.scan(bench.voucher)
    bench.settled()
    assert (bench.model.state.screen, flow.ended) == (A_PAGE, 0)


def test_a_flow_ends_with_an_answer(bench: Bench, flow: Counting):
    bench.model.open(A_PAGE)
    bench.model.ask(Typed("done"))
    bench.model.enter()
    assert (bench.model.state.screen, bench.model.state.answer.sentence) == (Screen.ANSWER, "done")
    assert bench.model.state.is_new and flow.ended == 1
    bench.model.open(A_PAGE)
    assert bench.model.state.screen is Screen.ANSWER  # nobody has looked at it yet
    bench.leave_answer()
    assert bench.model.state.screen is Screen.IDLE


def test_no_flow_comes_up_for_a_page_that_has_none(bench: Bench, flow: Counting):
    bench.model.open(Screen.STOPPED)
    assert bench.model.state.screen is Screen.IDLE
