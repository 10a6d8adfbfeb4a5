"""What a decision reads and what it answers: facts in, outcomes out.

All amounts are minor units, points whole. Whoever decides counts beforehand what happened elsewhere (`known`): the
keys that a program asks for are its `counters`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.core.authority import NEEDS_NONE, Auth, Authority
from app.core.earning import Earned
from app.core.gift_cards import Tender, TenderOutcome
from app.core.member import Member
from app.core.order import Order
from app.core.program import Program
from app.core.reasons import Refusal
from app.core.voucher import Presentation

Allocation = tuple[
    tuple[int, int], ...
]  # (line number, minor units taken off it), lines without anything left out


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a decision reads.

    `stopped` holds what was switched off: `campaign:…`, `rule:…`, `code:…` (its hash), `member:…`, `program`; and what
    a station must not do as it stands: `spending`, by a doubtful clock `timed`, by a code that was used
    `replayed`, and by who is at the till `sign_in` or `own` (standing.py).
    `signals` are set from outside: the weather, a price. `authority` is what the station may give by itself; None: no
    more than what needs none.
    """

    program: Program
    order: Order
    member: Member | None
    presented: tuple[Presentation, ...] = ()
    known: Mapping[str, int] = field(default_factory=dict)
    tenders: tuple[Tender, ...] = ()
    stopped: frozenset[str] = frozenset()
    signals: Mapping[str, str] = field(default_factory=dict)
    authority: Authority | None = None


class Outcome(NamedTuple):  # made in a third of a dataclass's time, and a quote makes one for each rule
    """What one rule does: a discount with its allocation, or the reasons why not.

    `redemption_id` is None for automatic rules; `campaign_id` is empty when the rule isn't in the program. `more_free`
    are the units that would be free if they were in the order.
    """

    rule_id: str
    campaign_id: str
    redemption_id: str | None
    discount: int
    allocation: Allocation
    refusals: tuple[Refusal, ...]
    points: int = 0  # that the member pays for it
    paid: int = 0  # what the points pay of what is due, where points are a payment
    gifts: tuple[tuple[str, int], ...] = ()  # (SKU, units) handed out at 0.00
    credit: int = 0  # to the member's wallet
    more_free: int = 0
    counts: tuple[tuple[str, int], ...] = ()  # by how much counters of the member change
    auth: Auth = NEEDS_NONE  # by which right it is given
    stock: int = 0  # of the reward's stock, where it has one
    history: tuple[tuple[str, int], ...] = ()  # what its use adds to the member's history (remembered.py)

    @property
    def is_approved(self) -> bool:
        """Whether the rule applies."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Decision:
    """The engine's answer: one outcome a presentation (in the order presented), the automatic rules, the totals.

    `total` and `discount` are in the price basis of the program's policy. `payable` is what remains, with its `tax` and
    with levies; `due` is what of it is left for money after points as payment, gift cards and wallets. `points` are the
    `earned` ones of the program's ordinary currency. `uses` are the campaigns with limits or budgets that gave
    something, each with its discount: one use each. `history` is what the order adds to its member's history, beside
    what redemptions add.
    """

    presented: tuple[Outcome, ...]
    automatic: tuple[Outcome, ...]
    total: int
    discount: int
    payable: int
    points: int
    tax: int = 0
    due: int = 0
    tenders: tuple[TenderOutcome, ...] = ()
    earned: tuple[Earned, ...] = ()
    uses: tuple[tuple[str, int], ...] = ()
    history: tuple[tuple[str, int], ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All outcomes, the presented ones first."""
        return (*self.presented, *self.automatic)
