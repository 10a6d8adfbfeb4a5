"""From a decision to what can be returned of it, and what the same rules say of what is kept.

Returns work from what a redemption stored (returns.py). Here stands how a decision is stored for them, and how earning
and rules that recompute look at the rest of an order: the same engine, on fewer units.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from app.core.allocation import allocate
from app.core.card_rest import Rest
from app.core.decision import circumstances, decide
from app.core.earning import earn
from app.core.life import may_earn
from app.core.money import divide_half_up
from app.core.order import MILLI, Line
from app.core.outcome import Decision, Facts, Outcome
from app.core.paid_order import KeptLine, PaidLine, PaidOrder, PaidRedemption, PaidTender
from app.core.punch_cards import PUNCHES
from app.core.returns import Recount
from app.core.sheet import Sheet, sheet_of
from app.core.tax import tax_in

WALLET = "wallet"  # the account of money back
POINTS_PAID = "points"  # stands for the lots until HQ says which ones were taken


def paid_order(facts: Facts, decision: Decision, *, unposted: Collection[str] = ()) -> PaidOrder:
    """Return an order as it was paid. What points cost stands under one name: which lots they took is HQ's to say.

    Of redemptions that are `unposted` the member has nothing beside the discount.
    """
    sheet = sheet_of(facts.order, facts.program.policy)
    approved = [outcome for outcome in decision.outcomes if outcome.is_approved]
    lines = tuple(map(partial(_paid_line, approved), sheet.lines, sheet.priced))
    return PaidOrder(
        lines=lines,
        redemptions=tuple(_paid_redemption(facts, outcome, lines) for outcome in approved),
        tenders=tuple(
            PaidTender(
                kind=tender.kind,
                ref=tender.ref,
                amount=tender.amount,
                rest=0 if tender.rest is Rest.STAYS else tender.left,
                rest_is=tender.rest,
            )
            for tender in decision.tenders
            if tender.amount
        ),
        earned=tuple((_by_currency(decision) | _beside_points(decision, unposted)).items()),
        refund_order=facts.program.schemes.refund_order,
    )


def recount(facts: Facts, order: PaidOrder) -> Recount:
    """Return how the rules of that order's program look at what is kept of it. What points paid earns nothing."""
    points_paid: dict[int, int] = {}
    for redemption in order.redemptions:
        for line, share in redemption.shares if redemption.is_payment else ():
            points_paid[line] = points_paid.get(line, 0) + share

    def discount(redemption_id: str, kept: tuple[KeptLine, ...]) -> int:
        again = decide(replace(facts, order=replace(facts.order, lines=_kept_lines(facts, kept))))
        return sum(outcome.discount for outcome in again.outcomes if _redemption_id(outcome) == redemption_id)

    def earned(kept: tuple[KeptLine, ...]) -> Mapping[str, int]:
        without_points = [_without_points(part, points_paid, units) for part in kept]
        return {**_earned(facts, without_points), **_beside_points_kept(order, kept)}

    units = {line.line: line.units_milli for line in order.lines}
    return Recount(discount, earned)


def _paid_line(approved: list[Outcome], discounted: Line, priced: Line) -> PaidLine:
    """Return a line as it was paid; one of which nothing was taken kept its price and tax (`totals_of`)."""
    discount = sum(
        share for outcome in approved for number, share in outcome.allocation if number == priced.line
    )
    line = discounted if discount else priced
    tax = tax_in(line.amount - discount, line.tax_ppm, is_net=line.is_net)
    return PaidLine(
        line=line.line,
        quantity_milli=line.quantity_milli,
        amount=line.amount,
        discount=discount,
        on_top=line.levy + (tax if line.is_net else 0),
        tax=tax,
    )


def _paid_redemption(facts: Facts, outcome: Outcome, lines: Sequence[PaidLine]) -> PaidRedemption:
    pair = facts.program.pair(outcome.rule_id)
    assert pair is not None, "a rule that applied is in its program"
    return PaidRedemption(
        redemption_id=_redemption_id(outcome),
        shares=_payment_shares(outcome, lines) if outcome.paid else outcome.allocation,
        points=((POINTS_PAID, outcome.points),) if outcome.points else (),
        on_return=pair.campaign.returns.on_return,
        is_reusable=pair.campaign.returns.is_reusable,
        is_payment=bool(outcome.paid),
    )


