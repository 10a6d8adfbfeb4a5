"""What a replay comes to, added up order by order: by campaign, by earning rule and in all, as it was and would be.

The rows of campaigns add up to what was given together, but for orders and members: who had two campaigns counts once
there. What is kept grows with campaigns and members, never with orders.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core.campaign import Trigger
from app.core.earning import POINTS
from app.core.outcome import Decision, Facts, Outcome
from app.core.program import Program
from app.core.reasons import PRECEDENCE, Reason, Refusal
from app.whatif.recorded import Recorded

VARIES = "…"  # stands for a number that isn't the same in all refusals counted together
# Of automatic offers: these refusals say that the member could not have had it, whatever they bought.
NOT_THEIRS = frozenset({Reason.NOT_STARTED, Reason.EXPIRED, Reason.NOT_IN_SEGMENT, Reason.OTHER_VARIANT})


@dataclass(slots=True)
class Given:
    """What offers gave: how often, on how many orders, to how many members; amounts in minor units.

    `points` were paid by members, `paid` is what they paid of the amount due, where points are a payment.
    """

    times: int = 0
    orders: int = 0
    discount: int = 0
    points: int = 0
    paid: int = 0
    gifts: int = 0
    credit: int = 0
    members: set[str] = field(default_factory=set)

    def add(self, outcomes: Iterable[Outcome], member: str | None) -> None:
        """Count what applied to one order; nothing if nothing did."""
        times = self.times
        for outcome in outcomes:
            self.times += 1
            self.discount += outcome.discount
            self.points += outcome.points
            self.paid += outcome.paid
            self.gifts += sum(units for _, units in outcome.gifts)
            self.credit += outcome.credit
        if self.times > times:
            self.orders += 1
            if member is not None:
                self.members.add(member)

    def record(self) -> dict[str, int]:
        """Return the JSON form."""
        return {
            "times": self.times,
            "orders": self.orders,
            "members": len(self.members),
            "discount": self.discount,
            "points_spent": self.points,
            "paid_with_points": self.paid,
            "gifts": self.gifts,
            "credit": self.credit,
        }


@dataclass(slots=True)
class Why:
    """How often a reason was the first one to say, and its numbers where they were always the same."""

    reason: Reason
    count: int = 0
    numbers: dict[str, int | str] = field(default_factory=dict)

    def add(self, refusal: Refusal) -> None:
        """Count a refusal."""
        self.count += 1
        for name, value in refusal.numbers.items():
            if self.numbers.setdefault(name, value) != value:
                self.numbers[name] = VARIES

    def refusal(self) -> Refusal:
        """Return one refusal that stands for all."""
        return Refusal(self.reason, self.numbers)


@dataclass(slots=True)
class CampaignRow:
    """A campaign of the draft: what it would have given, what one of its id really gave, and why it didn't apply."""

    campaign_id: str
    name: str
    starts_at: str
    ends_at: str
    needs_presenting: bool  # none of its rules applies by itself
    would: Given = field(default_factory=Given)
    really: Given = field(default_factory=Given)
    refused: dict[Reason, Why] = field(default_factory=dict)

    @property
    def refusals(self) -> list[Why]:
        """Why it didn't apply, most often first."""
        return sorted(self.refused.values(), key=lambda why: (-why.count, PRECEDENCE[why.reason]))

    @property
    def refused_times(self) -> int:
        """How often one of its offers didn't apply though the member could have had it."""
        return sum(why.count for why in self.refused.values())

    def refuse(self, refusal: Refusal) -> None:
        """Count a refusal by its reason."""
        self.refused.setdefault(refusal.reason, Why(refusal.reason)).add(refusal)


@dataclass(slots=True)
class EarningRow:
    """What an earning rule would have given: whole points of its point currency."""

    rule_id: str
    currency: str
    orders: int = 0
    points: int = 0
    members: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Totals:
    """All orders together, in minor units and whole points."""

    discount: int = 0
    payable: int = 0
    points: int = 0

    def record(self) -> dict[str, int]:
        """Return the JSON form."""
        return {"discount": self.discount, "payable": self.payable, "points_issued": self.points}


