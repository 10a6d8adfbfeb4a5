"""The sections of a published program beside campaigns and points, and how they are read. All may be missing.

    "gift_cards": {"kinds": [{"id": "gift", "skus": ["GIFT50"], "use": "repeated"|"single", "months"?: 36,
                              "when_used"?: "refuse"|"part"}],
                   "jurisdictions"?: [{"code": "US-ME", "ends": "never"|"allowed", "years_min"?: 5,
                                       "rest": "paid_out"|"forfeited"}],
                   "refund"?: "tenders_first"|"tenders_last",
                   "offline"?: {"card"?: 5000, "day"?: 50000, "stale_hours"?: 72},
                   "top_up"?: {"alone"?: 10000, "balance"?: 100000}}    (both: card_policy.py)
    "punch_cards": [{"id": "coffee", "name": "Every 10th free", "every": 10, "products"?: "coffee"}]
    "badges": [{"id": "regular", "name": "Regular"}]
    "milestones": [{"id": "ten", "name": "Ten orders", "at": 10, "repeat"?: "once"|"every", "gives": [benefit, …],
                    "measure": "member_days"|"orders"|"revenue"|"points"|"event", "event"?: "review"}]
    "challenges": [{"id": "march", "name": "March", "measure": …, "event"?: …, "target": 3000,
                    "starts_on": "2026-03-01", "ends_on": "2026-03-31", "gives": [benefit, …]}]
    "referrals": [{"id": "friends", "wanted": 5000, "counts": "one_order"|"in_total", "within_days"?: 30,
                   "gives": [benefit, …], "friend_gives"?: [benefit, …]}]
    "experiments": [{"id": "spring", "name": "Spring", "variants": [{"name": "bold", "weight": 1}, …],
                     "holdout_basis_points"?: 1000}]

A benefit is one of {"kind": "points", "points": 50, "currency"?: "stars"}, {"kind": "credit", "amount": 500},
{"kind": "voucher", "rule": "welcome"} and {"kind": "badge", "badge": "regular"}.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from app.core.benefits import Benefit, BenefitKind
from app.core.card_rest import Rest
from app.core.document import DocumentInvalid, Place
from app.core.experiments import WEIGHT_MAX, Experiment, Variant
from app.core.gift_cards import JURISDICTIONS, CardKind, Jurisdiction, WhenUsed
from app.core.milestones import Challenge, Measure, Milestone, Repeat
from app.core.money import BASIS_POINTS
from app.core.paid_order import OnReturn, RefundOrder, ReturnSettings
from app.core.punch_cards import EVERY_MIN, PunchCard
from app.core.referral import Counts, ReferralScheme

SECTIONS = (
    "gift_cards",
    "punch_cards",
    "badges",
    "milestones",
    "challenges",
    "referrals",
    "experiments",
)
CARD_KEYS = ("kinds", "jurisdictions", "refund", "offline", "top_up")
RETURN_KEYS = ("on_return", "reusable_after_return")
VALUE_MAX = 10**12
EVERY_MAX = 1000
MONTHS_MAX = 1_200  # a hundred years
DAYS_MAX = 36_500
YEARS_MAX = 100

Found = TypeVar("Found")


class Use(StrEnum):
    """How often a gift card can be used."""

    REPEATED = "repeated"
    SINGLE = "single"


class Ends(StrEnum):
    """Whether gift cards may have an expiry."""

    ALLOWED = "allowed"
    NEVER = "never"


class LastRest(StrEnum):
    """What becomes of value that can't be used any more."""

    FORFEITED = "forfeited"
    PAID_OUT = "paid_out"


@dataclass(frozen=True, slots=True)
class Schemes:
    """What these sections say, each by its id."""

    card_kinds: Mapping[str, CardKind] = field(default_factory=dict)
    jurisdictions: Mapping[str, Jurisdiction] = field(default_factory=lambda: JURISDICTIONS)
    refund_order: RefundOrder = RefundOrder.TENDERS_FIRST
    punch_cards: Mapping[str, PunchCard] = field(default_factory=dict)
    badges: Mapping[str, str] = field(default_factory=dict)
    milestones: Mapping[str, Milestone] = field(default_factory=dict)
    challenges: Mapping[str, Challenge] = field(default_factory=dict)
    referrals: Mapping[str, ReferralScheme] = field(default_factory=dict)
    experiments: Mapping[str, Experiment] = field(default_factory=dict)


