"""Orders as they come in a shop: what each voucher gives, or why not."""

from app.core.decision import decide
from app.core.member import Member
from app.core.outcome import Decision
from app.core.quote import quote
from app.core.reasons import Reason, Refusal
from tests.core.facts import (
    MEMBER,
    amount_off,
    campaign,
    facts,
    line,
    moment,
    percent_off,
    program,
    rule,
    shown,
)

ONE_COFFEE = {"fact": "order.quantity_of", "op": "at_least", "value": 1, "products": "coffee"}
COFFEE = campaign("13", rule("coffee", amount_off(100, "coffee")))


def reasons(decided: Decision) -> list[list[Reason]]:
    return [[refusal.reason for refusal in outcome.refusals] for outcome in decided.presented]


def decided(campaign_, *lines, show=("coffee",), member=MEMBER, **changed) -> Decision:
    presented = tuple(shown(f"id{place}", rule_id) for place, rule_id in enumerate(show))
    return decide(facts(program(campaign_, **changed), *lines, presented=presented, member=member))


def test_one_off_some_products_is_shared_by_what_they_cost() -> None:
    answer = decided(COFFEE, line(1, "espresso", 300), line(2, "soap", 500), line(3, "filter", 100))
    assert answer.presented[0].allocation == ((1, 75), (3, 25))
    assert (answer.total, answer.discount, answer.payable, answer.points) == (900, 100, 800, 8)


def test_it_is_clipped_to_what_is_left() -> None:
    answer = decided(COFFEE, line(1, "espresso", 60), line(2, "soap", 500))
    assert answer.presented[0].allocation == ((1, 60),)
    assert answer.presented[0].discount == 60


def test_without_one_of_its_products_it_is_missing() -> None:
    assert reasons(decided(COFFEE, line(1, "soap", 500))) == [[Reason.REQUIRED_ITEM_MISSING]]


def test_products_that_cost_nothing_or_are_given_back_are_missing() -> None:
    lines = (line(1, "espresso", 0), line(2, "filter", -100))
    assert reasons(decided(COFFEE, *lines)) == [[Reason.REQUIRED_ITEM_MISSING]]


def test_vouchers_of_one_order_apply_by_priority_whatever_was_scanned_first() -> None:
    both = campaign(
        "13", rule("later", amount_off(100, "coffee")), rule("first", amount_off(80, "coffee"), priority=5)
    )
    lines = (line(1, "espresso", 150),)
    one = decided(both, *lines, show=("later", "first"))
    other = decided(both, *lines, show=("first", "later"))
    assert [outcome.discount for outcome in one.presented] == [70, 80]
    assert [outcome.discount for outcome in other.presented] == [80, 70]


def test_item_rules_come_before_rules_on_the_order() -> None:
    both = campaign(
        "13", rule("order", percent_off(5000), priority=9), rule("item", amount_off(100, "coffee"))
    )
    answer = decided(both, line(1, "espresso", 300), show=("order", "item"))
    assert [outcome.discount for outcome in answer.presented] == [100, 100]  # half of the 2.00 left


def test_equal_rules_apply_by_target_start_campaign_and_id() -> None:
    plan = program(
        campaign("b", rule("4", amount_off(1, "tea")), rule("3", amount_off(1, "tea"))),
        campaign("a", rule("5", amount_off(1, "tea"))),
        campaign("z", rule("2", amount_off(1, "tea")), starts_on="2017-05-01"),
        campaign("y", rule("1", amount_off(1, target="cheapest")), rule("6", amount_off(1))),
    )
    left = {}
    for most in range(1, 7):  # with so many cents on the order, the first so many rules have an effect
        presented = tuple(shown(f"id{n}", str(n)) for n in (6, 5, 4, 3, 2, 1))
        answer = decide(facts(plan, line(1, "green", most), presented=presented))
        left[most] = sorted(outcome.rule_id for outcome in answer.presented if outcome.is_approved)
    assert left[1] == ["1"] and left[2] == ["1", "2"] and left[3] == ["1", "2", "5"]
    assert left[4] == ["1", "2", "3", "5"] and left[5] == ["1", "2", "3", "4", "5"] and len(left[6]) == 6


def test_a_multi_use_voucher_counts_each_time() -> None:
    answer = decided(COFFEE, line(1, "espresso", 250), show=("coffee",) * 3)
    assert [outcome.discount for outcome in answer.presented] == [100, 100, 50]
    again = decided(COFFEE, line(1, "espresso", 200), show=("coffee",) * 3)
    assert reasons(again) == [[], [], [Reason.NO_EFFECT]]


def test_a_single_use_voucher_shown_twice_is_given_once() -> None:
    presented = tuple(shown(one, "coffee", uses_max=1) for one in ("id2", "id1"))
    answer = decide(facts(program(COFFEE), line(1, "espresso", 500), presented=presented))
    assert reasons(answer) == [[Reason.LIMIT_TOTAL_REACHED], []]  # by redemption id, not by scan


