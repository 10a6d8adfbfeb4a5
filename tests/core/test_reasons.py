"""Reasons: each can really come about, and its sentence is one a cashier can read out."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.core.approvals import veiled
from app.core.authority import HOUR_MS, Authority
from app.core.card_policy import CardRight
from app.core.codes import ReceiptCode, SetupCode, TokenKey, not_here, parse
from app.core.decision import decide
from app.core.gift_cards import Tender, TenderKind
from app.core.guesses import GUESSES_MAX, WINDOW_MS, Guesses
from app.core.lockout import TRIES, Lockout, refused_untried
from app.core.member import Member
from app.core.money import CURRENCIES, format_amount
from app.core.order import Line
from app.core.reasons import BY_CODE, PRECEDENCE, Reason, ReasonClass, Refusal, by_precedence, sentence
from app.core.referral import refused_referral
from app.core.reversal_rules import ReversalPolicy, refused_by_standing, too_late
from app.core.stops import said_of_all
from app.core.trusted_time import Reading
from tests.core.facts import (
    MEMBER,
    NOON,
    Document,
    amount_off,
    automatic,
    campaign,
    facts,
    leaf,
    line,
    percent_off,
    program,
    rule,
    shown,
)
from tests.core.test_codes_signed import EXPIRES, ISSUED, KEY, OTHER, code
from tests.phone import NOW_MS, a_phone, a_signing_key

BANNED = re.compile(
    r"\b(error|exception|timeout|time-out|host|http|null|none of null|invalid|failed)\b", re.IGNORECASE
)


def by_floor(authority: Authority, effect: Document | None = None) -> tuple[Refusal, ...]:
    return refused(effect, offline="floor", in_facts={"authority": authority})


FIRST_DAY, LAST_DAY = {"starts_on": "2017-06-20"}, {"ends_on": "2017-06-10"}


def scanned(text: str, now_ms: int = ISSUED, *, is_revoked: bool = False) -> tuple[Refusal, ...]:
    keys = {b"t1": TokenKey(KEY.public_key(), is_revoked=is_revoked)}
    found = parse(text, keys=keys, now_ms=now_ms)
    return (found,) if isinstance(found, Refusal) else ()


def refused(
    effect: Document | None = None,
    *,
    lines: tuple[Line, ...] = (line(1, "espresso", 500),),
    voucher: Document | None = None,
    in_rule: Document | None = None,
    beside: tuple[Document, ...] = (),
    document: Document | None = None,
    member: Member | None = MEMBER,
    in_facts: Document | None = None,
    **in_campaign: Any,
) -> tuple[Refusal, ...]:
    """Return why a voucher's rule does not apply, beside other campaigns if need be."""
    made = rule("r", effect or amount_off(1), **(in_rule or {}))
    plan = program(campaign("c", made, **in_campaign), *beside, **(document or {}))
    presented = (shown("id", **{"rule_id": "r", **(voucher or {})}),)
    seen = facts(plan, *lines, presented=presented, member=member, **(in_facts or {}))
    return decide(seen).presented[0].refusals


def by_phone(now_ms: int) -> tuple[Refusal, ...]:
    keys = {b"t1": TokenKey(a_signing_key(2).public_key())}
    found = parse(a_phone().shows(NOW_MS), keys=keys, now_ms=now_ms)
    return (found,) if isinstance(found, Refusal) else ()


def after_guesses() -> tuple[Refusal, ...]:
    guesses = Guesses()
    for second in range(GUESSES_MAX):
        guesses.note(second * 1000)
    refusal = guesses.refusal(WINDOW_MS - 1)
    assert guesses.refusal(WINDOW_MS) is None
    return () if refusal is None else (refusal,)


def unmet(condition: Document, **more: Any) -> tuple[Refusal, ...]:
    return refused(in_rule={"condition": condition}, **more)


def unpaid(tender: Tender, off: int = 0) -> tuple[Refusal, ...]:
    """Return why a tender pays nothing of 5.00, of which so much is off already."""
    plan = program(campaign("c", automatic("r", amount_off(off)))) if off else program()
    return decide(facts(plan, line(1, "soap", 500), tenders=(tender,))).tenders[0].refusals


def stacked(mine: Document, *, name: str = "o", policy: Document | None = None, **of_other: Any) -> Any:
    """Return what another campaign, which takes 0.05 off, says against ours."""
    beside = campaign(name, automatic(name, amount_off(5)), **of_other)
    return refused(stacking=mine, beside=(beside,), document={"policy": policy or {}})


