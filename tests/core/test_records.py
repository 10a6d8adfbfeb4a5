"""Records: what was decided is written and read back whole; what is no record raises RecordInvalid and nothing else."""

import copy
from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.canonical import canonical
from app.core.card_rest import Rest
from app.core.codes import Level
from app.core.decision import decide
from app.core.facts_record import RecordInvalid, read_facts
from app.core.gift_cards import Tender, TenderKind
from app.core.member import Member
from app.core.order import AMOUNT_MAX, LINES_MAX, Line, LineKind, local_date
from app.core.outcome import Facts
from app.core.records import (
    Attendance,
    order_differences,
    order_record,
    presentation_differences,
    redemption_differences,
    redemption_record,
    replay_order,
)
from app.core.reversal import reversal_differences, reversal_record, reverse
from app.core.voucher import Presentation
from tests.core.facts import (
    MEMBER,
    NOON,
    amount_off,
    automatic,
    campaign,
    chosen,
    facts,
    line,
    order,
    percent_off,
    program,
    rule,
    shown,
)
from tests.core.test_program_complaints import json_values, places

PLAN = program(
    campaign("13", rule("auto", percent_off(1000), trigger="automatic"), rule("v", amount_off(100)))
)
VOUCHER = shown("id1", "v", ends_on=local_date(NOON, "UTC"), owner="M1", uses_max=2, uses=1).voucher
SHOWN = Presentation("id1", VOUCHER, Level.NUMBER)  # as a scan gives it
FACTS = Facts(
    PLAN, order(line(1, "soap", 500, floor=50), line(2, "green", 200)), MEMBER, (SHOWN, shown("id2", "gone"))
)
ATTENDANCE = Attendance("offline", "c7", Level.SIGNED, "ab" * 16)
DECISION = decide(FACTS)
A_TENDER = {
    "kind": "wallet", "ref": "w", "balance": 50, "ends_on": None, "owner": None, "single_use": False, "used": False,
    "rest": "stays", "most": None,
}  # fmt: skip
GOOD = orjson.loads(canonical(order_record(FACTS, DECISION, ATTENDANCE)))


def test_a_record_holds_all_that_was_decided_on() -> None:
    assert read_facts(GOOD, PLAN) == FACTS
    assert replay_order(GOOD, PLAN) == DECISION
    assert order_differences(GOOD, DECISION) == []


def test_the_shape_of_an_order_record() -> None:
    assert (GOOD["order_id"], GOOD["store"], GOOD["link"], GOOD["cashier"]) == ("o-1", "S1", "offline", "c7")
    assert GOOD["member"]["level"] == "A2" and GOOD["member"]["segments"] == ["early"]
    assert GOOD["lines"] == [
        {"line": 1, "sku": "soap", "qty": 1, "amount": 500, "floor": 50},
        {"line": 2, "sku": "green", "qty": 1, "amount": 200},
    ]
    assert (GOOD["program_version"], GOOD["program_hash"]) == (7, PLAN.hash)
    assert GOOD["campaigns"] == [
        {"rule": "auto", "campaign": "13", "discount": 70, "allocation": [[1, 50], [2, 20]]}
    ]
    assert (GOOD["total"], GOOD["discount"], GOOD["points"]) == (700, 170, 5)


EVERYTHING = replace(
    FACTS,
    order=order(
        Line(
            line=1,
            sku="green",
            quantity=2,
            amount=500,
            floor=50,
            milli=250,
            unit_price=222,
            categories=frozenset({"tea", "hot"}),
            brand="Leaf",
            attributes=(("season", "new"), ("season", "old")),
            is_reduced=True,
            tax_ppm=190_000,
            is_net=True,
            levy=25,
        ),
        line(2, "ship", 490, kind=LineKind.DELIVERY, unit_price=0),
        channel="web",
        partner="p",
    ),
    member=Member(
        "M1",
        is_known=False,
        tier="gold",
        segments=frozenset({"b", "a"}),
        balance=120,
        as_of_ms=9,
        attributes={"city": "Berlin", "children": 2},
        consents=frozenset({"push", "mail"}),
        birthday=date(1980, 2, 29),
        joined_on=date(2015, 6, 14),
        debt=3,
        tier_ends_on=date(2017, 12, 31),
        tier_after="base",
        expiring=((date(2017, 6, 30), 20), (date(2017, 7, 31), 30)),
    ),
    presented=(replace(SHOWN, points=30),),
    known={"uses:b": 2, "uses:a": 1},
    signals={"weather": "rain"},
    stopped=frozenset({"rule:z", "code:y"}),
    tenders=(
        Tender(TenderKind.GIFT_CARD, "g", 100, date(2017, 12, 31), is_single_use=True, owner="M1", most=40),
        Tender(TenderKind.WALLET, "w", 50, is_used=True, single_use_rest=Rest.PAID_OUT),
    ),
)


