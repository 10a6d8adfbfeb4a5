"""Who is at the till, without a window: signing in, the lock and what waits behind it, badges, languages."""

from dataclasses import dataclass, field

import pytest

from app.core.approvals import Why
from app.core.entry import ORDER, OVERRIDE, SHIFT
from app.core.reasons import Reason
from tests.builders import PIN, a_person
from tests.ui.station_bench import Bench, open_member
from ui import i18n
from ui.models.approving import Because
from ui.models.known_flows import FLOWS
from ui.models.pin_pad import Choose, GivePin
from ui.models.signing_in import EndShift, LetTryAgain, SignInView, Speak
from ui.models.staff_part import KEPT_MS
from ui.models.state import Screen


@dataclass
class Kept:
    """Languages that are kept in memory."""

    known: dict[str, str] = field(default_factory=dict)

    def of(self, staff_id: str) -> str:
        return self.known.get(staff_id, "")

    def keep(self, staff_id: str, language: str) -> None:
        self.known[staff_id] = language


@dataclass
class Till:
    bench: Bench
    ben: str
    mia: str

    @property
    def state(self):
        return self.bench.model.state

    @property
    def view(self) -> SignInView:
        assert isinstance(self.state.flow, SignInView)
        return self.state.flow

    def page(self) -> None:
        self.bench.model.open(Screen.SIGN_IN)
        self.read()

    def read(self) -> None:
        self.bench.qtbot.waitUntil(lambda: self.view.pin.staff is not None)

    def give(self, who: str, pin: str = PIN) -> None:
        """Type a PIN and wait for what comes of it."""
        self.bench.model.ask(Choose(who))
        self.bench.model.ask(GivePin(pin))
        assert self.view.pin.is_busy
        self.bench.qtbot.waitUntil(
            lambda: self.state.screen is not Screen.SIGN_IN or not self.view.pin.is_busy
        )

    def sign_in(self, who: str, pin: str = PIN) -> None:
        self.page()
        self.give(who, pin)

    def told(self, kind: str) -> list[dict]:
        return [
            entry.data
            for entry in self.bench.thread.call(lambda store: list(store.journal.entries()))
            if entry.type == kind
        ]

    def shifts(self) -> list[tuple[str, str]]:
        return [(data["staff"], data["what"]) for data in self.told(SHIFT)]


@pytest.fixture
def till(bench: Bench) -> Till:
    ben = bench.thread.call(a_person)
    mia = bench.thread.call(lambda store: a_person(store, seed=2, name="Mia", role="manager"))
    bench.model.add_flows(*FLOWS)
    bench.model.languages = Kept()
    yield Till(bench, ben, mia)
    i18n.use("en")


def test_pin_and_enter_begin_a_shift_and_the_name_is_in_sight(till: Till) -> None:
    till.sign_in(till.ben)
    assert (till.state.screen, till.state.cashier) == (Screen.IDLE, "Ben")
    assert till.shifts() == [(till.ben, "begin")]


def test_every_order_names_who_was_at_the_till(till: Till) -> None:
    till.sign_in(till.ben)
    open_member(till.bench)
    till.bench.model.type_amount("60")
    till.bench.quoted(6000)
    till.bench.model.enter()
    till.bench.until(Screen.ANSWER)
    assert [data["cashier"] for data in till.told(ORDER)] == [till.ben]


def test_a_wrong_pin_is_told_and_the_wait_counts_down(till: Till) -> None:
    till.page()
    for left in (4, 3, 2, 1):
        till.give(till.ben, "0000")
        assert (till.view.pin.refusal.reason, till.view.pin.refusal.numbers) == (
            Reason.PIN_WRONG,
            {"left": left},
        )
    till.give(till.ben, "0000")
    assert till.view.pin.refusal.reason is Reason.PIN_LOCKED
    assert till.view.pin.waits_until_ms == till.bench.clock.now_ms() + 60_000
    till.bench.model.ask(Choose(till.mia))
    assert till.view.pin.waits_until_ms == 0  # it is Ben who waits
    till.bench.model.escape()
    till.page()
    till.bench.model.ask(Choose(till.ben))
    assert till.view.pin.waits_until_ms > till.bench.clock.now_ms()  # also when the page comes up anew


def test_without_anybody_known_the_page_can_be_left(bench: Bench) -> None:
    bench.model.add_flows(*FLOWS)
    bench.model.open(Screen.SIGN_IN)
    bench.qtbot.waitUntil(lambda: bench.model.state.flow.pin.staff is not None)
    assert bench.model.state.flow.pin.people == ()
    bench.model.escape()
    assert bench.model.state.screen is Screen.IDLE


