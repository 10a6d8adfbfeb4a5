"""What the code of a receipt does, wherever the station stands: it brings up undoing, or says what to finish first."""

import pytest

from tests.builders import PIN, a_person
from tests.ui.station_bench import Bench
from tests.ui.test_undo import PIN_MS, begin, buy, undo, view  # noqa: F401 `undo` is the fixture
from ui.models.earn import EarnAmount
from ui.models.pin_pad import Choose, GivePin
from ui.models.state import Screen

RECEIPT = "TS:R:A-1"
WAIT = "Finish this order first, or press Esc. Then scan the receipt again."


def opens(bench: Bench) -> None:
    bench.until(Screen.UNDO)
    bench.qtbot.waitUntil(lambda: view(bench).chosen == "A-1", timeout=PIN_MS)


@pytest.fixture
def bought(undo: Bench) -> Bench:  # noqa: F811
    buy(undo, "A-1")
    undo.until(Screen.IDLE)
    return undo


def test_while_nobody_is_at_the_till_it_opens_its_order(bought: Bench):
    bought.model.scan(RECEIPT)
    opens(bought)


def test_beside_a_member_without_an_order_it_opens_its_order_and_the_member_waits(bought: Bench):
    bought.model.scan(bought.card.code)
    bought.until(Screen.MEMBER)
    bought.model.scan(RECEIPT)
    opens(bought)
    bought.model.escape()
    assert bought.model.state.screen is Screen.MEMBER and bought.model.state.member.name


def test_beside_an_order_it_waits(bought: Bench):
    bought.model.scan(bought.card.code)
    bought.until(Screen.MEMBER)
    bought.model.type_amount("35")
    bought.quoted(3500)
    bought.model.scan(RECEIPT)
    bought.qtbot.waitUntil(lambda: bought.model.state.notice == WAIT)
    assert bought.model.state.screen is Screen.MEMBER


def test_over_an_answer_it_opens_its_order(bought: Bench):
    begin(bought)
    bought.model.enter()
    bought.until(Screen.ANSWER)
    bought.model.scan(RECEIPT)
    opens(bought)


def test_behind_the_lock_it_is_kept(bought: Bench):
    ben = bought.thread.call(a_person)
    bought.model.open(Screen.SIGN_IN)
    bought.settled()
    bought.model.scan(RECEIPT)
    bought.qtbot.waitUntil(lambda: "kept" in bought.model.state.notice)
    assert bought.model.state.screen is Screen.SIGN_IN
    bought.model.ask(Choose(ben))
    bought.model.ask(GivePin(PIN))
    bought.qtbot.waitUntil(lambda: bought.model.state.screen is Screen.UNDO, timeout=PIN_MS)
    opens(bought)


def test_where_points_are_added_it_waits_for_the_amount_that_was_typed(bought: Bench):
    bought.model.open(Screen.EARN)
    bought.model.ask(EarnAmount("35"))
    bought.settled()
    bought.model.scan(RECEIPT)
    bought.qtbot.waitUntil(lambda: bought.model.state.notice == WAIT)
    assert bought.model.state.screen is Screen.EARN


@pytest.mark.parametrize("screen", [Screen.EARN, Screen.BALANCE, Screen.ENROL, Screen.HELP])
def test_from_a_page_on_which_nothing_was_begun_it_opens_its_order(bought: Bench, screen: Screen):
    bought.model.open(screen)
    bought.settled()
    bought.model.scan(RECEIPT)
    opens(bought)
