"""What an order could use, and why not the rest: the decision as it is shown before it is taken.

A quote is the decision itself, named and sorted for people. It can't differ from what is then decided.
"""

from dataclasses import dataclass

from app.core.decision import Decision, Facts, Outcome, decide
from app.core.reasons import Refusal


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule as it stands for this order: usable with its discount (minor units), or not and why."""

    rule_id: str
    name: str
    redemption_id: str | None
    discount: int
    refusals: tuple[Refusal, ...]

    @property
    def is_usable(self) -> bool:
        """Whether it would apply."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Quote:
    """Offers usable first, then the others with the nearest to reachable first, and the exact totals."""

    offers: tuple[Offer, ...]
    decision: Decision


def quote(facts: Facts) -> Quote:
    """Return what the order could use as things stand."""
    decision = decide(facts)
    offers = [_offer(facts, outcome) for outcome in (*decision.presented, *decision.automatic)]
    return Quote(tuple(sorted(offers, key=_nearness)), decision)


def _offer(facts: Facts, outcome: Outcome) -> Offer:
    pair = facts.program.rules_by_id.get(outcome.rule_id)
    name = pair[1].name if pair else outcome.rule_id
    return Offer(outcome.rule_id, name, outcome.redemption_id, outcome.discount, outcome.refusals)


def _nearness(offer: Offer) -> tuple[bool, int, int]:
    missing = [
        number for refusal in offer.refusals if isinstance(number := refusal.numbers.get("missing"), int)
    ]
    return (not offer.is_usable, len(offer.refusals), sum(missing))
