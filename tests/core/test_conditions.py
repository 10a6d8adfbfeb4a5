"""Conditions: each operator at its edge, each fact as it is read, and the explanation of what is missing."""

from datetime import date
from typing import Any

import pytest

from app.core.circumstances import Circumstances
from app.core.conditions import Vocabulary, compile_condition
from app.core.member import Member
from app.core.order import LineKind, Order
from app.core.policy import Policy
from app.core.products import ProductSet
from app.core.reasons import Reason, Refusal
from app.core.sheet import sheet_of
from tests.core.facts import MEMBER, leaf, line, moment, order

SETS = {"coffee": ProductSet(frozenset({"espresso", "filter"})), "lamps": ProductSet(frozenset({"lamp"}))}
HOLIDAYS = {"holidays": frozenset({"2017-06-15", "2017-12-25"}), "closed": frozenset({"2017-06-16"})}
LINES = (
    line(1, "espresso", 900, 2),
    line(2, "soap", 2100, 1),
    line(3, "filter", 100, 1),
    line(4, "pledge", -100, 1),
)
ORDER = order(*LINES)  # 30.00, five things; 10.00 and three things of coffee; a Thursday at noon
ANN = Member(
    "M1",
    is_known=True,
    tier="gold",
    segments=frozenset({"early"}),
    attributes={"city": "Berlin", "children": 2},
    consents=frozenset({"mail", "push"}),
    birthday=date(1980, 6, 18),
    joined_on=date(2015, 6, 14),
)


def refusals(tree: Any, seen: Order = ORDER, member: Member | None = ANN, **more: Any) -> tuple[Refusal, ...]:
    check = compile_condition(tree, Vocabulary(SETS, HOLIDAYS))
    return check(Circumstances(seen, member, SETS, **more))


def reasons(tree: Any, seen: Order = ORDER, member: Member | None = ANN, **more: Any) -> list[Reason]:
    return [refusal.reason for refusal in refusals(tree, seen, member, **more)]


def holds(fact: str, op: str, value: Any, **more: Any) -> bool:
    return not refusals(leaf(fact, op, value, **more))


EDGES = [
    ("at_least", True, True, False),
    ("more_than", True, False, False),
    ("at_most", False, True, True),
    ("less_than", False, False, True),
    ("is", False, True, False),
]


@pytest.mark.parametrize(("op", "below", "at", "above"), EDGES)
def test_number_operators_at_their_edge(op: str, below: bool, at: bool, above: bool) -> None:
    """The total is 30.00: against 29.99, 30.00 and 30.01."""
    expected = [below, at, above]
    assert [holds("order.total", op, value) for value in (2999, 3000, 3001)] == expected
    assert [holds("order.quantity", op, value) for value in (4, 5, 6)] == expected
    coffee = {"products": "coffee"}
    assert [holds("order.amount_of", op, value, **coffee) for value in (999, 1000, 1001)] == expected
    assert [holds("order.quantity_of", op, value, **coffee) for value in (2, 3, 4)] == expected
    assert [holds("member.number", op, value, name="children") for value in (1, 2, 3)] == expected


@pytest.mark.parametrize(("op", "below", "at", "above"), EDGES)
@pytest.mark.parametrize(
    ("ask", "key"),
    [
        ({"fact": "history.spend", "days": 365}, "history.spend/365d"),
        ({"fact": "history.spend"}, "history.spend"),
        ({"fact": "history.orders", "period": "previous_month"}, "history.orders/previous_month"),
        ({"fact": "history.amount_of", "products": "coffee", "days": 1}, "history.amount_of:coffee/1d"),
        ({"fact": "history.quantity_of", "products": "coffee"}, "history.quantity_of:coffee"),
        (
            {"fact": "history.redemptions", "campaign": "13", "period": "year"},
            "history.redemptions:13/year",
        ),
        ({"fact": "history.days_since_order"}, "history.days_since_order"),
        ({"fact": "event.count", "name": "review", "period": "month"}, "event.count:review/month"),
    ],
)
def test_counters_are_asked_for_by_their_key(ask, key, op, below, at, above) -> None:
    words = Vocabulary(SETS)
    for value, expected in ((6, below), (7, at), (8, above)):
        check = compile_condition({**ask, "op": op, "value": value}, words)
        assert (not check(Circumstances(ORDER, ANN, SETS, {key: 7}))) is expected
        assert check(Circumstances(ORDER, ANN, SETS, {key + "x": 7})) == (Refusal(Reason.FACTS_MISSING),)
    assert words.counters == {key}


