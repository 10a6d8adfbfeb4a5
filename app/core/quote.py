"""What an order could use, and why not the rest: the decision as it is shown before it is taken.

A quote is the decision itself, named and sorted for people; it can't differ from what is then decided. Offers that
could be picked but aren't are each decided as if they were picked beside the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.core.campaign import Trigger
from app.core.decision import decide
from app.core.outcome import Decision, Facts, Outcome
from app.core.program import Program
from app.core.reasons import Refusal
from app.core.voucher import Presentation, picked


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule as it stands for this order: usable with its discount (minor units), or not and why.

    The rest is as in the outcome: points paid, what they pay, gifts, credit, and how many more units would be free.
    """

    rule_id: str
    name: str
    redemption_id: str | None
    discount: int
    refusals: tuple[Refusal, ...]
    cost_points: int = 0
    paid: int = 0
    gifts: tuple[tuple[str, int], ...] = ()
    credit: int = 0
    more_free: int = 0

    @property
    def is_usable(self) -> bool:
        """Whether it would apply."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Quote:
    """Offers usable first, then the others with the nearest to reachable first, and the exact totals."""

    offers: tuple[Offer, ...]
    decision: Decision


def quote(facts: Facts, *, choices: Mapping[str, str] | None = None, level: str = "") -> Quote:
    """Return what the order could use as things stand.

    `choices` maps rules that can be picked to the redemption ids they would have; `level` is the member's assurance.
    """
    decision = decide(facts)
    outcomes = [*decision.presented, *decision.automatic]
    shown = {presentation.voucher.rule_id for presentation in facts.presented}
    for rule_id, redemption_id in (choices or {}).items():
        if rule_id not in shown:
            outcomes.append(_if_picked(facts, Presentation(redemption_id, picked(rule_id), level)))
    return Quote(tuple(sorted((_offer(facts, outcome) for outcome in outcomes), key=_nearness)), decision)


def choosable(program: Program) -> list[str]:
    """Return the rules of the program that can be picked at the station."""
    return [rule.rule_id for _, rule in program.rules if rule.trigger is Trigger.CHOICE]


def _if_picked(facts: Facts, choice: Presentation) -> Outcome:
    with_it = replace(facts, presented=(*facts.presented, choice))
    return decide(with_it, explain=False).presented[-1]


def _offer(facts: Facts, outcome: Outcome) -> Offer:
    pair = facts.program.pair(outcome.rule_id)
    name, cost = (pair.rule.name, pair.rule.cost_points) if pair else (outcome.rule_id, 0)
    return Offer(
        rule_id=outcome.rule_id,
        name=name,
        redemption_id=outcome.redemption_id,
        discount=outcome.discount,
        refusals=outcome.refusals,
        cost_points=outcome.points or cost,
        paid=outcome.paid,
        gifts=outcome.gifts,
        credit=outcome.credit,
        more_free=outcome.more_free,
    )


def _nearness(offer: Offer) -> tuple[bool, int, int, str, str]:
    """Sort usable offers first, then those with least missing; by name, so that picking one doesn't move the others."""
    missing = [
        number for refusal in offer.refusals if isinstance(number := refusal.numbers.get("missing"), int)
    ]
    return (not offer.is_usable, len(offer.refusals), sum(missing), offer.name, offer.rule_id)
