"""A program that says all there is to say, once: every section, every kind of effect, every fact with its keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.core.facts import amount_off, bundle, buy_get, campaign, document, earning, leaf, percent_off, rule

Document = dict[str, Any]
STEPS = {"measure": "quantity", "steps": [[2, 500], [3, 1000]]}
OF_TEA = {"products": "tea"}
EFFECTS: list[Document] = [
    amount_off(100, "tea", per="unit", units=3, weights="quantity", times=2),
    percent_off(1000, "tea", cap=500, units=2, base="initial"),
    {"kind": "unit_price", "amount": 199, "units": 2, **OF_TEA},
    {"kind": "steps_percent", "basis_points": 0, "target": "order", **OF_TEA, **STEPS},
    {"kind": "steps_amount", "amount": 0, **OF_TEA, **STEPS},
    {"kind": "by_unit", "first": 50, "further": 100, "units": 4, **OF_TEA},
    buy_get(2, 1, basis_points=5000, times=3, dearest=True),
    bundle(("tea", 2), price=500, products="coffee", units=1, times=2),
    bundle(("tea", 2), ("coffee", 1), amount_off=100),
    bundle(("tea", 2), basis_points=1000),
    {"kind": "gift", "sku": "cup", "units": 2, "per": {"products": "tea", "units": 3}},
    {"kind": "credit", "basis_points": 500},
    {"kind": "credit", "amount": 500},
    {"kind": "points_payment", "points": 100, "worth": 50, "step": 2, "least": 10, "share_max": 5000},
    {"kind": "punch_card", "card": "tenth"},
]
LEAVES: list[Document] = [
    leaf("order.total", "at_least", 1000, measured="net"),
    leaf("order.running_total", "every", 10),
    leaf("order.amount_of", "more_than", 500, products="tea", measured="gross"),
    leaf("order.running_amount_of", "one_of", [1, 2], products="tea"),
    leaf("order.quantity", "less_than", 9),
    leaf("order.quantity_of", "at_most", 9, products="tea"),
    leaf("order.store", "one_of", ["S1"]),
    leaf("order.register", "is", "1"),
    leaf("order.channel", "is", "web"),
    leaf("order.partner", "is", "cab"),
    leaf("order.weekday", "one_of", [6, 7]),
    leaf("order.date", "between", ["2017-06-01", "2017-06-30"]),
    leaf("order.date", "in_calendar", "holidays"),
    leaf("order.date", "one_of", ["2017-06-03"]),
    leaf("order.time", "between", ["09:00", "12:00:30"]),
    leaf("order.nth", "every", 10),
    leaf("member.tier", "is", "gold"),
    leaf("member.attribute", "is", "red", name="colour"),
    leaf("member.number", "at_least", 3, name="children"),
    leaf("member.segments", "contains", "regulars"),
    leaf("member.consents", "contains_any", ["mail"]),
    leaf("member.birthday", "within_days", 3),
    leaf("member.anniversary", "within_days", 0),
    leaf("history.spend", "at_least", 1000, days=365),
    leaf("history.orders", "at_least", 3, period="month"),
    leaf("history.amount_of", "at_least", 1000, products="tea", period="previous_month"),
    leaf("history.quantity_of", "is", 3, products="tea", days=30),
    leaf("history.redemptions", "less_than", 3, campaign="c0", days=30),
    leaf("history.days_since_order", "at_least", 60),
    leaf("event.count", "at_least", 1, name="review", period="week"),
    leaf("signal", "is", "rain", name="weather"),
]
TREES: list[Document] = [{"all": LEAVES[:2]}, {"any": LEAVES[2:4]}, {"not": LEAVES[4]}, *LEAVES[5:]]
GOLD = {
    "id": "gold", "name": "Gold", "access": "earned", "measure": "spend", "at_least": 1000, "window": "year",
    "start": "next_period", "valid": "next_period", "downgrade": "in_full",
}  # fmt: skip
TIERS: list[Document] = [
    {"id": "base", "name": "Base", "access": "base"},
    {"id": "plus", "name": "Plus", "access": "paid"},
    {"id": "fan", "name": "Fan", "access": "earned", "measure": "events", "of": "review", "at_least": 3,
     "window": "rolling", "window_days": 365, "downgrade": "one_step"},
    {"id": "rich", "name": "Rich", "access": "earned", "measure": "active_points", "of": "stars", "at_least": 100,
     "valid": "days", "valid_days": 30, "downgrade": "never"},
    {"id": "early", "name": "Early", "access": "earned", "measure": "points_earned", "at_least": 9,
     "window": "quarter", "start": "at_once", "valid": "period", "downgrade": "one_step"},
    GOLD,
]  # fmt: skip
EXPIRY = {
    "points": {"kind": "months", "months": 24, "round_up": "quarter", "extended": [
        {"kind": "days", "days": 900, "round_up": "year", "tiers": ["gold"]},
        {"kind": "never", "segments": ["regulars"], "tiers": []},
    ]},
    "stars": {"kind": "date", "day": "2017-12-31", "extended": [
        {"kind": "end_of_year", "tiers": ["plus"]},
        {"kind": "date", "day": "2018-12-31", "tiers": ["gold"]},
        {"kind": "months", "months": 36, "segments": ["staff"]},
    ]},
    "drops": {"kind": "rolling", "days": 30},
}  # fmt: skip
POINTS = {"kind": "points", "points": 50, "currency": "stars"}
GIVES: list[Document] = [
    POINTS,
    {"kind": "credit", "amount": 500},
    {"kind": "voucher", "rule": "r0"},
    {"kind": "badge", "badge": "regular"},
]
SECTIONS: Document = {
    "gift_cards": {
        "kinds": [{"id": "gift", "skus": ["GIFT50"], "use": "single", "months": 36, "when_used": "part"}],
        "jurisdictions": [
            {"code": "DE", "ends": "allowed", "years_min": 3, "rest": "forfeited"},
            {"code": "US-CA", "ends": "never", "rest": "paid_out"},
        ],
        "refund": "tenders_last",
        "offline": {"card": 2_000, "day": 20_000, "stale_hours": 24},
        "top_up": {"alone": 5_000, "balance": 50_000},
    },
    "punch_cards": [{"id": "tenth", "name": "Every tenth free", "every": 10, "products": "coffee"}],
    "badges": [{"id": "regular", "name": "Regular"}],
    "milestones": [
        {"id": "ten", "name": "Ten", "measure": "orders", "at": 10, "repeat": "every", "gives": GIVES},
        {"id": "reviews", "name": "R", "measure": "event", "event": "review", "at": 3, "gives": [POINTS]},
    ],
    "challenges": [
        {"id": "june", "name": "June", "measure": "event", "event": "review", "target": 3,
         "starts_on": "2017-06-01", "ends_on": "2017-06-30", "gives": GIVES[1:2]},
    ],
    "referrals": [
        {"id": "friends", "wanted": 5000, "counts": "in_total", "within_days": 30, "gives": GIVES[:1],
         "friend_gives": GIVES[1:2]},
    ],
    "experiments": [
        {"id": "spring", "name": "Spring", "variants": [{"name": "plain", "weight": 1}, {"name": "bold", "weight": 3}],
         "holdout_basis_points": 1000},
    ],
}  # fmt: skip
EARNING: list[Document] = [
    earning(of="amount", condition=LEAVES[6], products="tea", basis="initial", points="stars", name="Tea"),
    earning(id="unit", of="unit", limits=[{"points": 100, "period": "order"}]),
    {"id": "once", "points_milli": 5000, "of": "order", "limits": [{"times": 3, "period": "month"}]},
    {"id": "review", "points_milli": 5000, "event": "review", "mode": "full_unit"},
    {
        "id": "double",
        "kind": "multiplier",
        "factor_milli": 2000,
        "name": "Teatime",
        "products": "tea",
        "condition": LEAVES[6],
    },
]
SET = {
    "skus": ["a"], "categories": ["b"], "brands": ["c"], "not_skus": ["d"], "not_categories": ["e"],
    "attributes": {"season": ["new"]}, "unit_price_least": 100, "unit_price_most": 500, "not_reduced": True,
    "kinds": ["goods", "delivery"],
}  # fmt: skip
POLICY = {
    "percent_base": "initial", "round": "price", "round_at": "unit", "remainder": "last", "amount_basis": "net",
    "points_as": "payment", "codes": "all_or_none", "multipliers": "product", "group_limits": {"g": 2},
}  # fmt: skip


FULL_RULE = rule("r0", EFFECTS[0], trigger="choice", cost_points=80, has_stock=True, condition=LEAVES[0])
FULL_CAMPAIGN = campaign(
    "c0",
    FULL_RULE,
    audience=["M1"],
    starts_on="2017-06-01T09:30:00",
    stacking={"exclusive": False, "always": True, "best_of": "b", "group": "g", "not_with": ["till"],
              "only_with": ["c1"]},
    limits={"uses": 9, "members": 9, "member_uses": [{"at_most": 1, "period": "quarter"}]},
    budget={"uses": 9, "discount": 9, "order_value": 9},
    experiment={"id": "spring", "variants": ["bold"]},
    on_return="recompute",
    reusable_after_return=False,
    briefing={"en": "Say it\nbefore they pay.", "ko": "계산 전에 말하세요."},
)  # fmt: skip
KINDS_OF_RULES = [effect["kind"] for effect in EFFECTS] + [tree.get("fact", "") for tree in TREES]
CALENDARS = {"holidays": ["2017-12-25"]}
BESIDE: Document = {
    "policy": POLICY,
    "life": {
        "stage": "pilot",
        "pilot_stores": ["S1"],
        "earn_until": "2017-12-31",
        "spend_until": "2018-01-31",
    },
    "calendars": CALENDARS,
    "segments": {"regulars": {"all": [LEAVES[24], {"not": LEAVES[16]}, {"any": [LEAVES[29]]}]}},
    "joining": LEAVES[0],
    "consents": [{"id": "news", "version": "2", "texts": {"en": "We may write.", "tr": "Yazabiliriz."}}],
    "authority": {
        "floors": {
            level: {"value": 500, "times": 2, "stale_hours": 24} for level in ("A1", "A2", "A3", "A4")
        },
        "spends_max": 200,
        "value_max": 50_000,
        "point_worth_milli": 500,
        "stale_hours": 240,
        "warn_hours": 48,
    },
    "reversals": {"own_minutes": 5, "own_times": 2, "value_max": 2_000, "days": 14},
}


def whole_program() -> Document:
    """Return the program. Campaign c0 says all that a campaign and a rule can say, c1 has the other rules."""
    rules = [rule(f"e{n}", effect, trigger="choice") for n, effect in enumerate(EFFECTS)]
    rules += [
        rule(f"q{n}", amount_off(1), trigger="automatic", condition=tree) for n, tree in enumerate(TREES)
    ]
    return document(
        FULL_CAMPAIGN,
        campaign("c1", *rules),
        product_sets={"coffee": ["espresso"], "tea": ["green"], "long": SET},
        earning=EARNING,
        tiers=TIERS,
        expiry=EXPIRY,
        order_of_application=["r0"],
        **BESIDE,
        **SECTIONS,
    )


@dataclass(frozen=True)
class Part:
    """A small program, a place in it where something is said in full, and where the schema speaks of that place."""

    body: Document
    path: tuple[str | int, ...]
    pointer: str


def parts() -> Iterator[Part]:
    """Yield the whole program in parts, each in a program with no more than it needs."""
    rule_path, in_rule = ("campaigns", 0, "rules", 0), "/$defs/rule/properties"
    for effect in EFFECTS:
        body = document(
            campaign("c", rule("r", effect, trigger="choice")), punch_cards=SECTIONS["punch_cards"]
        )
        yield Part(body, (*rule_path, "effect"), f"{in_rule}/effect")
    for tree in TREES:
        body = document(campaign("c", rule("r", amount_off(1), condition=tree)), calendars=CALENDARS)
        yield Part(body, (*rule_path, "condition"), f"{in_rule}/condition")
    for one in EARNING:
        yield Part(document(earning=[one]), ("earning",), "/properties/earning")
    yield Part(
        document(product_sets={"long": SET, "list": ["a"]}), ("product_sets",), "/properties/product_sets"
    )
    full = document(FULL_CAMPAIGN, campaign("c1"), experiments=SECTIONS["experiments"])
    yield Part(full, ("campaigns",), "/properties/campaigns")
    yield Part(document(tiers=TIERS), ("tiers",), "/properties/tiers")
    yield Part(document(tiers=TIERS, expiry=EXPIRY), ("expiry",), "/properties/expiry")
    for name, section in SECTIONS.items():
        body = document(campaign("c", rule("r0", amount_off(1))), badges=SECTIONS["badges"])
        yield Part({**body, "product_sets": {"coffee": []}, name: section}, (name,), f"/properties/{name}")
    for name, said in BESIDE.items():
        yield Part(document(**{name: said}), (name,), f"/properties/{name}")
    yield Part(document(earning=[], product_sets={}, order_of_application=[]), (), "")