def test_the_nth_order_counts_the_one_being_made() -> None:
    words = Vocabulary(SETS)
    compile_condition(leaf("order.nth", "is", 1), words)
    assert words.counters == {"history.orders"}
    for op, wanted, orders_before in (
        ("is", 10, [9]),
        ("every", 5, [4, 9]),
        ("one_of", [1, 3], [0, 2]),
        ("at_most", 2, [0, 1]),
    ):
        met = [
            n for n in range(11) if not refusals(leaf("order.nth", op, wanted), known={"history.orders": n})
        ]
        assert met == orders_before
    assert refusals(leaf("order.nth", "is", 10), known={"history.orders": 8}) == (
        Refusal(Reason.NOT_NTH_ORDER, {"wanted": 10, "found": 9}),
    )
    assert refusals(leaf("order.nth", "one_of", [3, 5]), known={"history.orders": 8}) == (
        Refusal(Reason.NOT_NTH_ORDER, {"wanted": 3, "found": 9}),
    )
    assert reasons(leaf("order.nth", "is", 1)) == [Reason.FACTS_MISSING]
    nth = leaf("order.nth", "is", 1)
    assert reasons({"not": nth}, known={"history.orders": 0}) == [Reason.HISTORY_DOES_NOT_FIT]


@pytest.mark.parametrize(
    ("fact", "op", "good", "bad"),
    [
        ("order.total", "one_of", [1, 3000], [2999, 3001]),
        ("order.total", "every", 1500, 1700),
        ("order.quantity", "one_of", [5, 7], [4, 6]),
        ("order.quantity", "every", 5, 2),
        ("order.store", "is", "S1", "S2"),
        ("order.store", "one_of", ["S2", "S1"], ["S2"]),
        ("order.register", "is", "1", "2"),
        ("order.channel", "is", "web", ""),
        ("order.partner", "one_of", ["p"], ["q"]),
        ("order.weekday", "is", 4, 5),
        ("order.weekday", "one_of", [4], [3, 5]),
        ("order.date", "is", "2017-06-15", "2017-06-16"),
        ("order.date", "one_of", ["2017-06-15"], ["2017-06-14", "2017-06-16"]),
        (
            "order.date",
            "between",
            ["2017-06-01", "2017-06-15"],
            ["2017-06-16", "2017-06-30"],
        ),  # last day is in
        ("order.date", "between", ["2017-06-15", "2017-06-15"], ["2017-06-14", "2017-06-14"]),
        ("order.date", "between", ["2017-06-15", "2017-06-20"], ["2017-06-01", "2017-06-14"]),
        ("order.date", "in_calendar", "holidays", "closed"),
        ("order.time", "between", ["12:00", "12:01"], ["11:00", "12:00"]),  # the last minute is not
        ("order.time", "between", ["12:00:00", "24:00"], ["12:00:01", "13:00"]),
        ("member.tier", "is", "gold", "silver"),
        ("member.tier", "one_of", ["base", "gold"], ["base"]),
        ("member.segments", "contains", "early", "late"),
        ("member.segments", "contains_any", ["late", "early"], ["late"]),
        ("member.consents", "contains", "mail", "phone"),
        ("member.consents", "contains_any", ["phone", "push"], ["phone"]),
        ("member.birthday", "within_days", 3, 2),  # on 18 June
        ("member.anniversary", "within_days", 1, 0),  # on 14 June
    ],
)
def test_other_operators(fact: str, op: str, good, bad) -> None:
    seen = order(*LINES, channel="web", partner="p")
    assert not refusals(leaf(fact, op, good), seen)
    assert refusals(leaf(fact, op, bad), seen)


def test_attributes_are_texts_or_whole_numbers_and_each_fact_reads_its_own() -> None:
    city, children = {"name": "city"}, {"name": "children"}
    assert holds("member.attribute", "is", "Berlin", **city)
    assert holds("member.number", "every", 2, **children)
    assert refusals(leaf("member.attribute", "is", "Hamburg", **city)) == (
        Refusal(Reason.ATTRIBUTE_DOES_NOT_FIT, {"name": "city", "found": "Berlin"}),
    )
    assert refusals(leaf("member.number", "is", 3, **children)) == (
        Refusal(Reason.ATTRIBUTE_DOES_NOT_FIT, {"name": "children", "found": 2}),
    )
    for tree in (
        leaf("member.attribute", "is", "x", name="country"),
        {"not": leaf("member.attribute", "is", "x", name="country")},
    ):
        assert refusals(tree) == (Refusal(Reason.ATTRIBUTE_MISSING, {"name": "country"}),)
    for fact, value, name in (("member.attribute", "2", "children"), ("member.number", 1, "city")):
        assert refusals(leaf(fact, "is", value, name=name)) == (
            Refusal(Reason.ATTRIBUTE_MISSING, {"name": name}),
        )


