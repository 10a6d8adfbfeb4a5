"""The program's sections about cards, marks, referrals and experiments: read whole, and each wrong field named."""

import copy
from datetime import date
from typing import Any

import pytest

from app.core.benefits import Benefit, BenefitKind
from app.core.card_rest import Rest
from app.core.document import DocumentInvalid, Place
from app.core.experiments import Experiment, Variant
from app.core.gift_cards import JURISDICTIONS, CardKind, Jurisdiction, WhenUsed, jurisdiction_of
from app.core.milestones import Challenge, Measure, Milestone, Repeat
from app.core.paid_order import OnReturn, RefundOrder, ReturnSettings
from app.core.punch_cards import PunchCard
from app.core.referral import Counts, ReferralScheme
from app.core.schemes_format import SECTIONS, Schemes, read_return_settings, read_schemes

POINTS = {"kind": "points", "points": 50}
GOOD: dict[str, Any] = {
    "gift_cards": {
        "kinds": [
            {"id": "gift", "skus": ["GIFT50", "GIFT20"], "use": "repeated"},
            {"id": "once", "skus": ["ONCE"], "use": "single", "months": 36, "when_used": "part"},
        ],
        "jurisdictions": [
            {"code": "US-CA", "ends": "never", "rest": "paid_out"},
            {"code": "DE", "ends": "allowed", "years_min": 3, "rest": "forfeited"},
        ],
        "refund": "tenders_last",
    },
    "punch_cards": [
        {"id": "coffee", "name": "Every 10th free", "every": 10, "products": "coffee"},
        {"id": "all", "name": "All", "every": 2},
    ],
    "badges": [{"id": "regular", "name": "Regular"}],
    "milestones": [
        {"id": "ten", "name": "Ten", "measure": "orders", "at": 10, "repeat": "every", "gives": [POINTS]},
        {
            "id": "reviews",
            "name": "Reviews",
            "measure": "event",
            "event": "review",
            "at": 3,
            "gives": [{"kind": "badge", "badge": "regular"}, {"kind": "voucher", "rule": "welcome"}],
        },
    ],
    "challenges": [
        {
            "id": "march",
            "name": "March",
            "measure": "revenue",
            "target": 3000,
            "starts_on": "2026-03-01",
            "ends_on": "2026-03-01",
            "gives": [{"kind": "credit", "amount": 500}],
        }
    ],
    "referrals": [
        {
            "id": "friends",
            "wanted": 5000,
            "counts": "in_total",
            "within_days": 30,
            "gives": [{**POINTS, "currency": "stars"}],
            "friend_gives": [POINTS],
        },
        {"id": "simple", "wanted": 1, "counts": "one_order", "gives": [POINTS]},
    ],
    "experiments": [
        {
            "id": "spring",
            "name": "Spring",
            "variants": [{"name": "plain", "weight": 1}, {"name": "bold", "weight": 3}],
            "holdout_basis_points": 1000,
        },
        {"id": "one", "name": "One", "variants": [{"name": "only", "weight": 1}]},
    ],
}
FIFTY = Benefit(BenefitKind.POINTS, 50)


def read(document: dict[str, Any]) -> Schemes:
    return read_schemes(Place("program", document), product_sets={"coffee"}, rules={"welcome"})


