"""Conditions of a promotion: what a campaign's dates and limits say, and what becomes a rule's condition tree."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.cases.moments import bound, clock, moment
from app.cases.reading import CaseInvalid, CaseUnknown, Spot, shown
from app.cases.selectors import SELECTOR_KEYS, ProductSets, product_set
from app.core.order import MILLI

CONDITION_KEYS = frozenset(
    {
        "valid_from",
        "valid_until",
        "stores",
        "member_groups",
        "nth_order",
        "limit_total",
        "limit_per_member",
        "min_qty",
        "min_total",
        "contains_all",
        "subtotal_equals",
        "max_initial_total",
        "weekdays",
        "hours",
        "reusable_after_cancel",
    }
)
OF_TIME = ("valid_from", "valid_until", "weekdays", "hours")
FIRST_DAY, LAST_DAY = "1900-01-01", "9000-12-31"  # of campaigns without dates
Leaf = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promotion depends on: the leaves of its condition, all of which must hold, its dates and its limits."""

    leaves: list[Leaf] = field(default_factory=list)
    starts_on: str = FIRST_DAY
    ends_on: str = LAST_DAY
    uses_max: int | None = None
    member_uses_max: int | None = None
    is_given_back: bool = True  # whether a cancelled order gives the use back

    @property
    def condition(self) -> Leaf | None:
        """The condition tree; None when there is nothing to ask."""
        if len(self.leaves) < 2:
            return self.leaves[0] if self.leaves else None
        return {"all": self.leaves}


NO_TERMS = Terms()


def read_terms(promotion: Spot, sets: ProductSets, at: datetime | None) -> Terms:
    """Return the terms of a promotion; `at` is the order's moment, if the case says it."""
    if not promotion.has("conditions"):
        return NO_TERMS
    said = promotion.inner("conditions").only(CONDITION_KEYS)
    if at is None and (asked := next((key for key in OF_TIME if said.has(key)), None)):
        raise CaseInvalid(f"action.at: expected a time, since {said.at(asked)} asks for it")
    starts_on, ends_on = _window(said, at)
    return Terms(
        leaves=_leaves(said, sets),
        starts_on=starts_on,
        ends_on=ends_on,
        uses_max=said.whole("limit_total", least=0) if said.has("limit_total") else None,
        member_uses_max=said.whole("limit_per_member", least=0) if said.has("limit_per_member") else None,
        is_given_back=said.switch("reusable_after_cancel", default=True),
    )


def _window(said: Spot, at: datetime | None) -> tuple[str, str]:
    """Return the first and the last moment, both inclusive."""
    starts_on = bound(said, "valid_from") if said.has("valid_from") else FIRST_DAY
    ends_on = bound(said, "valid_until") if said.has("valid_until") else LAST_DAY
    if at is not None and said.has("valid_from") and said.has("valid_until"):
        starts_at = moment(said, "valid_from")
        if starts_at > moment(said, "valid_until"):
            # Never valid. A program may not say so; what holds at this moment is the same with one of the two.
            return (starts_on, LAST_DAY) if at < starts_at else (FIRST_DAY, ends_on)
    return starts_on, ends_on


def _leaves(said: Spot, sets: ProductSets) -> list[Leaf]:
    leaves: list[Leaf] = []
    if said.has("stores"):
        leaves.append({"fact": "order.store", "op": "one_of", "value": said.texts("stores")})
    if said.has("member_groups"):
        groups = said.texts("member_groups")
        leaves.append({"fact": "member.segments", "op": "contains_any", "value": groups})
    if said.has("nth_order"):
        leaves.append({"fact": "order.nth", "op": "is", "value": said.whole("nth_order")})
    leaves += _about_time(said)
    leaves += _about_products(said, sets)
    leaves += _about_totals(said, sets)
    return leaves


def _about_time(said: Spot) -> list[Leaf]:
    leaves: list[Leaf] = []
    if said.has("weekdays"):
        days = said.items("weekdays")
        if any(type(day) is not int or not 1 <= day <= 7 for day in days):
            raise CaseInvalid(f"{said.at('weekdays')}: expected 1 (Monday) to 7, found {shown(days)}")
        leaves.append({"fact": "order.weekday", "op": "one_of", "value": days})
    if said.has("hours"):
        leaves.append(_hours(said))
    return leaves


def _hours(said: Spot) -> Leaf:
    """Return the leaf for one window of hours, half-open; one that runs over midnight is two."""
    hours, path = said.items("hours"), said.at("hours")
    if len(hours) != 2:
        raise CaseInvalid(f"{path}: expected two times of day, found {shown(hours)}")
    start, end = (clock(written, path=path) for written in hours)
    if start < end:
        return _between(start, end)
    if start == end:
        raise CaseInvalid(f"{path}: expected two different times of day, found {shown(hours)}")
    parts = [_between(*span) for span in ((start, "24:00:00"), ("00:00:00", end)) if span[0] < span[1]]
    return parts[0] if len(parts) == 1 else {"any": parts}


def _between(start: str, end: str) -> Leaf:
    return {"fact": "order.time", "op": "between", "value": [start, end]}


def _about_products(said: Spot, sets: ProductSets) -> list[Leaf]:
    leaves: list[Leaf] = []
    if said.has("min_qty"):
        wanted = said.inner("min_qty").only(frozenset({"value", "selector"}))
        leaf = {"op": "at_least", "value": _whole_units(wanted)}
        leaves.append(_of("order.quantity", leaf, sets.name(wanted)))
    if said.has("contains_all"):
        for selector in said.objects("contains_all"):
            chosen = product_set(selector.only(SELECTOR_KEYS))
            leaf = {"op": "more_than", "value": 0}
            leaves.append(_of("order.quantity", leaf, sets.add(chosen) if chosen else None))
    return leaves


def _whole_units(wanted: Spot) -> int:
    """Return a least quantity; a program asks for whole units, also of weighed goods."""
    units, rest = divmod(wanted.decimal("value", 3), MILLI)
    if rest:
        raise CaseUnknown(f"{wanted.at('value')}: parts of a unit are not known")
    return units


def _about_totals(said: Spot, sets: ProductSets) -> list[Leaf]:
    leaves: list[Leaf] = []
    if said.has("min_total"):
        is_list = type(said.value["min_total"]) is list
        for wanted in said.objects("min_total") if is_list else (said.inner("min_total"),):
            leaves.append(_min_total(wanted, sets))
    if said.has("subtotal_equals"):
        leaves.append({"fact": "order.total", "op": "is", "value": said.money("subtotal_equals")})
    if said.has("max_initial_total"):
        leaves.append({"fact": "order.total", "op": "less_than", "value": said.money("max_initial_total")})
    return leaves


def _min_total(wanted: Spot, sets: ProductSets) -> Leaf:
    wanted.only(frozenset({"value", "on", "measured", "strict", "selector"}))
    running = wanted.word("on", {"initial": "", "running": "running_"}, "initial")
    leaf: Leaf = {
        "op": "more_than" if wanted.switch("strict") else "at_least",
        "value": wanted.money("value"),
    }
    if wanted.has("measured"):
        leaf["measured"] = wanted.word("measured", {"gross": "gross", "net": "net"})
    products = sets.name(wanted)
    fact = f"order.{running}total" if products is None else f"order.{running}amount"
    return _of(fact, leaf, products)


def _of(fact: str, leaf: Leaf, products: str | None) -> Leaf:
    if products is None:
        return {"fact": fact, **leaf}
    return {"fact": f"{fact}_of", "products": products, **leaf}
