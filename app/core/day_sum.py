"""What the entries of a day come to: the one place where a day's figures are worked out.

The manager's page of today, the end of day and head office, which sums up the same entries for itself, all use this.
Pure: entries in, figures out, so whoever has the journal gets the same figures to the byte, however often.

What an approval let happen stands in the list of overrides, one by one. Training is in no journal, so it is in no
figure. What an earlier epoch did is not counted again: how many entries of it were carried over is.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from app.core.approvals import APPROVAL, APPROVER
from app.core.card_record import cards_paid
from app.core.day_figures import HOURS, LISTED_MAX, ByOffer, ByStaff, DayFigures, Hour, Override, Shift
from app.core.entry import (
    CLOCK_JUMP,
    DAY_CLOSE,
    ENROL,
    GIFT_CARD,
    ORDER,
    PIN_LOCK,
    REDEEM,
    REFUSE,
    RETURN,
    SALVAGED,
    SCAN_DENIED,
    SHIFT,
    VOID,
    Entry,
)
from app.core.gift_cards import TenderKind
from app.core.order import local_time

Row = TypeVar("Row", Hour, ByStaff, ByOffer)

# Of entries that only count, under which name.
COUNTED = {
    REFUSE: "refused",
    ENROL: "new_members",
    SCAN_DENIED: "denied",
    PIN_LOCK: "pin_locks",
    CLOCK_JUMP: "clock_jumps",
    SALVAGED: "carried",
}


def sum_up(entries: Iterable[Entry]) -> DayFigures:
    """Return what entries come to, given in the order of their numbers."""
    summing = Summing()
    for entry in entries:
        summing.take(entry)
    return summing.figures()


class Summing:
    """Figures that grow entry by entry."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._numbers: Counter[str] = Counter()
        self._hours = [Hour()] * HOURS
        self._staff: dict[str, ByStaff] = {}
        self._offers: dict[tuple[str, str], ByOffer] = {}
        self._overrides: list[Override] = []
        self._shifts: list[Shift] = []
        self._plain: dict[str, int] = {}  # what was paid for orders that had no reward so far
        self._hour = 0  # of the last order, which its redemptions follow

    def take(self, entry: Entry) -> None:
        """Add an entry, the one that follows."""
        if entry.type in COUNTED:
            self._numbers[COUNTED[entry.type]] += 1
        elif entry.type in SUMMED:
            SUMMED[entry.type](self, entry.data)
        if entry.data.get(APPROVER) and entry.type != DAY_CLOSE:
            self._numbers["overridden"] += 1
            if len(self._overrides) < LISTED_MAX:
                self._overrides.append(_override(entry))

    def figures(self) -> DayFigures:
        """Return what they come to."""
        numbers = {**self._numbers, "paid_without": sum(self._plain.values())}
        return DayFigures(
            **numbers,
            by_hour=tuple(self._hours),
            by_staff=tuple(self._staff[name] for name in sorted(self._staff)),
            by_offer=_listed(self._offers.values()),
            overrides=tuple(self._overrides),
            shifts=tuple(self._shifts),
        )

    def _order(self, data: Mapping[str, Any]) -> None:
        total, given, zone = data["total"], data["discount"], data["tz"]
        self._count(orders=1, total=total, value_given=given, points_earned=data["points"])
        self._count(gift_cards_paid=sum(paid.given for paid in cards_paid(data)))
        self._hour = local_time(data["t_eff"], zone).hour
        self._add(self._hours, self._hour, Hour(orders=1, value=given))
        self._by_staff(data, ByStaff("", orders=1, total=total, value=given))
        self._plain[data["order_id"]] = total - given
        if data["campaigns"] or given:
            self._is_with(data["order_id"])
        for part in data["campaigns"]:
            self._by_offer(part, ByOffer("", "", times=1, value=part["discount"]))

    def _redemption(self, data: Mapping[str, Any]) -> None:
        points = data.get("points", 0)
        self._count(redemptions=1, points_spent=points)
        self._add(self._hours, self._hour, Hour(redemptions=1))
        self._by_staff(data, ByStaff("", redemptions=1))
        self._by_offer(data, ByOffer("", "", times=1, value=data["discount"], points=points))
        self._is_with(data["order_id"])

    def _void(self, data: Mapping[str, Any]) -> None:
        self._count(voids=1)
        self._undone(data, ByStaff("", voids=1))

    def _return(self, data: Mapping[str, Any]) -> None:
        self._count(returns=1)
        self._undone(data, ByStaff("", returns=1))

    def _undone(self, data: Mapping[str, Any], done: ByStaff) -> None:
        back = sum(each["discount"] for each in data["backs"])
        cards = sum(amount for kind, _, amount in data["tenders"] if kind == TenderKind.GIFT_CARD)
        self._count(value_back=back, given_back=data["amount"], gift_cards_back=cards)
        self._count(points_undone=-data["points"], points_back=data["points_back"])
        self._by_staff(data, done._replace(value_back=back))
        for each in data["backs"]:
            self._by_offer(each, ByOffer("", "", value_back=each["discount"]))

    def _gift_card(self, data: Mapping[str, Any]) -> None:
        self._count(gift_cards_put_on=data["amount"])

    def _shift(self, data: Mapping[str, Any]) -> None:
        staff, at_ms = data["staff"], data["t_eff"]
        if data["what"] == "begin":
            self._shifts.append(Shift(staff, at_ms, None))
            return
        for place, shift in reversed(list(enumerate(self._shifts))):
            if shift.staff == staff:
                if shift.end_ms is None:
                    self._shifts[place] = shift._replace(end_ms=at_ms)
                    return
                break
        self._shifts.append(Shift(staff, None, at_ms))  # it began before

    def _count(self, **more: int) -> None:
        for name, number in more.items():
            self._numbers[name] += number

    def _is_with(self, order_id: str) -> None:
        paid = self._plain.pop(order_id, None)
        if paid is not None:
            self._count(orders_with=1, paid_with=paid)

    def _by_staff(self, data: Mapping[str, Any], more: ByStaff) -> None:
        staff = data.get("cashier", "")
        self._add(self._staff, staff, more._replace(staff=staff), of=1)

    def _by_offer(self, data: Mapping[str, Any], more: ByOffer) -> None:
        name = data["rule"], data["campaign"]
        self._add(self._offers, name, more._replace(rule=name[0], campaign=name[1]), of=2)

    @staticmethod
    def _add(rows: Any, name: Any, more: Row, *, of: int = 0) -> None:
        """Add to a row; its first `of` fields are its name."""
        before = rows[name] if isinstance(rows, list) else rows.get(name)
        rows[name] = more if before is None else _sum(before, more, of)


