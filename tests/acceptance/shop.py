"""A made-up shop in Berlin for the acceptance examples: programs in a line, orders in a line, decided by both ends.

`decide_at_both_ends` decides as a station does, writes the record that its journal would hold, and decides that again
as HQ does; whatever an example asserts therefore holds at both.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from app.core.canonical import canonical
from app.core.decision import decide
from app.core.member import Member
from app.core.order import Line, LineKind, Order
from app.core.outcome import Decision, Facts, Outcome
from app.core.program import Program
from app.core.program_format import read_program
from app.core.reasons import Reason
from app.core.records import Attendance, order_differences, order_record, replay_order
from app.core.voucher import Presentation, Voucher, picked

Document = dict[str, Any]
ZONE = "Europe/Berlin"
MEMBER = Member("M1", is_known=True, balance=1000, as_of_ms=1)


def moment(text: str) -> int:
    """Return UTC milliseconds of a local time such as `2026-06-15 12:00:00`."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


def member(**facts: Any) -> Member:
    return Member(**{"ref": "M1", "is_known": True, "balance": 1000, "as_of_ms": 1, **facts})


def percent(basis_points: int, **more: Any) -> Document:
    return {"kind": "percent_off", "target": "order", "basis_points": basis_points, **more}


def amount(minor: int, **more: Any) -> Document:
    return {"kind": "amount_off", "target": "order", "amount": minor, **more}


def leaf(fact: str, op: str, value: Any, **more: Any) -> Document:
    return {"fact": fact, "op": op, "value": value, **more}


def campaign(
    name: str, effect: Document | None = None, *, trigger: str = "automatic", **more: Any
) -> Document:
    """Return a campaign of one rule of the same name; `rule` holds more of the rule, the rest is the campaign's."""
    rule = {"id": name, "name": name, "trigger": trigger, "priority": 0, **more.pop("rule", {})}
    return {
        "id": name,
        "name": name,
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "audience": None,
        "offline": "always",
        "rules": [{**rule, "effect": effect or percent(1000)}],
        **more,
    }


def earning(points: int = 1, per: int = 100, **more: Any) -> Document:
    return {"id": "base", "points_milli": points * 1000, "per": per, "mode": "full_unit", **more}


def document(*campaigns: Document, **more: Any) -> Document:
    return {
        "format": 1,
        "program_id": "p",
        "version": 1,
        "name": "Plus",
        "currency": "EUR",
        "time_zone": ZONE,
        "expires_ms": moment("2036-01-01 00:00"),
        "product_sets": {
            "phone": ["PHONE"],
            "chosen": ["A", "B"],
            "delivery": {"kinds": ["delivery"]},
            "coffee": {"categories": ["coffee"]},
        },
        "earning": [],
        "campaigns": list(campaigns),
        **more,
    }


def program(*campaigns: Document, **more: Any) -> Program:
    return read_program(canonical(document(*campaigns, **more)))


def line(minor: int, sku: str = "SOAP", quantity: int = 1, number: int = 1, **more: Any) -> Line:
    return Line(number, sku, quantity, minor, **more)


def delivery(minor: int) -> Line:
    return Line(99, "DELIVERY", 1, minor, kind=LineKind.DELIVERY)


def shown(name: str, *, points: int = 0, **voucher: Any) -> Presentation:
    """Return a code for the rule of that name."""
    return Presentation(f"red-{name}", Voucher(f"hash-{name}", name, **voucher), "A1", points)


def chosen(name: str, *, points: int = 0) -> Presentation:
    """Return the offer of that name, picked at the station."""
    return Presentation(f"red-{name}", picked(name), "A1", points)


def facts(
    plan: Program, *lines: Line, at: str = "2026-06-15 12:00:00", store: str = "S1", **more: Any
) -> Facts:
    order = Order("o-1", store, "1", moment(at), ZONE, "EUR", lines)
    return Facts(**{"program": plan, "order": order, "member": MEMBER, **more})


def decide_at_both_ends(asked: Facts) -> Decision:
    """Decide, record, and decide the record again; the two must agree."""
    decision = decide(asked)
    record = orjson.loads(canonical(order_record(asked, decision, Attendance("offline"))))
    assert order_differences(record, replay_order(record, asked.program)) == []
    return decision


def decided(plan: Program, *lines: Line, **more: Any) -> Decision:
    return decide_at_both_ends(facts(plan, *lines, **more))


def outcome(decision: Decision, name: str) -> Outcome:
    """Return what became of the rule of that name."""
    return next(found for found in decision.outcomes if found.rule_id == name)


def why(decision: Decision, name: str) -> Reason | None:
    """Return the reason that is shown first; None when the rule applies."""
    refusals = outcome(decision, name).refusals
    return refusals[0].reason if refusals else None


def missing(decision: Decision, name: str) -> int | str:
    """Return what the refusal shown first says is missing."""
    return outcome(decision, name).refusals[0].numbers["missing"]


def day(text: str) -> date:
    return date.fromisoformat(text)
