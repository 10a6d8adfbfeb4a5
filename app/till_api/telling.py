"""What the station knows, as the till's API says it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.core.card_record import tender_of_record
from app.core.entry import REDEEM, VOID
from app.core.money import CURRENCIES, format_amount
from app.core.outcome import Allocation, Decision, Outcome
from app.core.program import Program
from app.core.prompted import Prompts, record_of
from app.core.quote import Offer, Quote
from app.core.reasons import BY_CODE, Refusal, sentence
from app.station.receipt import Receipt
from app.till_api.book import Kept
from app.till_api.recorded import Recorded
from app.till_api.wire import (
    Gift,
    Given,
    LineBack,
    LineOff,
    NotGiven,
    OrderOut,
    Quoted,
    ReceiptLine,
    Result,
    State,
    Tender,
    Undone,
    Why,
)

POINTS = "points"
ReceiptText = Callable[[Receipt], Iterable[tuple[str, str, str]]]  # (text, figure at the right, style)


class Telling:
    """Writes down for the till how orders stand, in the store's currency."""

    def __init__(self, currency: str, receipt_text: ReceiptText) -> None:
        """`receipt_text` writes a receipt's lines: words are for people, and belong to the window."""
        self._currency = CURRENCIES[currency]
        self._receipt_text = receipt_text

    def why(self, refusal: Refusal) -> Why:
        """Return a refusal with its sentence."""
        said = sentence(refusal, money=lambda minor: format_amount(minor, self._currency))
        return Why(code=refusal.reason.code, sentence=said)

    def kept(self, kept: Kept) -> OrderOut:
        """Return an order that isn't recorded."""
        standing = kept.standing
        return OrderOut(
            order_id=kept.order.order_id,
            state=State(standing.phase.value),
            revision=kept.revision,
            why=standing.why or None,
            quote=None if standing.quote is None else self._quoted(standing.quote, standing.prompts),
        )

    def recorded(self, found: Recorded) -> OrderOut:
        """Return an order that is recorded, and what was undone of it."""
        undone = [_undone(kind, data) for kind, data in found.undone]
        void = next((each for each in undone if each.kind == VOID), None)
        return OrderOut(
            order_id=found.order["order_id"],
            state=State.RECORDED if void is None else State.VOIDED,
            revision=found.revision,
            result=self._result(found),
            void=void,
            returns=[each for each in undone if each.kind != VOID] or None,
        )

    # --- what it would get --------------------------------------------------------------------------------------------

    def _quoted(self, quote: Quote, said: Prompts) -> Quoted:
        decision = quote.decision
        names = {offer.rule_id: offer.name for offer in quote.offers}
        applied = {(each.rule_id, each.redemption_id) for each in decision.outcomes if each.is_approved}
        beside = [offer for offer in quote.offers if (offer.rule_id, offer.redemption_id) not in applied]
        return Quoted(
            total=decision.total,
            discount=decision.discount,
            payable=decision.payable,
            tax=decision.tax,
            tenders=_tenders(
                _paid_by_points(decision), ((str(each.kind), each.amount) for each in decision.tenders)
            ),
            due=decision.due,
            points_earned=decision.points,
            points_spent=sum(each.points for each in decision.outcomes if each.is_approved),
            lines=_off(each.allocation for each in decision.outcomes if each.is_approved),
            given=[
                _given(each, names.get(each.rule_id, each.rule_id))
                for each in decision.outcomes
                if each.is_approved
            ],
            usable=[_given(offer.outcome, offer.name) for offer in beside if offer.is_usable],
            not_usable=[self._not_usable(offer) for offer in beside if not offer.is_usable],
            **record_of(said),  # type: ignore[arg-type]  # two fields, by their names
        )

    def _not_usable(self, offer: Offer) -> NotGiven:
        return NotGiven(
            rule=offer.rule_id, name=offer.name, reasons=[self.why(refusal) for refusal in offer.refusals]
        )

    # --- what it got --------------------------------------------------------------------------------------------------

    def _result(self, found: Recorded) -> Result:
        order = found.order
        taken = [data for kind, data in found.presented if kind == REDEEM]
        outcomes = [*taken, *order["campaigns"]]
        by_points = sum(each.get("paid", 0) for each in outcomes)
        tenders = [tender_of_record(paid) for paid in order.get("paid", ())]
        payable = order.get("payable", order["total"] - order["discount"])
        receipt = found.receipt
        return Result(
            total=order["total"],
            discount=order["discount"],
            payable=payable,
            tax=order.get("tax", 0),
            tenders=_tenders(by_points, ((str(each.kind), each.amount) for each in tenders)),
            due=payable - by_points - sum(each.amount for each in tenders),
            points_earned=order["points"],
            points_spent=sum(each.get("points", 0) for each in taken),
            lines=_off(each["allocation"] for each in outcomes),
            entry=found.seq,
            recorded_at=_moment(order["t_eff"]),
            is_sent=found.is_sent,
            given=[_given_of_record(each, found.program) for each in outcomes],
            not_given=[
                self._refused(data, found.program) for kind, data in found.presented if kind != REDEEM
            ],
            receipt=[
                ReceiptLine(text=text, right=right, style=style)
                for text, right, style in self._receipt_text(receipt)
            ],
            receipt_code=receipt.code,
        )

    def _refused(self, data: Mapping[str, Any], program: Program | None) -> NotGiven:
        reasons = [Refusal(BY_CODE[reason["code"]], reason["numbers"]) for reason in data["reasons"]]
        return NotGiven(
            rule=data["rule"],
            name=_name(program, data["rule"]),
            redemption_id=data["redemption_id"],
            reasons=[self.why(refusal) for refusal in reasons],
        )


