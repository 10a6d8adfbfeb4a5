"""The walk through a training: each of its six steps goes on when it was done, and not before."""

from app.core.entry import MODE_CHANGE
from app.station.staff import SignedIn
from app.station.training import MEMBERS, SPENT
from tests.ui.test_training import Station, station  # noqa: F401 a fixture
from ui import texts_tour
from ui.models.enrol import CONTACT, EnrolTyped
from ui.models.state import AnswerWord, Screen
from ui.models.tour import CODES
from ui.models.tour_steps import Step


def confirm(station: Station) -> None:  # noqa: F811
    station.bench.qtbot.waitUntil(lambda: bool(station.model.state.offers) and not station.model.state.is_new)
    station.model.enter()
    station.until(lambda state: state.screen is Screen.ANSWER)


def leave(station: Station) -> None:  # noqa: F811
    station.bench.qtbot.waitUntil(lambda: not station.model.state.is_new)
    station.model.enter()
    station.until(lambda state: state.screen is Screen.IDLE)


def redeem(station: Station) -> None:  # noqa: F811
    station.model.type_amount("40")
    station.until(lambda state: state.order.total == 4_000 and any(row.key == 1 for row in state.offers))
    if not any(row.is_picked for row in station.model.state.offers):
        station.model.pick(1)
    station.until(lambda state: any(row.is_picked for row in state.offers))
    confirm(station)


def test_six_steps_from_scan_to_offline(station: Station) -> None:  # noqa: F811
    station.bench.model.take_over(SignedIn("ada", "Ada", "cashier"))
    station.begin()
    assert station.model.state.tour == Step.SCAN
    station.model.open(Screen.EARN)
    station.model.escape()
    assert station.model.state.tour == Step.SCAN, "what else is tried leads nobody on"
    station.model.scan(MEMBERS[0].code)
    station.until(lambda state: state.tour == Step.REDEEM)
    redeem(station)
    station.until(lambda state: state.tour == Step.REFUSE)
    leave(station)
    station.model.scan(SPENT)
    station.until(lambda state: state.tour == Step.UNDO)
    station.bench.qtbot.waitUntil(lambda: not station.model.state.is_new)
    station.model.escape()
    station.model.open(Screen.UNDO)
    station.until(lambda state: state.screen is Screen.UNDO and bool(state.flow.rows) and not state.is_new)
    station.model.enter()
    station.until(lambda state: state.tour == Step.ENROL)
    leave(station)
    station.model.open(Screen.ENROL)
    station.until(lambda state: state.screen is Screen.ENROL)
    station.model.ask(EnrolTyped(CONTACT, "+49 170 5550123"))
    station.model.enter()
    station.until(lambda state: state.tour == Step.OFFLINE)
    station.until(lambda _state: station.model.link == "offline")
    station.bench.qtbot.waitUntil(lambda: not station.model.state.is_new)
    station.model.escape()
    station.model.scan(MEMBERS[1].code)
    station.until(lambda state: state.screen is Screen.MEMBER)
    redeem(station)
    station.until(lambda state: state.tour == Step.OVER)
    assert station.model.state.answer.word is AnswerWord.QUEUED
    station.until(lambda _state: station.model.link == "online")
    station.model.end_training()
    kind, said = station.entries()[-1]
    assert (kind, said["mode"], said["staff"], said["walked"]) == (MODE_CHANGE, "live", "ada", True)


def test_each_step_says_what_to_do() -> None:
    told = [texts_tour.said(step, CODES.get(step, "")) for step in (0, *Step)]
    assert len(set(told)) == len(told)
    assert MEMBERS[0].code in told[Step.SCAN] and SPENT in told[Step.REFUSE]