def test_every_fact_that_a_decision_may_read_is_written_and_read_back() -> None:
    decided = decide(EVERYTHING)
    data = orjson.loads(canonical(order_record(EVERYTHING, decided, ATTENDANCE)))
    assert read_facts(data, PLAN) == EVERYTHING
    assert order_differences(data, replay_order(data, PLAN)) == []
    assert data["lines"][0] == {
        "line": 1, "sku": "green", "qty": 2, "amount": 500, "floor": 50, "milli": 250, "unit_price": 222,
        "categories": ["hot", "tea"], "brand": "Leaf", "attributes": [["season", "new"], ["season", "old"]],
        "reduced": True, "tax_ppm": 190_000, "net": True, "levy": 25,
    }  # fmt: skip
    assert data["lines"][1] == {
        "line": 2, "sku": "ship", "qty": 1, "amount": 490, "unit_price": 0, "kind": "delivery",
    }  # fmt: skip
    member = data["member"]
    assert (member["segments"], member["consents"]) == (["a", "b"], ["mail", "push"])
    assert (member["birthday"], member["tier_ends_on"]) == ("1980-02-29", "2017-12-31")
    assert member["expiring"] == [["2017-06-30", 20], ["2017-07-31", 30]]
    assert [key for key, _ in data["known"]] == ["uses:a", "uses:b"]
    assert data["stopped"] == ["code:y", "rule:z"]
    assert (data["channel"], data["partner"], data["signals"]) == ("web", "p", {"weather": "rain"})
    assert data["tenders"][0] == {
        "kind": "gift_card", "ref": "g", "balance": 100, "ends_on": "2017-12-31", "owner": "M1",
        "single_use": True, "used": False, "rest": "forfeited", "most": 40,
    }  # fmt: skip
    assert data["presented"][0]["points"] == 30
    assert data["paid"][1] == {"kind": "wallet", "ref": "w", "amount": 50, "left": 0, "reasons": []}
    assert data["tax"] == decided.tax > 0


def test_what_a_redemption_gives_beside_a_discount_is_no_matter_of_what_was_shown() -> None:
    redeemed = redemption_record(FACTS, DECISION.presented[0], SHOWN, ATTENDANCE)
    gives = {"stock": 1, "paid": 5, "gifts": [["mug", 1]], "credit": 5, "counts": [["card", 1]]}
    assert presentation_differences({**redeemed, **gives}, GOOD) == []
    assert presentation_differences({**redeemed, "level": "A3", "stock": 1}, GOOD) == ["level"]


@pytest.mark.parametrize(
    "key",
    [
        "known", "signals", "stopped", "tenders", "channel", "partner", "milli", "unit_price", "categories", "brand",
        "attributes", "reduced", "tax_ppm", "net", "levy", "kind", "consents", "birthday", "joined_on", "debt",
        "points", "expiring", "tier_after", "tier_ends_on", "paid", "earned", "gifts", "credit", "counts", "payable",
    ],
)  # fmt: skip
def test_what_says_nothing_beyond_the_ordinary_is_left_out(key: str) -> None:
    ordinary = GOOD["lines"][0] | GOOD["member"] | GOOD["presented"][0] | GOOD["campaigns"][0]
    assert key == "known" or key not in ordinary  # whether a member is known is always told
    assert key == "points" or key not in GOOD


def test_an_outcome_tells_what_it_gives_beside_a_discount() -> None:
    gift = {"kind": "gift", "sku": "cup", "units": 2}
    pay = {"kind": "points_payment", "points": 10, "worth": 10}
    rules = (
        automatic("gift", gift),
        automatic("back", {"kind": "credit", "amount": 7}),
        automatic("punch", {"kind": "punch_card", "card": "ten"}),
        rule("pay", pay, trigger="choice"),
    )
    cards = [{"id": "ten", "name": "Ten", "every": 10}]
    plan = program(campaign("c", *rules), policy={"points_as": "payment"}, punch_cards=cards)
    seen = facts(plan, line(1, "soap", 500), presented=(chosen("p", "pay", 30),), known={"punches:ten": 4})
    decided = decide(seen)
    data = orjson.loads(canonical(order_record(seen, decided, ATTENDANCE)))
    told = {one["rule"]: one for one in data["campaigns"]}
    assert told["gift"]["gifts"] == [["cup", 2]] and "credit" not in told["gift"]
    assert told["back"]["credit"] == 7
    assert told["punch"]["counts"] == [["punches:ten", 1]]
    paid = redemption_record(seen, decided.presented[0], seen.presented[0], ATTENDANCE)
    assert (paid["paid"], paid["points"], paid["discount"]) == (30, 30, 0)
    assert order_differences(data, replay_order(data, plan)) == []
    for key, value in (("gifts", [["cup", 1]]), ("credit", 8)):
        changed = copy.deepcopy(data)
        place = next(place for place, one in enumerate(data["campaigns"]) if key in one)
        changed["campaigns"][place][key] = value
        assert order_differences(changed, decided) == ["campaigns"]


