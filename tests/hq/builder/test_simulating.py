"""The simulator decides as a station does: the same answer and the same reasons, whatever the order."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from app.core.authority import HOUR_MS, Authority
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.program_format import read_program
from app.core.quote import choosable, quote
from app.core.voucher import Presentation, Voucher, picked
from hq.benefits.outside import set_signal
from hq.builder.order_form import body_of, can_show_scenario, form_of
from hq.campaigns.service import newest_document, publish_program
from hq.campaigns.simulating import Station, simulate
from tests.hq.campaigns_of import ADA
from tests.hq.station import ZONE, program_body

CASES = 1_000
SKUS = ("COFFEE", "TEA", "MUG")
DATES = {"starts_on": "2017-01-01", "ends_on": "2017-12-31", "audience": None}


def rule(rule_id, trigger, effect, **more):
    return {"id": rule_id, "name": rule_id, "trigger": trigger, "priority": 0, "effect": effect, **more}


def campaign(campaign_id, offline, *rules, **more):
    return {"id": campaign_id, "name": campaign_id, **DATES, "offline": offline, "rules": list(rules), **more}


CAMPAIGNS = [
    campaign("voucher", "always", rule("v", "voucher", {"kind": "amount_off", "target": "order", "amount": 300})),
    campaign(
        "gold",
        "floor",
        rule("g", "automatic", {"kind": "percent_off", "target": "order", "basis_points": 1000},
             condition={"any": [{"fact": "member.tier", "op": "is", "value": "gold"},
                                {"fact": "order.time", "op": "between", "value": ["07:00", "10:00"]}]}),
        limits={"member_uses": [{"at_most": 2, "period": "month"}]},
    ),
    campaign(
        "choice",
        "never",
        rule("c", "choice", {"kind": "amount_off", "target": "order", "amount": 500}, cost_points=100,
             condition={"fact": "order.total", "op": "at_least", "value": 2000}),
        stacking={"not_with": ["gold"]},
    ),
    campaign(
        "two",
        "lease",
        rule("b", "automatic", {"kind": "buy_get", "buy": "coffee", "get": "tea", "buy_units": 2, "get_units": 1}),
        limits={"uses": 5},
    ),
]  # fmt: skip


def some_order(chance):
    """An order as somebody types it, and the facts that it stands for, made without what reads forms."""
    day, hour = chance.randint(1, 28), chance.randint(0, 23)
    rows = [
        (chance.choice(SKUS), chance.randint(1, 3), chance.randint(1, 2000))
        for _ in range(chance.randint(1, 4))
    ]
    form = {
        "store": ["S1"], "day": [f"2017-11-{day:02}"], "time": [f"{hour:02}:30"],
        "line_sku": [sku for sku, _, _ in rows], "line_quantity": [str(count) for _, count, _ in rows],
        "line_unit_price": [f"{price // 100}.{price % 100:02}" for _, _, price in rows],
        **{f"line_{key}": [""] * len(rows) for key in ("categories", "brand", "tax")},
    }  # fmt: skip
    local = datetime(2017, 11, day, hour, 30, tzinfo=ZoneInfo(ZONE))
    lines = tuple(
        Line(line=n, sku=sku, quantity=count, amount=count * price, unit_price=price)
        for n, (sku, count, price) in enumerate(rows, start=1)
    )
    order = Order("scenario", "S1", "1", int(local.timestamp()) * 1000, ZONE, "USD", lines)
    member = None
    if chance.random() < 0.7:
        tier, points, used = (
            chance.choice(("", "gold")),
            chance.choice((0, 99, 100, 1000)),
            chance.randint(0, 3),
        )
        form |= {"has_member": ["yes"], "ref": ["0000000000001"], "tier": [tier], "points": [str(points)]}
        form["known"] = [f"member_uses:gold/month = {used}\nuses:two = {used + 2}"]
        member = Member("0000000000001", is_known=True, tier=tier, balance=points)
    presented = [each for each in ("v", "c") if chance.random() < 0.4]
    form["presented"] = presented
    return form, order, member, presented


def facts_of(program, form, order, member, presented):
    """What the engine is asked: counters that nobody spoke of are nothing so far."""
    told = dict(line.split(" = ") for line in form.get("known", [""])[0].splitlines())
    shown = tuple(
        Presentation(
            f"shown-{n}", picked(each) if each == "c" else Voucher(f"shown-{n}", each, 0), ""
        )
        for n, each in enumerate(presented, start=1)
    )  # fmt: skip
    known = {key: int(told.get(key, 0)) for key in program.counters}
    return Facts(program, order, member, shown, known)


def said(found):
    decision = found.decision
    offers = [(offer.rule_id, offer.discount, offer.cost_points, offer.refusals) for offer in found.offers]
    return offers, (decision.total, decision.discount, decision.payable, decision.points)


def test_a_thousand_orders_are_answered_as_a_station_answers_them(hq):
    publish_program(hq, program_body(2, campaigns=CAMPAIGNS))
    program = read_program(newest_document(hq, "program").body)
    chance, applied, refused = Random(11), set(), set()
    for _ in range(CASES):
        form, order, member, presented = some_order(chance)
        body = body_of(form)
        assert can_show_scenario(body) and body_of(form_of(body)) == body
        facts = facts_of(program, form, order, member, presented)
        level, age = chance.choice(("A1", "A2", "A3")), chance.randint(0, 100)
        cut_off = Facts(
            program, order, member, facts.presented, facts.known,
            authority=Authority(level=level, as_of_ms=order.at_ms - age * HOUR_MS),
        )  # fmt: skip
        station = Station(is_online=False, level=level, age_hours=age)
        choices = {rule_id: rule_id for rule_id in choosable(program)}
        wanted = quote(cut_off, choices=choices, level=level)
        found = simulate(hq, body, station=station)
        assert found.problem == "" and said(found.quote) == said(wanted), form
        applied |= {offer.rule_id for offer in wanted.offers if offer.is_usable}
        refused |= {refusal.reason for offer in wanted.offers for refusal in offer.refusals}
    assert applied >= {"v", "g"} and len(refused) >= 6, (applied, refused)


def test_what_is_so_in_the_orders_store_now_counts_unless_the_order_says_otherwise(hq):
    condition = {"fact": "signal", "name": "rain", "op": "is", "value": "true"}
    effect = {"kind": "amount_off", "target": "order", "amount": 100}
    rainy = campaign("rain", "always", rule("r", "automatic", effect, condition=condition))
    publish_program(hq, program_body(2, campaigns=[rainy]))
    order = {"store": "S1", "at": "2017-11-06T16:00", "lines": [{"sku": "TEA", "unit_price": "5.00"}]}
    body = {"order": order}
    set_signal(hq, ADA, "rain", "true")
    set_signal(hq, ADA, "rain", "false", stores=["S2"])
    elsewhere = {"order": {**order, "store": "S2"}}
    for each, discount in ((body, 100), (elsewhere, 0), ({**body, "signals": {"rain": "no"}}, 0)):
        found = simulate(hq, each)
        assert found.quote is not None, found.problem
        assert found.quote.decision.discount == discount


def test_with_head_office_what_may_be_given_is_given(hq):
    publish_program(hq, program_body(2, campaigns=CAMPAIGNS))
    chance = Random(3)
    differ = set()
    for _ in range(200):
        form, *_ = some_order(chance)
        body = body_of(form)
        online, offline = simulate(hq, body), simulate(hq, body, station=Station(is_online=False))
        given = {offer.rule_id for offer in online.quote.offers if offer.is_usable}
        alone = {offer.rule_id for offer in offline.quote.offers if offer.is_usable}
        differ |= given - alone
    assert differ >= {"c", "b"}  # one is never given offline, one needs a lease
