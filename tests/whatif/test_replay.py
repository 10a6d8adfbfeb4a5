"""A draft played against past orders: what counts as taken, how its own outcomes carry on, and that sums add up."""

from dataclasses import replace

from app.whatif.findings import Given
from app.whatif.replay import Take, what_if
from tests.core.facts import (
    amount_off,
    automatic,
    campaign,
    chosen,
    earning,
    leaf,
    line,
    percent_off,
    program,
    rule,
    shown,
)
from tests.whatif.past import Sale, played, really, refused, sale

DAYS = [f"2017-06-{day:02}" for day in range(1, 31)]
TEN_OFF = campaign("ten", automatic("ten-1", percent_off(1000)))
COUPON = campaign("coupon", rule("coupon-1", amount_off(100)))
PICK = campaign("pick", rule("pick-1", amount_off(50), trigger="choice"))
COFFEE = (line(1, "espresso", 500),)


def mixed() -> list[Sale]:
    """Sales of three members and a stranger, with coupons shown, some of them for nothing."""
    people = ("M1", "M2", "M3", None)
    return [
        sale(
            day,
            100 * (place % 7) + 250,
            who=people[place % 4],
            shown=(shown(f"a{place}", "coupon-1"), shown(f"b{place}", "coffee-1"))[: place % 3],
        )
        for place, day in enumerate(DAYS)
    ]


REAL = (
    TEN_OFF,
    campaign(
        "coupon",
        rule("coupon-1", amount_off(100)),
        rule("coffee-1", amount_off(100, "coffee")),
        limits={"member_uses": [{"at_most": 2, "period": "week"}]},
    ),
    campaign("reward", rule("reward-1", amount_off(5), trigger="choice", cost_points=3)),
)


def figures(given: Given) -> tuple[int, ...]:
    return (
        given.times,
        given.orders,
        len(given.members),
        given.discount,
        given.points,
        given.gifts,
        given.credit,
    )


# --- what really happened --------------------------------------------------------------------------------------------


def test_the_program_that_held_gives_what_it_gave() -> None:
    sales = [*mixed(), *(replace(each, shown=(chosen("c", "reward-1"),)) for each in mixed())]
    found = played(*REAL, sales=sorted(sales, key=lambda each: each.day), held=program(*REAL))
    assert found.after == found.before
    assert found.after.discount > 0
    for row in found.campaigns.values():
        assert figures(row.would) == figures(row.really)
        assert row.would.times > 0
    assert figures(found.would) == figures(found.really)
    assert found.elsewhere.times == 0
    assert found.presented == found.held > 0


def test_rows_add_up_to_what_was_given_together() -> None:
    draft = (*REAL, campaign("gift", automatic("g", {"kind": "gift", "sku": "BAG"})))
    found = played(*draft, sales=mixed(), held=program(COUPON, TEN_OFF, PICK))
    for name in ("times", "discount", "points", "paid", "gifts", "credit"):
        rows = found.campaigns.values()
        assert sum(getattr(row.would, name) for row in rows) == getattr(found.would, name)
        of_real = [*(row.really for row in rows), found.elsewhere]
        assert sum(getattr(given, name) for given in of_real) == getattr(found.really, name)
    assert found.would.discount == found.after.discount > 0
    assert found.really.discount == found.before.discount > 0
    assert found.points_together == found.after.points > 0
    assert found.before.payable - found.after.payable == found.after.discount - found.before.discount
    assert found.priced == found.after.payable + found.after.discount
    assert sum(row.would.orders for row in found.campaigns.values()) > found.would.orders == 30
    assert len(found.would.members) == len(found.members) == 3


def test_what_other_campaigns_really_gave_stands_apart() -> None:
    """Of 20 coupons shown 16 were given: none to strangers, two a week to members."""
    found = played(COUPON, sales=mixed(), held=program(*REAL))
    row = found.campaigns["coupon"]
    assert (row.really.times, found.elsewhere.times) == (16, 30)
    assert found.before.discount == row.really.discount + found.elsewhere.discount
    assert found.really.times == 46


def test_orders_are_counted_once_with_their_members_stores_and_days() -> None:
    found = played(
        sales=[sale("2017-06-03"), sale("2017-06-01", who="M2", store="S2"), sale("2017-06-02", who=None)]
    )
    assert (found.orders, found.members, found.stores) == (3, {"M1", "M2"}, {"S1", "S2"})
    assert (str(found.first_day), str(found.last_day)) == ("2017-06-01", "2017-06-03")


