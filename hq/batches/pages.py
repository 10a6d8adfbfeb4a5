"""Batches in the console: how far each is, its codes as a file and as sheets to print, and stopping all of one."""

from typing import Any

from fastapi import Response

from hq.access.scopes import Scope
from hq.api.paging import Paging, write_cursor
from hq.batches import service
from hq.batches.listing import IN_FILE, Code, codes_of
from hq.batches.service import Batch, BatchList, Kind, State
from hq.console.asked_list import asked_list
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, amount_cell, by_pages, csv_answer
from hq.faults import HqFault, Malformed
from hq.gift_cards.listing import balance_of_batch
from hq.home import Hq
from hq.jobs.service import find_job
from hq.stores.picture import draw_code
from hq.vouchers.listing import count_uses
from hq.vouchers.rules import campaigns_to_pick, rules_to_pick

PLACE = "/console/batches"
ON_A_SHEET = 24
KINDS = {Kind.VOUCHERS: N_("Vouchers"), Kind.GIFT_CARDS: N_("Gift cards")}
STATES = {
    State.ACTIVE: (N_("Active"), "ok"),
    State.FROZEN: (N_("Stopped"), "warn"),
    State.VOID: (N_("Withdrawn"), "stop"),
}
TO = {"freeze": State.FROZEN, "unfreeze": State.ACTIVE, "void": State.VOID}
pages = Pages("batches", N_("Batches of codes"), place=PLACE, needs=Scope.VOUCHERS_READ)


def newest_batch(hq: Hq, kind: Kind | None = None) -> str | None:
    """Return the newest batch whose codes are there, for the pages' examples."""
    found, _ = service.list_batches(hq, BatchList(kind=kind))
    return next((each.batch_id for each in found if each.has_codes), None)


@pages.get("")
def show_batches(ask: Page) -> Response:
    """List batches, the newest first."""
    rows, following = service.list_batches(ask.hq, asked_list(BatchList, ask))
    return ask.page(
        "batches/list.html", rows=rows, following=following, kinds=KINDS, states=STATES,
        options=[(key.value, ask.said(word)) for key, word in KINDS.items()],
    )  # fmt: skip


@pages.get("/{batch_id}")
def show_batch(ask: Page, batch_id: str) -> Response:
    """Show a batch, and how far it is."""
    return _batch_page(ask, service.find_batch(ask.hq, batch_id))


@pages.post("/{batch_id}/state", needs=Scope.VOUCHERS_WRITE)
def set_state(ask: Page, batch_id: str) -> Response:
    """Stop all of a batch, let it go on, or withdraw it."""
    found = service.find_batch(ask.hq, batch_id)
    try:
        to = TO.get(ask.text("do"))
        if to is None or not ask.text("reason"):
            raise Malformed("Say why.")
        service.set_state(ask.hq, ask.actor, batch_id, to, reason=ask.text("reason")[:300])
    except HqFault as fault:
        return _batch_page(ask, found, fault)
    return ask.go(
        f"{PLACE}/{batch_id}", said=ask.said(N_("That counts now. Stations hear of it, part by part."))
    )


@pages.post("/{batch_id}/resume", needs=Scope.VOUCHERS_WRITE)
def resume_batch(ask: Page, batch_id: str) -> Response:
    """Make the rest of a batch whose job ended early."""
    found = service.find_batch(ask.hq, batch_id)
    try:
        service.resume_batch(ask.hq, ask.actor, batch_id)
    except HqFault as fault:
        return _batch_page(ask, found, fault)
    return ask.go(f"{PLACE}/{batch_id}", said=ask.said(N_("The job has begun.")))


@pages.post("/{batch_id}/forget", needs=Scope.VOUCHERS_WRITE)
def forget_codes(ask: Page, batch_id: str) -> Response:
    """Let nobody write the codes of a batch out again."""
    found = service.find_batch(ask.hq, batch_id)
    try:
        service.forget_codes(ask.hq, ask.actor, batch_id)
    except HqFault as fault:
        return _batch_page(ask, found, fault)
    return ask.go(
        f"{PLACE}/{batch_id}", said=ask.said(N_("The codes stay good, and are kept nowhere any more."))
    )


@pages.get("/{batch_id}/codes.csv", needs=Scope.VOUCHERS_WRITE)
def get_codes(ask: Page, batch_id: str) -> Response:
    """Return the codes of a batch as a file with fields to merge into letters."""
    found = service.find_batch(ask.hq, batch_id)
    every = by_pages(
        lambda cursor: codes_of(ask.hq, found, Paging.model_construct(cursor=cursor, limit=IN_FILE))
    )
    currency = found.currency or ask.look.currency

    def cells(each: Code) -> list[Cell]:
        amount = amount_cell(each.amount, currency)
        return [each.code, each.qr, each.campaign, each.starts_on, each.ends_on, amount, currency]

    header = ["code", "qr", "campaign", "valid_from", "valid_until", "amount", "currency"]
    return csv_answer("codes", header, every, cells)


@pages.get("/{batch_id}/sheet", needs=Scope.VOUCHERS_WRITE)
def show_sheet(ask: Page, batch_id: str) -> Response:
    """Show one sheet of codes to print."""
    found = service.find_batch(ask.hq, batch_id)
    sheets = -(-found.made // ON_A_SHEET)
    text = ask.query.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    if not 1 <= page <= max(sheets, 1):
        raise Malformed("There is no such sheet.")
    cursor = write_cursor([(page - 1) * ON_A_SHEET - 1]) if page > 1 else None
    codes, _ = codes_of(ask.hq, found, Paging(cursor=cursor, limit=ON_A_SHEET))
    return ask.page(
        "batches/sheet.html",
        batch=found,
        codes=[(each, draw_code(each.qr)) for each in codes],
        page=page,
        sheets=sheets,
        currency=found.currency or ask.look.currency,
    )


def _batch_page(ask: PageAsk, found: Batch, fault: HqFault | None = None) -> Response:
    is_voucher = found.kind is Kind.VOUCHERS
    values: dict[str, Any] = {
        "batch": found,
        "kinds": KINDS,
        "state": STATES[found.state],
        "job": find_job(ask.hq, found.job) if found.job else None,
        "uses": count_uses(ask.hq, found.batch_id) if is_voucher else (0, 0),
        "balance": (0, 0) if is_voucher else balance_of_batch(ask.hq, found.batch_id),
        "currency": found.currency or ask.look.currency,
        "campaigns": dict(campaigns_to_pick(ask.hq)) if is_voucher else {},
        "rules": dict(rules_to_pick(ask.hq)) if is_voucher else {},
    }
    return ask.page("batches/one.html", fault=fault, **values)


pages.example("/{batch_id}", batch_id=newest_batch)
pages.example("/{batch_id}/sheet", batch_id=newest_batch)
