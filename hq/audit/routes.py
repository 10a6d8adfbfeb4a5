"""The audit, by the API: read only."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.paging import Paging, read_cursor, write_cursor
from hq.api.routing import Asked, Routes
from hq.audit import service
from hq.audit.schemas import AuditAnswer, ChainAnswer
from hq.audit.tables import audit

routes = Routes("audit", "Who did what at head office.")


class AuditList(Paging):
    """Which rows of the audit."""

    who: Annotated[str | None, Field(max_length=80, pattern=r"^[^\x00]*$")] = None
    action: Annotated[str | None, Field(max_length=60, pattern=r"^[^\x00]*$")] = None
    about: Annotated[str | None, Field(max_length=200, pattern=r"^[^\x00]*$")] = None


@routes.get("", needs=Scope.AUDIT_READ, answers=Page[AuditAnswer])
def list_audit(ask: Asked, asked: Annotated[AuditList, Query()]) -> Any:
    """List what was done, the newest first."""
    wanted = {audit.c.who: asked.who, audit.c.action: asked.action, audit.c.about: asked.about}
    conditions = [column == value for column, value in wanted.items() if value is not None]
    place = read_cursor(asked.cursor, (int,))
    rows = service.list_audit(
        ask.hq, *conditions, before_n=None if place is None else place[0], limit=asked.limit + 1
    )
    shown = rows[: asked.limit]
    return to_page(AuditAnswer, shown, write_cursor([shown[-1].n]) if len(rows) > asked.limit else None)


@routes.get("/check", needs=Scope.AUDIT_READ, answers=ChainAnswer)
def check_audit(ask: Asked) -> Any:
    """Look along the chain of rows: one that was changed or taken out breaks it."""
    return ChainAnswer.model_validate(service.check_chain(ask.hq))