# --- what counts as taken --------------------------------------------------------------------------------------------


def test_automatic_rules_apply_by_themselves_and_vouchers_where_they_were_shown() -> None:
    sales = [sale(), sale(shown=(shown("a", "coupon-1"),))]
    found = played(TEN_OFF, COUPON, sales=sales, held=program(COUPON))
    assert figures(found.campaigns["ten"].would)[:4] == (2, 2, 1, 190)
    assert figures(found.campaigns["coupon"].would)[:4] == (1, 1, 1, 100)


def test_a_rule_is_known_by_its_campaign_where_the_draft_has_one_such_rule() -> None:
    sales = [sale(shown=(shown("a", "coupon-1"),))]
    renamed = campaign(
        "coupon", rule("any", amount_off(30)), automatic("gift", {"kind": "gift", "sku": "BAG"})
    )
    found = played(renamed, sales=sales, held=program(COUPON))
    assert figures(found.campaigns["coupon"].would)[:4] == (2, 1, 1, 30)
    two = campaign("coupon", rule("any", amount_off(30)), rule("more", amount_off(40)))
    found = played(two, sales=sales, held=program(COUPON))
    assert (found.campaigns["coupon"].would.times, found.presented, found.held) == (0, 1, 0)


def test_a_voucher_that_was_refused_then_is_shown_to_the_draft_too() -> None:
    held = program(campaign("coupon", rule("coupon-1", amount_off(100, "coffee"))))
    found = played(COUPON, sales=[sale(shown=(shown("a", "coupon-1"),))], held=held)
    assert (found.before.discount, found.after.discount) == (0, 100)


def test_what_became_automatic_is_not_shown_and_applies_once() -> None:
    draft = campaign("coupon", automatic("coupon-1", amount_off(100)))
    found = played(draft, sales=[sale(shown=(shown("a", "coupon-1"),))], held=program(COUPON))
    assert (found.campaigns["coupon"].would.times, found.held) == (1, 0)


def test_a_code_may_become_a_choice_and_a_choice_a_code() -> None:
    held = program(COUPON, PICK)
    sales = [
        sale(shown=(shown("a", "coupon-1"), shown("b", "coupon-1", code_hash="h2"), chosen("c", "pick-1")))
    ]
    draft = (
        campaign("coupon", rule("coupon-1", amount_off(100), trigger="choice")),
        campaign("pick", rule("pick-1", amount_off(50))),
    )
    found = played(*draft, sales=sales, held=held)
    assert found.before.discount == 250
    assert {name: row.would.times for name, row in found.campaigns.items()} == {"coupon": 1, "pick": 1}
    assert refused(found, "coupon") == {}


def test_choices_are_picked_by_everybody_only_if_that_is_assumed() -> None:
    sales = [sale(), sale(shown=(chosen("a", "pick-1"),)), sale(who=None)]
    for take, times in ((Take.SHOWN, 1), (Take.CHOICE, 3)):
        found = played(PICK, sales=sales, held=program(PICK), take=take)
        assert figures(found.campaigns["pick"].would)[:4] == (times, times, 1, 50 * times)
        assert found.held == 1
        assert refused(found, "pick") == {}


def test_where_codes_go_together_only_no_choice_is_picked_that_would_spoil_them() -> None:
    tea = campaign("tea", rule("tea-1", amount_off(20, "tea"), trigger="choice"))
    sales = [sale(shown=(shown("a", "coupon-1"),))]
    found = played(
        tea,
        COUPON,
        PICK,
        sales=sales,
        held=program(COUPON),
        take=Take.CHOICE,
        policy={"codes": "all_or_none"},
    )
    assert {name: row.would.times for name, row in found.campaigns.items()} == {
        "tea": 0,
        "coupon": 1,
        "pick": 1,
    }


# --- what the draft makes of members and vouchers --------------------------------------------------------------------


def test_a_limit_a_member_counts_the_drafts_own_uses() -> None:
    draft = {**TEN_OFF, "limits": {"member_uses": [{"at_most": 1, "period": "week"}]}}
    days = ("2017-06-12", "2017-06-18", "2017-06-19")  # Monday, Sunday, the next Monday
    sales = [*(sale(day) for day in days), sale("2017-06-19", who="M2")]
    found = played(draft, sales=sales)
    assert figures(found.campaigns["ten"].would)[:4] == (3, 3, 2, 300)
    assert refused(found, "ten") == {"limit_per_member_reached": 1}


