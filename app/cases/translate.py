"""A case as a published program and the facts of an order. It only translates: it decides nothing and knows no case.

Each promotion becomes a campaign of one rule, points become earning rules, tenders become cards and wallets. The order
in which promotions apply is always handed over as the program's explicit `order_of_application`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from app.cases.moments import ANY_MOMENT, milliseconds, moment
from app.cases.orders import CURRENCY, NO_STORE, TIME_ZONE, order_of, read_items
from app.cases.points import EARNINGS
from app.cases.promotions import MEMBER, Draft, add
from app.cases.reading import CaseInvalid, Spot
from app.core.gift_cards import Tender, TenderKind
from app.core.member import Member
from app.core.order import Order
from app.core.outcome import Facts
from app.core.program_format import read_program
from app.core.voucher import Presentation, Voucher

CASE_KEYS = frozenset(
    {
        "id",
        "source",
        "topic",
        "strength",
        "program",
        "member",
        "order",
        "action",
        "expected",
        "notes",
        "numbers",
    }
)
POLICY_WORDS = {
    "percent_base": ("remaining", "initial"),
    "round": ("discount", "price"),
    "round_at": ("line", "unit"),
    "remainder": ("largest", "first", "last"),
    "amount_basis": ("line_price", "gross", "net"),
}
POLICY_KEYS = frozenset({*POLICY_WORDS, "group_limits", "on_invalid"})
MEMBER_KEYS = frozenset(
    {
        "group",
        "completed_orders",
        "cancelled_orders",
        "used_by_member",
        "points",
        "history",
        "wallet",
        "earned_today",
    }
)
ACTION_KEYS = frozenset(
    {
        "at",
        "store",
        "code",
        "used_total",
        "points_to_spend",
        "points_earned_in_order",
        "gift_cards",
        "wallet_balance",
        "cart_history",
        "entered_first",
    }
)
POINTS_PAID = "pay_with_points"
BESIDE = EARNINGS | {"tender"}  # promotions that take nothing off
ENOUGH_POINTS = 10**9  # a case with no balance says nothing about it
UNKNOWN_RULE = "unknown"  # what a code stands for that no promotion has
DAY_MS = 86_400_000


@dataclass
class Translation:
    """A case in our terms: the program document, the facts beside it, and the case's own names for them."""

    program: dict[str, Any]
    order: Order
    member: Member
    presented: tuple[Presentation, ...]
    known: dict[str, int]
    tenders: tuple[Tender, ...]
    line_ids: tuple[str, ...]
    rule_names: dict[str, str]  # promotions by the ids of their rules
    tender_names: dict[TenderKind, str]  # and by what they let pay
    unknown_codes: tuple[str, ...]
    points_before: int | None  # None: the case says nothing
    points_added: int  # earned in this very order, as the case has it

    @cached_property
    def facts(self) -> Facts:
        """What the engine decides on. Raises `ProgramInvalid`."""
        return Facts(
            program=read_program(orjson.dumps(self.program, option=orjson.OPT_SORT_KEYS)),
            order=self.order,
            member=self.member,
            presented=self.presented,
            known=self.known,
            tenders=self.tenders,
        )


def translate(case: Spot) -> Translation:
    """Translate a case. Raises `CaseInvalid` and `CaseUnknown`."""
    case.only(CASE_KEYS)
    program = case.inner("program").only(frozenset({"promotions", "order_of_application", "policy"}))
    promotions = _promotions(program)
    draft = _draft(case, program, promotions)
    rule_names: dict[str, str] = {}
    for place, promotion in enumerate(_in_order(promotions, program), start=1):
        rule_id = f"r{place:04}"
        rule_names[rule_id] = promotion.text("id")
        add(promotion, rule_id, draft)
    given = {promotion.text("code") for promotion in promotions if promotion.has("code")}
    unknown_codes = tuple(code for code in draft.codes if code not in given)
    if draft.all_or_none:  # an unknown code fails the request like any other that is invalid
        draft.presented += [Presentation(code, Voucher(code, UNKNOWN_RULE), "") for code in unknown_codes]
    draft.member.whole("cancelled_orders", default=0)  # they count for nothing
    draft.known["history.orders"] = draft.member.whole("completed_orders", default=0, least=0)
    before = draft.member.whole("points") if draft.member.has("points") else None
    added = draft.action.whole("points_earned_in_order", default=0)
    return Translation(
        program=_program(program, draft),
        order=order_of(
            draft.items,
            store=draft.action.text("store") if draft.action.has("store") else NO_STORE,
            at=draft.at,
        ),
        member=_member(draft.member, ENOUGH_POINTS if before is None else before + added),
        presented=tuple(draft.presented),
        known=draft.known,
        tenders=tuple(draft.tenders),
        line_ids=tuple(item.line_id for item in draft.items),
        rule_names=rule_names,
        tender_names=draft.tender_names,
        unknown_codes=unknown_codes,
        points_before=before,
        points_added=added,
    )