def test_a_refused_presentation_uses_nothing_up() -> None:
    presented = (shown("id1", "coffee", uses_max=2, uses=1),)
    assert reasons(decide(facts(program(COFFEE), line(1, "soap", 5), presented=presented)))[0] == [
        Reason.REQUIRED_ITEM_MISSING
    ]
    assert decide(facts(program(COFFEE), line(1, "espresso", 5), presented=presented)).discount == 5


def test_used_up_elsewhere() -> None:
    presented = (shown("id1", "coffee", uses_max=1, uses=1),)
    answer = decide(facts(program(COFFEE), line(1, "espresso", 500), presented=presented))
    assert reasons(answer) == [[Reason.LIMIT_TOTAL_REACHED]]


def test_a_voucher_of_another_member() -> None:
    for member, expected in ((MEMBER, Reason.NOT_OWNER), (None, Reason.MEMBER_NEEDED)):
        presented = (shown("id1", "coffee", owner="M2"),)
        answer = decide(facts(program(COFFEE), line(1, "espresso", 500), presented=presented, member=member))
        assert reasons(answer) == [[expected]]


def test_an_offer_that_needs_head_office() -> None:
    asked = campaign("13", rule("coffee", amount_off(100, "coffee")), offline="never")
    assert reasons(decided(asked, line(1, "espresso", 500))) == [[Reason.ONLINE_ONLY]]


def test_rules_that_are_too_old_give_nothing_but_points() -> None:
    lines = (line(1, "espresso", 500),)
    for at, refused in (
        (moment("2017-06-15 12:00"), [Reason.PROGRAM_EXPIRED]),
        (moment("2017-06-15 12:00") + 1, []),
    ):
        answer = decided(COFFEE, *lines, expires_ms=at)
        assert reasons(answer) == [refused]
        assert answer.points == answer.payable // 100 > 0


def test_a_voucher_whose_rule_is_not_here_yet() -> None:
    automatic = campaign("13", rule("auto", amount_off(1), trigger="automatic"))
    answer = decided(automatic, line(1, "espresso", 500), show=("coffee", "auto"))
    assert reasons(answer) == [[Reason.OFFER_UNKNOWN], [Reason.OFFER_UNKNOWN]]
    assert answer.presented[0].redemption_id == "id0" and answer.discount == 1


def test_an_audience_holds_for_members_whom_the_station_does_not_know() -> None:
    invited = campaign("13", rule("coffee", amount_off(100, "coffee")), audience=["M9"])
    lines = (line(1, "espresso", 500),)
    assert reasons(decided(invited, *lines, member=Member("M9", is_known=False))) == [[]]
    assert reasons(decided(invited, *lines)) == [[Reason.NOT_IN_SEGMENT]]
    assert reasons(decided(invited, *lines, member=None)) == [[Reason.MEMBER_NEEDED]]


def test_several_reasons_stand_in_order_of_precedence_each_once() -> None:
    several = campaign(
        "13",
        rule("coffee", amount_off(100, "coffee"), condition=ONE_COFFEE),
        audience=["M9"],
        ends_on="2017-06-02",
        offline="never",
    )
    presented = (shown("id1", "coffee", owner="M9", uses_max=1, uses=1),)
    answer = decide(facts(program(several), line(1, "soap", 5), presented=presented, member=None))
    assert reasons(answer)[0] == [
        Reason.MEMBER_NEEDED,
        Reason.EXPIRED,
        Reason.MIN_QTY_NOT_MET,
        Reason.REQUIRED_ITEM_MISSING,
        Reason.LIMIT_TOTAL_REACHED,
    ]


def test_a_quote_shows_the_usable_first_then_the_nearest() -> None:
    def from_total(name: str, least: int):
        return rule(
            name,
            amount_off(1),
            trigger="automatic",
            condition={"fact": "order.total", "op": "at_least", "value": least},
        )

    plan = program(campaign("13", from_total("far", 9000), from_total("near", 600), from_total("now", 500)))
    offers = quote(facts(plan, line(1, "soap", 500))).offers
    assert [offer.rule_id for offer in offers] == ["now", "near", "far"]
    assert [offer.is_usable for offer in offers] == [True, False, False]
    assert offers[1].name == "Rule near" and offers[1].refusals[0].numbers["missing"] == 100


def test_points_pay_for_an_offer_as_far_as_they_reach() -> None:
    """120 points: the offer of 80 can be had once; the second in the same order lacks 40."""
    made = rule("r", amount_off(100)) | {"cost_points": 80}
    decision = decide(
        facts(
            program(campaign("c", made)),
            line(1, "espresso", 500),
            presented=(shown("a", "r"), shown("b", "r")),
        )
    )
    first, second = decision.presented
    assert (first.is_approved, first.points, first.discount) == (True, 80, 100)
    assert (second.points, second.refusals) == (
        0,
        (Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": 80, "found": 40, "missing": 40}),),
    )
