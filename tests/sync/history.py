"""A program that asks for what members did before, orders that are history by it, and what a station knows of it."""

import dataclasses

from app.core.order import Line
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.redeem import facts_at_till, hand_in
from hq.benefits.keeping import tell_again
from hq.campaigns.service import publish_program
from hq.touched import follow
from hq.touched_table import TOLD
from tests.builders import DAY_MS, a_campaign, a_program, an_order, at_till
from tests.sync.world import Shop, World

CUP = 300
OTHER = "0000000000002"
COFFEES = {"kind": "amount_off", "target": "products", "products": "coffee", "amount": 50}
ASKED = (
    {"fact": "history.spend"},
    {"fact": "history.spend", "days": 30},
    {"fact": "history.spend", "period": "previous_month"},
    {"fact": "history.orders"},
    {"fact": "history.orders", "period": "week"},
    {"fact": "history.days_since_order"},
    {"fact": "history.redemptions", "campaign": "picks", "period": "month"},
    {"fact": "history.redemptions", "campaign": "picks"},
    {"fact": "history.redemptions", "campaign": "mornings", "days": 9},
    {"fact": "history.redemptions", "campaign": "mornings"},
    {"fact": "history.amount_of", "products": "coffee", "days": 30},
    {"fact": "history.amount_of", "products": "coffee"},
    {"fact": "history.quantity_of", "products": "coffee", "period": "previous_month"},
    {"fact": "history.quantity_of", "products": "tea"},
    {"fact": "event.count", "name": "review", "days": 9},
)


def a_rule(name: str, **said):
    return {"id": name, "name": name, "trigger": "automatic", "priority": 0, "effect": COFFEES} | said


def leaf(asked, **said):
    return asked | {"op": "at_least", "value": 0} | said


def picks() -> dict:
    """A campaign of two rules that are picked: both on one order are one use."""
    both = [a_rule("pick", trigger="choice"), a_rule("pick-2", trigger="choice")]
    return a_campaign(id="picks", rules=both, ends_on="2026-12-31")


def asking(*, campaigns=(), asked=ASKED, version: int = 2) -> bytes:
    """A program that asks for these counters, beside some campaigns whose uses are counted."""
    tree = {"all": [leaf(one) for one in asked]}
    gate = a_campaign(id="asks", rules=[a_rule("asks", condition=tree)], ends_on="2026-12-31")
    gift = {"kind": "gift", "sku": "bun", "units": 1}
    early = {"fact": "order.time", "op": "between", "value": ["00:00", "12:30"]}
    buns = [a_rule("bun", effect=gift, condition=early)]
    mornings = a_campaign(id="mornings", rules=buns, ends_on="2026-12-31")
    earning = [{"id": "earn", "points_milli": 1000, "per": 100, "mode": "full_unit"}]
    sets = {"coffee": ["coffee", "espresso"], "tea": ["tea"]}
    named = [gate, picks(), mornings, *campaigns]
    return a_program(version=version, campaigns=named, earning=earning, product_sets=sets)


def with_history(world: World, **said) -> World:
    publish_program(world.hq, asking(**said), is_meant=True)
    follow(world.hq, TOLD, tell_again)  # as the thread of an HQ that runs does
    return world


def buy(
    shop: Shop,
    card: str,
    cups: int = 1,
    *,
    picked_too: tuple[str, ...] = (),
    sku: str = "coffee",
    cup: int = CUP,
):
    """Sell so many cups, a second after what was before; return the answer."""
    shop.world.clock.set_ms(shop.world.clock.now_ms() + 1_000)
    order = an_order(f"{shop.folder.name}-{shop.store.device.epoch}-{shop.store.journal.head().seq}")
    order = dataclasses.replace(order, lines=(Line(1, sku, cups, cup * cups),))
    member = shop.member(card)
    shown = [Presentation(new_id(), picked(rule), member.level) for rule in picked_too]
    return hand_in(shop.store, order, at_till(member, *shown))


def known(shop: Shop, card: str) -> dict[str, int]:
    """What the station knows of what a member did."""
    asked, member = an_order("asked", ("coffee", CUP)), shop.member(card)
    facts = facts_at_till(shop.store, asked, at_till(member), in_full=True)
    return {key: n for key, n in facts.known.items() if key in facts.program.history}


def days_on(world: World, days: int) -> None:
    world.clock.set_ms(world.clock.now_ms() + days * DAY_MS)
