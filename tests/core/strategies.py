"""What the searches draw: allocations, orders with awkward lines, programs with awkward rules, vouchers shown.

Everything is drawn from one `Random`, which is some twenty times as quick as drawing each number by Hypothesis; a
seed gives the same case for ever.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from app.core.earning import EarningMode, EarningRule
from app.core.gift_cards import Tender, TenderKind
from app.core.order import Line, LineKind
from app.core.outcome import Facts
from app.core.voucher import Presentation, Voucher
from tests.core.facts import (
    MEMBER,
    SETS,
    amount_off,
    automatic,
    bundle,
    buy_get,
    campaign,
    leaf,
    order,
    percent_off,
    program,
    rule,
)

Effect = dict[str, Any]
SKUS = ("espresso", "filter", "green", "soap")
WIDE_SETS = {
    **SETS,
    "mugs": {"categories": ["mugs"]},
    "full_price": {"not_reduced": True, "unit_price_most": 900},
}
ODD: tuple[dict[str, Any], ...] = (
    *[{}] * 8, *[{"categories": frozenset({"mugs"})}] * 4, {"floor": 5}, {"floor": 90}, {"floor": 5000}, {"floor": -40},
    {"milli": 500}, {"milli": 1},
    {"is_reduced": True}, {"levy": 25}, {"kind": LineKind.DELIVERY},
    {"tax_ppm": 190_000}, {"tax_ppm": 88_750, "is_net": True}, {"unit_price": 900},
)  # fmt: skip
CONDITIONS: tuple[dict[str, Any] | None, ...] = (
    *[None] * 12, leaf("order.total", "at_least", 300), leaf("order.total", "more_than", 600),
    leaf("order.quantity", "at_least", 4), leaf("order.quantity_of", "at_least", 2, products="coffee"),
    leaf("order.amount_of", "at_least", 200, products="tea"), leaf("order.running_total", "at_most", 400),
    leaf("order.running_amount_of", "at_least", 50, products="coffee"), leaf("member.tier", "is", "gold"),
    leaf("history.orders", "at_least", 2), {"not": leaf("order.quantity_of", "more_than", 0, products="tea")},
    {"any": [leaf("order.store", "is", "S2"), leaf("member.segments", "contains", "early")]},
    {"all": [leaf("order.weekday", "one_of", [4, 5]), leaf("order.time", "between", ["12:00", "12:30"])]},
)  # fmt: skip
STACKINGS: tuple[dict[str, Any], ...] = (
    {}, {}, {"exclusive": True}, {"always": True}, {"best_of": "b"}, {"best_of": "b"},
    {"group": "g"}, {"group": "g"}, {"group": "g"}, {"not_with": ["points", "wallet"]},
    {"not_with": ["c0"]}, {"not_with": ["c1", "till"]}, {"only_with": ["c2"]}, {"not_with": ["points", "gift_card"]},
    {"exclusive": True, "not_with": ["c1"]}, {"best_of": "b", "only_with": ["c1"]},
    {"best_of": "b", "not_with": ["c0"]},
)  # fmt: skip
LIMITS: tuple[dict[str, Any], ...] = (
    *[{}] * 8, {"limits": {"uses": 2}}, {"limits": {"member_uses": [{"at_most": 1, "period": "month"}]}},
    {"limits": {"members": 2}}, {"budget": {"discount": 300}}, {"budget": {"order_value": 900, "uses": 3}},
)  # fmt: skip
POLICIES: dict[str, tuple[str, ...]] = {
    "percent_base": ("initial",),
    "round": ("price",),
    "round_at": ("unit",),
    "remainder": ("first", "last"),
    "amount_basis": ("gross", "net"),
    "points_as": ("payment",),
}
TENDERS = (
    (), (), (Tender(TenderKind.GIFT_CARD, "g1", 300),), (Tender(TenderKind.WALLET, "w1", 50, most=20),),
)  # fmt: skip


def drawn(cases: Callable[[Random], Any]) -> st.SearchStrategy[Any]:
    """Return a strategy that draws nothing but the seed of a case."""
    return st.integers(0, 2**40).map(lambda seed: cases(Random(seed)))


def allocations(chance: Random, most: int = 400) -> tuple[int, list[int], list[int]]:
    size = chance.randint(0, 6)
    weights, limits = ([_small_or_large(chance, most) for _ in range(size)] for _ in range(2))
    if chance.random() < 0.5:
        limits = weights  # as most effects have it
    return _small_or_large(chance, 2 * most), weights, limits


def _small_or_large(chance: Random, most: int) -> int:
    return chance.choice((0, chance.randint(0, 3), chance.randint(0, most), chance.randint(0, most)))


def lines(chance: Random) -> tuple[Line, ...]:
    return tuple(
        Line(
            line=number,
            sku=chance.choice(SKUS),
            quantity=chance.choice((-1, 0, 1, 1, 2, 3, 4)),
            amount=chance.choice(
                (chance.randint(1, 30), chance.randint(-300, 3000), chance.randint(1, 3000), 0, 100, 100, 333)
            ),
            **chance.choice(ODD),
        )
        for number in range(1, chance.randint(1, 5) + 1)
    )


# --- effects -----------------------------------------------------------------------------------------------------

BASIS_POINTS = (1, 750, 1000, 3333, 5000, 10_000)
NAMES = tuple(WIDE_SETS)
MAYBE_NAME = (None, None, *WIDE_SETS)
MAYBE_UNITS = (None, None, 1, 2)
TARGETS = ("order", "order", "products", "cheapest")
STEPS = ([[2, 500], [4, 40]], [[300, 100], [900, 5000]], [[1, 30]])


def _told(**keys: Any) -> Effect:
    return {key: value for key, value in keys.items() if value is not None}


def _amount_off(chance: Random) -> Effect:
    target, per = chance.choice(TARGETS), chance.choice(("order", "line", "unit"))
    more = {"per": per, "units": chance.choice(MAYBE_UNITS)} if target == "products" else {}
    weights, times = chance.choice((None, None, "quantity")), chance.choice((None, None, 2))
    products = chance.choice(MAYBE_NAME)
    return amount_off(chance.randint(1, 500), products, target, **_told(**more, weights=weights, times=times))


def _percent_off(chance: Random) -> Effect:
    target = chance.choice(TARGETS)
    units = chance.choice(MAYBE_UNITS) if target != "cheapest" else None
    base, cap = chance.choice((None, None, "initial")), chance.choice((None, None, 1, 20, 60))
    products = chance.choice(MAYBE_NAME)
    return percent_off(chance.choice(BASIS_POINTS), products, target, cap, **_told(units=units, base=base))


def _unit_price(chance: Random) -> Effect:
    more = _told(products=chance.choice(MAYBE_NAME), units=chance.choice(MAYBE_UNITS))
    return {"kind": "unit_price", "amount": chance.randint(0, 300), **more}


def _by_unit(chance: Random) -> Effect:
    more = _told(products=chance.choice(MAYBE_NAME), units=chance.choice(MAYBE_UNITS))
    return {"kind": "by_unit", "first": chance.randint(0, 300), "further": chance.randint(0, 300), **more}


def _bundle(chance: Random) -> Effect:
    parts = [(chance.choice(NAMES), chance.randint(1, 2)) for _ in range(chance.randint(1, 2))]
    how = chance.choice(("price", "amount_off", "basis_points"))
    given = chance.choice(BASIS_POINTS) if how == "basis_points" else chance.randint(1, 500)
    others = chance.choice((None, None, "tea", "coffee"))
    units = chance.choice(MAYBE_UNITS) if others else None
    return bundle(
        *parts, **{how: given}, **_told(products=others, units=units, times=chance.choice(MAYBE_UNITS))
    )


def _buy_get(chance: Random) -> Effect:
    return buy_get(
        chance.randint(1, 2),
        chance.randint(1, 2),
        chance.choice(NAMES),
        chance.choice(MAYBE_NAME),
        dearest=chance.random() < 0.3,
        **_told(basis_points=chance.choice((None, 5000)), times=chance.choice(MAYBE_UNITS)),
    )


def _steps(chance: Random) -> Effect:
    kind = chance.choice(("steps_percent", "steps_amount"))
    below = {"basis_points": 0} if kind == "steps_percent" else {"amount": chance.randint(0, 300)}
    target = chance.choice((None, "order")) if kind == "steps_percent" else None
    measure = chance.choice(("amount", "quantity"))
    more = _told(products=chance.choice(MAYBE_NAME), target=target)
    return {"kind": kind, **below, "measure": measure, "steps": chance.choice(STEPS), **more}


def _gift(chance: Random) -> Effect:
    per = chance.choice((None, {"products": "coffee", "units": 2}))
    return {"kind": "gift", "sku": "cup", **_told(units=chance.choice(MAYBE_UNITS), per=per)}


def _points_payment(chance: Random) -> Effect:
    more = _told(least=chance.choice((None, 40)), share_max=chance.choice((None, 5000)))
    return {"kind": "points_payment", "points": 10, "worth": chance.choice((10, 50)), "step": 10, **more}


KINDS: dict[str, Callable[[Random], Effect]] = {
    "amount_off": _amount_off,
    "percent_off": _percent_off,
    "unit_price": _unit_price,
    "steps": _steps,
    "by_unit": _by_unit,
    "buy_get": _buy_get,
    "bundle": _bundle,
    "punch_card": lambda chance: {"kind": "punch_card", "card": chance.choice(("coffee", "all"))},
    "gift": _gift,
    "credit": lambda chance: {"kind": "credit", "basis_points": chance.choice(BASIS_POINTS)},
    "points_payment": _points_payment,
}
ON_LINES = ("amount_off", "percent_off", "percent_off", "unit_price", "steps", "by_unit")
ON_UNITS = ("buy_get", "buy_get", "bundle", "bundle", "punch_card", "amount_off")
MOSTLY_ON_ORDER = (
    *KINDS,
    "amount_off",
    "amount_off",
    "by_unit",
    "by_unit",
    "gift",
    "credit",
    "points_payment",
)
PUNCH_CARDS = [
    {"id": "coffee", "name": "Coffee", "every": 3, "products": "coffee"},
    {"id": "all", "name": "All", "every": 4},
]


def effects(chance: Random, kinds: tuple[str, ...] = tuple(KINDS)) -> Effect:
    return KINDS[chance.choice(kinds)](chance)


# --- facts -------------------------------------------------------------------------------------------------------


def decidable(
    chance: Random, kinds: tuple[str, ...] = tuple(KINDS), *, stackings: tuple[Effect, ...] = ({},)
) -> Facts:
    """Return facts with up to five rules in three campaigns, some automatic, and up to five presentations."""
    is_stacked = len(stackings) > 1
    conditions = (*CONDITIONS, *[None] * 30) if is_stacked else CONDITIONS  # there, rules that apply say more
    rules = [_rule(chance, number, kinds, conditions) for number in range(chance.randint(1 + is_stacked, 5))]
    cuts = sorted(chance.randint(0, len(rules)) for _ in range(2))
    parts = (rules[: cuts[0]], rules[cuts[0] : cuts[1]], rules[cuts[1] :])
    campaigns = [_campaign(chance, f"c{2 - place}", part, stackings) for place, part in enumerate(parts)]
    plan = program(
        *campaigns,
        product_sets=WIDE_SETS,
        punch_cards=PUNCH_CARDS,
        policy=_policy(chance, is_stacked=is_stacked),
    )
    counted = {key: chance.choice((None, 0, 0, 1, 1, 2, 3)) for key in sorted(plan.counters)}
    return Facts(
        program=plan,
        order=order(*lines(chance)),
        member=chance.choice((*[MEMBER] * 9, None)),
        presented=presentations(chance, rules),
        known=_told(**counted),
        tenders=chance.choice(TENDERS),
    )


def on_lines(chance: Random) -> Facts:
    return decidable(chance, ON_LINES)


def on_units(chance: Random) -> Facts:
    return decidable(chance, ON_UNITS)


def stacked(chance: Random) -> Facts:
    return decidable(chance, MOSTLY_ON_ORDER, stackings=STACKINGS)


def _rule(chance: Random, number: int, kinds: tuple[str, ...], conditions: tuple[Any, ...]) -> Effect:
    effect = effects(chance, kinds)
    is_payment = effect["kind"] == "points_payment"
    trigger = "voucher" if is_payment else chance.choice(("voucher", "automatic", "automatic"))
    cost = chance.choice((None, None, 30, 80)) if trigger == "voucher" and not is_payment else None
    condition = chance.choice(conditions)
    return rule(
        f"r{number}",
        effect,
        priority=chance.randint(0, 2),
        trigger=trigger,
        condition=condition,
        **_told(cost_points=cost),
    )


def _campaign(chance: Random, name: str, rules: list[Effect], stackings: tuple[Effect, ...]) -> Effect:
    more = {
        "audience": chance.choice((*[None] * 9, ["M1"], ["M2"])),
        "stacking": chance.choice(stackings),
        **({} if len(stackings) > 1 else chance.choice(LIMITS)),
    }
    return campaign(name, *rules, **more)


def _policy(chance: Random, *, is_stacked: bool) -> dict[str, Any]:
    policy: dict[str, Any] = {"group_limits": {"g": 1}}
    if is_stacked and chance.random() < 0.3:
        policy["codes"] = "all_or_none"
    for key in chance.sample(tuple(POLICIES), chance.randint(0, 2)):
        policy[key] = chance.choice(POLICIES[key])
    return policy


def presentations(chance: Random, rules: list[Effect]) -> tuple[Presentation, ...]:
    """Return up to five presentations of two vouchers, under ids that sort otherwise."""
    wanted = [one["id"] for one in rules if one["trigger"] == "voucher"] * 6
    if not wanted and chance.random() < 0.9:
        return ()
    known = [_voucher(chance, code_hash, [*wanted, "gone"]) for code_hash in ("h1", "h0")]
    ids = chance.sample("abcde", chance.randint(0, 5))
    return tuple(
        Presentation(one, chance.choice(known), "A1", chance.choice((0, 0, 30, 55, 200))) for one in ids
    )


def _voucher(chance: Random, code_hash: str, rule_ids: list[str]) -> Voucher:
    return Voucher(
        code_hash=code_hash,
        rule_id=chance.choice(rule_ids),
        uses_max=chance.choice((0, 1, 2)),
        uses=chance.choice((0, 0, 1)),
        owner=chance.choice((*[None] * 6, "M1", "M2")),
    )


def whole_amounts(chance: Random) -> tuple[Facts, Facts]:
    """Return facts, and the same with all money ten times as large."""
    effects_ = [_scalable(chance) for _ in range(chance.randint(1, 4))]
    amounts = [
        (chance.choice(SKUS), chance.randint(1, 3), chance.randint(20, 3000))
        for _ in range(chance.randint(1, 4))
    ]
    one, ten = (_scaled(effects_, amounts, times) for times in (1, 10))
    return one, ten


def _scalable(chance: Random) -> Effect:
    """Return an effect that surely has one, also after what comes before it."""
    return chance.choice(
        (
            amount_off(chance.randint(1, 5)),
            amount_off(1, target="products", per="unit"),
            percent_off(chance.choice((1000, 2500))),
            percent_off(1000, target="products", base="initial"),
            {"kind": "by_unit", "first": 2, "further": 1},
            {"kind": "steps_amount", "measure": "amount", "amount": 1, "steps": [[500, 3]]},
        )
    )


def _scaled(effects_: list[Effect], amounts: list[tuple[str, int, int]], times: int) -> Facts:
    rules = [automatic(f"r{number}", _times(effect, times)) for number, effect in enumerate(effects_)]
    made = [Line(n, sku, units, amount * times) for n, (sku, units, amount) in enumerate(amounts, start=1)]
    return Facts(program(campaign("c", *rules)), order(*made), MEMBER)


def _times(effect: Effect, times: int) -> Effect:
    money = {key: effect[key] * times for key in ("amount", "first", "further") if key in effect}
    steps = [[bound * times, amount * times] for bound, amount in effect.get("steps", ())]
    return {**effect, **money, **({"steps": steps} if steps else {})}


Rescan = tuple[Facts, list[Presentation], list[Line]]


def rescans(chance: Random) -> Rescan:
    """Return facts, and their presentations and lines in another order."""
    facts = decidable(chance, stackings=chance.choice((STACKINGS, ({},))))
    return facts, _shuffled(chance, facts.presented), _shuffled(chance, facts.order.lines)


def _shuffled(chance: Random, things: tuple[Any, ...]) -> list[Any]:
    return chance.sample(things, len(things))


def earnings(chance: Random) -> tuple[list[EarningRule], int]:
    """Return up to three earning rules and what was paid."""
    rules = [
        EarningRule(
            f"e{number}",
            chance.randint(1, 5000),
            chance.randint(1, 300),
            chance.choice(tuple(EarningMode)),
            None,
        )
        for number in range(chance.randint(0, 3))
    ]
    return rules, chance.choice((0, chance.randint(-500, 500), chance.randint(0, 20_000)))
