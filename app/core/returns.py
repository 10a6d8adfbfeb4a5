"""Voids and partial returns: what goes back of money, points and uses, from what the redemption stored.

Nothing is decided anew except where a campaign asks for it. Money is the share really paid: after k of n units a line
has given back paid * k / n rounded half-up, so each return takes the difference and the last one the remainder, and
returns sum to what was paid. A campaign that says `recompute` charges the discount that what was kept no longer gets
against the refund, never more than the refund; what was held back so comes with a later return of the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import lcm

from app.core.allocation import allocate
from app.core.card_rest import Rest
from app.core.money import divide_half_up
from app.core.paid_order import (
    KeptLine,
    LineRefund,
    LotShare,
    OnReturn,
    PaidLine,
    PaidOrder,
    PaidRedemption,
    RedemptionBack,
    RefundOrder,
    ReturnedUnits,
    ReturnOutcome,
    TenderRefund,
)


class ReturnInvalid(ValueError):
    """A return of what was not bought or has come back already; the message names the line."""


@dataclass(frozen=True, slots=True)
class Recount:
    """What the rules of the order's own program version say of the lines that were kept.

    `discount(redemption_id, kept)`: what that rule would give now, 0 when its condition no longer holds; asked only for
    campaigns that recompute. `earned(kept)`: what they earn, by account.
    """

    discount: Callable[[str, tuple[KeptLine, ...]], int]
    earned: Callable[[tuple[KeptLine, ...]], Mapping[str, int]]


def give_back(order: PaidOrder, returned: Sequence[ReturnedUnits], *, recount: Recount) -> ReturnOutcome:
    """Return what returning these units gives back. Raises `ReturnInvalid`."""
    lines = _with_returned(order.lines, returned)
    kept = tuple(_kept(line) for line in lines if line.left_milli)
    lost = [_lost(redemption, lines, kept, recount) for redemption in order.redemptions]
    worth = [_worth(redemption, lines) for redemption in order.redemptions]
    due = [line.part(line.paid) - line.refunded for line in lines]
    charged = min(sum(lost), max(sum(due) - sum(worth), 0))
    refunds = _less_charged(due, charged)
    kept = _without_lost(kept, _kept_shares_lost(order.redemptions, lines, lost), charged)
    backs = tuple(
        _redemption_back(
            redemption, lines, lost=lost[place], worth=worth[place], is_charged=charged == sum(lost)
        )
        for place, redemption in enumerate(order.redemptions)
    )
    money = sum(refunds) - sum(worth)
    tenders = _to_tenders(order, money)
    return ReturnOutcome(
        lines=tuple(_line_refunds(order.lines, lines, refunds)),
        amount=sum(refunds),
        redemptions=tuple(
            back for back in backs if back.points or back.worth or back.is_use_given_back or back.lost
        ),
        tenders=tenders,
        till=money - sum(tender.amount for tender in tenders),
        earned=_differences(dict(order.earned), recount.earned(kept) if kept else {}),
        kept=kept,
    )


def void(order: PaidOrder) -> ReturnOutcome:
    """Return what undoing the whole order gives back: all that has not come back yet, also of single-use cards.

    What had been paid out of such a card in cash is owed to the till again.
    """
    units = [ReturnedUnits(line.line, line.left_milli) for line in order.lines if line.left_milli]
    outcome = give_back(order, units, recount=Recount(lambda _, __: 0, lambda _: {}))
    refunds = {(tender.kind, tender.ref): tender.amount for tender in outcome.tenders}
    paid_out = 0
    for tender in order.tenders:
        key = (tender.kind, tender.ref)
        rest = tender.amount + tender.rest - tender.refunded - refunds.get(key, 0)
        refunds[key] = refunds.get(key, 0) + rest
        paid_out += rest if tender.rest_is is Rest.PAID_OUT else 0
    tenders = tuple(TenderRefund(kind, ref, amount) for (kind, ref), amount in refunds.items() if amount)
    return replace(outcome, tenders=tenders, till=outcome.till - paid_out)


def _with_returned(lines: Sequence[PaidLine], returned: Sequence[ReturnedUnits]) -> list[PaidLine]:
    """Return the lines with what comes back added to what came back before."""
    known = {line.line: line for line in lines}
    for units in returned:
        line = known.get(units.line)
        if line is None:
            raise ReturnInvalid(f"line {units.line} is not in the order")
        if not 0 < units.quantity_milli <= line.left_milli:
            raise ReturnInvalid(
                f"line {units.line}: {units.quantity_milli} thousandths of a unit can't come back; "
                f"expected 1 to {line.left_milli}"
            )
        known[units.line] = replace(line, returned_milli=line.returned_milli + units.quantity_milli)
    return [known[line.line] for line in lines]


def _kept(line: PaidLine) -> KeptLine:
    """Return what stays of a line, each of its figures less the returned units' share."""
    quantity = line.quantity_milli - line.part(line.quantity_milli)
    discounted = line.amount - line.discount
    return KeptLine(
        line.line, quantity, line.amount - line.part(line.amount), discounted - line.part(discounted)
    )


def _shares_kept(redemption: PaidRedemption, lines: Sequence[PaidLine]) -> dict[int, int]:
    """Return how much of a redemption's shares belongs to what is kept, by line."""
    by_line = {line.line: line for line in lines}
    return {line: share - by_line[line].part(share) for line, share in redemption.shares}


def _lost(
    redemption: PaidRedemption, lines: Sequence[PaidLine], kept: tuple[KeptLine, ...], recount: Recount
) -> int:
    """Return how much of the discount of what is kept its rule no longer gives."""
    if redemption.on_return is not OnReturn.RECOMPUTE or not kept:
        return 0
    stored = sum(_shares_kept(redemption, lines).values())
    return max(stored - max(recount.discount(redemption.redemption_id, kept), 0), 0)


