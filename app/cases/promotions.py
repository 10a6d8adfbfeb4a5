"""Promotions of a case as campaigns, earning rules and payments: the larger part of translating it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.cases.conditions import Terms, read_terms
from app.cases.effects import EFFECTS
from app.cases.moments import moment
from app.cases.orders import Item, exchange
from app.cases.points import EARNINGS, combines_by_product, earning_rules
from app.cases.reading import CaseUnknown, Spot
from app.cases.selectors import ProductSets
from app.core.gift_cards import Tender, TenderKind
from app.core.voucher import Presentation, Voucher, picked

PROMOTION_KEYS = frozenset(
    {
        "id",
        "priority",
        "exclusive",
        "always_stackable",
        "best_of",
        "group",
        "code",
        "conditions",
        "effect",
        "budget",
        "cost_points",
    }
)
BARE_KEYS = frozenset({"id", "effect", "priority", "conditions"})  # of tenders and exchanges
# What earns points has no outcome of its own. Where a case asks why it is refused, a campaign of the same terms that
# changes nothing in the order stands beside it and tells.
ASIDE: dict[str, Any] = {"kind": "credit", "amount": 1}
BESIDE_ALL = frozenset(
    {"credit", "points_payment"}
)  # points are a payment, which an exclusive promotion leaves alone
CANCELLED = frozenset({"cancelled", "canceled"})
MEMBER = "member"


@dataclass(slots=True)
class Draft:
    """What translating a case's promotions gathers."""

    member: Spot
    action: Spot
    at: datetime | None
    codes: tuple[str, ...]
    items: list[Item]
    all_or_none: bool
    own_basis: (
        str | None
    )  # what points are earned by before the member's own reward; None where it can't be told
    asked: frozenset[str]  # promotions of which the case asks why they are refused
    sets: ProductSets = field(default_factory=ProductSets)
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    earning: list[dict[str, Any]] = field(default_factory=list)
    presented: list[Presentation] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    tenders: list[Tender] = field(default_factory=list)
    tender_names: dict[TenderKind, str] = field(default_factory=dict)
    multipliers: str = "highest"


def add(promotion: Spot, rule_id: str, draft: Draft) -> None:
    """Translate one promotion into what the draft gathers."""
    effect = promotion.inner("effect")
    kind = effect.text("type")
    if kind in EARNINGS:
        _add_earning(promotion, effect, rule_id, draft)
    elif kind == "tender":
        _add_tender(promotion, effect, draft)
    elif kind == "replace_item":
        _add_exchange(promotion, effect, rule_id, draft)
    elif kind in EFFECTS:
        terms = read_terms(promotion.only(PROMOTION_KEYS), draft.sets, draft.at)
        _add_campaign(promotion, rule_id, EFFECTS[kind](effect, draft.sets), terms, draft)
    else:
        raise CaseUnknown(f"{effect.at('type')}: {kind!r} is not known")


def _add_campaign(
    promotion: Spot, rule_id: str, effect: Mapping[str, Any], terms: Terms, draft: Draft
) -> None:
    trigger = _bring_into_play(promotion, rule_id, effect, draft)
    rule: dict[str, Any] = {
        "id": rule_id,
        "name": promotion.text("id")[:80],
        "trigger": trigger,
        "priority": promotion.whole("priority", default=0),
        "effect": effect,
    }
    if terms.condition is not None:
        rule["condition"] = terms.condition
    if cost := promotion.whole("cost_points", default=0, least=0):
        rule["cost_points"] = cost
    draft.campaigns.append(
        {
            "id": rule_id,
            "name": rule["name"],
            "starts_on": terms.starts_on,
            "ends_on": terms.ends_on,
            "audience": None,
            "offline": "always",
            "rules": [rule],
            **_stacking(promotion, is_beside=effect["kind"] in BESIDE_ALL),
            **_limits(promotion, rule_id, terms, draft),
        }
    )


def _bring_into_play(promotion: Spot, rule_id: str, effect: Mapping[str, Any], draft: Draft) -> str:
    """Return the rule's trigger, and present what is to be presented: codes that were shown, what costs points.

    Where one invalid promotion fails the whole request, all that were asked for are presented together.
    """
    if effect is ASIDE:
        return "automatic"
    if promotion.has("code"):
        code = promotion.text("code")
        if code in draft.codes:
            voucher = Voucher(code_hash=code, rule_id=rule_id)
            draft.presented.append(Presentation(rule_id, voucher, ""))
        return "voucher"
    if effect["kind"] == "points_payment":
        points = draft.action.whole("points_to_spend", default=0, least=0)
        if points or not draft.action.has("points_to_spend"):
            draft.presented.append(Presentation(rule_id, picked(rule_id), "", points=points))
        return "choice"
    if draft.all_or_none or promotion.whole("cost_points", default=0):
        draft.presented.append(Presentation(rule_id, picked(rule_id), ""))
        return "choice"
    return "automatic"


