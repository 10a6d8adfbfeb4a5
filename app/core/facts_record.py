"""How the facts of a decision stand in an `order` record, and how they are read back for the replay.

A fact that says nothing beyond the ordinary is left out: a line of ordinary goods is five numbers and words. Reading
is strict, since what is read here was signed by a station but may be anything.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.authority_record import authority_record, read_authority
from app.core.card_policy import read_right, right_record
from app.core.card_rest import Rest
from app.core.gift_cards import Tender, TenderKind
from app.core.member import Member
from app.core.money import BASIS_POINTS, MILLION
from app.core.order import AMOUNT_MAX, LINES_MAX, MILLI, TAX_MAX, Line, LineKind, Order
from app.core.outcome import Facts
from app.core.program import Program
from app.core.recorded import text, whole
from app.core.signed_code import Shown
from app.core.voucher import Presentation, Voucher

Record = dict[str, Any]
STATEMENTS_MAX = 10_000  # counters, signals and stops of one order: far more than any program asks for


class RecordInvalid(ValueError):
    """A record that isn't what its type promises."""


def facts_record(facts: Facts) -> Record:
    """Return what a decision read beside order, member and presentations; nothing where there was nothing."""
    record: Record = {}
    if facts.known:
        record["known"] = [[key, facts.known[key]] for key in sorted(facts.known)]
    if facts.signals:
        record["signals"] = {key: facts.signals[key] for key in sorted(facts.signals)}
    if facts.stopped:
        record["stopped"] = sorted(facts.stopped)
    if facts.tenders:
        record["tenders"] = [_tender_record(tender) for tender in facts.tenders]
    if facts.authority is not None:
        record["authority"] = authority_record(facts.authority)
    for key, value in (("channel", facts.order.channel), ("partner", facts.order.partner)):
        if value:
            record[key] = value
    return record