def test_the_first_members_use_it_up_and_come_again() -> None:
    draft = {**TEN_OFF, "limits": {"members": 2}}
    found = played(draft, sales=[sale(who=who) for who in ("M1", "M2", "M3", "M1")])
    assert found.campaigns["ten"].would.members == {"M1", "M2"}
    assert found.campaigns["ten"].would.times == 3


def test_a_budget_is_given_and_no_more() -> None:
    draft = {**TEN_OFF, "budget": {"discount": 250}}
    found = played(draft, sales=[sale(), sale(), sale(), sale("2017-06-15", 500)])
    assert found.campaigns["ten"].would.discount == 250
    assert refused(found, "ten") == {"budget_exceeded": 1}


def test_points_are_earned_and_spent_as_the_draft_says() -> None:
    """Two points a 1.00 instead of one. Balances before each order, really: 0 10 20 10 20 10, else 0 20 15 10 30 25."""
    reward = campaign("reward", rule("reward-1", amount_off(500), trigger="choice", cost_points=15))
    sales = [sale(), *[sale(shown=(chosen("a", "reward-1"),))] * 5]
    found = played(reward, sales=sales, held=program(reward), earning=[earning(2000)])
    assert (found.really.times, found.really.points) == (2, 30)
    assert (found.would.times, found.would.points) == (4, 60)
    assert (found.before.points, found.after.points) == (50, 80)


def test_points_do_not_fall_below_nothing() -> None:
    """Really 10 points were there; the draft gives none, so there are none to pay with."""
    reward = campaign("reward", rule("reward-1", amount_off(500), trigger="choice", cost_points=1))
    sales = [sale(), sale(shown=(chosen("a", "reward-1"),)), sale(shown=(chosen("a", "reward-1"),))]
    found = played(reward, sales=sales, held=program(reward), earning=[])
    assert (found.really.times, found.would.times) == (2, 0)
    (why,) = found.campaigns["reward"].refusals
    assert (why.count, why.numbers) == (2, {"wanted": 1, "found": 0, "missing": 1})


def test_a_record_that_was_behind_makes_no_points_of_debt() -> None:
    """A station that was cut off saw nothing of the 10 points earned before."""
    reward = campaign("reward", rule("reward-1", amount_off(500), trigger="choice", cost_points=1))
    first, second = really([sale(), sale(shown=(chosen("a", "reward-1"),))], program(reward))
    assert second.member is not None
    behind = replace(second, member=replace(second.member, balance=0))
    found = what_if(program(reward, earning=[]), [first, behind])
    assert found.campaigns["reward"].refusals[0].numbers["found"] == 0


def test_points_that_pay_like_money_are_told_apart_from_discounts() -> None:
    paying = {"kind": "points_payment", "points": 10, "worth": 100, "step": 10}
    draft = campaign("pay", rule("pay-1", paying, trigger="choice"))
    found = played(draft, sales=[sale(), sale()], take=Take.CHOICE, policy={"points_as": "payment"})
    assert (found.would.points, found.would.paid, found.would.discount) == (10, 100, 0)
    assert found.after.payable == found.before.payable == 2000


def test_a_voucher_that_the_draft_did_not_take_can_be_used_later() -> None:
    draft = {**COUPON, "starts_on": "2017-06-10"}
    sales = [
        sale("2017-06-05", shown=(shown("a", "coupon-1", uses_max=1),)),
        sale("2017-06-20", shown=(shown("b", "coupon-1", uses_max=1, uses=1),)),
        sale("2017-06-21", shown=(shown("c", "coupon-1", uses_max=1, uses=1),)),
    ]
    found = played(draft, sales=sales, held=program(COUPON))
    assert (found.really.times, found.would.times) == (1, 1)
    assert refused(found, "coupon") == {"not_started": 1, "limit_total_reached": 1}


def test_histories_begin_with_the_first_order_and_go_on_with_what_the_draft_gives() -> None:
    third = campaign("third", automatic("t", amount_off(100), condition=leaf("order.nth", "every", 3)))
    spent = leaf("history.spend", "at_least", 1900)
    found = played(
        third, campaign("spent", automatic("s", amount_off(1), condition=spent)), sales=[sale()] * 4
    )
    assert found.campaigns["third"].would.times == 1
    assert (
        found.campaigns["spent"].would.times == 2
    )  # 19.99 by the third: without the 1.00 that the draft took off


