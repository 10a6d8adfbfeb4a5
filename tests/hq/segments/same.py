"""Random conditions, and members with a past, for asking the core and HQ's database the same."""

from datetime import date

from app.core.circumstances import Circumstances
from app.core.conditions import Vocabulary, compile_condition
from app.core.facts_record import read_facts
from app.core.history import History, past_order
from app.core.member import Member
from app.core.order import Order
from app.core.program_format import read_program
from app.core.records import replay_order
from hq.segments.calendar import Today
from tests.hq.station import NOW_MS, PROGRAM, VOUCHER_RULE, ZONE, program_body, voucher

DAY_MS = 86_400_000
OPERATORS = ("at_least", "more_than", "at_most", "less_than", "is", "one_of", "every")
WINDOWS = (
    {},
    *({"days": days} for days in (1, 7, 30, 90, 365)),
    *({"period": name} for name in ("day", "week", "month", "quarter", "year", "previous_month")),
)
TIERS = ("", "silver", "gold")


def random_tree(chance, depth=0):
    """Return a condition about members."""
    if depth < 3 and chance.random() < 0.45:
        kind = chance.choice(("all", "any", "not"))
        if kind == "not":
            return {"not": random_tree(chance, depth + 1)}
        return {kind: [random_tree(chance, depth + 1) for _ in range(chance.randint(1, 3))]}
    return random_leaf(chance)


def random_leaf(chance):
    name = chance.choice(sorted(LEAVES))
    return {"fact": name, **LEAVES[name](chance)}


def _number(chance, *likely):
    operator = chance.choice(OPERATORS)
    value = chance.choice(likely)
    if operator == "one_of":
        return {"op": operator, "value": [value, chance.choice(likely)]}
    return {"op": operator, "value": max(value, 1) if operator == "every" else value}


def _counted(*likely, **more):
    return lambda chance: {**_number(chance, *likely), **chance.choice(WINDOWS), **more}


def _days_since(chance):
    said = _number(chance, -1, 0, 1, 5, 30, 90)
    return {"op": "more_than", "value": 30} if said["op"] == "every" else said


LEAVES = {
    "history.orders": _counted(0, 1, 2, 3),
    "history.spend": _counted(0, 500, 750, 1500),
    "history.redemptions": lambda chance: _counted(0, 1, 2, campaign=chance.choice(("13", "7", "none")))(
        chance
    ),
    "history.amount_of": lambda chance: _counted(0, 400, 500, 900, products=chance.choice(("coffee", "tea")))(
        chance
    ),
    "history.quantity_of": lambda chance: _counted(0, 1, 2, products=chance.choice(("coffee", "tea")))(
        chance
    ),
    "history.days_since_order": _days_since,
    "member.tier": lambda chance: {"op": "one_of", "value": [chance.choice(TIERS)]},
    "event.count": lambda chance: _counted(0, 1, 2, name=chance.choice(("review", "visit")))(chance),
    "member.attribute": lambda chance: {"op": "is", "value": chance.choice(("Lima", "Oslo")), "name": "city"},
    "member.number": lambda chance: {**_number(chance, 0, 2), "name": chance.choice(("pets", "city"))},
    "member.consents": lambda chance: (
        {"op": "contains_any", "value": ["news", "none"]}
        if chance.random() < 0.5
        else {"op": "contains", "value": "news"}
    ),
    "member.birthday": lambda chance: {"op": "within_days", "value": chance.choice((0, 3, 40, 183, 400))},
    "member.anniversary": lambda chance: {"op": "within_days", "value": chance.choice((0, 3, 40, 183, 400))},
}


def random_order(chance, station, place, ref, code):
    """Let a station record an order of a member at some moment of the last two years; return its record."""
    days = chance.choice((0, 0, 1, 6, 7, 8, 29, 30, 31, 35, 40, 89, 90, 91, 200, 365, 366, 500))
    at_ms = NOW_MS - days * DAY_MS - chance.choice((0, 3_600_000, 7 * 3_600_000))
    lines = range(chance.randint(1, 3))
    amounts = tuple((chance.choice(("COFFEE", "TEA", "MILK")), chance.choice((250, 400, 500))) for _ in lines)
    shown = (voucher(code, rule=VOUCHER_RULE),) if chance.random() < 0.4 else ()
    return station.order(f"o{place}", amounts=amounts, ref=ref, at_ms=at_ms, vouchers=shown)[0]


def core_says(tree, records, events, members, today: date):
    """Return the references of those for whom the core says that the condition holds."""
    program = read_program(program_body(2, segments={"asked": tree}))
    history = History(program, knows_events=True)
    for record in sorted(records, key=lambda each: each["t_eff"]):
        history.add(past_order(read_facts(record, PROGRAM), replay_order(record, PROGRAM)))
    for event in events:
        history.add_event(event)
    check = compile_condition(tree, Vocabulary(program.product_sets))
    order = Order("now", "S1", "R1", Today(today, ZONE).begin_ms(today) + DAY_MS // 2, ZONE, "USD", ())
    return {
        each.ref
        for each in members
        if not check(Circumstances(order, each, program.product_sets, history.known(each.ref, today)))
    }


def member_of(ref, *, consents=(), **known) -> Member:
    return Member(ref, is_known=True, consents=frozenset(consents), **known)
