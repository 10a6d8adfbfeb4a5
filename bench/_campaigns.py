"""Orders and campaigns for `bench quote`, made up by chance from a seed: exactly ten of the campaigns apply.

One description, from which our program, the floor's rows (_floor_quote.py) and the peers' forms (_peers.py) are made,
so that all of them have the same work. Kinds are mixed evenly, and so are the reasons why a campaign does not apply.
Some of those that don't are about products of this very order; the others are about any products of the shop, as a
chain's campaigns are. Amounts are minor units, hours minutes since midnight.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app.core.canonical import canonical

APPLYING = 10
NEAR = 30  # campaigns about products of this order which still don't apply
STORE, REGISTER, MINUTE = "store-7", "r-1", 9 * 60 + 30
AT_MS = 1_783_150_200_000  # 2026-07-04 09:30 in Berlin
TIME_ZONE = "Europe/Berlin"
STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
SEGMENTS = frozenset({"regulars", "families", "bakers"})
OTHER_STORES = [f"store-{at}" for at in range(100, 300)]
OTHER_SEGMENTS, CATEGORIES, SKUS_EACH = 40, 400, 10
KINDS = (
    "percent", "steps_quantity", "amount", "buy_get", "order_percent",
    "cheapest", "percent", "steps_amount", "buy_get", "order_amount",
)  # fmt: skip
OF_ORDER = frozenset({"order_percent", "order_amount"})
REASONS = ("store", "hours", "segment", "total", "products", "category", "quantity")
CONDITIONS = ("store", "hours", "segment", "total", "quantity")
PHASE = {"buy_get": 0, "order_percent": 2, "order_amount": 2}  # the others are 1


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the order."""

    sku: str
    category: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Goods:
    """A product set: some products, or some categories."""

    name: str
    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def quantity_in(self, items: Sequence[Item]) -> int:
        """Return how many units of these products there are."""
        return sum(
            item.quantity for item in items if item.sku in self.skus or item.category in self.categories
        )


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign with one rule. `goods` None: the whole order; a condition that is None asks nothing.

    `figure` is what the kind gives: basis points or an amount. `wanted` must be there at least `quantity_least` times.
    """

    ident: str
    kind: str
    priority: int
    goods: Goods | None
    figure: int
    steps: tuple[tuple[int, int], ...] = ()
    stores: frozenset[str] | None = None
    hours: tuple[int, int] | None = None
    segment: str | None = None
    total_least: int | None = None
    wanted: Goods | None = None
    quantity_least: int = 1

    @property
    def place(self) -> tuple[int, int]:
        """Where it comes in the order of application."""
        return PHASE.get(self.kind, 1), -self.priority


@dataclass(frozen=True, slots=True)
class Scene:
    """An order with the campaigns of that day, in their order of application."""

    items: tuple[Item, ...]
    campaigns: tuple[Campaign, ...]


def scene(*, lines: int, campaigns: int, seed: int = 1) -> Scene:
    """Make up an order of so many lines and so many campaigns of which ten apply to it."""
    chance = random.Random(seed)
    items = tuple(_item(chance, *each) for each in chance.sample(_assortment(), lines))
    maker = _Maker(chance, items, chance.sample(range(campaigns), campaigns))
    made = [maker.applying(kind) for kind in KINDS]
    made += [maker.failing(is_near=at < NEAR) for at in range(campaigns - APPLYING)]
    return Scene(items, tuple(sorted(made, key=lambda campaign: campaign.place)))


def _assortment() -> list[tuple[str, str]]:
    return [
        (f"sku-{at * SKUS_EACH + each}", f"category-{at}")
        for at in range(CATEGORIES)
        for each in range(SKUS_EACH)
    ]


def _item(chance: random.Random, sku: str, category: str) -> Item:
    quantity = chance.choice((1, 1, 2, 3))
    return Item(sku, category, quantity, quantity * chance.randint(79, 1999))


class _Maker:
    """Makes campaigns one after the other, each with a priority of its own."""

    def __init__(self, chance: random.Random, items: tuple[Item, ...], priorities: list[int]) -> None:
        self._chance = chance
        self._items = items
        self._total = sum(item.amount for item in items)
        self._priorities = priorities
        self._all = _assortment()
        self._skus: dict[str, list[str]] = {}
        for sku, category in self._all:
            self._skus.setdefault(category, []).append(sku)
        self._absent = sorted({category for _, category in self._all} - {item.category for item in items})
        self._made = 0
        self._free = list(items)  # what no `buy_get` that applies hands out
        self._sets_of_units = [self._units_of_its_own() for kind in KINDS if kind == "buy_get"]

    def applying(self, kind: str) -> Campaign:
        """Return one that applies: its products are there, and all its conditions hold."""
        goods = self._sets_of_units.pop() if kind == "buy_get" else self._present(self._free)
        goods_or_order = None if kind in OF_ORDER else goods
        holding = self._chance.sample(CONDITIONS, self._chance.randint(1, 3))
        asked = {name: self._condition(name, holds=True) for name in holding}
        return self._campaign(kind, goods_or_order, asked)

    def failing(self, *, is_near: bool) -> Campaign:
        """Return one that doesn't apply, for one of the reasons in turn, and perhaps for others too."""
        kind, reason = KINDS[self._made % len(KINDS)], REASONS[self._made % len(REASONS)]
        others = [name for name in CONDITIONS if name != reason]
        asked: dict[str, Any] = {
            name: self._condition(name, holds=True)
            for name in self._chance.sample(others, self._chance.randint(0, 2))
        }
        goods = self._present(self._items) if is_near else self._anything()
        if reason in ("products", "category"):
            goods = self._absent_goods(reason)
            if kind in OF_ORDER:
                asked["quantity"] = (goods, 1)
        else:
            asked[reason] = self._condition(reason, holds=False, goods=goods)
        return self._campaign(kind, None if kind in OF_ORDER else goods, asked)

    def _campaign(self, kind: str, goods: Goods | None, asked: dict[str, Any]) -> Campaign:
        at, chance = self._made, self._chance
        self._made += 1
        wanted, least = asked.get("quantity", (None, 1))
        figure, steps = chance.choice((500, 1000, 1500, 2000)), ()
        if kind in ("amount", "order_amount"):
            figure = chance.randint(20, 150)
        elif kind == "steps_quantity":
            steps = ((1, 300), (2, 700), (50, 1500))
        elif kind == "steps_amount":
            steps = ((50, 400), (900, 900), (100_000, 2000))
        return Campaign(
            ident=f"c{at:05}",
            kind=kind,
            priority=self._priorities[at],
            goods=goods,
            figure=figure,
            steps=steps,
            stores=asked.get("store"),
            hours=asked.get("hours"),
            segment=asked.get("segment"),
            total_least=asked.get("total"),
            wanted=wanted,
            quantity_least=least,
        )

    def _condition(self, name: str, *, holds: bool, goods: Goods | None = None) -> Any:
        chance = self._chance
        match name:
            case "store":
                stores = chance.sample(OTHER_STORES, chance.randint(1, 20))
                return frozenset([*stores, STORE] if holds else stores)
            case "hours":
                return (
                    (chance.randint(0, MINUTE), chance.randint(MINUTE + 1, 1439)) if holds else self._later()
                )
            case "segment":
                at = chance.randrange(OTHER_SEGMENTS)
                return chance.choice(sorted(SEGMENTS)) if holds else f"segment-{at}"
            case "total":
                share = chance.randint(10, 100) if holds else chance.randint(105, 400)
                return self._total * share // 100
        if holds:
            goods = self._present(self._items)
            return goods, chance.randint(1, goods.quantity_in(self._items))
        goods = goods or self._anything()
        return goods, goods.quantity_in(self._items) + chance.randint(1, 3)

    def _later(self) -> tuple[int, int]:
        opens = self._chance.randint(MINUTE + 1, 1380)
        return opens, opens + 55

    # --- product sets ---

    def _units_of_its_own(self) -> Goods:
        """Return products with three units or more that no other `buy_get` uses."""
        found: list[Item] = []
        while sum(item.quantity for item in found) < 3:
            found.append(self._free.pop(self._chance.randrange(len(self._free))))
        return self._named(skus=frozenset(item.sku for item in found))

    def _present(self, among: Sequence[Item]) -> Goods:
        """Return products of which some are among these of the order."""
        items = self._chance.sample(among, self._chance.randint(2, 4))
        if self._made % 2:
            return self._named(categories=frozenset(item.category for item in items))
        more = self._chance.sample(self._all, self._chance.randint(0, 6))
        return self._named(skus=frozenset([*(item.sku for item in items), *(sku for sku, _ in more)]))

    def _anything(self) -> Goods:
        if self._made % 2:
            return self._named(
                categories=frozenset(f"category-{self._chance.randrange(CATEGORIES)}" for _ in range(2))
            )
        return self._named(skus=frozenset(sku for sku, _ in self._chance.sample(self._all, 6)))

    def _absent_goods(self, reason: str) -> Goods:
        if reason == "category":
            return self._named(categories=frozenset(self._chance.sample(self._absent, 2)))
        skus = [
            self._chance.choice(self._skus[category]) for category in self._chance.sample(self._absent, 8)
        ]
        return self._named(skus=frozenset(skus))

    def _named(
        self, *, skus: frozenset[str] = frozenset(), categories: frozenset[str] = frozenset()
    ) -> Goods:
        return Goods(f"set-{hash_of(skus | categories)}", skus, categories)