@pytest.mark.parametrize(
    ("born", "today", "days"),
    [
        (date(1980, 6, 15), "2017-06-15 12:00", 0),
        (date(1980, 6, 16), "2017-06-15 12:00", 1),
        (date(1980, 6, 14), "2017-06-15 12:00", 1),
        (date(1980, 1, 2), "2017-12-31 12:00", 2),  # over the turn of the year, both ways
        (date(1980, 12, 30), "2017-01-01 12:00", 2),
        (date(1980, 2, 29), "2017-02-28 12:00", 0),  # on the 28th where there is no 29th
        (date(1980, 2, 29), "2017-03-01 12:00", 1),
        (date(1980, 2, 29), "2016-02-28 12:00", 1),
        (date(1980, 2, 29), "2016-02-29 12:00", 0),
    ],
)
def test_the_nearest_birthday_is_so_many_days_away(born: date, today: str, days: int) -> None:
    member, seen = Member("M1", is_known=True, birthday=born), order(*LINES, at_ms=moment(today))
    assert reasons(leaf("member.birthday", "within_days", days), seen, member) == []
    too_few = leaf("member.birthday", "within_days", days - 1)
    assert reasons(too_few if days else {"not": leaf("member.birthday", "within_days", 0)}, seen, member) == [
        Reason.NOT_THE_DAY
    ]


def test_a_birthday_that_nobody_told_is_missing() -> None:
    for fact, name in (("member.birthday", "birthday"), ("member.anniversary", "joined_on")):
        missing = Refusal(Reason.ATTRIBUTE_MISSING, {"name": name})
        assert refusals(leaf(fact, "within_days", 3), member=MEMBER) == (missing,)


OF_MEMBERS = [
    leaf("member.tier", "is", "gold"),
    leaf("member.segments", "contains", "early"),
    leaf("member.attribute", "is", "Berlin", name="city"),
    leaf("member.number", "is", 2, name="children"),
    leaf("member.consents", "contains", "mail"),
    leaf("member.birthday", "within_days", 9),
    leaf("member.anniversary", "within_days", 9),
    leaf("order.nth", "is", 1),
    leaf("history.spend", "at_least", 1),
    leaf("event.count", "at_least", 1, name="review"),
]


@pytest.mark.parametrize("tree", OF_MEMBERS, ids=lambda tree: tree["fact"])
def test_what_is_asked_of_a_member_needs_one(tree) -> None:
    for asked in (tree, {"not": tree}, {"all": [tree]}, {"any": [tree]}):
        assert reasons(asked, member=None) == [Reason.MEMBER_NEEDED]


@pytest.mark.parametrize(
    ("tree", "reason", "numbers"),
    [
        (leaf("order.total", "at_least", 3640), Reason.MIN_TOTAL_NOT_MET, (3640, 3000, 640)),
        (leaf("order.total", "more_than", 3000), Reason.MIN_TOTAL_NOT_MET, (3001, 3000, 1)),
        (leaf("order.quantity", "at_least", 7), Reason.MIN_QTY_NOT_MET, (7, 5, 2)),
        (leaf("order.quantity", "more_than", 5), Reason.MIN_QTY_NOT_MET, (6, 5, 1)),
        (leaf("order.quantity_of", "at_least", 4, products="coffee"), Reason.MIN_QTY_NOT_MET, (4, 3, 1)),
        (leaf("order.quantity_of", "at_least", 1, products="lamps"), Reason.MIN_QTY_NOT_MET, (1, 0, 1)),
        (leaf("order.amount_of", "more_than", 1000, products="coffee"), Reason.MIN_TOTAL_NOT_MET, (1001, 1000, 1)),
        (leaf("order.amount_of", "at_least", 1, products="lamps"), Reason.MIN_TOTAL_NOT_MET, (1, 0, 1)),
        (leaf("order.running_total", "at_least", 3001), Reason.MIN_TOTAL_NOT_MET, (3001, 3000, 1)),
        (leaf("history.spend", "more_than", 2000), Reason.SPEND_NOT_MET, (2001, 900, 1101)),
        (leaf("history.orders", "at_least", 12), Reason.HISTORY_NOT_MET, (12, 9, 3)),
        (leaf("event.count", "more_than", 3, name="review"), Reason.HISTORY_NOT_MET, (4, 3, 1)),
    ],
)  # fmt: skip
def test_the_explanation_says_what_is_missing(tree, reason: Reason, numbers) -> None:
    known = {"history.spend": 900, "history.orders": 9, "event.count:review": 3}
    told = dict(zip(("wanted", "found", "missing"), numbers, strict=True))
    assert refusals(tree, known=known) == (Refusal(reason, told),)


