"""What the station says: numbers, ages, the pill, answers; the pseudo language; and words that are never used."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from gettext import NullTranslations

import pytest

from app.core.money import CURRENCIES
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from ui import catalogue, i18n, texts, texts_pill
from ui.models.amount import parse_amount
from ui.models.state import ActionRow, AnswerView, AnswerWord, MemberCard, OfferRow, Pill, PillKind
from ui.pseudo import pseudo

EUR, KRW, USD = CURRENCIES["EUR"], CURRENCIES["KRW"], CURRENCIES["USD"]
BANNED = re.compile(
    r"\b(error|exception|time-?out|host|https?|null|please|server|network|internet|invalid|failed)\b",
    re.IGNORECASE,
)
NBSP = texts.GROUP


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (0, EUR, "€0.00"),
        (-236, EUR, "−€2.36"),
        (123_450, USD, f"$1{NBSP}234.50"),
        (123_456_789, EUR, f"€1{NBSP}234{NBSP}567.89"),
        (5_000, KRW, f"₩5{NBSP}000"),
        (5, EUR, "€0.05"),
    ],
)
def test_money(minor: int, currency, written: str) -> None:
    assert texts.money(minor, currency) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-3, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (3_600, "1 h 0 min"),
        (15_120, "4 h 12 min"), (86_399, "23 h 59 min"), (187_200, "2 d 4 h"),
    ],
)  # fmt: skip
def test_durations(seconds: int, written: str) -> None:
    assert texts.duration(seconds) == written


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (Pill(), "Looking for head office"),
        (Pill(PillKind.FRESH, age_s=12), "Online · synced 12 s ago"),
        (Pill(PillKind.SENDING, waiting=12), "Sending 12 …"),
        (Pill(PillKind.SENDING, waiting=25, sent=12), "Sending 12 of 37"),
        (Pill(PillKind.OFFLINE, age_s=5), "OFFLINE for 5 s"),
        (Pill(PillKind.OFFLINE, waiting=1, age_s=5), "OFFLINE for 5 s · 1 waiting"),
        (Pill(PillKind.OFFLINE, waiting=37, age_s=187_200), "OFFLINE for 2 d 4 h · 37 waiting"),
        (
            Pill(PillKind.STALE, waiting=1_204, age_s=777_600),
            f"OFFLINE for 9 d 0 h · 1{NBSP}204 waiting",
        ),
        (Pill(PillKind.ATTENTION, attention=1), "1 needs attention"),
        (Pill(PillKind.STORAGE), "Records can't be written"),
        (Pill(PillKind.STORAGE, waiting=1), "Records can't be written · 1 waiting"),
        (Pill(PillKind.ATTENTION, attention=21), "21 need attention"),
        (Pill(PillKind.UPDATE), "Update tonight"),
        (Pill(PillKind.UPDATE, by_ms=1_796_428_800_000), "Update tonight · all works until 2026-12-05"),
    ],
)
def test_the_pill(shown: Pill, words: str) -> None:
    assert texts_pill.pill(shown) == words


def test_times_are_those_of_the_store() -> None:
    at_ms = int(datetime(2017, 11, 21, 3, 5, tzinfo=UTC).timestamp() * 1000)
    assert texts.clock(at_ms, "America/New_York") == "22:05"
    assert texts.moment(at_ms, "America/New_York") == "2017-11-20 22:05"
    assert (
        texts.balance_age(MemberCard("A", "", 1, 0, is_known=True, as_of_ms=at_ms), at_ms + 60_000)
        == "As of 1 min ago"
    )


def test_reasons_hold_money_with_its_sign() -> None:
    short = Refusal(Reason.MIN_TOTAL_NOT_MET, {"missing": 640, "wanted": 3_000})
    assert texts.because(short, EUR) == "€6.40 short of €30.00."


def test_before_there_is_an_order_nothing_is_short_of_itself() -> None:
    short = Refusal(Reason.MIN_TOTAL_NOT_MET, {"missing": 3_000, "wanted": 3_000})
    assert texts.because(short, EUR) == "From €30.00 on."


def test_an_amount_of_a_currency_without_decimals_has_none() -> None:
    assert parse_amount("5000", KRW) == 5_000
    problem = parse_amount("50.5", KRW)
    assert texts.amount_problem(problem, KRW) == "Type the amount without decimals, such as 5000."


@pytest.mark.parametrize(
    ("facts", "instruction", "details"),
    [
        (
            {"discount": 500, "payable": 2_500, "points": 25},
            "Take $5.00 off at the till",
            "To pay $25.00 · +25 points",
        ),
        ({"payable": 100, "points": 1}, "Nothing to take off at the till", "To pay $1.00 · +1 point"),
        ({"is_repeat": True}, "Nothing to take off at the till", "This order was recorded before."),
    ],
)
def test_an_approved_answer(facts: dict, instruction: str, details: str) -> None:
    answer = AnswerView(AnswerWord.APPROVED, **facts)
    assert texts.instruction(answer, USD) == instruction
    assert details in "\n".join(texts.answer_details(answer, USD))


def test_a_queued_answer_says_so_and_is_read_out_in_sentences() -> None:
    said = texts.spoken(AnswerView(AnswerWord.QUEUED, discount=500, payable=100), USD)
    assert said.startswith("Approved. Take $5.00 off at the till. To pay $1.00")
    assert said.endswith("Will be sent when the connection is back.")


def test_a_no_says_why_and_what_else() -> None:
    more = (Refusal(Reason.OUTSIDE_HOURS),)
    answer = AnswerView(AnswerWord.NOT_POSSIBLE, sentence="$6.40 short of $30.00.", undecided=more)
    assert texts.answer_title(answer) == "$6.40 short of $30.00"
    assert texts.instruction(answer, USD) == "Tell the reason, then go on"
    assert texts.answer_details(answer, USD) == ("This offer is not valid at this time.",)
    assert texts.spoken(answer, USD).startswith("Not possible. $6.40 short of $30.00. Tell the reason")


def test_what_to_do_about_a_no_stands_below_its_reason() -> None:
    answer = AnswerView(
        AnswerWord.NOT_POSSIBLE, sentence="This code was not issued by us. Ask for another card."
    )
    assert texts.answer_title(answer) == "This code was not issued by us"
    assert texts.instruction(answer, USD) == "Ask for another card."


def test_a_no_to_a_voucher_still_says_what_comes_off_the_order_that_was_recorded() -> None:
    said = "This voucher has been used."
    answer = AnswerView(AnswerWord.NOT_POSSIBLE, sentence=said, discount=103, payable=2_047, points=20)
    assert texts.instruction(answer, USD) == "Take $1.03 off at the till"
    assert texts.answer_details(answer, USD) == ("To pay $20.47 · +20 points",)


def test_a_refused_action_gives_its_reason_instead_of_no_points() -> None:
    action = ActionRow(0, "", 0, 0, is_queued=True, refusal=Refusal(Reason.LIMIT_TOTAL_REACHED))
    assert texts.action_detail(action, USD) == "Refused: This voucher has been used · waiting to be sent"
    earned = replace(action, points=7, is_queued=False)
    assert texts.action_detail(earned, USD) == "Refused: This voucher has been used · +7 points"
    assert texts.action_detail(replace(action, refusal=None), USD) == "0 points · waiting to be sent"
    assert texts.action_detail(replace(action, undone=Kind.VOID), USD) == "Undone"
    assert texts.action_detail(replace(earned, refusal=None, undone=Kind.RETURN), USD) == (
        "Goods taken back · +7 points"
    )


def test_a_member_without_a_name_is_a_member_all_the_same() -> None:
    action = ActionRow(0, "", 0, 40, is_queued=False, is_member=True)
    assert texts.action_name(action) == "Member"
    assert texts.action_name(replace(action, is_member=False)) == "No member"
    assert texts.action_name(replace(action, member_name="Ada L.")) == "Ada L."


def test_an_offer_is_read_out_with_its_key_and_mark() -> None:
    offer = OfferRow("r", "Coffee", 2, is_picked=True, is_voucher=False, discount=290)
    assert texts.offer_name(offer, EUR) == "2: Coffee, −€2.90, picked"


# --- languages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [message.singular for message in catalogue.messages()])
def test_no_sentence_uses_a_word_that_a_cashier_can_do_nothing_with(message: str) -> None:
    assert not BANNED.search(message)


def test_the_catalogue_holds_what_is_said() -> None:
    found = {message.singular: message.plural for message in catalogue.messages()}
    assert found["Redeem"] == ""
    assert found["{count} needs attention"] == "{count} need attention"
    assert {reason.sentence for reason in Reason} <= set(found)
    template = catalogue.template()
    assert template.count("\nmsgid_plural ") == sum(map(bool, found.values()))
    assert len(re.findall(r'^msgid "', template, re.MULTILINE)) == len(found) + 1


@pytest.mark.parametrize("message", [message.singular for message in catalogue.messages()])
def test_the_pseudo_language_grows_and_keeps_placeholders(message: str) -> None:
    said = pseudo(message)
    assert re.findall(r"\{\w+\}", said) == re.findall(r"\{\w+\}", message)
    letters = len(re.sub(r"\{\w+\}", "", message))
    assert len(re.sub(r"\{\w+\}", "", said)) >= 2.3 * letters - 2
    assert said.startswith("[") and said.endswith("]")


def test_a_language_is_chosen_and_another_is_not_there() -> None:
    try:
        i18n.use("pseudo")
        assert texts_pill.pill(Pill()).startswith("[Ļööķîñĝ ƒöř"[:8])
        i18n.use("en")
        assert texts_pill.pill(Pill()) == NullTranslations().gettext("Looking for head office")
    finally:
        i18n.use("en")
    with pytest.raises(KeyError):
        i18n.use("tlh")
