"""Vouchers, by the API: made in bulk, listed, looked up by their number, stopped and withdrawn."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query, Response

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes
from hq.batches import service as batches
from hq.batches.routes import told
from hq.batches.schemas import BatchAnswer, NumberAsked, ReasonAsked, VouchersAsked
from hq.batches.service import NewVouchers
from hq.vouchers import listing
from hq.vouchers.listing import VoucherList, VoucherRow
from hq.vouchers.schemas import VoucherAnswer, VoucherWithUses
from hq.vouchers.service import set_state
from hq.vouchers.store import ACTIVE, FROZEN, VOID

routes = Routes("vouchers", "Codes that bring a rule of the program into play.")
READ, WRITE = Scope.VOUCHERS_READ, Scope.VOUCHERS_WRITE


@routes.get("", needs=READ, answers=Page[VoucherAnswer])
def list_vouchers(ask: Asked, asked: Annotated[VoucherList, Query()]) -> Any:
    """List vouchers by batch, campaign and state."""
    return to_page(VoucherAnswer, *listing.list_vouchers(ask.hq, asked))


@routes.post("", needs=WRITE, answers=BatchAnswer, status=202)
def make_vouchers(ask: Asked, asked: VouchersAsked, response: Response) -> Any:
    """Begin a batch of vouchers. A job makes them: read the batch until `made` is `wanted`."""
    return told(response, batches.make_vouchers(ask.hq, ask.actor, NewVouchers(**asked.model_dump())))


@routes.post("/find", needs=READ, answers=VoucherWithUses, status=200, faults=(404,))
def find_voucher(ask: Asked, asked: NumberAsked) -> Any:
    """Look a voucher up by its number, and what it was used for."""
    return _with_uses(ask, listing.find_by_number(ask.hq, asked.number))


@routes.get("/{code_hash}", needs=READ, answers=VoucherWithUses)
def read_voucher(ask: Asked, code_hash: str) -> Any:
    """Read a voucher, and what it was used for."""
    return _with_uses(ask, listing.find_voucher(ask.hq, code_hash))


@routes.post("/{code_hash}/freeze", needs=WRITE, answers=VoucherWithUses, status=200)
def freeze_voucher(ask: Asked, code_hash: str, asked: ReasonAsked) -> Any:
    """Stop one voucher; stations hear of it with their next sync."""
    return _set(ask, code_hash, FROZEN, asked)


@routes.post("/{code_hash}/unfreeze", needs=WRITE, answers=VoucherWithUses, status=200)
def unfreeze_voucher(ask: Asked, code_hash: str, asked: ReasonAsked) -> Any:
    """Let one voucher go on, unless its whole batch is stopped."""
    return _set(ask, code_hash, ACTIVE, asked)


@routes.post("/{code_hash}/void", needs=WRITE, answers=VoucherWithUses, status=200)
def void_voucher(ask: Asked, code_hash: str, asked: ReasonAsked) -> Any:
    """Withdraw one voucher for ever."""
    return _set(ask, code_hash, VOID, asked)


def _set(ask: Asked, code_hash: str, to: str, asked: ReasonAsked) -> VoucherWithUses:
    set_state(ask.hq, ask.actor, code_hash, to, reason=asked.reason)
    return _with_uses(ask, listing.find_voucher(ask.hq, code_hash))


def _with_uses(ask: Asked, found: VoucherRow) -> VoucherWithUses:
    uses = [asdict(each) for each in listing.uses_of(ask.hq, found.code_hash)]
    return VoucherWithUses.model_validate({**asdict(found), "redemptions": uses})