def one_of_two_codes() -> tuple[Refusal, ...]:
    plan = program(campaign("c", rule("r", amount_off(1))), policy={"codes": "all_or_none"})
    return decide(facts(plan, *SOAP, presented=(shown("a", "r"), shown("b", "gone")))).presented[0].refusals


def self_referral() -> tuple[Refusal, ...]:
    refusal = refused_referral(referrer="M1", friend="M1", friend_orders=0, referred_by=None)
    return () if refusal is None else (refusal,)


def untried(rests_on: str | None) -> tuple[Refusal, ...]:
    refusal = refused_untried(rests_on=rests_on, held=None)
    return () if refusal is None else (refusal,)


SOAP = (line(1, "soap", 500),)
CARD = Tender(TenderKind.GIFT_CARD, "g", 300)
PAY = {"kind": "points_payment", "points": 100, "worth": 100}


def told(refusal: Refusal | None) -> tuple[Refusal, ...]:
    assert refusal is not None
    return (refusal,)


TRY = [
    {"id": "try", "name": "Try", "variants": [{"name": "a", "weight": 1_000_000}, {"name": "b", "weight": 1}]}
]
IN_TRY = {"experiment": {"id": "try", "variants": ["b"]}, "document": {"experiments": TRY}}
ENDED = {"document": {"life": {"stage": "live", "spend_until": "2017-06-14"}}}
GERMAN = leaf("member.attribute", "is", "DE", name="country")
ON_BIRTHDAY = leaf("member.birthday", "within_days", 0)
MONTHLY = {"member_uses": [{"at_most": 1, "period": "month"}]}
MADE: dict[Reason, Callable[[], tuple[Refusal, ...]]] = {
    Reason.CODE_UNREADABLE: lambda: scanned("L2:1"),
    Reason.CODE_FORGED: lambda: scanned(code(OTHER)),
    Reason.CODE_WITHDRAWN: lambda: scanned(code(), is_revoked=True),
    Reason.CODE_TOO_NEW: lambda: scanned(code(OTHER, b"t2")),
    Reason.UNKNOWN_CODE: lambda: scanned("{4006381333931}"),
    Reason.CODE_IS_PRODUCT: lambda: scanned("4006381333931"),
    Reason.CODE_IS_LINK: lambda: scanned("https://example.com/menu"),
    Reason.CODE_IS_FOREIGN: lambda: scanned("WIFI:S:guests;T:WPA;P:secret;;"),
    Reason.COUPON_OF_MAKER: lambda: scanned("]C18112" + "1" * 20),
    Reason.CODE_FOR_SETUP: lambda: (not_here(SetupCode("TS:P:AAAA")),),
    Reason.CODE_NOT_HERE: lambda: (not_here(ReceiptCode("0193")),),
    Reason.CODE_STALE: lambda: by_phone(NOW_MS + 120_000),
    Reason.CODE_REPLAYED: lambda: refused(in_facts={"stopped": frozenset({"replayed"})}),
    Reason.TOO_MANY_UNKNOWN: after_guesses,
    Reason.CODE_EXPIRED: lambda: scanned(code(), EXPIRES),
    Reason.CODE_NOT_YET_VALID: lambda: scanned(code(), ISSUED - 1),
    Reason.MEMBER_NEEDED: lambda: refused(audience=["M1"], member=None),
    Reason.NOT_STAFF: lambda: untried(None),
    Reason.PIN_LOCKED: lambda: (Lockout(TRIES, 1, b"", 0).refusal(Reading(0, b"", 1)),),
    Reason.PIN_WRONG: lambda: (Lockout(2).refusal(Reading(0, b"", 1)),),
    Reason.PIN_UNCHECKED: lambda: untried("a pepper"),
    Reason.NOT_APPROVED: lambda: (veiled(untried(None)[0]),),
    # What undoing an order meets at a station is made by tests/station/test_void.py.
    Reason.ORDER_UNKNOWN: lambda: (Refusal(Reason.ORDER_UNKNOWN),),
    Reason.OWN_ORDER: lambda: told(refused_by_standing({"own"})),
    Reason.APPROVAL_NEEDED: lambda: (Refusal(Reason.APPROVAL_NEEDED),),
    Reason.APPROVER_DOES_NOT_FIT: lambda: (Refusal(Reason.APPROVER_DOES_NOT_FIT),),
    Reason.RULES_GONE: lambda: (Refusal(Reason.RULES_GONE),),
    Reason.UNDO_TOO_LATE: lambda: told(too_late(ReversalPolicy(), 31 * 24 * HOUR_MS)),
    Reason.ORDER_UNDONE: lambda: (Refusal(Reason.ORDER_UNDONE),),
    Reason.DAY_CLOSED: lambda: (Refusal(Reason.DAY_CLOSED),),  # tests/station/test_day_close.py
    Reason.RETURNED_TOO_MUCH: lambda: (Refusal(Reason.RETURNED_TOO_MUCH),),
    Reason.POINTS_SPENT_SINCE: lambda: (Refusal(Reason.POINTS_SPENT_SINCE, {"missing": 5}),),
    Reason.PROGRAM_NOT_LIVE: lambda: refused(document={"life": {"stage": "paused"}}),
    Reason.PROGRAM_ENDED: lambda: refused(**ENDED),
    Reason.PROGRAM_EXPIRED: lambda: refused(document={"expires_ms": 1}),
    Reason.MEMBER_STOPPED: lambda: (said_of_all({"member:M1"}, "M1"),),
    Reason.STOPPED: lambda: refused(in_facts={"stopped": frozenset({"campaign:c"})}),
    Reason.SPENDING_STOPPED: lambda: refused(in_facts={"stopped": frozenset({"spending"})}),
    Reason.DISK_LOW: lambda: refused(in_facts={"stopped": frozenset({"room"})}),
    Reason.SIGN_IN_NEEDED: lambda: refused(in_facts={"stopped": frozenset({"sign_in"})}),
    Reason.OWN_ACCOUNT: lambda: refused(in_facts={"stopped": frozenset({"own"})}),
    Reason.OFFER_UNKNOWN: lambda: refused(voucher={"rule_id": "other"}),
    Reason.ONLINE_ONLY: lambda: refused(offline="never"),
    Reason.STATION_CAP_REACHED: lambda: by_floor(Authority("A2", NOON, spends=500)),
    Reason.FACTS_STALE: lambda: by_floor(Authority("A2", NOON - 73 * HOUR_MS)),
    Reason.FLOOR_EXCEEDED: lambda: by_floor(Authority("A1", NOON), amount_off(301)),
    Reason.FLOOR_USED: lambda: by_floor(Authority("A1", NOON, times={"M1": 1})),
    Reason.CARD_FROZEN: lambda: unpaid(replace(CARD, right=CardRight(denied=Refusal(Reason.CARD_FROZEN)))),
    Reason.CARD_FLOOR: lambda: unpaid(replace(CARD, right=CardRight(taken=4_800, as_of_ms=NOON))),
    Reason.CARD_DAY: lambda: unpaid(replace(CARD, right=CardRight(taken_today=49_800, as_of_ms=NOON))),
    Reason.FACTS_MISSING: lambda: unmet(leaf("history.orders", "at_least", 1)),
    Reason.TIME_DOUBTFUL: lambda: refused(in_facts={"stopped": frozenset({"timed"})}),
    Reason.NOT_STARTED: lambda: refused(**FIRST_DAY),
    Reason.EXPIRED: lambda: refused(**LAST_DAY),
    Reason.WRONG_STORE: lambda: unmet(leaf("order.store", "is", "S2")),
    Reason.OUTSIDE_HOURS: lambda: unmet(leaf("order.weekday", "at_least", 6)),
    Reason.NOT_OWNER: lambda: refused(voucher={"owner": "M2"}),
    Reason.NOT_IN_SEGMENT: lambda: refused(audience=["M2"]),
    Reason.WRONG_TIER: lambda: unmet(leaf("member.tier", "is", "silver")),
    Reason.OTHER_VARIANT: lambda: refused(**IN_TRY),
    Reason.ATTRIBUTE_MISSING: lambda: unmet(GERMAN),
    Reason.ATTRIBUTE_DOES_NOT_FIT: lambda: unmet(
        GERMAN, member=replace(MEMBER, attributes={"country": "AT"})
    ),
    Reason.CONSENT_MISSING: lambda: unmet(leaf("member.consents", "contains", "mail")),
    Reason.NOT_THE_DAY: lambda: unmet(ON_BIRTHDAY, member=replace(MEMBER, birthday=date(1980, 6, 16))),
    Reason.NOT_NTH_ORDER: lambda: unmet(
        leaf("order.nth", "is", 10), in_facts={"known": {"history.orders": 3}}
    ),
    Reason.SPEND_NOT_MET: lambda: unmet(
        leaf("history.spend", "at_least", 5000), in_facts={"known": {"history.spend": 1999}}
    ),
    Reason.HISTORY_NOT_MET: lambda: unmet(
        leaf("history.orders", "at_least", 3), in_facts={"known": {"history.orders": 1}}
    ),
    Reason.HISTORY_DOES_NOT_FIT: lambda: unmet(
        leaf("history.orders", "at_most", 0), in_facts={"known": {"history.orders": 1}}
    ),
    Reason.SELF_REFERRAL: self_referral,
    Reason.ORDER_NEEDED: lambda: refused(lines=()),
    Reason.LINES_NEEDED: lambda: refused(amount_off(1, "coffee"), lines=(line(1, "", 500),)),
    Reason.MIN_QTY_NOT_MET: lambda: unmet(leaf("order.quantity", "at_least", 3)),
    Reason.REQUIRED_ITEM_MISSING: lambda: refused(amount_off(1, "coffee"), lines=SOAP),
    Reason.MIN_TOTAL_NOT_MET: lambda: unmet(leaf("order.total", "more_than", 3000)),
    Reason.ORDER_DOES_NOT_FIT: lambda: unmet(leaf("order.channel", "is", "web")),
    Reason.LIMIT_TOTAL_REACHED: lambda: refused(voucher={"uses_max": 1, "uses": 1}),
    Reason.LIMIT_CAMPAIGN_REACHED: lambda: refused(limits={"uses": 9}, in_facts={"known": {"uses:c": 9}}),
    Reason.LIMIT_PER_MEMBER_REACHED: lambda: refused(
        limits=MONTHLY, in_facts={"known": {"member_uses:c/month": 1}}
    ),
    Reason.LIMIT_MEMBERS_REACHED: lambda: refused(
        limits={"members": 500}, in_facts={"known": {"members:c": 500, "member_counted:c": 0}}
    ),
    Reason.BUDGET_EXHAUSTED: lambda: refused(
        budget={"discount": 100}, in_facts={"known": {"discount:c": 100}}
    ),
    Reason.BUDGET_EXCEEDED: lambda: refused(
        amount_off(101), budget={"discount": 100}, in_facts={"known": {"discount:c": 0}}
    ),
    Reason.OUT_OF_STOCK: lambda: refused(
        in_rule={"has_stock": True}, in_facts={"known": {"stock:r": 0, "stock_elsewhere:r": 0}}
    ),
    Reason.STACK_INVALID: one_of_two_codes,
    Reason.EXCLUDED_BY_EXCLUSIVE: lambda: stacked({}, stacking={"exclusive": True}),
    Reason.NOT_COMBINABLE: lambda: stacked({"not_with": ["a"]}, name="a"),
    Reason.ONLY_TOGETHER: lambda: stacked({"only_with": ["o"]}, audience=["M2"]),
    Reason.NOT_BEST: lambda: stacked({"best_of": "g"}, stacking={"best_of": "g"}),
    Reason.GROUP_LIMIT: lambda: stacked(
        {"group": "g"}, name="a", stacking={"group": "g"}, policy={"group_limits": {"g": 1}}
    ),
    Reason.INSUFFICIENT_POINTS: lambda: refused(in_rule={"cost_points": MEMBER.balance + 1}),
    Reason.POINTS_MIN_NOT_MET: lambda: refused({**PAY, "step": 10, "least": 100, "share_max": 1000}),
    Reason.DEBT: lambda: refused(in_rule={"cost_points": 1}, member=replace(MEMBER, debt=30)),
    Reason.WALLET_EXPIRED: lambda: unpaid(replace(CARD, ends_on=date(2017, 6, 14))),
    Reason.CARD_USED: lambda: unpaid(replace(CARD, is_single_use=True, is_used=True)),
    Reason.CARD_NOT_ACTIVE: lambda: unpaid(
        replace(CARD, right=CardRight(denied=Refusal(Reason.CARD_NOT_ACTIVE)))
    ),
    Reason.CARD_AMOUNT: lambda: (Refusal(Reason.CARD_AMOUNT, {"wanted": 5000}),),
    Reason.VALUE_EMPTY: lambda: unpaid(replace(CARD, balance=0)),
    Reason.NOTHING_DUE: lambda: unpaid(CARD, 500),
    Reason.NO_EFFECT: lambda: refused(percent_off(1), lines=(line(1, "soap", 1),)),
}


