"""How orders and redemptions stand in journal entries, and how HQ replays them.

Everything that decide() read is in the `order` record. `replay_order` reads it back, decides anew and
`…_differences` name what does not agree: tampering, or a bug of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.decision import Allocation, Decision, Facts, Outcome, decide
from app.core.member import Member
from app.core.order import AMOUNT_MAX, LINES_MAX, Line, Order
from app.core.program import Program
from app.core.voucher import Presentation, Voucher

Record = dict[str, Any]


class RecordInvalid(ValueError):
    """A record that isn't what its type promises."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who and what was there when an order was decided, beyond the facts of the decision."""

    link: str  # "online" or "offline", as the station knew it at that moment
    cashier: str = ""
    member_level: str = ""
    member_code_hash: str = ""


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
        "member": _member_record(facts.member, attendance),
        "lines": [_line_record(line) for line in order.lines],
        "program_version": facts.program.version,
        "program_hash": facts.program.hash,
        "presented": [_presentation_record(shown) for shown in facts.presented],
        "cashier": attendance.cashier,
        **_decided(decision),
    }


def redemption_record(facts: Facts, outcome: Outcome, shown: Presentation, attendance: Attendance) -> Record:
    """Return the data of a `redeem` or `refuse` entry."""
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
        "auth": {"kind": "always"},
        "cashier": attendance.cashier,
        **_outcome_decided(outcome),
    }


def replay_order(data: Mapping[str, Any], program: Program) -> Decision:
    """Decide a recorded order again, on the recorded facts, as far as it is recorded. Raises `RecordInvalid`.

    Automatic rules that didn't apply stand in no record, so nobody asks why they didn't.
    """
    return decide(read_order(data, program), explain=False)


def order_differences(data: Mapping[str, Any], decision: Decision) -> list[str]:
    """Name the fields of an order record that the replayed decision doesn't give; empty when it is the same."""
    return _differences(data, _decided(decision))


def redemption_differences(data: Mapping[str, Any], decision: Decision) -> list[str]:
    """Name the fields of a redeem or refuse record that the replayed decision of its order doesn't give."""
    for outcome in decision.presented:
        if outcome.redemption_id == data.get("redemption_id"):
            return _differences(data, _outcome_decided(outcome))
    return ["redemption_id"]


def presentation_differences(redemption: Mapping[str, Any], order: Mapping[str, Any]) -> list[str]:
    """Name the fields in which a redeem or refuse record does not agree with the record of its order."""
    member = order["member"]
    expected = {key: order[key] for key in ("store", "t_eff", "program_version", "program_hash")}
    expected["member"] = None if member is None else member["ref"]
    for shown in order["presented"]:
        if shown["redemption_id"] == redemption.get("redemption_id"):
            expected |= {"code_hash": shown["code_hash"], "level": shown["level"]}
    return _differences(redemption, expected)


def read_order(data: Mapping[str, Any], program: Program) -> Facts:
    """Return the facts of a recorded order. Raises `RecordInvalid`."""
    try:
        member = data["member"]
        return Facts(
            program=program,
            order=_read_order(data),
            member=None if member is None else _read_member(member),
            presented=tuple(_read_presentation(shown) for shown in data["presented"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as problem:
        raise RecordInvalid(f"not an order record: {problem!r}") from problem


def _decided(decision: Decision) -> Record:
    return {
        "campaigns": [
            {
                "rule": outcome.rule_id,
                "campaign": outcome.campaign_id,
                "discount": outcome.discount,
                "allocation": _allocation_record(outcome.allocation),
            }
            for outcome in decision.automatic
            if outcome.is_approved
        ],
        "total": decision.total,
        "discount": decision.discount,
        "points": decision.points,
    }


def _outcome_decided(outcome: Outcome) -> Record:
    return {
        "rule": outcome.rule_id,
        "campaign": outcome.campaign_id,
        "discount": outcome.discount,
        "allocation": _allocation_record(outcome.allocation),
        "points": outcome.points,
        "reasons": [refusal.record() for refusal in outcome.refusals],
    }


def _differences(recorded: Mapping[str, Any], decided: Record) -> list[str]:
    return [key for key, value in decided.items() if recorded.get(key) != value]


def _allocation_record(allocation: Allocation) -> list[list[int]]:
    return [list(share) for share in allocation]


def _line_record(line: Line) -> Record:
    record: Record = {"line": line.line, "sku": line.sku, "qty": line.quantity, "amount": line.amount}
    if line.floor:
        record["floor"] = line.floor
    return record


def _member_record(member: Member | None, attendance: Attendance) -> Record | None:
    if member is None:
        return None
    return {
        "ref": member.ref,
        "level": str(attendance.member_level),
        "code_hash": attendance.member_code_hash,
        "known": member.is_known,
        "tier": member.tier,
        "segments": sorted(member.segments),
        "balance": member.balance,
        "as_of": member.as_of_ms,
    }


def _presentation_record(shown: Presentation) -> Record:
    voucher = shown.voucher
    return {
        "redemption_id": shown.redemption_id,
        "rule": voucher.rule_id,
        "code_hash": voucher.code_hash,
        "level": str(shown.level),
        "uses_max": voucher.uses_max,
        "uses": voucher.uses,
        "owner": voucher.owner,
        "ends_on": None if voucher.ends_on is None else voucher.ends_on.isoformat(),
    }


def _read_order(data: Mapping[str, Any]) -> Order:
    lines = tuple(_read_line(line) for line in data["lines"])
    if len(lines) > LINES_MAX:
        raise ValueError("too many lines")
    order = Order(
        order_id=_text(data["order_id"]),
        store=_text(data["store"]),
        register=_text(data["register"]),
        at_ms=_whole(data["t_eff"]),
        time_zone=_text(data["tz"]),
        currency=_text(data["currency"]),
        lines=lines,
    )
    order.local  # noqa: B018 a moment or a zone that no calendar knows must fail here, not while deciding
    return order


def _read_line(line: Mapping[str, Any]) -> Line:
    amount = _whole(line["amount"])
    if abs(amount) > AMOUNT_MAX:
        raise ValueError("amount out of range")
    return Line(
        line=_whole(line["line"]),
        sku=_text(line["sku"]),
        quantity=_whole(line["qty"]),
        amount=amount,
        floor=_whole(line.get("floor", 0)),
    )


def _read_member(member: Mapping[str, Any]) -> Member:
    return Member(
        ref=_text(member["ref"]),
        is_known=bool(member["known"]),
        tier=_text(member["tier"]),
        segments=frozenset(_text(segment) for segment in member["segments"]),
        balance=_whole(member["balance"]),
        as_of_ms=_whole(member["as_of"]),
    )


def _read_presentation(shown: Mapping[str, Any]) -> Presentation:
    ends_on = shown["ends_on"]
    voucher = Voucher(
        code_hash=_text(shown["code_hash"]),
        rule_id=_text(shown["rule"]),
        uses_max=_whole(shown["uses_max"]),
        uses=_whole(shown["uses"]),
        owner=None if shown["owner"] is None else _text(shown["owner"]),
        ends_on=None if ends_on is None else date.fromisoformat(ends_on),
    )
    return Presentation(_text(shown["redemption_id"]), voucher, _text(shown["level"]))


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"expected a text, found {value!r}")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"expected a whole number, found {value!r}")
    return value