def read_schemes(root: Place, *, product_sets: Set[str], rules: Set[str]) -> Schemes:
    """Read the sections of a program's root. Product sets and rules are the names that may be referred to.

    Raises `DocumentInvalid`.
    """
    badges = _by_id(root, "badges", _read_badge)
    known = _Known(product_sets, rules, badges.keys())
    cards = root.inner("gift_cards").only(*CARD_KEYS) if root.has("gift_cards") else None
    return Schemes(
        card_kinds=_read_card_kinds(cards) if cards else {},
        jurisdictions=_read_jurisdictions(cards) if cards else JURISDICTIONS,
        refund_order=_word_or(cards, "refund", RefundOrder.TENDERS_FIRST)
        if cards
        else RefundOrder.TENDERS_FIRST,
        punch_cards=_by_id(root, "punch_cards", lambda place: _read_punch_card(place, known)),
        badges=badges,
        milestones=_by_id(root, "milestones", lambda place: _read_milestone(place, known)),
        challenges=_by_id(root, "challenges", lambda place: _read_challenge(place, known)),
        referrals=_by_id(root, "referrals", lambda place: _read_referral(place, known)),
        experiments=_by_id(root, "experiments", _read_experiment),
    )


def read_return_settings(campaign: Place) -> ReturnSettings:
    """Read a campaign's `on_return` (proportional, recompute) and `reusable_after_return` (true unless said)."""
    is_reusable = campaign.flag("reusable_after_return") if campaign.has("reusable_after_return") else True
    return ReturnSettings(_word_or(campaign, "on_return", OnReturn.PROPORTIONAL), is_reusable)


@dataclass(frozen=True, slots=True)
class _Known:
    """The names that these sections may refer to."""

    product_sets: Set[str]
    rules: Set[str]
    badges: Set[str]


Word = TypeVar("Word", bound=StrEnum)


def _word_or(place: Place, key: str, default: Word) -> Word:
    return place.word(key, type(default)) if place.has(key) else default


def _number_or_none(place: Place, key: str, *, most: int) -> int | None:
    return place.number(key, least=1, most=most) if place.has(key) else None


def _by_id(parent: Place, section: str, read: Callable[[Place], Found], key: str = "id") -> dict[str, Found]:
    """Read a list that may be missing; each entry has an id of its own."""
    found: dict[str, Found] = {}
    for place in parent.objects(section) if parent.has(section) else ():
        entry_id = place.identifier(key)
        if entry_id in found:
            raise DocumentInvalid(f"{place.path}.{key}: another one is called {entry_id!r} too")
        found[entry_id] = read(place)
    return found


def _one_of(place: Place, key: str, names: Iterable[str], what: str) -> str:
    name = place.text(key)
    if name not in names:
        raise DocumentInvalid(f"{place.path}.{key}: {name!r} is not among the program's {what}")
    return name


def _read_card_kinds(cards: Place) -> dict[str, CardKind]:
    kinds = _by_id(cards, "kinds", _read_card_kind)
    taken: dict[str, str] = {}
    for kind in kinds.values():
        for sku in sorted(kind.skus):
            if taken.setdefault(sku, kind.kind_id) != kind.kind_id:
                raise DocumentInvalid(f"{cards.path}.kinds: {sku!r} is sold as {taken[sku]!r} already")
    return kinds


def _read_card_kind(place: Place) -> CardKind:
    place.only("id", "skus", "use", "months", "when_used")
    return CardKind(
        kind_id=place.name("id"),
        skus=frozenset(place.texts("skus")),
        is_single_use=place.word("use", Use) is Use.SINGLE,
        months=_number_or_none(place, "months", most=MONTHS_MAX),
        when_used=_word_or(place, "when_used", WhenUsed.REFUSE),
    )


def _read_jurisdictions(cards: Place) -> Mapping[str, Jurisdiction]:
    """Return our own rows with the program's over them."""
    return {**JURISDICTIONS, **_by_id(cards, "jurisdictions", _read_jurisdiction, key="code")}


def _read_jurisdiction(place: Place) -> Jurisdiction:
    place.only("code", "ends", "years_min", "rest")
    may_end = place.word("ends", Ends) is Ends.ALLOWED
    if not may_end and place.has("years_min"):
        raise DocumentInvalid(f"{place.path}.years_min: cards that never end have no earliest end")
    return Jurisdiction(
        code=place.name("code"),
        may_end=may_end,
        years_min=_number_or_none(place, "years_min", most=YEARS_MAX) or 0,
        rest=Rest(place.word("rest", LastRest)),
    )


