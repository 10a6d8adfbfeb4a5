"""An engine's answer as a page shows it: offer by offer, with the sentences that a cashier would read out."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.earning import POINTS
from app.core.quote import Offer
from app.core.reasons import sentence
from hq.campaigns.sentences import Speech
from hq.campaigns.simulating import Simulated
from resources.load import translations

Translate = Callable[[str], str]


@dataclass(frozen=True)
class OfferShown:
    """An offer: its answer in a word, how that word is coloured, and a line for each thing that is to be said."""

    rule_id: str
    name: str
    word: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class AnswerShown:
    """An answer: amounts as people write them, offers, and what each earning rule gave."""

    total: str
    discount: str
    payable: str
    points: str
    offers: tuple[OfferShown, ...]
    earned: tuple[tuple[str, str], ...]


def shown(found: Simulated, speech: Speech, *, language: str) -> AnswerShown | None:
    """Return an answer as a page shows it; None where there is none."""
    if found.quote is None or found.facts is None:
        return None
    decision = found.quote.decision
    names = {rule.rule_id: rule.name or rule.rule_id for rule in found.facts.program.earning}
    translate = translations(language).gettext
    return AnswerShown(
        total=speech.money(decision.total),
        discount=speech.money(decision.discount),
        payable=speech.money(decision.payable),
        points=speech.number(decision.points),
        offers=tuple(_offer(offer, speech, translate) for offer in found.quote.offers),
        earned=tuple(
            (names[each.rule_id], _points(each.points, each.currency, speech)) for each in decision.earned
        ),
    )


def _points(points: int, currency: str, speech: Speech) -> str:
    number = speech.number(points)
    return number if currency == POINTS else f"{number} {currency}"


def _offer(offer: Offer, speech: Speech, translate: Translate) -> OfferShown:
    if offer.is_usable:
        return OfferShown(
            offer.rule_id, offer.name, speech.gettext("Applies"), "ok", tuple(_given(offer, speech))
        )
    lines = tuple(sentence(each, money=speech.money, translate=translate) for each in offer.refusals)
    return OfferShown(offer.rule_id, offer.name, speech.gettext("Not possible"), "stop", lines)


def _given(offer: Offer, speech: Speech) -> list[str]:
    """Return what an offer gives, a line each."""
    lines = []
    if offer.discount:
        lines.append(speech.gettext("{amount} off").format(amount=speech.money(offer.discount)))
    for sku, units in offer.gifts:
        lines.append(speech.gettext("{units} × {sku} as a gift").format(units=speech.number(units), sku=sku))
    if offer.credit:
        said = speech.gettext("{amount} back to the member's wallet")
        lines.append(said.format(amount=speech.money(offer.credit)))
    if offer.paid:
        lines.append(speech.gettext("{amount} paid with points").format(amount=speech.money(offer.paid)))
    if offer.cost_points:
        said = speech.ngettext("Costs {points} point", "Costs {points} points", offer.cost_points)
        lines.append(said.format(points=speech.number(offer.cost_points)))
    return lines