def test_uses_of_campaigns_that_the_draft_does_not_hold_are_those_that_were() -> None:
    condition = leaf("history.redemptions", "at_least", 1, campaign="coupon")
    draft = campaign("after", automatic("a", amount_off(7), condition=condition))
    sales = [sale(), sale(shown=(shown("a", "coupon-1"),)), sale()]
    assert played(draft, sales=sales, held=program(COUPON)).after.discount == 7
    unused = {**COUPON, "starts_on": "2017-06-30"}
    assert played(draft, unused, sales=sales, held=program(COUPON)).after.discount == 0


def test_a_limit_of_earning_cuts_over_the_month() -> None:
    limits = [{"points": 15, "period": "month"}]
    found = played(sales=[sale("2017-05-31"), sale(), sale(), sale()], earning=[earning(limits=limits)])
    assert found.after.points == 10 + 15
    row = found.earning["base"]
    assert (row.orders, row.points, row.members) == (3, 25, {"M1"})


def test_points_are_told_by_the_rule_that_gives_them() -> None:
    """A multiplier gives nothing by itself, an event is in no past order, and stars are no points."""
    rules = [
        earning(),
        {"id": "twice", "kind": "multiplier", "factor_milli": 2000},
        earning(id="stars", points="stars"),
        {"id": "visit", "event": "visit", "points_milli": 9000},
    ]
    found = played(sales=[sale()], earning=rules)
    assert {name: (row.currency, row.points) for name, row in found.earning.items()} == {
        "base": ("points", 20),
        "stars": ("stars", 20),
    }
    assert found.points_together == found.after.points == 20


def test_there_is_enough_of_a_reward_with_a_stock() -> None:
    draft = campaign("mug", automatic("mug-1", {"kind": "gift", "sku": "MUG", "units": 2}, has_stock=True))
    assert played(draft, sales=[sale()] * 3).would.gifts == 6


# --- why not ---------------------------------------------------------------------------------------------------------


def test_only_offers_that_the_member_could_have_had_are_refused() -> None:
    """Not before it starts, after its end, to others than its audience, or to whoever shows no card."""
    june = campaign("june", automatic("j", amount_off(1, "coffee")), audience=["M1"])
    days = ("2017-05-31", "2017-06-01", "2017-06-30", "2017-07-01")
    sales = [*(sale(day) for day in days), sale(who="M2"), sale(who=None), sale(lines=COFFEE)]
    found = played(june, sales=sales)
    assert refused(found, "june") == {"required_item_missing": 2}
    assert found.campaigns["june"].would.times == 1


def test_members_of_another_variant_could_not_have_had_it() -> None:
    tried = {**TEN_OFF, "experiment": {"id": "x", "variants": ["b"]}}
    variants = [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}]
    people = [sale(who=f"M{number}") for number in range(20)]
    found = played(tried, sales=people, experiments=[{"id": "x", "name": "X", "variants": variants}])
    assert 0 < found.campaigns["ten"].would.times < 20
    assert refused(found, "ten") == {}


def test_of_several_reasons_the_one_to_show_first_counts_and_the_most_frequent_stands_first() -> None:
    condition = leaf("order.total", "at_least", 3000)
    draft = campaign("c", automatic("a", amount_off(1, "coffee"), condition=condition))
    found = played(draft, sales=[sale(), sale(lines=COFFEE), sale(lines=COFFEE)])
    (often, seldom) = found.campaigns["c"].refusals
    assert [why.reason.code for why in (often, seldom)] == ["min_total_not_met", "required_item_missing"]
    assert [why.count for why in (often, seldom)] == [2, 1]


def test_what_was_shown_is_refused_for_any_reason_and_what_is_assumed_is_not() -> None:
    early = campaign("pick", rule("pick-1", amount_off(50), trigger="choice"), starts_on="2017-06-20")
    sales = [sale(shown=(chosen("a", "pick-1"),)), sale()]
    found = played(early, sales=sales, held=program(PICK), take=Take.CHOICE)
    assert refused(found, "pick") == {"not_started": 1}


def test_reasons_keep_the_numbers_that_never_change() -> None:
    draft = campaign("c", automatic("a", amount_off(1), condition=leaf("order.total", "at_least", 3000)))
    (why,) = (
        played(draft, sales=[sale("2017-06-15", cents) for cents in (1000, 2000)]).campaigns["c"].refusals
    )
    assert why.refusal().numbers == {"wanted": 3000, "found": "…", "missing": "…"}
