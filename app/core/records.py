"""How orders and redemptions stand in journal entries, and how HQ replays them.

Everything that decide() read is in the `order` record. `replay_order` reads it back, decides anew and
`…_differences` name what does not agree: tampering, or a bug of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.authority import NEEDS_NONE
from app.core.card_rest import Rest
from app.core.decision import decide
from app.core.earning import POINTS
from app.core.facts_record import (
    Record,
    facts_record,
    line_record,
    member_record,
    presentation_record,
    read_facts,
)
from app.core.gift_cards import TenderOutcome
from app.core.outcome import Allocation, Decision, Facts, Outcome
from app.core.program import Program
from app.core.signed_code import Shown
from app.core.voucher import Presentation

# What stands in a record only where there is some.
SOMETIMES = ("payable", "tax", "paid", "earned", "uses", "gifts", "credit", "counts", "stock", "history")
UNSAID = frozenset({"history"})  # by older programs, whatever there was of it


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who and what was there when an order was decided, beyond the facts of the decision."""

    link: str  # "online" or "offline", as the station knew it at that moment
    cashier: str = ""
    member_level: str = ""
    member_code_hash: str = ""
    stops_version: int = 0  # of the list of what is stopped, as the station had heard it
    member_shown: Shown | None = None  # where a phone showed the code


def order_record(facts: Facts, decision: Decision, attendance: Attendance) -> Record:
    """Return the data of an `order` entry. Amounts are minor units, times UTC milliseconds."""
    order = facts.order
    return {
        "order_id": order.order_id,
        "store": order.store,
        "register": order.register,
        "link": attendance.link,
        "t_eff": order.at_ms,
        "tz": order.time_zone,
        "currency": order.currency,
        "member": member_record(
            facts.member,
            level=str(attendance.member_level),
            code_hash=attendance.member_code_hash,
            shown=attendance.member_shown,
        ),
        "lines": [line_record(line) for line in order.lines],
        "program_version": facts.program.version,
        "program_hash": facts.program.hash,
        "presented": [presentation_record(shown) for shown in facts.presented],
        "cashier": attendance.cashier,
        **({"stops_version": attendance.stops_version} if attendance.stops_version else {}),
        **facts_record(facts),
        **_decided(decision),
    }


def redemption_record(facts: Facts, outcome: Outcome, shown: Presentation, attendance: Attendance) -> Record:
    """Return the data of a `redeem` or `refuse` entry."""
    by_phone = attendance.member_shown
    day = {"day": facts.order.local.date().isoformat()} if outcome.history else {}
    return {
        "redemption_id": shown.redemption_id,
        "order_id": facts.order.order_id,
        "store": facts.order.store,
        "t_eff": facts.order.at_ms,
        "member": None if facts.member is None else facts.member.ref,
        "code_hash": shown.voucher.code_hash,
        "level": str(shown.level),
        "program_version": facts.program.version,
        "program_hash": facts.program.hash,
        "cashier": attendance.cashier,
        **({} if by_phone is None else {"shown": by_phone.record()}),
        **day,
        **_outcome_decided(outcome),
    }


def replay_order(data: Mapping[str, Any], program: Program) -> Decision:
    """Decide a recorded order again, on the recorded facts, as far as it is recorded. Raises `RecordInvalid`.

    Automatic rules that didn't apply stand in no record, so nobody asks why they didn't.
    """
    return decide(read_facts(data, program), explain=False)


def order_differences(data: Mapping[str, Any], decision: Decision) -> list[str]:
    """Name the fields of an order record that the replayed decision doesn't give; empty when it is the same."""
    return _differences(data, _decided(decision))


OF_OLDER_PROGRAMS: Record = {"points": 0}  # what records said nothing of before anything could cost points


def redemption_differences(data: Mapping[str, Any], decision: Decision) -> list[str]:
    """Name the fields of a redeem or refuse record that the replayed decision of its order doesn't give."""
    for outcome in decision.presented:
        if outcome.redemption_id == data.get("redemption_id"):
            return _differences({**OF_OLDER_PROGRAMS, **data}, _outcome_decided(outcome))
    return ["redemption_id"]


