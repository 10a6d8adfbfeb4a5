"""A manager approves on a page over the one that asked: once, with a reason, within a minute."""

from dataclasses import dataclass, field

import pytest

from app.core.approvals import Approval, Why
from app.core.reasons import Reason, Refusal
from tests.builders import PIN, a_person
from tests.ui.station_bench import Bench, open_member
from ui.models.approving import ApprovalView, Approving, Because, ToApprove
from ui.models.flow import Flow
from ui.models.known_flows import FLOWS
from ui.models.pin_pad import Choose, GivePin
from ui.models.state import Screen

A_PAGE = Screen.PAIRING  # any page that is no flow's own otherwise
MANAGER_PIN = "739215"
UNDO = ToApprove("void:r-1", "Undo this", amount=472, reasons=(Why.WRONG_MEMBER, Why.CHANGED_MIND))


class Asking(Flow):
    """A page that asks for an approval, and counts how often it began and ended."""

    screen = A_PAGE

    def __init__(self, means, parent):
        super().__init__(means, parent)
        self.begun = self.ended = 0
        self.came: list[Approval] = []

    @property
    def view(self) -> object:
        return ("asking", len(self.came))

    def begin(self) -> None:
        self.begun += 1

    def end(self) -> None:
        self.ended += 1

    def enter(self) -> None:
        self.desk.approve(UNDO, self.came.append)


@dataclass
class Till:
    bench: Bench
    mia: str
    ben: str
    came: list[Approval] = field(default_factory=list)

    @property
    def state(self):
        return self.bench.model.state

    @property
    def view(self) -> ApprovalView:
        assert isinstance(self.state.flow, ApprovalView)
        return self.state.flow

    @property
    def flow(self) -> Approving:
        found = self.bench.model._flows.find(Screen.APPROVAL)
        assert isinstance(found, Approving)
        return found

    @property
    def asking(self) -> Asking:
        return self.bench.model._flows.find(A_PAGE)

    def read(self) -> None:
        self.bench.qtbot.waitUntil(lambda: self.view.pin.staff is not None)

    def ask(self) -> None:
        self.bench.model.open(A_PAGE)
        self.bench.model.enter()
        self.read()

    def give(self, who: str, pin: str) -> None:
        self.bench.model.ask(Choose(who))
        self.bench.model.ask(GivePin(pin))
        assert self.view.pin.is_busy
        self.bench.qtbot.waitUntil(
            lambda: self.state.screen is not Screen.APPROVAL or not self.view.pin.is_busy
        )


@pytest.fixture
def till(bench: Bench) -> Till:
    mia = bench.thread.call(lambda s: a_person(s, seed=2, pin=MANAGER_PIN, name="Mia", role="manager"))
    ben = bench.thread.call(a_person)
    bench.model.add_flows(*FLOWS, Asking)
    return Till(bench, mia, ben)


def test_the_page_that_asked_goes_on_where_it_was(till: Till) -> None:
    till.ask()
    assert (till.view.request, [person.name for person in till.view.pin.people]) == (UNDO, ["Mia"])
    till.bench.model.ask(Because(Why.CHANGED_MIND))
    till.give(till.mia, MANAGER_PIN)
    assert (till.state.screen, till.asking.begun, till.asking.ended) == (A_PAGE, 1, 0)
    (approval,) = till.asking.came
    assert (approval.approver, approval.action, approval.why) == (till.mia, UNDO.action, Why.CHANGED_MIND)


def test_without_a_reason_nobody_approves(till: Till) -> None:
    till.ask()
    till.bench.model.ask(Choose(till.mia))
    till.bench.model.ask(GivePin(MANAGER_PIN))
    assert not till.view.pin.is_busy
    till.bench.model.ask(Because(Why.GOODWILL))  # none of those that were offered
    assert till.view.why is None


@pytest.mark.parametrize(("who", "pin"), [("mia", "000001"), ("ben", PIN)])
def test_what_was_wrong_is_not_told(till: Till, who: str, pin: str) -> None:
    till.ask()
    till.bench.model.ask(Because(Why.CHANGED_MIND))
    till.give(getattr(till, who), pin)
    assert till.view.pin.refusal == Refusal(Reason.NOT_APPROVED)
    assert till.asking.came == []


def test_esc_goes_back_without(till: Till) -> None:
    till.ask()
    till.bench.model.escape()
    assert (till.state.screen, till.state.flow, till.asking.came) == (A_PAGE, ("asking", 0), [])
    assert (till.asking.begun, till.asking.ended) == (1, 0)
    till.bench.model.escape()
    assert (till.state.screen, till.asking.ended) == (Screen.IDLE, 1)


def test_it_goes_by_itself_after_a_minute(till: Till) -> None:
    till.ask()
    assert till.view.until_ms == till.bench.clock.now_ms() + 60_000
    assert till.flow._timer.isActive() and till.flow._timer.interval() == 60_000
    till.flow._timer.timeout.emit()
    assert (till.state.screen, till.asking.came) == (A_PAGE, [])
    assert "within a minute" in till.state.notice


def test_an_answer_that_comes_when_the_minute_is_over_approves_nothing(till: Till) -> None:
    till.ask()
    till.bench.model.ask(Because(Why.CHANGED_MIND))
    with till.bench.slow_store():
        till.bench.model.ask(Choose(till.mia))
        till.bench.model.ask(GivePin(MANAGER_PIN))
        till.flow._timer.timeout.emit()
    till.bench.settled()
    till.bench.qtbot.waitUntil(lambda: bool(till.bench.woken))
    assert (till.state.screen, till.asking.came) == (A_PAGE, [])


def test_a_managers_badge_says_who_approves_and_other_scans_wait(till: Till) -> None:
    till.ask()
    till.bench.model.scan(f"TS:B:{till.mia}")
    till.bench.qtbot.waitUntil(lambda: till.view.pin.chosen == till.mia)
    till.bench.model.scan(till.bench.card.code)
    till.bench.settled()
    assert till.state.screen is Screen.APPROVAL and "Approve this first" in till.state.notice


def test_over_the_members_page_the_order_is_still_there(till: Till) -> None:
    open_member(till.bench)
    till.bench.model.type_amount("60")
    till.bench.quoted(6000)
    till.bench.model.approve(UNDO, till.came.append)
    till.read()
    till.bench.model.ask(Because(Why.CHANGED_MIND))
    till.give(till.mia, MANAGER_PIN)
    till.bench.quoted(6000)
    assert (till.state.screen, till.state.order.typed, len(till.came)) == (Screen.MEMBER, "60", 1)


def test_the_lock_comes_over_the_approval_and_both_wait_behind_it(till: Till) -> None:
    till.bench.model.open(Screen.SIGN_IN)
    till.bench.qtbot.waitUntil(lambda: till.state.flow.pin.staff is not None)
    till.bench.model.ask(Choose(till.ben))
    till.bench.model.ask(GivePin(PIN))
    till.bench.until(Screen.IDLE)
    till.ask()
    till.bench.model.open(Screen.SIGN_IN)
    till.bench.qtbot.waitUntil(lambda: till.state.flow.pin.staff is not None)
    till.bench.model.ask(GivePin(PIN))
    till.bench.until(Screen.APPROVAL)
    assert till.view.request == UNDO
