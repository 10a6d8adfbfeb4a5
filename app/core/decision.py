"""decide(): the one function that station and HQ both call. Facts in, what happens to the order out.

Rules apply in one total order (campaign.place_in_order), whatever the order in which codes were scanned or lines came.
A refused presentation has all its reasons, the one to show first in front.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.campaign import Campaign, Offline, Rule, Trigger, place_in_order
from app.core.conditions import Circumstances
from app.core.earning import points_earned
from app.core.effects import Effect, Target, apply, eligible_lines
from app.core.member import Member
from app.core.order import Order
from app.core.program import Program
from app.core.reasons import Reason, Refusal, by_precedence
from app.core.voucher import Presentation, Voucher

Allocation = tuple[
    tuple[int, int], ...
]  # (line number, minor units taken off it), lines without anything left out


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a decision reads."""

    program: Program
    order: Order
    member: Member | None
    presented: tuple[Presentation, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule does: a discount with its allocation, or the reasons why not.

    `redemption_id` is None for automatic rules; `campaign_id` is empty when the rule isn't in the program.
    """

    rule_id: str
    campaign_id: str
    redemption_id: str | None
    discount: int
    allocation: Allocation
    refusals: tuple[Refusal, ...]
    points: int = 0  # that the member pays for it

    @property
    def is_approved(self) -> bool:
        """Whether the rule applies."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Decision:
    """The engine's answer: one outcome a presentation (in the order presented), the automatic rules, the totals.

    All amounts are minor units; `payable` = `total` - `discount`; `points` are earned on `payable`.
    """

    presented: tuple[Outcome, ...]
    automatic: tuple[Outcome, ...]
    total: int
    discount: int
    payable: int
    points: int


@dataclass(slots=True)
class _Candidate:
    campaign: Campaign
    rule: Rule
    presentation: Presentation | None


def decide(facts: Facts, *, explain: bool = True) -> Decision:
    """Decide an order. Pure: the same facts give the same decision, on station and HQ.

    Without `explain`, automatic rules that don't apply are left out of the decision instead of being explained, which
    is much quicker where most of them don't; everything else is the same.
    """
    table = _Table(facts)
    presented: dict[str, Outcome] = {}
    automatic: list[Outcome] = []
    rules = facts.program.automatic
    if not explain:
        rules = tuple(pair for pair in rules if table.may_apply(*pair))
    for candidate in _in_order(facts, rules):
        outcome = table.play(candidate)
        if outcome.redemption_id is not None:
            presented[outcome.redemption_id] = outcome
        elif explain or outcome.is_approved:
            automatic.append(outcome)
    total = table.seen.total
    payable = total - table.given
    return Decision(
        presented=tuple(
            presented.get(shown.redemption_id) or _without_rule(shown) for shown in facts.presented
        ),
        automatic=tuple(automatic),
        total=total,
        discount=table.given,
        payable=payable,
        points=points_earned(facts.program.earning, base=payable, seen=table.seen),
    )


class _Table:
    """The order while rules are played on it: what is left of each line, what was given, which vouchers were used."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.seen = Circumstances(facts.order, facts.member, facts.program.product_sets)
        self.today = self.seen.local.date()
        # The earlier line is the one with the lower number, however the till lists them.
        self.lines = sorted(facts.order.lines, key=lambda line: line.line)
        self.left = [line.discountable for line in self.lines]
        self.given = 0
        self.used: Counter[str] = Counter()
        self.points_left = facts.member.balance if facts.member else 0
        self._eligible: dict[str | None, list[int]] = {}  # by product set, which rules often share

    def may_apply(self, campaign: Campaign, rule: Rule) -> bool:
        """Tell whether a rule without a presentation could apply, as far as one can tell without playing it.

        What is cheapest to ask comes first.
        """
        if not campaign.starts_on <= self.today <= campaign.ends_on:
            return False
        if campaign.audience is not None:
            member = self.facts.member
            if member is None or member.ref not in campaign.audience:
                return False
        return bool(self.eligible(rule.effect)) and not (rule.condition and rule.condition(self.seen))

    def eligible(self, effect: Effect) -> list[int]:
        """Return the places of the lines that an effect is for."""
        found = self._eligible.get(effect.products)
        if found is None:
            found = eligible_lines(effect, self.lines, self.facts.program.product_sets)
            self._eligible[effect.products] = found
        return found

    def play(self, candidate: _Candidate) -> Outcome:
        """Apply one rule if nothing speaks against it."""
        lines = self.lines
        effect = candidate.rule.effect
        eligible = self.eligible(effect)
        refusals = self._refusals(candidate, eligible)
        if refusals:
            return _outcome(candidate, (), by_precedence(refusals))
        shares = apply(effect, lines, self.left, eligible)
        if not any(shares):
            return _outcome(candidate, (), (Refusal(Reason.NO_EFFECT),))
        self.left = [left - share for left, share in zip(self.left, shares, strict=True)]
        self.given += sum(shares)
        self.points_left -= candidate.rule.cost_points
        if candidate.presentation is not None:
            self.used[candidate.presentation.voucher.counts_as] += 1
        allocation = tuple((line.line, share) for line, share in zip(lines, shares, strict=True) if share)
        return _outcome(candidate, allocation, ())

    def _refusals(self, candidate: _Candidate, eligible: list[int]) -> list[Refusal]:
        facts, campaign, rule = self.facts, candidate.campaign, candidate.rule
        found = self._about_order_and_time(campaign)
        found += _about_member(facts.member, campaign)
        if rule.condition is not None:
            found += rule.condition(self.seen)
        if rule.effect.target is not Target.ORDER:
            found += self._about_products(rule.effect, eligible)
        found += _about_points(facts.member, rule.cost_points, left=self.points_left)
        if candidate.presentation is not None:
            voucher = candidate.presentation.voucher
            found += _about_voucher(
                facts.member, voucher, uses=voucher.uses + self.used[voucher.counts_as], today=self.today
            )
        return found

    def _about_order_and_time(self, campaign: Campaign) -> list[Refusal]:
        order = self.facts.order
        found = []
        if order.at_ms >= self.facts.program.expires_ms:
            found.append(Refusal(Reason.PROGRAM_EXPIRED))
        if campaign.offline is Offline.NEVER:
            # Asking HQ on line comes with offline authority; until then such an offer can't be given here.
            found.append(Refusal(Reason.ONLINE_ONLY))
        if not order.lines:
            found.append(Refusal(Reason.ORDER_NEEDED))
        if self.today < campaign.starts_on:
            found.append(Refusal(Reason.NOT_STARTED, {"starts_on": campaign.starts_on.isoformat()}))
        if self.today > campaign.ends_on:
            found.append(Refusal(Reason.EXPIRED, {"ends_on": campaign.ends_on.isoformat()}))
        return found

    def _about_products(self, effect: Effect, eligible: Sequence[int]) -> list[Refusal]:
        if not self.seen.has_lines:
            return [Refusal(Reason.LINES_NEEDED)]
        if effect.products is None or any(self.lines[place].amount > 0 for place in eligible):
            return []
        return [Refusal(Reason.REQUIRED_ITEM_MISSING)]


def _in_order(facts: Facts, automatic: Sequence[tuple[Campaign, Rule]]) -> list[_Candidate]:
    """Return all rules that come into play, in the order in which they apply; scan order doesn't matter."""
    candidates = [_Candidate(campaign, rule, None) for campaign, rule in automatic]
    if not facts.presented:
        return candidates
    for shown in facts.presented:
        pair = facts.program.rules_by_id.get(shown.voucher.rule_id)
        if pair is not None and pair[1].trigger is (
            Trigger.VOUCHER if shown.voucher.code_hash else Trigger.CHOICE
        ):
            candidates.append(_Candidate(*pair, shown))
    return sorted(candidates, key=_sort_key)


def _sort_key(candidate: _Candidate) -> tuple[Any, ...]:
    shown = candidate.presentation
    tie = ("", "") if shown is None else (shown.voucher.code_hash, shown.redemption_id)
    return (*place_in_order(candidate.campaign, candidate.rule), *tie)


def _about_member(member: Member | None, campaign: Campaign) -> list[Refusal]:
    if campaign.audience is None:
        return []
    if member is None:
        return [Refusal(Reason.MEMBER_NEEDED)]
    return [] if member.ref in campaign.audience else [Refusal(Reason.NOT_IN_SEGMENT)]


def _about_points(member: Member | None, cost: int, *, left: int) -> list[Refusal]:
    if not cost:
        return []
    if member is None:
        return [Refusal(Reason.MEMBER_NEEDED)]
    if left >= cost:
        return []
    return [Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": cost, "found": left, "missing": cost - left})]


def _about_voucher(member: Member | None, voucher: Voucher, *, uses: int, today: date) -> list[Refusal]:
    found = []
    if voucher.owner is not None:
        if member is None:
            found.append(Refusal(Reason.MEMBER_NEEDED))
        elif member.ref != voucher.owner:
            found.append(Refusal(Reason.NOT_OWNER))
    if voucher.ends_on is not None and today > voucher.ends_on:
        found.append(Refusal(Reason.EXPIRED, {"ends_on": voucher.ends_on.isoformat()}))
    if voucher.uses_max and uses >= voucher.uses_max:
        found.append(Refusal(Reason.LIMIT_TOTAL_REACHED))
    return found


def _outcome(candidate: _Candidate, allocation: Allocation, refusals: tuple[Refusal, ...]) -> Outcome:
    shown = candidate.presentation
    return Outcome(
        rule_id=candidate.rule.rule_id,
        campaign_id=candidate.campaign.campaign_id,
        redemption_id=None if shown is None else shown.redemption_id,
        discount=sum(share for _, share in allocation),
        allocation=allocation,
        refusals=refusals,
        points=0 if refusals else candidate.rule.cost_points,
    )


def _without_rule(shown: Presentation) -> Outcome:
    """Answer for a voucher whose rule this version of the program does not hold."""
    refusals = (Refusal(Reason.OFFER_UNKNOWN),)
    return Outcome(shown.voucher.rule_id, "", shown.redemption_id, 0, (), refusals)