@pytest.mark.parametrize(
    ("milli", "op", "value", "numbers"),
    [
        (500, "at_least", 3, (3, 2, 1)),  # 2.5 kg: one more whole one is enough
        (500, "more_than", 2, None),
        (0, "more_than", 2, (3, 2, 1)),
        (999, "at_least", 3, (3, 2, 1)),
        (500, "at_most", 2, ()),
        (0, "at_most", 2, None),
    ],
)
def test_weighed_goods_are_compared_to_the_thousandth(milli, op, value, numbers) -> None:
    found = refusals(leaf("order.quantity", op, value), order(line(1, "pears", 500, 2, milli=milli)))
    if numbers is None:
        assert found == ()
    elif numbers == ():
        assert found == (Refusal(Reason.ORDER_DOES_NOT_FIT),)
    else:
        assert found[0].numbers == dict(zip(("wanted", "found", "missing"), numbers, strict=True))


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (leaf("order.total", "at_most", 5), Reason.ORDER_DOES_NOT_FIT),
        (leaf("order.total", "one_of", [5]), Reason.ORDER_DOES_NOT_FIT),
        (leaf("order.quantity_of", "less_than", 3, products="coffee"), Reason.ORDER_DOES_NOT_FIT),
        (leaf("order.weekday", "is", 7), Reason.OUTSIDE_HOURS),
        (leaf("order.weekday", "at_least", 6), Reason.OUTSIDE_HOURS),
        (leaf("order.date", "is", "2017-06-16"), Reason.OUTSIDE_HOURS),
        (leaf("order.date", "in_calendar", "closed"), Reason.OUTSIDE_HOURS),
        (leaf("order.time", "between", ["13:00", "14:00"]), Reason.OUTSIDE_HOURS),
        (leaf("order.store", "is", "S9"), Reason.WRONG_STORE),
        (leaf("order.register", "is", "9"), Reason.ORDER_DOES_NOT_FIT),
        (leaf("order.channel", "is", "web"), Reason.ORDER_DOES_NOT_FIT),
        (leaf("signal", "is", "rain", name="weather"), Reason.ORDER_DOES_NOT_FIT),
        (leaf("member.tier", "is", "silver"), Reason.WRONG_TIER),
        (leaf("member.segments", "contains", "late"), Reason.NOT_IN_SEGMENT),
        (leaf("history.orders", "at_most", 5), Reason.HISTORY_DOES_NOT_FIT),
        ({"not": leaf("member.consents", "contains", "mail")}, Reason.HISTORY_DOES_NOT_FIT),
        ({"not": leaf("member.tier", "is", "gold")}, Reason.WRONG_TIER),
        ({"not": leaf("member.segments", "contains", "early")}, Reason.NOT_IN_SEGMENT),
        ({"not": leaf("order.store", "is", "S1")}, Reason.WRONG_STORE),
        ({"not": leaf("member.number", "is", 2, name="children")}, Reason.HISTORY_DOES_NOT_FIT),
        ({"not": leaf("history.orders", "at_least", 5)}, Reason.HISTORY_DOES_NOT_FIT),
        ({"not": leaf("order.weekday", "is", 4)}, Reason.OUTSIDE_HOURS),
    ],
)
def test_each_fact_has_its_reason(tree, reason: Reason) -> None:
    assert refusals(tree, known={"history.orders": 9}) == (Refusal(reason),)


def test_a_consent_that_is_missing_is_named() -> None:
    assert refusals(leaf("member.consents", "contains", "phone")) == (
        Refusal(Reason.CONSENT_MISSING, {"name": "phone"}),
    )
    assert refusals(leaf("member.consents", "contains_any", ["post", "phone"])) == (
        Refusal(Reason.CONSENT_MISSING, {"name": "phone, post"}),
    )


