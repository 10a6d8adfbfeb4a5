"""What a scan does, by what is scanned and where the station stands: each cell of the table in words, and held.

A place has its member (Ada) where one is open. "Kept" is for half a minute, until somebody has signed in.
"""

from collections.abc import Callable

import pytest

from app.core.approvals import Why
from app.core.codes import badge
from app.core.order import Line
from app.core.reversal_rules import ReversalReason
from app.store.store import StationStore
from tests.builders import PIN, a_gift_card, a_member, a_person, a_voucher, move_replica
from tests.ui.cells_till import Till
from tests.ui.station_bench import Bench, open_member
from ui.models.approving import Because
from ui.models.card_view import Doing
from ui.models.known_flows import FLOWS
from ui.models.pin_pad import GivePin
from ui.models.state import AnswerWord, Screen
from ui.models.undo import ChooseOrder, Say

QUICK_MS = 20  # nobody has to read here
A_DAY_S = 24 * 3600
SETUP = "TS:P:eyJ2IjoxfQ"
NO_CODE = "JUST A TEXT OF SOMEBODY"


@pytest.fixture
def till(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.setattr("ui.models.station.READ_MS", QUICK_MS)
    monkeypatch.setattr("ui.models.station.LOOK_MS", QUICK_MS)
    bench.model.lock_after_s = A_DAY_S
    ben = bench.thread.call(a_person)
    mia = bench.thread.call(lambda store: a_person(store, seed=2, name="Mia", role="manager"))
    bench.model.add_flows(*FLOWS)
    return Till(bench, ben, mia)


# --- places ---------------------------------------------------------------------------------------------------------


def idle(till: Till) -> None:
    assert till.state.screen is Screen.IDLE


def member_open(till: Till) -> None:
    open_member(till.bench)
    till.bench.settled()


def preview_open(till: Till) -> None:
    member_open(till)
    till.model.type_amount("60")
    till.bench.quoted(6000)


def answer(till: Till) -> None:
    preview_open(till)
    till.model.enter()
    till.bench.until(Screen.ANSWER)
    till.wait(lambda: not till.state.is_new)


def locked(till: Till) -> None:
    if not till.state.cashier:
        till.sign_in(till.ben)
    till.model.open(Screen.SIGN_IN)
    till.wait(lambda: till.state.flow.locked == "Ben")


# --- what is scanned ------------------------------------------------------------------------------------------------


def another_members_card(till: Till) -> str:
    return till.bench.thread.call(lambda store: a_member(store, seed=2, name="Bo", balance=5)).code


def voucher(till: Till) -> str:
    return till.bench.voucher


def gift_card(till: Till) -> str:
    def lay_out(store: StationStore) -> str:
        move_replica(store, included_seq=0)
        return a_gift_card(store, balance=2_000)

    return till.bench.thread.call(lay_out)


def receipt(till: Till) -> str:
    till.model.till_order("A-1", (Line(line=1, sku="tea", quantity=1, amount=4000),))
    till.bench.quoted(4000)
    till.model.enter()
    till.bench.until(Screen.ANSWER)
    till.bench.leave_answer()
    till.bench.until(Screen.IDLE)
    return "TS:R:A-1"


def a_badge(till: Till) -> str:
    till.sign_in(till.ben)
    return badge(till.mia)


def setup_code(till: Till) -> str:
    return SETUP


def something_else(till: Till) -> str:
    return NO_CODE


# --- what happens ---------------------------------------------------------------------------------------------------


def opens_bo(till: Till) -> None:
    till.wait(lambda: till.state.screen is Screen.MEMBER and till.state.member.name == "Bo")


def asks_once(till: Till) -> None:
    till.bench.until(Screen.SWITCH)
    assert (till.state.newcomer.name, till.state.member.name) == ("Bo", "Ada L.")
    till.bench.settled()
    till.model.enter()
    opens_bo(till)
    assert till.state.order.total == 6000


def opens_bo_without_the_order(till: Till) -> None:
    opens_bo(till)
    assert till.state.order.total == 0


def is_in_the_order_of(name: str | None) -> Callable[[Till], None]:
    def check(till: Till) -> None:
        till.wait(lambda: any(row.is_voucher for row in till.state.offers))
        assert till.state.screen is Screen.MEMBER
        assert (till.state.member and till.state.member.name) == name

    return check


def finds_its_owner_or_is_anonymous(till: Till) -> None:
    is_in_the_order_of(None)(till)
    till.model.escape()
    till.bench.until(Screen.IDLE)
    bound = till.bench.thread.call(lambda store: a_voucher(store, seed=2, owner=till.bench.card.ref))
    till.scan(bound)
    is_in_the_order_of("Ada L.")(till)


def joins_the_stack_or_says_why_not(till: Till) -> None:
    is_in_the_order_of("Ada L.")(till)
    assert till.state.order.total == 6000
    till.scan(till.text)
    says("This voucher is in the order already.")(till)
    others = till.bench.thread.call(lambda store: a_voucher(store, seed=3, owner=a_member(store, seed=3).ref))
    till.scan(others)
    till.wait(lambda: sum(row.is_voucher for row in till.state.offers) == 2)
    assert any(
        "belong" in str(refusal.reason.sentence) for row in till.state.offers for refusal in row.refusals
    )
    assert till.state.member.name == "Ada L."


def shows_its_balance(till: Till) -> None:
    till.wait(lambda: till.state.screen is Screen.GIFT_CARD and till.state.flow.card is not None)
    assert (till.state.flow.card.balance, till.state.flow.doing) == (2_000, Doing.LOOK)


def pays(till: Till) -> None:
    before = till.state.member.name, till.state.order.total
    till.wait(lambda: till.state.order.cards)
    assert (till.state.member.name, till.state.order.total) == before
    assert till.state.order.cards[0].amount == min(2_000, before[1])


def brings_up_undoing(till: Till) -> None:
    till.wait(lambda: till.state.screen is Screen.UNDO and till.state.flow.chosen == "A-1")


def brings_up_undoing_and_the_member_waits(till: Till) -> None:
    brings_up_undoing(till)
    till.model.escape()
    assert (till.state.screen, till.state.member.name) == (Screen.MEMBER, "Ada L.")


def says(beginning: str) -> Callable[[Till], None]:
    """The page stays as it is, and says so."""

    def check(till: Till) -> None:
        before = till.state.screen
        till.wait(lambda: till.state.notice.startswith(beginning))
        assert till.state.screen is before

    return check


def finish_first(till: Till) -> None:
    says("Finish this order first, or press Esc.")(till)
    assert till.state.order.total == 6000


def mia_signs_in(till: Till) -> None:
    till.bench.until(Screen.SIGN_IN)
    till.wait(lambda: till.state.flow.pin.chosen == till.mia)
    assert till.state.cashier != "Mia", "a badge alone signs nobody in"
    till.type_pin(till.mia)
    till.wait(lambda: till.state.cashier == "Mia" and till.state.screen is Screen.IDLE)


def stays_for_ben(till: Till) -> None:
    till.scan(badge(till.ben))
    till.wait(lambda: till.state.flow.pin.chosen == till.ben)
    till.type_pin(till.ben)
    till.bench.until(Screen.MEMBER)
    assert till.state.member.name == "Ada L."


def switches_and_the_member_stays_with_the_same_person(till: Till) -> None:
    till.bench.until(Screen.SIGN_IN)
    stays_for_ben(till)
    till.scan(badge(till.mia))
    mia_signs_in(till)


def approves_or_the_order_stays_with_the_same_person(till: Till) -> None:
    till.bench.until(Screen.SIGN_IN)
    stays_for_ben(till)
    assert till.state.order.total == 6000
    till.bench.settled()
    till.model.enter()
    till.bench.until(Screen.ANSWER)
    till.bench.leave_answer()
    till.bench.clock.set_ms(till.bench.clock.now_ms() + 3_600_000)  # too long ago for a cashier to undo alone
    till.model.open(Screen.UNDO)
    till.wait(lambda: till.state.flow.rows)
    till.model.ask(ChooseOrder(till.state.flow.rows[0].order_id))
    till.bench.settled()
    till.model.ask(Say(ReversalReason.WRONG_MEMBER))
    till.scan(badge(till.mia))
    till.bench.until(Screen.APPROVAL)
    till.wait(lambda: till.state.flow.pin.staff is not None)
    assert till.state.flow.pin.chosen == till.mia
    till.model.ask(Because(Why.WRONG_MEMBER))
    till.model.ask(GivePin(PIN))
    till.wait(lambda: till.state.answer is not None and till.state.answer.undone)


def is_told(word: AnswerWord, beginning: str) -> Callable[[Till], None]:
    def check(till: Till) -> None:
        told = lambda: till.state.answer is not None and till.state.answer.sentence.startswith(beginning)  # noqa: E731
        till.wait(told)
        assert (till.state.screen, till.state.answer.word) == (Screen.ANSWER, word)

    return check


def member_stays(check: Callable[[Till], None]) -> Callable[[Till], None]:
    def both(till: Till) -> None:
        total = till.state.order.total
        check(till)
        assert (till.state.member.name, till.state.order.total) == ("Ada L.", total)

    return both


def kept(then: Callable[[Till], None]) -> Callable[[Till], None]:
    def check(till: Till) -> None:
        says("Sign in first. This scan is kept")(till)
        till.type_pin(till.ben)
        till.wait(lambda: till.state.screen is not Screen.SIGN_IN)
        then(till)

    return check


NOT_FOR_TILLS = "This code is only for setting up a station."
UNKNOWN = "Unknown code JUST A TEXT ."
says_set_up = says(NOT_FOR_TILLS)
says_unknown = says(UNKNOWN)
tells_set_up = is_told(AnswerWord.NOT_POSSIBLE, NOT_FOR_TILLS)
tells_unknown = is_told(AnswerWord.UNKNOWN, UNKNOWN)

Kind = Callable[[Till], str]
Place = Callable[[Till], None]
Then = Callable[[Till], None]

TABLE: list[tuple[Kind, Place, str, Then]] = [
    (another_members_card, idle, "opens the member", opens_bo),
    (another_members_card, member_open, "opens the member: there is nothing to lose", opens_bo),
    (another_members_card, preview_open, "asks once whether to switch; Enter is yes", asks_once),
    (another_members_card, answer, "is the next member's", opens_bo_without_the_order),
    (another_members_card, locked, "is kept, and opens the member", kept(opens_bo)),
    (voucher, idle, "finds its owner, or nobody's order", finds_its_owner_or_is_anonymous),
    (voucher, member_open, "is previewed with this member", is_in_the_order_of("Ada L.")),
    (voucher, preview_open, "joins the stack, or says why not", joins_the_stack_or_says_why_not),
    (voucher, answer, "begins the next order", is_in_the_order_of(None)),
    (voucher, locked, "is kept, and begins an order", kept(is_in_the_order_of(None))),
    (gift_card, idle, "shows its balance", shows_its_balance),
    (gift_card, member_open, "is to pay", pays),
    (gift_card, preview_open, "pays", pays),
    (gift_card, answer, "shows its balance", shows_its_balance),
    (gift_card, locked, "is kept, and shows its balance", kept(shows_its_balance)),
    (receipt, idle, "brings up undoing its order", brings_up_undoing),
    (receipt, member_open, "brings up undoing; the member waits", brings_up_undoing_and_the_member_waits),
    (receipt, preview_open, "is refused: finish first, or Esc", finish_first),
    (receipt, answer, "brings up undoing its order", brings_up_undoing),
    (receipt, locked, "is kept, and brings up undoing", kept(brings_up_undoing)),
    (a_badge, idle, "asks for Mia's PIN", mia_signs_in),
    (a_badge, member_open, "asks for the PIN; the member stays with the same person",
     switches_and_the_member_stays_with_the_same_person),
    (a_badge, preview_open, "approves what needs a manager; else the order stays with the same person",
     approves_or_the_order_stays_with_the_same_person),
    (a_badge, answer, "asks for Mia's PIN", mia_signs_in),
    (a_badge, locked, "asks for Mia's PIN", mia_signs_in),
    (setup_code, idle, "is for setting up", tells_set_up),
    (setup_code, member_open, "is for setting up; the member stays", member_stays(says_set_up)),
    (setup_code, preview_open, "is for setting up; the order stays", member_stays(says_set_up)),
    (setup_code, answer, "is for setting up", tells_set_up),
    (setup_code, locked, "is for setting up; the lock stays", says_set_up),
    (something_else, idle, "unknown, with its first 12 characters", tells_unknown),
    (something_else, member_open, "unknown; the member stays", member_stays(says_unknown)),
    (something_else, preview_open, "unknown; the order stays", member_stays(says_unknown)),
    (something_else, answer, "unknown", tells_unknown),
    (something_else, locked, "unknown; the lock stays", says_unknown),
]  # fmt: skip
KINDS = [another_members_card, voucher, gift_card, receipt, a_badge, setup_code, something_else]
PLACES = [idle, member_open, preview_open, answer, locked]


def test_the_table_has_every_cell_once() -> None:
    assert [(kind, place) for kind, place, *_ in TABLE] == [
        (kind, place) for kind in KINDS for place in PLACES
    ]


@pytest.mark.parametrize(
    ("kind", "place", "then"),
    [
        pytest.param(kind, place, then, id=f"{kind.__name__}, {place.__name__}: {what}")
        for kind, place, what, then in TABLE
    ],
)
def test_what_a_scan_does(kind: Kind, place: Place, then: Then, till: Till) -> None:
    text = kind(till)
    place(till)
    till.scan(text)
    then(till)


def test_an_order_that_waits_behind_an_answer_is_not_lost_by_a_code_that_nobody_knows(till: Till) -> None:
    receipt(till)
    preview_open(till)
    till.model.open(Screen.UNDO)
    till.wait(lambda: till.state.flow.is_read)
    till.bench.settled()
    till.model.enter()
    till.wait(lambda: till.state.answer is not None and till.state.answer.undone)
    till.scan(NO_CODE)
    says(UNKNOWN)(till)
    till.bench.leave_answer()
    assert (till.state.screen, till.state.order.total) == (Screen.MEMBER, 6000)


def test_a_badge_shown_before_an_answer_can_have_been_read_comes_after_it(till: Till) -> None:
    preview_open(till)
    till.bench.paints = False
    till.model.enter()
    till.bench.until(Screen.ANSWER)
    till.scan(badge(till.mia))
    till.wait(lambda: till.model._held_scan is not None)
    assert till.state.screen is Screen.ANSWER
    till.bench.paints = True
    till.model.painted()
    till.bench.leave_answer()
    till.wait(lambda: till.state.screen is Screen.SIGN_IN and till.state.flow.pin.chosen == till.mia)
