"""Vouchers in the console: the list, one with what it was used for, and a new batch of them."""

from datetime import date
from typing import Any

from fastapi import Response

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.batches import service as batches
from hq.batches.checks import COUNT_MAX
from hq.batches.codes import LENGTH_MAX, LENGTH_MIN, PREFIX_MAX
from hq.batches.service import Kind, NewVouchers
from hq.builder.typed import to_whole, typed_into
from hq.console.asked_list import asked_list
from hq.console.finding import Found, finder
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed, NotHere
from hq.home import Hq
from hq.vouchers import listing
from hq.vouchers.listing import State, VoucherList, VoucherRow
from hq.vouchers.rules import campaigns_to_pick, rules_to_pick
from hq.vouchers.service import set_state
from hq.vouchers.store import ACTIVE, FROZEN, VOID

PLACE = "/console/vouchers"
STATES = {
    State.OPEN: (N_("Can be used"), "ok"),
    State.USED: (N_("Used up"), "plain"),
    State.WAITING: (N_("Not yet good"), "queued"),
    State.ENDED: (N_("Ended"), "plain"),
    State.FROZEN: (N_("Stopped"), "warn"),
    State.VOID: (N_("Withdrawn"), "stop"),
}
TO = {"freeze": FROZEN, "unfreeze": ACTIVE, "void": VOID}
FIELDS = ("name", "rule_id", "count", "prefix", "length", "uses_max", "starts_on", "ends_on")
pages = Pages("vouchers", N_("Vouchers"), place=PLACE, needs=Scope.VOUCHERS_READ)


def first_voucher(hq: Hq) -> str | None:
    """Return a voucher, for the pages' examples."""
    found, _ = listing.list_vouchers(hq, VoucherList(limit=1))
    return found[0].code_hash if found else None


pages.example("/{code_hash}", code_hash=first_voucher)


@pages.get("")
def show_vouchers(ask: Page) -> Response:
    """List vouchers by batch, campaign and state."""
    rows, following = listing.list_vouchers(ask.hq, asked_list(VoucherList, ask))
    return ask.page(
        "vouchers/list.html",
        rows=rows,
        following=following,
        states=STATES,
        batches=batches.batches_to_pick(ask.hq, Kind.VOUCHERS),
        campaigns=campaigns_to_pick(ask.hq),
        rules=dict(rules_to_pick(ask.hq)),
        options=[(key.value, ask.said(word)) for key, (word, _) in STATES.items()],
    )


@pages.post("/-/find", needs=Scope.VOUCHERS_READ)
def find_voucher(ask: Page) -> Response:
    """Go to the voucher whose number was typed."""
    try:
        found = listing.find_by_number(ask.hq, ask.text("number")[:120])
    except NotHere as fault:
        return ask.again("fault.html", fault)
    return ask.go(f"{PLACE}/{found.code_hash}")


@pages.get("/-/new", needs=Scope.VOUCHERS_WRITE)
def show_new(ask: Page) -> Response:
    """Ask which vouchers to make."""
    return _new_page(ask, {"length": str(LENGTH_MIN), "uses_max": "1"})


@pages.post("/-/new", needs=Scope.VOUCHERS_WRITE)
def make_batch(ask: Page) -> Response:
    """Begin a batch, and go to it."""
    typed = {name: ask.text(name) for name in FIELDS}
    try:
        made = batches.make_vouchers(ask.hq, ask.actor, _read(typed))
    except HqFault as fault:
        return _new_page(ask, typed, fault)
    return ask.go(f"/console/batches/{made.batch_id}", said=ask.said(N_("The job has begun.")))


@pages.get("/{code_hash}")
def show_voucher(ask: Page, code_hash: str) -> Response:
    """Show a voucher, and what it was used for."""
    return _voucher_page(ask, listing.find_voucher(ask.hq, code_hash))


@pages.post("/{code_hash}/state", needs=Scope.VOUCHERS_WRITE)
def post_state(ask: Page, code_hash: str) -> Response:
    """Stop a voucher, let it go on, or withdraw it."""
    found = listing.find_voucher(ask.hq, code_hash)
    try:
        to = TO.get(ask.text("do"))
        if to is None or not ask.text("reason"):
            raise Malformed("Say why.")
        set_state(ask.hq, ask.actor, code_hash, to, reason=ask.text("reason")[:300])
    except HqFault as fault:
        return _voucher_page(ask, found, fault)
    return ask.go(f"{PLACE}/{code_hash}", said=ask.said(N_("That counts now. Stations hear of it.")))


@finder(N_("Vouchers"), needs=Scope.VOUCHERS_READ)
def _find_vouchers(hq: Hq, _actor: Actor, text: str) -> list[Found]:
    try:
        found = listing.find_by_number(hq, text)
    except NotHere:
        return []
    return [Found(found.batch_name or found.rule_id, f"{PLACE}/{found.code_hash}", found.rule_id)]


def _read(typed: dict[str, str]) -> NewVouchers:
    if not typed["name"] or not typed["rule_id"]:
        raise Malformed("Give the batch a name, and choose what its vouchers bring into play.")
    with typed_into(N_("How many")):
        count = to_whole(typed["count"])
    with typed_into(N_("Characters of a code behind the V")):
        length = to_whole(typed["length"])
    with typed_into(N_("Each is good so often (0: without end)")):
        uses_max = to_whole(typed["uses_max"])
    return NewVouchers(
        name=typed["name"][:80],
        rule_id=typed["rule_id"],
        count=count,
        prefix=typed["prefix"].upper(),
        length=length,
        uses_max=uses_max,
        starts_on=day_typed(typed["starts_on"]),
        ends_on=day_typed(typed["ends_on"]),
    )


def day_typed(text: str) -> str | None:
    """Return a day of a form, or None where none was typed. Raises `Malformed`."""
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError as problem:
        raise Malformed("A day is written like 2026-11-28.") from problem


def _new_page(ask: PageAsk, typed: dict[str, str], fault: HqFault | None = None) -> Response:
    values: dict[str, Any] = {
        "typed": {name: typed.get(name, "") for name in FIELDS},
        "rules": rules_to_pick(ask.hq),
        "count_max": COUNT_MAX,
        "length": (LENGTH_MIN, LENGTH_MAX),
        "prefix_max": PREFIX_MAX,
    }
    return ask.page("vouchers/new.html", fault=fault, **values)


def _voucher_page(ask: PageAsk, found: VoucherRow, fault: HqFault | None = None) -> Response:
    values: dict[str, Any] = {
        "voucher": found,
        "state": STATES[found.state],
        "uses": listing.uses_of(ask.hq, found.code_hash),
        "rule": dict(rules_to_pick(ask.hq)).get(found.rule_id, found.rule_id),
    }
    return ask.page("vouchers/one.html", fault=fault, **values)