def _given(outcome: Outcome, name: str) -> Given:
    return Given(
        rule=outcome.rule_id,
        name=name,
        take_off=outcome.discount,
        lines=_off([outcome.allocation]),
        points_spent=outcome.points,
        points_pay=outcome.paid,
        gifts=[Gift(sku=sku, units=units) for sku, units in outcome.gifts],
    )


def _given_of_record(data: Mapping[str, Any], program: Program | None) -> Given:
    return Given(
        rule=data["rule"],
        name=_name(program, data["rule"]),
        redemption_id=data.get("redemption_id"),
        take_off=data["discount"],
        lines=_off([data["allocation"]]),
        points_spent=data.get("points", 0),
        points_pay=data.get("paid", 0),
        gifts=[Gift(sku=sku, units=units) for sku, units in data.get("gifts", ())],
    )


def _undone(kind: str, data: Mapping[str, Any]) -> Undone:
    return Undone(
        kind=kind,
        reversal_id=data["reversal_id"],
        recorded_at=_moment(data["t_eff"]),
        reason=data["reason"],
        amount=data["amount"],
        till=data["till"],
        tenders=[Tender(kind=kind_of, amount=amount) for kind_of, _ref, amount in data["tenders"] if amount],
        points_back=data["points_back"],
        points_earned=data["points"],
        lines=[
            LineBack(line=line, quantity_milli=milli, amount=amount, tax=tax)
            for line, milli, amount, tax in data["lines"]
        ],
    )


def _off(allocations: Iterable[Allocation]) -> list[LineOff]:
    """Return what comes off each line in all."""
    sums: Counter[int] = Counter()
    for allocation in allocations:
        for line, share in allocation:
            sums[line] += share
    return [LineOff(line=line, take_off=share) for line, share in sorted(sums.items()) if share]


def _paid_by_points(decision: Decision) -> int:
    return sum(each.paid for each in decision.outcomes if each.is_approved)


def _tenders(by_points: int, tenders: Iterable[tuple[str, int]]) -> list[Tender]:
    """Return what stored value pays; points first, as they do."""
    return [Tender(kind=kind, amount=amount) for kind, amount in ((POINTS, by_points), *tenders) if amount]


def _name(program: Program | None, rule_id: str) -> str:
    pair = None if program is None else program.pair(rule_id)
    return rule_id if pair is None else pair.rule.name


def _moment(at_ms: int) -> str:
    """Return a moment as RFC 3339 has it, in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
