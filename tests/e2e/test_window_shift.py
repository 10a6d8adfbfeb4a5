"""A whole shift in the real window, by real key events alone; and the same with the plug pulled fifty times.

What the idle page says at the end, what the journal's bodies come to and what head office's tables come to are three
ways to the same figures.
"""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.shift import Died, Shift
from tests.e2e.shift_books import Totals, by_head_office, by_journal, entries_of, held_by_head_office, ids_of
from tests.e2e.shift_shop import BONUS, EXTRA, ONCE, Shop, shop_at_work
from tests.e2e.told import TOLD
from tests.e2e.windows import OPEN_S, Event, WindowProcess
from tests.x_screen import XScreen

# Minutes: a shift of fifty customers, and fifty starts.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]
FIVE = 500  # what the first offer to choose takes off from 30.00 on
ALL_SENT_S = 60
KILLS = 50
KILL_WITHIN_S = 9.0  # of the moment in which somebody has signed in: two or three customers
EARLY = 5  # every so manyth dies while it starts, or while somebody signs in
EARLY_WITHIN_S = 5.0
CUT_OFF = range(15, 30)  # these runs have no line
NOBODYS_CODE = "HELLO-IS-THIS-A-CODE"

Served = Callable[[Shift], object]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_at_work(tmp_path / "shop") as shop:
        yield shop


# --- a day ------------------------------------------------------------------------------------------------------------

MORNING: list[Served] = [
    lambda s: s.serve(s.shop.codes[0], amount="35"),
    lambda s: s.serve_by_number(s.shop.numbers[1], amount="20"),
    lambda s: s.sell_card(s.shop.cards[0], amount="30"),
    lambda s: s.serve(s.shop.codes[2], s.shop.bonus, amount="35"),
    lambda s: s.serve(s.shop.codes[3], s.shop.bonus, s.shop.extra, amount="40.50"),
    lambda s: s.serve(s.shop.coupons[0], amount="12"),
    lambda s: s.serve(s.shop.codes[4], amount="60", keys="2"),
    lambda s: s.serve(s.shop.codes[5], s.shop.world.voucher, amount="20"),
    lambda s: s.refused(NOBODYS_CODE),
    lambda s: s.serve(s.shop.blocked, amount="40"),
    lambda s: s.refused(s.shop.world.expired_code),
    lambda s: s.serve(s.shop.world.ended_voucher, amount="12.99"),
    lambda s: s.serve(s.shop.codes[1], s.shop.coupons[0], amount="13"),
    lambda s: s.earn(s.shop.codes[2], amount="18"),
    lambda s: s.change_mind(s.shop.codes[0], amount="22"),
    lambda s: s.another_card(s.shop.codes[3], s.shop.codes[5], amount="31"),
    lambda s: s.enrol("05320000001"),
    lambda s: s.enrol("05320000002", amount="45"),
    lambda s: s.balance(s.shop.codes[4]),
    lambda s: s.serve(s.shop.codes[0], s.shop.treat, amount="20"),
    lambda s: s.undo_last(),
]
WITHOUT_A_LINE: list[Served] = [
    lambda s: s.serve(s.shop.codes[1], amount="35"),
    lambda s: s.serve(s.shop.coupons[1], amount="9.90"),
    lambda s: s.serve(s.shop.coupons[1], amount="9.90"),
    lambda s: s.serve(s.shop.codes[3], s.shop.treat, s.shop.extra, amount="14"),
    lambda s: s.enrol("05320000003", amount="30"),
    lambda s: s.serve(s.shop.codes[4], s.shop.bonus, amount="75", keys="1"),
    lambda s: s.earn(s.shop.codes[5], amount="8"),
    lambda s: s.sell_card(s.shop.cards[1], amount="25.50"),
    lambda s: s.pay_by_card(s.shop.codes[1], card=s.shop.cards[1], amount="44"),
    lambda s: s.undo_last(),
    lambda s: s.serve_by_number(s.shop.numbers[0], amount="33"),
    lambda s: s.undo_by_receipt(s.receipts[0]),
    lambda s: s.goods_back(s.receipts[2]),
    lambda s: s.serve(s.shop.bonus, amount="21"),
    lambda s: s.serve(s.shop.blocked, s.shop.bonus, amount="21"),
]
AFTERNOON: list[Served] = [
    lambda s: s.serve(s.shop.codes[1], s.shop.bonus, s.shop.extra, s.shop.treat, amount="58", keys="2"),
    lambda s: s.serve(s.shop.coupons[2], s.shop.bonus, amount="15"),
    lambda s: s.another_card(s.shop.codes[1], s.shop.codes[2], amount="44"),
    lambda s: s.enrol("ayse@example.org"),
    lambda s: s.balance(s.shop.codes[0]),
    lambda s: s.serve(s.shop.codes[4], amount="29.99"),
    lambda s: s.serve_by_number(s.shop.numbers[4], amount="100"),
    lambda s: s.serve(s.shop.codes[0], s.shop.coupons[1], amount="36"),
    lambda s: s.earn(s.shop.codes[3], amount="250"),
    lambda s: s.goods_back(s.receipts[-1]),
    lambda s: s.serve(s.shop.codes[5], s.shop.coupons[3], amount="31"),
    lambda s: s.undo_by_receipt(s.receipts[-1]),
    lambda s: s.serve(s.shop.codes[2], s.shop.extra, amount="1"),
    lambda s: s.pay_by_card(s.shop.codes[3], s.shop.bonus, card=s.shop.cards[0], amount="32"),
]


