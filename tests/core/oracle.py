"""A second, slow reading of RULES §1–§7 in exact fractions. It shares no arithmetic with app.core.

The audit walks a decision's outcomes in the order in which they must have applied and works out, from what was left by
then, what each must have given, line by line.
"""

from fractions import Fraction
from typing import Any

from app.core.campaign import Campaign, Rule
from app.core.outcome import Decision, Facts, Outcome
from tests.core.laid_out import HUNDRED_PERCENT, Must
from tests.core.oracle_lines import OnLines
from tests.core.oracle_units import OnUnits

PHASES = {"buy_get": 0, "bundle": 0, "punch_card_free": 0, "points_payment": 3, "credit": 4}


class Audit(OnLines, OnUnits):
    """What remains of each line while the outcomes are walked through."""

    def must(self, rule: Rule, outcome: Outcome) -> Must:
        effect = rule.effect
        match kind_of(effect):
            case "buy_get":
                return self._buy_get(effect)
            case "bundle":
                return self._bundle(effect)
            case "punch_card_free":
                return self._punch(effect)
            case "gift":
                return self._gift(effect)
            case "credit":
                goods = sum(self.paid_for(left) for left in self.lines if self._is_for(left.line, None))
                paid = max(goods - self.paid, 0)
                of_paid = Fraction(paid * effect.basis_points, HUNDRED_PERCENT)
                return Must({}, {}, credit=(effect.amount if paid else 0) + int(of_paid))
            case "points_payment":
                return self._pay(effect, outcome)
            case kind:
                lines = [left for left in self.lines if self._is_for(left.line, effect.products)]
                shares = getattr(self, f"_{kind}")(effect, lines)
                return Must({line: share for line, share in shares.items() if share}, {})

    def _gift(self, effect: Any) -> Must:
        units = effect.units
        if effect.per is not None:
            bought = sum(
                left.line.quantity for left in self.lines if self._is_for(left.line, effect.per.products)
            )
            units *= max(bought, 0) // effect.per.units
        return Must({}, {}, gifts=((effect.sku, units),) if units else ())

    def _pay(self, effect: Any, outcome: Outcome) -> Must:
        """Whole steps, of what is there, wanted and allowed; as a price reduction also of what goods can give."""
        wanted = {shown.redemption_id: shown.points for shown in self.facts.presented}[
            outcome.redemption_id or ""
        ]
        goods = [left for left in self.lines if self._is_for(left.line, None)]
        payable = max(self.payable() - self.paid, 0)
        room = min(payable, payable * effect.share_max // HUNDRED_PERCENT)
        if self.policy.points_as == "price_reduction":
            room = min(room, sum(left.room for left in goods), self._worth_together())
        worth = Fraction(effect.worth, effect.points)
        points = min(wanted or self.points, self.points) // effect.step * effect.step
        while points * worth > room:
            points -= effect.step
        if points < max(effect.least, 1) or wanted > self.points:
            return Must({}, {})
        if self.policy.points_as == "payment":
            return Must({}, {}, points=points, paid=int(points * worth))
        shares = self._shared(int(points * worth), goods)
        return Must({line: share for line, share in shares.items() if share}, {}, points=points)


def kind_of(effect: Any) -> str:
    name = type(effect).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def in_turn(facts: Facts, decision: Decision) -> list[tuple[Campaign, Rule, Outcome]]:
    """Return the outcomes of known rules in the order in which RULES §1 applies them."""
    hashes = {shown.redemption_id: shown.voucher.code_hash for shown in facts.presented}
    outcomes = [*decision.automatic, *(outcome for outcome in decision.presented if outcome.campaign_id)]
    rules = {
        rule.rule_id: (campaign, rule) for campaign in facts.program.campaigns for rule in campaign.rules
    }
    known = [(*rules[outcome.rule_id], outcome) for outcome in outcomes]

    def turn(item: tuple[Campaign, Rule, Outcome]) -> tuple[Any, ...]:
        campaign, rule, outcome = item
        width = ["cheapest", "products", "order"].index(rule.effect.target)
        phase = PHASES.get(kind_of(rule.effect), 2 if rule.effect.target == "order" else 1)
        who = (hashes.get(outcome.redemption_id or "", ""), outcome.redemption_id or "")
        return (phase, -rule.priority, width, campaign.starts_at, campaign.campaign_id, rule.rule_id, who)

    return sorted(known, key=turn)
