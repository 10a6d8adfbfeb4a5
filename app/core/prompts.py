"""What a cashier can say beside a quote: the offer that is nearly there, and what joining would give on this order.

Nothing here is reckoned by rules of its own. What is missing is put on the order and the order is decided once more;
only an offer that applies then is told, with what it would take off. So what a prompt says is what happens when it is
done, however rules go together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from app.core.campaign import Rule
from app.core.conditions import leaves
from app.core.decision import decide
from app.core.order import MILLI, Line, LineKind, goods_total
from app.core.outcome import Decision, Facts, Outcome
from app.core.products import ProductSet
from app.core.prompted import JoiningGives, NextBest, Want
from app.core.quote import Offer, Quote
from app.core.reasons import Reason
from app.core.voucher import Presentation

TRIES_MAX = 6  # offers decided once more, the nearest first; a cashier says one of them
FAR = 2  # more than so many times the order itself nobody adds for an offer's sake


WANTS = {
    Reason.MIN_TOTAL_NOT_MET: Want.AMOUNT,
    Reason.MIN_QTY_NOT_MET: Want.UNITS,
    Reason.REQUIRED_ITEM_MISSING: Want.PRODUCT,
    Reason.INSUFFICIENT_POINTS: Want.POINTS,
}
ASKED_BY = {  # the facts that conditions ask where they refuse for this
    Want.AMOUNT: {"order.amount_of", "order.running_amount_of"},
    Want.UNITS: {"order.quantity_of"},
    Want.PRODUCT: {"order.quantity_of"},
}


class _Tried(NamedTuple):
    """The facts with what was missing, and what that costs the customer; None: nobody can say."""

    want: Want
    facts: Facts
    cost: int | None


def next_best(facts: Facts, found: Quote, choices: Sequence[Presentation] = ()) -> NextBest | None:
    """Return the offer that gives most for what is missing; None where none is near.

    `found` is the quote of these facts, `choices` the offers that could be picked, as they would be presented. An
    offer that needs more than one thing, or one that nobody at the till can change, isn't told.
    """
    best: tuple[Fraction, int, NextBest] | None = None
    tries = 0
    for offer in found.offers:
        wanted = _wanted(offer)
        pair = facts.program.pair(offer.rule_id)
        if wanted is None or pair is None:
            continue
        if tries == TRIES_MAX:
            break
        tries += 1
        want, missing = wanted
        shown = [each for each in choices if each.redemption_id == offer.redemption_id]
        now = replace(facts, presented=(*facts.presented, *shown))
        for tried in _with_it(now, pair.rule, want, missing, found.decision):
            worth = _worth(tried.facts, offer)
            if worth:
                told = NextBest(offer.rule_id, offer.name, tried.want, missing, worth)
                rank = (Fraction(worth, max(tried.cost, 1)) if tried.cost is not None else Fraction(0), worth)
                if _is_near(tried, facts) and (best is None or rank > best[:2]):
                    best = (*rank, told)
                break
    return best[2] if best else None


def joining_gives(now: Decision, then: Quote, picked: Decision | None = None) -> JoiningGives | None:
    """Return what an order gets more as a new member's; None for nothing.

    `now` is decided without a member and `then` is its quote with one, `picked` the decision with the offer that they
    would pick.
    """
    decision = then.decision if picked is None else picked
    gives = JoiningGives(max(decision.discount - now.discount, 0), decision.points)
    return gives if gives.off or gives.points > 0 else None


def best_choice(then: Quote) -> Offer | None:
    """Return the offer that a new member would pick: the one that takes most off and asks for no points."""
    usable = [
        offer
        for offer in then.offers
        if offer.is_usable and offer.redemption_id and offer.discount and not offer.cost_points
    ]
    return max(usable, key=lambda offer: (offer.discount, offer.rule_id), default=None)


# --- what is missing ---------------------------------------------------------------------------------------------


def _wanted(offer: Offer) -> tuple[Want, int] | None:
    """Return what an offer lacks first, where somebody can do something about all that it lacks."""
    if not offer.refusals:
        return None
    refusal = offer.refusals[0]
    if refusal.reason is Reason.NO_EFFECT and offer.more_free:
        return Want.UNITS, offer.more_free
    if any(each.reason not in WANTS for each in offer.refusals):
        return None
    want, missing = WANTS.get(refusal.reason), refusal.numbers.get("missing", 1)
    return (want, missing) if want is not None and isinstance(missing, int) and missing > 0 else None


def _is_near(tried: _Tried, facts: Facts) -> bool:
    return tried.cost is None or tried.cost <= FAR * goods_total(facts.order)


def _worth(facts: Facts, offer: Offer) -> int:
    """Return how much more comes off by these facts than if this offer alone were stopped; 0 where it doesn't apply."""
    decision = decide(facts, explain=False)
    outcome = next((each for each in decision.outcomes if _is_of(each, offer)), None)
    if outcome is None or outcome.refusals:
        return 0
    without = replace(facts, stopped=facts.stopped | {f"rule:{offer.rule_id}"})
    return max(_given(decision) - _given(decide(without, explain=False)), 0)


