"""Batches of vouchers and gift cards, by the API: how far they are, their codes, and stopping all of one."""

from typing import Annotated, Any

from fastapi import Query, Response

from hq.access.scopes import Scope
from hq.api.etags import asked_version, versioned
from hq.api.models import Page, to_page
from hq.api.paging import Paging
from hq.api.routing import Asked, Routes
from hq.batches import service
from hq.batches.listing import list_codes
from hq.batches.schemas import BatchAnswer, CodeAnswer, ReasonAsked
from hq.batches.service import Batch, BatchList, State

routes = Routes("batches", "Vouchers and gift cards that were made at once, or brought in from a file.")
READ, WRITE = Scope.VOUCHERS_READ, Scope.VOUCHERS_WRITE


@routes.get("", needs=READ, answers=Page[BatchAnswer])
def list_batches(ask: Asked, asked: Annotated[BatchList, Query()]) -> Any:
    """List batches, the newest first."""
    return to_page(BatchAnswer, *service.list_batches(ask.hq, asked))


@routes.get("/{batch_id}", needs=READ, answers=BatchAnswer)
def read_batch(ask: Asked, batch_id: str, response: Response) -> Any:
    """Read a batch: while it is being made, `made` says how far it is."""
    return told(response, service.find_batch(ask.hq, batch_id))


@routes.get("/{batch_id}/codes", needs=WRITE, answers=Page[CodeAnswer])
def list_batch_codes(ask: Asked, batch_id: str, asked: Annotated[Paging, Query()]) -> Any:
    """Write the codes of a batch out, until they are forgotten."""
    return to_page(CodeAnswer, *list_codes(ask.hq, batch_id, asked))


@routes.post("/{batch_id}/resume", needs=WRITE, answers=BatchAnswer, status=202)
def resume_batch(ask: Asked, batch_id: str, response: Response) -> Any:
    """Make the rest of a batch whose job ended early."""
    return told(response, service.resume_batch(ask.hq, ask.actor, batch_id))


@routes.post("/{batch_id}/forget", needs=WRITE, answers=BatchAnswer, status=200)
def forget_codes(ask: Asked, batch_id: str, response: Response) -> Any:
    """Let nobody write the codes of a batch out again; they stay good."""
    return told(response, service.forget_codes(ask.hq, ask.actor, batch_id))


@routes.post("/{batch_id}/freeze", needs=WRITE, answers=BatchAnswer, status=200, faults=(412,))
def freeze_batch(ask: Asked, batch_id: str, asked: ReasonAsked, response: Response) -> Any:
    """Stop all of a batch; stations are told by a job."""
    return _set(ask, batch_id, State.FROZEN, asked, response)


@routes.post("/{batch_id}/unfreeze", needs=WRITE, answers=BatchAnswer, status=200, faults=(412,))
def unfreeze_batch(ask: Asked, batch_id: str, asked: ReasonAsked, response: Response) -> Any:
    """Let a batch go on, but for those of it that are stopped by themselves."""
    return _set(ask, batch_id, State.ACTIVE, asked, response)


@routes.post("/{batch_id}/void", needs=WRITE, answers=BatchAnswer, status=200, faults=(412,))
def void_batch(ask: Asked, batch_id: str, asked: ReasonAsked, response: Response) -> Any:
    """Withdraw all vouchers of a batch for ever."""
    return _set(ask, batch_id, State.VOID, asked, response)


def told(response: Response, found: Batch) -> BatchAnswer:
    """Answer with a batch and its version."""
    versioned(response, found.version)
    return BatchAnswer.model_validate(found)


def _set(ask: Asked, batch_id: str, to: State, asked: ReasonAsked, response: Response) -> BatchAnswer:
    version = asked_version(ask.request)
    found = service.set_state(ask.hq, ask.actor, batch_id, to, reason=asked.reason, version=version)
    return told(response, found)