def test_what_an_order_adds_to_history_is_held_against_the_replay_unless_an_older_program_said_nothing() -> (
    None
):
    asked = {"fact": "history.redemptions", "campaign": "c", "op": "at_least", "value": 0}
    spent = {"fact": "history.spend", "days": 9, "op": "at_least", "value": 0}
    other = rule("w", amount_off(1), trigger="choice", condition={"all": [asked, spent]})
    plan = program(campaign("c", rule("v", amount_off(100), trigger="choice"), other))
    known = {"history.redemptions:c": 0, "history.spend/9d": 0}
    seen = facts(plan, line(1, "soap", 500), presented=(chosen("p", "v"), chosen("q", "w")), known=known)
    decided = decide(seen)
    ordered = orjson.loads(canonical(order_record(seen, decided, ATTENDANCE)))
    uses = [
        orjson.loads(canonical(redemption_record(seen, outcome, by, ATTENDANCE)))
        for outcome, by in zip(decided.presented, seen.presented, strict=True)
    ]
    assert ordered["history"] == [["history.spend", 399]]
    assert sorted(use.get("history", []) for use in uses) == [[], [["history.redemptions:c", 1]]]
    made = reverse(ordered, plan, [], None)
    void = reversal_record(ordered, made)
    assert void["history"] == [["history.spend", 399], ["history.redemptions:c", 1]]

    def differences() -> list[list[str]]:
        return [
            order_differences(ordered, decided),
            *(redemption_differences(use, decided) for use in uses),
            reversal_differences(void, ordered, made),
        ]

    assert differences() == [[], [], [], []]
    for data in (ordered, *uses, void):
        data["history"] = [["history.orders", 1]]
    assert differences() == [["history"]] * 4
    for data in (ordered, *uses, void):
        del data["history"]
    assert differences() == [[], [], [], []]


@pytest.mark.parametrize(
    ("key", "value"), [("payable", 1), ("tax", 1), ("paid", [1]), ("earned", [["e", "stars", 1]])]
)
def test_what_a_record_adds_that_was_not_decided_is_named(key: str, value: Any) -> None:
    assert order_differences({**GOOD, key: value}, DECISION) == [key]


def test_what_is_due_with_taxes_and_levies_is_told_where_it_differs() -> None:
    net = line(1, "soap", 1000, tax_ppm=190_000, is_net=True, levy=25)
    seen = facts(PLAN, net)
    data = order_record(seen, decide(seen), ATTENDANCE)
    assert (data["total"], data["discount"], data["payable"], data["tax"]) == (1000, 100, 1096, 171)
    without_it = {key: value for key, value in data.items() if key != "payable"}
    assert order_differences(without_it, decide(seen)) == ["payable"]


def redemption(place: int) -> dict[str, Any]:
    record = redemption_record(FACTS, DECISION.presented[place], FACTS.presented[place], ATTENDANCE)
    return dict(orjson.loads(canonical(record)))


def test_a_redemption_and_a_refusal() -> None:
    given_, refused = redemption(0), redemption(1)
    assert (given_["discount"], given_["reasons"], given_["level"]) == (100, [], "A1")
    assert refused["reasons"] == [{"code": "offer_unknown", "numbers": {}}]
    assert redemption_differences(given_, DECISION) == redemption_differences(refused, DECISION) == []


@pytest.mark.parametrize("key", ["total", "discount", "points", "campaigns"])
def test_a_changed_figure_of_an_order_is_named(key: str) -> None:
    changed = {**GOOD, key: [] if key == "campaigns" else GOOD[key] + 1}
    assert order_differences(changed, replay_order(changed, PLAN)) == [key]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rule", "w"),
        ("campaign", "14"),
        ("discount", 99),
        ("allocation", []),
        ("reasons", [1]),
        ("redemption_id", "id9"),
    ],
)
def test_a_changed_figure_of_a_redemption_is_named(key: str, value: Any) -> None:
    assert redemption_differences({**redemption(0), key: value}, DECISION) == [key]


