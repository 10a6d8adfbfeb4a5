"""Reversals of orders as they are recorded: whatever comes back in whatever steps, nothing of the order stays."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.decision import decide
from app.core.earning import POINTS
from app.core.entry import ORDER, REDEEM, RETURN, VOID
from app.core.facts_record import RecordInvalid
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.overlay import effects_of
from app.core.paid_order import ReturnedUnits
from app.core.program import Program
from app.core.program_format import read_program
from app.core.records import Attendance, order_record, redemption_record
from app.core.returns import ReturnInvalid
from app.core.reversal import read_units, reversal_differences, reversal_record, reverse
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import Request, ReversalPolicy, needs_approval
from app.core.voucher import Presentation, Voucher, picked
from tests.builders import NOW_MS, a_campaign, a_program

UNIT = 1000
KEPT = {"order", "redemption", "undone", "voids", "floor", "spends", "spent"}


def rule(rule_id: str, trigger: str, effect: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": rule_id, "name": rule_id, "trigger": trigger, "priority": 0, "effect": effect, **more}


def program(on_return: str) -> Program:
    tenth = {"kind": "percent_off", "target": "products", "products": "tea", "basis_points": 1000}
    limited = a_campaign(
        limits={"uses": 9, "member_uses": [{"at_most": 9, "period": "day"}]}, on_return=on_return
    )
    cake = rule(
        "cake",
        "choice",
        {"kind": "amount_off", "target": "order", "amount": 300},
        cost_points=31,
        has_stock=True,
    )
    body = a_program(
        product_sets={"coffee": ["coffee"], "tea": ["tea"]},
        campaigns=[
            limited,
            a_campaign(id="cakes", rules=[cake], on_return=on_return),
            a_campaign(id="tea", rules=[rule("tenth", "automatic", tenth)]),
        ],
    )
    return read_program(body)


PROGRAMS = {name: program(name) for name in ("proportional", "recompute")}
KNOWN = {"uses:coffee": 0, "member_uses:coffee/day": 0, "stock:cake": 5, "stock_elsewhere:cake": 0}


def recorded(rules: Program, lines: list[Line]) -> list[tuple[str, dict[str, Any]]]:
    """Return the entries of an order of Ada's, with a coupon and an offer for points."""
    order = Order(
        order_id="A-1",
        store="s-1",
        register="1",
        at_ms=NOW_MS,
        time_zone="America/New_York",
        currency="USD",
        lines=tuple(lines),
    )
    shown = (
        Presentation("r1", Voucher(code_hash="c" * 32, rule_id="coffee-1", uses_max=1), "A1"),
        Presentation("r2", picked("cake"), "A2"),
    )
    ada = Member(ref="0000000000001", is_known=True, balance=100)
    facts = Facts(rules, order, ada, shown, known=KNOWN)
    decision = decide(facts)
    attendance = Attendance("offline", "ben")
    found = [(ORDER, order_record(facts, decision, attendance))]
    for presentation, outcome in zip(shown, decision.presented, strict=True):
        if outcome.is_approved:
            found.append((REDEEM, redemption_record(facts, outcome, presentation, attendance)))
    return found


def figures(entries: list[tuple[str, dict[str, Any]]]) -> dict[tuple[str, str], int]:
    sums: Counter[tuple[str, str]] = Counter()
    for entry_type, data in entries:
        for effect in effects_of(entry_type, data):
            if effect.kind not in KEPT:
                sums[effect.kind, effect.ref] += effect.delta
    return {key: n for key, n in sums.items() if n}


def entry_of(record: dict[str, Any], order: dict[str, Any], *, is_void: bool) -> tuple[str, dict[str, Any]]:
    said = {"reversal_id": "x", "order_id": "A-1", "t_eff": NOW_MS, "tz": order["tz"], "cashier": "ben"}
    return VOID if is_void else RETURN, said | record