def hash_of(words: frozenset[str]) -> str:
    """Return a short name for a set of words, the same in every run."""
    return f"{random.Random(' '.join(sorted(words))).getrandbits(48):012x}"


# --- as our program ----------------------------------------------------------------------------------------------


def program_bytes(campaigns: Sequence[Campaign]) -> bytes:
    """Return the published form of a program with these campaigns."""
    goods = {each.name: each for campaign in campaigns for each in (campaign.goods, campaign.wanted) if each}
    return canonical(
        {
            "format": 1,
            "program_id": "bench",
            "version": 1,
            "name": "Bench",
            "currency": "EUR",
            "time_zone": TIME_ZONE,
            "expires_ms": AT_MS + 10**11,
            "product_sets": {name: _set_form(each) for name, each in goods.items()},
            "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "campaigns": [_campaign_form(campaign) for campaign in campaigns],
        }
    )


def _set_form(goods: Goods) -> list[str] | dict[str, list[str]]:
    return sorted(goods.skus) if goods.skus else {"categories": sorted(goods.categories)}


def _campaign_form(campaign: Campaign) -> dict[str, Any]:
    rule = {
        "id": f"{campaign.ident}-1",
        "name": f"Rule of {campaign.ident}",
        "trigger": "automatic",
        "priority": campaign.priority,
        "effect": _effect_form(campaign),
    }
    if leaves := _leaves(campaign):
        rule["condition"] = leaves[0] if len(leaves) == 1 else {"all": leaves}
    return {
        "id": campaign.ident,
        "name": f"Campaign {campaign.ident}",
        "starts_on": STARTS.isoformat(),
        "ends_on": ENDS.isoformat(),
        "audience": None,
        "offline": "always",
        "rules": [rule],
    }


