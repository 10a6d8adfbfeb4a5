"""What members did before, folded into the counters that a program asks for (docs/program.md: conditions, campaigns).

Orders and events are added in the order of time; what no window reaches any more is let go, so a history needs the room
of its members and not of their orders. Days are those of the store's calendar. A window of N days reaches from N days
before an order to its day: with 365, a purchase 366 days ago does not count. Spend is what goods were sold for, after
discounts, whatever it was paid with. Several rules of a campaign that apply to one order are one use of it.

Limit: `member_uses`, `earned` and facts of history tell a window by the end of their key, so no id may end like one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.core import limits
from app.core.earning import Earned
from app.core.expiry import CalendarPeriod, first_day_of
from app.core.order import MILLI, LineKind, Order
from app.core.outcome import Decision, Facts, Outcome
from app.core.policy import AmountBasis
from app.core.products import LineFinder
from app.core.program import Program
from app.core.sheet import in_basis

DAYS_SINCE_ORDER = "history.days_since_order"
SPEND, ORDERS, REDEMPTIONS = "history.spend", "history.orders", "history.redemptions"
AMOUNT_OF, QUANTITY_OF = "history.amount_of", "history.quantity_of"
OF_SETS = (AMOUNT_OF, QUANTITY_OF)  # of product sets
EVENTS, MEMBER_USES, EARNED, TIMES = "event.count", "member_uses", "earned", "earned_times"
OF_ORDERS = (SPEND, ORDERS, REDEMPTIONS, AMOUNT_OF, QUANTITY_OF)  # what orders add to a member's history
WINDOWED = {SPEND, ORDERS, REDEMPTIONS, AMOUNT_OF, QUANTITY_OF, EVENTS, MEMBER_USES, EARNED, TIMES}
OF_MEMBER = WINDOWED | {"punches"}
OF_ALL = {"uses", "members", "discount", "order_value"}
COUNTED = "member_counted"

# Each period with a day or two more than it can have: a sum that began longer ago belongs to no present one.
SPANS = {"day": 3, "week": 9, "month": 33, "quarter": 94, "year": 368, "previous_month": 64}
WINDOW = re.compile(rf"(.+)/(?:([1-9][0-9]*)d|({'|'.join(SPANS)}))")
EVER = date.min
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order that was: the outcomes that applied and the points that `member` (a reference) earned.

    `beside` are campaigns that were used on it and that the program which counts does not hold.
    """

    order: Order
    member: str | None
    given: tuple[Outcome, ...] = ()
    earned: tuple[Earned, ...] = ()
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event that a member brought about, on a day of the store's calendar."""

    name: str
    member: str
    on: date


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a counter looks: so many days, or a period of the calendar, or for ever."""

    days: int = 0
    period: str = ""

    def begin(self, day: date) -> date:
        """Return under which day something that happened on `day` is added up."""
        if self.days:
            return day
        return first_of_period(self.period, day) if self.period else EVER

    def total(self, sums: Mapping[date, int], today: date) -> int:
        """Return what counts today of sums by the day under which they were added up."""
        if self.days:
            oldest = today - self.days * DAY
            return sum(amount for day, amount in sums.items() if oldest <= day <= today)
        if self.period == "previous_month":
            return sums.get(self.begin(self.begin(today) - DAY), 0)
        return sums.get(self.begin(today), 0)

    def stale(self, sums: Mapping[date, int], today: date) -> list[date]:
        """Return the days whose sums can't count any more, today or later; a clock may stand a day behind."""
        if not self.days and not self.period:
            return []
        oldest = today - (self.days + 1 if self.days else SPANS[self.period]) * DAY
        return [day for day in sums if day < oldest]


