"""Scenarios: what a program should do for one order, written by whoever runs campaigns (docs/scenarios.md).

A scenario names a published program and tells of member, order and what was shown; what it leaves out has not happened.
Amounts are decimal strings in the program's currency, times the clock of its time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from app.cases.orders import checked, quantity_milli
from app.cases.reading import CaseInvalid, Spot
from app.core.campaign import Trigger
from app.core.gift_cards import Tender, TenderKind
from app.core.member import Member
from app.core.money import Currency, divide_half_up
from app.core.order import MILLI, Line, LineKind, Order
from app.core.outcome import Facts
from app.core.program import Program, ProgramInvalid
from app.core.program_format import read_program
from app.core.voucher import Presentation, Voucher, picked

SCENARIO_KEYS = frozenset(
    {
        "id",
        "name",
        "program",
        "member",
        "order",
        "presented",
        "known",
        "signals",
        "stopped",
        "payments",
        "expected",
    }
)
MEMBER_KEYS = frozenset(
    {"ref", "tier", "segments", "points", "debt", "attributes", "consents", "birthday", "joined_on"}
)
ORDER_KEYS = frozenset({"store", "register", "at", "channel", "partner", "lines"})
LINE_KEYS = frozenset(
    {
        "sku",
        "quantity",
        "unit_price",
        "amount",
        "floor",
        "levy",
        "categories",
        "brand",
        "attributes",
        "reduced",
        "kind",
        "tax",
        "net",
    }
)
SHOWN_KEYS = frozenset({"rule", "points", "owner", "uses", "uses_max", "ends_on"})
PAYMENT_KEYS = frozenset({"kind", "balance", "ends_on", "owner"})
KINDS = {str(kind): str(kind) for kind in LineKind}
TENDERS = {str(kind): str(kind) for kind in TenderKind}
ENOUGH = 1_000_000  # of a reward whose stock isn't told
STOCK, ELSEWHERE = (
    "stock:",
    "stock_elsewhere:",
)  # counters of a reward: what is left here, and in other places
NEVER_ORDERED = "history.days_since_order"  # has no value that stands for "hasn't happened"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as the engine sees it, and what is expected of it."""

    facts: Facts
    expected: Spot


def read_scenario(said: Spot, *, folder: Path) -> Scenario:
    """Read a scenario; its program's path starts at `folder`. Raises `CaseInvalid`, `CaseUnknown`, `ProgramInvalid`."""
    said.only(SCENARIO_KEYS)
    program = _program(said, folder)
    facts = Facts(
        program=program,
        order=_order(said.inner("order").only(ORDER_KEYS), program),
        member=_member(said.inner("member").only(MEMBER_KEYS)) if said.has("member") else None,
        presented=_presented(said, program),
        known=_known(said, program),
        tenders=_tenders(said, program.currency),
        stopped=frozenset(said.texts("stopped")) if said.has("stopped") else frozenset(),
        signals=_texts_by_name(said.inner("signals")),
    )
    return Scenario(facts, said.inner("expected"))


# --- the program -------------------------------------------------------------------------------------------------


def _program(said: Spot, folder: Path) -> Program:
    found = said.value.get("program")
    if isinstance(found, dict):
        return _read(orjson.dumps(found, option=orjson.OPT_SORT_KEYS))
    path = folder / said.text("program")
    try:
        body = path.read_bytes()
        return _read(body)
    except OSError as problem:
        raise CaseInvalid(f"program: {path} can't be read: {problem.strerror}") from problem
    except ProgramInvalid as problem:
        raise CaseInvalid(f"program: {path}: {problem}") from problem


@lru_cache(maxsize=4)
def _read(body: bytes) -> Program:
    """Return the program in a file, however it is indented."""
    try:
        return read_program(orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS))
    except orjson.JSONDecodeError as problem:
        raise ProgramInvalid(f"is no JSON: {problem}") from problem


# --- the order ---------------------------------------------------------------------------------------------------


def amount(holder: Spot, key: str, currency: Currency) -> int:
    """Return an amount in the currency's minor units."""
    return holder.decimal(key, currency.digits)


def _order(said: Spot, program: Program) -> Order:
    lines = [
        _line(line.only(LINE_KEYS), number, program.currency)
        for number, line in enumerate(said.objects("lines"), start=1)
    ]
    order = Order(
        order_id="scenario",
        store=said.text("store"),
        register=said.text("register") if said.has("register") else "1",
        at_ms=_at_ms(said, program.time_zone),
        time_zone=program.time_zone,
        currency=program.currency.code,
        lines=tuple(lines),
        channel=said.text("channel") if said.has("channel") else "",
        partner=said.text("partner") if said.has("partner") else "",
    )
    return checked(order)


def _at_ms(said: Spot, time_zone: str) -> int:
    try:
        at = datetime.fromisoformat(said.text("at"))
    except ValueError as problem:
        raise CaseInvalid(f"{said.at('at')}: expected a time such as 2026-03-02T08:15") from problem
    local = at.replace(tzinfo=ZoneInfo(time_zone)) if at.tzinfo is None else at
    return round(local.timestamp()) * 1000


