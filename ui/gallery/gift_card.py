"""Gift cards: by themselves, paying for an order, and getting something put on them."""

from dataclasses import replace
from datetime import date

from app.core.card_rest import Rest
from app.core.reasons import Reason, Refusal
from ui.gallery.answer import answer
from ui.gallery.member import SHORT, TEN_PERCENT, member, order
from ui.gallery.samples import BASE, EUR, LONG_NAME, NOW_MS, OFFLINE, UNKNOWN, because
from ui.i18n import _
from ui.models.card_view import Doing, GiftCardView
from ui.models.cards import CardFace, CardPut, CardRow
from ui.models.state import AnswerWord, Screen, State
from ui.texts_card import asked_first, pays_at_most

CARD = CardFace("c1", "4821", 2_500, NOW_MS - 12_000, date(2022, 11, 30))
NEW = CardFace("c2", "7QX0", 0, NOW_MS - 12_000, None, is_new=True)
OLD = replace(CARD, as_of_ms=NOW_MS - 187_200_000)
EXPIRED = Refusal(Reason.WALLET_EXPIRED, {"ends_on": "2017-09-01"})
PAYS = CardRow("c1", "4821", 2_000, 500)
ALL = CardRow("c1", "4821", 2_360, 140)
ONCE = CardRow("c3", "0B7T", 124, 376, rest=Rest.FORFEITED)
PAID_OUT = replace(ONCE, rest=Rest.PAID_OUT)
REFUSED = CardRow("c4", "9Z2M", 0, 5_000, why_not=EXPIRED)
FLOOR = Refusal(Reason.CARD_FLOOR, {"wanted": 5_000})
ABOVE = CardRow("c5", "33KD", 0, 9_000, why_not=FLOOR)
ASKED = CardRow("c5", "33KD", 0, 9_000, why_not=FLOOR, is_to_ask=True)


def card(view: GiftCardView, **more: object) -> State:
    """Return a state of the page."""
    state = replace(BASE, screen=Screen.GIFT_CARD, flow=view, prints=True)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state in which gift cards are to be seen."""
    return {**_by_itself(), **_with_amount(), **_beside_an_order(), **_answers()}


def _by_itself() -> dict[str, State]:
    once = replace(CARD, is_single_use=True, ends_on=None)
    empty = replace(CARD, balance=0, why_not=Refusal(Reason.VALUE_EMPTY))
    long = replace(CARD, ends_with="WWWW", balance=100_000_000)
    return {
        "gift-card-none": card(GiftCardView(begun=1)),
        "gift-card-none-yet": card(GiftCardView(begun=1), notice=asked_first()),
        "gift-card-unknown": card(GiftCardView(begun=1), notice=because(UNKNOWN)),
        "gift-card": card(GiftCardView(CARD, begun=2)),
        "gift-card-offline": card(GiftCardView(OLD, begun=3), pill=OFFLINE),
        "gift-card-once": card(GiftCardView(once, begun=4)),
        "gift-card-new": card(GiftCardView(NEW, begun=5)),
        "gift-card-empty": card(GiftCardView(empty, begun=6)),
        "gift-card-expired": card(GiftCardView(replace(CARD, why_not=EXPIRED), begun=7)),
        "gift-card-frozen": card(GiftCardView(replace(CARD, why_not=Refusal(Reason.CARD_FROZEN)), begun=10)),
        "gift-card-used": card(GiftCardView(replace(once, why_not=Refusal(Reason.CARD_USED)), begun=8)),
        "gift-card-long": card(GiftCardView(long, begun=9), shop=replace(BASE.shop, name=LONG_NAME)),
    }


def _with_amount() -> dict[str, State]:
    pay = GiftCardView(CARD, Doing.PAY, "23.60", 2_360, 2_360, 2_360, begun=11)
    much = replace(CARD, balance=100_000_000)
    top_up = GiftCardView(CARD, Doing.TOP_UP, begun=16)
    return {
        "gift-card-pay": card(pay),
        "gift-card-pay-offline": card(replace(pay, card=OLD), pill=OFFLINE),
        "gift-card-pay-part": card(replace(pay, first="10", amount=1_000, begun=12)),
        "gift-card-pay-too-much": card(
            replace(pay, first="30", amount=3_000, begun=13), notice=pays_at_most(2_360, EUR)
        ),
        "gift-card-pay-floor": card(
            replace(pay, first="50.00", amount=5_001, most=5_000, begun=19), notice=because(FLOOR), pill=OFFLINE
        ),
        "gift-card-pay-no-order": card(replace(pay, first="25.00", amount=2_500, most=2_500, due=None, begun=14)),
        "gift-card-pay-long": card(
            GiftCardView(much, Doing.PAY, "999999.99", 99_999_999, 99_999_999, 99_999_999, begun=15)
        ),
        "gift-card-top-up": card(replace(top_up, first="50", amount=5_000)),
        "gift-card-top-up-empty": card(replace(top_up, begun=17), notice=_("Type an amount first.")),
        "gift-card-activate": card(GiftCardView(NEW, Doing.ACTIVATE, "25", 2_500, begun=18)),
        "gift-card-busy": card(replace(top_up, first="50", amount=5_000), is_busy=True),
    }  # fmt: skip


def _beside_an_order() -> dict[str, State]:
    bought = order(2_360, 236)
    picked = replace(TEN_PERCENT, is_picked=True)
    many = (PAYS, ONCE, REFUSED, ASKED)
    return {
        "member-gift-card": member(SHORT, at_till=replace(order(), cards=(PAYS,), due=360)),
        "member-gift-card-all": member(SHORT, at_till=replace(order(), cards=(ALL,), due=0)),
        "member-gift-card-picked": member(
            picked, SHORT, at_till=replace(bought, cards=(PAYS, ONCE), due=0),
            notice=_("This gift card is in the order already."),
        ),
        "member-gift-card-refused": member(SHORT, at_till=replace(order(), cards=(REFUSED,), due=2_360)),
        "member-gift-card-floor": member(
            SHORT, at_till=replace(order(9_000), cards=(ABOVE,), due=9_000), pill=OFFLINE
        ),
        "member-gift-card-to-ask": member(SHORT, at_till=replace(order(), cards=(ASKED,), due=2_360)),
        "member-gift-card-paid-out": member(SHORT, at_till=replace(order(124), cards=(PAID_OUT,), due=0)),
        "member-gift-cards": member(
            SHORT, at_till=replace(order(12_345, lines=21), cards=many, due=10_221), pill=OFFLINE
        ),
    }  # fmt: skip


def _answers() -> dict[str, State]:
    put = CardPut("4821", 5_000, 7_500, date(2022, 11, 30))
    paid = {"payable": 2_360, "points": 23, "cards": (PAYS,), "due": 360, "receipt": "A-1"}
    return {
        "approved-gift-card": answer(AnswerWord.APPROVED, **paid),
        "approved-gift-card-and-offer": answer(AnswerWord.APPROVED, **{**paid, "discount": 236}),
        "approved-gift-card-refused": answer(
            AnswerWord.APPROVED, **{**paid, "discount": 236, "cards": (REFUSED,), "due": 2_124}
        ),
        "queued-gift-cards": answer(AnswerWord.QUEUED, **{**paid, "cards": (PAYS, ONCE, REFUSED), "due": 236}),
        "gift-card-topped-up": answer(AnswerWord.APPROVED, put=put, receipt="c-1"),
        "gift-card-activated": answer(AnswerWord.QUEUED, put=replace(put, ends_on=None, is_new=True)),
    }  # fmt: skip
