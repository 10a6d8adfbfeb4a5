"""Reasons: each can really come about, and its sentence is one a cashier can read out."""

import re

import pytest

from app.core.codes import TokenKey, parse
from app.core.decision import decide
from app.core.member import Member
from app.core.money import CURRENCIES, format_amount
from app.core.order import Line
from app.core.reasons import BY_CODE, PRECEDENCE, Reason, Refusal, by_precedence, sentence
from tests.core.facts import MEMBER, amount_off, campaign, facts, line, percent_off, program, rule, shown
from tests.core.test_codes_signed import EXPIRES, ISSUED, KEY, OTHER, code

BANNED = re.compile(
    r"\b(error|exception|timeout|time-out|host|http|null|none of null|invalid|failed)\b", re.IGNORECASE
)
FIRST_DAY, LAST_DAY = {"starts_on": "2017-06-20"}, {"ends_on": "2017-06-10"}


def scanned(text: str, now_ms: int = ISSUED) -> tuple[Refusal, ...]:
    found = parse(text, keys={b"t1": TokenKey(KEY.public_key())}, now_ms=now_ms)
    return (found,) if isinstance(found, Refusal) else ()


def refused(
    effect=None, condition=None, lines: tuple[Line, ...] = (line(1, "espresso", 500),), **more
) -> tuple[Refusal, ...]:
    voucher = {key: more.pop(key) for key in ("owner", "uses_max", "uses") if key in more}
    member: Member | None = more.pop("member", MEMBER)
    expires = {"expires_ms": more.pop("expires_ms")} if "expires_ms" in more else {}
    rule_id = more.pop("rule_id", "r")
    made = rule("r", effect or amount_off(1), condition=condition)
    if "cost_points" in more:
        made["cost_points"] = more.pop("cost_points")
    plan = program(campaign("c", made, **more), **expires)
    return (
        decide(facts(plan, *lines, presented=(shown("id", rule_id, **voucher),), member=member))
        .presented[0]
        .refusals
    )


def leaf(fact: str, op: str, value, **more):
    return {"fact": fact, "op": op, "value": value, **more}


SOAP = (line(1, "soap", 500),)
MADE = {
    Reason.CODE_UNREADABLE: lambda: scanned("L2:1"),
    Reason.CODE_FORGED: lambda: scanned(code(OTHER)),
    Reason.UNKNOWN_CODE: lambda: scanned("{4006381333931}"),
    Reason.CODE_EXPIRED: lambda: scanned(code(), EXPIRES),
    Reason.CODE_NOT_YET_VALID: lambda: scanned(code(), ISSUED - 1),
    Reason.INSUFFICIENT_POINTS: lambda: refused(cost_points=MEMBER.balance + 1),
    Reason.ORDER_NEEDED: lambda: refused(lines=()),
    Reason.MEMBER_NEEDED: lambda: refused(audience=["M1"], member=None),
    Reason.PROGRAM_EXPIRED: lambda: refused(expires_ms=1),
    Reason.OFFER_UNKNOWN: lambda: refused(rule_id="other"),
    Reason.ONLINE_ONLY: lambda: refused(offline="never"),
    Reason.NOT_STARTED: lambda: refused(**FIRST_DAY),
    Reason.EXPIRED: lambda: refused(**LAST_DAY),
    Reason.OUTSIDE_HOURS: lambda: refused(condition=leaf("order.weekday", "at_least", 6)),
    Reason.NOT_OWNER: lambda: refused(owner="M2"),
    Reason.NOT_IN_SEGMENT: lambda: refused(audience=["M2"]),
    Reason.WRONG_STORE: lambda: refused(condition=leaf("order.store", "is", "S2")),
    Reason.LINES_NEEDED: lambda: refused(amount_off(1, "coffee"), lines=(line(1, "", 500),)),
    Reason.REQUIRED_ITEM_MISSING: lambda: refused(amount_off(1, "coffee"), lines=SOAP),
    Reason.MIN_QTY_NOT_MET: lambda: refused(condition=leaf("order.quantity", "at_least", 3)),
    Reason.MIN_TOTAL_NOT_MET: lambda: refused(condition=leaf("order.total", "more_than", 3000)),
    Reason.ORDER_DOES_NOT_FIT: lambda: refused(condition={"not": leaf("order.store", "is", "S1")}),
    Reason.LIMIT_TOTAL_REACHED: lambda: refused(uses_max=1, uses=1),
    Reason.NO_EFFECT: lambda: refused(percent_off(1), lines=(line(1, "soap", 1),)),
}  # fmt: skip


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
    assert classes == ["identity", "authority", "time", "member", "order", "limit", "balance", "effect"]
    found = by_precedence([Refusal(reason) for reason in reversed(Reason)])
    assert [refusal.reason for refusal in found] == list(Reason)


def test_the_same_is_said_once_and_different_numbers_stay() -> None:
    first, second = Refusal(Reason.EXPIRED, {"ends_on": "a"}), Refusal(Reason.EXPIRED, {"ends_on": "b"})
    assert by_precedence([second, first, second]) == (second, first)