def test_all_sections() -> None:
    schemes = read(GOOD)
    assert schemes.card_kinds == {
        "gift": CardKind(
            "gift", frozenset({"GIFT50", "GIFT20"}), is_single_use=False, when_used=WhenUsed.REFUSE
        ),
        "once": CardKind("once", frozenset({"ONCE"}), is_single_use=True, months=36, when_used=WhenUsed.PART),
    }
    assert schemes.refund_order is RefundOrder.TENDERS_LAST
    assert schemes.punch_cards == {
        "coffee": PunchCard("coffee", "Every 10th free", 10, "coffee"),
        "all": PunchCard("all", "All", 2),
    }
    assert schemes.badges == {"regular": "Regular"}
    reviews = (Benefit(BenefitKind.BADGE, name="regular"), Benefit(BenefitKind.VOUCHER, name="welcome"))
    assert schemes.milestones == {
        "ten": Milestone("ten", "Ten", Measure.ORDERS, 10, (FIFTY,), Repeat.EVERY),
        "reviews": Milestone("reviews", "Reviews", Measure.EVENT, 3, reviews, Repeat.ONCE, "review"),
    }
    day, credit = date(2026, 3, 1), (Benefit(BenefitKind.CREDIT, 500),)
    assert schemes.challenges == {
        "march": Challenge("march", "March", Measure.REVENUE, 3000, day, day, credit)
    }
    stars = (Benefit(BenefitKind.POINTS, 50, "stars"),)
    assert schemes.referrals == {
        "friends": ReferralScheme("friends", 5000, Counts.IN_TOTAL, 30, stars, (FIFTY,)),
        "simple": ReferralScheme("simple", 1, Counts.ONE_ORDER, None, (FIFTY,)),
    }
    assert schemes.experiments == {
        "spring": Experiment("spring", "Spring", (Variant("plain", 1), Variant("bold", 3)), 1000),
        "one": Experiment("one", "One", (Variant("only", 1),)),
    }


def test_a_program_states_its_own_jurisdictions_over_ours() -> None:
    table = read(GOOD).jurisdictions
    assert jurisdiction_of("US-CA", table) == Jurisdiction("US-CA", may_end=False, rest=Rest.PAID_OUT)
    assert jurisdiction_of("DE", table) == Jurisdiction("DE", years_min=3)
    assert jurisdiction_of("US-ME", table) is JURISDICTIONS["US-ME"]


def test_every_section_may_be_missing() -> None:
    assert read({}) == Schemes()
    assert read(dict.fromkeys(SECTIONS)) == Schemes()
    cards = read({"gift_cards": {}})
    assert (cards.card_kinds, cards.refund_order) == ({}, RefundOrder.TENDERS_FIRST)
    assert dict(cards.jurisdictions) == dict(JURISDICTIONS)


