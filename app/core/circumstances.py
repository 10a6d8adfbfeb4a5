"""What conditions look at, and how each fact is read from it.

A fact reads one value; what can't be known reads as the refusal that says so. Counters of what members did before are
handed in, worked out beforehand by whoever decides (docs/program.md, Conditions).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.member import Member
from app.core.once import once
from app.core.order import SKU, Line, LineKind, Order, goods_total
from app.core.products import LineFinder, ProductSets
from app.core.reasons import Reason, Refusal
from app.core.sheet import Sheet
from app.core.tax import gross_amount, net_amount

Value = int | str | frozenset[str] | date | Refusal
Check = Callable[["Circumstances"], "tuple[Refusal, ...]"]  # empty: the condition holds
GROSS, NET = "gross", "net"


@dataclass
class Circumstances:
    """The order, the member if there is one, and what the program and the caller know besides.

    What many conditions of a program ask is worked out once.
    """

    order: Order
    member: Member | None
    product_sets: ProductSets
    known: Mapping[str, int] = field(default_factory=dict)
    signals: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, Check] = field(default_factory=dict)  # that the program itself defines
    sheet: Sheet | None = None  # as the rules played so far have left it

    @once
    def goods(self) -> list[Line]:
        """The lines that are goods."""
        return [line for line in self.order.lines if line.kind is LineKind.GOODS]

    @once
    def total(self) -> int:
        """The order's initial goods total in minor units, as priced."""
        return goods_total(self.order)

    @once
    def has_lines(self) -> bool:
        """Whether the order came with its products."""
        return any(map(SKU, self.order.lines))

    @once
    def local(self) -> datetime:
        """The order's time on the store's clock."""
        return self.order.local

    @once
    def day(self) -> date:
        """The order's date on the store's calendar."""
        return self.local.date()

    @once
    def now(self) -> str:
        """The order's local moment to the second, as campaigns have it: `2026-01-31T23:59:59`."""
        return self.local.isoformat()[:19]

    @once
    def clock(self) -> str:
        """The order's time of day, `HH:MM:SS`."""
        return self.now[11:]

    @once
    def tier(self) -> str:
        """The member's tier on the day of the order, empty without a member."""
        return self.member.tier_on(self.day) if self.member else ""

    @once
    def member_segments(self) -> frozenset[str]:
        """The segments that HQ put the member in, and those whose definition holds."""
        if self.member is None:
            return frozenset()
        defined = {name for name, check in self.segments.items() if not check(self)}
        return self.member.segments | defined

    @once
    def finder(self) -> LineFinder:
        """The order's lines by product set."""
        return LineFinder(self.order.lines, self.product_sets)

    def of(self, products: str) -> list[Line]:
        """Return the lines of a product set."""
        finder = self.finder
        places = finder.places(products)
        return [finder.lines[place] for place in places] if places else []


@dataclass(frozen=True, slots=True)
class Ask:
    """What a leaf asks beside its fact: which products, in which price, which name, and the key of the counter."""

    products: str = ""
    measured: str = ""
    name: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact by name: how to read it, its kind, the reason when there is too little of it, and when it doesn't fit."""

    read: Callable[[Circumstances, Ask], Value]
    kind: str  # number, quantity (thousandths), text, date, time, set or day
    too_little: Reason
    unfit: Reason
    keys: frozenset[str] = frozenset()  # what a leaf says beside fact, op and value
    needs_lines: bool = False  # can't be known of an order of which only the total is known
    needs_member: bool = False


def _amount(lines: list[Line], measured: str) -> int:
    if not measured:
        return sum(line.amount for line in lines)
    turn = gross_amount if measured == GROSS else net_amount
    return sum(turn(line.amount, line.tax_ppm, is_net=line.is_net) for line in lines)


def _running(seen: Circumstances, wanted: list[Line], measured: str) -> int:
    sheet = seen.sheet
    if sheet is None:
        return _amount(wanted, measured)
    numbers = {line.line for line in wanted}
    total = 0
    for place, line in enumerate(sheet.lines):
        if line.line in numbers:
            amount = sheet.amount_now(place)
            if measured:
                turn = gross_amount if measured == GROSS else net_amount
                amount = turn(amount, line.tax_ppm, is_net=line.is_net)
            total += amount
    return total


def _total(seen: Circumstances, ask: Ask) -> int:
    return _amount(seen.goods, ask.measured) if ask.measured else seen.total


def _counter(seen: Circumstances, ask: Ask) -> Value:
    return seen.known.get(ask.key, Refusal(Reason.FACTS_MISSING))


def _nth(seen: Circumstances, ask: Ask) -> Value:
    orders = seen.known.get("history.orders")
    return Refusal(Reason.FACTS_MISSING) if orders is None else orders + 1


def _attribute(seen: Circumstances, ask: Ask) -> Value:
    assert seen.member is not None, "facts about a member are asked of a member"
    found = seen.member.attributes.get(ask.name)
    return Refusal(Reason.ATTRIBUTE_MISSING, {"name": ask.name}) if found is None else found


def _day_of(name: str) -> Callable[[Circumstances, Ask], Value]:
    def read(seen: Circumstances, ask: Ask) -> Value:
        found: date | None = getattr(seen.member, name)
        return Refusal(Reason.ATTRIBUTE_MISSING, {"name": name}) if found is None else found

    return read