def money(minor: int) -> str:
    return format_amount(minor, CURRENCIES["USD"])


def read_out(refusal: Refusal) -> str:
    return sentence(refusal, money=money)


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.code)
def test_every_reason_comes_about_and_can_be_read_out(reason: Reason) -> None:
    (refusal,) = MADE[reason]()
    assert refusal.reason is reason
    said = read_out(refusal)
    assert said[0].isupper() or said[0].isdigit()
    assert said.endswith(".") and not BANNED.search(said)
    assert reason is Reason.UNKNOWN_CODE or not set(said) & set("{}")
    assert refusal.record() == {"code": reason.code, "numbers": dict(refusal.numbers)}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.MIN_TOTAL_NOT_MET, "25.01 short of 30.01."),
        (Reason.MIN_QTY_NOT_MET, "2 more needed: from 3 on."),
        (Reason.NOT_STARTED, "This offer starts on 2017-06-20."),
        (Reason.EXPIRED, "This offer ended on 2017-06-10."),
        (Reason.UNKNOWN_CODE, "Unknown code {40063813339."),
        (Reason.PIN_LOCKED, "Too many wrong PINs. Seconds to wait: 60."),
        (Reason.PIN_WRONG, "This PIN is wrong. Tries left before a wait: 3."),
        (Reason.PROGRAM_ENDED, "The loyalty program ended on 2017-06-14."),
        (Reason.NOT_NTH_ORDER, "This offer is for order number 10. This is number 4."),
        (Reason.SPEND_NOT_MET, "The member has spent 19.99 so far: 30.01 short of 50.00."),
        (Reason.HISTORY_NOT_MET, "2 more needed in the member's history: 1 of 3."),
        (Reason.ATTRIBUTE_MISSING, "Not known yet: country."),
        (Reason.ATTRIBUTE_DOES_NOT_FIT, "Does not fit this offer: country is AT."),
        (Reason.CONSENT_MISSING, "The member has not agreed to this: mail."),
        (Reason.LIMIT_MEMBERS_REACHED, "The first 500 members have had this offer."),
        (Reason.BUDGET_EXCEEDED, "Only 1.00 is left of what was set aside for this offer."),
        (Reason.EXCLUDED_BY_EXCLUSIVE, "Campaign o can't be combined with anything else."),
        (Reason.NOT_COMBINABLE, "Campaign c does not combine with Campaign a."),
        (Reason.ONLY_TOGETHER, "Only together with Campaign o."),
        (Reason.NOT_BEST, "Campaign o saves more, and only one of the two applies."),
        (Reason.GROUP_LIMIT, "No more than 1 offers of this kind in one order."),
        (Reason.INSUFFICIENT_POINTS, "1 points short of 121."),
        (Reason.POINTS_MIN_NOT_MET, "At least 100 points must be used at once."),
        (Reason.DEBT, "30 points are owed from a return. Earn them first."),
        (Reason.WALLET_EXPIRED, "The value on this card ended on 2017-06-14."),
    ],
)
def test_sentences_hold_their_numbers(reason: Reason, said: str) -> None:
    assert read_out(MADE[reason]()[0]) == said