def read_facts(data: Mapping[str, Any], program: Program) -> Facts:
    """Return the facts of a recorded order. Raises `RecordInvalid`."""
    try:
        member = data["member"]
        return Facts(
            program=program,
            order=_read_order(data),
            member=None if member is None else _read_member(member),
            presented=tuple(_read_presentation(shown) for shown in data["presented"]),
            known={text(key): whole(value) for key, value in _pairs(data, "known")},
            tenders=tuple(_read_tender(tender) for tender in data.get("tenders", ())),
            stopped=frozenset(text(stop) for stop in data.get("stopped", ())),
            signals={text(key): text(value) for key, value in _mapping(data, "signals").items()},
            authority=read_authority(data["authority"]) if "authority" in data else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as problem:
        raise RecordInvalid(f"not an order record: {problem!r}") from problem


def line_record(line: Line) -> Record:
    """Return a line as it stands in an order record."""
    record: Record = {"line": line.line, "sku": line.sku, "qty": line.quantity, "amount": line.amount}
    if line.floor:
        record["floor"] = line.floor
    if line.milli:
        record["milli"] = line.milli
    if line.categories:
        record["categories"] = sorted(line.categories)
    if line.tax_ppm:
        record["tax_ppm"] = line.tax_ppm
    if line.levy:
        record["levy"] = line.levy
    if (
        line.brand
        or line.attributes
        or line.is_reduced
        or line.is_net
        or line.unit_price is not None
        or line.kind is not LineKind.GOODS
    ):
        record |= _rare_record(line)
    return record


def _rare_record(line: Line) -> Record:
    told: Record = {
        "brand": line.brand,
        "attributes": [list(pair) for pair in line.attributes],
        "reduced": line.is_reduced,
        "net": line.is_net,
    }
    record = {key: value for key, value in told.items() if value}
    if line.unit_price is not None:
        record["unit_price"] = line.unit_price
    if line.kind is not LineKind.GOODS:
        record["kind"] = str(line.kind)
    return record


def member_record(
    member: Member | None, *, level: str, code_hash: str, shown: Shown | None = None
) -> Record | None:
    """Return a member as they stand in an order record, with how they showed who they are."""
    if member is None:
        return None
    record: Record = {
        "ref": member.ref,
        "level": level,
        "code_hash": code_hash,
        "known": member.is_known,
        "tier": member.tier,
        "segments": sorted(member.segments),
        "balance": member.balance,
        "as_of": member.as_of_ms,
    }
    if shown is not None:
        record["shown"] = shown.record()
    if _is_told_more_of(member):
        record |= _rare_member_record(member)
    return record


def _is_told_more_of(member: Member) -> bool:
    return bool(
        member.attributes
        or member.consents
        or member.birthday
        or member.joined_on
        or member.debt
        or member.tier_ends_on
        or member.tier_after
        or member.expiring
    )


def _rare_member_record(member: Member) -> Record:
    told: Record = {
        "attributes": {key: member.attributes[key] for key in sorted(member.attributes)},
        "consents": sorted(member.consents),
        "birthday": member.birthday and member.birthday.isoformat(),
        "joined_on": member.joined_on and member.joined_on.isoformat(),
        "debt": member.debt,
        "tier_ends_on": member.tier_ends_on and member.tier_ends_on.isoformat(),
        "tier_after": member.tier_after,
        "expiring": [[ends_on.isoformat(), points] for ends_on, points in member.expiring],
    }
    return {key: value for key, value in told.items() if value}


def presentation_record(shown: Presentation) -> Record:
    """Return what was presented as it stands in an order record."""
    voucher = shown.voucher
    record: Record = {
        "redemption_id": shown.redemption_id,
        "rule": voucher.rule_id,
        "code_hash": voucher.code_hash,
        "level": str(shown.level),
        "uses_max": voucher.uses_max,
        "uses": voucher.uses,
        "owner": voucher.owner,
        "ends_on": None if voucher.ends_on is None else voucher.ends_on.isoformat(),
    }
    record |= {} if voucher.starts_on is None else {"starts_on": voucher.starts_on.isoformat()}
    return record | ({"points": shown.points} if shown.points else {})


def _tender_record(tender: Tender) -> Record:
    return {
        "kind": str(tender.kind),
        "ref": tender.ref,
        "balance": tender.balance,
        "ends_on": None if tender.ends_on is None else tender.ends_on.isoformat(),
        "owner": tender.owner,
        "single_use": tender.is_single_use,
        "used": tender.is_used,
        "rest": str(tender.single_use_rest),
        "most": tender.most,
        **({} if tender.right is None else {"right": right_record(tender.right)}),
    }


# --- reading back ------------------------------------------------------------------------------------------------


def _read_order(data: Mapping[str, Any]) -> Order:
    lines = tuple(_read_line(line) for line in data["lines"])
    if len(lines) > LINES_MAX:
        raise ValueError("too many lines")
    order = Order(
        order_id=text(data["order_id"]),
        store=text(data["store"]),
        register=text(data["register"]),
        at_ms=whole(data["t_eff"]),
        time_zone=text(data["tz"]),
        currency=text(data["currency"]),
        lines=lines,
        channel=text(data.get("channel", "")),
        partner=text(data.get("partner", "")),
    )
    order.local  # noqa: B018 a moment or a zone that no calendar knows must fail here, not while deciding
    return order


def _read_line(line: Mapping[str, Any]) -> Line:
    unit_price = line.get("unit_price")
    milli = whole(line.get("milli", 0))
    tax = _tax_ppm(line)
    if not (0 <= milli < MILLI and 0 <= tax <= TAX_MAX):
        raise ValueError("quantity or tax out of range")
    return Line(
        line=whole(line["line"]),
        sku=text(line["sku"]),
        quantity=whole(line["qty"]),
        amount=_amount(line["amount"]),
        floor=_amount(line.get("floor", 0)),
        milli=milli,
        unit_price=None if unit_price is None else _amount(unit_price),
        categories=frozenset(text(category) for category in line.get("categories", ())),
        brand=text(line.get("brand", "")),
        attributes=tuple((text(name), text(value)) for name, value in line.get("attributes", ())),
        is_reduced=bool(line.get("reduced", False)),
        kind=LineKind(line.get("kind", LineKind.GOODS)),
        tax_ppm=tax,
        is_net=bool(line.get("net", False)),
        levy=_amount(line.get("levy", 0)),
    )


def _tax_ppm(line: Mapping[str, Any]) -> int:
    """Return a line's rate of tax; records before 8.875 % could be said have it in basis points, as `tax`."""
    if "tax_ppm" in line:
        return whole(line["tax_ppm"])
    return whole(line.get("tax", 0)) * (MILLION // BASIS_POINTS)


def _read_member(member: Mapping[str, Any]) -> Member:
    return Member(
        ref=text(member["ref"]),
        is_known=bool(member["known"]),
        tier=text(member["tier"]),
        segments=frozenset(text(segment) for segment in member["segments"]),
        balance=whole(member["balance"]),
        as_of_ms=whole(member["as_of"]),
        attributes={text(name): _word(value) for name, value in _mapping(member, "attributes").items()},
        consents=frozenset(text(consent) for consent in member.get("consents", ())),
        birthday=_day(member.get("birthday")),
        joined_on=_day(member.get("joined_on")),
        debt=whole(member.get("debt", 0)),
        tier_ends_on=_day(member.get("tier_ends_on")),
        tier_after=text(member.get("tier_after", "")),
        expiring=tuple(
            (date.fromisoformat(text(ends_on)), whole(points))
            for ends_on, points in member.get("expiring", ())
        ),
    )


def _read_presentation(shown: Mapping[str, Any]) -> Presentation:
    voucher = Voucher(
        code_hash=text(shown["code_hash"]),
        rule_id=text(shown["rule"]),
        uses_max=whole(shown["uses_max"]),
        uses=whole(shown["uses"]),
        owner=None if shown["owner"] is None else text(shown["owner"]),
        ends_on=_day(shown["ends_on"]),
        starts_on=_day(shown.get("starts_on")),
    )
    points = whole(shown.get("points", 0))
    return Presentation(text(shown["redemption_id"]), voucher, text(shown["level"]), points)


def _read_tender(tender: Mapping[str, Any]) -> Tender:
    return Tender(
        kind=TenderKind(tender["kind"]),
        ref=text(tender["ref"]),
        balance=_amount(tender["balance"]),
        ends_on=_day(tender["ends_on"]),
        is_single_use=bool(tender["single_use"]),
        owner=None if tender["owner"] is None else text(tender["owner"]),
        is_used=bool(tender["used"]),
        single_use_rest=Rest(tender["rest"]),
        most=None if tender["most"] is None else _amount(tender["most"]),
        right=read_right(tender["right"]) if "right" in tender else None,
    )


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found: Any = data.get(key, {})
    if not isinstance(found, dict) or len(found) > STATEMENTS_MAX:
        raise TypeError(f"expected an object under {key}")
    return found


def _pairs(data: Mapping[str, Any], key: str) -> list[Any]:
    """Return what stands in pairs: keys that hold ids of people's, while canonical JSON takes ASCII for keys."""
    found: Any = data.get(key, [])
    if not isinstance(found, list) or len(found) > STATEMENTS_MAX:
        raise TypeError(f"expected a list under {key}")
    return found


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(text(value))


def _word(value: Any) -> str | int:
    return whole(value) if type(value) is int else text(value)


def _amount(value: Any) -> int:
    if abs(whole(value)) > AMOUNT_MAX:
        raise ValueError("amount out of range")
    return int(value)
