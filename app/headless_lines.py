"""Reading what stands in lines of the station without a window: orders, who joins, and what is to be undone."""

from app.core.document import DocumentInvalid, Place
from app.core.order import AMOUNT_MAX, LINES_MAX, MILLI, TAX_MAX, Line, LineKind
from app.core.paid_order import ReturnedUnits
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import REASONS, ReversalReason
from app.ids import new_id, new_ref
from app.station.enrol import Consent, Joining, NotEnrolled, as_typed
from app.station.redeem import OrderIn
from app.station.void import Asked


def read_order(place: Place, register: str) -> OrderIn:
    """Read an order. Raises `DocumentInvalid`."""
    if place.has("lines"):
        lines = tuple(_line(number, inner) for number, inner in enumerate(place.objects("lines"), start=1))
    else:
        total = place.number("total", least=0, most=AMOUNT_MAX)
        lines = (Line(line=1, sku="", quantity=1, amount=total),)
    if not 0 < len(lines) <= LINES_MAX:
        raise DocumentInvalid(f"{place.path}.lines: expected 1 to {LINES_MAX} lines")
    return OrderIn(place.text("order_id"), lines, register)


def read_joining(place: Place) -> Joining | NotEnrolled:
    """Read who wants to join; who hands in the `ref` that an answer named before is no second member."""
    place.only("ref", "name", "phone", "email", "birthday", "number", "consents")
    consents = [
        Consent(each.text("what"), each.text("version"), each.text("language"), each.flag("yes"))
        for each in (place.objects("consents") if place.has("consents") else [])
    ]
    parts = ("name", "phone", "email", "birthday", "number")
    said = {part: place.text(part) for part in parts if place.has(part)}
    return as_typed(place.text("ref") if place.has("ref") else new_ref(), consents=tuple(consents), **said)


def _line(number: int, place: Place) -> Line:
    """Read a line as it stands in an order record, without its number; what it leaves out is the ordinary."""
    return Line(
        line=number,
        sku=place.text("sku"),
        quantity=place.number("qty", least=-AMOUNT_MAX, most=AMOUNT_MAX),
        amount=place.number("amount", least=-AMOUNT_MAX, most=AMOUNT_MAX),
        floor=_number(place, "floor", most=AMOUNT_MAX),
        milli=_number(place, "milli", most=MILLI - 1),
        unit_price=_number(place, "unit_price", most=AMOUNT_MAX) if place.has("unit_price") else None,
        categories=frozenset(place.texts("categories")) if place.has("categories") else frozenset(),
        brand=place.text("brand") if place.has("brand") else "",
        is_reduced=place.flag("reduced"),
        kind=place.word("kind", LineKind) if place.has("kind") else LineKind.GOODS,
        tax_ppm=_number(place, "tax_ppm", most=TAX_MAX),
        is_net=place.flag("net"),
        levy=_number(place, "levy", most=AMOUNT_MAX),
    )


def _number(place: Place, key: str, *, most: int) -> int:
    return place.number(key, least=0, most=most) if place.has(key) else 0


def read_asked(place: Place, kind: Kind) -> Asked:
    """Read what is to be undone; whoever hands in the `id` that an answer named before undoes nothing twice."""
    place.only("order_id", "reason", "id", "lines", "approve", "preview")
    reason = place.word("reason", ReversalReason)
    if reason not in REASONS[kind]:
        raise DocumentInvalid(f"{place.path}.reason: expected one of {', '.join(REASONS[kind])}")
    units = tuple(map(_units, place.objects("lines"))) if kind is Kind.RETURN else ()
    if kind is Kind.RETURN and not units:
        raise DocumentInvalid(f"{place.path}.lines: expected what comes back")
    return Asked(
        place.name("id") if place.has("id") else new_id(), kind, place.name("order_id"), reason, units
    )


def _units(place: Place) -> ReturnedUnits:
    place.only("line", "qty", "milli")
    milli = _number(place, "qty", most=AMOUNT_MAX) * MILLI + _number(place, "milli", most=MILLI - 1)
    return ReturnedUnits(place.number("line", least=1, most=LINES_MAX), milli)
