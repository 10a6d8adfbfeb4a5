"""What the engine decided, in the words of a case: figures as decimal strings, reasons as the case's words."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from app.cases.reading import CaseUnknown
from app.cases.translate import Translation
from app.core.decision import circumstances
from app.core.gift_cards import TenderKind
from app.core.money import CURRENCIES, format_amount
from app.core.outcome import Decision, Facts, Outcome
from app.core.reasons import PRECEDENCE, Reason

# Our reasons that a case calls by another word; all others have the same name in both.
WORDS = {
    Reason.LIMIT_CAMPAIGN_REACHED: "limit_total_reached",
    Reason.ORDER_DOES_NOT_FIT: "min_total_not_met",
    Reason.NOTHING_DUE: "no_effect",
    Reason.VALUE_EMPTY: "no_effect",
    Reason.POINTS_MIN_NOT_MET: "insufficient_points",
}
NOTHING_TO_PAY = frozenset({Reason.NOTHING_DUE, Reason.VALUE_EMPTY})  # which refuses nobody anything
MISSING = Reason.REQUIRED_ITEM_MISSING
EURO = CURRENCIES["EUR"]
Got = dict[str, Any]


def money(minor: int) -> str:
    """Return minor units as a case writes money."""
    return format_amount(minor, EURO)


def word(reasons: Iterable[Reason]) -> str | None:
    """Return the case's word for the first reason by precedence; None when there is none."""
    first = min(reasons, key=PRECEDENCE.__getitem__, default=None)
    return None if first is None else WORDS.get(first, first.code)


def _reasons(facts: Facts, outcome: Outcome) -> list[Reason]:
    """Return why a rule doesn't apply.

    A case says that a required item is missing only where a condition asks for it. An effect that finds none of its
    products has, in a case's words, no effect; the engine says of both that the item is missing.
    """
    reasons = [refusal.reason for refusal in outcome.refusals]
    if MISSING in reasons and not _is_required(facts, outcome.rule_id):
        return [Reason.NO_EFFECT if reason is MISSING else reason for reason in reasons]
    return reasons


def _is_required(facts: Facts, rule_id: str) -> bool:
    """Tell whether the condition of a rule itself misses an item."""
    place = facts.program.rules_by_id.get(rule_id)
    condition = None if place is None else facts.program.rules[place].rule.condition
    if condition is None:
        return False
    return any(refusal.reason is MISSING for refusal in condition(circumstances(facts)))


def answer(expected: dict[str, Any], case: Translation, decision: Decision) -> Got:
    """Return what was decided for each key that is expected. Raises `CaseUnknown` for a key it can't tell."""
    got: Got = {}
    for key in expected:
        if key == "alternatives":
            continue
        if key not in ANSWERS:
            raise CaseUnknown(f"expected.{key} is not known")
        got[key] = ANSWERS[key](case, decision)
    return got


def _line_discounts(case: Translation, decision: Decision) -> dict[str, str]:
    given: Counter[int] = Counter()
    for outcome in decision.outcomes:
        given.update(dict(outcome.allocation))
    by_id = dict.fromkeys(case.line_ids, 0)
    for number, line_id in enumerate(case.line_ids, start=1):
        by_id[line_id] += given[number]
    return {line_id: money(amount) for line_id, amount in by_id.items()}


def _refused(case: Translation, decision: Decision) -> dict[str, str]:
    by_rule = {
        case.rule_names[outcome.rule_id]: found
        for outcome in decision.outcomes
        if outcome.rule_id in case.rule_names and (found := word(_reasons(case.facts, outcome))) is not None
    }
    return by_rule | _refused_tenders(case, decision)


def _refused_tenders(case: Translation, decision: Decision) -> dict[str, str]:
    """Return why payments are refused, by promotion: those of which nothing could be used."""
    found: dict[str, str] = {}
    for kind, name in case.tender_names.items():
        tenders = [tender for tender in decision.tenders if tender.kind is kind]
        reason = word(refusal.reason for tender in tenders for refusal in tender.refusals)
        if reason is not None and all(tender.refusals for tender in tenders):
            found[name] = reason
    return found


def _refusal_reason(case: Translation, decision: Decision) -> str | None:
    """Return why what was asked for is refused: an unknown code, else the first reason of what was presented."""
    if case.unknown_codes:
        return Reason.UNKNOWN_CODE.code
    outcomes: tuple[Outcome, ...] = decision.presented or decision.automatic
    reasons = [reason for outcome in outcomes for reason in _reasons(case.facts, outcome)]
    of_tenders = [refusal.reason for tender in decision.tenders for refusal in tender.refusals]
    return word(reasons or (reason for reason in of_tenders if reason not in NOTHING_TO_PAY))


def _points_spent(_: Translation, decision: Decision) -> int:
    return sum(outcome.points for outcome in decision.outcomes)


def _points_after(case: Translation, decision: Decision) -> int | None:
    """Return the balance after the order; what was earned in it counts once, whether stated or worked out."""
    if case.points_before is None:
        return None
    earned = decision.points or case.points_added
    return case.points_before + earned - _points_spent(case, decision)


def _free_units(_: Translation, decision: Decision) -> dict[str, int]:
    units: Counter[str] = Counter()
    for outcome in decision.outcomes:
        for sku, count in outcome.gifts:
            units[sku] += count
    return dict(units)


def _tendered(_: Translation, decision: Decision) -> str:
    return money(sum(tender.amount for tender in decision.tenders))


def _balances_after(_: Translation, decision: Decision) -> list[str]:
    cards = sorted(
        (tender.ref, tender.left) for tender in decision.tenders if tender.kind is TenderKind.GIFT_CARD
    )
    return [money(left) for _, left in cards]


def _wallet_after(_: Translation, decision: Decision) -> str | None:
    wallets = [tender.left for tender in decision.tenders if tender.kind is TenderKind.WALLET]
    return money(wallets[0]) if wallets else None


ANSWERS: dict[str, Callable[[Translation, Decision], Any]] = {
    "line_discounts": _line_discounts,
    "total_discount": lambda _, decision: money(decision.discount),
    "total_payable": lambda _, decision: money(decision.payable),
    "tax_total": lambda _, decision: money(decision.tax),
    "amount_due": lambda _, decision: money(decision.due),
    "points_earned": lambda _, decision: decision.points,
    "points_spent": _points_spent,
    "points_balance_after": _points_after,
    "refused": _refused,
    "refusal_reason": _refusal_reason,
    "free_units": _free_units,
    "tendered": _tendered,
    "balances_after": _balances_after,
    "wallet_after": _wallet_after,
}
