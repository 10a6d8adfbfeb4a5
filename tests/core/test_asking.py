"""What head office is asked about an order: what only its word can give, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from app.core.asking import Question, questions, wants_word
from app.core.authority import HOUR_MS, AuthKind, Authority, Lease
from app.core.decision import decide
from app.core.member import Member
from app.core.outcome import Facts
from app.core.quote import quote
from app.core.reasons import Reason, Refusal
from tests.core.facts import NOON, amount_off, campaign, chosen, facts, line, program, reasons, rule, shown

TEA = line(1, "green", 5_000)
HERE = Authority("A2", NOON - HOUR_MS)
COUPON = shown("v1", "r", uses_max=1)


def an_order(*campaigns: dict, presented=(COUPON,), authority: Authority | None = HERE, **more: Any) -> Facts:
    return facts(program(*campaigns), TEA, presented=presented, authority=authority, **more)


def a_campaign(offline: str = "floor", name: str = "c", trigger: str = "voucher", **more: Any) -> dict:
    made = rule(
        "r" if name == "c" else f"r-{name}", amount_off(500), trigger=trigger, **more.pop("in_rule", {})
    )
    return campaign(name, made, offline=offline, **more)


@pytest.mark.parametrize("offline", ["floor", "lease", "never"])
@pytest.mark.parametrize(
    "authority", [None, HERE, replace(HERE, as_of_ms=None), replace(HERE, spends=10_000)]
)
def test_what_needs_a_right_is_asked_for_whether_we_would_give_it_or_not(
    offline: str, authority: Authority | None
) -> None:
    asked = questions(an_order(a_campaign(offline), authority=authority))
    assert asked == (Question("v1", "r", "c", "h-r", 0, 500),)


def test_what_is_always_given_is_not_asked_for() -> None:
    assert questions(an_order(a_campaign("always"))) == ()
    both = an_order(a_campaign("always"), a_campaign(name="d", trigger="automatic"))
    assert [each.name for each in questions(both)] == ["r-d"]


def test_what_a_lease_covers_is_not_asked_for() -> None:
    held = replace(HERE, leases=(Lease("L1", "voucher:h-r", 1, NOON + 1),))
    assert questions(an_order(a_campaign("lease"), authority=held)) == ()
    assert len(questions(an_order(a_campaign("lease"), authority=replace(HERE, leases=())))) == 1


def test_what_no_word_could_give_is_not_asked_for() -> None:
    assert questions(an_order(a_campaign(ends_on="2017-06-10"))) == ()
    assert questions(an_order(a_campaign(), presented=(shown("v1", "r", uses_max=1, uses=1),))) == ()
    assert questions(an_order(a_campaign(), stopped=frozenset({"spending"}))) == ()


def test_counters_that_nobody_here_knows_are_left_to_head_office() -> None:
    limited = a_campaign("never", limits={"uses": 5, "members": 3}, budget={"discount": 900})
    assert [each.discount for each in questions(an_order(limited))] == [500]
    assert questions(an_order(limited, known={"uses:c": 5})) == (), "what is known here is believed"


@pytest.mark.parametrize("budget", ["discount", "order_value"])
def test_a_lease_that_is_too_small_leaves_it_to_head_office(budget: str) -> None:
    """What is known by a lease is what is ours: with 4.00 left of it, a larger order asks whether there is more."""
    held = replace(HERE, leases=(Lease("L1", f"{budget}:c", 400, NOON + 1),))
    limited = a_campaign("lease", trigger="choice", budget={budget: 90_000})
    seen = an_order(limited, presented=(chosen("p1", "r"),), authority=held, known={f"{budget}:c": 89_600})
    assert [each.name for each in questions(seen)] == ["p1"]
    assert not decide(seen).presented[0].is_approved


def test_points_and_what_applies_by_itself_are_told() -> None:
    reward = a_campaign(trigger="choice", in_rule={"cost_points": 50, "has_stock": True})
    own = an_order(reward, a_campaign("never", "d", "automatic"), presented=(chosen("p1", "r"),))
    assert questions(own) == (
        Question("p1", "r", "c", "", 50, 500),
        Question("r-d", "r-d", "d", "", 0, 500),
    )


@pytest.mark.parametrize("offline", ["floor", "lease", "never"])
def test_what_a_member_who_is_new_here_has_is_head_offices_to_say(offline: str) -> None:
    """Not that they have nothing: with a line they pay with their points on the first visit, too."""
    reward = a_campaign(offline, trigger="choice", in_rule={"cost_points": 50})
    new = an_order(reward, presented=(chosen("p1", "r"),), member=Member("M1", is_known=False))
    (outcome,) = decide(new).presented
    assert wants_word(outcome) or outcome.auth.kind is AuthKind.FLOOR
    assert [each.points for each in questions(new)] == [50]
    known = replace(new, member=Member("M1", is_known=True))
    assert decide(known).presented[0].refusals[0].reason is Reason.INSUFFICIENT_POINTS
    assert questions(known) == ()


def test_a_member_who_is_new_here_gets_no_more_than_the_floor_limit() -> None:
    reward = a_campaign("floor", trigger="choice", in_rule={"cost_points": 50})
    new = Member("M1", is_known=False)
    for authority, expected in (
        (HERE, []),
        (replace(HERE, times={"M1": 1}), [Reason.FLOOR_USED]),
        (replace(HERE, level="A1"), [Reason.ONLINE_ONLY]),
        (None, [Reason.INSUFFICIENT_POINTS]),
    ):
        own = an_order(reward, presented=(chosen("p1", "r"),), member=new, authority=authority)
        assert reasons(decide(own).presented[0]) == expected
    free = an_order(
        a_campaign("always", trigger="choice", in_rule={"cost_points": 50}),
        a_campaign(name="d"),
        presented=(chosen("p1", "r"),),
        member=new,
    )
    assert reasons(decide(free).presented[0]) == [Reason.INSUFFICIENT_POINTS]


def test_an_offer_that_lacks_only_a_word_can_be_told_from_others() -> None:
    (outcome,) = decide(an_order(a_campaign("never"))).presented
    assert wants_word(outcome)
    (ended,) = decide(an_order(a_campaign("never", ends_on="2017-06-10"))).presented
    assert not wants_word(ended)
    assert not wants_word(outcome._replace(refusals=(*outcome.refusals, Refusal(Reason.NO_EFFECT))))
    assert not wants_word(outcome._replace(refusals=()))


@pytest.mark.parametrize("trigger", ["choice", "automatic"])
@pytest.mark.parametrize("scope", ["discount", "uses"])
def test_a_lease_too_small_is_shown_as_what_head_office_is_asked_for(scope: str, trigger: str) -> None:
    """Where head office would be asked the quote says so, and not that nothing is left."""
    bounds: dict[str, Any] = {
        "discount": {"budget": {"discount": 90_000}},
        "uses": {"limits": {"uses": 10}},
    }[scope]
    limited = a_campaign("lease", trigger=trigger, **bounds)
    key, n, known = {
        "discount": ("discount:c", 400, 89_600),
        "uses": ("uses:c", 1, 10),  # ours is for another campaign's need of this order
    }[scope]
    held = replace(HERE, leases=(Lease("L1", key, n, NOON + 1),))
    own = an_order(limited, presented=(), authority=held, known={key: known})
    choices = {"r": "p1"} if trigger == "choice" else {}
    (offer,) = quote(own, choices=choices, level="A2").offers
    assert offer.refusals and not wants_word(offer.outcome)
    assert offer.is_to_ask
    without = replace(own, authority=replace(held, leases=()))
    (offer,) = quote(without, choices=choices, level="A2").offers
    assert offer.refusals and not offer.is_to_ask, "what head office told last says that nothing is left"