def _effect_form(campaign: Campaign) -> dict[str, Any]:
    products = {"products": campaign.goods.name} if campaign.goods else {}
    match campaign.kind:
        case "percent" | "order_percent" | "cheapest" as kind:
            target = {"percent": "products", "order_percent": "order", "cheapest": "cheapest"}[kind]
            return {"kind": "percent_off", "target": target, "basis_points": campaign.figure, **products}
        case "amount" | "order_amount" as kind:
            target = "products" if kind == "amount" else "order"
            return {"kind": "amount_off", "target": target, "amount": campaign.figure, **products}
        case "buy_get":
            sets = {"buy": products["products"], "get": products["products"]}
            return {"kind": "buy_get", **sets, "buy_units": 2, "get_units": 1}
        case kind:
            steps = [list(step) for step in campaign.steps]
            measure = kind.removeprefix("steps_")
            return {
                "kind": "steps_percent",
                "measure": measure,
                "basis_points": 0,
                "steps": steps,
                **products,
            }


def _leaves(campaign: Campaign) -> list[dict[str, Any]]:
    leaves: list[dict[str, Any]] = []
    if campaign.wanted is not None:
        about = {"fact": "order.quantity_of", "products": campaign.wanted.name}
        leaves.append({**about, "op": "at_least", "value": campaign.quantity_least})
    if campaign.total_least is not None:
        leaves.append({"fact": "order.total", "op": "at_least", "value": campaign.total_least})
    if campaign.segment is not None:
        leaves.append({"fact": "member.segments", "op": "contains", "value": campaign.segment})
    if campaign.hours is not None:
        hours = [f"{minute // 60:02}:{minute % 60:02}" for minute in campaign.hours]
        leaves.append({"fact": "order.time", "op": "between", "value": hours})
    if campaign.stores is not None:
        leaves.append({"fact": "order.store", "op": "one_of", "value": sorted(campaign.stores)})
    return leaves


# --- as the floor's rows -----------------------------------------------------------------------------------------


def plain_campaigns(campaigns: Sequence[Campaign]) -> list[tuple[Any, ...]]:
    """Return the rows that _floor_quote.py reads."""
    return [
        (
            each.ident,
            STARTS,
            ENDS,
            each.kind,
            _plain_goods(each.goods),
            each.figure,
            each.steps,
            each.stores,
            each.hours,
            each.segment,
            each.total_least,
            _plain_goods(each.wanted),
            each.quantity_least,
        )
        for each in campaigns
    ]


def plain_order(items: Sequence[Item]) -> tuple[Any, ...]:
    """Return the order that _floor_quote.py reads."""
    lines = [(item.sku, item.category, item.quantity, item.amount) for item in items]
    return STORE, AT_MS, ZoneInfo(TIME_ZONE), SEGMENTS, lines


def _plain_goods(goods: Goods | None) -> tuple[frozenset[str], frozenset[str]] | None:
    return None if goods is None else (goods.skus, goods.categories)