def test_a_whole_shift_ends_with_the_same_totals_everywhere(
    shop: Shop, screen: XScreen, tmp_path: Path
) -> None:
    assert len(MORNING) + len(WITHOUT_A_LINE) + len(AFTERNOON) == 50
    window = WindowProcess(shop.world, screen, tmp_path / "events.jsonl", program=TOLD)
    shift = Shift(shop, screen, window)
    try:
        shift.open()
        for served in MORNING:
            served(shift)
        shift.lock()
        shop.line.refuse()
        for served in WITHOUT_A_LINE:
            served(shift)
        assert shift.pill["kind"] == "offline" and shift.pill["waiting"] > 0
        shop.line.heal()
        shift.train()
        shift.end_training()
        for served in AFTERNOON:
            served(shift)
        shift.end()
        shift.until_all_is_sent(within_s=ALL_SENT_S)
        assert not window.has("mouse")
    finally:
        window.kill()
    totals = held(shop, shift.figures, shift.answers)
    shown = sum(answer["discount"] for answer in shift.answers if not answer["undone"])
    assert totals.discount == shown, "what the answers took off is what was given"
    assert totals.refunds == sum(answer["undone"] for answer in shift.answers) == 6
    assert (totals.joined, totals.refused) == (4, 6)
    assert totals.points, "somebody has points in the end"
    assert sorted(totals.cards.values()) == [
        600,
        2550,
    ]  # of 30.00, which paid 24.00; and one whose payment came back


def held(shop: Shop, figures: Event, answers: list[Event]) -> Totals:
    """Hold what was shown against the journal and against head office; return what all of them say."""
    entries = entries_of(shop.world)
    own, theirs = by_journal(entries), by_head_office(shop.world)
    assert own == theirs
    assert held_by_head_office(shop.world) == {entry.entry_id for entry in entries}
    shown = (figures["orders"], figures["redemptions"], figures["value"], figures["members"])
    assert shown == (own.orders, own.redemptions, own.value, own.joined)
    seen, recorded = {answer["receipt"] for answer in answers if answer["receipt"]}, ids_of(entries)
    assert seen <= set(recorded), "nothing is lost that an answer was shown for"
    assert set(recorded.values()) == {1}
    return own


# --- fifty kills ------------------------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """What the idle page says of today, or what one customer changes of it."""

    orders: int = 0
    redemptions: int = 0
    value: int = 0
    members: int = 0

    def and_(self, more: "Figures") -> "Figures":
        return Figures(*(mine + its for mine, its in zip(self, more, strict=True)))


class Work(NamedTuple):
    """One customer, and what their being served changes."""

    serve: Served
    changes: Figures = Figures()