def _payment_shares(outcome: Outcome, lines: Sequence[PaidLine]) -> tuple[tuple[int, int], ...]:
    """Return which part of each line points paid like money, by what the lines cost."""
    paid = [max(line.paid, 0) for line in lines]
    shares = allocate(outcome.paid, weights=paid, limits=paid)
    return tuple((line.line, share) for line, share in zip(lines, shares, strict=True) if share)


def _redemption_id(outcome: Outcome) -> str:
    """Return what a redemption goes by; an automatic rule by its own id."""
    return outcome.redemption_id or outcome.rule_id


def _by_currency(decision: Decision) -> dict[str, int]:
    earned: dict[str, int] = {}
    for part in decision.earned:
        earned[part.currency] = earned.get(part.currency, 0) + part.points
    return earned


def _beside_points(decision: Decision, unposted: Collection[str]) -> dict[str, int]:
    """Return what else the member has of an order: money in the wallet, and counters of punch cards."""
    outcomes = [outcome for outcome in decision.outcomes if outcome.redemption_id not in unposted]
    found = {WALLET: credit} if (credit := sum(outcome.credit for outcome in outcomes)) else {}
    for outcome in outcomes:
        for key, change in outcome.counts:
            found[key] = found.get(key, 0) + change
    return found


def _kept_lines(facts: Facts, kept: Sequence[KeptLine]) -> tuple[Line, ...]:
    """Return the order's lines as if only this had been bought."""
    lines = {line.line: line for line in sheet_of(facts.order, facts.program.policy).lines}
    return tuple(
        replace(
            lines[part.line],
            quantity=part.quantity_milli // MILLI,
            milli=part.quantity_milli % MILLI,
            amount=part.amount,
        )
        for part in kept
    )


def _beside_points_kept(order: PaidOrder, kept: Sequence[KeptLine]) -> Mapping[str, int]:
    """Return what stays of money back, in proportion, and of counters: they stay until nothing is kept.

    Which units completed a card is told by no entry, so a part of an order can't be counted back exactly.
    """
    discounted = [(line, line.amount - line.discount) for line in order.lines]
    had = sum(amount - line.part(amount) for line, amount in discounted)  # after earlier returns
    remaining = sum(part.remaining for part in kept)
    return {
        account: amount * remaining // had if account == WALLET and had > 0 else amount
        for account, amount in order.earned
        if account == WALLET or account.startswith(PUNCHES)
    }


def _without_points(part: KeptLine, points_paid: Mapping[int, int], units: Mapping[int, int]) -> KeptLine:
    """Return a kept line without what points have paid of what is kept of it."""
    share = points_paid.get(part.line, 0)
    kept = (
        divide_half_up(share * abs(part.quantity_milli), units[part.line]) if part.quantity_milli else share
    )
    return replace(part, remaining=part.remaining - kept)


def _earned(facts: Facts, kept: Sequence[KeptLine]) -> Mapping[str, int]:
    """Return what is earned on what is kept: conditions look at it as if it were the order."""
    program, order = facts.program, replace(facts.order, lines=_kept_lines(facts, kept))
    seen = circumstances(replace(facts, order=order))
    if not may_earn(program.life, store=order.store, day=seen.day):
        return {}
    sheet = _kept_sheet(facts, order.lines, kept)
    seen.sheet = sheet
    earned: dict[str, int] = {}
    for part in earn(program.earning, sheet=sheet, seen=seen, multipliers=program.policy.multipliers):
        earned[part.currency] = earned.get(part.currency, 0) + part.points
    return earned


def _kept_sheet(facts: Facts, lines: tuple[Line, ...], kept: Sequence[KeptLine]) -> Sheet:
    sheet = sheet_of(replace(facts.order, lines=lines), facts.program.policy)
    remaining = {part.line: part.remaining for part in kept}
    for place, line in enumerate(sheet.lines):
        sheet.remaining[place] = max(remaining[line.line], 0)
    return sheet