def _line(said: Spot, number: int, currency: Currency) -> Line:
    milli = quantity_milli(said, "quantity", default="1")
    quantity, rest = divmod(milli, MILLI)
    if said.has("unit_price") == said.has("amount"):
        raise CaseInvalid(f"{said.path}: expected either unit_price or amount")

    def by_units(key: str) -> int:
        each = amount(said, key, currency) if said.has(key) else 0
        return divide_half_up(each * milli, MILLI)

    return Line(
        line=number,
        sku=said.text("sku"),
        quantity=quantity,
        milli=rest,
        amount=by_units("unit_price") if said.has("unit_price") else amount(said, "amount", currency),
        floor=by_units("floor"),
        levy=by_units("levy"),
        unit_price=amount(said, "unit_price", currency) if said.has("unit_price") else None,
        categories=_set(said, "categories"),
        brand=said.text("brand") if said.has("brand") else "",
        attributes=tuple(sorted(_texts_by_name(said.inner("attributes")).items())),
        is_reduced=said.switch("reduced"),
        kind=LineKind(said.word("kind", KINDS, "goods")),
        tax_ppm=said.decimal("tax", 4, default="0"),
        is_net=said.switch("net"),
    )


def _set(said: Spot, key: str) -> frozenset[str]:
    return frozenset(said.texts(key)) if said.has(key) else frozenset()


def _texts_by_name(said: Spot) -> dict[str, str]:
    return {name: said.text(name) for name in said.value}


# --- the member and what is shown --------------------------------------------------------------------------------


def _member(said: Spot) -> Member:
    attributes = said.inner("attributes")
    return Member(
        ref=said.text("ref") if said.has("ref") else "member",
        is_known=True,
        tier=said.text("tier") if said.has("tier") else "",
        segments=_set(said, "segments"),
        balance=said.whole("points", default=0),
        debt=said.whole("debt", default=0, least=0),
        attributes={
            name: value if type(value) is int else attributes.text(name)
            for name, value in attributes.value.items()
        },
        consents=_set(said, "consents"),
        birthday=_day(said, "birthday"),
        joined_on=_day(said, "joined_on"),
    )


def _day(said: Spot, key: str) -> date | None:
    if not said.has(key):
        return None
    try:
        return date.fromisoformat(said.text(key))
    except ValueError as problem:
        raise CaseInvalid(f"{said.at(key)}: expected a date such as 2026-12-31") from problem


def _presented(said: Spot, program: Program) -> tuple[Presentation, ...]:
    """Return what was shown or picked: rules by their id, or objects that say more."""
    found = []
    for place, item in enumerate(said.items("presented") if said.has("presented") else []):
        path = f"{said.at('presented')}[{place}]"
        shown = Spot(path, {"rule": item} if isinstance(item, str) else item).only(SHOWN_KEYS)
        rule_id = shown.text("rule")
        if rule_id not in program.rules_by_id:
            raise CaseInvalid(f"{path}: the program has no rule {rule_id!r}")
        voucher = _voucher(shown, rule_id, program, code=f"shown-{place + 1}")
        points = shown.whole("points", default=0, least=0)
        found.append(Presentation(f"shown-{place + 1}", voucher, "", points=points))
    return tuple(found)


def _voucher(shown: Spot, rule_id: str, program: Program, *, code: str) -> Voucher:
    trigger = program.rules[program.rules_by_id[rule_id]].rule.trigger
    if trigger is Trigger.AUTOMATIC:
        raise CaseInvalid(f"{shown.path}: {rule_id!r} applies by itself and can't be presented")
    if trigger is Trigger.CHOICE:
        return picked(rule_id)
    return Voucher(
        code_hash=code,
        rule_id=rule_id,
        uses_max=shown.whole("uses_max", default=0, least=0),
        uses=shown.whole("uses", default=0, least=0),
        owner=shown.text("owner") if shown.has("owner") else None,
        ends_on=_day(shown, "ends_on"),
    )


def _known(said: Spot, program: Program) -> Mapping[str, int]:
    """Return the counters: those that are told, and nothing so far of all others that the program asks for."""
    told = said.inner("known")
    asked = set(program.counters)
    asked |= {f"{ELSEWHERE}{key.removeprefix(STOCK)}" for key in program.counters if key.startswith(STOCK)}
    if extra := told.value.keys() - asked:
        raise CaseInvalid(
            f"{told.at(min(extra))}: the program doesn't ask for it; it asks for "
            f"{', '.join(sorted(asked)) or 'nothing'}"
        )
    return {
        key: told.whole(key) if told.has(key) else ENOUGH if key.startswith(STOCK) else 0
        for key in asked
        if told.has(key) or not key.startswith(NEVER_ORDERED)
    }


def _tenders(said: Spot, currency: Currency) -> tuple[Tender, ...]:
    found = []
    for place, payment in enumerate(said.objects("payments") if said.has("payments") else ()):
        payment.only(PAYMENT_KEYS)
        tender = Tender(
            TenderKind(payment.word("kind", TENDERS)),
            f"payment-{place + 1:03}",
            amount(payment, "balance", currency),
        )
        owner = payment.text("owner") if payment.has("owner") else None
        found.append(replace(tender, owner=owner, ends_on=_day(payment, "ends_on")))
    return tuple(found)