SUMMED: dict[str, Callable[[Summing, Mapping[str, Any]], None]] = {
    ORDER: Summing._order,
    REDEEM: Summing._redemption,
    VOID: Summing._void,
    RETURN: Summing._return,
    GIFT_CARD: Summing._gift_card,
    SHIFT: Summing._shift,
}


def _sum(one: Row, other: Row, of: int) -> Row:
    """Add two rows of one kind, whose first `of` fields are their name."""
    pairs: Any = zip(one[of:], other[of:], strict=True)
    names: Any = one[:of]
    return type(one)(*names, *(a + b for a, b in pairs))


def _override(entry: Entry) -> Override:
    data = entry.data
    value = data.get("amount", 0) if entry.type == GIFT_CARD else 0
    if "backs" in data:
        value = sum(each["discount"] for each in data["backs"]) + sum(each[2] for each in data["tenders"])
    return Override(
        entry.seq,
        data["t_eff"],
        entry.type,
        data.get("cashier", ""),
        data[APPROVER],
        data.get(APPROVAL, {}).get("why", ""),
        value,
    )


def _listed(offers: Iterable[ByOffer]) -> tuple[ByOffer, ...]:
    """Return offers, those that gave most first, and the rest of very many as one."""
    ordered = sorted(offers, key=lambda each: (-each.value, -each.times, each.rule, each.campaign))
    if len(ordered) <= LISTED_MAX:
        return tuple(ordered)
    rest = ByOffer("", "")
    for each in ordered[LISTED_MAX - 1 :]:
        rest = _sum(rest, each, 2)
    return (*ordered[: LISTED_MAX - 1], rest)