@dataclass(frozen=True, slots=True)
class Asked:
    """A counter by its key: which figure, about what (a campaign, a rule, a product set, an event), how far back."""

    key: str
    figure: str
    about: str
    window: Window

    def begin(self, day: date) -> date:
        """Return under which day something that happened on `day` is added up for it."""
        return day if self.figure == DAYS_SINCE_ORDER else self.window.begin(day)

    def found(self, sums: Mapping[date, int], today: date) -> int | None:
        """Return the counter by sums by day; None where it can't be said: of no order nobody knows how long ago."""
        if self.figure == DAYS_SINCE_ORDER:
            last = max((day for day, orders in sums.items() if orders > 0), default=None)
            return None if last is None else max((today - last).days, 0)
        total = self.window.total(sums, today)
        return total // MILLI if self.figure == QUANTITY_OF else total


def first_of_period(period: str, day: date) -> date:
    """Return the first day of the day's period: `day`, `week` (from Monday), `month`, `quarter` or `year`."""
    if period == "day":
        return day
    if period == "week":
        return day - day.weekday() * DAY
    return first_day_of(CalendarPeriod(period.removeprefix("previous_")), day)


def read_key(key: str) -> Asked:
    """Return what a counter's key asks for: `history.spend/365d`, `member_uses:morning/month`, `uses:morning`."""
    window, said = Window(), key
    match = WINDOW.fullmatch(key)
    if match is not None and match[1].partition(":")[0] in WINDOWED:
        said = match[1]
        window = Window(days=int(match[2] or 0), period=match[3] or "")
    figure, _, about = said.partition(":")
    return Asked(key, figure, about, window)


def past_order(facts: Facts, decision: Decision, *, beside: Iterable[str] = ()) -> PastOrder:
    """Return an order that has just been decided as history keeps it."""
    return PastOrder(
        order=facts.order,
        member=facts.member.ref if facts.member else None,
        given=tuple(outcome for outcome in decision.outcomes if outcome.is_approved),
        earned=decision.earned,
        beside=frozenset(beside),
    )


