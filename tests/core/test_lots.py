"""Lots: who pays first, what comes back where, what expires when, and that no point is lost or made."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.core import lots as lots_module
from app.core.expiry import AfterActivity, AfterEarning, ExpiryRule, Extension
from app.core.lots import (
    Account,
    DeductFrom,
    Deduction,
    Lot,
    ReturnPolicy,
    Shortfall,
    Spending,
    Taken,
    balance,
    credit,
    debit,
    deduct,
    earn,
    earned_lot,
    expire,
    expiring,
    extend,
    give_back,
    of_currency,
    reopen,
    settle,
    spend,
    total,
)
from app.core.reasons import Reason, Refusal

JANUARY, MARCH, JUNE, YEAR_END = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 30), date(2026, 12, 31)
ROLLING = ExpiryRule(AfterActivity(30))


def lot(lot_id: str, left: int, expires_on: date | None = None, *, earned_on: date = JANUARY) -> Lot:
    return Lot(lot_id, left, left, earned_on, expires_on)


def left(lots: tuple[Lot, ...]) -> list[int]:
    return [one.left for one in lots]


def test_a_debit_takes_the_earliest_expiry_then_the_earliest_earned_then_the_id() -> None:
    lots = (
        lot("never", 100),
        lot("b", 10, YEAR_END, earned_on=MARCH),
        lot("a", 10, YEAR_END, earned_on=MARCH),
        lot("older", 10, YEAR_END),
        lot("sooner", 10, JUNE, earned_on=MARCH),
    )
    result = debit(lots, 45, day=MARCH)
    assert result.taken == (
        Taken("sooner", 10), Taken("older", 10), Taken("a", 10), Taken("b", 10), Taken("never", 5),
    )  # fmt: skip
    assert (left(result.lots), result.points, result.short) == ([95, 0, 0, 0, 0], 45, 0)


def test_a_debit_says_how_much_was_not_there_and_leaves_expired_lots_alone() -> None:
    result = debit((lot("gone", 50, JUNE), lot("here", 5, YEAR_END)), 8, day=JUNE + timedelta(days=1))
    assert (result.taken, result.short, left(result.lots)) == ((Taken("here", 5),), 3, [50, 0])
    assert debit((lot("here", 5),), 0, day=JUNE).taken == ()


def test_the_balance_counts_a_lot_through_its_last_day() -> None:
    lots = (lot("a", 30, JUNE), lot("b", 5))
    assert (balance(lots, day=JUNE), balance(lots, day=JUNE + timedelta(days=1))) == (35, 5)


def test_what_expires_soon_is_summed_by_day() -> None:
    lots = (
        lot("a", 30, JUNE),
        lot("b", 5, JUNE),
        lot("c", 7, JUNE - timedelta(days=1)),
        lot("d", 9, YEAR_END),
    )
    spent, never = replace(lot("e", 10, JUNE), left=0), lot("f", 3)
    assert expiring((*lots, spent, never), day=JUNE - timedelta(days=1), within_days=1) == (
        (JUNE - timedelta(days=1), 7), (JUNE, 35),
    )  # fmt: skip
    assert expiring(lots, day=JUNE, within_days=0) == ((JUNE, 35),)


def test_lots_of_another_currency_are_kept_apart() -> None:
    stars = Lot("s", 10, 10, JANUARY, currency="stars")
    assert of_currency((lot("a", 1), stars), "stars") == (stars,)


def test_hq_posts_expiry_once_and_on_the_day_after_the_last() -> None:
    lots = (lot("a", 30, JUNE), lot("b", 5))
    assert expire(lots, day=JUNE) == lots_module.Posted(lots, ())
    first = expire(lots, day=JUNE + timedelta(days=1))
    assert (first.expired, left(first.lots), first.lots[0].expired) == ((Taken("a", 30),), [0, 5], 30)
    assert expire(first.lots, day=YEAR_END).expired == ()


def test_a_sale_before_the_deadline_that_comes_in_after_it_is_judged_by_its_own_day() -> None:
    """30 points end on 30 June; HQ posts that at midnight, then hears of 20 spent on the last evening."""
    next_day = JUNE + timedelta(days=1)
    posted = expire((lot("a", 30, JUNE), lot("b", 5)), day=next_day).lots
    late = debit(reopen(posted, day=JUNE), 20, day=JUNE)
    again = expire(late.lots, day=next_day)
    assert (late.taken, late.short) == ((Taken("a", 20),), 0)
    assert again.expired == (Taken("a", 10),)
    assert (left(again.lots), again.lots[0].expired) == ([0, 5], 10)
    assert reopen(posted, day=next_day) == posted


def test_t13_a_later_downgrade_does_not_shorten_a_lot() -> None:
    """Base lots live 12 months, VIP lots 24; the day stands in the lot."""
    longer = Extension(AfterEarning(months=24), frozenset({"vip"}))
    rule_of_both = ExpiryRule(AfterEarning(months=12), (longer,))
    as_vip = earned_lot("v", 100, earned_on=date(2026, 1, 15), rule=rule_of_both, tier="vip")
    as_base = earned_lot("b", 50, earned_on=date(2026, 1, 15), rule=rule_of_both, tier="base")
    assert (as_vip.expires_on, as_base.expires_on) == (date(2028, 1, 15), date(2027, 1, 15))
    assert balance((as_vip, as_base), day=date(2028, 1, 15)) == 100
    assert (as_vip.points, as_vip.left, as_vip.currency) == (100, 100, "points")


def test_t20_any_activity_moves_the_end_of_the_whole_balance() -> None:
    """Rolling 30 days: earned on 1 March they end on 31 March; spending on 20 March makes it 19 April for all."""
    lots = tuple(earned_lot(name, 50, earned_on=MARCH, rule=ROLLING) for name in "ab")
    assert [one.expires_on for one in lots] == [date(2026, 3, 31)] * 2
    result = spend(Account(lots), 50, day=date(2026, 3, 20))
    assert isinstance(result, Spending)
    assert [one.expires_on for one in result.account.lots] == [date(2026, 4, 19)] * 2
    assert result.account.spendable(date(2026, 4, 19)) == 50
    assert result.account.spendable(date(2026, 4, 20)) == 0


def test_t20_a_refused_redemption_is_no_activity_and_too_late_is_too_late() -> None:
    account = Account((earned_lot("a", 50, earned_on=MARCH, rule=ROLLING),))
    assert isinstance(spend(account, 51, day=date(2026, 3, 20)), Refusal)
    assert account.spendable(date(2026, 4, 1)) == 0
    assert extend(account.lots, day=date(2026, 4, 1)) == account.lots
    assert extend(account.lots, day=date(2026, 2, 1)) == account.lots  # heard of late, and long before
    assert extend((lot("fixed", 1, JUNE), lot("never", 1)), day=MARCH) == (
        lot("fixed", 1, JUNE),
        lot("never", 1),
    )


def test_earning_is_an_activity_and_points_given_by_hq_are_none() -> None:
    account = Account((earned_lot("a", 50, earned_on=MARCH, rule=ROLLING),))
    new = earned_lot("b", 5, earned_on=date(2026, 3, 10), rule=ROLLING)
    assert [one.expires_on for one in earn(account, new).lots] == [date(2026, 4, 9)] * 2
    assert [one.expires_on for one in credit(account, new).lots] == [date(2026, 3, 31), date(2026, 4, 9)]


def test_points_come_back_to_their_lots_last_taken_first() -> None:
    lots = (lot("a", 10, JUNE), lot("b", 10, YEAR_END), lot("c", 10))
    taken = debit(lots, 25, day=MARCH)
    back = give_back(taken.lots, taken.taken, 7, day=MARCH, renewed_id="r")
    assert back.returned == (Taken("b", 2), Taken("c", 5))
    assert back.still_taken == (Taken("a", 10), Taken("b", 8))
    assert left(back.lots) == [0, 2, 10]
    rest = give_back(back.lots, back.still_taken, 99, day=MARCH, renewed_id="r2")
    assert (rest.lots, rest.still_taken, total(rest.returned)) == (lots, (), 18)


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_debit_of_which_a_part_came_back_is_a_smaller_debit(points: int, back: int) -> None:
    lots = (lot("a", 10, JUNE), lot("b", 10, YEAR_END), lot("c", 10))
    taken = debit(lots, points, day=MARCH)
    came = give_back(taken.lots, taken.taken, back, day=MARCH, renewed_id="r")
    assert came.lots == debit(lots, max(points - back, 0), day=MARCH).lots


def test_points_whose_lot_has_expired_come_back_for_30_days() -> None:
    lots = (lot("a", 10, JUNE, earned_on=MARCH), lot("b", 10, JUNE), lot("c", 10, YEAR_END))
    taken = debit(lots, 22, day=JUNE)
    day = JUNE + timedelta(days=1)
    posted = expire(taken.lots, day=day).lots
    back = give_back(posted, taken.taken, 15, day=day, renewed_id="return-7")
    assert back.lots[-1] == Lot("return-7", 13, 13, JANUARY, date(2026, 7, 31))
    assert back.returned == (Taken("c", 2), Taken("return-7", 13))
    assert balance(back.lots, day=date(2026, 7, 31)) == 23
    assert balance(back.lots, day=date(2026, 8, 1)) == 10
    on_the_last_day = give_back(taken.lots, taken.taken, 22, day=JUNE, renewed_id="return-8")
    assert on_the_last_day.lots == lots


def test_renewed_points_stay_points_of_their_currency() -> None:
    stars = Lot("s", 10, 4, JANUARY, JUNE, currency="stars")
    back = give_back((stars,), (Taken("s", 6),), 6, day=YEAR_END, renewed_id="r")
    assert back.lots[-1] == Lot("r", 6, 6, JANUARY, YEAR_END + timedelta(days=30), currency="stars")


def test_renewed_points_do_not_revive_what_has_expired_beside_them() -> None:
    taken = debit((lot("a", 10, JUNE),), 4, day=JUNE)
    back = give_back(taken.lots, taken.taken, 4, day=YEAR_END, renewed_id="r")
    assert balance(back.lots, day=YEAR_END) == 4


def test_points_of_a_lot_that_nobody_knows_are_a_bug() -> None:
    with pytest.raises(KeyError):
        give_back((), (Taken("a", 1),), 1, day=MARCH, renewed_id="r")


def test_spending_takes_all_or_nothing() -> None:
    account = Account((lot("a", 10, JUNE),))
    assert spend(account, 11, day=JUNE) == Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": 11, "missing": 1})
    assert spend(account, 10, day=JUNE) == Spending(
        Account((replace(lot("a", 10, JUNE), left=0),)), (Taken("a", 10),)
    )


def test_a_debt_blocks_spending_until_it_has_been_earned() -> None:
    owing = Account((), debt=7)
    assert (owing.active(MARCH), owing.spendable(MARCH)) == (-7, 0)
    partly = credit(owing, lot("a", 5))
    assert (partly.debt, partly.spendable(MARCH), left(partly.lots)) == (2, 0, [0])
    assert spend(partly, 1, day=MARCH) == Refusal(Reason.DEBT, {"missing": 2})
    paid = credit(partly, lot("b", 5))
    assert (paid.debt, paid.spendable(MARCH), left(paid.lots)) == (0, 3, [0, 3])


def test_points_that_came_back_pay_what_is_owed() -> None:
    settled = settle(Account((lot("a", 5), lot("b", 5, JUNE)), debt=7), day=MARCH)
    assert (settled.debt, left(settled.lots)) == (0, [3, 0])
    short = settle(Account((lot("a", 5),), pending=4, debt=7), day=MARCH)
    assert short == Account((replace(lot("a", 5), left=0),), pending=4, debt=2)
    assert Account((lot("a", 5),), debt=1).spendable(MARCH) == 0


@pytest.mark.parametrize(
    ("policy", "after", "deducted"),
    [  # pending 40, active 50, and a return takes back 100
        (ReturnPolicy(), (0, 0, 10), 100),
        (ReturnPolicy(DeductFrom.PENDING_THEN_ACTIVE, Shortfall.LET_GO), (0, 0, 0), 90),
        (ReturnPolicy(DeductFrom.PENDING_ONLY), (0, 50, 0), 40),
        (ReturnPolicy(DeductFrom.ACTIVE_BALANCE), (40, 0, 50), 100),
        (ReturnPolicy(DeductFrom.ACTIVE_BALANCE, Shortfall.LET_GO), (40, 0, 0), 50),
    ],
)
def test_a_return_takes_points_back_as_the_program_says(
    policy: ReturnPolicy, after: tuple[int, int, int], deducted: int
) -> None:
    account = Account((lot("a", 50), lot("gone", 9, JANUARY)), pending=40)
    result = deduct(account, 100, day=MARCH, policy=policy)
    assert (result.account.pending, balance(result.account.lots, day=MARCH), result.account.debt) == after
    assert (result.points, result.points + result.let_go) == (deducted, 100)


def test_a_return_takes_pending_points_first_and_only_then_others() -> None:
    result = deduct(Account((lot("a", 50),), pending=40, debt=1), 45, day=MARCH)
    assert result == Deduction(
        Account((replace(lot("a", 50), left=45),), 0, 1), 40, (Taken("a", 5),), owed=0, let_go=0
    )
    assert deduct(Account((lot("a", 50),), pending=40), 30, day=MARCH).account.pending == 10


@dataclass
class Books:
    """What a second bookkeeper writes down, who knows nothing of lots."""

    issued: int = 0
    pending: int = 0
    spent: int = 0
    expired: int = 0
    deducted: int = 0
    debits: list[tuple[Taken, ...]] = field(default_factory=list)


class Conservation(RuleBasedStateMachine):
    """Random life of an account, day by day: what was issued is left, spent, expired or deducted."""

    def __init__(self) -> None:
        super().__init__()
        self.account, self.books = Account(), Books()
        self.day, self.number = MARCH, 0

    def _next(self) -> str:
        self.number += 1
        return f"{self.number:03}"

    @rule(points=st.integers(1, 50), days=st.sampled_from([None, 0, 3, 20]), rolling=st.booleans())
    def earned(self, points: int, days: int | None, rolling: bool) -> None:
        last = None if days is None else self.day + timedelta(days=days)
        rolls = days if rolling and days else None
        new = Lot(self._next(), points, points, self.day, last, rolling_days=rolls)
        self.account = earn(self.account, new)
        self.books.issued += points

    @rule(points=st.integers(1, 50))
    def pending(self, points: int) -> None:
        self.account = replace(self.account, pending=self.account.pending + points)
        self.books.pending += points

    @rule(points=st.integers(1, 80))
    def spent(self, points: int) -> None:
        before = self.account.spendable(self.day)
        result = spend(self.account, points, day=self.day)
        assert isinstance(result, Spending) == (before >= points)
        if isinstance(result, Spending):
            assert total(result.taken) == points
            self.account = result.account
            self.books.spent += points
            self.books.debits.append(result.taken)

    @rule(points=st.integers(1, 80), which=st.integers(0, 9))
    def came_back(self, points: int, which: int) -> None:
        if not self.books.debits:
            return
        place = which % len(self.books.debits)
        taken = self.books.debits[place]
        back = give_back(self.account.lots, taken, points, day=self.day, renewed_id=self._next())
        assert total(back.returned) == min(points, total(taken))
        assert total(back.returned) + total(back.still_taken) == total(taken)
        self.account = settle(replace(self.account, lots=back.lots), day=self.day)
        self.books.debits[place] = back.still_taken
        self.books.spent -= total(back.returned)

    @rule(points=st.integers(1, 80), where=st.sampled_from(DeductFrom), short=st.sampled_from(Shortfall))
    def deducted(self, points: int, where: DeductFrom, short: Shortfall) -> None:
        result = deduct(self.account, points, day=self.day, policy=ReturnPolicy(where, short))
        assert result.points + result.let_go == points
        self.account = result.account
        self.books.deducted += result.points

    @rule(days=st.integers(1, 15))
    def days_pass(self, days: int) -> None:
        self.day += timedelta(days=days)
        shown = balance(self.account.lots, day=self.day)
        posted = expire(self.account.lots, day=self.day)
        assert balance(posted.lots, day=self.day) == shown  # what has expired was hidden before HQ posted it
        self.account = replace(self.account, lots=posted.lots)
        self.books.expired += total(posted.expired)

    @invariant()
    def nothing_is_lost_or_made(self) -> None:
        came_in = self.books.issued + self.books.pending
        went = self.books.spent + self.books.expired + self.books.deducted
        held = sum(one.left for one in self.account.lots) + self.account.pending - self.account.debt
        assert came_in - went == held

    @invariant()
    def no_lot_is_below_nothing_or_above_what_it_was(self) -> None:
        for one in self.account.lots:
            assert min(one.left, one.expired) >= 0
            assert one.left + one.expired <= one.points


TestConservation = Conservation.TestCase
TestConservation.settings = settings(max_examples=30, stateful_step_count=25)


def test_the_books_find_a_planted_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody puts points back into an expired lot and gives the member a renewed one as well."""
    right = give_back

    def twice(lots, taken, points, *, day, renewed_id):
        back = right(lots, taken, points, day=day, renewed_id=renewed_id)
        extra = [lot(f"{renewed_id}x", total(back.returned))] if points else []
        return replace(back, lots=(*back.lots, *extra))

    monkeypatch.setitem(globals(), "give_back", twice)
    machine = Conservation()
    machine.earned(10, None, rolling=False)
    machine.spent(10)
    machine.came_back(5, 0)
    with pytest.raises(AssertionError):
        machine.nothing_is_lost_or_made()