def _less_charged(due: Sequence[int], charged: int) -> list[int]:
    """Take what is charged for lost discounts off the lines' refunds, in proportion."""
    giving = [max(amount, 0) for amount in due]
    shares = allocate(charged, weights=giving, limits=giving)
    return [amount - share for amount, share in zip(due, shares, strict=True)]


def _kept_shares_lost(
    redemptions: Sequence[PaidRedemption], lines: Sequence[PaidLine], lost: Sequence[int]
) -> dict[int, int]:
    """Return by line what is kept of the shares of redemptions that lose some."""
    found: dict[int, int] = {}
    for redemption, lost_now in zip(redemptions, lost, strict=True):
        if lost_now:
            for line, share in _shares_kept(redemption, lines).items():
                found[line] = found.get(line, 0) + share
    return found


def _without_lost(
    kept: tuple[KeptLine, ...], shares: Mapping[int, int], charged: int
) -> tuple[KeptLine, ...]:
    """Return the kept lines with the lost discount back on them, as far as it was charged."""
    weights = [shares.get(line.line, 0) for line in kept]
    back = allocate(charged, weights=weights, limits=weights)
    return tuple(
        replace(line, remaining=line.remaining + share) for line, share in zip(kept, back, strict=True)
    )


def _worth(redemption: PaidRedemption, lines: Sequence[PaidLine]) -> int:
    """Return how much of the refund goes back as the points that had paid it."""
    if not redemption.is_payment:
        return 0
    by_line = {line.line: line for line in lines}
    returned = sum(by_line[line].part(share) for line, share in redemption.shares)
    return returned - redemption.worth_returned


def _redemption_back(
    redemption: PaidRedemption, lines: Sequence[PaidLine], *, lost: int, worth: int, is_charged: bool
) -> RedemptionBack:
    """Return points and use: pro rata and rounded down, all when nothing is left of what the redemption gave."""
    returned, whole = _fraction_returned(redemption, lines)
    is_recomputed_away = 0 < lost == sum(_shares_kept(redemption, lines).values())
    is_over = returned == whole or (is_recomputed_away and is_charged)
    cost = sum(points for _, points in redemption.points)
    points = cost if is_over else cost * returned // whole
    return RedemptionBack(
        redemption_id=redemption.redemption_id,
        points=_last_taken_first(redemption.points, redemption.points_returned, points),
        worth=worth,
        is_use_given_back=is_over and redemption.is_reusable and not redemption.is_use_returned,
        lost=lost,
    )


def _fraction_returned(redemption: PaidRedemption, lines: Sequence[PaidLine]) -> tuple[int, int]:
    """Return which part of what the redemption gave has come back, exactly: numerator and denominator.

    One that took nothing off any line comes back with the last unit of the order.
    """
    by_line = {line.line: line for line in lines}
    shares = [(by_line[line], share) for line, share in redemption.shares if share]
    if not shares or not any(line.left_milli for line in lines):
        return (0 if any(line.left_milli for line in lines) else 1), 1
    common = lcm(*(line.units_milli for line, _ in shares))
    returned = sum(share * line.returned_milli * (common // line.units_milli) for line, share in shares)
    return returned, common * sum(share for _, share in shares)


def _last_taken_first(taken: Sequence[LotShare], already: int, upto: int) -> tuple[LotShare, ...]:
    """Return which lots get points when `already` have come back and `upto` shall have; the last taken comes first."""
    shares = []
    end = 0
    for lot, points in reversed(taken):
        start, end = end, end + points
        if (part := min(upto, end) - max(already, start)) > 0:
            shares.append((lot, part))
    return tuple(shares)


def _line_refunds(
    before: Sequence[PaidLine], now: Sequence[PaidLine], refunds: Sequence[int]
) -> list[LineRefund]:
    found = []
    for line, line_now, refund in zip(before, now, refunds, strict=True):
        quantity = line_now.returned_milli - line.returned_milli
        if quantity or refund:
            tax = _tax_refunded(line, line.refunded + refund) - _tax_refunded(line, line.refunded)
            found.append(LineRefund(line.line, quantity, refund, tax))
    return found


def _tax_refunded(line: PaidLine, refunded: int) -> int:
    """Return the tax within the first `refunded` minor units given back of a line."""
    if not line.paid:
        return 0
    return divide_half_up(line.tax * refunded * line.paid, line.paid**2)  # squared: a divisor above zero


def _to_tenders(order: PaidOrder, money: int) -> tuple[TenderRefund, ...]:
    """Return what goes back to which tender, the last to have paid first; the rest is the till's."""
    if order.refund_order is RefundOrder.TENDERS_LAST:
        money -= max(_left_at_till(order), 0)
    refunds = []
    for tender in reversed(order.tenders):
        part = min(money, tender.amount - tender.refunded)
        if part > 0:
            refunds.append(TenderRefund(tender.kind, tender.ref, part))
            money -= part
    return tuple(refunds)


def _left_at_till(order: PaidOrder) -> int:
    """Return how much of what the till's own money paid has not been refunded."""
    left = sum(line.paid - line.refunded for line in order.lines)
    left -= sum(tender.amount - tender.refunded for tender in order.tenders)
    payments = [redemption for redemption in order.redemptions if redemption.is_payment]
    paid_by_points = sum(share for redemption in payments for _, share in redemption.shares)
    return left - paid_by_points + sum(redemption.worth_returned for redemption in payments)


def _differences(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    changes = {account: now.get(account, 0) - before.get(account, 0) for account in (*before, *now)}
    return tuple((account, change) for account, change in sorted(changes.items()) if change)
