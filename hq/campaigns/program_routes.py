"""The program by the API: its parts beside the campaigns, and the versions that were published."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query, Response
from orjson import loads

from hq.access.scopes import Scope
from hq.api.etags import check_match, versioned
from hq.api.models import Page, to_page
from hq.api.paging import Paging, read_cursor, write_cursor
from hq.api.routing import Asked, Routes
from hq.campaigns import parts, whatif
from hq.campaigns.parts import ProgramPart
from hq.campaigns.program_schemas import (
    PartAnswer,
    PartAsked,
    PartsCheckAnswer,
    PartsList,
    PartsPublished,
    ProgramVersionAnswer,
    WholeProgramAnswer,
)
from hq.campaigns.rows import version_number
from hq.campaigns.schemas import DifferenceAnswer, WhatIfAnswer, WhatIfAsked

routes = Routes("program", "The program beside its campaigns: earning, product sets, policy and more.")
READ, WRITE, PUBLISH = Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH


@routes.get("", needs=READ, answers=Page[PartAnswer])
def list_parts(ask: Asked) -> Any:
    """List all parts of the program, those that were never said too."""
    return to_page(PartAnswer, parts.list_parts(ask.hq), None)


@routes.get("/parts/{part}", needs=READ, answers=PartAnswer, faults=(404,))
def read_part(ask: Asked, part: str, response: Response) -> Any:
    """Read one part."""
    return _told(response, parts.read_part(ask.hq, part))


@routes.put("/parts/{part}", needs=WRITE, answers=PartAnswer, faults=(404, 409))
def put_part(ask: Asked, part: str, asked: PartAsked, response: Response) -> Any:
    """Say what a part is to become. Some parts ask for a further right, such as tiers:write or settings:write."""
    match = partial(check_match, ask.request)
    return _told(response, parts.put_part(ask.hq, ask.actor, part, asked.body, match=match))


@routes.post("/parts/{part}/discard", needs=WRITE, answers=PartAnswer, status=200, faults=(404, 412))
def discard_part(ask: Asked, part: str, response: Response) -> Any:
    """Let a part be as it is published."""
    match = partial(check_match, ask.request)
    return _told(response, parts.discard_part(ask.hq, ask.actor, part, match=match))


@routes.get("/parts/{part}/diff", needs=READ, answers=Page[DifferenceAnswer], faults=(404,))
def diff_part(ask: Asked, part: str) -> Any:
    """Say what a part's draft changes."""
    return to_page(DifferenceAnswer, parts.diff_part(ask.hq, part), None)


@routes.get("/check", needs=READ, answers=PartsCheckAnswer, faults=(404, 409))
def check_parts(ask: Asked, asked: Annotated[PartsList, Query()]) -> Any:
    """Say what stands in the way of publishing the drafts of some parts, or of all."""
    wanted = [part for part in asked.parts.split(",") if part]
    return PartsCheckAnswer.model_validate(parts.check_parts(ask.hq, wanted))


@routes.post("/publish", needs=PUBLISH, answers=ProgramVersionAnswer, status=200, faults=(404,))
def publish_parts(ask: Asked, asked: PartsPublished) -> Any:
    """Publish the drafts of some parts, or of all, as the next version of the program."""
    made = parts.publish_parts(ask.hq, ask.actor, asked.parts, note=asked.note, is_meant=asked.is_meant)
    return ProgramVersionAnswer.model_validate(made)


@routes.post("/whatif", needs=READ, answers=WhatIfAnswer, status=200)
def what_if_parts(ask: Asked, asked: WhatIfAsked) -> Any:
    """Say what the program with all drafts of its parts would have given on the newest orders."""
    return WhatIfAnswer.model_validate(whatif.what_if_parts(ask.hq, asked.asked()))


@routes.get("/versions", needs=READ, answers=Page[ProgramVersionAnswer])
def list_program_versions(ask: Asked, paging: Annotated[Paging, Query()]) -> Any:
    """List the published versions of the program, the newest first."""
    place = read_cursor(paging.cursor, (int,))
    found = parts.list_program_versions(
        ask.hq, before=None if place is None else place[0], limit=paging.limit + 1
    )
    shown = found[: paging.limit]
    following = write_cursor([shown[-1].version]) if len(found) > paging.limit else None
    return to_page(ProgramVersionAnswer, shown, following)


@routes.get("/versions/{version}", needs=READ, answers=WholeProgramAnswer, faults=(404,))
def read_program_version(ask: Asked, version: str) -> Any:
    """Read a published program."""
    program = loads(parts.read_program_version(ask.hq, version_number(version)))
    return {"version": program["version"], "program": program}


def _told(response: Response, found: ProgramPart) -> PartAnswer:
    versioned(response, found.version)
    return PartAnswer.model_validate(found)