def test_of_a_product_that_must_be_there_and_is_not_the_product_is_missing() -> None:
    """Only where the rule asks whether there is any at all; otherwise it says how many or how much."""
    soap = order(line(1, "soap", 5))
    any_coffee = leaf("order.quantity_of", "more_than", 0, products="coffee")
    assert refusals(any_coffee, soap) == (Refusal(Reason.REQUIRED_ITEM_MISSING),)
    assert reasons(any_coffee) == []
    assert reasons({**any_coffee, "op": "at_least", "value": 1}, soap) == [Reason.MIN_QTY_NOT_MET]
    assert reasons({**any_coffee, "value": 1}, soap) == [Reason.MIN_QTY_NOT_MET]
    of_amount = leaf("order.amount_of", "more_than", 0, products="coffee")
    assert reasons(of_amount, soap) == [Reason.MIN_TOTAL_NOT_MET]


OF_LINES = ["order.amount_of", "order.running_amount_of", "order.quantity_of", "order.quantity"]


@pytest.mark.parametrize("fact", OF_LINES)
def test_what_an_order_without_lines_cannot_tell_neither_holds_nor_fails(fact: str) -> None:
    products = {} if fact == "order.quantity" else {"products": "coffee"}
    asked = leaf(fact, "at_most", 0, **products)
    total_only = order(line(1, "", 500))
    for tree in (asked, {"not": asked}, {"not": {"not": asked}}, {"all": [asked]}, {"any": [asked]}):
        assert reasons(tree, total_only) == [Reason.LINES_NEEDED]


def test_only_goods_count_to_a_total_and_levies_do_not() -> None:
    seen = order(
        line(1, "espresso", 500, levy=25),
        line(2, "ship", 490, kind=LineKind.DELIVERY),
        line(3, "card", 5000, kind=LineKind.CARD),
    )
    assert reasons(leaf("order.total", "is", 500), seen) == []
    assert reasons(leaf("order.running_total", "is", 500), seen) == []
    assert reasons(leaf("order.quantity", "is", 1), seen) == []


def test_a_total_is_measured_as_priced_or_gross_or_net() -> None:
    """11.90 with 19 % in it and 10.00 without: 21.90 as priced, 23.80 gross, 20.00 net."""
    seen = order(
        line(1, "espresso", 1190, tax_ppm=190_000),
        line(2, "filter", 1000, tax_ppm=190_000, is_net=True),
    )
    for more in ({}, {"products": "coffee"}):
        fact = "order.amount_of" if more else "order.total"
        assert reasons(leaf(fact, "is", 2190, **more), seen) == []
        assert reasons(leaf(fact, "is", 2380, measured="gross", **more), seen) == []
        assert reasons(leaf(fact, "is", 2000, measured="net", **more), seen) == []


def test_a_running_total_is_what_is_left() -> None:
    seen = order(
        line(1, "espresso", 1190, tax_ppm=190_000),
        line(2, "filter", 1000, tax_ppm=190_000, is_net=True),
        line(3, "soap", 300),
        line(4, "pledge", -50),
    )
    sheet = sheet_of(seen, Policy())
    sheet.take([595, 500, 100, 0])
    for fact, more, amounts in (
        ("order.running_total", {}, (1245, 1340, 1150)),
        ("order.running_amount_of", {"products": "coffee"}, (1095, 1190, 1000)),
    ):
        for measured, amount in zip(({}, {"measured": "gross"}, {"measured": "net"}), amounts, strict=True):
            assert refusals(leaf(fact, "is", amount, **more, **measured), seen, sheet=sheet) == ()
    assert refusals(leaf("order.total", "is", 2440), seen, sheet=sheet) == ()


def test_signals_are_set_from_outside() -> None:
    rain = leaf("signal", "one_of", ["rain", "snow"], name="weather")
    assert reasons(rain, signals={"weather": "snow"}) == []
    assert reasons(rain, signals={"weather": "sun"}) == [Reason.ORDER_DOES_NOT_FIT]


def test_a_segment_is_one_that_head_office_named_or_one_whose_definition_holds() -> None:
    regular = compile_condition(leaf("history.orders", "at_least", 5), Vocabulary(SETS))
    asked = leaf("member.segments", "contains", "regulars")
    for orders, expected in ((5, []), (4, [Reason.NOT_IN_SEGMENT])):
        found = reasons(asked, known={"history.orders": orders}, segments={"regulars": regular})
        assert found == expected
    assert Circumstances(ORDER, None, SETS, segments={"regulars": regular}).member_segments == frozenset()