def test_the_lock_keeps_the_order_for_the_same_person(till: Till) -> None:
    till.sign_in(till.ben)
    open_member(till.bench)
    till.bench.model.type_amount("60")
    till.bench.quoted(6000)
    till.page()
    assert till.view.locked == "Ben"
    till.bench.model.escape()
    assert till.state.screen is Screen.SIGN_IN  # the lock stays
    till.give(till.ben)
    till.bench.quoted(6000)
    assert (till.state.screen, till.state.order.typed) == (Screen.MEMBER, "60")
    assert till.shifts() == [(till.ben, "begin")]  # going on is no new shift


def test_another_cashier_drops_the_member_and_nothing_that_was_recorded(till: Till) -> None:
    till.sign_in(till.ben)
    open_member(till.bench)
    till.page()
    head = till.bench.head()
    till.give(till.mia)
    assert (till.state.screen, till.state.member, till.state.cashier) == (Screen.IDLE, None, "Mia")
    assert till.bench.head() == head + 2
    assert till.shifts() == [(till.ben, "begin"), (till.ben, "end"), (till.mia, "begin")]


def test_what_was_begun_before_anybody_signed_in_goes_on(till: Till) -> None:
    open_member(till.bench)
    till.sign_in(till.ben)
    assert (till.state.screen, till.state.member.name) == (Screen.MEMBER, "Ada L.")


def test_a_scan_waits_half_a_minute_for_somebody_to_sign_in(till: Till) -> None:
    till.page()
    till.bench.model.scan(till.bench.card.code)
    till.bench.settled()
    assert till.state.screen is Screen.SIGN_IN and "kept" in till.state.notice
    till.bench.clock.set_ms(till.bench.clock.now_ms() + KEPT_MS)
    till.give(till.ben)
    till.bench.until(Screen.MEMBER)


def test_a_scan_that_waited_for_longer_is_forgotten(till: Till) -> None:
    till.page()
    till.bench.model.scan(till.bench.card.code)
    till.bench.settled()
    till.bench.clock.set_ms(till.bench.clock.now_ms() + KEPT_MS + 1)
    till.give(till.ben)
    till.bench.settled()
    assert till.state.screen is Screen.IDLE


def test_an_unknown_code_says_so_and_leaves_the_lock(till: Till) -> None:
    till.page()
    till.bench.model.scan("{nothing of ours}")
    till.bench.settled()
    assert till.state.screen is Screen.SIGN_IN and till.state.notice.startswith("Unknown code")


def test_a_badge_says_whose_pin_is_awaited_from_any_screen(till: Till) -> None:
    open_member(till.bench)
    till.bench.model.scan(f"TS:B:{till.mia}")
    till.bench.until(Screen.SIGN_IN)
    till.read()
    assert till.view.pin.chosen == till.mia
    till.bench.model.scan(f"TS:B:{till.ben}")
    till.bench.qtbot.waitUntil(lambda: till.view.pin.chosen == till.ben)
    assert till.shifts() == []  # a badge alone signs nobody in


def test_an_order_of_the_till_waits_behind_the_lock(till: Till) -> None:
    from tests.builders import an_order

    till.sign_in(till.ben)
    till.page()
    till.bench.model.till_order("T-1", an_order().lines)
    assert till.state.screen is Screen.SIGN_IN
    till.give(till.ben)
    till.bench.quoted(499)
    assert till.state.order.order_id == "T-1"


def test_it_locks_when_nobody_has_touched_it_for_long(till: Till) -> None:
    till.sign_in(till.ben)
    till.bench.model.lock_after_s = 60
    till.bench.clock.set_ms(till.bench.clock.now_ms() + 59_000)
    till.bench.model._tick()
    assert till.state.screen is Screen.IDLE
    till.bench.model.touched()
    till.bench.clock.set_ms(till.bench.clock.now_ms() + 59_000)
    till.bench.model._tick()
    assert till.state.screen is Screen.IDLE
    till.bench.clock.set_ms(till.bench.clock.now_ms() + 1_000)
    till.bench.model._tick()
    assert till.state.screen is Screen.SIGN_IN and till.view.locked == "Ben"


def test_where_nobody_signed_in_nothing_locks(till: Till) -> None:
    till.bench.clock.set_ms(till.bench.clock.now_ms() + 3_600_000)
    till.bench.model._tick()
    assert till.state.screen is Screen.IDLE