LINES = st.lists(
    st.builds(
        lambda sku, quantity, amount: (sku, quantity, amount),
        st.sampled_from(["coffee", "tea", "milk"]),
        st.integers(1, 3),
        st.integers(0, 2_000),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from(sorted(PROGRAMS)), st.data())
def test_all_that_an_order_did_is_gone_when_all_of_it_has_come_back(
    drawn: list[tuple[str, int, int]], on_return: str, data: st.DataObject
) -> None:
    rules = PROGRAMS[on_return]
    entries = recorded(rules, [Line(n, *each) for n, each in enumerate(drawn, 1)])
    order = entries[0][1]
    left = {n: quantity * UNIT for n, (_, quantity, _) in enumerate(drawn, 1)}
    steps: list[tuple[ReturnedUnits, ...]] = []
    amounts, earned, back = 0, 0, 0
    while any(left.values()):
        line = data.draw(st.sampled_from([n for n, milli in left.items() if milli]))
        is_void = data.draw(st.integers(0, 5)) == 0
        units = (ReturnedUnits(line, data.draw(st.integers(1, left[line]))),)
        made = reverse(order, rules, steps, None if is_void else units)
        record = reversal_record(order, made)
        assert reversal_differences(record, order, made) == []
        entries.append(entry_of(record, order, is_void=is_void))
        amounts, earned, back = (
            amounts + record["amount"],
            earned + record["points"],
            back + record["points_back"],
        )
        steps.append(units)
        left[line] -= units[0].quantity_milli
        if is_void:
            break
        assert made.is_over == (not any(left.values()))
    assert figures(entries) == {}
    assert amounts == order["total"] - order["discount"]
    assert earned == -order["points"]
    assert back == sum(entry.get("points", 0) for kind, entry in entries if kind == REDEEM)


def test_nothing_comes_back_of_a_redemption_that_was_never_posted() -> None:
    """5 % of 10.00 by itself and 3.00 for a coupon; half comes back, with and without the coupon's part."""
    back = rule("back", "automatic", {"kind": "credit", "basis_points": 500})
    gift = rule("gift", "voucher", {"kind": "credit", "amount": 300})
    rules = read_program(a_program(campaigns=[a_campaign(id="credit", rules=[back, gift])]))
    order = Order("A-1", "s-1", "1", NOW_MS, "America/New_York", "USD", (Line(1, "milk", 2, 1_000),))
    shown = (Presentation("r1", Voucher(code_hash="c" * 32, rule_id="gift", uses_max=1), "A1"),)
    facts = Facts(rules, order, Member(ref="0000000000001", is_known=True), shown)
    record = order_record(facts, decide(facts), Attendance("offline", "ben"))
    half = (ReturnedUnits(1, UNIT),)
    for unposted, credits, backs in (((), [-175, -175, -350], 1), (("r1",), [-25, -25, -50], 0)):
        first = reverse(record, rules, [], half, unposted=unposted)
        last = reverse(record, rules, [half], half, unposted=unposted)
        void = reverse(record, rules, [], None, unposted=unposted)
        assert [first.credit, last.credit, void.credit] == credits
        assert sum(each.redemption_id == "r1" for each in void.backs) == backs


def test_a_voids_units_are_not_a_returns() -> None:
    for told in ([], [[1, "2"]], [[True, 5]], [[1]], None, "12"):
        with pytest.raises(RecordInvalid):
            read_units(told)
    assert read_units([[1, 2]]) == (ReturnedUnits(1, 2),)


def test_more_than_was_bought_is_no_return() -> None:
    ((_, order), *_rest) = recorded(PROGRAMS["proportional"], [Line(1, "coffee", 2, 900)])
    one = (ReturnedUnits(1, 2 * UNIT),)
    with pytest.raises(ReturnInvalid):
        reverse(order, PROGRAMS["proportional"], [one], (ReturnedUnits(1, 1),))
    nothing = reverse(order, PROGRAMS["proportional"], [one], None)
    assert (nothing.outcome.lines, nothing.points_change, nothing.uses) == ((), 0, ())
    assert dict(nothing.outcome.earned).get(POINTS, 0) == 0


MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"age_ms": 10 * MINUTE_MS}, False),
        ({"age_ms": 10 * MINUTE_MS + 1}, True),
        ({"age_ms": None}, True),
        ({"value": 5_000}, False),
        ({"value": 5_001}, True),
        ({"times": 2}, False),
        ({"times": 3}, True),
        ({"cashier": "cem"}, True),
        ({"cashier": "eva", "is_manager": True, "age_ms": None, "value": 9_999}, False),
        ({"is_manager": True, "age_ms": None}, True),
        ({"kind": Kind.RETURN, "age_ms": None, "cashier": "cem", "times": 9}, False),
        ({"kind": Kind.RETURN, "value": 5_001}, True),
    ],
)
def test_who_needs_a_manager(changes: dict[str, Any], expected: bool) -> None:
    asked = {"kind": Kind.VOID, "age_ms": 0, "value": 0, "order_cashier": "ben", "cashier": "ben"} | changes
    assert needs_approval(ReversalPolicy(), Request(**asked)) is expected