def _stacking(promotion: Spot, *, is_beside: bool) -> dict[str, Any]:
    stacking: dict[str, Any] = {}
    if promotion.switch("exclusive"):
        stacking["exclusive"] = True
    if promotion.switch("always_stackable") or is_beside:
        stacking["always"] = True
    for key in ("best_of", "group"):
        if promotion.has(key):
            stacking[key] = promotion.text(key)
    return {"stacking": stacking} if stacking else {}


def _limits(promotion: Spot, rule_id: str, terms: Terms, draft: Draft) -> dict[str, Any]:
    """Return limits and budget, and count what they ask for.

    A limit and a budget of uses share the counter of uses, though a case counts them apart: both are moved by what
    the other one counted, so that the same number of uses is left of each.
    """
    found: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    budget = promotion.inner("budget").only(frozenset({"type", "limit", "used"}))
    kind = budget.word("type", {"usage": "uses", "spend": "discount"}) if promotion.has("budget") else ""
    used = budget.whole("used", default=0) if kind == "uses" else 0
    used_total = 0
    if terms.uses_max is not None:
        used_total = draft.action.whole("used_total", default=0)
        limits["uses"] = terms.uses_max + used
    if kind == "uses":
        found["budget"] = {"uses": budget.whole("limit") + used_total}
    elif kind:
        found["budget"] = {"discount": budget.money("limit")}
        draft.known[f"discount:{rule_id}"] = budget.money("used", default="0")
    draft.known[f"uses:{rule_id}"] = used_total + used
    if terms.member_uses_max is not None:
        limits["member_uses"] = [{"at_most": terms.member_uses_max}]
        draft.known[f"member_uses:{rule_id}"] = _used_by_member(promotion, terms, draft.member)
    return {**found, "limits": limits} if limits else found


def _used_by_member(promotion: Spot, terms: Terms, member: Spot) -> int:
    """Return how often the member used a promotion; a cancelled order gives its use back unless the terms say no."""
    counted = member.whole("used_by_member", default=0, least=0)
    if not member.has("history"):
        return counted
    states = []
    for entry in member.objects("history"):
        entry.only(frozenset({"code", "order_state"}))
        if promotion.value.get("code") == entry.text("code"):
            states.append(entry.text("order_state"))
    counted = max(counted, len(states))
    if not terms.is_given_back:
        return counted
    return max(counted - sum(state in CANCELLED for state in states), 0)


def _add_earning(promotion: Spot, effect: Spot, rule_id: str, draft: Draft) -> None:
    if promotion.has("code") and promotion.text("code") not in draft.codes:
        return
    if promotion.has("limits"):
        draft.known[f"earned:{rule_id}/day"] = draft.member.whole("earned_today", default=0)
    terms = read_terms(promotion, draft.sets, draft.at)
    if terms.member_uses_max is not None:
        draft.known[f"earned_times:{rule_id}"] = _used_by_member(promotion, terms, draft.member)
    draft.earning += earning_rules(promotion, rule_id, terms, draft.sets, own_basis=draft.own_basis)
    if promotion.text("id") in draft.asked:
        _add_campaign(promotion, rule_id, ASIDE, terms, draft)
    if combines_by_product(effect):
        draft.multipliers = "product"


def _add_tender(promotion: Spot, effect: Spot, draft: Draft) -> None:
    """Translate stored value; it pays in the order in which it stands in the case."""
    promotion.only(BARE_KEYS)
    if promotion.inner("conditions").value:
        raise CaseUnknown(f"{promotion.at('conditions')}: not known of a payment")
    effect.only(frozenset({"type", "kind"}))
    kind = TenderKind(effect.word("kind", {"gift_card": "gift_card", "ewallet": "wallet"}))
    draft.tender_names[kind] = promotion.text("id")
    if kind is TenderKind.WALLET:
        source, key = (
            (draft.action, "wallet_balance")
            if draft.action.has("wallet_balance")
            else (draft.member, "wallet")
        )
        balance = source.money(key, default="0")
        draft.tenders.append(Tender(TenderKind.WALLET, "wallet", balance, owner=MEMBER))
        return
    places: dict[str, int] = {}
    for card in draft.action.objects("gift_cards") if draft.action.has("gift_cards") else ():
        card.only(frozenset({"id", "balance", "expires_on", "owner"}))
        place = places.setdefault(card.text("id"), len(places))
        draft.tenders.append(
            Tender(
                TenderKind.GIFT_CARD,
                f"{place:04}",
                card.money("balance"),
                ends_on=moment(card, "expires_on").date() if card.has("expires_on") else None,
                owner=card.text("owner") if card.has("owner") else None,
            )
        )


def _add_exchange(promotion: Spot, effect: Spot, rule_id: str, draft: Draft) -> None:
    promotion.only(BARE_KEYS)
    if promotion.inner("conditions").value:
        raise CaseUnknown(f"{promotion.at('conditions')}: not known of an exchange")
    exchanged = exchange(effect, draft.items)
    draft.items = exchanged.items
    if exchanged.saved:
        products = draft.sets.add(exchanged.products)
        amount_off = {"kind": "amount_off", "target": "products", "per": "order", "amount": exchanged.saved}
        _add_campaign(promotion, rule_id, {**amount_off, "products": products}, Terms(), draft)