def day(shop: Shop) -> Iterator[Work]:
    """Yield customers without an end; what each changes is the same with and without a line.

    So nobody pays with points here: those earned a moment ago can't be spent before head office has been heard.
    """
    number = 0
    coupons, cards = iter(shop.coupons), iter(shop.cards)
    while True:
        number += 1
        codes = [shop.codes[(number + place) % len(shop.codes)] for place in range(3)]
        phone = f"0532{number:07}"
        yield Work(lambda s, c=codes[0]: s.serve(c, amount="35"), Figures(1, 1, FIVE))
        yield Work(lambda s, p=phone: s.enrol(p), Figures(members=1))
        yield Work(
            lambda s, c=codes[1]: s.serve(c, s.shop.bonus, s.shop.extra, amount="40"),
            Figures(1, 3, FIVE + BONUS + EXTRA),
        )
        yield Work(lambda s: s.undo_last(), Figures(value=-FIVE - BONUS - EXTRA))
        if (coupon := next(coupons, None)) is not None:
            yield Work(lambda s, c=coupon: s.serve(c, amount="12"), Figures(1, 1, ONCE))
        if (card := next(cards, None)) is not None:
            yield Work(lambda s, g=card: s.sell_card(g, amount="30"))
            yield Work(lambda s, c=codes[2], g=card: s.pay_by_card(c, card=g, amount="9"), Figures(1))
        yield Work(lambda s, c=codes[2]: s.earn(c, amount="18"), Figures(1))
        yield Work(lambda s: s.refused(NOBODYS_CODE))
        yield Work(lambda s, c=codes[0]: s.serve(c, s.shop.extra, amount="20"), Figures(1, 1, EXTRA))
        yield Work(lambda s, c=codes[1]: s.serve(c, s.shop.bonus, amount="21"), Figures(1, 1, BONUS))
        yield Work(lambda s: s.goods_back(s.receipts[-1]), Figures(value=-BONUS))
        yield Work(lambda s: s.lock())


class Killed:
    """A shift that is killed again and again, and what was seen of it."""

    def __init__(self, shop: Shop, screen: XScreen, folder: Path, chance: random.Random) -> None:
        self.shop, self.screen, self.folder, self.chance = shop, screen, folder, chance
        self.work = day(shop)
        self.at_hand: Work | None = None  # whose answer nobody has seen
        self.figures = Figures()
        self.answers: list[Event] = []
        self.outcomes: dict[str, int] = {}
        self._receipts: list[str] = []

    def start(self, name: str) -> Shift:
        """Start the window; whoever works here knows the receipts of before."""
        window = WindowProcess(self.shop.world, self.screen, self.folder / name, program=TOLD)
        return Shift(self.shop, self.screen, window, self._receipts)

    def run(self, number: int) -> None:
        """Work until the kill."""
        shift = self.start(f"run-{number}")
        is_early = number % EARLY == 0
        try:
            if is_early:
                self.kill_within(EARLY_WITHIN_S, shift)
            shift.open()
            self.go_on(shift)
            if not is_early:
                self.kill_within(KILL_WITHIN_S, shift)
            while True:
                self.at_hand = next(self.work) if self.at_hand is None else self.at_hand
                shift.mark()
                self.at_hand.serve(shift)
                self.figures, self.at_hand = self.figures.and_(self.at_hand.changes), None
        except Died:
            self.died(shift)
        finally:
            shift.window.kill()

    def kill_within(self, seconds: float, shift: Shift) -> None:
        threading.Timer(self.chance.uniform(0, seconds), shift.window.process.kill).start()

    def go_on(self, shift: Shift) -> None:
        """See from the idle page whether the customer at hand has been served, and go on from there."""
        found = Figures(*(shift.figures[name] for name in ("orders", "redemptions", "value", "members")))
        work = self.at_hand
        if work is None:
            assert found == self.figures
            return
        done = self.figures.and_(work.changes)
        assert found in (self.figures, done), "all of it or nothing"
        if found != done or done == self.figures:
            self.note("again")
            return
        self.note("was recorded")
        self.figures, self.at_hand = done, None

    def died(self, shift: Shift) -> None:
        """Take what was seen of the customer at hand before the end: what was answered is done."""
        self.answers += shift.answers
        self._receipts[:] = shift.receipts
        is_answered = any(
            event["event"] == "enrol_ready" or (event["event"] == "answer_painted" and event["receipt"])
            for event in shift.window.events()[shift.begun :]
        )
        if self.at_hand is not None and is_answered:
            self.note("was shown")
            self.figures, self.at_hand = self.figures.and_(self.at_hand.changes), None

    def note(self, outcome: str) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


def test_a_shift_killed_at_fifty_moments_has_nothing_twice_and_loses_nothing_that_was_shown(
    shop: Shop, screen: XScreen, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    killed = Killed(shop, screen, tmp_path, random.Random(seed))
    for number in range(KILLS):
        shop.line.refuse() if number in CUT_OFF else shop.line.heal()
        killed.run(number)
    print(killed.outcomes, killed.figures)
    shift = killed.start("last")
    try:
        shift.open()
        killed.go_on(shift)
        shift.until_all_is_sent(within_s=OPEN_S)
    finally:
        shift.window.kill()
    totals = held(shop, shift.figures, killed.answers)
    assert totals.orders == killed.figures.orders >= KILLS // 2, "there was something to lose"
    assert killed.outcomes["again"] and killed.outcomes["was shown"]