def counted(
    program: Program,
    orders: Iterable[PastOrder],
    events: Iterable[PastEvent] | None = None,
    *,
    member: str | None,
    today: date,
    stock: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return the counters of a program for a member, from all that was. `events` None: nobody knows of events."""
    history = History(program, stock=stock, knows_events=events is not None)
    for past in orders:
        history.add(past)
    for event in events or ():
        history.add_event(event)
    return history.known(member, today)


@dataclass(slots=True)
class _Kept:
    """What is kept of a member: sums by counter and day, the campaigns that count them, the day of their last order."""

    sums: dict[str, dict[date, int]] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    last_order: date | None = None


class History:
    """The counters of a program, kept up to date order by order."""

    def __init__(
        self, program: Program, *, stock: Mapping[str, int] | None = None, knows_events: bool = False
    ) -> None:
        """Begin with nothing done. `stock`: how many of a reward there are, by rule; others are not known.

        Unless `knows_events`, counters of events are left out, and whoever asks for one is told that it isn't known.
        """
        self._program = program
        self._asked = {key: read_key(key) for key in program.counters}
        self._by_figure: dict[tuple[str, str], list[Asked]] = {}
        for asked in self._asked.values():
            self._by_figure.setdefault((asked.figure, asked.about), []).append(asked)
        self._of_lines = [pair for pair in self._by_figure if pair[0] in (SPEND, AMOUNT_OF, QUANTITY_OF)]
        known = (OF_MEMBER | OF_ALL | {COUNTED}) - (set() if knows_events else {EVENTS})
        self._of_all = {key: 0 for key, asked in self._asked.items() if asked.figure in known}
        for rule_id, units in (stock or {}).items():
            if limits.stock_key(rule_id) in self._asked:
                self._of_all[limits.stock_key(rule_id)] = units
        self._members: dict[str, _Kept] = {}

    def known(self, member: str | None, today: date) -> dict[str, int]:
        """Return the counters for an order of a member today. A counter that can't be known is left out."""
        known = self._of_all.copy()
        kept = None if member is None else self._members.get(member)
        if kept is None:
            return known
        for key, sums in kept.sums.items():
            found = self._asked[key].found(sums, today)
            assert found is not None, "sums are kept of what is summed up"
            known[key] = found
        for campaign in kept.counted:
            known[limits.counted_key(campaign)] = 1
        if kept.last_order is not None and DAYS_SINCE_ORDER in self._asked:
            known[DAYS_SINCE_ORDER] = max((today - kept.last_order).days, 0)
        return known

    def add(self, past: PastOrder) -> None:
        """Count an order that came after all those before."""
        day = past.order.local.date()
        kept = None if past.member is None else self._members.setdefault(past.member, _Kept())
        for figure, about, amount in self._changes_of_all(past, kept):
            key = f"{figure}:{about}"
            if key in self._of_all:
                self._of_all[key] += amount
        if kept is not None:
            for figure, about, amount in self._changes_of_member(past):
                self._add(kept, figure, about, amount, day)
            kept.last_order = day

    def add_event(self, event: PastEvent) -> None:
        """Count an event. That the same one is not counted twice is for whoever keeps their ids."""
        kept = self._members.setdefault(event.member, _Kept())
        self._add(kept, EVENTS, event.name, 1, event.on)

    def _add(self, kept: _Kept, figure: str, about: str, amount: int, day: date) -> None:
        for asked in self._by_figure.get((figure, about), ()):
            sums = kept.sums.setdefault(asked.key, {})
            begin = asked.window.begin(day)
            if begin not in sums:
                for stale in asked.window.stale(sums, day):
                    del sums[stale]
            sums[begin] = sums.get(begin, 0) + amount

    def _changes_of_all(self, past: PastOrder, kept: _Kept | None) -> Iterator[tuple[str, str, int]]:
        value = sum(line.amount for line in past.order.lines if line.kind is LineKind.GOODS)
        for campaign in _used(past):
            yield "uses", campaign, 1
            yield "order_value", campaign, value
            if kept is not None and campaign not in kept.counted and ("members", campaign) in self._by_figure:
                kept.counted.add(campaign)
                yield "members", campaign, 1
        for outcome in past.given:
            yield "discount", outcome.campaign_id, outcome.discount
            yield "stock", outcome.rule_id, -1

    def _changes_of_member(self, past: PastOrder) -> Iterator[tuple[str, str, int]]:
        yield ORDERS, "", 1
        if self._of_lines:
            yield from bought(self._program, past.order, shares_of(past.given), self._of_lines)
        for campaign in _used(past):
            yield MEMBER_USES, campaign, 1
        for campaign in _used(past) | past.beside:
            yield REDEMPTIONS, campaign, 1
        for part in past.earned:
            yield EARNED, part.rule_id, part.points
            yield TIMES, part.rule_id, 1
        for outcome in past.given:
            for key, change in outcome.counts:
                figure, _, about = key.partition(":")
                yield figure, about, change


def shares_of(outcomes: Iterable[Outcome]) -> Iterator[tuple[int, int]]:
    """Yield what rules that applied took off lines, by their numbers."""
    return (share for outcome in outcomes for share in outcome.allocation)


def bought(
    program: Program, order: Order, shares: Iterable[tuple[int, int]], figures: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str, int]]:
    """Yield such figures of an order: what was spent, after the shares that rules took off, and thousandths of units.

    Each is named by a figure and a product set, "" for all goods.
    """
    basis, lines = program.policy.amount_basis, order.lines
    if basis is not AmountBasis.LINE_PRICE:
        lines = tuple(in_basis(line, basis) for line in lines)
    taken: dict[int, int] = {}
    for number, share in shares:
        taken[number] = taken.get(number, 0) + share
    finder = LineFinder(lines, program.product_sets)
    for figure, about in figures:
        chosen = [finder.lines[place] for place in finder.places(about or None)]
        if figure == QUANTITY_OF:
            yield figure, about, sum(line.quantity_milli for line in chosen)
        else:
            yield figure, about, sum(line.amount - taken.get(line.line, 0) for line in chosen)


def _used(past: PastOrder) -> set[str]:
    return {outcome.campaign_id for outcome in past.given}
