"""What the searches draw: allocations, orders with awkward lines, programs with awkward rules, vouchers shown."""

from typing import Any

from hypothesis import strategies as st

from app.core.canonical import canonical
from app.core.earning import EarningMode, EarningRule
from app.core.order import Line
from app.core.outcome import Facts
from app.core.program_format import read_program
from app.core.voucher import Presentation, Voucher
from tests.core.facts import MEMBER, amount_off, campaign, document, order, percent_off, rule

LARGE = {"fact": "order.total", "op": "at_least", "value": 300}
SKUS = ("espresso", "filter", "green", "soap")


@st.composite
def allocations(draw: st.DrawFn, most: int = 400) -> tuple[int, list[int], list[int]]:
    size = draw(st.integers(0, 6))
    numbers = st.lists(st.integers(0, most), min_size=size, max_size=size)
    weights, limits = draw(numbers), draw(numbers)
    if draw(st.booleans()):
        limits = weights  # as most effects have it
    return draw(st.integers(0, 2 * most)), weights, limits


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    amounts = st.one_of(st.integers(1, 30), st.integers(-300, 3000), st.sampled_from((0, 100, 100, 333)))
    return tuple(
        Line(
            line=number,
            sku=draw(st.sampled_from(SKUS)),
            quantity=draw(st.integers(-1, 4)),
            amount=draw(amounts),
            floor=draw(st.sampled_from((0, 0, 0, 5, 90, 5000, -40))),
        )
        for number in range(1, draw(st.integers(1, 6)) + 1)
    )


@st.composite
def effects(draw: st.DrawFn) -> dict[str, Any]:
    target = draw(st.sampled_from(("order", "order", "products", "cheapest")))
    products = draw(st.sampled_from(("coffee", "tea"))) if target == "products" else None
    if draw(st.booleans()):
        return amount_off(draw(st.integers(1, 500)), products, target)
    cap = draw(st.sampled_from((None, None, 1, 20, 60)))
    return percent_off(draw(st.sampled_from((1, 750, 1000, 3333, 5000, 10_000))), products, target, cap)


@st.composite
def decidable(draw: st.DrawFn) -> Facts:
    """Return facts with one to four rules, some automatic, and up to five presentations."""
    rules = [
        rule(
            f"r{number}",
            draw(effects()),
            priority=draw(st.integers(0, 2)),
            trigger=draw(st.sampled_from(("voucher", "voucher", "automatic"))),
            condition=draw(st.sampled_from((None, None, None, LARGE))),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    cut = draw(st.integers(0, len(rules)))
    audience = draw(st.sampled_from((None, None, None, ["M1"], ["M2"])))
    campaigns = (campaign("c1", *rules[:cut], audience=audience), campaign("c0", *rules[cut:]))
    return Facts(
        program=read_program(canonical(document(*campaigns))),
        order=order(*draw(lines())),
        member=draw(st.sampled_from((MEMBER, MEMBER, None))),
        presented=draw(presentations(len(rules))),
    )


@st.composite
def vouchers(draw: st.DrawFn, code_hash: str, rules: int) -> Voucher:
    return Voucher(
        code_hash=code_hash,
        rule_id=f"r{draw(st.integers(0, rules))}",  # the last is in no program
        uses_max=draw(st.sampled_from((0, 1, 2))),
        uses=draw(st.sampled_from((0, 0, 1))),
        owner=draw(st.sampled_from((None, None, None, "M1", "M2"))),
    )


@st.composite
def presentations(draw: st.DrawFn, rules: int) -> tuple[Presentation, ...]:
    """Return up to five presentations of two vouchers, under ids that sort otherwise."""
    known = [draw(vouchers("h1", rules)), draw(vouchers("h0", rules))]
    ids = draw(st.permutations("abcde"))[: draw(st.integers(0, 5))]
    return tuple(Presentation(one, draw(st.sampled_from(known)), "A1") for one in ids)


@st.composite
def rescans(draw: st.DrawFn) -> tuple[Facts, Any, Any]:
    """Return facts, and their presentations and lines in another order."""
    facts = draw(decidable())
    return facts, draw(st.permutations(facts.presented)), draw(st.permutations(facts.order.lines))


def earning_rules() -> st.SearchStrategy[list[EarningRule]]:
    one = st.builds(
        EarningRule,
        rule_id=st.just("e"),
        points_milli=st.integers(1, 5000),
        per=st.integers(1, 300),
        mode=st.sampled_from(EarningMode),
        condition=st.none(),
    )
    return st.lists(one, max_size=3)


def bases() -> st.SearchStrategy[int]:
    return st.integers(-500, 20_000)