WRONG = [
    ("gift_cards.kinds.0.use", "often", "'often' is not one of repeated, single"),
    ("gift_cards.kinds.0.skus", "GIFT50", "expected a list of texts"),
    ("gift_cards.kinds.1.months", 0, "expected 1 to 1200, found 0"),
    ("gift_cards.kinds.1.months", 1201, "expected 1 to 1200, found 1201"),
    ("gift_cards.kinds.1.when_used", "keep", "is not one of refuse, part"),
    ("gift_cards.jurisdictions.0.ends", "soon", "is not one of allowed, never"),
    ("gift_cards.jurisdictions.0.rest", "stays", "is not one of forfeited, paid_out"),
    ("gift_cards.jurisdictions.0.years_min", 5, "cards that never end have no earliest end"),
    ("gift_cards.jurisdictions.1.years_min", 101, "expected 1 to 100, found 101"),
    ("gift_cards.jurisdictions.1.code", "US-CA", "another one is called 'US-CA' too"),
    ("gift_cards.refund", "first", "is not one of tenders_first, tenders_last"),
    ("punch_cards.0.every", 1, "expected 2 to 1000, found 1"),
    ("punch_cards.0.every", 1001, "expected 2 to 1000, found 1001"),
    ("punch_cards.0.products", "tea", "'tea' is not among the program's product sets"),
    ("punch_cards.1.id", "coffee", "another one is called 'coffee' too"),
    ("badges.0.name", "", "expected a text"),
    ("milestones.0.at", 0, "expected 1 to 1000000000000, found 0"),
    ("milestones.0.at", 10**12 + 1, "expected 1 to 1000000000000"),
    ("milestones.0.measure", "visits", "is not one of member_days, orders, revenue, points, event"),
    ("milestones.0.event", "review", "belongs to the measure event, and only there"),
    ("milestones.1.event", None, "belongs to the measure event, and only there"),
    ("milestones.0.repeat", "twice", "is not one of once, every"),
    ("milestones.0.gives", [], "expected at least one benefit"),
    ("milestones.0.gives", None, "expected a list"),
    ("milestones.0.gives.0.kind", "money", "is not one of points, credit, voucher, badge"),
    ("milestones.0.gives.0.points", 0, "expected 1 to 1000000000000, found 0"),
    ("milestones.1.gives.0.badge", "star", "'star' is not among the program's badges"),
    ("milestones.1.gives.1.rule", "bye", "'bye' is not among the program's rules"),
    ("challenges.0.gives.0.amount", 0, "expected 1 to 1000000000000, found 0"),
    ("challenges.0.target", 0, "expected 1 to 1000000000000, found 0"),
    ("challenges.0.ends_on", "2026-02-28", "2026-02-28 is before the start, 2026-03-01"),
    ("challenges.0.measure", "member_days", "make it a milestone"),
    ("challenges.0.event", "review", "belongs to the measure event, and only there"),
    ("referrals.0.wanted", 0, "expected 1 to 1000000000000, found 0"),
    ("referrals.0.counts", "twice", "is not one of one_order, in_total"),
    ("referrals.0.within_days", 0, "expected 1 to 36500, found 0"),
    ("referrals.0.within_days", 36_501, "expected 1 to 36500, found 36501"),
    ("referrals.0.friend_gives", [], "expected at least one benefit"),
    ("experiments.0.variants", [], "expected at least one variant"),
    ("experiments.0.variants.0.weight", 0, "expected 1 to 1000000, found 0"),
    ("experiments.0.variants.0.weight", 1_000_001, "expected 1 to 1000000, found 1000001"),
    ("experiments.0.variants.1.name", "plain", "another one is called 'plain' too"),
    ("experiments.0.holdout_basis_points", 10_000, "expected 1 to 9999, found 10000"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_wrong_field_is_named_with_what_would_be_right(path: str, value: Any, message: str) -> None:
    document = copy.deepcopy(GOOD)
    *way, last = path.split(".")
    at: Any = document
    for key in way:
        at = at[int(key)] if key.isdigit() else at[key]
    at[last] = value
    with pytest.raises(DocumentInvalid) as found:
        read(document)
    written = "program." + ".".join(way).replace(".0", "[0]").replace(".1", "[1]")
    assert str(found.value).startswith(f"{written}.{last}") and message in str(found.value)


@pytest.mark.parametrize(
    "path",
    [
        ("gift_cards",),
        ("gift_cards", "kinds", 0),
        ("gift_cards", "jurisdictions", 0),
        *((section, 0) for section in SECTIONS[1:]),
        ("milestones", 0, "gives", 0),
        ("milestones", 1, "gives", 0),
        ("milestones", 1, "gives", 1),
        ("challenges", 0, "gives", 0),
        ("experiments", 0, "variants", 0),
    ],
)
def test_a_key_that_means_nothing_is_refused(path: tuple[str | int, ...]) -> None:
    document = copy.deepcopy(GOOD)
    at: Any = document
    for key in path:
        at = at[key]
    at["colour"] = "red"
    with pytest.raises(DocumentInvalid, match=r"\.colour: means nothing here"):
        read(document)


def test_a_product_is_sold_as_one_kind_of_card() -> None:
    document = copy.deepcopy(GOOD)
    document["gift_cards"]["kinds"][1]["skus"] = ["GIFT20", "ONCE"]
    with pytest.raises(
        DocumentInvalid, match=r"program\.gift_cards\.kinds: 'GIFT20' is sold as 'gift' already"
    ):
        read(document)


def test_what_a_campaign_says_of_returns() -> None:
    def settings(**said: object) -> ReturnSettings:
        return read_return_settings(Place("campaign", said))

    assert settings() == ReturnSettings(OnReturn.PROPORTIONAL, is_reusable=True)
    assert settings(on_return="recompute", reusable_after_return=False) == ReturnSettings(
        OnReturn.RECOMPUTE, is_reusable=False
    )
    assert settings(reusable_after_return=True).is_reusable
    for said, message in (
        ({"on_return": "never"}, "'never' is not one of proportional, recompute"),
        ({"reusable_after_return": "no"}, "expected true or false"),
    ):
        with pytest.raises(DocumentInvalid, match=message):
            settings(**said)
