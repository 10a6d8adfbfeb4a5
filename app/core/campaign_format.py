"""Reading campaigns of a published program: dates, rules, what they go together with, limits and budgets."""

from app.core.authority import Offline
from app.core.briefing import read_briefing
from app.core.campaign import (
    Budget,
    Campaign,
    Limit,
    Limits,
    Rule,
    Share,
    Stacking,
    Trigger,
)
from app.core.circumstances import Check
from app.core.conditions import PERIODS, Vocabulary, compile_condition, facts_of
from app.core.document import DocumentInvalid, Place
from app.core.effects import PointsPayment
from app.core.effects_format import POINTS_MAX, read_effect
from app.core.order import AMOUNT_MAX
from app.core.schemes_format import RETURN_KEYS, read_return_settings

LIMIT_MAX = 10**9
CALENDAR_PERIODS = tuple(period for period in PERIODS if not period.startswith("previous"))


def read_campaign(place: Place, vocabulary: Vocabulary) -> Campaign:
    """Return the campaign that a place describes. Raises `DocumentInvalid` or `ConditionInvalid`."""
    place.only(
        "id",
        "name",
        "starts_on",
        "ends_on",
        "audience",
        "offline",
        "rules",
        "stacking",
        "limits",
        "budget",
        "experiment",
        "briefing",
        *RETURN_KEYS,
    )
    starts_at, ends_at = place.moment("starts_on"), place.moment("ends_on", is_end=True)
    if ends_at < starts_at:
        raise DocumentInvalid(
            f"{place.path}.ends_on: {place.text('ends_on')} is before the start, {place.text('starts_on')}"
        )
    return Campaign(
        campaign_id=place.identifier("id"),
        name=place.name("name"),
        starts_at=starts_at,
        ends_at=ends_at,
        audience=frozenset(place.texts("audience")) if place.has("audience") else None,
        offline=place.word("offline", Offline),
        rules=tuple(_read_rule(inner, vocabulary) for inner in place.objects("rules")),
        stacking=_read_stacking(place.inner("stacking")) if place.has("stacking") else Stacking(),
        limits=_read_limits(place.inner("limits")) if place.has("limits") else None,
        budget=_read_budget(place.inner("budget")) if place.has("budget") else None,
        returns=read_return_settings(place),
        briefing=read_briefing(place),
        share=_read_share(place.inner("experiment"), vocabulary) if place.has("experiment") else None,
    )


def _read_rule(place: Place, vocabulary: Vocabulary) -> Rule:
    place.only("id", "name", "trigger", "priority", "effect", "condition", "cost_points", "has_stock")
    rule = Rule(
        rule_id=place.identifier("id"),
        name=place.name("name"),
        trigger=place.word("trigger", Trigger),
        priority=place.number("priority"),
        effect=read_effect(place.inner("effect"), vocabulary),
        condition=read_condition(place, vocabulary),
        tree=place.value.get("condition"),
        is_running=any(fact.startswith("order.running") for fact in facts_of(place.value.get("condition"))),
        cost_points=_read_cost(place),
        has_stock=place.flag("has_stock"),
    )
    if isinstance(rule.effect, PointsPayment):
        if rule.cost_points:
            raise DocumentInvalid(f"{place.path}.cost_points: points are the payment already")
        if rule.trigger is Trigger.AUTOMATIC:
            raise DocumentInvalid(f"{place.path}.trigger: nobody pays points without choosing to")
    return rule


def read_condition(place: Place, vocabulary: Vocabulary, key: str = "condition") -> Check | None:
    """Return the condition that stands under a key, or None when there is none."""
    if not place.has(key):
        return None
    return compile_condition(place.value[key], vocabulary, path=f"{place.path}.{key}")


def _read_cost(place: Place) -> int:
    if not place.has("cost_points"):
        return 0
    if place.word("trigger", Trigger) is Trigger.AUTOMATIC:
        raise DocumentInvalid(f"{place.path}.cost_points: nobody pays points without choosing to")
    return place.number("cost_points", least=1, most=POINTS_MAX)


def _read_stacking(place: Place) -> Stacking:
    place.only("exclusive", "always", "best_of", "group", "not_with", "only_with")
    if place.flag("exclusive") and place.flag("always"):
        raise DocumentInvalid(f"{place.path}: exclusive and always say the opposite of each other")
    return Stacking(
        is_exclusive=place.flag("exclusive"),
        is_always=place.flag("always"),
        best_of=place.name("best_of") if place.has("best_of") else "",
        group=place.name("group") if place.has("group") else "",
        not_with=frozenset(place.texts("not_with")) if place.has("not_with") else frozenset(),
        only_with=frozenset(place.texts("only_with")) if place.has("only_with") else frozenset(),
    )


def _read_limits(place: Place) -> Limits:
    place.only("uses", "members", "member_uses")
    limits = (
        [_read_limit(inner) for inner in place.objects("member_uses")] if place.has("member_uses") else []
    )
    return Limits(_count(place, "uses"), _count(place, "members"), tuple(limits))


def _read_limit(place: Place) -> Limit:
    place.only("at_most", "period")
    return Limit(place.number("at_most", least=0, most=LIMIT_MAX), read_period(place, CALENDAR_PERIODS))


def _read_budget(place: Place) -> Budget:
    place.only("uses", "discount", "order_value")
    return Budget(
        _count(place, "uses"),
        _count(place, "discount", most=AMOUNT_MAX),
        _count(place, "order_value", most=AMOUNT_MAX),
    )


def _read_share(place: Place, vocabulary: Vocabulary) -> Share:
    """Read `{"id": "spring", "variants": ["bold"]}`: who gets one of these variants gets the campaign."""
    place.only("id", "variants")
    experiment = vocabulary.experiments.get(place.text("id"))
    if experiment is None:
        raise DocumentInvalid(f"{place.path}.id: no experiment is called {place.text('id')!r}")
    variants = frozenset(place.texts("variants"))
    names = {variant.name for variant in experiment.variants}
    if not variants or variants - names:
        raise DocumentInvalid(f"{place.path}.variants: expected some of {', '.join(sorted(names))}")
    return Share(experiment, variants)


def read_period(place: Place, periods: tuple[str, ...]) -> str:
    """Return the period of a limit, empty when there is none."""
    if not place.has("period"):
        return ""
    period = place.text("period")
    if period not in periods:
        raise DocumentInvalid(f"{place.path}.period: {period!r} is not one of {', '.join(periods)}")
    return period


def _count(place: Place, key: str, *, most: int = LIMIT_MAX) -> int | None:
    return place.number(key, least=0, most=most) if place.has(key) else None
