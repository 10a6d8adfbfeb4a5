"""What an order could use, and why not the rest: the decision as it is shown before it is taken.

A quote is the decision itself, named and sorted for people; it can't differ from what is then decided. Offers that
could be picked but aren't are each decided as if they were picked beside the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from app.core.asking import is_to_ask
from app.core.campaign import Trigger
from app.core.decision import decide
from app.core.ending import ENDS_THE_DAY
from app.core.outcome import Decision, Facts, Outcome
from app.core.program import Program
from app.core.reasons import Reason, Refusal
from app.core.voucher import Presentation, picked


class Offer(NamedTuple):
    """A rule as it stands for this order: its outcome under the name that people know, and the points it costs."""

    outcome: Outcome
    name: str
    cost_points: int = 0
    ends_at: str = ""  # the last local second of its campaign or voucher; empty where it has no end
    is_to_ask: bool = False  # only head office's word is missing, which is asked for where it can be reached

    @property
    def rule_id(self) -> str:
        """The rule's id."""
        return self.outcome.rule_id

    @property
    def redemption_id(self) -> str | None:
        """The id that its redemption has or would have; None for one that applies by itself."""
        return self.outcome.redemption_id

    @property
    def discount(self) -> int:
        """What it takes off, in minor units."""
        return self.outcome.discount

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why it doesn't apply, the reason to show first in front."""
        return self.outcome.refusals

    @property
    def paid(self) -> int:
        """What its points pay, in minor units."""
        return self.outcome.paid

    @property
    def gifts(self) -> tuple[tuple[str, int], ...]:
        """What it hands out: (SKU, units)."""
        return self.outcome.gifts

    @property
    def credit(self) -> int:
        """What it puts into the member's wallet, in minor units."""
        return self.outcome.credit

    @property
    def more_free(self) -> int:
        """How many more units would be free."""
        return self.outcome.more_free

    @property
    def is_usable(self) -> bool:
        """Whether it would apply."""
        return not self.outcome.refusals


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
    by_itself = [outcome for outcome in decision.automatic if not _is_of_elsewhere(outcome)]
    outcomes = [(outcome, facts) for outcome in (*decision.presented, *by_itself)]
    shown = {presentation.voucher.rule_id for presentation in facts.presented}
    for rule_id, redemption_id in (choices or {}).items():
        if rule_id not in shown:
            choice = Presentation(redemption_id, picked(rule_id), level)
            with_it = replace(facts, presented=(*facts.presented, choice))
            picked_one = decide(with_it, explain=False).presented[-1]
            if not _is_of_elsewhere(picked_one):
                outcomes.append((picked_one, with_it))
    ends = {shown.redemption_id: shown.voucher.ends_on for shown in facts.presented}
    offers = [
        _offer(facts.program, outcome, ends.get(outcome.redemption_id or ""))._replace(
            is_to_ask=is_to_ask(outcome, of)
        )
        for outcome, of in outcomes
    ]
    return Quote(tuple(sorted(offers, key=_nearness)), decision)


def choosable(program: Program) -> list[str]:
    """Return the rules of the program that can be picked at the station."""
    return [rule.rule_id for _, rule in program.rules if rule.trigger is Trigger.CHOICE]


def _is_of_elsewhere(outcome: Outcome) -> bool:
    """Tell whether an offer is one of other stores: nobody is told of it here, unless they show a voucher of it."""
    return any(refusal.reason is Reason.WRONG_STORE for refusal in outcome.refusals)


def _offer(program: Program, outcome: Outcome, ends_on: date | None) -> Offer:
    pair = program.pair(outcome.rule_id)
    if pair is None:
        return Offer(outcome, outcome.rule_id, outcome.points)
    ends = [pair.campaign.ends_at] if pair.campaign.is_dated else []
    ends += [ends_on.isoformat() + ENDS_THE_DAY] if ends_on else []
    return Offer(outcome, pair.rule.name, outcome.points or pair.rule.cost_points, min(ends, default=""))


def _nearness(offer: Offer) -> tuple[bool, int, int, str, str]:
    """Sort usable offers first, then those with least missing; by name, so that picking one doesn't move the others."""
    outcome = offer.outcome
    refusals, missing = outcome.refusals, 0
    for refusal in refusals:
        number = refusal.numbers.get("missing")
        if isinstance(number, int):
            missing += number
    return (bool(refusals), len(refusals), missing, offer.name, outcome.rule_id)
