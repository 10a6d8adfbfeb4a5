"""Head office is asked when an order is confirmed, where only its word can give something; the window stays alive."""

import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.core.asking import NOTHING_HEARD, Asking, Heard
from app.core.reasons import Reason, Refusal
from sync.worker import LinkState
from tests.builders import a_program, put_program
from tests.ui.station_bench import FIVE_OFF, STUCK_S, Bench, a_choice, open_member
from ui.models.state import AnswerWord, Screen

TREAT = a_choice("treat", "Head office treat", {"kind": "amount_off", "target": "order", "amount": 300})
ONLINE_ONLY = {**TREAT, "offline": "never"}
ALIVE_MS = 100


class Office:
    """Head office as a test wants it: what it says, and when."""

    def __init__(self) -> None:
        self.heard: Heard | None = None  # None: yes to everything
        self.asked: list[Asking] = []
        self.answers = threading.Event()
        self.answers.set()

    def ask(self, asking: Asking, *, since: float | None = None) -> Heard:
        self.asked.append(asking)
        self.answers.wait(STUCK_S)
        if self.heard is not None:
            return self.heard
        return Heard(granted={each.name: f"R-{each.name}" for each in asking.questions})


@pytest.fixture
def office(bench: Bench) -> Iterator[Office]:
    """A station whose only offers are one for head office and one for everybody, with a line."""
    asked = Office()
    bench.thread.call(
        lambda store: put_program(store, a_program(version=2, campaigns=[ONLINE_ONLY, FIVE_OFF]))
    )
    bench.model.connect_to(type("Worker", (), {"wake": lambda self: None})(), asked)
    bench.model.link_changed(LinkState(is_online=True))
    bench.qtbot.waitUntil(lambda: bench.model._around.link == "online")
    yield asked
    asked.answers.set()


def open_order(bench: Bench, typed: str = "20") -> None:
    open_member(bench)
    bench.model.type_amount(typed)
    bench.quoted(int(typed) * 100)


def pick_treat(bench: Bench) -> None:
    bench.model.pick(bench.offer("treat").key)
    bench.settled()
    assert bench.offer("treat").is_picked


def confirm(bench: Bench) -> None:
    bench.model.enter()
    bench.until(Screen.ANSWER)


def test_an_offer_for_head_office_can_be_picked_and_is_not_picked_by_itself(
    bench: Bench, office: Office
) -> None:
    open_order(bench)
    row = bench.offer("treat")
    assert (row.key, row.is_usable, row.is_to_ask, row.is_picked) == (1, True, True, False)
    pick_treat(bench)
    assert bench.model.state.order.discount == 0, "nobody knows yet"
    assert office.asked == []


def test_its_yes_is_recorded(bench: Bench, office: Office) -> None:
    open_order(bench)
    pick_treat(bench)
    confirm(bench)
    answer = bench.model.state.answer
    assert (answer.word, answer.discount, answer.payable) == (AnswerWord.APPROVED, 300, 1_700)
    ((question,),) = [asking.questions for asking in office.asked]
    assert (question.rule_id, question.discount) == ("treat", 300)


def test_its_no_is_shown_with_its_reason(bench: Bench, office: Office) -> None:
    open_order(bench)
    pick_treat(bench)
    name = next(iter(bench.model._visit.choices[rule] for rule in ("treat",)))
    office.heard = Heard(denied={name: Refusal(Reason.LIMIT_CAMPAIGN_REACHED)})
    confirm(bench)
    answer = bench.model.state.answer
    assert answer.word is AnswerWord.NOT_POSSIBLE
    assert answer.sentence == Reason.LIMIT_CAMPAIGN_REACHED.sentence


def test_without_an_answer_the_station_goes_by_its_own_rights(bench: Bench, office: Office) -> None:
    office.heard = NOTHING_HEARD
    open_order(bench)
    pick_treat(bench)
    confirm(bench)
    answer = bench.model.state.answer
    assert (answer.word, answer.sentence) == (AnswerWord.NOT_POSSIBLE, Reason.ONLINE_ONLY.sentence)


def test_without_a_line_it_cannot_be_picked(bench: Bench, office: Office) -> None:
    bench.model.link_changed(LinkState(is_online=False))
    bench.qtbot.waitUntil(lambda: bench.model._around.link == "offline")
    open_order(bench)
    row = bench.offer("treat")
    assert (row.key, [each.reason for each in row.refusals]) == (None, [Reason.ONLINE_ONLY])


def test_what_needs_no_word_is_not_asked_for(bench: Bench, office: Office) -> None:
    open_order(bench, "35")
    confirm(bench)
    assert (bench.model.state.answer.discount, office.asked) == (500, [])


def test_the_window_is_alive_and_nothing_is_told_while_head_office_thinks(
    bench: Bench, office: Office, qtbot: QtBot
) -> None:
    office.answers.clear()
    open_order(bench)
    pick_treat(bench)
    gaps: list[float] = [0.0]
    last = [monotonic()]

    def beat() -> None:
        gaps.append(monotonic() - last[0])
        last[0] = monotonic()

    timer = QTimer()
    timer.timeout.connect(beat)
    timer.start(5)
    bench.model.enter()
    qtbot.waitUntil(lambda: len(office.asked) == 1)
    beats = len(gaps)
    qtbot.waitUntil(lambda: len(gaps) > beats + 20)
    assert bench.model.state.is_busy and bench.model.state.screen is Screen.MEMBER
    assert bench.head() == 0, "nothing is recorded before"
    bench.model.enter()
    bench.model.escape()
    bench.model.pick(1)
    assert bench.model.state.screen is Screen.MEMBER
    office.answers.set()
    bench.until(Screen.ANSWER)
    timer.stop()
    assert len(office.asked) == 1, "Enter twice is one question"
    assert sorted(gaps)[-2] * 1_000 < ALIVE_MS
