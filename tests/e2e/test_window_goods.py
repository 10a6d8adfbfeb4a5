"""Points without a reward, a balance and a new member in the real window, by real key events alone."""

import pytest

from app.core.entry import ENROL, ORDER, REDEEM
from tests.e2e.windows import WindowProcess, journal_types
from tests.rig.processes import World
from tests.x_screen import XScreen

pytestmark = pytest.mark.slow
FIFTEEN_S = 15_000
LOOKED_MS = 700


def at_ms(window: WindowProcess, nth: int) -> float:
    return window.events()[nth - 1]["t_ms"]


def test_a_cashier_enrols_shows_a_balance_and_adds_points_without_a_mouse(
    enrolled: World, screen: XScreen, window: WindowProcess
) -> None:
    screen.press("F5")
    began = window.wait("enrol_painted")
    screen.type_keys("05320000000")
    screen.press("Enter")
    ready = window.wait("enrol_ready", after=began)  # their code has been looked at
    assert at_ms(window, ready) - at_ms(window, began) < FIFTEEN_S
    screen.press("Escape")
    idle = window.wait("idle_painted", after=ready)
    screen.press("F3")
    balance = window.wait("balance_painted", after=idle)
    screen.scan(enrolled.member_code)
    scanned = window.wait("scan_received", after=balance)
    screen.press("Enter", delay_ms=LOOKED_MS)  # on with this member, once their points have been read
    card = window.wait("card_painted", after=scanned)
    screen.press("F2")
    earn = window.wait("earn_painted", after=card)
    screen.type_keys("25")
    screen.press("Enter")
    window.wait("answer_painted", after=earn, word="approved")
    assert not window.has("mouse")
    window.kill()
    found = journal_types(enrolled)
    assert (found[ENROL], found[ORDER], found[REDEEM]) == (1, 1, 0)
