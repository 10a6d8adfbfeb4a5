"""What the customer display shows beside each state of the station, and never shows."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from app.core.brand import Brand
from app.core.ending import SECOND_MS
from app.core.reasons import Reason, Refusal
from tests.builders import NOW_MS, a_campaign
from tests.ui.station_bench import Bench, a_choice, open_bench, open_member
from ui import texts
from ui.display.window import CustomerDisplay
from ui.gallery import StillModel, states
from ui.gallery.samples import AYSE, BASE
from ui.gallery.still import StillDisplay
from ui.models import display_words as words
from ui.models.display import (
    DisplayModel,
    DisplayState,
    ForMember,
    MemberAnswered,
    Question,
    Reward,
    Slide,
    display_of,
    given_name,
)
from ui.models.state import AnswerView, AnswerWord, OfferRow, OrderView, Screen, State, Undone
from ui.widgets.offer import OfferButton
from ui.widgets.qr import QrView

ORDER = OrderView("o-1", "20.00", 0, 2_000, 200, 1_800, 18, is_from_till=False)
AT_TILL = replace(BASE, screen=Screen.MEMBER, member=AYSE, order=ORDER)
TEA_ROW = OfferRow("r", "Tea", 1, is_picked=False, is_voucher=False, discount=100)
APPROVED = AnswerView(AnswerWord.APPROVED, discount=200, payable=1_800, points=18)


def planted(state: State, said: str) -> State:
    """Return a state in which a phone number or an address stands wherever a person could put one."""
    who = {"name": said, "tier": said}
    told = Refusal(Reason.UNKNOWN_CODE, {"shown": said, "missing": 1, "wanted": 2})
    near = Refusal(Reason.MIN_QTY_NOT_MET, {"missing": 1, "wanted": 2, "shown": said})
    return replace(
        state,
        member=state.member and replace(state.member, **who),
        newcomer=state.newcomer and replace(state.newcomer, **who),
        order=state.order and replace(state.order, typed=said, order_id=said),
        offers=tuple(replace(row, refusals=(near, told)) if row.refusals else row for row in state.offers),
        answer=state.answer and replace(state.answer, sentence=said, undecided=(told,)),
        recent=tuple(replace(row, member_name=said) for row in state.recent),
        notice=said,
        stopped_sentence=said,
    )


def spoken(display: CustomerDisplay, shown: DisplayState) -> str:
    """Return whatever is on the display, its pictures too, and what is read out."""
    slide = display.currentWidget()
    names = [each.accessibleName() + each.toolTip() for each in slide.findChildren(QWidget)]
    codes = [each._text for each in slide.findChildren(QrView)]
    said = [each.text() for each in slide.findChildren(QLabel)]
    return "\n".join([display.windowTitle(), repr(shown), *names, *codes, *said])


def test_no_state_shows_a_phone_number_or_an_address(qtbot):
    model = StillDisplay(DisplayState())
    display = CustomerDisplay(model)
    qtbot.addWidget(display)
    for name, state in states().items():
        for said in ("0170 5550199", "ayse@example.com", "01705550199 Ayşe", "Ayşe Yılmaz ayse@example.com"):
            shown = display_of(planted(state, said))
            model.show(shown)
            found = spoken(display, shown)
            assert not any(part in found for part in ("5550199", "ayse@", "Yılmaz")), name


def test_a_member_is_greeted_by_their_given_name_alone():
    assert display_of(AT_TILL).name == "Ayşe"
    assert words.greeting(given_name("김서연")) == "Hello 김서연"
    assert words.greeting(given_name("ayse@example.com")) == words.greeting(given_name("")) == "Welcome"


def test_what_was_scanned_and_why_not_stays_with_the_cashier():
    refused = AnswerView(AnswerWord.NOT_POSSIBLE, sentence="Unknown code 40063813339.")
    shown = display_of(replace(AT_TILL, screen=Screen.ANSWER, answer=refused))
    assert shown.slide is Slide.ANSWER and "4006" not in repr(shown)
    unknown = AnswerView(AnswerWord.UNKNOWN, sentence="Unknown code 40063813339.")
    assert display_of(replace(BASE, screen=Screen.ANSWER, answer=unknown)).slide is Slide.BRAND


@pytest.mark.parametrize(
    ("undone", "said"),
    [
        (
            Undone(is_return=False, due=2_124, value=236, points=-46),
            ("Your order is undone", "−46 points", "You get €21.24 back"),
        ),
        (
            Undone(is_return=True, due=-150, value=650, points=1),
            ("Your return is done", "+1 point", "To pay €1.50"),
        ),
        (Undone(is_return=True, due=0, value=0, points=0), ("Your return is done", "", "")),
    ],
)
def test_nobody_is_thanked_for_an_order_that_is_undone(undone, said):
    answer = AnswerView(AnswerWord.APPROVED, undone=undone, goes_back=True)
    shown = display_of(replace(AT_TILL, screen=Screen.ANSWER, answer=answer))
    assert (words.answer_title(shown, shown.order), words.answer_below(shown, shown.order)) == said[:2]
    assert words.answer_due(shown, shown.order) == said[2]
    assert not shown.name  # an order that waits is somebody else's


def test_only_what_is_within_reach_is_shown_beside_what_can_be_had():
    names = [each.name for each in display_of(states()["member-none-usable"]).rewards]
    assert names == ["5.00 off from 30.00", "3 for 2 on tea"]


def test_the_portals_code_is_shown_to_members_and_to_whoever_waits():
    state = replace(AT_TILL, brand=Brand("Blue Bean", portal="https://points.example"))
    assert display_of(state).code == "https://points.example"
    assert display_of(replace(state, screen=Screen.IDLE)).code == "https://points.example"
    assert display_of(replace(state, member=replace(AYSE, is_known=False))).code == ""


# --- countdown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before_ms", "left"),
    [(1_000, "00:00:01"), (1, "00:00:01"), (0, "00:00:00"), (-1, "00:00:00"), (3_600_000, "01:00:00")],
)
def test_a_countdown_comes_to_nothing_in_the_second_that_refuses(before_ms, left):
    over_ms = NOW_MS // SECOND_MS * SECOND_MS
    row = replace(TEA_ROW, over_ms=over_ms)
    (reward,) = display_of(replace(AT_TILL, offers=(row,), now_ms=over_ms - before_ms)).rewards
    assert texts.countdown(reward.left_s) == left
    assert reward.is_over is (left == "00:00:00")
    assert texts.ends(reward.left_s) == ("Ended" if reward.is_over else f"Ends in {left}")


def test_the_cashier_sees_the_same_countdown(shown):
    """One label counts; the button stays, and with it the focus."""
    over_ms = NOW_MS // SECOND_MS * SECOND_MS
    row = replace(TEA_ROW, over_ms=over_ms)
    shown.show(replace(AT_TILL, offers=(row,), now_ms=over_ms - 1))
    (button,) = shown.window.member.findChildren(OfferButton)
    assert button._ends.text() == "Ends in 00:00:01" and button._ends.isVisible()
    shown.show(replace(AT_TILL, offers=(row,), now_ms=over_ms))
    assert shown.window.member.findChildren(OfferButton) == [button]
    assert button._ends.text() == "Ended"


def test_what_ends_another_day_is_not_counted_down():
    row = replace(TEA_ROW, over_ms=NOW_MS + 25 * 3_600_000)
    (reward,) = display_of(replace(AT_TILL, offers=(row,), now_ms=NOW_MS)).rewards
    assert reward.left_s is None and texts.ends(reward.left_s) == ""


ENDS = "2026-01-15T12:30:00"  # in New York
TEA = a_choice("tea", "1.00 off", {"kind": "amount_off", "target": "order", "amount": 100})


@pytest.fixture
def ending(qtbot, tmp_path, monkeypatch):
    """A station whose one offer ends while it is on the page, and its display."""
    monkeypatch.setattr("tests.ui.station_bench.FIVE_OFF", TEA | {"ends_on": ENDS})
    monkeypatch.setattr("tests.ui.station_bench.a_campaign", lambda **_: a_campaign(id="other"))
    with open_bench(qtbot, tmp_path) as bench:
        yield bench, DisplayModel(bench.model, bench.model)


def test_display_and_station_refuse_in_the_same_second(ending):
    """T29: at 00:00:01 it can be used, at 00:00:00 it is refused; the station decides by the same clock."""
    bench, display = ending
    open_member(bench)
    bench.model.type_amount("20.00")
    bench.quoted(2_000)
    over_ms = bench.offer("tea").over_ms
    bench.clock.set_ms(over_ms - 1)
    bench.model._tick()
    reward = display.state.rewards[0]
    assert texts.countdown(reward.left_s) == "00:00:01" and bench.offer("tea").is_usable
    bench.clock.set_ms(over_ms)
    bench.model._tick()
    assert texts.countdown(display.state.rewards[0].left_s) == "00:00:00"
    display.pick(reward.key)  # a finger that comes too late
    bench.settled()
    assert [each.reason for each in bench.offer("tea").refusals] == [Reason.EXPIRED]
    assert "1.00 off" not in [each.name for each in display.state.rewards]


def test_the_countdown_goes_by_trusted_time_whatever_the_wall_clock_says(bench: Bench, monkeypatch):
    bench.model._around._ahead_ms += 5_000  # as head office has put the station's time right
    bench.model._tick()
    assert bench.model.state.now_ms == NOW_MS + 5_000


# --- after an answer, and what flows show ---------------------------------------------------------------------------


@pytest.fixture
def still(qtbot):
    model = StillModel(AT_TILL)
    display = DisplayModel(model, model)
    yield model, display
    display.close()


def test_an_answer_is_cleared_after_ten_seconds_whatever_the_cashier_does(still):
    model, display = still
    model.show(replace(AT_TILL, screen=Screen.ANSWER, answer=APPROVED))
    assert display.state.slide is Slide.ANSWER and display._clears.interval() == 10_000
    model.show(BASE)
    assert display.state.slide is Slide.ANSWER  # the cashier has gone on, the member still reads
    display._clears.timeout.emit()
    assert display.state.slide is Slide.BRAND


def test_an_answer_that_the_cashier_leaves_standing_is_cleared_too(still):
    model, display = still
    answered = replace(AT_TILL, screen=Screen.ANSWER, answer=AnswerView(AnswerWord.NOT_POSSIBLE))
    model.show(answered)
    display._clears.timeout.emit()
    assert display.state.slide is Slide.BRAND and display.state.name == ""
    model.show(replace(answered, now_ms=1))
    assert display.state.slide is Slide.BRAND


def test_the_next_member_does_not_wait_for_the_last_ones_answer(still):
    model, display = still
    model.show(replace(AT_TILL, screen=Screen.ANSWER, answer=APPROVED))
    model.show(replace(AT_TILL, member=replace(AYSE, name="B. Ng")))
    assert display.state.slide is Slide.MEMBER
    model.show(BASE)
    assert display.state.slide is Slide.BRAND


class View:
    """What a flow shows, with something for the member."""

    def __init__(self, for_member: ForMember | None) -> None:
        self.for_member = for_member


def test_a_flow_asks_the_member_and_hears_the_answer(still):
    model, display = still
    mail = Question("mail", "May we write to you?")
    model.show(State(flow=View(ForMember(name="Ayşe Yılmaz", questions=(mail,)))))
    assert display.state.slide is Slide.ASKED and display.state.name == "Ayşe"
    display.say("mail", is_yes=False)
    display.say("nothing of that", is_yes=True)
    assert model.asked == [("ask", MemberAnswered("mail", is_yes=False))]


def test_a_flow_shows_points_money_or_a_code(still):
    model, display = still
    for shown, slide in (
        (ForMember(points=12), Slide.MEMBER),
        (ForMember(amount=4_250), Slide.MEMBER),
        (ForMember(code="M123"), Slide.CODE),
        (None, Slide.BRAND),
    ):
        model.show(State(flow=View(shown)))
        assert display.state.slide is slide
    model.show(State(flow=object()))  # one that has nothing for the member
    assert display.state.slide is Slide.BRAND


def test_a_finger_picks_what_can_be_had(still):
    model, display = still
    over = replace(TEA_ROW, key=3, over_ms=AT_TILL.now_ms)
    model.show(replace(AT_TILL, offers=(TEA_ROW, over)))
    for key in (1, 2, 3):
        display.pick(key)
    assert model.asked == [("pick", 1)]


def test_a_reward_says_what_it_gives_costs_or_lacks():
    reward = Reward("Coffee", 1, discount=290, cost_points=120)
    assert words.reward_name(reward, BASE.shop.currency) == "Coffee, −€2.90, costs 120 points"