def test_a_shift_ends_by_hand_and_the_page_can_be_left_then(till: Till) -> None:
    till.sign_in(till.ben)
    till.page()
    till.bench.model.ask(EndShift())
    till.bench.qtbot.waitUntil(lambda: till.state.cashier == "")
    assert till.shifts() == [(till.ben, "begin"), (till.ben, "end")]
    till.bench.qtbot.waitUntil(lambda: not till.view.pin.is_busy)
    till.bench.model.escape()
    assert till.state.screen is Screen.IDLE


def test_a_store_that_asks_for_it_is_asked_at_the_start(till: Till) -> None:
    till.bench.thread.call(lambda store: a_person(store, sign_in="spending"))
    till.bench.model._show(screen=Screen.PREPARING)  # as if it had just come up
    till.bench.model._around.refresh()
    till.bench.until(Screen.SIGN_IN)
    till.read()
    assert till.view.pin.staff.is_needed
    till.bench.model.escape()  # nobody remembers a PIN: points are earned all the same
    open_member(till.bench)
    till.bench.model.type_amount("60")
    till.bench.quoted(6000)
    assert {refusal.reason for row in till.state.offers for refusal in row.refusals} >= {
        Reason.SIGN_IN_NEEDED
    }


def test_a_store_that_begins_to_ask_for_it_is_asked_once_on_the_idle_page(till: Till) -> None:
    till.bench.thread.call(lambda store: a_person(store, sign_in="spending"))
    open_member(till.bench)
    till.bench.model._around.refresh()
    till.bench.settled()
    assert till.state.screen is Screen.MEMBER  # whoever is served is served first
    till.bench.model.escape()
    till.bench.model._around.refresh()
    till.bench.until(Screen.SIGN_IN)
    till.read()
    till.bench.model.escape()
    till.bench.model._around.refresh()
    till.bench.settled()
    assert till.state.screen is Screen.IDLE


def test_a_station_that_was_busy_as_it_came_up_asks_behind_that(till: Till) -> None:
    till.bench.thread.call(lambda store: a_person(store, sign_in="spending"))
    till.bench.model._show(screen=Screen.PREPARING, is_busy=True)
    till.bench.model._around.refresh()
    till.bench.until(Screen.IDLE)
    till.bench.model._show(is_busy=False)
    till.bench.model._around.refresh()
    till.bench.until(Screen.SIGN_IN)


def test_a_cashiers_language_comes_with_them(till: Till) -> None:
    till.page()
    till.bench.model.ask(Speak("ko"))
    assert (i18n.language(), till.state.language) == ("ko", "ko")
    till.give(till.ben)
    assert till.bench.model.languages.known == {"": "ko", till.ben: "ko"}
    till.page()
    till.bench.model.ask(Speak("tr"))
    till.give(till.mia)
    till.sign_in(till.ben)
    assert i18n.language() == "ko"
    till.sign_in(till.mia)
    assert i18n.language() == "tr"


def test_the_pin_is_told_to_nobody(till: Till) -> None:
    assert PIN not in repr(GivePin(PIN))
    till.sign_in(till.ben)
    assert PIN not in repr(till.state)


def test_a_manager_ends_a_wait_and_the_lock_stays_up(till: Till) -> None:
    till.sign_in(till.ben)
    till.page()
    for _try in range(5):
        till.give(till.ben, "0000")
    till.bench.model.ask(LetTryAgain())
    till.bench.until(Screen.APPROVAL)
    till.bench.model.open(Screen.EARN)
    assert (
        till.state.screen is Screen.APPROVAL
    )  # there is no way around the lock by the page that it asked for
    till.bench.model.scan(till.bench.card.code)
    till.bench.settled()
    assert till.state.screen is Screen.APPROVAL
    till.bench.qtbot.waitUntil(lambda: till.state.flow.pin.staff is not None)
    till.bench.model.ask(Because(Why.PIN_FORGOTTEN))
    till.bench.model.ask(Choose(till.mia))
    till.bench.model.ask(GivePin(PIN))
    till.bench.until(Screen.SIGN_IN)
    till.bench.qtbot.waitUntil(lambda: till.view.pin.waits_until_ms == 0)
    (told,) = till.told(OVERRIDE)
    assert (told["what"], told["staff"], told["approver"]) == ("pin_lock", till.ben, till.mia)
    assert told["cashier"] == till.ben
    till.give(till.ben)
    till.bench.until(Screen.MEMBER)  # and only now the scan that waited


def test_without_a_wait_there_is_nothing_for_a_manager_to_end(till: Till) -> None:
    till.page()
    till.bench.model.ask(Choose(till.ben))
    till.bench.model.ask(LetTryAgain())
    assert till.state.screen is Screen.SIGN_IN