def _read_punch_card(place: Place, known: _Known) -> PunchCard:
    place.only("id", "name", "every", "products")
    products = (
        _one_of(place, "products", known.product_sets, "product sets") if place.has("products") else None
    )
    return PunchCard(
        card_id=place.name("id"),
        name=place.name("name"),
        every=place.number("every", least=EVERY_MIN, most=EVERY_MAX),
        products=products,
    )


def _read_badge(place: Place) -> str:
    return place.only("id", "name").name("name")


def _read_benefits(parent: Place, key: str, known: _Known) -> tuple[Benefit, ...]:
    benefits = tuple(_read_benefit(place, known) for place in parent.objects(key))
    if not benefits:
        raise DocumentInvalid(f"{parent.path}.{key}: expected at least one benefit")
    return benefits


def _read_benefit(place: Place, known: _Known) -> Benefit:
    match kind := place.word("kind", BenefitKind):
        case BenefitKind.POINTS:
            place.only("kind", "points", "currency")
            currency = place.name("currency") if place.has("currency") else ""
            return Benefit(kind, place.number("points", least=1, most=VALUE_MAX), currency)
        case BenefitKind.CREDIT:
            place.only("kind", "amount")
            return Benefit(kind, place.number("amount", least=1, most=VALUE_MAX))
        case BenefitKind.VOUCHER:
            place.only("kind", "rule")
            return Benefit(kind, name=_one_of(place, "rule", known.rules, "rules"))
        case BenefitKind.BADGE:
            place.only("kind", "badge")
            return Benefit(kind, name=_one_of(place, "badge", known.badges, "badges"))


def _read_event(place: Place) -> str:
    if (place.word("measure", Measure) is Measure.EVENT) != place.has("event"):
        raise DocumentInvalid(f"{place.path}.event: belongs to the measure event, and only there")
    return place.name("event") if place.has("event") else ""


def _read_milestone(place: Place, known: _Known) -> Milestone:
    place.only("id", "name", "measure", "event", "at", "repeat", "gives")
    return Milestone(
        milestone_id=place.name("id"),
        name=place.name("name"),
        measure=place.word("measure", Measure),
        at=place.number("at", least=1, most=VALUE_MAX),
        benefits=_read_benefits(place, "gives", known),
        repeat=_word_or(place, "repeat", Repeat.ONCE),
        event=_read_event(place),
    )


def _read_challenge(place: Place, known: _Known) -> Challenge:
    place.only("id", "name", "measure", "event", "target", "starts_on", "ends_on", "gives")
    starts_on, ends_on = place.day("starts_on"), place.day("ends_on")
    if ends_on < starts_on:
        raise DocumentInvalid(f"{place.path}.ends_on: {ends_on} is before the start, {starts_on}")
    measure = place.word("measure", Measure)
    if measure is Measure.MEMBER_DAYS:
        raise DocumentInvalid(
            f"{place.path}.measure: days as a member pass by themselves; make it a milestone"
        )
    return Challenge(
        challenge_id=place.name("id"),
        name=place.name("name"),
        measure=measure,
        target=place.number("target", least=1, most=VALUE_MAX),
        starts_on=starts_on,
        ends_on=ends_on,
        benefits=_read_benefits(place, "gives", known),
        event=_read_event(place),
    )


def _read_referral(place: Place, known: _Known) -> ReferralScheme:
    place.only("id", "wanted", "counts", "within_days", "gives", "friend_gives")
    counts = place.word("counts", Counts)
    return ReferralScheme(
        scheme_id=place.name("id"),
        wanted=place.number("wanted", least=1, most=VALUE_MAX),
        counts=counts,
        within_days=_number_or_none(place, "within_days", most=DAYS_MAX),
        referrer_benefits=_read_benefits(place, "gives", known),
        friend_benefits=_read_benefits(place, "friend_gives", known) if place.has("friend_gives") else (),
    )


def _read_experiment(place: Place) -> Experiment:
    place.only("id", "name", "variants", "holdout_basis_points")
    variants = tuple(_by_id(place, "variants", _read_variant, key="name").values())
    if not variants:
        raise DocumentInvalid(f"{place.path}.variants: expected at least one variant")
    holdout = _number_or_none(place, "holdout_basis_points", most=BASIS_POINTS - 1)
    return Experiment(place.name("id"), place.name("name"), variants, holdout or 0)


def _read_variant(place: Place) -> Variant:
    place.only("name", "weight")
    return Variant(place.name("name"), place.number("weight", least=1, most=WEIGHT_MAX))