def _is_of(outcome: Outcome, offer: Offer) -> bool:
    return (outcome.rule_id, outcome.redemption_id) == (offer.rule_id, offer.redemption_id)


def _given(decision: Decision) -> int:
    return decision.discount + sum(outcome.paid for outcome in decision.outcomes)


# --- putting it there --------------------------------------------------------------------------------------------


def _with_it(facts: Facts, rule: Rule, want: Want, missing: int, now: Decision) -> Iterator[_Tried]:
    """Yield the facts with what is missing, in each way in which it could be meant."""
    if want is Want.POINTS:
        if facts.member is not None:
            member = replace(facts.member, balance=facts.member.balance + missing)
            cost = now.payable * missing // now.points if now.points else None
            yield _Tried(want, replace(facts, member=member), cost)
        return
    if want is Want.AMOUNT:
        yield _Tried(want, _with_line(facts, _more_of_anything(facts, missing)), missing)
    for name in _sets(rule, want):
        more = _more_of(facts, facts.program.product_sets[name], want, missing)
        meant = Want.AMOUNT_OF if want is Want.AMOUNT else want
        yield _Tried(meant, _with_line(facts, more), more.amount or _usual_price(facts) * more.quantity)
    if want is Want.UNITS and facts.order.has_lines:
        more = _more_units(_goods(facts), missing)
        yield _Tried(want, _with_line(facts, more), more.amount)


def _sets(rule: Rule, want: Want) -> list[str]:
    """Return the product sets that the rule may mean: those its condition asks about, then those of its effect."""
    asked = [leaf["products"] for leaf in leaves(rule.tree) if leaf["fact"] in ASKED_BY[want]]
    of_effect = [] if want is Want.AMOUNT else [name for name in rule.wants if name is not None]
    return list(dict.fromkeys(asked + of_effect))


def _with_line(facts: Facts, line: Line) -> Facts:
    number = max((each.line for each in facts.order.lines), default=0) + 1
    lines = (*facts.order.lines, replace(line, line=number))
    return replace(facts, order=replace(facts.order, lines=lines))


def _more_of_anything(facts: Facts, amount: int) -> Line:
    """Return goods that no product set means; taxed as the dearest line, as most of an order is."""
    usual = max(_goods(facts), key=lambda line: line.amount, default=None)
    if usual is None:
        return Line(0, "", 1, amount)
    return Line(0, "", 1, amount, tax_ppm=usual.tax_ppm, is_net=usual.is_net)


def _more_of(facts: Facts, products: ProductSet, want: Want, missing: int) -> Line:
    """Return more of the products of a set: as they are in the order, or one at no price where none is."""
    there = [line for line in _goods(facts) if products.holds(line) and line.amount > 0]
    if want is Want.AMOUNT:
        like = there[0] if there else _one_of(products)
        return replace(like, quantity=1, milli=0, amount=missing, levy=0)
    if there:
        return _more_units(there, missing)
    return replace(_one_of(products), quantity=missing)


def _more_units(lines: Sequence[Line], units: int) -> Line:
    """Return so many more of the cheapest of some lines."""
    priced = [line for line in lines if line.amount > 0 and line.quantity_milli > 0]
    if not priced:
        return Line(0, "", units, 0)
    like = min(priced, key=lambda line: (Fraction(line.amount, line.quantity_milli), line.line))
    return replace(
        like, quantity=units, milli=0, amount=like.amount * units * MILLI // like.quantity_milli, levy=0
    )


def _one_of(products: ProductSet) -> Line:
    """Return a line that a product set means, by what it names first; its price is not known."""
    return Line(
        0,
        sku=min(products.skus) if products.skus else "?",
        quantity=1,
        amount=0,
        categories=frozenset({min(products.categories)}) if products.categories else frozenset(),
        brand=min(products.brands) if products.brands else "",
        attributes=tuple((name, min(values)) for name, values in products.attributes if values),
    )


def _goods(facts: Facts) -> list[Line]:
    return [line for line in facts.order.lines if line.kind is LineKind.GOODS]


def _usual_price(facts: Facts) -> int:
    """Return what a unit of this order costs, taking one with the other: for what nobody knows the price of."""
    units = sum(line.quantity_milli for line in _goods(facts))
    return goods_total(facts.order) * MILLI // units if units > 0 else 0
