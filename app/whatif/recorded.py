"""An order as it really was: what was decided on, and what it came to then."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.gift_cards import Tender
from app.core.member import Member
from app.core.order import Order
from app.core.outcome import Decision, Facts, Outcome
from app.core.voucher import Presentation


@dataclass(frozen=True, slots=True)
class Recorded:
    """A past order. Amounts are minor units, points whole.

    `outcomes` are one for each presentation, in their order, then the automatic rules that applied.
    """

    order: Order
    member: Member | None
    presented: tuple[Presentation, ...]
    outcomes: tuple[Outcome, ...]
    discount: int
    payable: int
    points: int
    tenders: tuple[Tender, ...] = ()
    stopped: frozenset[str] = frozenset()
    signals: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> tuple[Outcome, ...]:
        """The outcomes that applied."""
        return tuple(outcome for outcome in self.outcomes if outcome.is_approved)


def recorded(facts: Facts, decision: Decision) -> Recorded:
    """Return an order that was decided so."""
    return Recorded(
        order=facts.order,
        member=facts.member,
        presented=facts.presented,
        outcomes=(*decision.presented, *(each for each in decision.automatic if each.is_approved)),
        discount=decision.discount,
        payable=decision.payable,
        points=decision.points,
        tenders=facts.tenders,
        stopped=facts.stopped,
        signals=facts.signals,
    )
