"""What a cashier can say beside the offers: a sentence of what is nearly there, and one of what joining would give."""

from app.core.money import Currency
from app.core.prompted import JoiningGives, NextBest, Want
from ui.i18n import _, ngettext
from ui.texts import grouped, money
from ui.texts_goods import points_ending


def nearly(said: NextBest, currency: Currency) -> str:
    """Return what is missing for an offer, and what it takes off then."""
    worth, offer = money(said.worth, currency), said.name
    match said.want:
        case Want.AMOUNT:
            missing = money(said.missing, currency)
            message = _("{offer}: {missing} more on this order, and {worth} comes off.")
        case Want.AMOUNT_OF | Want.UNITS:
            is_money = said.want is Want.AMOUNT_OF
            missing = money(said.missing, currency) if is_money else grouped(said.missing)
            message = _("{offer}: {missing} more of its products, and {worth} comes off.")
        case Want.PRODUCT:
            missing = ""
            message = _("{offer}: with one of its products {worth} comes off.")
        case Want.POINTS:
            missing = grouped(said.missing)
            message = ngettext(
                "{offer}: {missing} more point, and {worth} comes off.",
                "{offer}: {missing} more points, and {worth} comes off.",
                said.missing,
            )
    return message.format(offer=offer, missing=missing, worth=worth)


def joining(said: JoiningGives, currency: Currency) -> str:
    """Return what this order would get if somebody joined now."""
    worth, points = money(said.off, currency), points_ending(said.points)
    if not said.points:
        return _("Joining now takes {worth} off this order.").format(worth=worth)
    if not said.off:
        return _("Joining now gives {points} on this order.").format(points=points)
    return _("Joining now takes {worth} off this order and gives {points}.").format(
        worth=worth, points=points
    )
