"""What the customer display says. It speaks to the member; the station's own sentences are the cashier's."""

from app.core.money import Currency
from ui import texts, texts_card
from ui.i18n import _
from ui.models.display import GIVEN, DisplayState, Gets, Reward


def shop_name(shown: DisplayState) -> str:
    """Return whose display this is."""
    return shown.brand.name or shown.shop


def greeting(name: str) -> str:
    """Return how a member is greeted."""
    return _("Hello {name}").format(name=name) if name else _("Welcome")


def rewards_title(rewards: tuple[Reward, ...]) -> str:
    """Return what stands over the rewards."""
    return _("For you today") if rewards else ""


def gives(reward: Reward, currency: Currency) -> str:
    """Return what a reward takes off the order."""
    return texts.discount(reward.discount, currency) if reward.discount else ""


def below(reward: Reward, currency: Currency) -> str:
    """Return what stands under a reward: what it costs, or what is missing."""
    if reward.missing is not None:
        return texts.because(reward.missing, currency)
    return texts.points_cost(reward.cost_points) if reward.cost_points else ""


def reward_name(reward: Reward, currency: Currency) -> str:
    """Return what a reward is called when it is read out."""
    return ", ".join(part for part in (reward.name, gives(reward, currency), below(reward, currency)) if part)


def saved(order: Gets, currency: Currency) -> str:
    """Return what the order gets off."""
    return (
        _("You save {amount}").format(amount=texts.money(order.discount, currency)) if order.discount else ""
    )


def by_card(order: Gets, currency: Currency) -> str:
    """Return what gift cards pay, and what stays on them; nothing without one."""
    parts = (
        texts_card.card_pays(order.by_card, currency),
        texts_card.stays_on_card(order.card_left, currency),
    )
    return " · ".join(part for part in parts if part)


def gained(points: int) -> str:
    """Return the points that the order brings."""
    return texts.points_counted(points) if points else ""


def answer_title(shown: DisplayState, order: Gets) -> str:
    """Return what is said largest once the order has been handed in, or undone."""
    if shown.undone is not None:
        return _("Your return is done") if shown.undone.is_return else _("Your order is undone")
    return saved(order, shown.currency) or (_("Thank you") if shown.answer in GIVEN else _("Just a moment"))


def answer_below(shown: DisplayState, order: Gets) -> str:
    """Return what stands under it. Why something isn't possible the cashier says, and not in front of all who wait."""
    if shown.undone is not None:
        return gained(shown.undone.points)
    if shown.answer not in GIVEN and not order.payable:
        return _("The cashier will help you.")
    return gained(order.points)


def answer_due(shown: DisplayState, order: Gets) -> str:
    """Return what is to pay now, or comes back."""
    due = order.payable if shown.undone is None else -shown.undone.due
    amount = texts.money(abs(due), shown.currency)
    if due < 0:
        return _("You get {amount} back").format(amount=amount)
    parts = (by_card(order, shown.currency), _("To pay {amount}").format(amount=amount) if due else "")
    return "\n".join(part for part in parts if part)


def code_hint() -> str:
    """Return what to do with the code."""
    return _("Scan this with your phone")


def question_name(text: str, word: str) -> str:
    """Return what Yes and No are called when they are read out."""
    return f"{text} {word}"
