"""Conditions by chance, as a program may say them: every fact, every operator of its kind, nested groups."""

from hypothesis import strategies as st

from app.core.circumstances import FACTS
from app.core.conditions import LIST_OPERATORS, OPERATORS, PERIODS
from app.core.products import ProductSet

NAMES = ("coffee", "mugs", "own brand")
SETS = {name: ProductSet(frozenset({name.upper()})) for name in NAMES}
CALENDARS = {"holidays": frozenset({"2026-01-01"})}
WORDS = st.sampled_from(("berlin-1", "gold", "Größe", "rain", "a b", "30", "true"))
VALUES = {
    "number": st.integers(-(10**9), 10**9),
    "quantity": st.integers(0, 10**6),
    "text": WORDS,
    "set": WORDS,
    "day": st.integers(0, 400),
    "date": st.dates().map(str).filter(lambda text: len(text) == 10),
    "time": st.times().map(lambda time: time.strftime("%H:%M")),
}


@st.composite
def leaves(draw):
    name = draw(st.sampled_from(sorted(FACTS)))
    fact = FACTS[name]
    operator = draw(st.sampled_from(sorted(OPERATORS[fact.kind])))
    leaf = {"fact": name, "op": operator, "value": draw(_value(fact.kind, operator))}
    if "products" in fact.keys:
        leaf["products"] = draw(st.sampled_from(NAMES))
    for key in fact.keys & {"name", "campaign"}:
        leaf[key] = draw(WORDS)
    if "measured" in fact.keys and draw(st.booleans()):
        leaf["measured"] = draw(st.sampled_from(("gross", "net")))
    if "days" in fact.keys:
        window = draw(st.sampled_from(("days", *PERIODS, "")))
        if window == "days":
            leaf["days"] = draw(st.integers(1, 3_660))
        elif window:
            leaf["period"] = window
    return leaf


def _value(kind, operator):
    one = VALUES[kind]
    if operator == "in_calendar":
        return st.just("holidays")
    if operator == "every":
        return st.integers(1, 1000)
    if operator == "between":
        return st.lists(one, min_size=2, max_size=2, unique=True).map(sorted)
    return st.lists(one, min_size=1, max_size=4, unique=True) if operator in LIST_OPERATORS else one


TREES = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        st.builds(lambda items: {"all": items}, st.lists(inner, min_size=1, max_size=4)),
        st.builds(lambda items: {"any": items}, st.lists(inner, min_size=1, max_size=4)),
        st.builds(lambda item: {"not": item}, inner),
    ),
    max_leaves=12,
)
