"""Rules, conditions and effects in plain words: they say all that is in them, and nothing breaks what says it."""

from gettext import NullTranslations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.circumstances import FACTS
from app.core.conditions import OPERATORS
from app.core.money import CURRENCIES, format_amount
from hq.campaigns.campaign_sentences import campaign_sentences, earning_sentence, rule_sentence
from hq.campaigns.effect_sentences import SAID, effect_sentence, percent
from hq.campaigns.sentences import ABOUT, COMPARED, UNREADABLE, WHOLE, Speech, condition_sentence
from tests.hq.builder.test_effect_forms import EFFECTS
from tests.hq.builder.trees import TREES

EUR = CURRENCIES["EUR"]
SPEECH = Speech(
    NullTranslations(),
    lambda minor: f"{format_amount(minor, EUR)} EUR",
    str,
    str,
    {
        "stores": {"berlin-1": "Berlin Mitte"},
        "tiers": {"gold": "Gold"},
        "campaigns": {"morning": "Morning coffee"},
    },
)
TOTAL = {"fact": "order.total", "op": "at_least", "value": 3000}
GOLD = {"fact": "member.tier", "op": "is", "value": "gold"}
STORE = {"fact": "order.store", "op": "one_of", "value": ["berlin-1", "berlin-2"]}
COFFEE = {"kind": "percent_off", "target": "products", "products": "coffee", "basis_points": 1000}


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (None, ""),
        (TOTAL, "the order's total is at least 30.00 EUR"),
        ({**TOTAL, "measured": "net"}, "the order's total (without tax) is at least 30.00 EUR"),
        (STORE, "the store is one of Berlin Mitte or berlin-2"),
        (
            {"fact": "order.time", "op": "between", "value": ["07:00", "10:00"]},
            "the time is from 07:00 until before 10:00",
        ),
        (
            {"fact": "order.weekday", "op": "one_of", "value": [6, 7]},
            "the weekday is one of Saturday or Sunday",
        ),
        (
            {"fact": "order.quantity_of", "op": "more_than", "value": 0, "products": "coffee"},
            "the order has coffee in it",
        ),
        ({"fact": "member.birthday", "op": "within_days", "value": 0}, "it is the member's birthday"),
        (
            {"fact": "history.spend", "op": "at_least", "value": 30000, "days": 1},
            "what the member has spent in the last 1 day is at least 300.00 EUR",
        ),
        (
            {
                "fact": "history.redemptions",
                "op": "at_least",
                "value": 2,
                "campaign": "morning",
                "period": "previous_month",
            },
            "the number of times that the member used Morning coffee last month is at least 2",
        ),
        (
            {"fact": "member.segments", "op": "contains", "value": "regulars"},
            "the member is in the segment regulars",
        ),
        (
            {"all": [TOTAL, {"any": [GOLD, STORE]}]},
            "the order's total is at least 30.00 EUR and "
            "(the member's tier is Gold or the store is one of Berlin Mitte or berlin-2)",
        ),
        (
            {"not": {"any": [GOLD, TOTAL]}},
            "it is not so that (the member's tier is Gold or the order's total is at least 30.00 EUR)",
        ),
        ({"all": [GOLD]}, "the member's tier is Gold"),
    ],
)
def test_conditions_in_plain_words(tree, said):
    assert condition_sentence(tree, SPEECH) == said


def test_every_fact_and_operator_has_words():
    for name, fact in FACTS.items():
        for operator in OPERATORS[fact.kind]:
            assert (name, operator) in WHOLE or (name in ABOUT and operator in COMPARED), (name, operator)


@given(TREES)
def test_every_condition_of_a_program_can_be_said(tree):
    said = condition_sentence(tree, SPEECH)
    assert said and said != UNREADABLE and "{" not in said
    assert _leaves(tree) == 1 or len(said) > 20


def _leaves(tree):
    if "fact" in tree:
        return 1
    ((kind, inner),) = tree.items()
    return _leaves(inner) if kind == "not" else sum(map(_leaves, inner))


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect["kind"])
def test_every_key_of_an_effect_is_said(effect):
    """Leaving a key out, or giving it another value, makes another sentence."""
    said = effect_sentence(effect, SPEECH)
    assert said != UNREADABLE and "{" not in said
    for key in effect.keys() - {"kind"}:
        without = {name: value for name, value in effect.items() if name != key}
        assert effect_sentence(without, SPEECH) != said, key


