"""An order as it was paid, and what a return gives back of it: the facts that returns work from, and their outcome.

All of it stands in journal entries, so HQ works out the same. Amounts are minor units, quantities thousandths of a
unit. Earlier returns are part of the facts: `after` adds one.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from app.core.card_rest import Rest
from app.core.gift_cards import TenderKind
from app.core.money import divide_half_up

ONE_UNIT_MILLI = 1000

LotShare = tuple[str, int]  # a lot's id and points


class OnReturn(StrEnum):
    """What a partial return does to a discount that the rest of the order might no longer get."""

    PROPORTIONAL = "proportional"  # each unit gives back the share it paid
    RECOMPUTE = "recompute"  # what is kept has only the discount that its rule still gives


class RefundOrder(StrEnum):
    """Whether a refund goes to gift cards and wallet before the till's own money, or after it."""

    TENDERS_FIRST = "tenders_first"
    TENDERS_LAST = "tenders_last"


@dataclass(frozen=True, slots=True)
class ReturnSettings:
    """What a campaign says of returns."""

    on_return: OnReturn = OnReturn.PROPORTIONAL
    is_reusable: bool = True


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line as it was paid: its `amount` as priced, the sum of its stored discount shares, and what came on top.

    `on_top` is the tax of a net price and levies; `tax` is the tax within what was paid, wherever it stood.
    `returned_milli` and `refunded` are the sums of earlier returns. A line without a quantity counts as one unit.
    """

    line: int
    quantity_milli: int
    amount: int
    discount: int = 0
    on_top: int = 0
    tax: int = 0
    returned_milli: int = 0
    refunded: int = 0

    @property
    def paid(self) -> int:
        """What was paid for the line, with its tax; below zero for a bottle that was handed in."""
        return self.amount - self.discount + self.on_top

    @property
    def units_milli(self) -> int:
        """How much of it there is to return, as a magnitude."""
        return abs(self.quantity_milli) or ONE_UNIT_MILLI

    @property
    def left_milli(self) -> int:
        """How much of it can still be returned."""
        return self.units_milli - self.returned_milli

    def part(self, amount: int) -> int:
        """Return the share of an amount of this line that belongs to the returned units, rounded half-up."""
        return divide_half_up(amount * self.returned_milli, self.units_milli)


@dataclass(frozen=True, slots=True)
class PaidRedemption:
    """What one redemption took off the lines: (line, minor units) as stored, and the points it cost, by lot as taken.

    `is_payment` says that its shares paid the lines (points as payment) and are not in their discounts;
    `worth_returned` is how much of that has come back. `is_reusable` false: the campaign does not give a use back.
    """

    redemption_id: str
    shares: tuple[tuple[int, int], ...] = ()
    points: tuple[LotShare, ...] = ()
    on_return: OnReturn = OnReturn.PROPORTIONAL
    is_reusable: bool = True
    is_payment: bool = False
    points_returned: int = 0
    worth_returned: int = 0
    is_use_returned: bool = False


@dataclass(frozen=True, slots=True)
class PaidTender:
    """What a gift card or a lot of the wallet paid, in the order of paying.

    `rest` is what went off a single-use card besides, and `rest_is` where it went.
    """

    kind: TenderKind
    ref: str
    amount: int
    rest: int = 0
    rest_is: Rest = Rest.STAYS
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order as its entries have it, earlier returns included.

    `earned` holds what it has earned by account (a point currency, the wallet), after what earlier returns took.
    """

    lines: tuple[PaidLine, ...]
    redemptions: tuple[PaidRedemption, ...] = ()
    tenders: tuple[PaidTender, ...] = ()
    earned: tuple[tuple[str, int], ...] = ()
    refund_order: RefundOrder = RefundOrder.TENDERS_FIRST


@dataclass(frozen=True, slots=True)
class ReturnedUnits:
    """So much of a line comes back, in thousandths of a unit and above zero, also of a line with a negative amount."""

    line: int
    quantity_milli: int


@dataclass(frozen=True, slots=True)
class KeptLine:
    """What stays of a line: its quantity, its amount as priced, and what remains of that after its discounts."""

    line: int
    quantity_milli: int
    amount: int
    remaining: int


@dataclass(frozen=True, slots=True)
class LineRefund:
    """What a line gives back. A quantity of 0: it gives back what an earlier return had held back."""

    line: int
    quantity_milli: int
    amount: int
    tax: int


@dataclass(frozen=True, slots=True)
class RedemptionBack:
    """What comes back of a redemption: points by lot, what of them had paid (minor units), and perhaps its use.

    `lost` is the discount of what was kept that its rule no longer gives.
    """

    redemption_id: str
    points: tuple[LotShare, ...]
    worth: int
    is_use_given_back: bool
    lost: int


@dataclass(frozen=True, slots=True)
class TenderRefund:
    """What goes back to a gift card or the wallet; for a void with the rest of a single-use card."""

    kind: TenderKind
    ref: str
    amount: int


@dataclass(frozen=True, slots=True)
class ReturnOutcome:
    """What a return gives back in all: `amount` = what points had paid + tenders + `till`.

    `till` is the till's own money (below 0: owed to it). `earned` holds the difference to post for each account.
    `kept` is what the order is from now on.
    """

    lines: tuple[LineRefund, ...]
    amount: int
    redemptions: tuple[RedemptionBack, ...]
    tenders: tuple[TenderRefund, ...]
    till: int
    earned: tuple[tuple[str, int], ...]
    kept: tuple[KeptLine, ...]


def after(order: PaidOrder, outcome: ReturnOutcome) -> PaidOrder:
    """Return the order as it stands after a return, ready for the next one."""
    refunds = {refund.line: refund for refund in outcome.lines}
    backs = {back.redemption_id: back for back in outcome.redemptions}
    to_tenders = {(refund.kind, refund.ref): refund.amount for refund in outcome.tenders}
    earned = dict(order.earned)
    for account, difference in outcome.earned:
        earned[account] = earned.get(account, 0) + difference
    return replace(
        order,
        lines=tuple(_line_after(line, refunds.get(line.line)) for line in order.lines),
        redemptions=tuple(_redemption_after(one, backs.get(one.redemption_id)) for one in order.redemptions),
        tenders=tuple(
            replace(tender, refunded=tender.refunded + to_tenders.get((tender.kind, tender.ref), 0))
            for tender in order.tenders
        ),
        earned=tuple(earned.items()),
    )


def _line_after(line: PaidLine, refund: LineRefund | None) -> PaidLine:
    if refund is None:
        return line
    return replace(
        line,
        returned_milli=line.returned_milli + refund.quantity_milli,
        refunded=line.refunded + refund.amount,
    )


def _redemption_after(redemption: PaidRedemption, back: RedemptionBack | None) -> PaidRedemption:
    if back is None:
        return redemption
    return replace(
        redemption,
        points_returned=redemption.points_returned + sum(points for _, points in back.points),
        worth_returned=redemption.worth_returned + back.worth,
        is_use_returned=redemption.is_use_returned or back.is_use_given_back,
    )