def _of_member(read: Callable[[Member], Value]) -> Callable[[Circumstances, Ask], Value]:
    def of(seen: Circumstances, ask: Ask) -> Value:
        assert seen.member is not None, "facts about a member are asked of a member"
        return read(seen.member)

    return of


def _money(read: Callable[[Circumstances, Ask], Value], *keys: str, of_lines: bool) -> Fact:
    least, unfit = Reason.MIN_TOTAL_NOT_MET, Reason.ORDER_DOES_NOT_FIT
    return Fact(read, "number", least, unfit, frozenset(keys) | {"measured"}, needs_lines=of_lines)


def _history(least: Reason, *keys: str, window: bool = True) -> Fact:
    allowed = frozenset(keys) | ({"days", "period"} if window else frozenset())
    return Fact(_counter, "number", least, Reason.HISTORY_DOES_NOT_FIT, allowed, needs_member=True)


def _text(read: Callable[[Circumstances, Ask], Value], reason: Reason, *keys: str, member: bool) -> Fact:
    return Fact(read, "text", reason, reason, frozenset(keys), needs_member=member)


def _quantity(lines: list[Line]) -> int:
    return sum([line.quantity_milli for line in lines]) if lines else 0


MIN_QTY, UNFIT, HOURS = Reason.MIN_QTY_NOT_MET, Reason.ORDER_DOES_NOT_FIT, Reason.OUTSIDE_HOURS
PRODUCTS = frozenset({"products"})
FACTS: dict[str, Fact] = {
    "order.total": _money(_total, of_lines=False),
    "order.amount_of": _money(
        lambda seen, ask: _amount(seen.of(ask.products), ask.measured), "products", of_lines=True
    ),
    "order.running_total": _money(lambda seen, ask: _running(seen, seen.goods, ask.measured), of_lines=False),
    "order.running_amount_of": _money(
        lambda seen, ask: _running(seen, seen.of(ask.products), ask.measured), "products", of_lines=True
    ),
    "order.quantity": Fact(
        lambda seen, _: _quantity(seen.goods), "quantity", MIN_QTY, UNFIT, needs_lines=True
    ),
    "order.quantity_of": Fact(
        lambda seen, ask: _quantity(seen.of(ask.products)),
        "quantity",
        MIN_QTY,
        UNFIT,
        PRODUCTS,
        needs_lines=True,
    ),
    "order.store": _text(lambda seen, _: seen.order.store, Reason.WRONG_STORE, member=False),
    "order.register": _text(lambda seen, _: seen.order.register, UNFIT, member=False),
    "order.channel": _text(lambda seen, _: seen.order.channel, UNFIT, member=False),
    "order.partner": _text(lambda seen, _: seen.order.partner, UNFIT, member=False),
    "order.weekday": Fact(lambda seen, _: seen.local.isoweekday(), "number", HOURS, HOURS),
    "order.date": Fact(lambda seen, _: seen.day.isoformat(), "date", HOURS, HOURS),
    "order.time": Fact(lambda seen, _: seen.clock, "time", HOURS, HOURS),
    "order.nth": Fact(_nth, "number", Reason.NOT_NTH_ORDER, Reason.NOT_NTH_ORDER, needs_member=True),
    "member.tier": _text(lambda seen, _: seen.tier, Reason.WRONG_TIER, member=True),
    "member.attribute": _text(_attribute, Reason.ATTRIBUTE_DOES_NOT_FIT, "name", member=True),
    "member.number": Fact(
        _attribute,
        "number",
        Reason.ATTRIBUTE_DOES_NOT_FIT,
        Reason.ATTRIBUTE_DOES_NOT_FIT,
        frozenset({"name"}),
        needs_member=True,
    ),
    "member.segments": Fact(
        lambda seen, _: seen.member_segments,
        "set",
        Reason.NOT_IN_SEGMENT,
        Reason.NOT_IN_SEGMENT,
        needs_member=True,
    ),
    "member.consents": Fact(
        _of_member(lambda member: member.consents),
        "set",
        Reason.CONSENT_MISSING,
        Reason.HISTORY_DOES_NOT_FIT,
        needs_member=True,
    ),
    "member.birthday": Fact(
        _day_of("birthday"), "day", Reason.NOT_THE_DAY, Reason.NOT_THE_DAY, needs_member=True
    ),
    "member.anniversary": Fact(
        _day_of("joined_on"), "day", Reason.NOT_THE_DAY, Reason.NOT_THE_DAY, needs_member=True
    ),
    "history.spend": _history(Reason.SPEND_NOT_MET),
    "history.amount_of": _history(Reason.SPEND_NOT_MET, "products"),
    "history.orders": _history(Reason.HISTORY_NOT_MET),
    "history.quantity_of": _history(Reason.HISTORY_NOT_MET, "products"),
    "history.redemptions": _history(Reason.HISTORY_NOT_MET, "campaign"),
    "history.days_since_order": _history(Reason.HISTORY_NOT_MET, window=False),
    "event.count": _history(Reason.HISTORY_NOT_MET, "name"),
    "signal": _text(lambda seen, ask: seen.signals.get(ask.name, ""), UNFIT, "name", member=False),
}