def test_a_changed_fact_changes_the_decision() -> None:
    changed = copy.deepcopy(GOOD)
    changed["lines"][0]["amount"] += 1000
    assert order_differences(changed, replay_order(changed, PLAN)) == [
        "campaigns",
        "total",
        "discount",
        "points",
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tz", "Nowhere"), ("tz", "America"), ("tz", "../x"), ("tz", ""), ("tz", "\0"), ("tz", "x" * 300), ("tz", None),
        ("t_eff", 2**62), ("t_eff", -(2**62)), ("t_eff", 1.5), ("t_eff", True),
        ("lines", None), ("lines", [None]), ("lines", "abc"), ("lines", {"a": 1}), ("lines", [[1]]),
        ("lines", [{"line": 1, "sku": "a", "qty": 1, "amount": AMOUNT_MAX + 1}]),
        ("lines", [{"line": 1, "sku": "a", "qty": 1, "amount": -AMOUNT_MAX - 1}]),
        ("lines", [{"line": 1, "sku": "a", "qty": 1, "amount": 1}] * (LINES_MAX + 1)),
        ("member", 5), ("member", {}), ("member", {**GOOD["member"], "segments": [[]]}),
        ("presented", None), ("presented", [{**GOOD["presented"][0], "ends_on": "2017-02-30"}]),
        ("known", [["a", "1"]]), ("known", {}), ("known", [[str(n), 1] for n in range(10_001)]), ("signals", {"a": 1}),
        ("known", [["a"]]), ("known", [["a", 1, 2]]), ("authority", {}), ("authority", {"as_of": None, "granted": 5}),
        ("stopped", [1]), ("tenders", [{}]), ("tenders", [{**A_TENDER, "balance": AMOUNT_MAX + 1}]), ("channel", 5),
        ("tenders", [{**A_TENDER, "kind": "cash"}]), ("tenders", [{**A_TENDER, "rest": "gone"}]), ("partner", None),
        ("lines", [{**GOOD["lines"][0], "milli": 1000}]), ("lines", [{**GOOD["lines"][0], "milli": -1}]),
        ("lines", [{**GOOD["lines"][0], "tax_ppm": -1}]), ("lines", [{**GOOD["lines"][0], "tax_ppm": AMOUNT_MAX + 1}]),
        ("lines", [{**GOOD["lines"][0], "kind": "food"}]), ("lines", [{**GOOD["lines"][0], "levy": AMOUNT_MAX + 1}]),
        ("lines", [{**GOOD["lines"][0], "unit_price": 1.5}]), ("lines", [{**GOOD["lines"][0], "attributes": [["a"]]}]),
        ("member", {**GOOD["member"], "birthday": "1981-02-29"}), ("member", {**GOOD["member"], "attributes": []}),
        ("member", {**GOOD["member"], "attributes": {"a": 1.5}}), ("member", {**GOOD["member"], "expiring": [[1, 2]]}),
        ("member", {**GOOD["member"], "debt": "1"}), ("presented", [{**GOOD["presented"][0], "points": "30"}]),
        ("presented", [{**GOOD["presented"][0], "ends_on": 5}]), ("presented", [{**GOOD["presented"][0], "uses": "1"}]),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(key: str, value: Any) -> None:
    with pytest.raises(RecordInvalid):
        replay_order({**GOOD, key: value}, PLAN)


@pytest.mark.parametrize(
    "key", ["order_id", "store", "register", "t_eff", "tz", "currency", "member", "lines", "presented"]
)
def test_a_missing_field_is_refused(key: str) -> None:
    with pytest.raises(RecordInvalid):
        replay_order({name: value for name, value in GOOD.items() if name != key}, PLAN)


@given(st.sampled_from(list(places(GOOD))), json_values)
def test_whatever_stands_in_a_field_is_replayed_or_refused(place: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(GOOD)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        decided = replay_order(changed, PLAN)
    except RecordInvalid:
        return
    order_differences(changed, decided)


@given(json_values)
def test_whatever_comes_as_a_record_is_refused(value: Any) -> None:
    with pytest.raises(RecordInvalid):
        replay_order(value, PLAN)


def test_older_records_say_the_rate_of_tax_in_basis_points() -> None:
    older = {**GOOD, "lines": [{**GOOD["lines"][0], "tax": 1900}]}
    assert read_facts(older, PLAN).order.lines[0].tax_ppm == 190_000