def presentation_differences(redemption: Mapping[str, Any], order: Mapping[str, Any]) -> list[str]:
    """Name the fields in which a redeem or refuse record does not agree with the record of its order."""
    member = order["member"]
    expected = {key: order[key] for key in ("store", "t_eff", "program_version", "program_hash")}
    expected["member"] = None if member is None else member["ref"]
    if "cashier" in redemption:
        expected["cashier"] = order.get("cashier", "")
    expected["shown"] = None if member is None else member.get("shown")
    for shown in order["presented"]:
        if shown["redemption_id"] == redemption.get("redemption_id"):
            expected |= {"code_hash": shown["code_hash"], "level": shown["level"]}
    return [key for key, value in expected.items() if redemption.get(key) != value]


def _decided(decision: Decision) -> Record:
    record: Record = {
        "campaigns": [_automatic_record(outcome) for outcome in decision.automatic if outcome.is_approved],
        "total": decision.total,
        "discount": decision.discount,
        "points": decision.points,
    }
    if decision.tax:
        record["tax"] = decision.tax
    if decision.tenders:
        record["paid"] = [_tender_record(tender) for tender in decision.tenders]
    if decision.uses:
        record["uses"] = [list(use) for use in decision.uses]
    others = [
        [part.rule_id, part.currency, part.points] for part in decision.earned if part.currency != POINTS
    ]
    if others:
        record["earned"] = others
    if decision.history:
        record["history"] = [list(added) for added in decision.history]
    if decision.payable != decision.total - decision.discount:
        record["payable"] = decision.payable
    return record


def _automatic_record(outcome: Outcome) -> Record:
    return {
        "rule": outcome.rule_id,
        "campaign": outcome.campaign_id,
        "discount": outcome.discount,
        "allocation": _allocation_record(outcome.allocation),
        **({"auth": outcome.auth.record()} if outcome.auth != NEEDS_NONE else {}),
        **_beside_discount(outcome),
    }


def _outcome_decided(outcome: Outcome) -> Record:
    return {
        "rule": outcome.rule_id,
        "campaign": outcome.campaign_id,
        "discount": outcome.discount,
        "allocation": _allocation_record(outcome.allocation),
        "points": outcome.points,
        "reasons": [refusal.record() for refusal in outcome.refusals],
        "auth": outcome.auth.record(),
        **_beside_discount(outcome),
    }


def _beside_discount(outcome: Outcome) -> Record:
    """Return what an outcome gives beside a discount, where it does."""
    if not (
        outcome.paid or outcome.gifts or outcome.credit or outcome.counts or outcome.stock or outcome.history
    ):
        return {}  # as most
    told: Record = {
        "paid": outcome.paid,
        "gifts": [list(gift) for gift in outcome.gifts],
        "credit": outcome.credit,
        "counts": [list(count) for count in outcome.counts],
        "stock": outcome.stock,
        "history": [list(added) for added in outcome.history],
    }
    return {key: value for key, value in told.items() if value}


def _tender_record(tender: TenderOutcome) -> Record:
    return {
        "kind": str(tender.kind),
        "ref": tender.ref,
        "amount": tender.amount,
        "left": tender.left,
        "reasons": [refusal.record() for refusal in tender.refusals],
        **({} if tender.rest is Rest.STAYS else {"rest": str(tender.rest)}),
        **({"alone": tender.alone} if tender.alone else {}),
    }


def _differences(recorded: Mapping[str, Any], decided: Record) -> list[str]:
    """Name what differs; what the record leaves out because there was none of it counts as none on both sides."""
    keys = [key for key in decided if key in recorded or key not in UNSAID]
    keys += [key for key in SOMETIMES if key in recorded and key not in decided]
    return [key for key in keys if recorded.get(key) != decided.get(key)]


def _allocation_record(allocation: Allocation) -> list[list[int]]:
    return [list(share) for share in allocation]