# --- the case's parts --------------------------------------------------------------------------------------------


def _promotions(program: Spot) -> list[Spot]:
    promotions = list(program.objects("promotions"))
    ids: set[str] = set()
    for promotion in promotions:
        if (name := promotion.text("id")) in ids:
            raise CaseInvalid(f"{program.at('promotions')}: two promotions are called {name!r}")
        ids.add(name)
    return promotions


def _draft(case: Spot, program: Spot, promotions: list[Spot]) -> Draft:
    action = case.inner("action").only(ACTION_KEYS)
    policy = program.inner("policy").only(POLICY_KEYS)
    return Draft(
        member=case.inner("member").only(MEMBER_KEYS),
        action=action,
        at=moment(action, "at") if action.has("at") else None,
        codes=_codes(action),
        items=read_items(case.inner("order")),
        all_or_none=bool(policy.word("on_invalid", {"skip": "", "reject_all": "yes"}, "skip")),
        own_basis=_own_basis(promotions),
        asked=_asked(case.inner("expected"), promotions),
    )


def _own_basis(promotions: list[Spot]) -> str | None:
    """Return what is earned by before the member's own reward: what is paid where there is none.

    Where there is nothing but such rewards it is the initial price; beside other discounts a program can't say it.
    """
    kinds = {
        promotion.text("id"): promotion.inner("effect").value.get("type")
        for promotion in promotions
        if promotion.inner("effect").value.get("type") not in BESIDE
    }
    own = {
        promotion.text("id")
        for promotion in promotions
        if promotion.has("cost_points") or kinds.get(promotion.text("id")) == POINTS_PAID
    }
    if not own:
        return "paid"
    return "initial" if own >= kinds.keys() else None


def _asked(expected: Spot, promotions: list[Spot]) -> frozenset[str]:
    """Return the promotions of which the case asks why they are refused."""
    if expected.has("refusal_reason"):
        return frozenset(promotion.text("id") for promotion in promotions)
    return frozenset(expected.inner("refused").value)


def _codes(action: Spot) -> tuple[str, ...]:
    """Return the codes shown; the same one twice is shown once."""
    if not action.has("code"):
        return ()
    several = type(action.value["code"]) is list
    return tuple(dict.fromkeys(action.texts("code") if several else [action.text("code")]))


def _in_order(promotions: list[Spot], program: Spot) -> list[Spot]:
    """Return promotions as they apply: as the program says, those it doesn't name by priority, else as listed.

    A stated order replaces the phases of products and order, not that points are paid after them.
    """
    said = program.texts("order_of_application") if program.has("order_of_application") else []
    known = {promotion.text("id") for promotion in promotions}
    if unknown := set(said) - known:
        raise CaseInvalid(f"{program.at('order_of_application')}: no promotion is called {min(unknown)!r}")
    places = {name: place for place, name in reversed(list(enumerate(said)))}
    return sorted(
        promotions,
        key=lambda promotion: (
            promotion.inner("effect").value.get("type") == POINTS_PAID,
            places.get(promotion.text("id"), len(said)),
            -promotion.whole("priority", default=0),
        ),
    )


def _member(member: Spot, balance: int) -> Member:
    group = frozenset({member.text("group")}) if member.has("group") else frozenset()
    return Member(MEMBER, is_known=True, segments=group, balance=balance)


# --- the program -------------------------------------------------------------------------------------------------


def _program(program: Spot, draft: Draft) -> dict[str, Any]:
    return {
        "format": 1,
        "program_id": "case",
        "version": 1,
        "name": "Case",
        "currency": CURRENCY,
        "time_zone": TIME_ZONE,
        "expires_ms": milliseconds(draft.at or ANY_MOMENT) + DAY_MS,
        "product_sets": draft.sets.by_name,
        "policy": _policy(program.inner("policy"), draft),
        "order_of_application": [campaign["id"] for campaign in draft.campaigns],
        "earning": draft.earning,
        "campaigns": draft.campaigns,
    }


def _policy(policy: Spot, draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: policy.word(key, {word: word for word in words})
        for key, words in POLICY_WORDS.items()
        if policy.has(key)
    }
    if draft.all_or_none:
        found["codes"] = "all_or_none"
    if draft.multipliers != "highest":
        found["multipliers"] = draft.multipliers
    if policy.has("group_limits"):
        limits = policy.inner("group_limits")
        found["group_limits"] = {group: limits.whole(group, least=0) for group in limits.value}
    return found
