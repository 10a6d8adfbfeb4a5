"""The pages on which gift cards are to be seen: by real keys, with a model that only remembers."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.core.card_rest import Rest
from app.core.gift_cards import TenderKind, TenderOutcome
from app.core.money import CURRENCIES
from app.core.reasons import Reason, Refusal
from ui import texts_answer, texts_card
from ui.gallery import states
from ui.keys import FLOW_KEYS, bar_keys, key_map
from ui.models.card_view import AllOfIt, CardAmount, FindCard, PrintCard, PutOn
from ui.models.cards import CardRow
from ui.models.display import Slide, display_of
from ui.models.display_words import by_card
from ui.models.paying import PayingCard, card_rows
from ui.models.state import AnswerWord, Screen

Key = Qt.Key
EUR = CURRENCIES["EUR"]
STATES = states()
PAYS = CardRow("c1", "4821", 2_000, 500)


def said(inside: QWidget) -> str:
    return "\n".join(label.text() for label in inside.findChildren(QLabel) if label.isVisible())


def test_its_key_stands_in_the_bar_and_in_the_help() -> None:
    assert FLOW_KEYS[Key.Key_F4] is Screen.GIFT_CARD and Key.Key_F4 in bar_keys()
    assert ("F4", "Gift card") in key_map()


def test_a_number_is_typed_at_once_and_looked_up_by_enter(shown) -> None:
    shown.show(STATES["gift-card-none"])
    assert shown.press(Key.Key_Return) == [("enter",)]  # the model says what is missing
    shown.type("g12")
    assert shown.press(Key.Key_Return) == [("ask", FindCard("g12"))]
    shown.window.pages[Screen.GIFT_CARD].work.do.click()
    assert shown.model.asked[-1] == ("ask", FindCard("g12"))
    assert shown.press(Key.Key_Escape) == [("escape",)]


def test_a_card_is_shown_with_what_is_on_it_and_its_keys(shown) -> None:
    shown.show(STATES["gift-card"])
    text = said(shown.window)
    assert all(
        part in text for part in ("Card ending in 4821", "€25.00", "Can be used", "Usable until 2022-11-30")
    )
    assert "As of" not in text
    assert shown.press(Key.Key_F6, Key.Key_Return) == [("ask", PutOn()), ("enter",)]
    shown.model.asked.clear()
    shown.window.pages[Screen.GIFT_CARD].work.print.click()
    assert shown.model.asked == [("ask", PrintCard())]
    shown.show(STATES["gift-card-offline"])
    assert "As of 2 d 4 h ago" in said(shown.window)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("gift-card-new", "Not active yet"),
        ("gift-card-once", "Can be used once"),
        ("gift-card-expired", "The value on this card ended on 2017-09-01."),
        ("gift-card-used", "This gift card has been used."),
    ],
)
def test_how_a_card_stands_is_said(shown, state: str, says: str) -> None:
    shown.show(STATES[state])
    assert says in said(shown.window)


def test_the_first_digit_replaces_what_the_card_could_pay_and_it_is_said_what_is_left(shown) -> None:
    shown.show(STATES["gift-card-pay"])
    assert shown.type("1") == [("ask", CardAmount("1"))]
    assert shown.press(Key.Key_F7, Key.Key_Return) == [("ask", AllOfIt()), ("enter",)]
    shown.show(STATES["gift-card-pay-part"])
    text = said(shown.window)
    assert "Left to pay\n€13.60" in text and "Stays on the card\n€15.00" in text


def test_the_pad_types_and_all_targets_have_a_name(shown) -> None:
    shown.show(STATES["gift-card-top-up"])
    page = shown.window.pages[Screen.GIFT_CARD]
    pad = {button.accessibleName(): button for button in page.keypad.buttons}
    pad["00"].click()
    assert shown.model.asked[-1] == ("ask", CardAmount("00"))  # over what was selected
    assert page.field.accessibleName() == "How much is put on the card?"
    assert [part.accessibleName() for part in page.controls() if part.isVisible()] == [
        "How much is put on the card?",
        "Top up (Enter)",
        "Back (Esc)",
    ]


def test_beside_an_order_a_card_says_what_it_pays_and_what_stays_on_it(shown) -> None:
    shown.show(STATES["member-gift-card"])
    text = said(shown.window.member.order)
    for part in ("Card ending in 4821", "−€20.00", "€5.00 stays on it", "Left to pay", "€3.60"):
        assert part in text
    assert shown.press(Key.Key_Delete) == [("remove_voucher", "")]
    shown.show(STATES["member-gift-card-refused"])
    assert "The value on this card ended on 2017-09-01." in said(shown.window.member.order)
    shown.show(STATES["member"])
    assert (
        "To pay" in said(shown.window.member.order) and not shown.window.member.order.totals.cards.isVisible()
    )


def test_the_cross_takes_a_card_out_of_the_order(shown) -> None:
    shown.show(STATES["member-gift-card"])
    crosses = [
        child
        for child in shown.window.member.order.findChildren(QWidget)
        if child.accessibleName() == "Take the card ending in 4821 out again"
    ]
    crosses[0].click()
    assert shown.model.asked == [("remove_voucher", "c1")]


@pytest.mark.parametrize(("link", "is_to_ask"), [("online", True), ("offline", False)])
def test_only_with_a_line_head_office_is_asked_about_what_the_station_may_not_give_alone(
    link, is_to_ask
) -> None:
    refusal = Refusal(Reason.CARD_FLOOR, {"wanted": 5_000})
    outcome = TenderOutcome("c1", TenderKind.GIFT_CARD, 0, 9_000, (refusal,))
    (row,) = card_rows((PayingCard("c1", "4821"),), (outcome,), link=link)
    assert row.is_to_ask is is_to_ask
    said = "Head office is asked when you confirm" if is_to_ask else "Without head office"
    assert texts_card.stays(row, EUR).startswith(said)


def test_an_answer_says_what_the_card_paid_and_what_is_left() -> None:
    answer = STATES["approved-gift-card"].answer
    assert texts_answer.to_do(answer, EUR) == "Enter €20.00 as gift card at the till"
    assert texts_answer.details(answer, EUR) == (
        "To pay €3.60 · +23 points",
        "Card ending in 4821 paid €20.00 · €5.00 stays on it",
    )
    both = STATES["approved-gift-card-and-offer"].answer
    assert texts_answer.to_do(both, EUR) == "Take €2.36 off at the till"
    assert texts_answer.details(both, EUR)[0] == "Enter €20.00 as gift card at the till"
    put = STATES["gift-card-topped-up"].answer
    assert texts_answer.read_out(put, EUR) == (
        "Card topped up. €75.00 is on it now. Card ending in 4821 · Put on it: €50.00. Usable until 2022-11-30."
    )


def test_what_becomes_of_the_rest_of_a_card_for_one_use_is_said() -> None:
    assert texts_card.left_on(replace(PAYS, rest=Rest.PAID_OUT), EUR) == "€5.00 is paid out"
    assert texts_card.left_on(replace(PAYS, rest=Rest.FORFEITED), EUR) == "€5.00 is lost, it is for one use"


def test_the_customer_display_shows_what_is_on_the_card_and_what_it_pays() -> None:
    alone = display_of(STATES["gift-card"])
    assert (alone.slide, alone.amount, alone.name) == (Slide.MEMBER, 2_500, "")
    assert display_of(STATES["gift-card-none"]).slide is Slide.BRAND
    order = display_of(STATES["member-gift-card"]).order
    assert (order.payable, order.by_card, order.card_left) == (360, 2_000, 500)
    assert by_card(order, EUR) == "Your gift card pays €20.00 · €5.00 stays on it"
    assert display_of(STATES["member-gift-card-refused"]).order.by_card == 0
    answered = display_of(STATES["approved-gift-card"])
    assert (answered.answer, answered.order.payable) == (AnswerWord.APPROVED, 360)
    assert display_of(STATES["gift-card-topped-up"]).amount == 7_500
