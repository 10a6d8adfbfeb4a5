"""Facts to decide on, made in one line: orders, programs by their published form, vouchers shown."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.canonical import canonical
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Decision, Facts, Outcome
from app.core.program import Program
from app.core.program_format import read_program
from app.core.reasons import Reason
from app.core.voucher import Presentation, Voucher, picked

ZONE = "America/New_York"
MEMBER = Member("M1", is_known=True, tier="gold", segments=frozenset({"early"}), balance=120, as_of_ms=1)
SETS: dict[str, Any] = {"coffee": ["espresso", "filter"], "tea": ["green"]}
Document = dict[str, Any]


def moment(text: str, zone: str = ZONE) -> int:
    """Return UTC milliseconds of a local time such as `2017-06-15 12:00`."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


NOON = moment("2017-06-15 12:00")


def line(number: int, sku: str, amount: int, quantity: int = 1, floor: int = 0, **more: Any) -> Line:
    return Line(number, sku, quantity, amount, floor, **more)


def order(*lines: Line, at_ms: int = NOON, zone: str = ZONE, store: str = "S1", **more: Any) -> Order:
    return Order("o-1", store, "1", at_ms, zone, "USD", lines, **more)


def amount_off(amount: int, products: str | None = None, target: str | None = None, **more: Any) -> Document:
    return _effect({"kind": "amount_off", "amount": amount, **more}, products, target)


def percent_off(
    basis_points: int,
    products: str | None = None,
    target: str | None = None,
    cap: int | None = None,
    **more: Any,
) -> Document:
    effect = {"kind": "percent_off", "basis_points": basis_points, **more}
    return _effect(effect if cap is None else {**effect, "cap": cap}, products, target)


def _effect(effect: Document, products: str | None, target: str | None) -> Document:
    effect["target"] = target or ("order" if products is None else "products")
    return effect if products is None else {**effect, "products": products}


def buy_get(
    buy_units: int, get_units: int, buy: str = "tea", get: str | None = None, **more: Any
) -> Document:
    """Return buy so many and get so many free, of one product set unless `get` names another."""
    units = {"buy_units": buy_units, "get_units": get_units}
    return {"kind": "buy_get", "buy": buy, "get": get or buy, **units, **more}


def bundle(*parts: tuple[str, int], **more: Any) -> Document:
    made = [{"products": products, "units": units} for products, units in parts]
    return {"kind": "bundle", "parts": made, **more}


def rule(
    rule_id: str,
    effect: Document,
    *,
    priority: int = 0,
    trigger: str = "voucher",
    condition: Document | None = None,
    **more: Any,
) -> Document:
    document = {"id": rule_id, "name": f"Rule {rule_id}", "trigger": trigger, "priority": priority}
    document |= {"effect": effect, **more}
    return document if condition is None else {**document, "condition": condition}


def automatic(rule_id: str, effect: Document, **more: Any) -> Document:
    return rule(rule_id, effect, trigger="automatic", **more)


def leaf(fact: str, op: str, value: Any, **more: Any) -> Document:
    return {"fact": fact, "op": op, "value": value, **more}


def campaign(campaign_id: str, *rules: Document, **changed: Any) -> Document:
    return {
        "id": campaign_id,
        "name": f"Campaign {campaign_id}",
        "starts_on": "2017-06-01",
        "ends_on": "2017-06-30",
        "audience": None,
        "offline": "always",
        "rules": list(rules),
        **changed,
    }


def earning(points_milli: int = 1000, per: int = 100, mode: str = "full_unit", **changed: Any) -> Document:
    return {"id": "base", "points_milli": points_milli, "per": per, "mode": mode, **changed}


def document(*campaigns: Document, **changed: Any) -> Document:
    return {
        "format": 1,
        "program_id": "p",
        "version": 7,
        "name": "Plus",
        "currency": "USD",
        "time_zone": ZONE,
        "expires_ms": moment("2018-01-01 00:00"),
        "product_sets": SETS,
        "earning": [earning()],
        "campaigns": list(campaigns),
        **changed,
    }


def program(*campaigns: Document, **changed: Any) -> Program:
    return read_program(canonical(document(*campaigns, **changed)))


def shown(redemption_id: str, rule_id: str, **changed: Any) -> Presentation:
    """Return the presentation of a voucher for a rule; by default one that holds as often as the rule does."""
    return Presentation(
        redemption_id, Voucher(**{"code_hash": f"h-{rule_id}", "rule_id": rule_id, **changed}), "A1"
    )


def chosen(redemption_id: str, rule_id: str, points: int = 0) -> Presentation:
    """Return the presentation of an offer picked without a code, perhaps with the points to pay."""
    return Presentation(redemption_id, picked(rule_id), "A1", points)


def facts(
    program_: Program,
    *lines: Line,
    presented: tuple[Presentation, ...] = (),
    member: Member | None = MEMBER,
    **more: Any,
) -> Facts:
    return Facts(program_, order(*lines), member, presented, **more)


def reasons(outcome: Outcome) -> list[Reason]:
    return [refusal.reason for refusal in outcome.refusals]


def given(decision: Decision) -> dict[str, dict[int, int]]:
    """Return what each rule that applies takes off each line."""
    return {outcome.rule_id: dict(outcome.allocation) for outcome in decision.outcomes if outcome.is_approved}