class Findings:
    """Everything that a replay finds."""

    def __init__(self, program: Program) -> None:
        """Begin with nothing played; campaigns keep the order of the program."""
        self.campaigns = {
            each.campaign_id: CampaignRow(
                each.campaign_id,
                each.name,
                each.starts_at,
                each.ends_at,
                needs_presenting=all(rule.trigger is not Trigger.AUTOMATIC for rule in each.rules),
            )
            for each in program.campaigns
        }
        self.earning = {
            rule.rule_id: EarningRow(rule.rule_id, rule.currency)
            for rule in program.earning
            if not rule.event and not rule.factor_milli
        }
        self.orders = self.priced = 0
        self.stores: set[str] = set()
        self.members: set[str] = set()
        self.first_day, self.last_day = date.max, date.min
        self.presented = self.held = (
            0  # vouchers and choices shown then, and those of them that the draft holds
        )
        self.before, self.after = Totals(), Totals()
        self.would, self.really, self.elsewhere = Given(), Given(), Given()

    def add(self, then: Recorded, facts: Facts, decision: Decision, *, shown: int) -> None:
        """Count an order: as it was, and as the draft decides it. The first `shown` presentations were really shown."""
        ref = None if then.member is None else then.member.ref
        self._count(then, ref)
        self.held += shown
        _sum(self.before, then)
        _sum(self.after, decision)
        self._count_really(then, ref)
        applied = [outcome for outcome in decision.outcomes if outcome.is_approved]
        self.would.add(applied, ref)
        for campaign_id, outcomes in _by_campaign(applied).items():
            self.campaigns[campaign_id].would.add(outcomes, ref)
        self._count_refused(facts, decision, shown)
        self._count_earned(decision, ref)

    def _count(self, then: Recorded, ref: str | None) -> None:
        self.orders += 1
        self.priced += then.order.total
        self.presented += len(then.presented)
        self.stores.add(then.order.store)
        if ref is not None:
            self.members.add(ref)
        day = then.order.local.date()
        self.first_day, self.last_day = min(self.first_day, day), max(self.last_day, day)

    def _count_really(self, then: Recorded, ref: str | None) -> None:
        given = then.given
        self.really.add(given, ref)
        self.elsewhere.add((each for each in given if each.campaign_id not in self.campaigns), ref)
        for campaign_id, outcomes in _by_campaign(given).items():
            if campaign_id in self.campaigns:
                self.campaigns[campaign_id].really.add(outcomes, ref)

    def _count_refused(self, facts: Facts, decision: Decision, shown: int) -> None:
        """Count the first reason of each offer that was shown, or that the member could have had."""
        for place, outcome in enumerate(decision.outcomes):
            row = self.campaigns.get(outcome.campaign_id)
            if outcome.is_approved or row is None:
                continue
            could_have = facts.member is not None and NOT_THEIRS.isdisjoint(
                refusal.reason for refusal in outcome.refusals
            )
            if place < shown or could_have:
                row.refuse(outcome.refusals[0])

    def _count_earned(self, decision: Decision, ref: str | None) -> None:
        for part in decision.earned:
            row = self.earning[part.rule_id]
            row.orders += 1
            row.points += part.points
            if ref is not None:
                row.members.add(ref)

    @property
    def points_together(self) -> int:
        """Points of the ordinary currency, over all earning rules."""
        return sum(row.points for row in self.earning.values() if row.currency == POINTS)

    def record(self) -> dict[str, Any]:
        """Return the JSON form, without words."""
        return {
            "orders": self.orders,
            "members": len(self.members),
            "stores": len(self.stores),
            "first_day": self.first_day.isoformat() if self.orders else None,
            "last_day": self.last_day.isoformat() if self.orders else None,
            "priced": self.priced,
            "presented": {"shown": self.presented, "in_draft": self.held},
            "campaigns": [_campaign_record(row) for row in self.campaigns.values()],
            "together": self.would.record(),
            "really": self.really.record(),
            "really_not_in_draft": self.elsewhere.record(),
            "earning": [
                {
                    "id": row.rule_id,
                    "currency": row.currency,
                    "orders": row.orders,
                    "members": len(row.members),
                    "points": row.points,
                }
                for row in self.earning.values()
            ],
            "before": self.before.record(),
            "after": self.after.record(),
        }


def _campaign_record(row: CampaignRow) -> dict[str, Any]:
    return {
        "id": row.campaign_id,
        "name": row.name,
        **row.would.record(),
        "really": row.really.record(),
        "refused": [{"code": why.reason.code, "count": why.count} for why in row.refusals],
    }


def _sum(totals: Totals, order: Recorded | Decision) -> None:
    totals.discount += order.discount
    totals.payable += order.payable
    totals.points += order.points


def _by_campaign(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.campaign_id, []).append(outcome)
    return found