def test_every_kind_of_effect_has_words():
    assert set(SAID) == {effect["kind"] for effect in EFFECTS}


@pytest.mark.parametrize(
    ("trigger", "more", "said"),
    [
        ("automatic", {}, "Automatically: 10 % off coffee."),
        (
            "automatic",
            {"condition": TOTAL},
            "Automatically, when the order's total is at least 30.00 EUR: 10 % off coffee.",
        ),
        ("voucher", {"condition": GOLD}, "With a code, when the member's tier is Gold: 10 % off coffee."),
        (
            "choice",
            {"cost_points": 500, "has_stock": True},
            "When picked: 10 % off coffee for 500 points, while there is stock.",
        ),
        ("moon", {}, UNREADABLE),
    ],
)
def test_a_rule_is_one_sentence(trigger, more, said):
    assert rule_sentence({"id": "r", "trigger": trigger, "effect": COFFEE, **more}, SPEECH) == said


def test_a_campaign_says_when_for_whom_how_often_and_beside_what():
    body = {
        "starts_on": "2026-01-01",
        "ends_on": "2026-01-31T18:00:00",
        "audience": ["1", "2"],
        "offline": "lease",
        "limits": {
            "uses": 100,
            "members": 1,
            "member_uses": [{"at_most": 1}, {"at_most": 3, "period": "month"}],
        },
        "budget": {"uses": 7, "discount": 500, "order_value": 90000},
        "stacking": {
            "exclusive": True,
            "not_with": ["points", "morning"],
            "only_with": ["x"],
            "group": "g",
            "best_of": "b",
        },
        "experiment": {"id": "spring", "variants": ["bold"]},
        "on_return": "recompute",
        "reusable_after_return": False,
    }
    said = campaign_sentences(body, SPEECH)
    assert said[:3] == [
        "From 2026-01-01 to 2026-01-31 18:00.",
        "For 2 members who are listed.",
        "For members to whom bold of the experiment spring falls.",
    ]
    assert "Each member at most 3 times a month." in said
    assert "Not together with paying with points or Morning coffee." in said
    assert "Budget: 5.00 EUR of discounts." in said
    assert len(said) == 18
    assert campaign_sentences(
        {"starts_on": "2026-01-01", "ends_on": "9999-12-31", "offline": "always"}, SPEECH
    ) == [
        "From 2026-01-01 on, without an end.",
        "For everybody.",
        "Given at will while head office does not answer.",
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            {"id": "b", "points_milli": 2000, "per": 100, "mode": "full_unit"},
            "2 points for each 1.00 EUR paid, of all goods.",
        ),
        ({"id": "b", "points_milli": 50_000, "of": "order"}, "50 points for an order with all goods."),
        (
            {
                "id": "b",
                "points_milli": 1500,
                "per": 100,
                "mode": "pro_rata",
                "basis": "initial",
                "products": "coffee",
                "points": "stars",
            },
            "1.5 stars for each 1.00 EUR before discounts, of coffee, parts of it too.",
        ),
        (
            {
                "id": "b",
                "points_milli": 1000,
                "per": 2,
                "mode": "full_unit",
                "of": "unit",
                "limits": [{"points": 100, "period": "month"}, {"times": 1}],
            },
            "1 point for each 2 units of all goods, at most 100 points a month, at most 1 time in all.",
        ),
        (
            {"id": "m", "kind": "multiplier", "factor_milli": 2000, "condition": GOLD},
            "When the member's tier is Gold: points of all goods count 2 times.",
        ),
        ({"id": "e", "points_milli": 10_000, "event": "review"}, "10 points for each “review” event."),
        ({"id": "e"}, UNREADABLE),
    ],
)
def test_an_earning_rule_is_one_sentence(rule, said):
    assert earning_sentence(rule, SPEECH) == said


def test_percentages_are_written_short():
    assert [percent(each) for each in (1000, 1250, 1205, 5, 10_000)] == [
        "10 %",
        "12.5 %",
        "12.05 %",
        "0.05 %",
        "100 %",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("fact", "op", "value", "all", "kind", "effect", "trigger", "per")),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_what_no_program_may_say_breaks_nothing(anything):
    for say in (condition_sentence, effect_sentence, rule_sentence, earning_sentence):
        assert isinstance(say(anything, SPEECH), str)
    assert all(isinstance(each, str) for each in campaign_sentences(anything, SPEECH))
