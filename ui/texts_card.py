"""What is said of gift cards: on their page, beside an order that they pay, in answers and to whom they belong."""

from datetime import date
from typing import TYPE_CHECKING

from app.core.card_rest import Rest
from app.core.money import Currency
from ui.i18n import _
from ui.models.amount import AmountProblem
from ui.models.cards import CardFace, CardPut, CardRow
from ui.models.state import AnswerView, AnswerWord
from ui.texts import ago, amount_problem, because, day, discount, money

if TYPE_CHECKING:
    from ui.models.card_view import Doing


def ending_in(ends_with: str) -> str:
    """Return how a card is called: nobody needs more of its number than its end."""
    return _("Card ending in {end}").format(end=ends_with)


def usable_until(ends_on: date | None) -> str:
    """Return the last day of a card."""
    return _("No end") if ends_on is None else _("Usable until {day}").format(day=day(ends_on))


def standing(card: CardFace, currency: Currency) -> str:
    """Return how a card stands."""
    if card.is_new:
        return _("Not active yet")
    if card.why_not is not None:
        return because(card.why_not, currency)
    return _("Can be used once") if card.is_single_use else _("Can be used")


def age(card: CardFace, now_ms: int) -> str:
    """Return how old a balance is."""
    return _("As of {ago}").format(ago=ago((now_ms - card.as_of_ms) // 1000))


def asked_first() -> str:
    """Return what stands there while there is no card."""
    return _("Scan the gift card, or type its number.")


# --- the amount ---------------------------------------------------------------------------------------------


def how_much(doing: "Doing") -> str:
    """Return what the amount is for."""
    return {
        "pay": _("How much does the card pay?"),
        "top_up": _("How much is put on the card?"),
        "activate": _("How much is put on the new card?"),
    }.get(doing, "")


def do_it(doing: "Doing", card: CardFace | None) -> str:
    """Return what Enter does."""
    match doing:
        case "pay":
            return _("Add to the order")
        case "top_up":
            return _("Top up")
        case "activate":
            return _("Activate")
    if card is None:
        return _("Find")
    return _("Activate") if card.is_new else _("Done")


def amount_wrong(problem: AmountProblem, currency: Currency) -> str:
    """Return what to type instead of something that is no amount for a card."""
    if problem is AmountProblem.EMPTY:
        return _("Type an amount first.")
    if problem is AmountProblem.TOO_LARGE:
        return _("This is too large for a gift card.")
    return amount_problem(problem, currency)


def pays_at_most(most: int, currency: Currency) -> str:
    """Return how much a card could pay."""
    return _("This card pays {amount} at most.").format(amount=money(most, currency))


def to_approve(doing: "Doing") -> str:
    """Return what a manager is asked."""
    return _("Activate a gift card") if doing == "activate" else _("Top up a gift card")


# --- beside the order ---------------------------------------------------------------------------------------


def paid_by(row: CardRow, currency: Currency) -> str:
    """Return what a card pays: `−€20.00`."""
    return discount(row.amount, currency)


def stays(row: CardRow, currency: Currency) -> str:
    """Return what stands under a card that pays: what stays on it, or why it doesn't pay."""
    if row.why_not is not None and not row.is_to_ask:
        return because(row.why_not, currency)
    if row.is_to_ask:
        return _("Head office is asked when you confirm")
    return left_on(row, currency)


def left_on(row: CardRow, currency: Currency) -> str:
    """Return what becomes of what a card doesn't pay."""
    left = money(row.left, currency)
    match row.rest:
        case Rest.STAYS:
            return _("{amount} stays on it").format(amount=left)
        case Rest.PAID_OUT:
            return _("{amount} is paid out").format(amount=left)
        case Rest.FORFEITED:
            return _("{amount} is lost, it is for one use").format(amount=left)


def take_out(row: CardRow) -> str:
    """Return what the cross beside a card is called when it is read out."""
    return _("Take the card ending in {end} out again").format(end=row.ends_with)


# --- answers ------------------------------------------------------------------------------------------------


def paying(answer: AnswerView) -> tuple[CardRow, ...]:
    """Return the cards that have paid."""
    return tuple(row for row in answer.cards if row.amount)


def at_the_till(answer: AnswerView, currency: Currency) -> str:
    """Return what to do at the till with what cards have paid."""
    amount = sum(row.amount for row in answer.cards)
    return _("Enter {amount} as gift card at the till").format(amount=money(amount, currency))


def has_paid(row: CardRow, currency: Currency) -> str:
    """Return what a card has paid and what is left on it, or why it hasn't."""
    if row.why_not is not None:
        return f"{ending_in(row.ends_with)}: {because(row.why_not, currency)}"
    said = _("Card ending in {end} paid {amount}").format(
        end=row.ends_with, amount=money(row.amount, currency)
    )
    return f"{said} · {left_on(row, currency)}"


def put_title(put: CardPut) -> str:
    """Return what the answer says largest."""
    return _("Card activated") if put.is_new else _("Card topped up")


def put_to_do(put: CardPut, currency: Currency) -> str:
    """Return what is on the card now."""
    return _("{amount} is on it now").format(amount=money(put.balance, currency))


def put_details(answer: AnswerView, put: CardPut, currency: Currency) -> tuple[str, ...]:
    """Return what else there is to know, a line each."""
    added = _("Put on it: {amount}").format(amount=money(put.amount, currency))
    lines = [f"{ending_in(put.ends_with)} · {added}", usable_until(put.ends_on)]
    if answer.is_repeat:
        lines.append(_("This was recorded before. Nothing was recorded twice."))
    if answer.word is AnswerWord.QUEUED:
        lines.append(_("Recorded on this station. Will be sent when the connection is back."))
    return tuple(lines)


# --- to whom it belongs -------------------------------------------------------------------------------------


def card_pays(amount: int, currency: Currency) -> str:
    """Return what the customer reads of what their card pays; nothing where none does."""
    return _("Your gift card pays {amount}").format(amount=money(amount, currency)) if amount else ""


def stays_on_card(left: int | None, currency: Currency) -> str:
    """Return what the customer reads of what stays on it."""
    return "" if left is None else _("{amount} stays on it").format(amount=money(left, currency))