def test_sentences_are_translated_before_they_are_filled_in() -> None:
    refusal = Refusal(Reason.MIN_TOTAL_NOT_MET, {"missing": 640, "wanted": 3000})
    german = {"{missing} short of {wanted}.": "Es fehlen {missing} bis {wanted}."}
    assert sentence(refusal, money=money, translate=german.__getitem__) == "Es fehlen 6.40 bis 30.00."


def test_codes_are_stable_words_of_their_own() -> None:
    assert len(BY_CODE) == len(Reason) == len(PRECEDENCE)
    assert all(
        re.fullmatch(r"[a-z_]+", code) and reason.name.lower() == code for code, reason in BY_CODE.items()
    )


def test_precedence_goes_by_class() -> None:
    classes = list(dict.fromkeys(reason.reason_class.value for reason in Reason))
    assert classes == [kind.value for kind in ReasonClass]
    assert classes[:4] == ["identity", "authority", "time", "member"]
    assert classes[4:] == ["order", "limit", "stacking", "balance", "effect"]
    found = by_precedence([Refusal(reason) for reason in reversed(Reason)])
    assert [refusal.reason for refusal in found] == list(Reason)


def test_the_same_is_said_once_and_different_numbers_stay() -> None:
    first, second = Refusal(Reason.EXPIRED, {"ends_on": "a"}), Refusal(Reason.EXPIRED, {"ends_on": "b"})
    assert by_precedence([second, first, second]) == (second, first)
