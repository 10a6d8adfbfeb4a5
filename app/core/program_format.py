"""Reading a published program (format 1, docs/program.md): checked whole, compiled once, complaints with the place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from app.core import earning, limits
from app.core.authority_format import read_authority_policy
from app.core.briefing import check_all
from app.core.campaign import ON_ORDER, Campaign, Stacking, Trigger, phase, place_in_order
from app.core.campaign_format import read_campaign, read_condition
from app.core.canonical import digest
from app.core.card_policy import read_card_policy
from app.core.circumstances import Check
from app.core.conditions import ConditionInvalid, Vocabulary, compile_condition, facts_of
from app.core.consents import read_consents
from app.core.document import DocumentInvalid, Place
from app.core.earning_format import read_earning
from app.core.effects_format import read_product_sets
from app.core.expiry import ExpiryRule
from app.core.gift_cards import TenderKind
from app.core.index import RuleIndex, build_index
from app.core.life import Life, Stage
from app.core.money import CURRENCIES, Currency
from app.core.points_format import read_expiry, read_tiers
from app.core.policy import (
    AmountBasis,
    Codes,
    Multipliers,
    PercentBase,
    PointsAs,
    Policy,
    Remainder,
    RoundAt,
    Rounding,
)
from app.core.program import Pair, Program, ProgramInvalid
from app.core.punch_cards import punches_key
from app.core.reversal_rules import read_reversal_policy
from app.core.schemes_format import SECTIONS, read_schemes

FORMAT = 1
ROOT_KEYS = (
    "format",
    "program_id",
    "version",
    "name",
    "currency",
    "time_zone",
    "expires_ms",
    "product_sets",
    "earning",
    "campaigns",
    "policy",
    "order_of_application",
    "life",
    "calendars",
    "segments",
    "joining",
    "tiers",
    "expiry",
    "authority",
    "reversals",
    "consents",
    *SECTIONS,
)
POLICIES = {
    "percent_base": PercentBase,
    "round": Rounding,
    "round_at": RoundAt,
    "remainder": Remainder,
    "amount_basis": AmountBasis,
    "points_as": PointsAs,
    "codes": Codes,
    "multipliers": Multipliers,
}
PROGRAMS_KEPT = 4  # the newest, and the few that entries still on their way were made under
PAYMENTS = {"points", "till", *TenderKind}  # what a campaign may not go with, besides campaigns
PLAIN = Stacking()
MEMBER_FACTS = ("member.", "history.", "event.")  # what says something about a member whatever they buy


@lru_cache(maxsize=PROGRAMS_KEPT)
def read_program(body: bytes) -> Program:
    """Check and compile a published program. Raises `ProgramInvalid`. The same bytes give the same object."""
    try:
        root = Place("program", orjson.loads(body))
        root.number("format", least=FORMAT, most=FORMAT)
        root.only(*ROOT_KEYS)
        return _read_root(root, digest(body))
    except (orjson.JSONDecodeError, DocumentInvalid, ConditionInvalid) as problem:
        raise ProgramInvalid(str(problem)) from problem


def _read_root(root: Place, program_hash: str) -> Program:
    product_sets = read_product_sets(root)
    schemes = read_schemes(root, product_sets=product_sets.keys(), rules=_rule_ids(root))
    vocabulary = Vocabulary(product_sets, _read_calendars(root), schemes.experiments, schemes.punch_cards)
    campaigns = tuple(read_campaign(place, vocabulary) for place in root.objects("campaigns"))
    check_all(f"{root.path}.campaigns", (campaign.briefing for campaign in campaigns))
    rules = _in_order(root, _pairs(root, campaigns))
    beside = replace(vocabulary, counters=set())
    earning_rules = tuple(read_earning(place, beside) for place in root.objects("earning"))
    _no_two_alike(f"{root.path}.earning", [rule.rule_id for rule in earning_rules])
    counters = set(vocabulary.counters)
    counters.update(*(limits.keys_of(campaign) for campaign in campaigns))
    counters.update(*(earning.keys_of(rule) for rule in earning_rules))
    counters.update(map(punches_key, schemes.punch_cards))
    segments = _read_segments(root, beside)
    joining = read_condition(root, vocabulary, "joining")
    currency = _read_currency(root)
    return Program(
        program_id=root.name("program_id"),
        version=root.number("version", least=1),
        hash=program_hash,
        name=root.name("name"),
        currency=currency,
        time_zone=_read_time_zone(root),
        expires_ms=root.number("expires_ms", least=0),
        product_sets=vocabulary.product_sets,
        earning=earning_rules,
        campaigns=campaigns,
        rules=rules,
        rules_by_id={pair.rule.rule_id: place for place, pair in enumerate(rules)},
        automatic=tuple(place for place, pair in enumerate(rules) if pair.rule.trigger is Trigger.AUTOMATIC),
        index=_read_index(rules, vocabulary),
        policy=_read_policy(root),
        life=_read_life(root),
        segments=segments,
        joining=joining,
        schemes=schemes,
        tiers=read_tiers(root.objects("tiers")) if root.has("tiers") else (),
        expiry=_read_expiry(root),
        counters=frozenset(counters | vocabulary.counters | beside.counters),
        counters_beside=frozenset(beside.counters),
        signals=frozenset(vocabulary.signals),
        is_stacked=any(campaign.stacking != PLAIN for campaign in campaigns),
        authority=read_authority_policy(root, currency),
        reversals=read_reversal_policy(root, currency),
        cards=read_card_policy(root, currency),
        consents=read_consents(root),
    )


def _rule_ids(root: Place) -> set[str]:
    return {rule.name("id") for campaign in root.objects("campaigns") for rule in campaign.objects("rules")}


def _read_expiry(root: Place) -> Mapping[str, ExpiryRule]:
    """Read how points expire, by point currency."""
    if not root.has("expiry"):
        return {}
    place = root.inner("expiry")
    tiers = {tier.text("id") for tier in root.objects("tiers")} if root.has("tiers") else None
    return {name: read_expiry(place.inner(name), tiers=tiers) for name in place.value}


def _pairs(root: Place, campaigns: tuple[Campaign, ...]) -> list[Pair]:
    seen: set[str] = set()
    pairs = [Pair(campaign, rule) for campaign in campaigns for rule in campaign.rules]
    for pair in pairs:
        if pair.rule.rule_id in seen:
            raise DocumentInvalid(f"{root.path}.campaigns: two rules are called {pair.rule.rule_id!r}")
        seen.add(pair.rule.rule_id)
    names = {campaign.campaign_id for campaign in campaigns}
    if payments := sorted(names & PAYMENTS):
        raise DocumentInvalid(
            f"{root.path}.campaigns: {payments[0]!r} is the name of a payment, not of a campaign"
        )
    if len(names) < len(campaigns):
        raise DocumentInvalid(f"{root.path}.campaigns: two campaigns have one id")
    for campaign in campaigns:
        stacking = campaign.stacking
        if unknown := sorted((stacking.only_with | stacking.not_with) - names - PAYMENTS):
            raise DocumentInvalid(
                f"{root.path}.campaigns: {campaign.campaign_id!r} names {unknown[0]!r}, which is no campaign"
                f" and none of {', '.join(sorted(PAYMENTS))}"
            )
    return pairs


def _no_two_alike(path: str, names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DocumentInvalid(f"{path}[{place}]: another one is called {name!r} too")


def _in_order(root: Place, pairs: list[Pair]) -> tuple[Pair, ...]:
    """Return the rules in the order in which they apply: as the program states it, else by the fixed order."""
    if not root.has("order_of_application"):
        return tuple(sorted(pairs, key=lambda pair: place_in_order(*pair)))
    stated = {name: place for place, name in enumerate(root.texts("order_of_application"))}
    _no_two_alike(f"{root.path}.order_of_application", root.texts("order_of_application"))
    if unknown := sorted(stated.keys() - {pair.rule.rule_id for pair in pairs}):
        raise DocumentInvalid(f"{root.path}.order_of_application: no rule is called {unknown[0]!r}")

    def turn(pair: Pair) -> tuple[Any, ...]:
        stage = max(phase(pair.rule.effect), ON_ORDER)  # points and what follows payment keep their place
        return (stage, stated.get(pair.rule.rule_id, len(stated)), *place_in_order(*pair))

    return tuple(sorted(pairs, key=turn))


def _read_index(rules: tuple[Pair, ...], vocabulary: Vocabulary) -> RuleIndex:
    automatic = ((place, *pair) for place, pair in enumerate(rules) if pair.rule.trigger is Trigger.AUTOMATIC)
    return build_index(automatic, vocabulary.product_sets)


def _read_currency(root: Place) -> Currency:
    code = root.text("currency")
    if code not in CURRENCIES:
        raise DocumentInvalid(f"{root.path}.currency: {code!r} is not one of {', '.join(CURRENCIES)}")
    return CURRENCIES[code]


def _read_time_zone(root: Place) -> str:
    name = root.text("time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:  # OSError: the name of a folder of zones
        raise DocumentInvalid(
            f"{root.path}.time_zone: {name!r} is no time zone such as Europe/Berlin"
        ) from problem
    return name


def _read_calendars(root: Place) -> Mapping[str, frozenset[str]]:
    if not root.has("calendars"):
        return {}
    calendars = root.inner("calendars")
    found = {}
    for name in calendars.value:
        days = calendars.texts(name)
        for day in days:
            Place(calendars.path, {name: day}).day(name)
        found[name] = frozenset(days)
    return found


def _read_policy(root: Place) -> Policy:
    if not root.has("policy"):
        return Policy()
    place = root.inner("policy").only(*POLICIES, "group_limits")
    words: dict[str, Any] = {key: place.word(key, kind) for key, kind in POLICIES.items() if place.has(key)}
    if place.has("group_limits"):
        limits_of = place.inner("group_limits")
        words["group_limits"] = {name: limits_of.number(name, least=0) for name in limits_of.value}
    return Policy(**words)


def _read_life(root: Place) -> Life:
    if not root.has("life"):
        return Life()
    place = root.inner("life").only("stage", "pilot_stores", "earn_until", "spend_until")
    return Life(
        stage=place.word("stage", Stage),
        pilot_stores=frozenset(place.texts("pilot_stores")) if place.has("pilot_stores") else frozenset(),
        earn_until=place.day("earn_until") if place.has("earn_until") else None,
        spend_until=place.day("spend_until") if place.has("spend_until") else None,
    )


def _read_segments(root: Place, vocabulary: Vocabulary) -> Mapping[str, Check]:
    """Read the segments that the program defines; they are about the member, whatever is bought."""
    if not root.has("segments"):
        return {}
    place = root.inner("segments")
    found = {}
    for name, tree in place.value.items():
        path = f"{place.path}.{name}"
        found[name] = compile_condition(tree, vocabulary, path=path)
        for fact in facts_of(tree):
            if not fact.startswith(MEMBER_FACTS) or fact == "member.segments":
                raise DocumentInvalid(f"{path}: {fact} says nothing about a member")
    return found
