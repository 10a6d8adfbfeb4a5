"""The cashier's whole job in the real window, by real key events alone; HQ is a process that goes and comes back."""

import json
import signal

import pytest

from app.core.entry import ORDER, REDEEM
from tests.e2e.windows import AMOUNT, WindowProcess, journal_types
from tests.rig.audit import audit
from tests.rig.processes import HqProcess, World, eventually, run
from tests.x_screen import XScreen

ALL_SENT_S = 30
PAYABLE_POINTS = 30  # of 35.00, five off


def test_a_cashier_redeems_by_keyboard_online_and_offline_and_all_is_sent_by_itself(
    enrolled: World, hq: HqProcess, window: WindowProcess
):
    assert window.redeem(enrolled.member_code) == "approved"
    eventually(lambda: window.waiting() == 0, within_s=ALL_SENT_S)
    hq.stop()
    for number in (1, 2, 3):
        assert window.redeem(enrolled.member_code).startswith("approved")
        eventually(lambda number=number: window.waiting() == number, within_s=5)
    assert window.words()[-1] == "approved_queued"
    again = HqProcess(enrolled, port=hq.port)
    try:
        eventually(lambda: window.waiting() == 0, within_s=ALL_SENT_S)
        assert not window.has("mouse")
        window.kill()
    finally:
        again.stop()
    found = audit(enrolled, answered=[])
    assert (len(found.orders), len(found.redemptions), found.points) == (4, 4, 4 * PAYABLE_POINTS)
    told = json.loads(run("report", "--ux", "--json", "--state", str(enrolled.state_dir)).stdout)
    assert (told["U1"]["tries"], told["U1"]["median_actions"]) == (4, 4)  # card, amount, Enter, Enter


def test_fast_enters_are_one_redemption_and_leave_its_answer_to_be_read(
    enrolled: World, screen: XScreen, window: WindowProcess
):
    window.open_visit(enrolled.member_code)
    screen.press("Enter", delay_ms=200)
    screen.press("Enter", delay_ms=0)
    screen.press("Enter", delay_ms=150)
    window.wait("answer_ready")  # the answer is still there
    screen.press("Enter")
    window.wait("idle_painted", after=len(window.events()) - 1)
    eventually(lambda: window.waiting() == 0, within_s=ALL_SENT_S)
    window.kill()
    found = journal_types(enrolled)
    assert (found[ORDER], found[REDEEM]) == (1, 1)


def test_keys_pressed_while_the_computer_hangs_record_nothing_that_was_not_shown(
    enrolled: World, screen: XScreen, window: WindowProcess
):
    so_far = len(window.events())
    screen.scan(enrolled.member_code)
    window.wait("member_ready", after=so_far)
    window.process.send_signal(signal.SIGSTOP)
    screen.type_keys(AMOUNT)
    for _ in range(2):
        screen.press("Enter")
    window.process.send_signal(signal.SIGCONT)
    quoted = window.wait("offers_painted", after=so_far, usable=1, picked=1)
    window.wait("member_ready", after=quoted)
    assert not window.has("confirm")
    screen.press("Enter")
    window.wait("answer_painted", word="approved")
    window.kill()
    assert journal_types(enrolled)[REDEEM] == 1


@pytest.mark.parametrize("apart_ms", [60, 200])
def test_a_double_enter_on_the_amount_does_not_confirm(
    apart_ms: int, enrolled: World, screen: XScreen, window: WindowProcess
):
    so_far = len(window.events())
    screen.scan(enrolled.member_code)
    window.wait("card_painted", after=so_far)
    screen.type_keys(AMOUNT)
    quoted = window.wait("offers_painted", after=so_far, usable=1, picked=1)
    ready = window.wait("member_ready", after=quoted)
    screen.press("Enter", delay_ms=apart_ms)
    screen.press("Enter")
    window.wait("member_ready", after=ready)
    assert not window.has("confirm")
    window.kill()
    assert journal_types(enrolled)[ORDER] == 0
